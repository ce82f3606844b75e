"""Helicone's exports: requests in JSON lines, lists and tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.findings import Call
from convledger.sources.helicone import recognises
from tests.sources.documents import glimpse_at, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "helicone"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
ROW: dict[str, Any] = {
    "request_id": "q1", "response_id": "r1", "request_created_at": "2026-11-10T10:00:00Z",
    "response_status": 200, "response_model": "gpt-5.2", "provider": "OPENAI",
    "prompt_tokens": 500, "completion_tokens": 40, "cost": 0.001, "request_properties": {},
}  # fmt: skip


def call_of(folder: Path, **more: Any) -> Call:
    data = json.dumps([{**ROW, **more}]).encode()
    (call,) = read_bytes("helicone", folder, "requests.json", data).calls
    return call


def test_lines_name_session_title_and_texts() -> None:
    found = read("helicone", FIXTURES / "requests.jsonl")
    facts = found.conversations["chat-3"]

    assert [
        (call.key[-1], call.conversation[-6:], call.model, call.provider) for call in found.calls
    ] == [
        ("1", "chat-3", "gpt-5.2-2025-12-11", "openai"),
        ("4", "000004", "gpt-5.2-2025-12-11", "openai"),
    ]
    assert (facts.title, facts.details) == (
        "Table for the garden", {"user": "customer-88", "path": "/shop/ask"},
    )  # fmt: skip
    assert found.visible("chat-3") == [
        ("prompt", "Is the Alder table in stock?"), ("answer", "Yes, three are left."),
    ]  # fmt: skip
    assert found.rejected == []


def test_table_whose_quotes_are_doubled_twice_is_understood() -> None:
    found = read("helicone", FIXTURES / "requests.csv")

    assert found.conversations["chat-3"].title == "Table for the garden"
    assert ("prompt", "Is the Alder table in stock?") in found.visible("chat-3")
    assert [call.reported for call in found.calls] == [1_435_000_000, 0, 1_435_000_000]


def test_table_and_lines_of_the_same_requests_are_not_counted_twice(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "workspace") as ledger:
        for name in ("requests.jsonl", "requests.csv"):
            ledger.sync([("helicone", FIXTURES / name)])
        keys = ledger.connection.execute("SELECT count(*), count(DISTINCT key) FROM call")

        # The table does not tell which answer came from the cache: that one request is new.
        assert keys.fetchone() == (3, 3)


def test_answers_from_the_cache_and_refused_requests_are_no_calls(tmp_path: Path) -> None:
    rows = [
        {**ROW, "cache_reference_id": "22222222-0000-4000-8000-000000000001"},
        {**ROW, "response_status": 429, "prompt_tokens": None, "completion_tokens": None},
    ]
    found = read_bytes("helicone", tmp_path, "a.json", json.dumps(rows).encode())

    assert found.calls == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"prompt_cache_read_tokens": 300, "total_tokens": 540}, (200, 300, 0)),
        ({"prompt_cache_read_tokens": 300, "total_tokens": 840}, (500, 300, 0)),
        ({"prompt_cache_read_tokens": 300, "prompt_cache_write_tokens": 100}, (500, 300, 100)),
        ({"response_body": {"usage": {"prompt_tokens": 500, "completion_tokens": 40,
                                      "prompt_tokens_details": {"cached_tokens": 300}}}},
         (200, 300, 0)),
        ({"prompt_tokens": "500"}, (500, 0, 0)),
    ],
)  # fmt: skip
def test_cached_tokens_are_counted_once(
    tmp_path: Path, more: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    call = call_of(tmp_path, **more)

    assert (call.input, call.cache_read, call.cache_write_5m) == expected


def test_row_without_ids_is_rejected(tmp_path: Path) -> None:
    row = {name: value for name, value in ROW.items() if name not in ("request_id", "response_id")}
    found = read_bytes("helicone", tmp_path, "a.json", json.dumps([row]).encode())

    assert {bad.line for bad in found.rejected} == {1}


def test_recognises_its_own_alone() -> None:
    assert {recognises(glimpse_at(path)) for path in FIXTURES.iterdir()} == {100}
    for path in FIXTURES.parent.rglob("*"):
        if path.is_file() and path.parent != FIXTURES:
            assert recognises(glimpse_at(path)) == 0, path
    if SAMPLES.exists():
        for path in SAMPLES.rglob("*"):
            if path.is_file():
                assert recognises(glimpse_at(path)) == 0, path
