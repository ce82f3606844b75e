"""LiteLLM's spend logs: requests that cost, at what was spent, and sums that are refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.document import NotReadable
from convledger.sources.findings import Call, Measure
from convledger.sources.litellm import recognises
from tests.sources.documents import Read, glimpse_at, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "litellm"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
ROW: dict[str, Any] = {
    "request_id": "chatcmpl-1", "call_type": "acompletion", "spend": 0.00125,
    "prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
    "startTime": "2026-11-10T10:00:00", "model": "openai/gpt-5.2",
    "custom_llm_provider": "openai", "cache_hit": "False", "status": "success",
    "metadata": {}, "messages": {}, "response": {},
}  # fmt: skip


def read_rows(folder: Path, *rows: dict[str, Any]) -> Read:
    return read_bytes("litellm", folder, "spend.json", json.dumps(rows).encode())


def call_of(folder: Path, **more: Any) -> Call:
    (call,) = read_rows(folder, {**ROW, **more}).calls
    return call


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")
def test_sample_has_its_facts() -> None:
    path = SAMPLES / "litellm" / "synthetic_spend_logs.json"
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[
        "litellm/synthetic_spend_logs.json"
    ]
    found = read("litellm", path)

    assert len(found.calls) == expected["billable"]
    assert sum(call.reported or 0 for call in found.calls) == round(expected["spend"] * 10**12)
    assert [(call.input, call.cache_read, call.output) for call in found.calls] == [(600, 400, 100)]
    assert recognises(glimpse_at(path)) == 100


@pytest.mark.parametrize("name", ["spend_logs.json", "LiteLLM_SpendLogs.csv"])
def test_list_and_table_tell_the_same(name: str) -> None:
    found = read("litellm", FIXTURES / name)

    assert [(call.model, call.provider, call.reported) for call in found.calls] == [
        ("gpt-5.2", "openai", 1_250_000_000),
        ("claude-sonnet-4-5-20250929", "anthropic", 4_050_000_000),
    ]
    assert [
        (call.input, call.cache_read, call.cache_write_5m, call.output, call.reasoning)
        for call in found.calls
    ] == [(600, 400, 0, 100, 20), (500, 1500, 500, 50, 0)]
    assert found.visible("session-77") == [
        ("prompt", "Is the Alder table in stock?"), ("answer", "Yes."),
    ]  # fmt: skip
    assert found.conversations["session-77"].details == {
        "user": "u1", "end_user": "cust-9", "team_id": "workshop", "tags": "prod",
    }  # fmt: skip
    assert found.rejected == []


def test_json_lines_and_an_object_around_the_list_are_read(tmp_path: Path) -> None:
    lines = read_bytes("litellm", tmp_path, "a.jsonl", json.dumps(ROW).encode() + b"\n" * 3)
    around = read_bytes("litellm", tmp_path, "b.json", json.dumps({"data": [ROW]}).encode())

    assert [call.key for call in lines.calls] == [call.key for call in around.calls]
    assert {recognises(glimpse_at(tmp_path / name)) for name in ("a.jsonl", "b.json")} == {100}


@pytest.mark.parametrize("hit", ["True", "true", True])
def test_answers_from_the_cache_are_no_calls(tmp_path: Path, hit: Any) -> None:
    found = read_rows(tmp_path, {**ROW, "cache_hit": hit})

    assert found.calls == []
    assert list(found.conversations) == ["chatcmpl-1"]


@pytest.mark.parametrize("hit", ["False", False, "None", "", None])
def test_what_missed_the_cache_is_a_call(tmp_path: Path, hit: Any) -> None:
    assert call_of(tmp_path, cache_hit=hit).input == 1000


def test_failure_without_tokens_is_no_call_and_one_with_tokens_is(tmp_path: Path) -> None:
    nothing = {"prompt_tokens": 0, "completion_tokens": 0, "spend": 0}
    found = read_rows(
        tmp_path,
        {**ROW, "status": "failure", **nothing},
        {**ROW, "request_id": "chatcmpl-2", "status": "failure"},
    )

    assert [call.key for call in found.calls] == ["chatcmpl-2"]


def test_what_costs_without_tokens_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    call = call_of(tmp_path, prompt_tokens=0, completion_tokens=0, call_type="aimage_generation")

    assert (call.measure, call.reported) == (Measure.MISSING, 1_250_000_000)


@pytest.mark.parametrize(
    ("model", "seller", "expected"),
    [
        ("openai/gpt-5.2", "openai", ("gpt-5.2", "openai")),
        ("gpt-5.2", "openai", ("gpt-5.2", "openai")),
        ("azure/gpt-4o", "", ("gpt-4o", "azure")),
        ("openrouter/anthropic/claude-sonnet-4", "openrouter",
         ("anthropic/claude-sonnet-4", "openrouter")),
        ("acme/own-model", "", ("acme/own-model", "")),
        ("", "", ("unknown", "")),
        (None, None, ("unknown", "")),
    ],
)  # fmt: skip
def test_route_before_a_model_is_its_provider(
    tmp_path: Path, model: Any, seller: Any, expected: tuple[str, str]
) -> None:
    call = call_of(tmp_path, model=model, custom_llm_provider=seller)

    assert (call.model, call.provider) == expected


def test_cache_counts_beside_a_smaller_prompt_are_not_taken_out_of_it(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 31, "completion_tokens": 467, "cache_creation_input_tokens": 1253}
    call = call_of(tmp_path, metadata={"usage_object": usage})

    assert (call.input, call.cache_write_5m, call.output) == (31, 1253, 467)


def test_cache_writes_for_an_hour_are_told_apart(tmp_path: Path) -> None:
    usage = {
        "prompt_tokens": 1000, "completion_tokens": 10, "cache_creation_input_tokens": 700,
        "prompt_tokens_details": {
            "cached_tokens": 200, "cache_creation_tokens": 700,
            "cache_creation_token_details": {
                "ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 600,
            },
        },
    }  # fmt: skip
    call = call_of(tmp_path, metadata={"usage_object": usage})

    assert (call.input, call.cache_read) == (100, 200)
    assert (call.cache_write_5m, call.cache_write_1h) == (100, 600)


def test_batch_is_marked_for_its_price(tmp_path: Path) -> None:
    assert call_of(tmp_path, call_type="aretrieve_batch").context == "service_tier=batch"


@pytest.mark.parametrize(
    "daily",
    [
        [{"startTime": "2026-11-10", "spend": 1.2, "users": {}, "models": {"m": 1.2}}],
        [{"date": "2026-11-10", "metrics": {"spend": 1.2}, "breakdown": {}}],
        {"results": [{"date": "2026-11-10", "metrics": {"spend": 1.2}}], "metadata": {}},
    ],
)
def test_sums_by_day_are_refused_with_what_to_export(tmp_path: Path, daily: Any) -> None:
    path = tmp_path / "daily.json"
    path.write_text(json.dumps(daily))

    assert recognises(glimpse_at(path)) >= 70
    with pytest.raises(NotReadable, match="summarize=false"):
        read("litellm", path)


def test_row_without_a_request_is_rejected_and_the_others_stay(tmp_path: Path) -> None:
    found = read_rows(tmp_path, ROW, {"spend": 1, "startTime": "2026-11-10"})

    assert len(found.calls) == 1
    assert {(bad.line, "summarize=false" in bad.reason) for bad in found.rejected} == {(2, True)}


def test_payload_of_a_callback_is_read(tmp_path: Path) -> None:
    row = {
        "id": "chatcmpl-9", "trace_id": "t1", "call_type": "acompletion", "response_cost": 0.001,
        "prompt_tokens": 10, "completion_tokens": 5, "startTime": 1794304800.5, "model": "gpt-5.2",
        "cache_hit": None, "messages": [{"role": "user", "content": "Hi"}],
        "response": {"choices": [{"message": {"role": "assistant", "content": "Yo"}}]},
    }  # fmt: skip
    found = read_rows(tmp_path, row)

    assert [(call.key, call.conversation, call.at) for call in found.calls] == [
        ("chatcmpl-9", "t1", 1_794_304_800_500_000)
    ]
    assert found.visible() == [("prompt", "Hi"), ("answer", "Yo")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_table_is_read_by_the_delimiter_of_its_header(tmp_path: Path, delimiter: str) -> None:
    text = io.StringIO()
    table = csv.DictWriter(text, list(ROW), delimiter=delimiter)
    table.writeheader()
    table.writerow({**ROW, "metadata": '{"note": "a;b,c\n\td"}'})
    found = read_bytes("litellm", tmp_path, "spend.csv", b"\xef\xbb\xbf" + text.getvalue().encode())

    assert [call.input for call in found.calls] == [1000]
    assert recognises(glimpse_at(tmp_path / "spend.csv")) == 100


def test_longer_row_is_rejected_with_its_place(tmp_path: Path) -> None:
    data = (
        b"request_id,call_type,spend,startTime,prompt_tokens\na,c,1,2026-11-10,5\n"
        b"b,c,1,2026-11-10,5,x,y\nc,c,1,2026-11-10,7\n"
    )
    found = read_bytes("litellm", tmp_path, "spend.csv", data)

    assert [call.input for call in found.calls] == [5, 7]
    assert {(bad.line, bad.offset) for bad in found.rejected} == {(3, 70)}


def test_the_same_export_again_adds_nothing_and_a_newer_one_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "spend.json"
    path.write_text(json.dumps([ROW]))
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps([ROW, {**ROW, "request_id": "chatcmpl-2"}]))
    with Ledger.open(tmp_path / "workspace") as ledger:
        counts = []
        for source in (path, path, newer):
            ledger.sync([("litellm", source)])
            counts += ledger.connection.execute("SELECT count(*) FROM call").fetchone()

    assert counts == [1, 1, 2]


def test_recognises_its_own_alone() -> None:
    for path in FIXTURES.parent.rglob("*"):
        if path.is_file() and path.parent != FIXTURES:
            assert recognises(glimpse_at(path)) == 0, path
    if SAMPLES.exists():
        for path in SAMPLES.rglob("*"):
            if path.is_file() and path.parent.name != "litellm":
                assert recognises(glimpse_at(path)) == 0, path
