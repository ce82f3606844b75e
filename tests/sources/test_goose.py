"""Goose: requests from the ledger, older sessions as one request each, files of lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convledger.sources.findings import Flag, Measure
from convledger.sources.goose import recognises
from tests.sources.documents import glimpse_at, read, read_bytes
from tests.sources.tools_databases import Again, put, write

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "goose" / "sessions.sql"
ORCHARD, TREES, OLD = "20261101_1", "20261101_2", "20260101_7"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "sessions.db", FIXTURE.read_text())


def test_requests_are_those_of_the_ledger(database: Path) -> None:
    found = read("goose", database)
    calls = [call for call in found.calls if call.conversation == ORCHARD]

    assert [(c.input, c.cache_read, c.cache_write_5m, c.output) for c in calls] == [
        (400, 400, 100, 180),
        (100, 0, 0, 30),
    ]
    assert [call.reported for call in calls] == [10_500_000_000, 2_000_000_000]
    assert {(call.model, call.provider) for call in found.calls} == {
        ("claude-sonnet-4-5", "anthropic"),
        ("qwen3:8b", "ollama"),
        ("gpt-5", "openai"),
    }


def test_the_input_holds_the_cache_unless_the_total_says_otherwise(database: Path) -> None:
    row = {"session_id": TREES, "created_timestamp": 1793524000, "model": "m", "input_tokens": 100,
           "output_tokens": 20, "cache_read_tokens": 20, "cache_write_tokens": 10}  # fmt: skip
    put(database, "usage_ledger", row | {"total_tokens": 150}, row | {"total_tokens": 120},
        row | {"total_tokens": None})  # fmt: skip
    calls = [call for call in read("goose", database).calls if call.model == "m"]

    assert [(c.input, c.cache_read, c.cache_write_5m) for c in calls] == [
        (100, 20, 10), (70, 20, 10), (70, 20, 10),
    ]  # fmt: skip


def test_a_session_from_before_the_ledger_is_one_request(database: Path) -> None:
    (call,) = [call for call in read("goose", database).calls if call.conversation == OLD]

    assert (call.input, call.output, call.model) == (800, 100, "gpt-5")


def test_what_is_carried_into_the_ledger_is_that_same_request(database: Path) -> None:
    (before,) = [call for call in read("goose", database).calls if call.conversation == OLD]
    put(
        database, "usage_ledger",
        {"session_id": OLD, "created_timestamp": 1793524000, "input_tokens": 800,
         "output_tokens": 100, "total_tokens": 900, "cost_source": "carried_forward"},
        {"session_id": OLD, "created_timestamp": 1793524001, "model": "gpt-5", "input_tokens": 7,
         "output_tokens": 3, "total_tokens": 10, "cost_source": "estimated"},
    )  # fmt: skip
    carried, fresh = [call for call in read("goose", database).calls if call.conversation == OLD]

    assert (carried.key, carried.model, carried.total) == (before.key, "gpt-5", before.total)
    assert fresh.key != before.key


def test_a_session_that_tells_no_tokens_has_requests_without(database: Path) -> None:
    write(database, "DELETE FROM usage_ledger WHERE session_id='20261101_1'",
          "UPDATE sessions SET accumulated_input_tokens=NULL, accumulated_output_tokens=NULL, "
          "accumulated_total_tokens=NULL, accumulated_cache_read_tokens=NULL, "
          "accumulated_cache_write_tokens=NULL WHERE id='20261101_1'")  # fmt: skip
    again = Again("goose", database)
    # The session in use may still tell its tokens.
    assert not [call for call in again.read().calls if call.conversation == ORCHARD]
    write(database, "UPDATE sessions SET updated_at='2026-11-01 12:00:00' WHERE id='20261101_2'")
    calls = [call for call in again.read().calls if call.conversation == ORCHARD]

    assert [(call.key, call.measure) for call in calls] == [
        ("m2", Measure.MISSING), ("m4", Measure.MISSING),
    ]  # fmt: skip


def test_sessions_have_titles_folders_and_parents(database: Path) -> None:
    found = read("goose", database).conversations

    assert (found[ORCHARD].title, found[ORCHARD].project) == (
        "Prune the orchard list",
        "/home/mira/orchard",
    )
    assert (found[TREES].parent, found[TREES].relation) == (ORCHARD, "subagent")
    assert found[OLD].title == "Old talk"
    assert found[ORCHARD].first_at == 1793523600 * 10**6


def test_a_transcript_has_tools_and_thoughts(database: Path) -> None:
    found = read("goose", database)

    assert found.visible(ORCHARD) == [
        ("prompt", "Which trees need pruning?"),
        ("thinking", "Look at the list."),
        ("tool_call", '{"command":"cat trees.csv"}'),
        ("tool_result", "apple,1999"),
        ("answer", "The apple tree."),
    ]
    assert found.visible(TREES) == [("answer", "One.")]
    chain = {m.uuid: m.parent for m in found.messages if m.conversation == ORCHARD}
    assert chain == {"m1": "", "m2": "m1", "m3": "m2", "m4": "m3"}


def test_failed_tools_are_marked(database: Path) -> None:
    put(database, "messages", {
        "message_id": "m9", "session_id": TREES, "role": "user", "created_timestamp": 1793524000,
        "content_json": [
            {"type": "toolResponse", "id": "1", "toolResult": {"status": "error", "error": "no"}},
            {"type": "toolResponse", "id": "2", "toolResult": {"status": "success", "value": {
                "content": [{"type": "text", "text": "bad"}], "isError": True}}},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
        ],
    })  # fmt: skip
    found = [m for m in read("goose", database).messages if m.uuid == "m9"]

    assert [(m.block, m.body, m.flags) for m in found] == [
        (0, "no", Flag.ERROR), (1, "bad", Flag.ERROR), (2, "[image image/png]", 0),
    ]  # fmt: skip


def test_a_reading_goes_on_where_the_last_one_stopped(database: Path) -> None:
    again = Again("goose", database)
    again.read()
    assert again.read().messages == []
    put(database, "usage_ledger", {"session_id": ORCHARD, "created_timestamp": 1793525000,
                                   "model": "m", "input_tokens": 5, "output_tokens": 1,
                                   "total_tokens": 6})  # fmt: skip
    put(database, "messages", {"message_id": "m9", "session_id": ORCHARD, "role": "user",
                               "content_json": [{"type": "text", "text": "More"}],
                               "created_timestamp": 1793525000})  # fmt: skip
    write(database, "UPDATE sessions SET name='Renamed', updated_at='2026-11-01 11:00:00' "
          "WHERE id='20261101_1'")  # fmt: skip
    found = again.read()

    assert [call.model for call in found.calls] == ["m"]
    assert [(m.body, m.parent) for m in found.messages] == [("More", "m4")]
    assert found.conversations[ORCHARD].title == "Renamed"


def test_a_session_that_grows_before_the_ledger_stays_one_request(database: Path) -> None:
    again = Again("goose", database)
    first = [call for call in again.read().calls if call.conversation == OLD]
    write(
        database,
        "UPDATE sessions SET accumulated_input_tokens=850, accumulated_total_tokens=950, "
        "updated_at='2026-11-02 00:00:00' WHERE id='20260101_7'",
    )
    second = again.read().calls

    assert [call.key for call in first] == [call.key for call in second]
    assert second[0].input == 850


def test_packing_and_deleting_change_nothing(database: Path) -> None:
    again = Again("goose", database)
    again.read()
    write(database, "DELETE FROM messages WHERE id IN (2, 7, 8)",
          "DELETE FROM usage_ledger WHERE id=3", "VACUUM")  # fmt: skip
    found = again.read()
    # What is read again has the names it had before.
    assert {m.uuid for m in found.messages} <= {"m1", "m2", "m3", "m4", "m5", "m6"}


LINES = [
    {"working_dir": "/home/mira", "description": "Old talk", "message_count": 2,
     "total_tokens": 20, "input_tokens": 15, "output_tokens": 5, "accumulated_total_tokens": 900,
     "accumulated_input_tokens": 800, "accumulated_output_tokens": 100},
    {"role": "user", "created": 1767261600, "content": [{"type": "text", "text": "Hello goose"}]},
    {"role": "assistant", "created": 1767261605, "content": [{"text": "Honk.", "type": "text"}]},
]  # fmt: skip


def test_a_file_of_lines_is_the_session_that_the_database_took_over(
    database: Path, tmp_path: Path
) -> None:
    content = "\n".join(json.dumps(line) for line in LINES).encode()
    old = read_bytes("goose", tmp_path, f"{OLD}.jsonl", content)
    new = read("goose", database)

    assert [(call.key, call.total) for call in old.calls] == [
        (call.key, call.total) for call in new.calls if call.conversation == OLD
    ]
    assert [m.uuid for m in old.messages] == [m.uuid for m in new.messages if m.conversation == OLD]
    assert old.conversations[OLD].title == "Old talk"


def test_broken_lines_are_rejected_alone(tmp_path: Path) -> None:
    content = json.dumps(LINES[0]).encode() + b"\n{broken\n\n" + json.dumps(LINES[1]).encode()
    found = read_bytes("goose", tmp_path, "a.jsonl", content)

    assert found.visible() == [("prompt", "Hello goose")]
    assert [rejected.line for rejected in found.rejected] == [2, 2]


def test_only_own_files_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES))
    assert recognises(glimpse_at(path)) == 100
    for sample in SAMPLES.rglob("*"):
        if sample.is_file():
            assert not recognises(glimpse_at(sample)), sample
