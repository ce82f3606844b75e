"""Gemini CLI: its operations count each request once, and leave the transcript as it is."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Kind, Measure
from tests.sources.agent_parts import (
    EXPECTED,
    FIXTURES,
    NO_SAMPLES,
    SAMPLES,
    jsonl,
    keys,
    marked,
    recorded,
)
from tests.sources.documents import Read, read, read_bytes

GEMINI = "gemini-cli"
HOME = FIXTURES / "gemini-cli" / ".gemini"
SESSION = "3f6c1a20-5d1e-4b77-9c3a-0f2b8e6d4a11"
CHATS = "tmp/orchard-site/chats"
HEADER = {
    "sessionId": "s", "projectHash": "h", "startTime": "2026-09-01T10:00:00.000Z", "kind": "main",
}  # fmt: skip


def tokens(**more: Any) -> dict[str, Any]:
    return {"input": 100, "output": 10, "cached": 0, "thoughts": 0, "tool": 0, "total": 110, **more}


def said(name: str, kind: str = "gemini", text: str = "yes", **more: Any) -> dict[str, Any]:
    return {"id": name, "timestamp": "2026-09-01T10:00:05.000Z", "type": kind, "content": text,
            **more}  # fmt: skip


def session(tmp_path: Path, *records: Any, name: str = "chats/session-1.jsonl") -> Read:
    return read_bytes(GEMINI, tmp_path, name, jsonl(HEADER, *records))


@pytest.mark.skipif(not EXPECTED, reason=NO_SAMPLES)
@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("gemini-cli/")])
def test_sample_has_its_facts(name: str) -> None:
    expected = EXPECTED[name]
    found = read(GEMINI, SAMPLES / name)
    wanted = {
        model: {
            "requests": facts["requests"],
            "input": facts["input"],
            "cache_read": facts["cache_read"],
            "cache_write": 0,
            "output": facts["output"],
            "reasoning": facts["of_which_thoughts"],
        }
        for model, facts in expected["tokens_by_model"].items()
    }

    assert recorded(found) == wanted
    assert list(found.conversations) == [expected["conversation_id"]]
    assert not found.rejected
    if "messages" in expected:
        names = {message.uuid.removesuffix(":results") for message in found.messages}
        assert len(names) == expected["messages"]
    if "user_prompts" in expected:
        prompts = [body for kind, body in found.visible() if kind == "prompt"]
        assert prompts == expected["user_prompts"]


@pytest.mark.skipif(not EXPECTED, reason=NO_SAMPLES)
def test_project_is_told_by_the_context_where_nothing_lies_beside() -> None:
    (lab,) = (SAMPLES / "gemini-cli").rglob("session-*.jsonl")

    assert [facts.project for facts in read(GEMINI, lab).conversations.values()] == [
        "/home/demo/app"
    ]


def test_fixture_counts_what_was_taken_back_and_shows_each_tool_result_once() -> None:
    (path,) = (HOME / CHATS).glob("session-*.jsonl")
    found = read(GEMINI, path, root=HOME)
    facts = found.conversations[SESSION]

    assert keys(found) == [f"{SESSION}:{name}" for name in ("b20c", "d40e", "f60a", "b80c")]
    assert (facts.title, facts.project) == ("Raise the price of pears", "/home/mara/orchard-site")
    assert [kind for kind, _ in found.visible(SESSION)] == [
        "prompt", "thinking", "tool_call", "tool_result", "answer", "prompt", "answer",
    ]  # fmt: skip
    assert marked(found, Flag.ROLLED_BACK) == ["And apples too", "Apples are 26 EUR as well."]


def test_subagent_belongs_to_the_session_whose_folder_it_lies_in() -> None:
    (path,) = (HOME / CHATS / SESSION).glob("*.jsonl")
    (facts,) = read(GEMINI, path, root=HOME).conversations.values()

    assert (facts.parent, facts.relation) == (SESSION, "subagent")
    assert facts.project == "/home/mara/orchard-site"


def test_older_session_is_found_in_the_registry_by_its_folder() -> None:
    (path,) = (HOME / "tmp" / "ledger").rglob("*.json")
    found = read(GEMINI, path, root=HOME)

    assert [facts.project for facts in found.conversations.values()] == ["/home/mara/ledger"]
    assert recorded(found)["gemini-2.5-pro"]["output"] == 7


def test_project_is_known_by_the_hash_of_its_folder(tmp_path: Path) -> None:
    place = sha256(b"/home/mara/mill").hexdigest()
    (tmp_path / "projects.json").write_text(json.dumps({"projects": {"/home/mara/mill": "mill"}}))
    found = session(tmp_path, said("g", tokens=tokens()), name=f"tmp/{place}/chats/session-1.jsonl")

    assert [facts.project for facts in found.conversations.values()] == ["/home/mara/mill"]


def test_message_said_again_with_its_tool_calls_counts_once(tmp_path: Path) -> None:
    first = said("g", tokens=tokens(), model="gemini-2.5-pro")
    again = {**first, "toolCalls": [{"id": "c", "name": "ls", "args": {}, "result": "a.txt"}]}

    assert keys(session(tmp_path, first, again)) == ["s:g"]


def test_last_record_with_tokens_counts_though_a_later_one_has_none(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        said("g", tokens=tokens(), model="gemini-2.5-pro"),
        said("g", tokens=tokens(output=30, total=130), model="gemini-2.5-pro"),
        said("g", tokens=None),
    )

    assert [(call.model, call.output, call.line) for call in found.calls] == [
        ("gemini-2.5-pro", 30, 3)
    ]


def test_checkpoint_takes_no_tokens_away_and_adds_none(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        said("a", tokens=tokens(), model="gemini-2.5-pro"),
        {"$set": {"messages": [said("b", tokens=tokens(input=9999)), said("a", text="shorter")]}},
        said("c", tokens=tokens(), model="gemini-2.5-pro"),
    )

    assert keys(found) == ["s:a", "s:c"]


def test_what_a_checkpoint_leaves_out_stands_beside_the_conversation(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        said("u", "user", "Long story"),
        said("g", text="Long answer", tokens=tokens()),
        {"$set": {"messages": [said("k", "user", "<state_snapshot>short</state_snapshot>")]}},
        said("v", "user", "Go on"),
    )

    assert marked(found, Flag.BRANCH) == ["Long story", "Long answer"]
    assert found.visible() == [
        ("note", "<state_snapshot>short</state_snapshot>"), ("prompt", "Go on"),
    ]  # fmt: skip


def test_rewind_to_an_unknown_message_takes_all_back(tmp_path: Path) -> None:
    found = session(tmp_path, said("u", "user", "Hi"), {"$rewindTo": "?"}, said("v", "user", "Ho"))

    assert marked(found, Flag.ROLLED_BACK) == ["Hi"]
    assert found.visible() == [("prompt", "Ho")]


def test_what_is_said_after_a_rewind_follows_what_was_before_it(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        said("a", "user", "One"),
        said("b", "user", "Two"),
        said("c", "user", "Three"),
        {"$rewindTo": "b"},
        said("d", "user", "Four"),
    )

    assert {one.uuid: one.parent for one in found.messages} == {
        "s:a": "", "s:b": "s:a", "s:c": "s:b", "s:d": "s:a",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "sent", "read_from_cache"),
    [
        (tokens(cached=60), 40, 60),
        (tokens(cached=60, tool=5, total=115), 45, 60),
        (tokens(cached=60, total=170), 100, 60),  # the total shows that the prompt excludes it
        (tokens(cached=400), 100, 400),
        (tokens(input="100", cached="60"), 40, 60),
        (tokens(input=100.0, cached=None), 100, 0),
    ],
)
def test_tokens_become_disjoint(
    tmp_path: Path, told: dict[str, Any], sent: int, read_from_cache: int
) -> None:
    (call,) = session(tmp_path, said("g", tokens=told)).calls

    assert (call.input, call.cache_read, call.output) == (sent, read_from_cache, 10)


def test_thoughts_are_billed_as_output(tmp_path: Path) -> None:
    (call,) = session(tmp_path, said("g", tokens=tokens(thoughts=7, total=117))).calls

    assert (call.output, call.reasoning) == (17, 7)


def test_version_that_keeps_no_tokens_leaves_them_unknown(tmp_path: Path) -> None:
    found = session(tmp_path, said("u", "user", "Hi"), said("g", model="gemini-2.5-pro"))

    assert [(call.key, call.measure, call.total) for call in found.calls] == [
        ("s:g", Measure.MISSING, 0)
    ]
    assert found.messages[-1].uuid == "s:g"


def test_answers_between_which_tools_ran_are_requests_each(tmp_path: Path) -> None:
    ran = [{"id": "c", "name": "ls", "args": {}, "result": "a.txt"}]
    found = session(
        tmp_path, said("a", toolCalls=ran), said("b"), said("c"), said("d", "user"), said("e")
    )

    assert keys(found) == ["s:a", "s:c", "s:e"]
    assert {one.uuid: one.parent for one in found.messages} == {
        "s:a": "", "s:a:results": "s:a", "s:b": "s:a:results", "s:c": "s:b", "s:d": "s:c",
        "s:e": "s:d",
    }  # fmt: skip
    assert all(one.block == 0 for one in found.messages if one.uuid in keys(found)[1:])


def test_request_that_used_nothing_is_no_call(tmp_path: Path) -> None:
    nothing = tokens(input=0, output=0, total=0)

    assert session(tmp_path, said("u", "user", "Hi"), said("g", tokens=nothing)).calls == []


def test_message_without_an_instant_has_the_nearest_before(tmp_path: Path) -> None:
    first = said("u", "user", "Hi")
    answer = {**said("g", tokens=tokens()), "timestamp": "1970-01-01T00:00:00Z"}

    found = session(tmp_path, first, answer)

    assert len({message.at for message in found.messages} | {found.calls[0].at}) == 1


def test_record_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    whole = jsonl(HEADER, said("g", tokens=tokens()))
    found = read_bytes(GEMINI, tmp_path, "chats/session-1.jsonl", whole + b'{"id":"h","tok')

    assert keys(found) == ["s:g"]
    assert not found.rejected


def test_impossible_tokens_reject_their_line_alone(tmp_path: Path) -> None:
    found = session(tmp_path, said("g", tokens=tokens(input=-5)), said("h", tokens=tokens()))

    assert keys(found) == ["s:h"]
    assert [(one.line, one.reason) for one in found.rejected] == [
        (2, "not a possible token count: -5")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"sessionId": "s", "messages": [{"id": "a", ', "not whole"),
        (b"<!DOCTYPE html><html></html>", "web page"),
    ],
)
def test_file_that_is_no_session_now_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        read_bytes(GEMINI, tmp_path, "chats/session-1.json", content)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0\0"])
def test_empty_file_holds_nothing(tmp_path: Path, content: bytes) -> None:
    for name in ("chats/session-1.json", "chats/session-1.jsonl"):
        found = read_bytes(GEMINI, tmp_path, name, content)
        assert (found.calls, found.conversations, found.messages) == ([], {}, [])


def test_object_without_messages_is_rejected(tmp_path: Path) -> None:
    found = read_bytes(GEMINI, tmp_path, "chats/session-1.json", b'{\n"sessionId": "s"}')

    assert {one.reason for one in found.rejected} == {"no session: it has no list of messages"}


def test_printed_result_is_one_call_a_model() -> None:
    found = read(GEMINI, FIXTURES / "gemini-cli" / "answer.json")

    assert recorded(found)["gemini-2.5-pro"] == {
        "requests": 1, "input": 1600, "cache_read": 500, "cache_write": 0, "output": 70,
        "reasoning": 40,
    }  # fmt: skip
    assert found.visible() == [("answer", "Three invoices are open.")]


def test_printed_result_in_one_line_is_read_too(tmp_path: Path) -> None:
    models = {"gemini-2.5-pro": {"tokens": {"prompt": 10, "candidates": 5, "total": 15}}}
    printed = {"session_id": "r", "response": "Hi", "stats": {"models": models}}
    found = read_bytes(GEMINI, tmp_path, "out.json", json.dumps(printed).encode())

    assert [(call.conversation, call.input, call.output) for call in found.calls] == [("r", 10, 5)]


def test_pictures_become_words_and_files_sent_along_are_kept_aside(tmp_path: Path) -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": "A" * 8000}}
    found = session(
        tmp_path,
        {**said("u", "user"), "content": [{"text": "What is this?"}, picture]},
        {**said("v", "user", "Sum up @a.md\n--- a.md ---\nlong"), "displayContent": "Sum up @a.md"},
    )

    assert found.visible() == [
        ("prompt", "What is this?\n[image/png 6 KB]"), ("prompt", "Sum up @a.md"),
    ]  # fmt: skip
    assert [one.kind for one in found.messages if one.flags & Flag.HIDDEN] == [Kind.NOTE]
