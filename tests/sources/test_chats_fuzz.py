"""Whatever stands in a chat export, both passes agree, and any bytes give findings or a reason."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.sources.document import NotReadable
from convledger.sources.glimpse import SURE, glimpse_of
from convledger.sources.registry import module_of
from tests.sources.chats import AT, block, chat, conversation, message, node, text
from tests.sources.documents import Read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
SOURCES = ["chatgpt", "claude-ai"]
some = settings(
    max_examples=80,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

GPT_ODD: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, 1e300, "", "7", "nan", "\ud800", "a\0b", "root", "assistant",
    [], [[]], {}, {"": {}}, [None, 5, "x"], {"role": "assistant"}, {"parts": ["x"]}, AT, AT * 1000,
    {"content_type": "thoughts", "thoughts": [{"content": 5}, 5]},
    [{"asset_pointer": 5, "text": 3}],
]  # fmt: skip
GPT_NAMES = [
    "id", "conversation_id", "title", "create_time", "mapping", "current_node", "message", "parent",
    "children", "author", "role", "content", "content_type", "parts", "text", "metadata",
    "recipient", "model_slug", "attachments", "thoughts", "default_model_slug", "name",
]  # fmt: skip


@st.composite
def broken_conversations(draw: st.DrawFn) -> list[Any]:
    found: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        names = [f"n{number}" for number in range(draw(st.integers(0, 5)))]
        nodes = [
            node(
                name,
                draw(st.sampled_from([*names, "root", None])),
                draw(st.sampled_from(["user", "assistant", "tool", "system"])),
                deepcopy(draw(st.sampled_from([text("x"), text(""), *GPT_ODD]))),
            )
            for name in names
        ]
        one = conversation(*nodes, current_node=draw(st.sampled_from([*names, None])))
        for _ in range(draw(st.integers(0, 4))):
            _spoil(draw, one)
        found.append(one)
    return found


def _spoil(draw: st.DrawFn, value: Any) -> None:
    """Put something odd somewhere."""
    while isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        if not isinstance(value[key], dict) or draw(st.booleans()):
            value[draw(st.sampled_from([key, *GPT_NAMES]))] = deepcopy(
                draw(st.sampled_from(GPT_ODD))
            )
            return
        value = value[key]


CLAUDE_ODD: list[Any] = [
    None, True, 0, -1, 2**70, 1e300, "", "nan", "\ud800", "a\0b", "m0", "m1", [], [[]], {},
    {"": {}}, [None, 5, "x"], [{"type": "text"}], [{"type": 5, "text": ["x"]}], {"uuid": "p"},
    [{"type": "tool_result", "content": {"a": [1]}}, {"type": "text", "text": "x"}],
    {"contentBlocks": [{"type": "text", "text": "x"}]}, [{"file_name": 5, "file_size": "x"}],
]  # fmt: skip
CLAUDE_NAMES = [
    "uuid", "name", "content", "text", "sender", "created_at", "attachments", "files", "model",
    "parent_message_uuid", "chat_messages", "project", "role", "messages",
]  # fmt: skip


@st.composite
def broken_chats(draw: st.DrawFn) -> list[Any]:
    found: list[Any] = []
    for number in range(draw(st.integers(1, 3))):
        said = [
            message(f"m{at}", draw(st.sampled_from(["human", "assistant"])), block("x"))
            for at in range(draw(st.integers(0, 4)))
        ]
        one = chat(*said, uuid=f"c{number}")
        for value in [one, *said] * draw(st.integers(0, 2)):
            value[draw(st.sampled_from(CLAUDE_NAMES))] = deepcopy(draw(st.sampled_from(CLAUDE_ODD)))
        found.append(one)
    return found


CONVERSATIONS = {"chatgpt": broken_conversations(), "claude-ai": broken_chats()}


def check(found: Read) -> None:
    """Fail where the passes do not fit together, or something can't be stored."""
    names = {each.uuid for each in found.messages}
    assert {call.key for call in found.calls} <= names
    assert {each.conversation for each in found.messages} == set(found.conversations)
    assert all(each.parent in names or not each.parent for each in found.messages)
    json.dumps([each.body for each in found.messages], ensure_ascii=False).encode()


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_stands_in_an_export_both_passes_agree(source: str, tmp_path: Path) -> None:
    @some
    @given(CONVERSATIONS[source])
    def holds(conversations: list[Any]) -> None:
        content = json.dumps(conversations).encode()
        try:
            found = read_bytes(source, tmp_path, "conversations.json", content)
        except NotReadable:
            return
        check(found)
        natives = [one.get("id") or one.get("uuid") for one in conversations]
        if all(isinstance(each, str) for each in natives) and len(set(natives)) == len(natives):
            blocks = [(each.uuid, each.block) for each in found.messages]
            assert len(blocks) == len(set(blocks))

    holds()


@pytest.mark.parametrize("source", SOURCES)
def test_any_bytes_give_findings_or_a_reason(source: str, tmp_path: Path) -> None:
    (path, *_) = sorted((FIXTURES / source).glob("conversations*.json"))
    whole = path.read_bytes()
    put = st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"}", b"]", b"null", b"\\ud800", b"NaN"]
    )

    @some
    @given(st.integers(0, len(whole)), st.integers(0, 60), put | st.binary(max_size=4))
    def holds(start: int, length: int, put: bytes) -> None:
        content = whole[:start] + put + whole[start + length :]
        glimpse = glimpse_of("conversations.json", content, whole=True)
        assert 0 <= module_of(source).recognises(glimpse) <= SURE
        try:
            found = read_bytes(source, tmp_path, "conversations.json", content)
        except NotReadable:
            return
        check(found)
        assert all(bad.reason for bad in found.rejected)

    holds()
