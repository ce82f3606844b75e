"""Logs of model APIs: what was billed, in which conversation, and what was said, once each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.recognise import source_of
from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.usage import UsageQuery
from convledger.sources.api_log import FiguresReader, TextsReader, recognises
from convledger.sources.findings import Call, Flag, Kind, Lines, Measure, Message
from tests.sources.documents import Read, glimpse_at, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "api-log"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
AT = 1_794_304_800
NAME = "chatcmpl-{:020d}"
SYSTEM = {"role": "system", "content": "Be brief."}
HI = {"role": "user", "content": "Hi"}
HELLO = {"role": "assistant", "content": "Hello!"}
SUM = {"role": "user", "content": "2+2?"}


def usage(prompt: Any, output: Any, cached: Any = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def completion(number: int, said: str = "Hello!", **more: Any) -> dict[str, Any]:
    return {
        "id": NAME.format(number),
        "object": "chat.completion",
        "created": AT + number,
        "model": "gpt-5.2",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said}}],
        "usage": usage(100, 10, 40),
        **more,
    }


def pair(number: int, messages: list[Any], said: str = "Hello!", **asked: Any) -> dict[str, Any]:
    request = {"model": "gpt-5.2", "messages": messages, **asked}
    return {"request": request, "response": completion(number, said)}


def log(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def read_log(folder: Path, *records: Any) -> Read:
    return read_bytes("api-log", folder, "log.jsonl", log(*records))


def in_pieces(data: bytes, size: int) -> tuple[list[Call], list[Message]]:
    """Read a log some lines a time, by readers that know only what was carried over."""
    lines = data.rstrip(b"\n").split(b"\n")
    calls: list[Call] = []
    messages: list[Message] = []
    states = [b"", b""]
    for start in range(0, len(lines), size):
        some = lines[start : start + size]
        part = Lines(b"\n".join(some), start + 1, 0, len(some))
        counter, reader = FiguresReader("log", states[0], 1), TextsReader("log", states[1], 1)
        calls += counter.read(part).calls
        messages += reader.read(part).messages
        states = [counter.state(), reader.state()]
    return calls, messages


def fullest(calls: Iterable[Call]) -> dict[str, int]:
    found: dict[str, int] = {}
    for call in calls:
        found[call.key] = max(found.get(call.key, 0), call.total)
    return found


def test_cached_tokens_are_taken_out_of_the_prompt(tmp_path: Path) -> None:
    (call,) = read_log(tmp_path, completion(1)).calls

    assert (call.key, call.model, call.at) == (NAME.format(1), "gpt-5.2", (AT + 1) * 10**6)
    assert (call.input, call.cache_read, call.output) == (60, 40, 10)


def test_responses_api_counts_writes_and_reasoning(tmp_path: Path) -> None:
    record = {
        "id": "resp_00000000000000000001", "object": "response", "created_at": AT, "model": "m",
        "status": "completed", "output": [{"type": "message", "role": "assistant", "content": []}],
        "usage": {"input_tokens": 100, "output_tokens": 20,
                  "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
                  "output_tokens_details": {"reasoning_tokens": 15}},
    }  # fmt: skip
    (call,) = read_log(tmp_path, record).calls

    assert (call.input, call.cache_read, call.cache_write_5m) == (10, 60, 30)
    assert (call.output, call.reasoning) == (20, 15)


def test_anthropic_response_leaves_cached_tokens_beside_its_input(tmp_path: Path) -> None:
    record = {
        "id": "msg_00000000000000000001", "type": "message", "role": "assistant",
        "model": "claude-sonnet-4-5", "timestamp": "2026-11-10T10:00:00Z",
        "content": [{"type": "text", "text": "Yes"}],
        "usage": {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 900,
                  "cache_creation_input_tokens": 300,
                  "cache_creation": {"ephemeral_5m_input_tokens": 100,
                                     "ephemeral_1h_input_tokens": 200},
                  "server_tool_use": {"web_search_requests": 2}, "service_tier": "standard"},
    }  # fmt: skip
    found = read_log(tmp_path, record)
    (call,) = found.calls

    assert (call.input, call.output, call.cache_read) == (5, 7, 900)
    assert (call.cache_write_5m, call.cache_write_1h, call.web_searches) == (100, 200, 2)
    assert found.visible() == [("answer", "Yes")]
    assert call.context == ""


def test_a_router_tells_who_sold_it_and_what_it_cost(tmp_path: Path) -> None:
    record = completion(1, model="openrouter/auto", provider="Anthropic")
    record["model"] = "anthropic/claude-sonnet-4.5"
    record["usage"]["cost"] = 0.00125
    (call,) = read_log(tmp_path, record).calls

    assert (call.model, call.provider) == ("claude-sonnet-4.5", "anthropic")
    assert call.reported == 1_250_000_000


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


@pytest.mark.parametrize("name", ["openai_batch_output.jsonl", "anthropic_batch_results.jsonl"])
def test_batch_counts_what_succeeded_at_half_the_price(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes((FIXTURES / name).read_bytes())
    os.utime(path, (AT, AT))  # results of Anthropic's name no instant
    found = read("api-log", path)
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("api-log", path)])
        (row,) = ledger.usage(UsageQuery(by=("model",), zone=UTC)).rows

    assert {call.context for call in found.calls} == {"service_tier=batch"}
    assert row.calls == 2
    # gpt-4o-mini: $0.15 and $0.60 per million; claude-sonnet-4-5: $3 and $15; both halved
    full = Decimal(800 * 15 + 200 * 60) / 100 if "openai" in name else 2000 * 3 + 400 * Decimal(15)
    assert row.list_pico == full / 10**6 / 2 * PICO
    assert row.estimated_calls == 0


def test_batch_of_openai_was_half_the_price_in_earlier_years_too(tmp_path: Path) -> None:
    body = completion(1, created=1_750_000_000, model="gpt-4o-mini", usage=usage(1_000_000, 0))
    record = {"custom_id": "a", "response": {"status_code": 200, "body": body}, "error": None}
    path = tmp_path / "batch.jsonl"
    path.write_bytes(log(record))
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("api-log", path)])
        (row,) = ledger.usage(UsageQuery(by=("model",), zone=UTC)).rows

    assert (row.list_pico, row.estimated_calls) == (PICO * 75 // 1000, 0)


def test_stream_counts_its_last_chunk_and_joins_its_pieces() -> None:
    found = read("api-log", FIXTURES / "stream_chunks.jsonl")
    (call,) = found.calls

    assert (call.input, call.output, call.measure) == (70, 8, Measure.RECORDED)
    assert found.visible() == [("answer", "We open at nine.")]


@pytest.mark.parametrize("name", ["stream_chunks.jsonl", "anthropic_stream.jsonl"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_stream_cut_anywhere_counts_the_same(name: str, size: int) -> None:
    data = (FIXTURES / name).read_bytes()
    whole, whole_texts = in_pieces(data, 100)
    parts, part_texts = in_pieces(data, size)

    assert fullest(parts) == fullest(whole)
    assert [message.body for message in part_texts] == [message.body for message in whole_texts]


def test_stream_without_usage_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    lines = (FIXTURES / "stream_chunks.jsonl").read_bytes().splitlines()
    chunks = [json.loads(line) for line in lines[:-1]]
    found = read_log(tmp_path, *chunks)
    (call,) = found.calls

    assert (call.measure, call.total) == (Measure.MISSING, 0)
    assert call.key == found.messages[-1].uuid


def test_stream_of_anthropic_takes_the_last_output() -> None:
    found = read("api-log", FIXTURES / "anthropic_stream.jsonl")

    assert [(call.input, call.cache_read, call.output) for call in found.calls] == [(25, 1000, 15)]
    assert found.visible() == [("answer", "We close at six.")]


def test_tool_calls_in_a_stream_are_put_together(tmp_path: Path) -> None:
    def chunk(given: str, name: str = "", end: Any = None) -> dict[str, Any]:
        call = {"index": 0, "function": {"name": name or None, "arguments": given}}
        choice = {"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": end}
        return {"id": NAME.format(1), "object": "chat.completion.chunk", "created": AT,
                "model": "m", "choices": [choice]}  # fmt: skip

    found = read_log(tmp_path, chunk('{"a":', "find"), chunk("1}"), chunk("", end="tool_calls"))

    assert [(message.name, message.body) for message in found.messages] == [("find", '{"a":1}')]


def test_event_that_completes_a_response_is_counted_and_those_before_it_not(tmp_path: Path) -> None:
    body = {"id": "resp_00000000000000000009", "object": "response", "created_at": AT,
            "model": "m", "status": "in_progress", "output": [], "usage": None}  # fmt: skip
    done = {**body, "status": "completed",
            "output": [{"type": "message", "role": "assistant", "content": "ok"}],
            "usage": {"input_tokens": 3, "output_tokens": 2}}  # fmt: skip
    found = read_log(
        tmp_path,
        {"type": "response.created", "sequence_number": 0, "response": body},
        {"type": "response.output_text.delta", "sequence_number": 1, "delta": "ok"},
        {"type": "response.completed", "sequence_number": 2, "response": done},
    )

    assert [(call.input, call.output) for call in found.calls] == [(3, 2)]
    assert found.visible() == [("answer", "ok")]


def test_errors_are_no_calls(tmp_path: Path) -> None:
    error = {"error": {"message": "Rate limit reached", "type": "tokens"}}
    found = read_log(
        tmp_path,
        error,
        {"request": {"model": "m", "messages": [HI]}, "response": error, "timestamp": AT},
        {"request": {"model": "m", "messages": [HI]}, "response": None, "timestamp": AT},
        {"custom_id": "a", "response": None, "error": {"code": "expired"}},
        {"custom_id": "b", "response": {"status_code": 500, "body": error}, "error": None},
    )

    assert found.calls == []
    assert found.rejected == []
    assert [message.flags for message in found.messages if message.kind == Kind.NOTE] == [
        Flag.ERROR
    ]


def test_answer_without_usage_is_a_call_whose_tokens_are_unknown(tmp_path: Path) -> None:
    record = pair(1, [HI], "Hello!")
    record["response"]["usage"] = None
    found = read_log(tmp_path, record)
    (call,) = found.calls

    assert (call.measure, call.total) == (Measure.MISSING, 0)
    assert call.key == found.messages[-1].uuid


def test_the_same_request_in_two_lines_is_one_call(tmp_path: Path) -> None:
    with_less = completion(1)
    with_less["usage"] = usage(100, 1)

    (call,) = read_log(tmp_path, with_less, completion(1), completion(1)).calls

    assert call.output == 10


def test_short_ids_that_several_requests_share_do_not_make_them_one(tmp_path: Path) -> None:
    found = read_log(tmp_path, completion(1, id="cmpl-1"), completion(2, id="cmpl-1"))

    assert len({(call.key, call.variant) for call in found.calls}) == 2


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


def test_embeddings_count_their_input(tmp_path: Path) -> None:
    record = {"object": "list", "data": [{"embedding": [0.1]}], "model": "text-embedding-3-small",
              "usage": {"prompt_tokens": 8, "total_tokens": 8}}  # fmt: skip
    found = read_log(tmp_path, record, {**record, "usage": {"prompt_tokens": 9}})

    assert sorted(call.input for call in found.calls) == [8, 9]
    assert all(call.at > 0 for call in found.calls)


def test_a_list_and_a_lone_response_are_read_as_lines_are(tmp_path: Path) -> None:
    both = [completion(1), completion(2, "Bye")]
    listed = read_bytes("api-log", tmp_path, "a.json", json.dumps(both, indent=2).encode())
    alone = read_bytes("api-log", tmp_path, "b.json", json.dumps(both[0], indent=2).encode())

    assert [call.key for call in listed.calls] == [NAME.format(1), NAME.format(2)]
    assert [call.key for call in alone.calls] == [NAME.format(1)]
    assert [call.line for call in listed.calls] == [1, 2]


def test_a_json_document_comes_in_through_the_ledger_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps([completion(1)], indent=1))
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("api-log", path)])
        path.write_text(json.dumps([completion(1), completion(2)], indent=1))
        ledger.sync([("api-log", path)])
        counts = ledger.connection.execute("SELECT count(*), sum(output) FROM call").fetchone()

    assert counts == (2, 20)


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


@pytest.mark.parametrize(
    "line",
    [b"<html>", b"[1,2]", b'{"id":1', b'"text"', b"\xff\xfe", b'{"a":' * 5000],
)
def test_broken_line_is_rejected_and_the_rest_goes_on(tmp_path: Path, line: bytes) -> None:
    data = log(completion(1)) + line + b"\n" + log(completion(2))
    found = read_bytes("api-log", tmp_path, "log.jsonl", data)

    assert len(found.calls) == 2
    assert {bad.line for bad in found.rejected} == {2}


@pytest.mark.parametrize("bad", [-1, 1.5, 2**40, "many", [5], True])
def test_impossible_tokens_reject_their_line(tmp_path: Path, bad: Any) -> None:
    wrong = completion(1)
    wrong["usage"]["prompt_tokens"] = bad
    found = read_log(tmp_path, wrong, completion(2))

    assert [call.key for call in found.calls] == [NAME.format(2)]
    assert {rejected.line for rejected in found.rejected} == {1}


@pytest.mark.parametrize("odd", ["100", 100.0])
def test_tokens_may_be_texts_or_floats(tmp_path: Path, odd: Any) -> None:
    record = completion(1)
    record["usage"] = usage(odd, None, "40")

    (call,) = read_log(tmp_path, record).calls

    assert (call.input, call.cache_read, call.output) == (60, 40, 0)


@pytest.mark.parametrize("created", [0, -5, 10**30, "soon", None, [], float(AT)])
def test_an_absurd_instant_is_the_one_before(tmp_path: Path, created: Any) -> None:
    found = read_log(tmp_path, completion(1, created=AT), completion(2, created=created))

    assert {call.at for call in found.calls} == {AT * 10**6}


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
