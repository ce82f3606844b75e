"""Qwen Code: its telemetry is what was billed; answers repeat it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.findings import Flag, Measure
from tests.sources.agent_parts import FIXTURES, jsonl, keys, marked, recorded
from tests.sources.documents import Read, read, read_bytes

QWEN = "qwen-code"
HOME = FIXTURES / "qwen-code" / ".qwen"
PROJECT = HOME / "projects" / "-home-mara-ledger"
MAIN = "5c1d7e90-2222-4f4f-8a8a-121212121212"
FORK = "6d2e8fa1-3333-4f4f-8a8a-343434343434"
RESPONSE = "chatcmpl-0123456789abcdef"


def record(uuid: str, parent: str | None, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "uuid": uuid, "parentUuid": parent, "sessionId": "s", "type": kind, "cwd": "/w",
        "timestamp": "2026-10-01T10:00:00.000Z", **more,
    }  # fmt: skip


def text(*parts: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": part} for part in parts]}


def used(**more: int) -> dict[str, int]:
    return {
        "promptTokenCount": 100, "candidatesTokenCount": 20, "thoughtsTokenCount": 5,
        "cachedContentTokenCount": 60, "totalTokenCount": 120, **more,
    }  # fmt: skip


def told(uuid: str, parent: str | None, response: str = RESPONSE, **more: Any) -> dict[str, Any]:
    event = {
        "event.name": "qwen-code.api_response", "event.timestamp": "2026-10-01T10:00:00.000Z",
        "response_id": response, "model": "qwen3-coder-plus", "input_token_count": 100,
        "output_token_count": 20, "cached_content_token_count": 60, "thoughts_token_count": 5,
        "total_token_count": 120, **more,
    }  # fmt: skip
    return record(uuid, parent, "system", subtype="ui_telemetry",
                  systemPayload={"uiEvent": event})  # fmt: skip


def answer(uuid: str, parent: str | None, **more: Any) -> dict[str, Any]:
    fixed = {"model": "qwen3-coder-plus", "message": text("Done"), "usageMetadata": used()}
    return record(uuid, parent, "assistant", **{**fixed, **more})


def session(tmp_path: Path, *records: Any, name: str = "projects/p/chats/s.jsonl") -> Read:
    return read_bytes(QWEN, tmp_path, name, jsonl(*records))


def test_fixture_counts_the_hidden_agent_and_no_answer_twice() -> None:
    found = read(QWEN, PROJECT / "chats" / f"{MAIN}.jsonl", root=HOME)
    facts = found.conversations[MAIN]

    assert recorded(found) == {
        "qwen3-coder-plus": {
            "requests": 2, "input": 2200, "cache_read": 4000, "cache_write": 0, "output": 120,
            "reasoning": 30,
        },
        "qwen3-coder-flash": {
            "requests": 1, "input": 500, "cache_read": 0, "cache_write": 0, "output": 20,
            "reasoning": 0,
        },
    }  # fmt: skip
    assert [(call.agent, call.sidechain) for call in found.calls] == [
        ("", False), ("Explore", True), ("", False),
    ]  # fmt: skip
    assert (facts.title, facts.project, facts.branch) == (
        "VAT on invoices", "/home/mara/ledger", "main",
    )  # fmt: skip
    assert [kind for kind, _ in found.visible()] == [
        "prompt", "thinking", "tool_call", "tool_result", "answer",
    ]  # fmt: skip


def test_fork_counts_its_own_request_and_marks_what_it_inherits() -> None:
    found = read(QWEN, PROJECT / "chats" / f"{FORK}.jsonl", root=HOME)
    facts = found.conversations[FORK]

    assert [(call.conversation, call.copied_into) for call in found.calls] == [
        *[(MAIN, FORK)] * 3, (FORK, ""),
    ]  # fmt: skip
    assert (facts.parent, facts.relation) == (MAIN, "fork")
    assert [body for kind, body in found.visible() if kind == "prompt"] == [
        "Add VAT to the invoice totals", "Make the rate a setting",
    ]  # fmt: skip
    assert "Make the rate a setting" not in marked(found, Flag.INHERITED)
    assert (facts.first_at or 0) > found.calls[0].at


def test_agent_transcript_is_said_but_not_counted_again() -> None:
    (path,) = (PROJECT / "subagents" / MAIN).glob("*.jsonl")
    found = read(QWEN, path, root=HOME)

    assert found.calls == []
    assert {(one.conversation, one.agent) for one in found.messages} == {(MAIN, "explore-7f3c")}
    assert len(marked(found, Flag.SIDECHAIN)) == 2


def test_agent_transcript_counts_where_its_session_keeps_no_telemetry(tmp_path: Path) -> None:
    chats = tmp_path / "projects" / "p" / "chats"
    chats.mkdir(parents=True)
    (chats / "s.jsonl").write_bytes(jsonl(record("u", None, "user", message=text("Hi"))))
    found = session(
        tmp_path,
        answer("a", None, agentId="x-1", isSidechain=True),
        name="projects/p/subagents/s/agent-x-1.jsonl",
    )

    assert [(call.key, call.agent, call.input) for call in found.calls] == [("a", "x-1", 40)]


def test_older_version_is_counted_by_its_answers(tmp_path: Path) -> None:
    found = session(tmp_path, record("u", None, "user", message=text("Hi")), answer("a", "u"))

    assert [(call.key, call.input, call.cache_read, call.output) for call in found.calls] == [
        ("a", 40, 60, 20)
    ]


def test_answer_from_before_the_telemetry_began_counts_beside_it(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        answer("old", None, usageMetadata=used(promptTokenCount=900)),
        told("t", "old"),
        answer("new", "t"),
    )

    assert sorted(keys(found)) == sorted(["old", RESPONSE])


def test_telemetry_holds_where_an_answer_tells_other_figures(tmp_path: Path) -> None:
    found = session(tmp_path, told("t", None), answer("a", "t", usageMetadata=used(
        candidatesTokenCount=2000)))  # fmt: skip

    assert [(call.key, call.output) for call in found.calls] == [(RESPONSE, 20)]


def test_thoughts_are_part_of_the_output_unless_the_total_counts_them_apart(
    tmp_path: Path,
) -> None:
    inside, apart = session(
        tmp_path, told("t", None), told("v", "t", f"{RESPONSE}-2", total_token_count=125)
    ).calls

    assert (inside.output, inside.reasoning) == (20, 5)
    assert (apart.output, apart.reasoning) == (25, 5)


def test_short_ids_of_local_servers_are_told_apart_by_their_instant(tmp_path: Path) -> None:
    later = {"event.timestamp": "2026-10-01T11:00:00.000Z"}
    found = session(tmp_path, told("t", None, "chatcmpl-7"), told("v", "t", "chatcmpl-7", **later))

    assert len({(call.key, call.variant) for call in found.calls}) == 2


def test_telemetry_without_tokens_leaves_the_answers_to_count(tmp_path: Path) -> None:
    bare: dict[str, Any] = dict.fromkeys(
        ("input_token_count", "output_token_count", "cached_content_token_count",
         "thoughts_token_count", "total_token_count")
    )  # fmt: skip

    assert keys(session(tmp_path, told("t", None, **bare), answer("a", "t"))) == ["a"]


def test_session_without_any_usage_leaves_it_unknown(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        record("u", None, "user", message=text("Hi")),
        answer("a", "u", usageMetadata=None),
        answer("b", "a", usageMetadata=None),
        record("r", "b", "user", message=text("And?")),
        answer("c", "r", usageMetadata=None),
    )

    assert [(call.key, call.measure) for call in found.calls] == [
        ("b", Measure.MISSING), ("c", Measure.MISSING),
    ]  # fmt: skip


def test_what_was_rewound_stands_beside_the_path(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        record("u", None, "user", message=text("First")),
        record("v", "u", "user", message=text("Wrong way")),
        record("w", "u", "user", message=text("Right way")),
    )

    assert marked(found, Flag.BRANCH) == ["Wrong way"]
    assert {one.uuid: one.parent for one in found.messages} == {"u": "", "v": "u", "w": "u"}


def test_path_goes_on_above_a_line_that_was_lost(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        record("u", None, "user", message=text("First")),
        b"{ this line is lost",
        record("w", "lost", "user", message=text("Last")),
    )

    assert marked(found, Flag.BRANCH) == []
    assert [one.line for one in found.rejected] == [2, 2]


def test_circle_of_parents_ends(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        record("u", "w", "user", message=text("One")),
        record("w", "u", "user", message=text("Two")),
    )

    assert [body for _, body in found.visible()] == ["One", "Two"]


def test_title_that_a_person_gave_holds_over_one_that_was_made(tmp_path: Path) -> None:
    def titled(uuid: str, title: str, source: str) -> dict[str, Any]:
        payload = {"customTitle": title, "titleSource": source}
        return record(uuid, None, "system", subtype="custom_title", systemPayload=payload)

    found = session(tmp_path, titled("a", "Mine", "manual"), titled("b", "Made", "auto"))

    assert [facts.title for facts in found.conversations.values()] == ["Mine"]


def test_session_that_another_made_names_it(tmp_path: Path) -> None:
    found = session(tmp_path, record("a", None, "system", subtype="parent_session",
                    systemPayload={"parentSessionId": "p"}))  # fmt: skip

    assert [(facts.parent, facts.relation) for facts in found.conversations.values()] == [
        ("p", "subagent")
    ]


@pytest.mark.parametrize("kind", ["qwen", "gemini"])
def test_oldest_sessions_are_one_object(tmp_path: Path, kind: str) -> None:
    told_tokens = {"input": 100, "output": 20, "cached": 60, "thoughts": 5, "total": 120}
    old = {
        "sessionId": "s", "projectHash": "h", "startTime": "2025-09-01T10:00:00.000Z",
        "messages": [{"id": "a", "type": kind, "model": "qwen3-coder-plus", "content": "Hi",
                      "timestamp": "2025-09-01T10:00:00.000Z", "tokens": told_tokens}],
    }  # fmt: skip
    found = read_bytes(QWEN, tmp_path, "tmp/h/chats/session-1.json", json.dumps(old).encode())

    assert [(call.input, call.cache_read, call.output) for call in found.calls] == [(40, 60, 20)]
    assert found.visible() == [("answer", "Hi")]


def test_runtime_model_is_called_as_its_service_calls_it(tmp_path: Path) -> None:
    (call,) = session(tmp_path, told("t", None, model="$runtime|openai|qwen3-max")).calls

    assert call.model == "qwen3-max"
