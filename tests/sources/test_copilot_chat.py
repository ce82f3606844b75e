"""Copilot Chat in VS Code: chat sessions as one object, or as a log of changes to one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.documents import Read, read, read_bytes
from tests.sources.editor_files import FIXTURES, SAMPLES, counts, lines, recognised

SOURCE = "copilot-chat"
NAME = "workspaceStorage/77/chatSessions/s.jsonl"
SAMPLE = "copilot/splitrail_vscode_chatsession_abridged.json"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")


def request(native: str, text: str = "hi", **more: Any) -> dict[str, Any]:
    return {
        "requestId": native, "timestamp": 1763460000000, "modelId": "copilot/gpt-5",
        "message": {"text": text}, "response": [], **more,
    }  # fmt: skip


def answered(*rounds: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"toolCallRounds": list(rounds), **metadata}}


def whole(*requests: Any, **more: Any) -> dict[str, Any]:
    return {"version": 3, "sessionId": "s", "responderUsername": "x", "requests": requests, **more}


def session(folder: Path, *requests: Any, **more: Any) -> Read:
    content = json.dumps(whole(*requests, **more)).encode()
    return read_bytes(SOURCE, folder, NAME.replace("jsonl", "json"), content)


def log(folder: Path, *changes: Any) -> Read:
    return read_bytes(SOURCE, folder, NAME, lines(*changes))


@needs_samples
def test_sample_has_its_requests_and_models() -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[SAMPLE]
    found = read(SOURCE, SAMPLES / SAMPLE)
    prompts = [message.uuid for message in found.messages if message.kind == 1]

    assert prompts == expected["request_ids"]
    assert {call.model for call in found.calls} == {"claude-haiku-4.5"}
    assert {call.measure for call in found.calls} == {Measure.MISSING}
    assert len(found.calls) == 8  # rounds in which a model answered
    assert {call.key for call in found.calls} <= {message.uuid for message in found.messages}
    assert found.rejected == []
    (facts,) = found.conversations.values()
    assert facts.title == "Adding a debug option to the application"


def test_fixture_is_read_from_its_log_of_changes() -> None:
    root = FIXTURES / SOURCE
    found = read(SOURCE, next(root.rglob("*.jsonl")), root=root)
    (facts,) = found.conversations.values()

    assert (facts.title, facts.project) == ("Pier becomes quay", "/home/mara/quay side")
    assert found.visible() == [
        ("prompt", "Rename the pier to quay everywhere"),
        ("attachment", "pier.ts"),
        ("answer", "I look for the name first."),
        ("tool_call", '{"query":"pier"}'),
        ("tool_result", "14 matches"),
        ("answer", "Done: 14 places in 3 files."),
        ("prompt", "And the tests?"),
        ("answer", "They pass."),
    ]
    assert [(call.model, call.provider, call.measure, counts(call)) for call in found.calls] == [
        ("claude-sonnet-4.6", "copilot", Measure.RECORDED, (21000, 0, 0, 640)),
        ("gpt-5-mini", "copilot", Measure.MISSING, (0, 0, 0, 0)),
    ]


def test_changes_set_append_cut_and_delete(tmp_path: Path) -> None:
    found = log(
        tmp_path,
        {"kind": 0, "v": whole(request("a", "one"))},
        {"kind": 2, "k": ["requests"], "v": [request("b", "gone"), request("c", "gone too")]},
        {"kind": 2, "k": ["requests"], "v": [request("d", "two")], "i": 1},
        {"kind": 1, "k": ["requests", 0, "message", "text"], "v": "one, edited"},
        {"kind": 1, "k": ["requests", 2], "v": request("e", "three")},
        {"kind": 1, "k": ["customTitle"], "v": "mine"},
        {"kind": 3, "k": ["customTitle"]},
        {"kind": 1, "k": ["requests", 99, "message"], "v": "nowhere"},
        {"kind": 1, "k": ["requests", -1, "message"], "v": "nowhere"},
        {"kind": 7, "k": ["requests"], "v": []},
        {"kind": 2, "k": [], "v": [1]},
        {"kind": 2, "k": ["responderUsername"], "v": [1]},
        {"kind": True, "v": {}},
    )  # fmt: skip

    assert found.visible() == [("prompt", "one, edited"), ("prompt", "two"), ("prompt", "three")]
    assert found.conversations["s"].title == "one, edited"


def test_later_whole_object_takes_the_place_of_all_before(tmp_path: Path) -> None:
    found = log(tmp_path, {"kind": 0, "v": whole(request("a", "old"))},
                {"kind": 0, "v": whole(request("a", "new"))})  # fmt: skip

    assert found.visible() == [("prompt", "new")]


def test_tokens_stand_on_the_request_or_in_its_result(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        request("a", promptTokens=100, completionTokens=20, result={}),
        request("b", result=answered(promptTokens="300", outputTokens=40, resolvedModel="gpt-5.1")),
        request("c", result=answered(promptTokens=-1)),
    )

    assert [(call.key, call.model, counts(call)) for call in found.calls] == [
        ("a", "gpt-5", (100, 0, 0, 20)), ("b", "gpt-5.1", (300, 0, 0, 40)),
    ]  # fmt: skip
    assert [bad.line for bad in found.rejected] == [3]


def test_request_that_is_being_answered_shows_only_its_prompt(tmp_path: Path) -> None:
    part = {"value": "half an ans"}
    coming = session(tmp_path / "a", request("a", response=[part]))
    stopped = session(tmp_path / "b", request("a", response=[part], isCanceled=True))

    assert (coming.visible(), coming.calls) == ([("prompt", "hi")], [])
    assert stopped.visible() == [("prompt", "hi"), ("answer", "half an ans")]
    assert [call.key for call in stopped.calls] == ["a:answer0"]


def test_answer_that_was_only_shown_is_put_together(tmp_path: Path) -> None:
    parts = [
        {"kind": "thinking", "value": "hm"}, {"value": "See "},
        {"kind": "inlineReference", "inlineReference": {"path": "/x/a.py"}}, {"value": "."},
        {"kind": "toolInvocationSerialized", "toolId": "find",
         "pastTenseMessage": {"value": "Found"}}, {"kind": "undoStop"}, "end", None, 7,
    ]  # fmt: skip
    found = session(tmp_path, request("a", response=parts, result={}))

    assert found.visible()[1:] == [
        ("thinking", "hm"), ("answer", "See `a.py`."), ("tool_call", '{"shown":"Found"}'),
        ("answer", "end"),
    ]  # fmt: skip
    assert [call.key for call in found.calls] == ["a:answer0", "a:answer1"]


def test_failed_request_says_why_and_costs_nothing(tmp_path: Path) -> None:
    found = session(tmp_path, request("a", result={"errorDetails": {"message": "no quota"}}))

    assert found.calls == []
    assert [(m.body, m.flags) for m in found.messages][1:] == [("no quota", Flag.ERROR)]


def test_model_is_named_without_who_sells_it(tmp_path: Path) -> None:
    names = ["copilot/gpt-5", "customendpoint/Big Cloud/qwen3", "copilot/auto", "", None, "o3"]
    found = session(
        tmp_path,
        *(
            request(f"r{n}", modelId=name, promptTokens=5, result={})
            for n, name in enumerate(names)
        ),
    )

    assert [(call.model, call.provider) for call in found.calls] == [
        ("gpt-5", "copilot"), ("qwen3", "Big Cloud"), ("unknown", ""), ("unknown", ""),
        ("unknown", ""), ("o3", ""),
    ]  # fmt: skip


def test_opened_window_without_a_question_is_no_conversation(tmp_path: Path) -> None:
    assert session(tmp_path).conversations == {}


@pytest.mark.parametrize("cut", [1, 40, 100])
def test_half_written_session_is_read_again_later(tmp_path: Path, cut: int) -> None:
    content = json.dumps(whole(request("a"))).encode()
    with pytest.raises(NotReadable, match="being written"):
        read_bytes(SOURCE, tmp_path, "chatSessions/s.json", content[:-cut])


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"[]", b'{"requests":5}', b"\0\0"])
def test_what_is_no_session_is_not_readable(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_bytes(SOURCE, tmp_path, "chatSessions/s.json", content)


def test_only_its_own_files_are_recognised() -> None:
    (name,) = recognised(SOURCE, FIXTURES)

    assert name.startswith("copilot-chat/")


@needs_samples
def test_samples_of_others_are_not_recognised() -> None:
    assert recognised(SOURCE, SAMPLES) == {SAMPLE}
