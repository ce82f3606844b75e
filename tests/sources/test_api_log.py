"""Logs of model APIs: what was billed, once each, in every form that an answer is logged in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.usage import UsageQuery
from convledger.sources.findings import Call, Flag, Kind, Measure
from tests.sources.api_log_parts import (
    AT,
    FIXTURES,
    HI,
    NAME,
    completion,
    in_pieces,
    log,
    pair,
    read_log,
    usage,
)
from tests.sources.documents import read, read_bytes


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
