"""Spans of model calls: their conversation and what was said, by every convention that names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.findings import Flag
from tests.sources.documents import read
from tests.sources.otel_parts import (
    ANSWER,
    FIXTURES,
    TRACE,
    attributes,
    chat,
    line,
    logged,
    logs,
    read_lines,
    span,
)


def test_conversation_over_several_lines_is_one() -> None:
    found = read("otel-genai", FIXTURES / "traces.jsonl")

    assert list(found.conversations) == ["parcel-1"]
    assert [(call.input, call.cache_read, call.output) for call in found.calls] == [
        (100, 200, 30), (40, 320, 12),
    ]  # fmt: skip
    assert found.visible() == [
        ("prompt", "My parcel is late."), ("answer", "It arrives tomorrow."),
        ("prompt", "Thank you."), ("answer", "You are welcome."),
    ]  # fmt: skip
    assert found.conversations["parcel-1"].title == "My parcel is late."


@pytest.mark.parametrize(
    ("named", "native"),
    [
        ({"session.id": "s"}, "s"),
        ({"gen_ai.conversation.id": "c", "session.id": "s"}, "c"),
        ({"traceloop.association.properties.session_id": "s"}, "s"),
        ({"ai.telemetry.metadata.chatId": "s"}, "s"),
        ({}, TRACE),
    ],
)
def test_conversation_is_what_spans_name_else_the_trace(
    tmp_path: Path, named: dict[str, Any], native: str
) -> None:
    found = read_lines(tmp_path, line(span(1, None, chat() | named)))

    assert list(found.conversations) == [native]


def test_conversation_that_only_the_agent_names_holds_for_its_calls(tmp_path: Path) -> None:
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": "c"}
    found = read_lines(tmp_path, line(span(2, 1, chat()), span(1, None, agent)))

    assert [call.conversation for call in found.calls] == ["c"]


MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]


@pytest.mark.parametrize(
    "named",
    [
        {"gen_ai.input.messages": json.dumps(MESSAGES),
         "gen_ai.output.messages": json.dumps(ANSWER)},
        {"gen_ai.input.messages": MESSAGES, "gen_ai.output.messages": ANSWER},
        {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hi",
         "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "Yo"},
        {"llm.input_messages.0.message.role": "user",
         "llm.input_messages.0.message.content": "Hi",
         "llm.output_messages.0.message.role": "assistant",
         "llm.output_messages.0.message.contents.0.message_content.type": "text",
         "llm.output_messages.0.message.contents.0.message_content.text": "Yo"},
        {"ai.prompt.messages": json.dumps([{"role": "user", "content": "Hi"}]),
         "ai.response.text": "Yo", "ai.operationId": "ai.generateText.doGenerate"},
        {"ai.prompt": json.dumps({"prompt": "Hi"}), "ai.response.text": "Yo",
         "ai.operationId": "ai.generateText.doGenerate"},
        {"gen_ai.prompt": "Hi", "gen_ai.completion": "Yo"},
    ],
)  # fmt: skip
def test_every_convention_says_what_was_said(tmp_path: Path, named: dict[str, Any]) -> None:
    found = read_lines(tmp_path, line(span(1, None, chat() | named)))

    assert found.visible() == [("prompt", "Hi"), ("answer", "Yo")]


def test_messages_in_events_of_a_span(tmp_path: Path) -> None:
    events = [
        {"name": "gen_ai.system.message", "attributes": attributes({"content": "Be kind."})},
        {"name": "gen_ai.user.message", "attributes": attributes({"content": "Hi"})},
        {"name": "gen_ai.choice", "attributes": attributes({"message": '{"content": "Yo"}'})},
    ]
    found = read_lines(tmp_path, line(span(1, None, chat(), events=events)))

    assert found.visible() == [("prompt", "Hi"), ("answer", "Yo")]
    assert [message.body for message in found.messages if message.flags & Flag.HIDDEN] == [
        "Be kind."
    ]


def test_messages_logged_as_events_belong_to_their_span(tmp_path: Path) -> None:
    found = read_lines(
        tmp_path,
        line(span(1, None, chat())),
        logs(logged("gen_ai.user.message", {"content": "Hi"}),
             logged("gen_ai.choice", {"index": 0, "message": {"content": "Yo"}})),
    )  # fmt: skip

    assert found.visible(TRACE) == [("prompt", "Hi"), ("answer", "Yo")]
    assert len(found.calls) == 1


def test_tool_calls_are_told_from_texts(tmp_path: Path) -> None:
    asked = [
        {"role": "assistant", "parts": [
            {"type": "tool_call", "id": "1", "name": "find", "arguments": {"a": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "3"}]},
    ]  # fmt: skip
    named = chat() | {"gen_ai.input.messages": json.dumps(asked)}
    found = read_lines(tmp_path, line(span(1, None, named)))

    assert found.visible() == [("tool_call", '{"a":1}'), ("tool_result", "3")]
