"""Cline, Roo Code and Kilo Code: tasks with usage in JSON in a string, and Cline's sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.cline.tasks import WHOLE_SINCE
from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.documents import Read, read, read_bytes
from tests.sources.editor_files import FIXTURES, SAMPLES, counts, recognised

SOURCE, AT = "cline", WHOLE_SINCE // 1000 + 10**9
TASK = "tasks/t1"


def asked(after: int, *, say: str = "api_req_started", **more: Any) -> dict[str, Any]:
    return {"ts": AT + after, "type": "say", "say": say, "text": json.dumps(more)}


def used(after: int, sent: Any, out: int, **more: Any) -> dict[str, Any]:
    return asked(after, tokensIn=sent, tokensOut=out, **more)


def says(after: int, text: str, say: str = "text", **more: Any) -> dict[str, Any]:
    return {"ts": AT + after, "type": "say", "say": say, "text": text, **more}


def message(role: str, text: str, after: int | None = None) -> dict[str, Any]:
    record: dict[str, Any] = {"role": role, "content": [{"type": "text", "text": text}]}
    return record if after is None else {**record, "ts": AT + after}


def put(folder: Path, name: str, content: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


def task(folder: Path, *records: Any, history: Any = None) -> Read:
    if history is not None:
        put(folder, f"{TASK}/api_conversation_history.json", history)
    return read_bytes(
        SOURCE, folder, f"{TASK}/ui_messages.json", json.dumps(list(records)).encode()
    )


def test_fixture_has_its_tokens_texts_title_and_folder() -> None:
    root = FIXTURES / SOURCE
    found = read(SOURCE, next(root.rglob("ui_messages.json")), root=root)
    (facts,) = found.conversations.values()

    assert (facts.native, facts.title, facts.project) == (
        "1763300000000", "Sort the harbour log by ship", "/home/mara/harbour",
    )  # fmt: skip
    assert [(call.model, call.provider, counts(call), call.reported) for call in found.calls] == [
        ("claude-sonnet-4-5-20250929", "anthropic", (1200, 0, 3400, 210), 19_830_000_000),
        ("claude-sonnet-4-5-20250929", "anthropic", (310, 3400, 150, 90), 3_860_000_000),
    ]
    assert found.visible() == [
        ("prompt", "Sort the harbour log by ship"),
        ("answer", "I read the log first."),
        ("tool_call", '{"path":"log.csv"}'),
        ("tool_result", "[read_file for 'log.csv'] Result:\nship,day"),
        ("answer", "The log is sorted by ship."),
    ]
    assert {m.flags for m in found.messages if "environment_details" in m.body} == {Flag.HIDDEN}


def test_fixture_session_has_its_prompt_taken_apart() -> None:
    root = FIXTURES / SOURCE
    found = read(SOURCE, next(root.rglob("*.messages.json")), root=root)
    (facts,) = found.conversations.values()
    (call,) = found.calls

    assert (facts.title, facts.project, facts.branch) == (
        "Depth of berth 4", "/home/mara/harbour", "berths",
    )  # fmt: skip
    assert (call.model, counts(call), call.reported) == (
        "claude-haiku-4-5", (500, 4000, 500, 60), 2_180_000_000,
    )  # fmt: skip
    assert found.visible() == [
        ("prompt", "How deep is berth 4?"), ("thinking", "berths.json knows."),
        ("answer", "9.2 metres."),
    ]  # fmt: skip
    assert call.key == found.messages[-1].uuid


def test_roo_counts_the_whole_prompt_since_a_version(tmp_path: Path) -> None:
    cached = {"cacheReads": 600, "cacheWrites": 100}
    early = used(0, 900, 5, **cached, apiProtocol="anthropic")
    early["ts"] = WHOLE_SINCE // 1000 - 1000
    found = task(
        tmp_path, early, used(1, 900, 5, **cached, apiProtocol="anthropic"),
        used(2, 200, 5, **cached, apiProtocol="anthropic"),
        used(3, 900, 5, **cached, apiProtocol="openai"), used(4, 900, 5, **cached),
    )  # fmt: skip

    assert [call.input for call in found.calls] == [900, 200, 200, 200, 900]


def test_cline_passes_on_what_some_providers_count(tmp_path: Path) -> None:
    first, second = used(1, 900, 5, cacheReads=600), used(2, 900, 5, cacheReads=600)
    first["modelInfo"] = {"modelId": "gpt-5", "providerId": "openai"}
    second["modelInfo"] = {"modelId": "gpt-5", "providerId": "openai-native"}

    assert [call.input for call in task(tmp_path, first, second).calls] == [300, 900]


def test_request_that_is_running_is_not_counted_yet(tmp_path: Path) -> None:
    running = [says(0, "go"), asked(1, request="..."), says(2, "half", partial=True)]
    history = [message("user", "<task>go</task>", 0)]

    assert task(tmp_path / "a", *running, history=history).calls == []
    assert task(tmp_path / "b", *running[:2], history=history).calls == []


def test_request_without_tokens_that_was_answered_is_unknown(tmp_path: Path) -> None:
    found = task(
        tmp_path, says(0, "go"), asked(1, request="...", tokensIn=0, tokensOut=0, cost=0),
        says(9, "done"),
        history=[message("user", "<task>go</task>", 0), message("assistant", "done", 8)],
    )  # fmt: skip

    assert [(call.measure, call.key) for call in found.calls] == [
        (Measure.MISSING, found.messages[-1].uuid)
    ]


def test_cancelled_request_without_tokens_is_no_call(tmp_path: Path) -> None:
    found = task(
        tmp_path, asked(1, cancelReason="user_cancelled"), used(5, 10, 5),
        history=[message("assistant", "half", 2), message("assistant", "whole", 6)],
    )  # fmt: skip

    assert [call.input for call in found.calls] == [10]


def test_requests_of_deleted_messages_are_kept_in_one(tmp_path: Path) -> None:
    found = task(
        tmp_path, used(1, 10, 5), asked(2, say="deleted_api_reqs", tokensIn=70, tokensOut=9)
    )

    assert [(call.input, call.approximate) for call in found.calls] == [(10, False), (70, True)]


def test_summing_up_has_a_cost_and_unknown_tokens(tmp_path: Path) -> None:
    condensed = says(5, "", "condense_context")
    del condensed["text"]
    condensed["contextCondense"] = {"cost": 0.004, "summary": "so far", "prevContextTokens": 9000}
    found = task(tmp_path, says(0, "go"), used(1, 10, 5), condensed)
    call = found.calls[1]

    assert (call.measure, call.reported) == (Measure.MISSING, 4_000_000_000)
    assert [(m.body, m.uuid == call.key) for m in found.messages] == [
        ("so far", True), ("go", False),
    ]  # fmt: skip


def test_names_of_calls_stay_when_others_are_deleted(tmp_path: Path) -> None:
    before = task(tmp_path, used(1, 10, 5), used(2, 20, 5), used(3, 30, 5))
    after = task(tmp_path, used(1, 10, 5), used(3, 30, 5))

    assert {call.key for call in after.calls} < {call.key for call in before.calls}


def test_model_is_told_by_the_surroundings_of_a_prompt(tmp_path: Path) -> None:
    details = "<environment_details>\n# Current Workspace Directory (/w/x) Files\n<model>{}</model>\n</environment_details>"  # noqa: E501
    found = task(
        tmp_path, used(10, 1, 1), used(20, 1, 1), used(30, 1, 1),
        history=[
            message("user", f"<task>go</task>{details.format('m-one')}", 11),
            message("user", details.format("m-two"), 21),
        ],
    )  # fmt: skip

    assert [call.model for call in found.calls] == ["m-one", "m-two", "m-two"]
    assert found.conversations["t1"].project == "/w/x"
    assert found.visible() == [("prompt", "go")]


def test_item_of_roo_tells_title_folder_and_parent(tmp_path: Path) -> None:
    put(
        tmp_path, f"{TASK}/history_item.json",
        {"id": "t1", "task": "Do it", "workspace": "/w", "parentTaskId": "t0", "mode": "code"},
    )  # fmt: skip
    facts = task(tmp_path, used(1, 10, 5)).conversations["t1"]

    assert (facts.title, facts.project, facts.parent, facts.relation, facts.details) == (
        "Do it", "/w", "t0", "subagent", {"mode": "code"},
    )  # fmt: skip


def test_list_of_tasks_is_two_folders_up_below_any_root(tmp_path: Path) -> None:
    put(tmp_path, "x/state/taskHistory.json", [{"id": "t1", "task": "Listed", "modelId": "m"}])
    content = json.dumps([used(1, 10, 5)]).encode()
    found = read_bytes(SOURCE, tmp_path, f"x/{TASK}/ui_messages.json", content)

    assert (found.conversations["t1"].title, found.calls[0].model) == ("Listed", "m")


def test_typed_words_are_apart_from_what_the_tool_adds(tmp_path: Path) -> None:
    found = task(
        tmp_path, says(0, "go"),
        history=[
            message("user", "[ask_followup_question for 'q'] Result:\n<answer>\nblue\n</answer>"),
            message("user", "[ERROR] You did not use a tool"),
            message("user", "plain words"),
            message("user", "<environment_details>cut off"),
        ],
    )  # fmt: skip

    assert found.visible() == [
        ("tool_result", "[ask_followup_question for 'q'] Result:"), ("prompt", "blue"),
        ("prompt", "plain words"),
    ]  # fmt: skip


def test_without_the_conversation_what_was_shown_is_read(tmp_path: Path) -> None:
    found = task(
        tmp_path, says(0, "go"), used(1, 10, 5), says(2, "hm", "reasoning"), says(3, "done"),
        says(4, "{}", "tool"), says(5, "more", "user_feedback"), says(6, "ha", partial=True),
    )  # fmt: skip

    assert found.visible() == [
        ("prompt", "go"), ("thinking", "hm"), ("answer", "done"), ("tool_call", "{}"),
        ("prompt", "more"),
    ]  # fmt: skip


def test_odd_records_are_rejected_and_the_others_counted(tmp_path: Path) -> None:
    found = task(
        tmp_path, None, 5, used(1, -3, 5), {"say": "api_req_started", "text": "{torn"},
        used(2, "7", 5, cost="0.5"), used(3, 1, 1, cost="much"), {"say": "api_req_started"},
        {"ts": 1e300, "say": "text", "text": ["x"]}, used(2, 9, 9),
    )  # fmt: skip

    assert [call.input for call in found.calls] == [7, 9]
    assert len({call.key for call in found.calls}) == 2
    assert {1, 2, 3, 4, 6} <= {bad.line for bad in found.rejected}


@pytest.mark.parametrize("content", [b"", b'[{"ts":1,', b"<html></html>", b"{}", b"[" * 10**5])
def test_half_written_task_is_read_again_later(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_bytes(SOURCE, tmp_path, f"{TASK}/ui_messages.json", content)


def test_half_written_conversation_does_not_hide_the_calls(tmp_path: Path) -> None:
    (tmp_path / TASK).mkdir(parents=True)
    (tmp_path / TASK / "api_conversation_history.json").write_bytes(b'[{"role":')

    assert len(task(tmp_path, used(1, 10, 5)).calls) == 1


def test_agent_of_a_session_belongs_to_it(tmp_path: Path) -> None:
    record = {
        "version": 1, "agent": "subagent", "sessionId": "a9", "messages": [
            {"id": "m", "role": "assistant", "content": "hi", "ts": AT, "modelInfo": {"id": "m1"},
             "metrics": {"inputTokens": 9, "outputTokens": 2}},
            {"id": "n", "role": "assistant", "content": "oops", "ts": AT,
             "metadata": {"displayOnly": True}},
        ],
    }  # fmt: skip
    content = json.dumps(record).encode()
    found = read_bytes(SOURCE, tmp_path, "sessions/root/a9.messages.json", content)

    assert [(call.conversation, call.agent, call.sidechain) for call in found.calls] == [
        ("root", "a9", True)
    ]
    assert {message.agent for message in found.messages} == {"a9"}


def test_only_its_own_files_are_recognised() -> None:
    assert {name.rsplit("/", 1)[-1] for name in recognised(SOURCE, FIXTURES)} == {
        "ui_messages.json", "1763400000000_k3x9q.messages.json",
    }  # fmt: skip


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")
def test_no_sample_of_others_is_recognised() -> None:
    assert recognised(SOURCE, SAMPLES) == set()
