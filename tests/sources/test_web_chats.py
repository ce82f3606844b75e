"""Exported chats and Aider's logs: told by their content, and no value in them is an error."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.ingest.documents import opened_document
from convledger.sources.document import NotReadable
from convledger.sources.findings import TOKEN_LIMIT
from convledger.sources.places import PLACES
from convledger.sources.registry import module_of
from tests.sources.documents import Read, glimpse_at, read_bytes
from tests.sources.web_chats import FIXTURES, SAMPLES, needs_samples

NAMES = {
    "aider": ".aider.chat.history.md",
    "gemini-takeout": "MyActivity.html",
    "librechat": "chat.json",
    "open-webui": "export.json",
}
FILES = {
    source: sorted(path for path in (FIXTURES / source).rglob("*") if path.is_file())
    for source in NAMES
}
some = settings(
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.function_scoped_fixture],
)  # fmt: skip
ODD: list[Any] = [
    None, True, 0, -1, 2**31, 2**63, 2**70, 1.5, 1e300, "", "7", "-3", "nan", "\ud800", "a\x00b",
    "user", "assistant", "a", "b", "2026-11-10T09:00:00.000Z", "9999-99-99", [], [[]], {},
    {"": {}}, [None, 5, "x"], [{"type": "text"}], [{"type": "text", "text": "hi"}],
]  # fmt: skip
FIELDS = [
    "id", "chat", "history", "messages", "currentId", "parentId", "childrenIds", "role", "content",
    "usage", "info", "output", "files", "error", "model", "models", "timestamp", "title", "meta",
    "created_at", "updated_at", "originalChatId", "branchPointMessageId", "prompt_tokens",
    "completion_tokens", "eval_count", "input_tokens_details", "cached_tokens", "conversationId",
    "messageId", "parentMessageId", "children", "messagesTree", "text", "tokenCount",
    "promptTokens", "createdAt", "isCreatedByUser", "endpoint", "options", "type", "tool_call",
    "args", "think", "header", "time", "products", "safeHtmlItem", "html", "subtitles", "name",
    "runSettings", "systemInstruction", "chunkedPrompt", "chunks", "isThought", "branchParent",
    "displayName", "executableCode", "codeExecutionResult", "driveImage", "createTime", "event",
    "properties", "main_model", "cost", "user_id", "a", "b",
]  # fmt: skip


@pytest.mark.parametrize("source", NAMES)
def test_own_files_are_unmistakable_and_have_their_place(source: str) -> None:
    for path in FILES[source]:
        relative = path.relative_to(FIXTURES / source).as_posix()
        assert module_of(source).recognises(glimpse_at(path, relative)) == 100, relative
        assert PLACES[source].is_log(relative), relative


@pytest.mark.parametrize("source", NAMES)
def test_files_of_other_sources_are_left_to_them(source: str) -> None:
    own = FIXTURES / source
    others = [p for p in FIXTURES.rglob("*") if p.is_file() and own not in p.parents]

    assert others
    for path in others:
        assert module_of(source).recognises(glimpse_at(path)) == 0, path.name


@needs_samples
@pytest.mark.parametrize("source", NAMES)
def test_samples_of_this_source_alone_are_recognised(source: str) -> None:
    for path in sorted(each for each in SAMPLES.rglob("*") if each.is_file()):
        glimpse = glimpse_at(path)
        if glimpse.kind == "sqlite":
            with opened_document(str(path), path.name) as document:
                glimpse = type(glimpse)(path.name, "sqlite", tables=document.tables())
        expected = 100 if path.relative_to(SAMPLES).parts[0] == source else 0
        assert module_of(source).recognises(glimpse) == expected, path


def odd_values() -> st.SearchStrategy[Any]:
    leaf = st.sampled_from(ODD) | st.integers(0, 2**40) | st.text(max_size=6)
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8)
        ),
        max_leaves=20,
    )


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Return (container, key) of everything in decoded JSON."""
    found: list[tuple[Any, Any]] = []
    ahead = [value]
    while ahead:
        one = ahead.pop()
        items = one.items() if isinstance(one, dict) else enumerate(one)
        for key, each in items:
            found.append((one, key))
            if isinstance(each, dict | list):
                ahead.append(each)
    return found


