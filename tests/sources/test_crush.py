"""Crush: each project's database, of which only the cost of a session is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convledger.ingest.documents import opened_document
from convledger.sources.crush import further_roots
from convledger.sources.crush import read as read_crush
from convledger.sources.findings import Flag, Measure
from convledger.sources.places import PLACES
from tests.sources.documents import read
from tests.sources.tools_databases import Again, put, write

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "crush" / "crush.sql"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "lamp" / ".crush" / "crush.db", FIXTURE.read_text())


def test_requests_have_no_tokens_and_sessions_a_cost(database: Path) -> None:
    found = read("crush", database)
    with opened_document(str(database), "crush.db") as document:
        parts = list(read_crush(document, b"", texts=False))
    (reported,) = [each for part in parts for each in part.figures.reported]

    assert [(call.key, call.measure, call.total) for call in found.calls] == [
        ("m2", Measure.MISSING, 0),
        ("m4", Measure.MISSING, 0),
    ]
    assert (reported.conversation, reported.cumulative) == ("s-lamp", 37_500_000_000)
    assert reported.model == "claude-sonnet-4-5"


def test_sessions_know_their_project_and_parent(database: Path) -> None:
    found = read("crush", database).conversations

    assert found["s-lamp"].project == str(database.parents[1])
    assert found["s-lamp"].first_at == 1793600000 * 10**6
    assert (found["call_1"].parent, found["call_1"].relation) == ("s-lamp", "subagent")


def test_a_transcript_has_its_parts(database: Path) -> None:
    found = read("crush", database)

    assert found.visible("s-lamp") == [
        ("prompt", "The lamp is too bright"), ("thinking", "A dimmer."),
        ("tool_call", '{"command":"dim 5"}'), ("tool_result", "dimmed"),
        ("answer", "It is dim now."),
    ]  # fmt: skip
    (failed,) = [m for m in found.messages if m.conversation == "call_1"]
    assert (failed.body, failed.flags) == ("overloaded", Flag.ERROR)


def test_a_message_that_is_still_written_is_read_again(database: Path) -> None:
    again = Again("crush", database)
    again.read()
    put(database, "messages", {"id": "m6", "session_id": "s-lamp", "role": "assistant",
                               "parts": [], "created_at": 1793600200,
                               "updated_at": 1793600200})  # fmt: skip
    assert [m.body for m in again.read().messages if m.uuid == "m6"] == [""]
    write(database, """UPDATE messages SET parts='[{"type":"text","data":{"text":"Done"}}]',
          updated_at=1793600201 WHERE id='m6'""", "UPDATE sessions SET cost=0.05, "
          "updated_at=1793600201 WHERE id='s-lamp'")  # fmt: skip
    found = again.read()

    assert [m.body for m in found.messages if m.uuid == "m6"] == ["Done"]
    assert "m6" in {call.key for call in found.calls}


def test_the_list_of_projects_names_their_folders(tmp_path: Path, database: Path) -> None:
    other = write(tmp_path / "data" / "crush.db", FIXTURE.read_text())
    root = tmp_path / "crush"
    root.mkdir()
    assert further_roots(root) == []
    (root / "projects.json").write_text(
        json.dumps(
            {
                "projects": [
                    {"path": str(database.parents[1]), "data_dir": ".crush"},
                    {"path": str(database.parents[1]), "data_dir": str(database.parent)},
                    {"path": str(tmp_path / "other"), "data_dir": str(other.parent)},
                    {"path": str(tmp_path / "gone")},
                    {"path": "relative"}, {"path": 5}, {}, None, {"path": "a\0b"},
                    {"path": "/" + "x" * 5000},
                ]
            }
        )
    )  # fmt: skip
    assert further_roots(root) == [database.parent, other.parent]
    for content in ("", "{", "[]", "null", '{"projects": 5}'):
        (root / "projects.json").write_text(content)
        assert further_roots(root) == []
    assert PLACES["crush"].EXPANDS
    assert not PLACES["zed"].EXPANDS


def test_deleting_changes_nothing(database: Path) -> None:
    again = Again("crush", database)
    again.read()
    write(database, "DELETE FROM messages WHERE id IN ('m1', 'm5')", "VACUUM")

    assert {m.uuid for m in again.read().messages} <= {"m2", "m3", "m4"}
