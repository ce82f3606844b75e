"""Logs of model APIs: what was said in which conversation, once each, and what is such a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.recognise import source_of
from convledger.ledger import Ledger
from convledger.sources.api_log import recognises
from convledger.sources.findings import Flag, Kind
from tests.sources.api_log_parts import (
    AT,
    FIXTURES,
    HELLO,
    HI,
    NAME,
    completion,
    in_pieces,
    log,
    pair,
    read_log,
)
from tests.sources.documents import glimpse_at, read

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
SYSTEM = {"role": "system", "content": "Be brief."}
SUM = {"role": "user", "content": "2+2?"}


def test_a_growing_history_is_stored_once(tmp_path: Path) -> None:
    named: Any = {"metadata": {"conversation_id": "c1"}}
    found = read_log(
        tmp_path,
        pair(1, [SYSTEM, HI], "Hello!", **named),
        pair(2, [SYSTEM, HI, HELLO, SUM], "4", **named),
        pair(3, [SYSTEM, HI, HELLO, SUM, {"role": "assistant", "content": "4"}, HI], "Yes?",
             **named),
    )  # fmt: skip

    assert found.visible("c1") == [
        ("prompt", "Hi"), ("answer", "Hello!"), ("prompt", "2+2?"), ("answer", "4"),
        ("prompt", "Hi"), ("answer", "Yes?"),
    ]  # fmt: skip
    assert len({message.uuid for message in found.messages}) == 7
    parents = [message.parent for message in found.messages]
    assert parents == ["", *(message.uuid for message in found.messages[:-1])]
    assert found.conversations["c1"].title == "Hi"


def test_a_history_without_its_beginning_is_known_again(tmp_path: Path) -> None:
    named: Any = {"metadata": {"session_id": "s"}}
    found = read_log(
        tmp_path, pair(1, [SYSTEM, HI], "Hello!", **named), pair(2, [HELLO, SUM], "4", **named)
    )

    assert [body for _, body in found.visible("s")] == ["Hi", "Hello!", "2+2?", "4"]


def test_history_is_known_again_in_a_later_piece_of_the_log() -> None:
    named: Any = {"metadata": {"conversation_id": "c1"}}
    data = log(pair(1, [HI], "Hello!", **named), pair(2, [HI, HELLO, SUM], "4", **named))
    _, messages = in_pieces(data, 1)

    assert len({message.uuid for message in messages}) == 4


@pytest.mark.parametrize(
    ("named", "native"),
    [
        ({"metadata": {"conversation_id": "c"}, "user": "u"}, "c"),
        ({"metadata": {"session_id": "s"}, "user": "u"}, "s"),
        ({"user": "u", "prompt_cache_key": "k"}, "u"),
        ({"prompt_cache_key": "k"}, "k"),
        ({"metadata": {"user_id": f"user_x_account__session_{'1' * 36}"}}, "1" * 36),
        ({"previous_response_id": "resp_before"}, "resp_before"),
        ({"metadata": {"conversation_id": 17}}, "17"),
        ({"metadata": None, "user": None}, NAME.format(1)),
        ({}, NAME.format(1)),
    ],
)
def test_conversation_is_what_the_request_names(
    tmp_path: Path, named: dict[str, Any], native: str
) -> None:
    found = read_log(tmp_path, pair(1, [HI], **named))

    assert list(found.conversations) == [native]
    assert {message.conversation for message in found.messages} == {native}


def test_responses_that_follow_each_other_are_one_conversation() -> None:
    found = read("api-log", FIXTURES / "responses_chain.jsonl")
    first, third = f"resp_{1:040d}", f"resp_{3:040d}"

    assert [call.conversation for call in found.calls] == [first, first, third, first]
    assert [body for kind, body in found.visible(first) if kind == "prompt"] == [
        "Which wood is harder, oak or pine?", "And beech?", "Which bends best?",
    ]  # fmt: skip


def test_a_chain_is_followed_from_piece_to_piece() -> None:
    data = (FIXTURES / "responses_chain.jsonl").read_bytes()
    whole, whole_texts = in_pieces(data, 100)
    parts, part_texts = in_pieces(data, 1)

    assert [call.conversation for call in parts] == [call.conversation for call in whole]
    assert part_texts == whole_texts


def test_two_requests_alike_that_follow_a_response_are_both_kept(tmp_path: Path) -> None:
    def answer(number: int, before: str | None) -> dict[str, Any]:
        return {
            "request": {"model": "m", "input": "go on", "previous_response_id": before},
            "response": {"id": f"resp_{number:030d}", "object": "response", "created_at": AT,
                         "output": [{"type": "message", "role": "assistant", "content": "ok"}],
                         "usage": {"input_tokens": 1, "output_tokens": 1}},
        }  # fmt: skip

    found = read_log(tmp_path, answer(1, "resp_0"), answer(2, f"resp_{1:030d}"))

    assert found.visible("resp_0") == [("prompt", "go on"), ("answer", "ok")] * 2


def test_further_choices_are_alternates(tmp_path: Path) -> None:
    record = pair(1, [HI], "one")
    record["response"]["choices"].append({"index": 1, "message": {"content": "two"}})
    found = read_log(tmp_path, record)

    assert [(message.body, message.flags) for message in found.messages] == [
        ("Hi", 0), ("one", 0), ("two", Flag.BRANCH),
    ]  # fmt: skip
    assert found.messages[1].parent == found.messages[2].parent


def test_thinking_tools_and_pictures_are_told_apart(tmp_path: Path) -> None:
    asked = [
        {"role": "user", "content": [{"type": "text", "text": "See"},
                                     {"type": "image_url", "image_url": {"url": "data:..."}}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"},
                                          {"type": "tool_use", "name": "f", "input": {"a": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "content": "3", "is_error": True}]},
    ]  # fmt: skip
    found = read_log(tmp_path, pair(1, asked, "ok"))

    assert found.visible() == [
        ("prompt", "See"), ("prompt", "[image]"), ("thinking", "hm"), ("tool_call", '{"a":1}'),
        ("tool_result", "3"), ("answer", "ok"),
    ]  # fmt: skip
    assert [message.flags for message in found.messages if message.kind == Kind.TOOL_RESULT] == [
        Flag.ERROR
    ]


def test_request_and_response_may_be_texts_and_bodies_of_http(tmp_path: Path) -> None:
    record = pair(1, [HI], metadata={"conversation_id": "c1"})
    packed = {
        "request": {"method": "POST", "url": "/v1", "body": record["request"]},
        "response": {"status_code": 200, "body": record["response"]},
    }
    texts = {name: json.dumps(value) for name, value in record.items()}
    plain, http, text = (read_log(tmp_path, one) for one in (record, packed, texts))

    assert plain.calls == http.calls == text.calls
    assert plain.visible("c1") == http.visible("c1") == text.visible("c1") != []


def test_a_log_that_grows_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    named: Any = {"metadata": {"conversation_id": "c1"}}
    path.write_bytes(log(pair(1, [HI], **named)))
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("api-log", path)])
        with path.open("ab") as file:
            file.write(log(pair(2, [HI, HELLO, SUM], "4", **named)))
        ledger.sync([("api-log", path)])
        entries = ledger.transcript(ledger.conversation("c1").id)

        assert [entry.body for entry in entries] == ["Hi", "Hello!", "2+2?", "4"]
        assert ledger.conversation("c1").calls == 2
        assert ledger.check() == []


def test_recognises_each_fixture_and_no_sample_of_others() -> None:
    for path in sorted(FIXTURES.iterdir()):
        assert recognises(glimpse_at(path)) >= 70, path
        assert source_of(glimpse_at(path)) == "api-log", path
    for path in sorted(FIXTURES.parent.rglob("*")):
        if path.is_file() and path.parent.name != "api-log":
            assert recognises(glimpse_at(path)) == 0, path


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")
def test_recognises_no_sample_of_another_tool() -> None:
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file():
            assert recognises(glimpse_at(path)) == 0, path


@pytest.mark.parametrize(
    "record",
    [
        {"type": "assistant", "sessionId": "s", "message": completion(1)},
        {"type": "message", "id": "a", "message": {"role": "user", "content": "x"}},
        {"role": "user", "content": "hi", "created": AT},
        {"messages": [HI, HELLO]},
        {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {}},
        {"id": 1, "model": "T", "usage": "heavy"},
        {"request": "GET /", "response": "200"},
        {"id": "a", "name": "order", "data": []},
    ],
)
def test_does_not_take_lines_of_other_tools(tmp_path: Path, record: dict[str, Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(log(record, record))

    assert recognises(glimpse_at(path)) == 0
