"""Whatever the files of editors' assistants hold: findings, or reasons, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.sources.document import NotReadable
from convledger.sources.findings import TOKEN_LIMIT, Measure
from tests.sources.documents import Read, read
from tests.sources.editor_files import FIXTURES

NAMES = {
    "copilot-cli": "session-state/s/events.jsonl",
    "copilot-chat": "workspaceStorage/h/chatSessions/s.jsonl",
    "cursor": "p/agent-transcripts/a/a.jsonl",
    "cline": "tasks/t/ui_messages.json",
}
ODD: list[Any] = [
    None, True, -1, 0, 7, 2**63, 1.5, 1e300, "", "7", "-3", "nan", "\ud800", "a\0b", "user",
    "assistant", "api_req_started", "{}", '{"tokensIn":5,"cost":"x"}', "2026-11-10T09:00:00Z",
    "9999-99-99", [], {}, [[]], [{}], [None], {"": {}}, [{"type": "text", "text": "hi"}],
]  # fmt: skip
FIELDS = [
    "type", "data", "id", "timestamp", "usage", "inputTokens", "outputTokens", "cacheReadTokens",
    "modelMetrics", "requests", "count", "messageId", "content", "toolRequests", "context",
    "kind", "v", "k", "i", "requestId", "message", "text", "response", "result", "metadata",
    "toolCallRounds", "toolCalls", "toolCallResults", "promptTokens", "modelId", "role", "say",
    "ask", "ts", "contextCondense", "cost", "partial", "modelInfo", "metrics", "messages",
    "bubbleId", "tokenCount", "createdAt", "toolFormerData", "thinking", "richText", "images",
    "fullConversationHeadersOnly", "conversation", "usageData", "subagentComposerIds", "name",
    "workspaceIdentifier", "lastUpdatedAt", "status", "modelConfig", "timingInfo", "accounting",
]  # fmt: skip
some = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
leaves = st.sampled_from(ODD) | st.integers(0, 2**40) | st.text(max_size=6)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(FIELDS), values, max_size=6)


def seeds(source: str) -> list[bytes]:
    root = FIXTURES / source
    return [
        path.read_bytes()
        for path in sorted(root.rglob("*.json*"))
        if path.name not in ("workspace.json", "taskHistory.json", "task_metadata.json")
    ]


def assert_sane(found: Read) -> None:
    for call in found.calls:
        tokens = (call.input, call.output, call.cache_read, call.cache_write_5m)
        assert all(0 <= count <= TOKEN_LIMIT for count in tokens)
        assert 0 <= call.reasoning <= call.output
        assert call.at > 0
        assert call.key
        assert call.conversation
        assert call.measure == Measure.MISSING or any(tokens)
    for bad in found.rejected:
        assert bad.reason
        assert len(bad.excerpt) <= 400
    names = [(message.uuid, message.block) for message in found.messages]
    assert all(uuid for uuid, _ in names)
    for message in found.messages:
        message.body.encode()
        message.uuid.encode()
        assert message.at > 0


def tried(source: str, path: Path, root: Path) -> None:
    try:
        assert_sane(read(source, path, root=root))
    except NotReadable as error:
        assert str(error)  # noqa: PT017 - a reason is what is asked for


def changed(data: bytes, start: int, length: int, put: bytes) -> bytes:
    start %= len(data) or 1
    return data[:start] + put + data[start + length :]


def put_down(folder: Path, name: str) -> Callable[[bytes], Path]:
    path = folder / name
    path.parent.mkdir(parents=True)

    def put(content: bytes) -> Path:
        path.write_bytes(content)
        return path

    return put


@pytest.mark.parametrize("source", NAMES)
def test_any_bytes_give_findings_or_a_reason(source: str, tmp_path: Path) -> None:
    put = put_down(tmp_path, NAMES[source])
    parts = st.sampled_from([b"", b"\0", b"\xff", b'"', b"{", b"}", b"null", b"-1", b"\\ud800"])
    mutated = st.builds(
        changed, st.sampled_from(seeds(source)), st.integers(0, 6000), st.integers(0, 40), parts
    )

    @some
    @given(mutated | st.binary(max_size=60))
    def holds(data: bytes) -> None:
        tried(source, put(data), tmp_path)

    holds()


@pytest.mark.parametrize("source", NAMES)
def test_records_of_any_shape_give_findings_or_a_reason(source: str, tmp_path: Path) -> None:
    put = put_down(tmp_path, NAMES[source])
    kinds: dict[str, tuple[str, list[Any]]] = {
        "copilot-cli": ("type", ["session.start", "session.usage_record", "assistant.message",
                                 "user.message", "session.shutdown", "tool.execution_complete"]),
        "copilot-chat": ("kind", [0, 1, 2, 3]),
        "cursor": ("role", ["user", "assistant", "tool"]),
        "cline": ("say", ["api_req_started", "condense_context", "text", "deleted_api_reqs"]),
    }  # fmt: skip
    name, known = kinds[source]
    record = st.builds(lambda one, kind: {**one, name: kind}, objects, st.sampled_from(known))

    @some
    @given(st.lists(record, max_size=6), objects)
    def holds(records: list[dict[str, Any]], other: dict[str, Any]) -> None:
        if source == "cline":
            put(json.dumps(records).encode())
            history = tmp_path / "tasks" / "t" / "api_conversation_history.json"
            history.write_text(json.dumps([{**other, "role": "user"}, *records]))
        elif source == "copilot-chat":
            begin = {"kind": 0, "v": {"requests": [*records, other], "sessionId": "s"}}
            put("\n".join(map(json.dumps, [begin, *records])).encode())
        else:
            put("\n".join(map(json.dumps, records)).encode())
        tried(source, tmp_path / NAMES[source], tmp_path)

    holds()


def test_database_of_any_values_gives_findings_or_reasons(tmp_path: Path) -> None:
    path = tmp_path / "globalStorage" / "state.vscdb"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value)")
    value = objects.map(json.dumps) | st.sampled_from([None, 5, 1.5, b"\xff\0", "", "{", "[]"])
    key = st.sampled_from(
        ["composerData:c", "bubbleId:c:1", "bubbleId:c:2", "bubbleId:d:1", "bubbleId::", "other"]
    )
    order = json.dumps({"fullConversationHeadersOnly": [{"bubbleId": "1"}, {"bubbleId": "2"}]})

    @some
    @given(st.lists(st.tuples(key, value), max_size=6), st.booleans())
    def holds(rows: list[tuple[str, Any]], is_listed: bool) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM cursorDiskKV")
            connection.executemany("INSERT INTO cursorDiskKV VALUES(?,?)", rows)
            if is_listed:
                connection.execute("INSERT INTO cursorDiskKV VALUES('composerData:c',?)", (order,))
            connection.commit()
        tried("cursor", path, tmp_path)

    holds()


@pytest.mark.parametrize("source", NAMES)
def test_deep_nesting_gives_a_reason(source: str, tmp_path: Path) -> None:
    put = put_down(tmp_path, NAMES[source])
    for data in (
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b'{"type":"x","data":' + b"[" * 9000 + b"]" * 9000,
    ):
        tried(source, put(data + b"\n"), tmp_path)
