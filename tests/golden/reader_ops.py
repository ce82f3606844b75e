"""Vectors about what readers count: the lines go through the real import."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from convledger.ledger import Ledger
from convledger.reports.usage import UsageQuery

SESSION = "00000000-0000-4000-8000-000000000001"


def _record(number: int, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "assistant",
        "sessionId": SESSION,
        "uuid": f"22222222-0000-4000-8000-{number:012d}",
        "timestamp": f"2026-11-02T09:00:{number:02d}.000Z",
        "requestId": line["request_id"],
        "message": {
            "id": line["message_id"],
            "model": "claude-sonnet-4-5-20250929",
            "role": "assistant",
            "content": [{"type": "text", "text": f"part {number}"}],
            "usage": {"input_tokens": line["input"], "output_tokens": line["output"]},
        },
    }


def dedupe(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Import a log of these lines and tell what the ledger counts."""
    with TemporaryDirectory() as folder:
        projects = Path(folder) / "home" / ".claude" / "projects"
        log = projects / "bakery" / f"{SESSION}.jsonl"
        log.parent.mkdir(parents=True)
        records = [_record(number, line) for number, line in enumerate(inputs["lines"])]
        log.write_text("".join(json.dumps(record) + "\n" for record in records))
        with Ledger.open(Path(folder) / "books") as ledger:
            ledger.sync([("claude-code", projects)])
            total = ledger.usage(UsageQuery((), UTC)).total
    return {"calls": total.calls, "input": total.input, "output": total.output}


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"dedupe": dedupe}
