"""Whatever stands in an agent's files, readers find something or say why they do not."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.sources.document import NotReadable
from convledger.sources.droid.records import SUM_LIMIT
from convledger.sources.findings import TOKEN_LIMIT
from convledger.sources.glimpse import HEAD, glimpse_of
from convledger.sources.registry import module_of
from tests.sources.agent_parts import FIXTURES
from tests.sources.documents import Read, read_bytes

NAMES = {
    "gemini-cli": ["tmp/p/chats/session-1.jsonl", "tmp/p/chats/s/a.jsonl", "session-1.json"],
    "qwen-code": ["projects/p/chats/s.jsonl", "projects/p/subagents/s/agent-x.jsonl", "s.json"],
    "pi": ["--w--/2026_s.jsonl"],
    "amp": ["T-1.json"],
    "droid": ["p/s.jsonl", "p/s.settings.json"],
}
AGENTS = sorted(NAMES)
REAL = {
    source: [
        line
        for path in sorted((FIXTURES / source).rglob("*.json*"))
        for line in (
            path.read_bytes().splitlines() if path.suffix == ".jsonl" else [path.read_bytes()]
        )
    ]
    for source in AGENTS
}
ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**70, -(2**70), 1.5, 1e300, "", "7", "-3", "nan",
    "\ud800", "a\x00b", "user", "assistant", "gemini", "2026-11-10T09:00:00.000Z",
    "9999-99-99", "0001-01-01T00:00:00Z", 1788256800000, [], [[]], {}, {"": {}}, [None, 5, "x"],
    [{"type": "text", "text": "hi"}], [{"text": "hi"}, {"functionCall": 5}],
]  # fmt: skip
FIELDS = {
    "gemini-cli": [
        "sessionId", "projectHash", "startTime", "lastUpdated", "kind", "summary", "directories",
        "messages", "id", "timestamp", "type", "content", "displayContent", "thoughts", "tokens",
        "model", "toolCalls", "args", "result", "status", "$set", "$rewindTo", "input", "output",
        "cached", "total", "functionResponse", "functionCall", "response", "stats", "models",
        "prompt", "candidates", "error", "text", "thought", "inlineData",
    ],
    "qwen-code": [
        "uuid", "parentUuid", "sessionId", "timestamp", "type", "subtype", "cwd", "model",
        "message", "parts", "usageMetadata", "promptTokenCount", "candidatesTokenCount",
        "systemPayload", "uiEvent", "event.name", "response_id", "input_token_count",
        "forkedFrom", "agentId", "isSidechain", "customTitle", "compressedHistory", "text",
        "functionCall", "functionResponse", "toolCallResult", "rawCommand", "phase",
    ],
    "pi": [
        "type", "id", "parentId", "timestamp", "cwd", "version", "parentSession", "branchedFrom",
        "message", "role", "content", "usage", "input", "output", "cacheRead", "cacheWrite",
        "cost", "total", "provider", "model", "responseId", "stopReason", "summary", "name",
        "text", "thinking", "arguments", "display", "customType", "isError", "toolName",
    ],
    "amp": [
        "id", "created", "title", "messages", "env", "usageLedger", "events", "role", "content",
        "messageId", "usage", "model", "timestamp", "inputTokens", "outputTokens", "credits",
        "tokens", "input", "output", "total", "toMessageId", "operationType", "meta", "sentAt",
        "type", "text", "run", "status", "result", "initial", "trees", "uri",
    ],
    "droid": [
        "type", "id", "timestamp", "message", "role", "content", "title", "sessionTitle", "cwd",
        "callingSessionId", "tokenUsage", "inputTokens", "outputTokens", "cacheReadTokens",
        "thinkingTokens", "model", "providerLockTimestamp", "text", "thinking", "input", "name",
    ],
}  # fmt: skip
KINDS = [
    "user", "assistant", "gemini", "qwen", "system", "tool_result", "message", "session",
    "session_start", "compaction", "custom_title", "model_change", "info", "other",
]  # fmt: skip
some = settings(
    max_examples=45,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def values(names: list[str]) -> st.SearchStrategy[Any]:
    leaf = st.sampled_from(ODD) | st.integers(0, 2**40) | st.text(max_size=6)
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=6)
        ),
        max_leaves=14,
    )


def made_up(source: str) -> st.SearchStrategy[bytes]:
    names = FIELDS[source]
    inner = st.dictionaries(st.sampled_from(names), values(names), max_size=10)
    kinds = st.fixed_dictionaries({}, optional={"type": st.sampled_from(KINDS)})
    return st.builds(lambda one, two: json.dumps({**one, **two}).encode(), inner, kinds)


def mutated(source: str) -> st.SearchStrategy[bytes]:
    """Return real lines with a stretch cut out or written over."""

    def change(line: bytes, start: int, length: int, put: bytes) -> bytes:
        start %= max(1, len(line))
        return line[:start] + put + line[start + length :]

    put = st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"null", b"-1", b"1e400", b"NaN", b"\\ud800"]
    ) | st.binary(max_size=4)
    return st.builds(
        change, st.sampled_from(REAL[source]), st.integers(0, 4000), st.integers(0, 40), put
    )


def any_file(source: str) -> st.SearchStrategy[bytes]:
    line = st.sampled_from(REAL[source]) | mutated(source) | made_up(source)
    lines = st.lists(line | st.binary(max_size=30), max_size=7).map(b"\n".join)
    return lines | line | st.binary(max_size=60)


def assert_sane(found: Read, limit: int) -> None:
    for call in found.calls:
        counts = (call.input, call.output, call.cache_read, call.cache_write_5m)
        assert all(0 <= count <= 2 * limit for count in counts)
        assert 0 <= call.reasoning <= call.output
        assert call.at > 0
        assert call.key
        assert call.model
        assert call.conversation
        assert call.reported is None or 0 <= call.reported < 2**63
        assert call.measure or call.total
    texts = [message.body for message in found.messages]
    names = [text for one in found.messages for text in (one.uuid, one.name, one.parent, one.agent)]
    facts = [
        text
        for one in found.conversations.values()
        for text in (one.native, one.title, one.project, one.parent, one.branch, one.version)
    ]
    for text in [*texts, *names, *facts, *(call.key for call in found.calls)]:
        assert isinstance(text, str)
        text.encode()  # no lone surrogate is left
    assert all(message.at > 0 and message.line > 0 for message in found.messages)
    places = [(one.conversation, one.uuid, one.block, one.line) for one in found.messages]
    assert len(places) == len(set(places))
    assert all(one.line >= 1 and one.reason and len(one.excerpt) <= 400 for one in found.rejected)


def found_or_why(source: str, folder: Path, name: str, content: bytes) -> tuple[Read, str]:
    """Return what is found in a file, and why it can't be read where that is so."""
    try:
        return read_bytes(source, folder, name, content), ""
    except NotReadable as error:
        return Read(), str(error) or "no reason"


