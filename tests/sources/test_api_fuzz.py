"""Whatever stands in a log or export of an API, it gives findings or reasons: never an error."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.clock import EARLIEST, LATEST
from convledger.sources.document import NotReadable
from convledger.sources.findings import TOKEN_LIMIT, Lines
from convledger.sources.glimpse import glimpse_of
from convledger.sources.registry import lines_module, module_of
from tests.sources.documents import Read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
SOURCES = ("api-log", "litellm", "langfuse", "otel-genai", "helicone")
some = settings(
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**70, 1.5, 100.0, 1e300, "", "7", "1e9", "-3", "nan",
    "\ud800", "a\x00b", "1794304800", 1794304800, "2026-11-10T09:00:00Z", "9999-99-99", [], [[]],
    {}, {"": {}}, [None, 5, "x"], [{"type": "text", "text": "hi"}], "{", "[1", '{"a": 1}',
    {"role": "user", "content": [{"type": "tool_result", "content": {"a": []}}]},
]  # fmt: skip
NAMES = {
    "api-log": [
        "id", "object", "type", "role", "model", "created", "usage", "choices", "output", "content",
        "error", "messages", "input", "body", "request", "response", "result", "message",
        "custom_id", "metadata", "conversation_id", "conversation", "user", "previous_response_id",
        "delta", "content_block", "index", "prompt_tokens", "completion_tokens", "input_tokens",
        "output_tokens", "prompt_tokens_details", "cached_tokens", "cost", "status",
        "tool_calls", "function", "arguments", "text", "system", "finish_reason",
    ],
    "litellm": [*json.loads((FIXTURES / "litellm/spend_logs.json").read_text())[0],
                "usage_object", "additional_usage_values", "choices", "message", "content"],
    "langfuse": [
        "id", "type", "trace_id", "traceId", "session_id", "start_time", "startTime", "model",
        "provided_model_name", "usage_details", "usageDetails", "usage", "input", "output", "total",
        "unit", "cost_details", "total_cost", "calculatedTotalCost", "observations", "level",
        "promptTokens", "trace", "input_cached_tokens", "output_reasoning_tokens",
    ],
    "otel-genai": [
        "resourceSpans", "resourceLogs", "resource", "scopeSpans", "scopeLogs", "spans",
        "logRecords", "traceId", "spanId", "parentSpanId", "startTimeUnixNano", "attributes", "key",
        "value", "stringValue", "intValue", "doubleValue", "boolValue", "arrayValue", "kvlistValue",
        "values", "events", "name", "status", "code", "body",
    ],
    "helicone": [
        "request_id", "response_id", "request_created_at", "response_created_at", "model",
        "response_status", "request_properties", "request_body", "response_body", "prompt_tokens",
        "completion_tokens", "total_tokens", "prompt_cache_read_tokens", "cost", "choices",
        "messages", "usage", "cache_reference_id", "provider",
    ],
}  # fmt: skip


def fixture_lines(source: str) -> list[bytes]:
    lines: list[bytes] = []
    for path in sorted((FIXTURES / source).iterdir()):
        if path.suffix == ".json":
            value = json.loads(path.read_bytes())
            several = value if isinstance(value, list) else [value]
            lines += [json.dumps(one).encode() for one in several]
        else:
            lines += path.read_bytes().splitlines()
    return lines


REAL = {source: fixture_lines(source) for source in SOURCES}


def values(source: str) -> st.SearchStrategy[Any]:
    leaf = st.sampled_from(ODD) | st.integers(0, 2**40) | st.text(max_size=6)
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(NAMES[source]), inner, max_size=6)
        ),
        max_leaves=10,
    )


def records(source: str) -> st.SearchStrategy[bytes]:
    """Return records of known names with values that they should not have."""

    def changed(line: bytes, more: dict[str, Any]) -> bytes:
        try:
            record = json.loads(line)
        except ValueError:
            record = {}
        if isinstance(record, dict):
            record.update(more)
        return json.dumps(record).encode()

    some_names = st.dictionaries(st.sampled_from(NAMES[source]), values(source), max_size=6)
    return st.builds(changed, st.sampled_from(REAL[source]), some_names) | st.builds(
        lambda more: json.dumps(more).encode(), some_names
    )


def mutated(source: str) -> st.SearchStrategy[bytes]:
    """Return real lines with a stretch cut out, doubled or written over."""

    def change(line: bytes, start: int, length: int, put: bytes) -> bytes:
        start %= max(1, len(line))
        return line[:start] + put + line[start + length :]

    put = st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"null", b"-1", b"1e400", b"NaN", b"\\ud800",
         b"\n", b","]
    ) | st.binary(max_size=4)  # fmt: skip
    return st.builds(
        change, st.sampled_from(REAL[source]), st.integers(0, 4000), st.integers(0, 40), put
    )


def documents(source: str) -> st.SearchStrategy[bytes]:
    parts = st.lists(records(source) | mutated(source) | st.binary(max_size=30), max_size=5)
    as_lines = parts.map(lambda some_parts: b"\n".join(some_parts))
    as_list = parts.map(lambda some_parts: b"[" + b",\n".join(some_parts) + b"]")
    return as_lines | as_list | st.binary(max_size=200)


def assert_sane(found: Read) -> None:
    for call in found.calls:
        assert EARLIEST <= call.at < LATEST
        assert call.line >= 1
        assert call.key
        assert call.conversation
        for tokens in (call.input, call.output, call.cache_read, call.cache_write_5m,
                       call.cache_write_1h, call.reasoning):  # fmt: skip
            assert 0 <= tokens <= 8 * TOKEN_LIMIT
        assert call.reasoning <= call.output
        (call.key + call.model + call.provider + call.conversation + call.context).encode()
    for message in found.messages:
        assert message.uuid
        assert message.line >= 1
        (message.body + message.name + message.conversation).encode()
    for facts in found.conversations.values():
        (facts.title + "".join(facts.details.values())).encode()
    for bad in found.rejected:
        assert bad.reason
        assert bad.line >= 1
        assert len(bad.reason) < 400


@pytest.mark.parametrize("source", SOURCES)
def test_any_document_gives_findings_or_reasons(source: str) -> None:
    with tempfile.TemporaryDirectory() as folder:

        @some
        @given(documents(source))
        def holds(data: bytes) -> None:
            module_of(source).recognises(glimpse_of("a.json", data, whole=True))
            with suppress(NotReadable):
                assert_sane(read_bytes(source, Path(folder), "a.json", data))

        holds()


@pytest.mark.parametrize("source", ["api-log", "otel-genai"])
def test_any_lines_read_piece_by_piece_give_findings_or_reasons(source: str) -> None:
    module = lines_module(source)

    @some
    @given(st.lists(records(source) | mutated(source), max_size=6))
    def holds(parts: list[bytes]) -> None:
        states = [b"", b""]
        for number, part in enumerate(parts, 1):
            lines = Lines(part, number, 0, part.count(b"\n") + 1)
            for place, reader_type in enumerate((module.FiguresReader, module.TextsReader)):
                reader = reader_type("a.jsonl", states[place], EARLIEST)
                found = reader.read(lines)
                states[place] = reader.state()
                assert all(bad.reason for bad in found.rejected)

    holds()


BOMBS = {
    "depth of lists": b"[" * 100_000,
    "depth of objects": b'{"a":' * 100_000,
    "depth within a message": b'{"request":{"messages":' + b"[" * 3000 + b"]" * 3000
    + b'},"response":{"id":"a","model":"m","choices":' + b"[" * 3000 + b"]" * 3000 + b"}}",
    "five megabytes of nothing": b"x" * 5_000_000,
    "a web page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
    "nothing": b"",
    "spaces": b" \n \n",
    "only a header": b"request_id,call_type,spend\n",
    "a quote that never ends": b'request_id,call_type,spend\n"' + b"a,b\n" * 200_000,
    "cut list": b'[{"request_id":"a","call_type":"b","spend":1},{"request_id":',
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_left_out_with_a_reason(source: str, name: str, tmp_path: Path) -> None:
    with suppress(NotReadable):
        found = read_bytes(source, tmp_path, "a.json", BOMBS[name])
        assert_sane(found)
        assert len(found.calls) <= 1
