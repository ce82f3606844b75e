"""LibreChat's exports: flat and nested, tokens where both parts are told, branches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.documents import Read, read, read_bytes
from tests.sources.web_chats import FIXTURES

FLAT = FIXTURES / "librechat" / "Names_for_a_boat.json"
TREE = FIXTURES / "librechat" / "Names_for_a_boat_tree.json"
HEAD = {"conversationId": "c1", "endpoint": "openAI", "title": "T", "exportAt": "12:00:00 GMT",
        "branches": True, "recursive": False}  # fmt: skip


def message(name: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {"messageId": name, "parentMessageId": parent, "isCreatedByUser": False,
            "text": f"text {name}", "createdAt": "2026-10-08T12:00:00Z", **more}  # fmt: skip


def of(tmp_path: Path, *messages: Any, **more: Any) -> Read:
    content = json.dumps({**HEAD, "messages": messages, **more}).encode()
    return read_bytes("librechat", tmp_path, "chat.json", content)


def test_flat_and_nested_export_hold_the_same() -> None:
    flat, tree = read("librechat", FLAT), read("librechat", TREE)

    assert flat.calls == tree.calls
    assert flat.messages == tree.messages
    assert flat.conversations == tree.conversations
    assert flat.rejected == tree.rejected == []


def test_tokens_are_exact_only_where_both_parts_are_told() -> None:
    found = read("librechat", FLAT)

    assert [(c.measure, c.input, c.output, c.model, c.provider) for c in found.calls] == [
        (Measure.RECORDED, 140, 5, "gpt-4o", "openai"),
        (Measure.MISSING, 0, 0, "gpt-4o", "openai"),
        (Measure.MISSING, 0, 0, "gpt-4o", "openai"),
        (Measure.MISSING, 0, 0, "gpt-4o", "openai"),
    ]
    missing = {call.key for call in found.calls if call.measure == Measure.MISSING}
    assert missing <= {each.uuid for each in found.messages}


def test_transcript_follows_the_newest_path_and_keeps_the_other() -> None:
    found = read("librechat", FLAT)

    assert found.visible() == [
        ("prompt", "Name my boat."),
        ("thinking", "Birds are good."),
        ("answer", "Gannet."),
        ("prompt", "Is that name taken?"),
        ("tool_call", '{"name":"Gannet"}'),
        ("tool_result", "none"),
        ("answer", "It is free."),
    ]
    assert [each.body for each in found.messages if each.flags & Flag.BRANCH] == ["Kittiwake."]


def test_export_s_own_time_is_no_date() -> None:
    (facts,) = read("librechat", FLAT).conversations.values()

    assert facts.first_at == 1791460800_000_000
    assert (facts.title, facts.details) == ("Names for a boat", {"endpoint": "openAI"})


def test_tree_of_a_long_conversation_is_read_however_deep(tmp_path: Path) -> None:
    deep = 3000
    start = b'{"conversationId":"c1","endpoint":"x","title":"T","recursive":true,"messagesTree":['
    parts = b"".join(
        b'{"messageId":"%d","createdAt":1790000000,"text":"{[\\"","children":[' % n
        for n in range(deep)
    )
    found = read_bytes("librechat", tmp_path, "a.json", start + parts + b"]}" * deep + b"]}")

    assert len(found.messages) == deep
    assert found.messages[-1].parent == f"c1/{deep - 2}"
    assert found.rejected == []


def test_cut_export_keeps_its_whole_messages(tmp_path: Path) -> None:
    content = FLAT.read_bytes()
    found = read_bytes("librechat", tmp_path, "a.json", content[: content.index(b"Is that") + 4])

    assert len({each.line for each in found.messages}) == 3
    assert {each.reason for each in found.rejected} == {"the file ends in the middle of it"}


def test_thoughts_in_the_text_of_older_versions_are_told_apart(tmp_path: Path) -> None:
    found = of(tmp_path, message("a", text=":::thinking\nHm.\n:::\n\nSo."))

    assert found.visible() == [("thinking", "Hm."), ("answer", "So.")]


def test_failed_answer_is_no_call(tmp_path: Path) -> None:
    found = of(tmp_path, message("a", error=True, text="over quota"))

    assert found.calls == []
    assert found.messages[0].flags & Flag.ERROR


def test_agent_is_no_model(tmp_path: Path) -> None:
    found = of(tmp_path, message("a", model="agent_x1"), options={"model": "claude-sonnet-4-5"},
               endpoint="agents")  # fmt: skip

    assert [(call.model, call.provider) for call in found.calls] == [("claude-sonnet-4-5", "")]
    assert [call.model for call in of(tmp_path, message("a", model="agent_x1")).calls] == [
        "unknown"
    ]


@pytest.mark.parametrize(
    "odd",
    [
        5, None, "x", [], {"messageId": 5}, message("a", "a"), message("a", "b"),
        message("x", tokenCount=-1), message("x", tokenCount="5", promptTokens="x"),
        message("x", content=[5, {"type": "text", "text": 5}, {"type": "tool_call"}]),
        message("x", createdAt="never"), message("x", text=None, isCreatedByUser="yes"),
        {**message("x"), "children": "none"}, {**message("x"), "content": [{"children": [1]}]},
    ],
)  # fmt: skip
def test_odd_messages_do_not_hinder_the_others(tmp_path: Path, odd: Any) -> None:
    found = of(tmp_path, odd, message("b", "a"), message("b", "a"))

    assert ("answer", "text b") in [(each, body) for each, body in found.visible()] or any(
        each.body == "text b" for each in found.messages
    )
    assert len([each for each in found.messages if each.uuid == "c1/b"]) == 1


def test_impossible_tokens_are_rejected_and_unknown(tmp_path: Path) -> None:
    found = of(tmp_path, message("a", tokenCount=-1, promptTokens=5))

    assert "not a possible token count" in found.rejected[0].reason
    assert [call.measure for call in found.calls] == [Measure.MISSING]


@pytest.mark.parametrize(
    "content", [b"<!DOCTYPE html><html></html>", b"# Conversation\n- conversationId: c1\n"]
)
def test_what_is_no_json_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotReadable, match="JSON"):
        read_bytes("librechat", tmp_path, "a.json", content)


def test_other_json_is_rejected(tmp_path: Path) -> None:
    found = read_bytes("librechat", tmp_path, "a.json", b'{"messages": []}')

    assert next(each.reason for each in found.rejected) == "no conversation of LibreChat"


def test_list_of_conversations_is_read(tmp_path: Path) -> None:
    content = b"[" + FLAT.read_bytes() + b"," + json.dumps({**HEAD, "messages": []}).encode() + b"]"
    found = read_bytes("librechat", tmp_path, "a.json", content)

    assert len(found.conversations) == 2


@pytest.mark.parametrize("path", [FLAT, TREE])
def test_message_by_message_and_at_once_the_same_is_found(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = read("librechat", path)
    monkeypatch.setattr("convledger.sources.librechat.conversation._flat", lambda _: None)

    assert read("librechat", path) == at_once