@pytest.mark.parametrize("source", AGENTS)
def test_any_file_gives_findings_or_reasons(source: str) -> None:
    limit = SUM_LIMIT if source in ("droid", "gemini-cli") else TOKEN_LIMIT

    @some
    @given(any_file(source), st.sampled_from(NAMES[source]))
    def check(content: bytes, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found, why = found_or_why(source, Path(folder), name, content)
        assert why != "no reason"
        assert_sane(found, limit)
        glimpse = glimpse_of("x", content[:HEAD], whole=True)
        assert 0 <= module_of(source).recognises(glimpse) <= 100

    check()


@pytest.mark.parametrize("source", AGENTS)
def test_file_cut_anywhere_gives_a_part_of_the_whole(source: str, tmp_path: Path) -> None:
    logs = [path for path in (FIXTURES / source).rglob("*.jsonl") if path.parent.name != ".qwen"]
    for log in logs[:1]:
        content = log.read_bytes()
        name = log.relative_to(FIXTURES / source).as_posix()
        every = {call.key for call in read_bytes(source, tmp_path, name, content).calls}
        for cut in range(0, len(content), 61):
            found = read_bytes(source, tmp_path, name, content[:cut])
            assert {call.key for call in found.calls if not call.measure} <= every
            assert found.rejected == []


@pytest.mark.parametrize("source", AGENTS)
def test_deep_nesting_is_rejected(source: str, tmp_path: Path) -> None:
    deep = b'{"type":"message","id":"a","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    found, why = found_or_why(source, tmp_path, NAMES[source][0], deep)

    assert "nested too deeply" in why or found.rejected
    assert all("nested too deeply" in one.reason for one in found.rejected)
