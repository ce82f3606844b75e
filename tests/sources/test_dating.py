"""Times that can be none: what bears them is kept, dated by what is next to it, and told once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import SECOND, parse_instant
from convledger.ledger import Ledger
from convledger.sources.dating import dated
from tests.sources import chats
from tests.sources.chats import AT, conversation, node, text
from tests.sources.documents import Read, read

IMPOSSIBLE = [0, 1, -5, 9_223_372_036, "1970-01-01T00:00:00Z", "2262-04-11T23:47:16Z", "soon"]
CHANGED = 1_600_000_000  # when each file was last written, in seconds


def of(source: str, folder: Path, value: Any) -> Read:
    """Return what is read of JSON that was last written at CHANGED."""
    path = folder / "conversations.json"
    path.write_text(json.dumps(value), "utf-8")
    os.utime(path, (CHANGED, CHANGED))
    return read(source, path, root=folder)


def instants(found: Read) -> list[int]:
    return [each.at // SECOND for each in found.messages if each.block == 0]


def chat_of(at: Any, *times: Any) -> dict[str, Any]:
    """Return a conversation of ChatGPT begun at `at`, whose messages tell `times`."""
    nodes = []
    for number, time in enumerate(times):
        role = "assistant" if number % 2 else "user"
        before = f"m{number - 1}" if number else "root"
        nodes.append(node(f"m{number}", before, role, text(f"Said {number}"), time))
    return {**conversation(*nodes), "create_time": at}


@pytest.mark.parametrize("odd", IMPOSSIBLE)
def test_message_with_an_impossible_time_is_dated_by_the_one_before_and_told(
    odd: Any, tmp_path: Path
) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT, AT, AT + 60, odd, AT + 300)])

    assert instants(found) == [AT, AT + 60, AT + 60, AT + 300]
    (told,) = found.rejected
    what = "no time" if odd == "soon" else "from outside the years 2000 to 2200"
    assert told.reason == (
        f"conversation c, message m2: time {odd!r} is {what}: dated by the messages around it"
    )
    assert (told.line, told.excerpt[:10]) == (1, b'{"id": "c"')


def test_first_message_with_an_impossible_time_is_dated_by_the_one_after(tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT, 0, 0, AT + 60)])

    assert instants(found) == [AT + 60] * 3
    (told,) = found.rejected
    assert told.reason.endswith("dated by the messages around it, and 1 more likewise")


def test_without_a_sound_message_the_conversation_s_own_time_dates_it(tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT, 0, 0)])

    assert instants(found) == [AT, AT]
    (told,) = found.rejected
    assert told.reason == (
        "conversation c, message m0: time 0 is from outside the years 2000 to 2200: "
        "dated by its conversation, and 1 more likewise"
    )


def test_without_any_sound_time_the_file_dates_it_and_one_note_says_so(tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(0, *[0] * 50)])

    assert instants(found) == [CHANGED] * 50
    (told,) = found.rejected
    assert told.reason.endswith("dated by when the file was last written, and 50 more likewise")


def test_impossible_time_of_a_conversation_is_told_and_its_messages_date_it(
    tmp_path: Path,
) -> None:
    found = of("chatgpt", tmp_path, [chat_of(0, AT + 5, AT + 9)])

    (facts,) = found.conversations.values()
    assert (facts.first_at, facts.last_at) == ((AT + 5) * SECOND, (AT + 9) * SECOND)
    (told,) = found.rejected
    assert told.reason == (
        "conversation c: time 0 is from outside the years 2000 to 2200: dated by its other times"
    )


def test_absent_times_are_told_only_where_a_conversation_has_none(tmp_path: Path) -> None:
    dated_one = of("chatgpt", tmp_path, [chat_of(None, None, AT, None)])
    assert instants(dated_one) == [AT] * 3
    assert not dated_one.rejected

    found = of("chatgpt", tmp_path, [chat_of(None, None, None)])
    assert instants(found) == [CHANGED] * 2
    assert [told.reason for told in found.rejected] == [
        "conversation c tells no time: dated by when the file was last written"
    ]


@pytest.mark.parametrize("unit", [10**3, 10**6, 10**9])
def test_milliseconds_and_less_for_seconds_are_read_right(unit: int, tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT * unit, AT * unit, (AT + 60) * unit)])

    assert instants(found) == [AT, AT + 60]
    assert not found.rejected


def test_claude_ai_s_messages_are_dated_and_told_likewise(tmp_path: Path) -> None:
    said = [
        chats.message("m0", "human", chats.block("Hello"), created_at="1970-01-01T00:00:00Z"),
        chats.message("m1", "assistant", chats.block("Hi"), second=7),
    ]
    found = of("claude-ai", tmp_path, [chats.chat(*said)])

    at = parse_instant(f"{chats.DAY}07Z")
    assert [each.at for each in found.messages] == [at, at]
    (told,) = found.rejected
    assert told.reason.startswith(
        "conversation c, message m0: time '1970-01-01T00:00:00Z' is from outside the years"
    )


def test_import_keeps_them_and_lists_the_note_once(tmp_path: Path) -> None:
    content = json.dumps([chat_of(0, 0, 0)]).encode()
    path = tmp_path / "conversations.json"
    path.write_bytes(content)
    with Ledger.open(tmp_path / "workspace") as ledger:
        for _ in range(2):
            ledger.sync([("chatgpt", path)])
        (told,) = ledger.rejected()
        assert ledger.connection.execute("SELECT count(*) FROM message").fetchone() == (2,)

    assert told.line == 1
    assert "message m0: time 0 is from outside the years 2000 to 2200" in told.reason


def test_rows_without_an_instant_take_that_of_the_one_before_or_else_the_next() -> None:
    assert list(dated([None, 5, None, 7], lambda each: each, 1)) == [
        (None, 5), (5, 5), (None, 5), (7, 7),
    ]  # fmt: skip
    assert list(dated([None, None], lambda each: each, 1)) == [(None, 1), (None, 1)]
    assert len(list(dated([None] * 700, lambda each: each, 1))) == 700


def test_librechat_s_messages_are_dated_and_told_likewise(tmp_path: Path) -> None:
    said = [
        {"messageId": "a", "parentMessageId": None, "text": "Hello", "isCreatedByUser": True,
         "createdAt": "2262-04-11T23:47:16Z"},
        {"messageId": "b", "parentMessageId": "a", "text": "Hi", "createdAt": AT},
    ]  # fmt: skip
    chat = {"conversationId": "c1", "endpoint": "openAI", "title": "T", "messages": said}
    found = of("librechat", tmp_path, chat)

    assert instants(found) == [AT, AT]
    (told,) = found.rejected
    assert told.reason.startswith("conversation c1, message a: time '2262-04-11T23:47:16Z' is from")


def test_open_webui_s_messages_are_dated_and_told_likewise(tmp_path: Path) -> None:
    messages = {
        "a": {"id": "a", "parentId": None, "role": "user", "content": "Hello", "timestamp": 0},
        "b": {"id": "b", "parentId": "a", "role": "assistant", "content": "Hi", "timestamp": AT},
    }
    chat = {"id": "c1", "title": "T", "created_at": 0, "updated_at": AT,
            "chat": {"history": {"messages": messages, "currentId": "b"}}}  # fmt: skip
    found = of("open-webui", tmp_path, [chat])

    assert instants(found) == [AT, AT]
    (told,) = found.rejected
    assert told.reason.startswith("conversation c1, message a: time 0 is from outside")
    assert told.reason.endswith("dated by the messages around it, and 1 more likewise")


def intercom_chat(begun: Any, *times: Any) -> dict[str, Any]:
    parts = [
        {"type": "conversation_part", "id": f"p{number}", "part_type": "comment",
         "body": f"Said {number}", "created_at": at, "author": {"type": "user", "id": "u"}}
        for number, at in enumerate(times)
    ]  # fmt: skip
    return {"type": "conversation", "id": "77", "created_at": begun, "state": "open",
            "source": {"id": "s", "body": "Hello", "author": {"type": "user"}},
            "conversation_parts": {"conversation_parts": parts}}  # fmt: skip


def test_support_conversations_are_dated_and_told_likewise(tmp_path: Path) -> None:
    found = of("intercom", tmp_path, {"conversations": [intercom_chat(0, AT, -1, AT + 9)]})

    assert instants(found) == [AT, AT, AT, AT + 9]
    (told,) = found.rejected
    assert told.reason == (
        "conversation 77, message p1: time -1 is from outside the years 2000 to 2200: "
        "dated by the messages around it, and 1 more likewise"
    )


def test_zendesk_s_ticket_is_dated_by_its_last_change_where_its_beginning_is_none(
    tmp_path: Path,
) -> None:
    ticket = {"id": 35, "status": "open", "via": {"channel": "web"}, "requester_id": 1,
              "submitter_id": 1, "assignee_id": 2, "group_id": 3, "description": "Hello",
              "created_at": "0001-01-01T00:00:00Z", "updated_at": AT}  # fmt: skip
    found = of("zendesk", tmp_path, {"tickets": [ticket]})

    assert instants(found) == [AT]
    (told,) = found.rejected
    assert told.reason.startswith("conversation 35: time '0001-01-01T00:00:00Z' is from outside")


def test_chatwoot_s_messages_are_dated_by_what_was_heard_last(tmp_path: Path) -> None:
    said = [
        {"id": number, "content": f"Said {number}", "message_type": 0, "conversation_id": 9,
         "inbox_id": 1, "created_at": at, "private": False, "content_type": "text",
         "sender_type": "Contact"}
        for number, at in enumerate((AT, AT + 50, 0, 0), 1)
    ]  # fmt: skip
    found = of("chatwoot", tmp_path, said)

    assert instants(found) == [AT, AT + 50, AT + 50, AT + 50]
    (told,) = found.rejected
    assert told.reason.startswith("conversation 9, message 3: time 0 is from outside")


def spent(name: str, at: Any, **more: Any) -> dict[str, Any]:
    return {"request_id": name, "call_type": "acompletion", "spend": 0.001, "model": "gpt-5.2",
            "prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11, "startTime": at,
            "custom_llm_provider": "openai", "status": "success", "messages": {}, "response": {},
            "metadata": {}, **more}  # fmt: skip


def test_requests_are_dated_by_the_rows_around_them_and_told_once_a_conversation(
    tmp_path: Path,
) -> None:
    rows = [spent("r0", 0, session_id="s"), spent("r1", AT), spent("r2", "soon", session_id="s")]
    found = of("litellm", tmp_path, rows)

    assert [call.at // SECOND for call in found.calls] == [AT] * 3
    (told,) = found.rejected
    assert told.reason == (
        "conversation s, request r0: time 0 is from outside the years 2000 to 2200: "
        "dated by what stands around it, and 1 more likewise"
    )


def test_export_without_a_sound_time_is_told_by_fifty_names_and_a_number(tmp_path: Path) -> None:
    found = of("litellm", tmp_path, [spent(f"r{number}", 0) for number in range(700)])

    assert {call.at // SECOND for call in found.calls} == {CHANGED}
    assert len(found.calls) == 700
    assert len(found.rejected) == 51
    assert found.rejected[-1].reason == "650 more conversations with such times: dated likewise"


def test_activity_of_gemini_is_dated_by_the_one_before_and_told(tmp_path: Path) -> None:
    said = [
        {"header": "Gemini Apps", "title": f"Prompted Question {number}", "time": at,
         "products": ["Gemini Apps"], "safeHtmlItem": [{"html": "<p>So.</p>"}]}
        for number, at in enumerate(("soon", "2026-09-21T12:53:20Z", 0))
    ]  # fmt: skip
    found = of("gemini-takeout", tmp_path, said)

    assert {each.at for each in found.messages} == {parse_instant("2026-09-21T12:53:20Z")}
    names = sorted(name for name in found.conversations if name.startswith("undated-"))
    reasons = sorted(told.reason for told in found.rejected)
    assert len(names) == len(reasons) == 2
    assert [told.line for told in found.rejected] == [1, 3]
    for name, reason in zip(names, reasons, strict=True):
        assert reason.startswith(f"conversation {name}: time ")
        assert reason.endswith(": dated by what stands around it")


def test_prompt_of_ai_studio_is_dated_and_told_likewise(tmp_path: Path) -> None:
    chunks = [{"role": "user", "text": "Hello", "createTime": 0},
              {"role": "model", "text": "Hi", "createTime": AT}]  # fmt: skip
    prompt = {"runSettings": {"model": "models/gemini-3"}, "chunkedPrompt": {"chunks": chunks}}
    found = of("gemini-takeout", tmp_path, prompt)

    assert instants(found) == [AT, AT]
    (told,) = found.rejected
    assert told.reason == (
        "conversation ai-studio/conversations, message 1: "
        "time 0 is from outside the years 2000 to 2200: dated by the messages around it"
    )


def logged(number: int, at: Any) -> dict[str, Any]:
    answer = [{"message": {"role": "assistant", "content": f"Said {number}"}}]
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
    return {"id": f"chatcmpl-0123456789{number:04d}", "object": "chat.completion", "created": at,
            "model": "gpt-5.2", "choices": answer, "usage": usage}  # fmt: skip


def test_log_of_an_api_is_dated_by_the_request_before_and_tells_so(tmp_path: Path) -> None:
    found = of("api-log", tmp_path, [logged(1, AT), logged(2, 0), logged(3, AT + 9)])

    assert [call.at // SECOND for call in found.calls] == [AT, AT, AT + 9]
    (told,) = found.rejected
    assert told.line == 2
    assert told.reason == (
        "conversation chatcmpl-01234567890002: time 0 is from outside the years 2000 to 2200: "
        "dated by the request before it"
    )


def test_log_of_an_api_without_a_sound_time_tells_it_of_fifty_conversations(
    tmp_path: Path,
) -> None:
    found = of("api-log", tmp_path, [logged(number, 0) for number in range(90)])

    assert len(found.calls) == 90
    assert len(found.rejected) == 51
    assert found.rejected[-1].reason.endswith("; of further conversations it is not told")
