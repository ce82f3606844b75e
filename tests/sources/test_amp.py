"""Amp: the ledger of a thread and its messages are told apart and counted once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.agent_parts import FIXTURES, keys, marked, recorded
from tests.sources.documents import Read, read, read_bytes

AMP = "amp"
USAGE = {
    "model": "claude-opus-4-5", "timestamp": "2026-09-01T10:00:05.000Z", "inputTokens": 10,
    "outputTokens": 20, "cacheCreationInputTokens": 300, "cacheReadInputTokens": 4000,
    "totalInputTokens": 4310,
}  # fmt: skip


def thread(tmp_path: Path, messages: Any, events: Any = None, **more: Any) -> Read:
    whole: dict[str, Any] = {"v": 1, "id": "T-1", "created": 1788256800000, "messages": messages}
    if events is not None:
        whole["usageLedger"] = {"events": events}
    return read_bytes(AMP, tmp_path, "T-1.json", json.dumps({**whole, **more}).encode())


def said(number: int | None, role: str = "assistant", **more: Any) -> dict[str, Any]:
    named = {} if number is None else {"messageId": number}
    return {"role": role, **named, "content": [{"type": "text", "text": "Yes"}], **more}


def event(name: str, to: int | None = None, **more: Any) -> dict[str, Any]:
    linked = {} if to is None else {"toMessageId": to}
    return {"id": name, "timestamp": "2026-09-01T10:00:05.000Z", "model": "claude-opus-4-5",
            "tokens": {"input": 7, "output": 3}, "operationType": "inference", "credits": 1.5,
            **linked, **more}  # fmt: skip


def test_fixture_counts_each_request_once() -> None:
    (path,) = (FIXTURES / "amp").rglob("T-*.json")
    found = read(AMP, path)
    (facts,) = found.conversations.values()

    assert recorded(found) == {
        "claude-opus-4-5": {
            "requests": 2, "input": 20, "cache_read": 4000, "cache_write": 4120, "output": 120,
            "reasoning": 0,
        },
        "claude-haiku-4-5": {
            "requests": 1, "input": 300, "cache_read": 0, "cache_write": 0, "output": 6,
            "reasoning": 0,
        },
    }  # fmt: skip
    assert (facts.title, facts.project, facts.branch, facts.details) == (
        "Seat map of the hall", "/home/mara/hall", "main", {"credits": "3.2"},
    )  # fmt: skip
    assert [kind for kind, _ in found.visible()] == [
        "prompt", "thinking", "answer", "tool_call", "tool_result", "answer",
    ]  # fmt: skip


def test_messages_count_where_there_is_no_ledger(tmp_path: Path) -> None:
    (call,) = thread(tmp_path, [said(0, "user"), said(1, usage=USAGE)]).calls

    assert (call.key, call.input, call.output, call.cache_read, call.cache_write_5m) == (
        "T-1:1", 10, 20, 4000, 300,
    )  # fmt: skip


def test_request_keeps_its_name_when_the_ledger_comes_to_know_it(tmp_path: Path) -> None:
    messages = [said(0, "user"), said(1, usage=USAGE)]

    assert keys(thread(tmp_path, messages)) == keys(thread(tmp_path, messages, [event("e", 1)]))


def test_ledger_that_names_no_messages_takes_their_place(tmp_path: Path) -> None:
    found = thread(tmp_path, [said(1, usage=USAGE)], [event("e")])

    assert [(call.key, call.input) for call in found.calls] == [("T-1:event:e", 7)]


def test_message_that_the_ledger_leaves_out_counts_beside_it(tmp_path: Path) -> None:
    messages = [said(1, usage=USAGE), said(3, usage=USAGE)]

    assert sorted(keys(thread(tmp_path, messages, [event("e", 3)]))) == ["T-1:1", "T-1:3"]


def test_several_events_of_one_message_are_requests_each(tmp_path: Path) -> None:
    title = event("t", 1, operationType="title-generation")
    found = thread(tmp_path, [said(1, usage=USAGE)], [title, event("e", 1)])

    assert [(call.key, call.input) for call in found.calls] == [
        ("T-1:event:t", 7), ("T-1:1", 10),
    ]  # fmt: skip


def test_messages_without_numbers_are_named_by_their_place(tmp_path: Path) -> None:
    found = thread(tmp_path, [said(None, "user"), said(None, usage=USAGE)])

    assert keys(found) == ["T-1:#2"]
    assert found.messages[1].uuid == "T-1:#2"


def test_thread_without_any_usage_leaves_it_unknown(tmp_path: Path) -> None:
    found = thread(tmp_path, [said(0, "user"), said(1), said(2, "user"), said(3)])

    assert [(call.key, call.measure) for call in found.calls] == [
        ("T-1:1", Measure.MISSING), ("T-1:3", Measure.MISSING),
    ]  # fmt: skip


def test_answer_on_its_way_is_no_call_yet(tmp_path: Path) -> None:
    assert keys(thread(tmp_path, [said(1, usage=USAGE), said(3)])) == ["T-1:1"]


def test_request_that_used_nothing_is_no_call(tmp_path: Path) -> None:
    nothing = {**USAGE, "inputTokens": 0, "outputTokens": 0, "cacheCreationInputTokens": 0,
               "cacheReadInputTokens": 0}  # fmt: skip

    assert thread(tmp_path, [said(1, usage=nothing)]).calls == []


def test_total_alone_is_counted_but_marked(tmp_path: Path) -> None:
    (call,) = thread(tmp_path, [], [event("e", tokens={"total": 345})]).calls

    assert (call.input, call.approximate) == (345, True)


def test_bad_figures_spoil_their_message_alone(tmp_path: Path) -> None:
    found = thread(tmp_path, [said(1, usage={**USAGE, "inputTokens": -1}), said(3, usage=USAGE)])

    assert keys(found) == ["T-1:3"]
    assert [(one.line, one.reason) for one in found.rejected] == [
        (1, "not a possible token count: -1")
    ]


def test_failed_and_cancelled_tools_say_so(tmp_path: Path) -> None:
    results = [
        {"type": "tool_result", "toolUseID": "a", "run": {"status": "error",
         "error": {"message": "no such file"}}},
        {"type": "tool_result", "toolUseID": "b", "run": {"status": "cancelled"}},
        {"type": "tool_result", "tool_use_id": "c", "content": "fine"},
    ]  # fmt: skip
    found = thread(tmp_path, [said(0, "user", content=results)])

    assert [body for _, body in found.visible()] == ["no such file", "[cancelled]", "fine"]
    assert marked(found, Flag.ERROR) == ["no such file"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"id": "T-1", "messages": [{"role": "us', "not whole"),
        (b"<html>", "web page"),
        (b"[]", "a list, not an object"),
        (b'{"id": "T-1"}', "no messages"),
    ],
)
def test_file_that_is_no_thread_now_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        read_bytes(AMP, tmp_path, "T-1.json", content)


def test_lone_surrogates_are_replaced(tmp_path: Path) -> None:
    content = b'{"id":"T-1","created":1,"messages":[{"role":"user","content":"a\\ud800b"}]}'
    found = read_bytes(AMP, tmp_path, "T-1.json", content)

    assert found.visible() == [("prompt", "a\ufffdb")]
    assert found.messages[0].at > 0