def assert_sane(found: Read) -> None:
    for call in found.calls:
        assert min(call.input, call.output, call.cache_read, call.cache_write_5m) >= 0
        assert call.total <= 4 * TOKEN_LIMIT
        assert call.reasoning <= call.output
        assert call.at > 0
        assert call.key
        assert call.conversation
        assert call.reported is None or 0 <= call.reported < 2**63
    for message in found.messages:
        message.body.encode()
        assert message.at > 0
        assert message.line > 0
    for bad in found.rejected:
        assert bad.line > 0
        assert bad.offset >= 0
        assert bad.reason
        assert len(bad.excerpt) <= 400


def read_any(source: str, folder: Path, content: bytes, name: str = "") -> None:
    with suppress(NotReadable):
        assert_sane(read_bytes(source, folder, name or NAMES[source], content))


@pytest.mark.parametrize("source", NAMES)
def test_any_bytes_give_findings_or_a_reason(source: str, tmp_path: Path) -> None:
    starts = [b"", b"[", b"{", b'[{"', b"<", b'<div class="outer-cell"><p>Gemini',
              b"\n# aider chat started at 2026-10-05 09:12:44\n#### ", b"\xff\xfe",
              b"SQLite format 3\0",
              b'{"event":"message_send","properties":', b'{"chunkedPrompt":']  # fmt: skip

    @some
    @given(st.sampled_from(starts), st.binary(max_size=200))
    def holds(start: bytes, rest: bytes) -> None:
        read_any(source, tmp_path, start + rest)

    holds()


@pytest.mark.parametrize("source", NAMES)
def test_real_file_with_a_stretch_written_over_gives_findings_or_a_reason(
    source: str, tmp_path: Path
) -> None:
    contents = [path.read_bytes() for path in FILES[source]]
    put = st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"null", b"-1", b"1e400", b"NaN", b"\\ud800",
         b"<", b"</details>", b"<details type=\"reasoning\">", b"\n#### ", b"\n> ", b"```"]
    ) | st.binary(max_size=4)  # fmt: skip

    @some
    @given(st.sampled_from(contents), st.integers(0, 10_000), st.integers(0, 60), put)
    def holds(content: bytes, start: int, length: int, put: bytes) -> None:
        start %= len(content)
        read_any(source, tmp_path, content[:start] + put + content[start + length :])

    holds()


@pytest.mark.parametrize("source", NAMES)
def test_real_records_with_odd_values_give_findings_or_a_reason(
    source: str, tmp_path: Path
) -> None:
    contents = [
        path.read_bytes() for path in FILES[source] if path.read_bytes()[:1] in (b"[", b"{")
    ]
    texts = [text for text in contents if b'"event"' not in text[:9]] or contents

    @some
    @given(
        st.sampled_from(texts), st.lists(st.tuples(st.integers(0, 500), odd_values()), max_size=6)
    )
    def holds(text: bytes, changes: list[tuple[int, Any]]) -> None:
        value = json.loads(text.split(b"\n")[0] if source == "aider" else text)
        for number, odd in changes:
            places = places_in(value)
            if places:
                container, key = places[number % len(places)]
                container[key] = deepcopy(odd)
        name = "events.jsonl" if source == "aider" else "a.json"
        read_any(source, tmp_path, json.dumps(value).encode(), name)

    holds()


BOMBS = {
    "depth of lists": b"[" * 100_000,
    "depth of objects": b'{"a":' * 100_000,
    "depth in a chat": b'[{"id":"c","chat":{"history":{"messages":{"a":{"role":"user","content":'
    + b"[" * 50_000 + b"]" * 50_000 + b"}}}}}]",
    "many openings": b'<div class="outer-cell">' * 20_000,
    "many beginnings": b"\n# aider chat started at 2026-10-05 09:12:44\n" * 5_000,
    "many fences": b"\n# aider chat started at 2026-10-05 09:12:44\n\n" + b"```\n" * 50_000,
    "only spaces": b" " * 1_000_000,
    "one long line": b"x" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_ends_in_findings_or_a_reason(source: str, name: str, tmp_path: Path) -> None:
    read_any(source, tmp_path, BOMBS[name])
