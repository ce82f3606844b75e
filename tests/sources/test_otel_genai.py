"""Spans of model calls: leaves alone are counted, by every convention that names tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.findings import Lines, Measure
from convledger.sources.otel_genai import FiguresReader, TextsReader, recognises
from tests.sources.documents import Read, glimpse_at, read
from tests.sources.otel_parts import (
    ANSWER,
    AT,
    FIXTURES,
    TRACE,
    chat,
    line,
    logged,
    logs,
    read_lines,
    span,
)

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


def totals(found: Read) -> list[tuple[int, int]]:
    return [(call.input + call.cache_read, call.output) for call in found.calls]


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")
def test_sample_counts_its_one_call() -> None:
    path = SAMPLES / "otel-genai" / "synthetic_spans.otlp.jsonl"
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[
        "otel-genai/synthetic_spans.otlp.jsonl"
    ]
    found = read("otel-genai", path)
    (call,) = found.calls

    assert len(found.calls) == expected["llm_calls"]
    assert expected["tokens"] == {
        "input": call.input, "cache_read": call.cache_read, "output": call.output,
    }  # fmt: skip
    assert (call.conversation, call.model, call.provider) == (
        "conv-1", "gpt-5.2-2026-01-01", "openai",
    )  # fmt: skip
    assert recognises(glimpse_at(path)) == 100


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
def test_wrapper_of_a_model_call_is_not_counted(
    tmp_path: Path, order: tuple[int, int], *, together: bool
) -> None:
    spans = [span(1, None, chat()), span(2, 1, chat())]
    chosen = [spans[place] for place in order]
    lines = [line(*chosen)] if together else [line(one) for one in chosen]
    found = read_lines(tmp_path, *lines)

    assert [call.key for call in found.calls] == [f"{TRACE}:{2:016x}"]


def test_wrapper_far_above_is_not_counted(tmp_path: Path) -> None:
    around = {"gen_ai.operation.name": "execute_tool"}
    found = read_lines(
        tmp_path, line(span(3, 2, chat()), span(2, 1, around), span(1, None, chat()))
    )

    assert [call.key[-1] for call in found.calls] == ["3"]


def test_wrapper_that_comes_in_a_later_piece_is_not_counted() -> None:
    state, keys = b"", []
    for number, one in enumerate((span(3, 2, chat()), span(2, 1, chat()), span(1, None, chat()))):
        reader = FiguresReader("traces.jsonl", state)
        keys += [call.key for call in reader.read(Lines(line(one)[:-1], number + 1, 0, 1)).calls]
        state = reader.state()

    assert keys == [f"{TRACE}:{3:016x}"]


def test_spans_that_stand_in_each_other_in_a_circle_end(tmp_path: Path) -> None:
    found = read_lines(tmp_path, line(span(1, 2, chat()), span(2, 1, chat()), span(3, 3, chat())))

    assert found.calls == []
    assert found.rejected == []


@pytest.mark.parametrize(
    "named",
    [
        {"gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 2},
        {"gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 2},
        {"llm.token_count.prompt": 7, "llm.token_count.completion": 2,
         "openinference.span.kind": "LLM", "llm.model_name": "m"},
        {"llm.usage.prompt_tokens": 7, "llm.usage.completion_tokens": 2,
         "llm.request.type": "chat", "llm.usage.total_tokens": 9},
        {"ai.usage.promptTokens": 7, "ai.usage.completionTokens": 2, "ai.model.id": "m",
         "ai.operationId": "ai.streamText.doStream"},
        {"ai.usage.inputTokens": 7, "ai.usage.outputTokens": 2, "ai.model.id": "m",
         "ai.operationId": "ai.generateText.doGenerate"},
    ],
)  # fmt: skip
def test_every_convention_names_its_tokens(tmp_path: Path, named: dict[str, Any]) -> None:
    found = read_lines(tmp_path, line(span(1, None, {"gen_ai.request.model": "m"} | named)))

    assert totals(found) == [(7, 2)]
    assert found.calls[0].model == "m"


@pytest.mark.parametrize(
    "named",
    [
        {"gen_ai.operation.name": "invoke_agent"},
        {"gen_ai.operation.name": "execute_tool"},
        {"openinference.span.kind": "CHAIN"},
        {"openinference.span.kind": "AGENT"},
        {"traceloop.span.kind": "workflow"},
        {"ai.operationId": "ai.generateText"},
        {"ai.operationId": "ai.toolCall"},
    ],
)
def test_what_stands_around_a_model_call_is_none(tmp_path: Path, named: dict[str, Any]) -> None:
    usage = {"gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 2}
    found = read_lines(tmp_path, line(span(1, None, named | usage | {"gen_ai.request.model": "m"})))

    assert found.calls == []


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"gen_ai.usage.cache_read.input_tokens": 60}, (40, 60, 0)),
        ({"gen_ai.usage.cache_read_input_tokens": 60,
          "gen_ai.usage.cache_creation_input_tokens": 30}, (10, 60, 30)),
        ({"gen_ai.usage.cache_creation.input_tokens": 30}, (70, 0, 30)),
        # More than the prompt: told beside it, as Anthropic does.
        ({"gen_ai.usage.cache_read.input_tokens": 900}, (100, 900, 0)),
        ({"llm.token_count.prompt_details.cache_read": 60}, (40, 60, 0)),
        ({"ai.usage.cachedInputTokens": 60, "ai.model.provider": "openai.responses",
          "ai.operationId": "ai.generateText.doGenerate"}, (40, 60, 0)),
        ({"ai.usage.cachedInputTokens": 60, "ai.model.provider": "anthropic.messages",
          "ai.operationId": "ai.generateText.doGenerate"}, (100, 60, 0)),
    ],
)  # fmt: skip
def test_cached_tokens_are_counted_once(
    tmp_path: Path, named: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    (call,) = read_lines(tmp_path, line(span(1, None, chat() | named))).calls

    assert (call.input, call.cache_read, call.cache_write_5m) == expected


def test_one_response_in_two_spans_is_one_call(tmp_path: Path) -> None:
    named = chat(gen_ai__response__id="chatcmpl-0000000000000001")
    found = read_lines(tmp_path, line(span(1, None, named)), line(span(2, None, named)))

    assert [call.key for call in found.calls] == ["chatcmpl-0000000000000001"]


def test_details_logged_beside_a_span_count_its_call_once(tmp_path: Path) -> None:
    details = logged("gen_ai.client.inference.operation.details", **chat())
    found = read_lines(tmp_path, line(span(1, None, chat())), logs(details))

    assert len({call.key for call in found.calls}) == 1


def test_call_without_usage_is_unknown_and_a_failed_one_none(tmp_path: Path) -> None:
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m",
             "gen_ai.output.messages": json.dumps(ANSWER)}  # fmt: skip
    found = read_lines(
        tmp_path,
        line(span(1, None, named), span(2, None, named, status={"code": 2}),
             span(3, None, named | {"error.type": "timeout"})),
    )  # fmt: skip
    (call,) = found.calls

    assert call.measure == Measure.MISSING
    assert call.key in {message.uuid for message in found.messages}


def test_call_without_usage_within_one_that_has_it_is_not_counted_again(tmp_path: Path) -> None:
    inner = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    found = read_lines(tmp_path, line(span(1, None, chat()), span(2, 1, inner)))

    assert [call.measure for call in found.calls] == [Measure.RECORDED]


def test_impossible_tokens_reject_their_span_alone(tmp_path: Path) -> None:
    found = read_lines(
        tmp_path, line(span(1, None, chat(gen_ai__usage__input_tokens=-5)), span(2, None, chat()))
    )

    assert len(found.calls) == 1
    assert {bad.line for bad in found.rejected} == {1}


def test_a_document_is_read_as_a_line_is(tmp_path: Path) -> None:
    found = read("otel-genai", FIXTURES / "one_document.json")
    path = tmp_path / "one.json"
    path.write_bytes((FIXTURES / "one_document.json").read_bytes())
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("otel-genai", path)])
        (calls,) = ledger.connection.execute("SELECT count(*) FROM call").fetchone()

    assert totals(found) == [(50, 9)]
    assert found.visible() == [("prompt", "Name a tree."), ("answer", "Alder.")]
    assert calls == 1


@pytest.mark.parametrize("start", [None, "0", "-5", "soon", [], "99999999999999999999999"])
def test_an_absurd_instant_is_the_one_before(tmp_path: Path, start: Any) -> None:
    odd = span(2, None, chat(), startTimeUnixNano=start)
    found = read_lines(tmp_path, line(span(1, None, chat())), line(odd))

    assert {call.at for call in found.calls} == {(AT + 1) * 10**6}


def test_reading_piece_by_piece_finds_the_same() -> None:
    lines = (FIXTURES / "traces.jsonl").read_bytes().rstrip(b"\n").split(b"\n")
    whole = Lines(b"\n".join(lines), 1, 0, len(lines))
    calls, messages, states = [], [], (b"", b"")
    for number, one in enumerate(lines):
        counter, reader = FiguresReader("t", states[0]), TextsReader("t", states[1])
        calls += counter.read(Lines(one, number + 1, 0, 1)).calls
        messages += reader.read(Lines(one, number + 1, 0, 1)).messages
        states = counter.state(), reader.state()

    assert calls == FiguresReader("t").read(whole).calls
    known = {message.uuid: message for message in messages}
    assert list(known) == [message.uuid for message in TextsReader("t").read(whole).messages]


def test_recognises_its_own_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(line(span(1, None, {"http.method": "GET"})))

    assert {recognises(glimpse_at(path)) for path in FIXTURES.iterdir()} == {100}
    assert recognises(glimpse_at(other)) == 30
    for path in FIXTURES.parent.rglob("*"):
        if path.is_file() and path.parent != FIXTURES:
            assert recognises(glimpse_at(path)) == 0, path
