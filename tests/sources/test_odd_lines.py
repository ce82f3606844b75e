"""Single lines that no tool should have written: each costs itself at most, and says why."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from convledger.sources.lenient import BadLine, loads
from tests.sources.reading import CLAUDE, CODEX, READERS, figures_of, log, messages_of, texts_of
from tests.sources.test_fuzz import assert_sane


@pytest.mark.parametrize("depth", [10, 200, 900, 1100, 5000])
def test_depth_never_ends_the_reading(depth: int) -> None:
    deep = b"[" * depth + b"1" + b"]" * depth
    lines = [
        b'{"type":"user","uuid":"\\ud800","message":{"content":' + deep + b"}}",
        b'{"type":"attachment","uuid":"a","attachment":' + deep + b"}",
        b'{"type":"assistant","uuid":"b","message":{"content":[{"type":"tool_use","input":' + deep
        + b',"text":5}]}}',
        b'{"type":"user","uuid":"c","message":{"content":[{"type":"tool_result","content":' + deep
        + b"}]}}",
        b'{"type":"response_item","payload":{"type":"tool_output","output":' + deep + b"}}",
        b'{"type":"session_meta","payload":{"id":"x","git":{"branch":' + deep
        + b'},"source":{"subagent":{"thread_spawn":{"parent_thread_id":' + deep + b"}}}}}",
        b'{"type":"cost-state","totalCostUSD":1,"modelUsage":{"m":{"costUSD":' + deep + b"}}}",
        b'{"type":"item.completed","item":{"text":' + deep + b"}}",
    ]  # fmt: skip
    for reader in READERS:
        data = b"".join(line + b"\n" for line in lines)
        assert_sane(figures_of(reader, data), texts_of(reader, data), len(lines))


def test_lone_surrogates_become_replacement_characters_wherever_they_stand() -> None:
    line = (
        b'{"type":"assistant","uuid":"u\\ud800","sessionId":"s\\udfff","timestamp":'
        b'"2026-11-10T09:00:00.000Z","cwd":"/\\ud83d","message":{"id":"m\\ud800","model":"x\\ud800",'
        b'"content":[{"type":"text","text":"half \\ud83d of it"},'
        b'{"type":"tool_use","id":"t","name":"Run","input":{"command":"ls"}}],'
        b'"usage":{"input_tokens":1,"output_tokens":2}}}\n'
    )
    (figures,) = figures_of(CLAUDE, line)
    text, tool = messages_of(CLAUDE, line)

    assert [(call.key, call.model, call.total) for call in figures.calls] == [
        ("m\ufffd", "x\ufffd", 3)
    ]
    assert text.body == "half \ufffd of it"
    assert (tool.name, json.loads(tool.body)) == ("Run", {"command": "ls"})


def test_one_odd_block_costs_its_message_nothing_else() -> None:
    line = log(
        {
            "type": "assistant",
            "uuid": "u",
            "timestamp": "2026-11-10T09:00:00Z",
            "message": {
                "id": "m",
                "content": [{"type": "text", "text": 5}, {"type": "text", "text": "kept"}, 7],
            },
        }
    )

    assert [message.body for message in messages_of(CLAUDE, line)] == ["kept"]


def test_duplicated_keys_are_one_the_last() -> None:
    line = (
        b'{"type":"user","type":"assistant","timestamp":"2026-11-10T09:00:00Z","message":'
        b'{"id":"m1","usage":{"input_tokens":1,"input_tokens":5}}}\n'
    )
    (figures,) = figures_of(CLAUDE, line)

    assert [call.input for call in figures.calls] == [5]


def test_message_may_be_a_string() -> None:
    line = log(
        {"type": "user", "uuid": "u", "timestamp": "2026-11-10T09:00:00Z", "message": "hello"}
    )

    assert [message.body for message in messages_of(CLAUDE, line)] == ["hello"]
    assert figures_of(CLAUDE, line)[0].rejected == []


@pytest.mark.parametrize("cost", [-1, 1e30, "1e999", "NaN", "Infinity", [], "abc"])
def test_impossible_cost_is_no_cost(cost: object) -> None:
    line = log(
        {
            "type": "assistant",
            "timestamp": "2026-11-10T09:00:00Z",
            "costUSD": cost,
            "message": {"id": "m1", "usage": {"input_tokens": 5}},
        },
        {"type": "cost-state", "timestamp": "2026-11-10T09:00:01Z", "totalCostUSD": cost},
    )
    (figures,) = figures_of(CLAUDE, line)

    assert [(call.input, call.reported) for call in figures.calls] == [(5, None)]
    assert figures.reported == []


@pytest.mark.parametrize("count", [-1, 2**70, 2**31, 0.5, "x", True, "1e400", [1]])
def test_impossible_token_count_rejects_its_line_alone(count: object) -> None:
    def line(number: object, name: str) -> dict[str, Any]:
        usage = {"input_tokens": number, "output_tokens": 1}
        return {
            "type": "assistant",
            "timestamp": "2026-11-10T09:00:00Z",
            "message": {"id": name, "usage": usage},
        }

    (figures,) = figures_of(CLAUDE, log(line(3, "m1"), line(count, "m2"), line(4, "m3")))

    assert [call.input for call in figures.calls] == [3, 4]
    assert [(bad.line, bad.reason[:28]) for bad in figures.rejected] == [
        (2, "not a possible token count: ")
    ]


def test_five_megabyte_line_is_read() -> None:
    line = log(
        {
            "type": "user",
            "uuid": "u",
            "timestamp": "2026-11-10T09:00:00Z",
            "message": {"content": "é" * 2_500_000},
        }
    )

    assert [len(message.body) for message in messages_of(CLAUDE, line)] == [2_500_000]


def test_many_bad_lines_take_no_longer_than_their_number() -> None:
    data = b"not json at all\n" * 60_000
    begun = time.process_time()
    (figures,) = figures_of(CODEX, data)

    assert len(figures.rejected) == 60_000
    last = figures.rejected[-1]
    assert (last.line, last.offset, last.excerpt) == (60_000, 16 * 59_999, b"not json at all")
    assert time.process_time() - begun < 10  # each by looking at all others took minutes


@pytest.mark.parametrize("text", [b"", b"\0\0", b"nul", b"[1]", b"1", b'{"a":NaN}', b"{}{}"])
def test_what_holds_no_record_says_why(text: bytes) -> None:
    with pytest.raises(BadLine, match=r"\w"):
        loads(text)
