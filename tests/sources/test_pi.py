"""Pi: a tree whose every answer was billed, and forks that repeat their parent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convledger.sources.findings import Flag, Measure
from tests.sources.agent_parts import EXPECTED, FIXTURES, NO_SAMPLES, SAMPLES, jsonl, keys, marked
from tests.sources.documents import Read, read, read_bytes

PI = "pi"
FOLDER = FIXTURES / "pi" / ".pi" / "agent" / "sessions"
PARENT, FORK = "0d9c8b7a-1010-4e4e-9d9d-909090909090", "1e0d9c8b-2020-4e4e-9d9d-808080808080"
HEADER = {"type": "session", "version": 3, "id": "s", "timestamp": "2026-08-01T09:00:00.000Z",
          "cwd": "/w"}  # fmt: skip
USAGE = {"input": 10, "output": 5, "cacheRead": 100, "cacheWrite": 20, "totalTokens": 135,
         "cost": {"total": 0.25}}  # fmt: skip
RESPONSE = "msg_0123456789abcdefghij"


def entry(name: str, parent: str | None, message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "message", "id": name, "parentId": parent,
            "timestamp": "2026-08-01T09:00:05.000Z", "message": message, **more}  # fmt: skip


def asked(text: str = "Hi") -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def answered(**more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": "Yes"}],
            "provider": "anthropic", "model": "claude-sonnet-4-5", "usage": USAGE,
            "stopReason": "stop", "timestamp": 1785574805000, "responseId": RESPONSE,
            **more}  # fmt: skip


def session(tmp_path: Path, *entries: Any, **header: Any) -> Read:
    return read_bytes(PI, tmp_path, "--w--/2026_s.jsonl", jsonl({**HEADER, **header}, *entries))


@pytest.mark.skipif(not EXPECTED, reason=NO_SAMPLES)
def test_sample_has_its_facts() -> None:
    expected = EXPECTED["pi/agentsview_session.jsonl"]
    found = read(PI, SAMPLES / "pi" / "agentsview_session.jsonl")
    facts = expected["tokens_by_model"]["claude-opus-4-5"]
    counts = found.tokens()["claude-opus-4-5"]

    assert {name: counts[name] for name in facts} == facts
    assert list(found.conversations) == [expected["conversation_id"]]
    assert sum(call.reported or 0 for call in found.calls) == 15 * 10**9
    assert [one.line for one in found.rejected] == [10, 10]
    assert [facts.parent for facts in found.conversations.values()] == ["parent-uuid"]


def test_fixture_counts_the_branch_that_was_left() -> None:
    (path,) = FOLDER.rglob(f"*_{PARENT}.jsonl")
    found = read(PI, path, root=FOLDER)
    facts = found.conversations[PARENT]

    assert keys(found) == [f"msg_01PumpServiceAnswer000{number}" for number in (1, 2, 3)]
    assert marked(found, Flag.BRANCH) == ["Order parts for both", "Ordered for both."]
    assert (facts.title, facts.project) == ("Pump service", "/home/mara/pumps")
    assert [body for kind, body in found.visible() if kind == "prompt"] == [
        "Which pumps need service?", "Order for pump 7 only",
    ]  # fmt: skip


def test_fork_shares_names_with_its_parent_and_marks_what_it_inherits() -> None:
    (parent,), (fork,) = (FOLDER.rglob(f"*_{name}.jsonl") for name in (PARENT, FORK))
    first, second = read(PI, parent, root=FOLDER), read(PI, fork, root=FOLDER)

    assert [(call.conversation, call.copied_into) for call in second.calls] == [
        (PARENT, FORK), (FORK, ""),
    ]  # fmt: skip
    assert second.calls[0].key in keys(first)
    assert marked(second, Flag.INHERITED) == ["Which pumps need service?", "Pumps 3 and 7."]
    assert {one.uuid for one in second.messages if one.flags & Flag.INHERITED} < {
        one.uuid for one in first.messages
    }
    assert (second.conversations[FORK].parent, second.conversations[FORK].relation) == (
        PARENT, "fork",
    )  # fmt: skip
    assert first.conversations[PARENT].first_at < second.conversations[FORK].first_at  # type: ignore[operator]


def test_answer_is_named_alike_in_every_file_without_an_id_too(tmp_path: Path) -> None:
    bare = entry("aa", None, answered(responseId=None))
    (one,) = session(tmp_path, bare).calls
    (two,) = session(tmp_path, asked_before(), bare, id="t", timestamp="2026-08-02T09:00:00Z",
                     parentSession="/x/2026_s.jsonl").calls  # fmt: skip

    assert one.key == two.key
    assert (two.conversation, two.copied_into) == ("s", "t")


def asked_before() -> dict[str, Any]:
    return entry("zz", None, asked())


def test_buckets_are_kept_as_they_are_and_the_cost_beside_them(tmp_path: Path) -> None:
    (call,) = session(tmp_path, entry("a", None, answered())).calls

    assert (call.input, call.output, call.cache_read, call.cache_write_5m) == (10, 5, 100, 20)
    assert (call.reported, call.provider, call.key) == (25 * 10**10, "anthropic", RESPONSE)


@pytest.mark.parametrize("cost", [None, {}, {"total": 0}, {"total": -1}, {"total": "x"}])
def test_cost_that_pi_does_not_know_is_none(tmp_path: Path, cost: Any) -> None:
    (call,) = session(tmp_path, entry("a", None, answered(usage={**USAGE, "cost": cost}))).calls

    assert call.reported is None


def test_failed_request_without_tokens_is_no_call(tmp_path: Path) -> None:
    nothing = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}
    failed = answered(usage=nothing, stopReason="error", errorMessage="overloaded")
    found = session(tmp_path, entry("a", None, failed))

    assert found.calls == []
    assert marked(found, Flag.ERROR) == ["overloaded"]


def test_aborted_request_with_tokens_was_billed(tmp_path: Path) -> None:
    assert len(session(tmp_path, entry("a", None, answered(stopReason="aborted"))).calls) == 1


def test_answer_without_usage_leaves_it_unknown(tmp_path: Path) -> None:
    found = session(tmp_path, entry("a", None, answered(usage=None)))

    assert [(call.key, call.measure) for call in found.calls] == [
        (found.messages[0].uuid, Measure.MISSING)
    ]


def test_model_is_that_of_the_last_change_where_an_answer_names_none(tmp_path: Path) -> None:
    change = {"type": "model_change", "id": "m", "parentId": None, "provider": "openai",
              "modelId": "gpt-5"}  # fmt: skip
    (call,) = session(tmp_path, change, entry("a", "m", answered(model=None, provider=None))).calls

    assert (call.provider, call.model) == ("openai", "gpt-5")


def test_first_version_without_a_tree_is_one_path(tmp_path: Path) -> None:
    def bare(message: dict[str, Any], second: int) -> dict[str, Any]:
        return {"type": "message", "timestamp": f"2025-12-01T09:00:0{second}.000Z",
                "message": message}  # fmt: skip

    found = session(tmp_path, bare(asked("One"), 1), bare(answered(), 2), bare(asked("Two"), 3))

    assert found.visible() == [("prompt", "One"), ("answer", "Yes"), ("prompt", "Two")]
    assert len({one.uuid for one in found.messages}) == 3


def test_session_of_the_first_version_keeps_its_names_when_it_gets_a_tree(tmp_path: Path) -> None:
    bare = {"type": "message", "timestamp": "2025-12-01T09:00:01.000Z", "message": asked("One")}
    reply = {"type": "message", "timestamp": "2025-12-01T09:00:02.000Z",
             "message": answered(usage=None)}  # fmt: skip
    before = session(tmp_path, bare, reply)
    after = session(
        tmp_path, {**bare, "id": "aa", "parentId": None}, {**reply, "id": "bb", "parentId": "aa"}
    )

    assert [one.uuid for one in before.messages] == [one.uuid for one in after.messages]
    assert keys(before) == keys(after) == [before.messages[1].uuid]


def test_circle_and_missing_parents_end_the_path(tmp_path: Path) -> None:
    circle = session(tmp_path, entry("a", "b", asked("One")), entry("b", "a", asked("Two")))
    lost = session(tmp_path, entry("a", None, asked("One")), entry("b", "?", asked("Two")))

    assert len(circle.visible()) == len(lost.visible()) == 2


def test_every_kind_of_entry_has_its_place(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        entry("a", None, {"role": "bashExecution", "command": "ls", "output": "a.txt"}),
        entry("b", "a", {"role": "toolResult", "toolName": "read", "isError": True,
                         "content": [{"type": "text", "text": "no such file"}]}),
        entry("c", "b", answered(content=[
            {"type": "thinking", "thinking": "Hm"},
            {"type": "toolCall", "id": "t", "name": "read", "arguments": {"path": "a"}}])),
        {"type": "compaction", "id": "d", "parentId": "c", "summary": "So far"},
        {"type": "custom_message", "id": "e", "parentId": "d", "customType": "x",
         "content": "hidden", "display": False},
        {"type": "label", "id": "f", "parentId": "e", "targetId": "a", "label": "here"},
    )  # fmt: skip

    assert found.visible() == [
        ("note", "$ ls\na.txt"), ("tool_result", "no such file"), ("thinking", "Hm"),
        ("tool_call", '{"path":"a"}'), ("note", "So far"),
    ]  # fmt: skip
    assert marked(found, Flag.ERROR) == ["no such file"]
    assert marked(found, Flag.HIDDEN) == ["hidden"]


def test_entry_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    whole = jsonl(HEADER, entry("a", None, answered()))
    found = read_bytes(PI, tmp_path, "s.jsonl", whole + b'{"type":"message","id":"b","mess')

    assert (len(found.calls), found.rejected) == (1, [])
