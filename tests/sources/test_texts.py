"""What a transcript shows of a log, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.findings import Flag, Kind
from tests.sources.reading import CLAUDE, CODEX, NAMES, SESSION, log, messages_of, visible
from tests.sources.test_titles import NOT_CODEX_PROMPTS, NOT_PROMPTS

AT = "2026-11-10T09:00:00.000Z"


def record(kind: str, content: object = None, **more: object) -> dict[str, Any]:
    number = record.made = getattr(record, "made", 0) + 1  # type: ignore[attr-defined]
    uuid = f"00000000-0000-4000-8000-{number:012d}"
    found = {"type": kind, "uuid": uuid, "sessionId": SESSION, "timestamp": AT}
    return found | ({} if content is None else {"message": {"content": content}}) | more


def answer(*blocks: dict[str, Any], name: str = "msg_1", **more: object) -> dict[str, Any]:
    message = {"id": name, "model": "claude-sonnet-4-5", "content": list(blocks)}
    return record("assistant", **more) | {"message": message}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def claude(*records: dict[str, Any]) -> list[tuple[str, str]]:
    return visible(CLAUDE, *records)


def test_prompt_may_be_a_string_or_blocks() -> None:
    blocks = [text("one"), text("two")]

    assert claude(record("user", "hi"), record("user", blocks)) == [
        ("prompt", "hi"),
        ("prompt", "one"),
        ("prompt", "two"),
    ]


def test_tool_call_and_its_result_are_shown_but_are_no_prompt() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [text("a.py"), text("b.py")]}
    bad = {"type": "tool_result", "tool_use_id": "t2", "content": "failed", "is_error": True}
    messages = messages_of(
        CLAUDE, log(answer(text("look"), call), record("user", [result]), record("user", [bad]))
    )

    assert [(message.kind, message.name, message.body) for message in messages] == [
        (Kind.ANSWER, "", "look"),
        (Kind.TOOL_CALL, "Bash", '{"command": "ls"}'),
        (Kind.TOOL_RESULT, "", "a.py\nb.py"),
        (Kind.TOOL_RESULT, "", "failed"),
    ]
    assert [bool(message.flags & Flag.ERROR) for message in messages] == [False] * 3 + [True]


def test_tool_call_without_input_is_shown() -> None:
    assert claude(answer({"type": "tool_use", "id": "t1", "name": "Stop"})) == [("tool_call", "{}")]


def test_image_is_a_placeholder_and_its_bytes_stay_in_the_log() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "A" * 80_000}
    image = {"type": "image", "source": source}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [text("shot"), image]}

    assert claude(record("user", [text("see"), image]), record("user", [result])) == [
        ("prompt", "see"),
        ("prompt", "[image image/png 60 KB]"),
        ("tool_result", "shot\n[image image/png 60 KB]"),
    ]


def test_thinking_is_shown_as_such_and_secret_thinking_not_at_all() -> None:
    found = claude(
        answer({"type": "thinking", "thinking": "hm", "signature": "x"}),
        answer({"type": "redacted_thinking", "data": "secret"}),
        answer(text("done")),
    )

    assert found == [("thinking", "hm"), ("answer", "done")]


def test_compaction_summary_is_a_note_and_no_prompt() -> None:
    found = claude(
        record("system", subtype="compact_boundary") | {"content": "Conversation compacted"},
        record("user", "This session is being continued", isCompactSummary=True),
        record("user", "go on"),
    )

    assert found == [
        ("note", "Conversation compacted"),
        ("note", "This session is being continued"),
        ("prompt", "go on"),
    ]


@pytest.mark.parametrize("words", NOT_PROMPTS)
def test_what_the_tool_says_for_a_person_is_hidden(words: str) -> None:
    (message,) = messages_of(CLAUDE, log(record("user", words)))

    assert message.flags & Flag.HIDDEN
    assert message.body == words


def test_meta_records_and_reminders_are_hidden() -> None:
    attachment = record("attachment", attachment={"type": "todo_reminder", "content": []})

    assert claude(record("user", "meta", isMeta=True), attachment) == []
    assert len(messages_of(CLAUDE, log(attachment))) == 1


def test_prompt_with_editor_context_is_a_prompt() -> None:
    words = "<ide_selection>lines 1 to 3</ide_selection>\nfix this"

    assert claude(record("user", words)) == [("prompt", words)]


def test_queued_prompt_is_a_prompt_and_a_queued_notification_is_not() -> None:
    def queued(prompt: object) -> dict[str, Any]:
        return record("attachment", attachment={"type": "queued_command", "prompt": prompt})

    found = claude(
        queued("and also this"),
        queued([text("in blocks")]),
        queued("<task-notification>\n<task-id>a</task-id>"),
    )

    assert found == [("prompt", "and also this"), ("prompt", "in blocks")]


def test_block_that_streaming_repeats_is_shown_once() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
    records = [answer(text("look")), answer(text("look"), call), answer(call)]

    assert claude(*records) == [("answer", "look"), ("tool_call", '{"command": "ls"}')]
    for cut in (1, 2):
        later = messages_of(CLAUDE, log(*records), [cut])
        assert [message.body for message in later if message.body] == [
            "look",
            '{"command": "ls"}',
        ]


def test_text_that_grows_is_shown_once_in_full() -> None:
    assert claude(answer(text("Let")), answer(text("Let me")), answer(text("Let me look"))) == [
        ("answer", "Let me look")
    ]


def test_answers_that_begin_alike_are_all_shown() -> None:
    found = claude(
        answer(text("OK"), name="msg_1"),
        answer(text("OK, done"), name="msg_2"),
        answer(text("One"), text("One more"), name="msg_3"),
    )

    assert [words for _, words in found] == ["OK", "OK, done", "One", "One more"]


def test_same_words_in_two_answers_are_said_twice() -> None:
    assert claude(answer(text("OK"), name="msg_1"), answer(text("OK"), name="msg_2")) == [
        ("answer", "OK"),
        ("answer", "OK"),
    ]


def test_line_written_three_times_is_one_message(tmp_path: Path) -> None:
    folder = tmp_path / "root" / "-a"
    folder.mkdir(parents=True)
    (folder / f"{SESSION}.jsonl").write_bytes(log(*[answer(text("hello"))] * 3))

    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([(CLAUDE, tmp_path / "root")])
        entries = list(ledger.transcript(ledger.conversation(SESSION).id))

    assert [entry.body for entry in entries] == ["hello"]


def test_side_chains_and_copies_are_marked() -> None:
    side = answer(text("aside"), isSidechain=True, agentId="a1")
    copy = answer(text("before"), name="msg_2", requestSessionId="another")
    own = answer(text("now"), name="msg_3", requestSessionId=SESSION)
    messages = messages_of(CLAUDE, log(side, copy, own))

    assert [(message.flags, message.agent) for message in messages] == [
        (Flag.SIDECHAIN, "a1"),
        (Flag.INHERITED, ""),
        (0, ""),
    ]


def test_api_error_is_shown_as_an_error() -> None:
    error = answer(text("API Error: 529"), isApiErrorMessage=True)
    error["message"]["model"] = "<synthetic>"
    (message,) = messages_of(CLAUDE, log(error))

    assert (message.kind, message.flags) == (Kind.ANSWER, Flag.ERROR)


def line(type_: str, payload: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"timestamp": AT, "type": type_, "payload": payload} | more


def item(**payload: object) -> dict[str, Any]:
    return line("response_item", dict(payload))


def message_item(role: str, *words: str, **more: object) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    content = [{"type": kind, "text": one} for one in words]
    return item(type="message", role=role, content=content, **more)


def codex(*records: dict[str, Any]) -> list[tuple[str, str]]:
    return visible(CODEX, *records)


def test_codex_events_do_not_repeat_what_items_say() -> None:
    found = codex(
        message_item("user", "hi"),
        line("event_msg", {"type": "user_message", "message": "hi"}),
        item(type="reasoning", summary=[{"type": "summary_text", "text": "hm"}]),
        line("event_msg", {"type": "agent_reasoning", "text": "hm"}),
        line("event_msg", {"type": "item_completed", "item": {"type": "Reasoning", "text": "hm"}}),
        message_item("assistant", "yo"),
        line("event_msg", {"type": "agent_message", "message": "yo"}),
    )

    assert found == [("prompt", "hi"), ("thinking", "hm"), ("answer", "yo")]


@pytest.mark.parametrize("words", NOT_CODEX_PROMPTS)
def test_codex_context_for_the_model_is_not_shown(words: str) -> None:
    assert codex(message_item("developer", "be brief"), message_item("user", words)) == []


def test_codex_labels_tell_a_prompt_from_what_the_tool_adds() -> None:
    def labelled(words: str, *kinds: str) -> dict[str, Any]:
        labels = {"content_item_kinds": list(kinds)}
        return message_item("user", words, internal_chat_message_metadata_passthrough=labels)

    found = codex(
        labelled("# AGENTS.md instructions are what I ask about", "user.text"),
        labelled("not typed", "context.environment"),
    )

    assert found == [("prompt", "# AGENTS.md instructions are what I ask about")]


def test_codex_tool_calls_and_results_are_shown() -> None:
    wrapped = json.dumps({"output": "a.py\n", "metadata": {"exit_code": 0}})
    messages = messages_of(
        CODEX,
        log(
            item(type="function_call", name="shell", arguments='{"cmd":"ls"}', call_id="c1"),
            item(type="function_call_output", call_id="c1", output=wrapped),
            item(type="custom_tool_call", name="apply_patch", input="*** Begin", call_id="c2"),
            item(type="custom_tool_call_output", call_id="c2", output="done"),
            item(type="local_shell_call", call_id="c3", action={"command": ["ls"]}),
            item(type="web_search_call", id="w1", action={"query": "weather"}),
        ),
    )

    assert [(Kind(one.kind).name, one.name) for one in messages] == [
        ("TOOL_CALL", "shell"),
        ("TOOL_RESULT", ""),
        ("TOOL_CALL", "apply_patch"),
        ("TOOL_RESULT", ""),
        ("TOOL_CALL", "local_shell"),
        ("TOOL_CALL", "web_search"),
    ]
    assert messages[0].body == '{"cmd":"ls"}'
    assert messages[1].body == "a.py\n"
    assert json.loads(messages[2].body) == {"input": "*** Begin"}
    assert json.loads(messages[5].body)["query"] == "weather"
    assert len({one.uuid for one in messages}) == 6


def test_codex_image_is_a_placeholder() -> None:
    content = [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
    ]

    assert codex(item(type="message", role="user", content=content)) == [("prompt", "see\n[image]")]


def test_codex_compaction_summary_is_a_note() -> None:
    summary = message_item("assistant", "we did this") | {"metadata": {"compaction_output": True}}

    assert codex(summary, line("compacted", {"message": "and that"})) == [
        ("note", "we did this"),
        ("note", "and that"),
    ]


def test_codex_turns_that_were_taken_back_are_marked(tmp_path: Path) -> None:
    def at(second: int, entry: dict[str, Any]) -> dict[str, Any]:
        return entry | {"timestamp": f"2026-11-10T09:00:{second:02d}.000Z"}

    path = tmp_path / "root" / NAMES[CODEX]
    path.parent.mkdir(parents=True)
    path.write_bytes(
        log(
            at(1, message_item("user", "one")),
            at(2, message_item("assistant", "first")),
            at(3, message_item("user", "two")),
            at(4, message_item("assistant", "second")),
            at(5, line("event_msg", {"type": "thread_rolled_back", "num_turns": 1})),
            at(6, message_item("user", "three")),
        )
    )

    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([(CODEX, tmp_path / "root")])
        entries = list(ledger.transcript(ledger.conversation(SESSION).id))

    assert [
        (entry.body, bool(entry.flags & Flag.ROLLED_BACK))
        for entry in entries
        if entry.kind in ("prompt", "answer")
    ] == [("one", False), ("first", False), ("two", True), ("second", True), ("three", False)]


def test_saved_exec_output_has_its_answers() -> None:
    events: list[dict[str, Any]] = [
        {"type": "thread.started", "thread_id": SESSION},
        {"type": "item.completed", "item": {"type": "reasoning", "id": "i0", "text": "hm"}},
        {"type": "item.completed", "item": {"type": "agent_message", "id": "i1", "text": "done"}},
    ]

    assert codex(*events) == [("thinking", "hm"), ("answer", "done")]
