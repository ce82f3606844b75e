"""Langfuse's exports: generations and embeddings in either spelling, each token once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.recognise import source_of
from convledger.sources.findings import Measure
from convledger.sources.langfuse import counts_in, recognises
from tests.sources.documents import Read, glimpse_at, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "langfuse"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
ROW: dict[str, Any] = {
    "id": "o1", "type": "GENERATION", "traceId": "t1", "startTime": "2026-11-10T10:00:00Z",
    "model": "gpt-5.2", "usageDetails": {"input": 10, "output": 5, "total": 15},
    "input": "Hi", "output": "Yo",
}  # fmt: skip


def read_rows(folder: Path, *rows: dict[str, Any]) -> Read:
    return read_bytes("langfuse", folder, "observations.json", json.dumps(rows).encode())


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")
def test_sample_has_its_facts() -> None:
    path = SAMPLES / "langfuse" / "synthetic_observations.jsonl"
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[
        "langfuse/synthetic_observations.jsonl"
    ]
    found = read("langfuse", path)
    (call,) = found.calls

    assert expected["generations"] == 1
    assert expected["tokens"] == {
        "input": call.input, "cache_read": call.cache_read, "output": call.output,
    }  # fmt: skip
    assert call.reported == round(expected["cost"] * 10**12)
    assert recognises(glimpse_at(path)) == 100


@pytest.mark.parametrize(
    "name", ["observations.jsonl", "observations_api.json", "observations.csv"]
)
def test_each_shape_and_spelling_tells_the_same(name: str) -> None:
    found = read("langfuse", FIXTURES / name)

    assert [
        (call.key, call.conversation, call.input, call.cache_read, call.output)
        for call in found.calls
    ] == [
        ("obs-2", "visit-5", 100, 400, 20),
        ("obs-3", "visit-5", 30, 0, 0),
        ("obs-4", "trace-2", 400, 600, 100),
    ]
    assert [call.reported for call in found.calls] == [720_000_000, None, 2_000_000_000]
    assert found.visible("visit-5") == [
        ("prompt", "Is the Alder table in stock?"), ("answer", "Yes, three are left."),
    ]  # fmt: skip
    assert found.rejected == []
    assert source_of(glimpse_at(FIXTURES / name)) == "langfuse"


@pytest.mark.parametrize("kind", ["SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER"])
def test_other_observations_are_no_requests(tmp_path: Path, kind: str) -> None:
    found = read_rows(tmp_path, {**ROW, "type": kind})

    assert (found.calls, found.messages, found.rejected) == ([], [], [])


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # input, output, reasoning, cache read, written for 5 minutes, for an hour
        ({"input": 100, "output": 20, "input_cached_tokens": 400, "total": 520},
         (100, 20, 0, 400, 0, 0)),
        ({"input": 500, "output": 20, "input_cached_tokens": 400, "total": 520},
         (100, 20, 0, 400, 0, 0)),
        ({"input": 100, "output": 20, "cache_read_input_tokens": 400}, (100, 20, 0, 400, 0, 0)),
        ({"input": 100, "output": 20, "cache_creation_input_tokens": 7,
          "input_cache_creation_1h": 9}, (100, 20, 0, 0, 7, 9)),
        ({"input": 10, "output": 20, "output_reasoning_tokens": 30, "total": 60},
         (10, 50, 30, 0, 0, 0)),
        ({"input": 10, "output": 50, "output_reasoning_tokens": 30, "total": 60},
         (10, 50, 30, 0, 0, 0)),
        ({"input": 10, "output": 5, "input_audio_tokens": 3, "output_audio_tokens": 4,
          "total": 22}, (13, 9, 0, 0, 0, 0)),
        ({"prompt_tokens": "10", "completion_tokens": 5.0}, (10, 5, 0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_details_are_disjoint_unless_the_total_says_otherwise(
    usage: dict[str, Any], expected: tuple[int, ...]
) -> None:
    assert (counts_in(usage) or ())[:6] == expected


def test_only_a_total_is_unknown(tmp_path: Path) -> None:
    (call,) = read_rows(tmp_path, {**ROW, "usageDetails": {"total": 15}}).calls

    assert call.measure == Measure.MISSING


@pytest.mark.parametrize(
    "usage",
    [
        {"usage": {"input": 10, "output": 5, "total": 15, "unit": "TOKENS"}},
        {"promptTokens": 10, "completionTokens": 5, "totalTokens": 15},
        {"inputUsage": 10, "outputUsage": 5},
    ],
)
def test_older_spellings_of_usage_are_known(tmp_path: Path, usage: dict[str, Any]) -> None:
    row = {name: value for name, value in ROW.items() if name != "usageDetails"}
    (call,) = read_rows(tmp_path, row | usage).calls

    assert (call.input, call.output) == (10, 5)


def test_characters_are_no_tokens(tmp_path: Path) -> None:
    row = {**ROW, "usageDetails": {}, "usage": {"input": 10, "output": 5, "unit": "CHARACTERS"}}
    found = read_rows(tmp_path, row)
    (call,) = found.calls

    assert (call.measure, call.total) == (Measure.MISSING, 0)
    assert call.key == found.messages[-1].uuid


def test_error_without_usage_is_no_call(tmp_path: Path) -> None:
    assert read_rows(tmp_path, {**ROW, "level": "ERROR", "usageDetails": {}}).calls == []


def test_traces_with_their_observations_are_read(tmp_path: Path) -> None:
    inner = {name: value for name, value in ROW.items() if name != "traceId"}
    trace = {"id": "t1", "sessionId": "s1", "name": "ask", "projectId": "p",
             "observations": [{**inner, "type": "SPAN", "id": "o0"}, inner]}  # fmt: skip
    found = read_rows(tmp_path, trace)

    assert [(call.key, call.conversation) for call in found.calls] == [("o1", "s1")]
    assert found.conversations["s1"].title == "ask"
    assert recognises(glimpse_at(tmp_path / "observations.json")) >= 70


def test_traces_alone_are_rejected_with_what_to_export(tmp_path: Path) -> None:
    found = read_rows(tmp_path, {"id": "t1", "sessionId": "s", "observations": ["o1"]})

    assert {bad.reason.partition(":")[2] for bad in found.rejected} == {" export observations"}


@pytest.mark.parametrize("cost", [None, "", 0, "free"])
def test_no_cost_or_none_that_can_be_is_not_zero(tmp_path: Path, cost: Any) -> None:
    found = read_rows(tmp_path, {**ROW, "calculatedTotalCost": cost})

    assert all(call.reported is None for call in found.calls)
    assert bool(found.calls) != (cost == "free")


def test_recognises_its_own_alone() -> None:
    for path in FIXTURES.parent.rglob("*"):
        if path.is_file() and path.parent != FIXTURES:
            assert recognises(glimpse_at(path)) == 0, path
    if SAMPLES.exists():
        for path in SAMPLES.rglob("*"):
            if path.is_file() and path.parent.name != "langfuse":
                assert recognises(glimpse_at(path)) == 0, path
