"""Spans and logged events of model calls, as collectors write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.sources.documents import Read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "otel-genai"
AT = 1_794_304_800
TRACE = "5b8efff798038103d269b633813fc60c"


def value(of: Any) -> dict[str, Any]:
    if isinstance(of, bool):
        return {"boolValue": of}
    if isinstance(of, int):
        return {"intValue": str(of)}
    if isinstance(of, float):
        return {"doubleValue": of}
    if isinstance(of, list):
        return {"arrayValue": {"values": [value(one) for one in of]}}
    if isinstance(of, dict):
        return {"kvlistValue": {"values": attributes(of)}}
    return {"stringValue": of}


def attributes(named: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value(of)} for name, of in named.items()]


def span(number: int, parent: int | None, named: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": "chat",
        "startTimeUnixNano": str((AT + number) * 10**9),
        "attributes": attributes(named),
    }
    return found | ({"parentSpanId": f"{parent:016x}"} if parent else {}) | more


def chat(**more: Any) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-5.2",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
    } | {name.replace("__", "."): of for name, of in more.items()}


def line(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> bytes:
    group = {"scopeSpans": [{"spans": list(spans)}]}
    if resource:
        group["resource"] = {"attributes": attributes(resource)}  # type: ignore[assignment]
    return json.dumps({"resourceSpans": [group]}).encode() + b"\n"


def read_lines(folder: Path, *lines: bytes) -> Read:
    return read_bytes("otel-genai", folder, "traces.jsonl", b"".join(lines))


ANSWER = [
    {"role": "assistant", "parts": [{"type": "text", "content": "Yo"}], "finish_reason": "stop"}
]


def logged(name: str, body: Any = None, **named: Any) -> dict[str, Any]:
    record = {"timeUnixNano": str(AT * 10**9), "traceId": TRACE, "spanId": f"{1:016x}",
              "eventName": name, "attributes": attributes(named)}  # fmt: skip
    return record | ({"body": value(body)} if body is not None else {})


def logs(*records: dict[str, Any]) -> bytes:
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}).encode()
