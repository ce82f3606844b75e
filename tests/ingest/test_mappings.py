"""Mappings of a workspace: found by header, followed when corrected, with nothing doubled."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from convledger.errors import ConfigError, UsageProblem
from convledger.ingest.mappings import (
    chosen_mapping,
    follow_mappings,
    mapping_for,
    mappings,
    open_sample,
    remove_mapping,
    save_mapping,
    saved_mappings,
)
from convledger.ledger import Ledger
from convledger.sources.table.mapping import Mapping
from convledger.sources.table.mapping_file import parse_mapping
from convledger.store.checks import check
from convledger.store.forget_file import forget_files
from tests.sources.tables import FIXTURES

HEADER = ["Ticket", "Erstellt", "Absender", "Nachricht", "Status", "Kosten (EUR)", "Region"]


def help_desk(**changes: Any) -> Mapping:
    text = (FIXTURES / "helpdesk.toml").read_text("utf-8")
    return replace(parse_mapping(text, "helpdesk.toml"), **changes)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "helpdesk.csv"
    path.parent.mkdir()
    path.write_bytes((FIXTURES / "helpdesk.csv").read_bytes())
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    with Ledger.open(tmp_path / "workspace") as opened:
        yield opened


def stored(connection: sqlite3.Connection, table: str, columns: str = "count(*)") -> Any:
    return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()


def is_sound(ledger: Ledger) -> bool:
    return not check(ledger.connection, ledger.path, deep=True)


def test_mapping_is_found_by_its_header_in_any_order(tmp_path: Path) -> None:
    save_mapping(tmp_path, help_desk(), HEADER)

    answer = mappings(tmp_path)

    assert (answer([name.upper() for name in HEADER[::-1]]) or {})["name"] == "helpdesk"
    assert answer(HEADER[1:]) is None
    assert mapping_for(tmp_path, HEADER) == help_desk(headers=(tuple(HEADER),))


def test_header_belongs_to_the_mapping_that_was_saved_last(tmp_path: Path) -> None:
    save_mapping(tmp_path, help_desk(), HEADER)
    save_mapping(tmp_path, help_desk(name="other"), HEADER)

    assert {each.path.stem: len(each.mapping.headers) for each in saved_mappings(tmp_path)
            if each.mapping} == {"helpdesk": 0, "other": 1}  # fmt: skip
    assert remove_mapping(tmp_path, "other")
    assert mapping_for(tmp_path, HEADER) is None


def test_mapping_is_given_as_a_file_or_by_name(tmp_path: Path) -> None:
    save_mapping(tmp_path, help_desk())

    assert chosen_mapping(tmp_path, str(FIXTURES / "outcomes.toml")).name == "outcomes"
    assert chosen_mapping(tmp_path, "helpdesk") == help_desk()
    assert chosen_mapping(tmp_path, "freshchat").rows == "messages"
    with pytest.raises(UsageProblem, match="helpdesk, crisp, freshchat, agentforce"):
        chosen_mapping(tmp_path, "nobody")
    (tmp_path / "mappings" / "helpdesk.toml").write_text("name = 5")
    with pytest.raises(ConfigError, match=r"helpdesk\.toml"):
        chosen_mapping(tmp_path, "helpdesk")
    assert mappings(tmp_path)(HEADER) is None  # one with a mistake reads nothing


def test_table_is_imported_once_and_what_is_new_in_it_added(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)

    first = ledger.import_paths([table], "table")
    again = ledger.import_paths([table], "table")
    with table.open("ab") as file:
        file.write(b"T-4714;05.11.2026 08:00;Kunde;Noch etwas;Offen;;Ost\r\n")
    grown = ledger.import_paths([table], "table")

    assert (first.conversations, first.calls, first.messages, first.rejected) == (2, 3, 6, 1)
    assert (again.calls, again.messages) == (0, 0)
    assert (grown.calls, grown.messages) == (0, 1)
    assert is_sound(ledger)


def test_overlapping_exports_are_counted_once(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    second = table.with_name("later.csv")
    second.write_bytes(table.read_bytes())

    ledger.import_paths([table, second], "table")

    assert stored(ledger.connection, "call") == [(3,)]
    assert stored(ledger.connection, "message") == [(6,)]


def test_corrected_mapping_replaces_what_was_read_by_the_other(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    ledger.import_paths([table], "table")

    roles = {"Kunde": "user", "Bot": "system", "Mitarbeiter": "human_agent"}
    save_mapping(ledger.workspace, help_desk(roles=roles, zone="UTC"), HEADER)
    ledger.import_paths([table], "table")

    assert stored(ledger.connection, "call") == [(0,)]
    assert stored(ledger.connection, "usage") == [(0,)]
    assert stored(ledger.connection, "message") == [(6,)]
    assert stored(ledger.connection, "outcome", "handled_by") == [("human_only",), ("none",)]
    (first,) = ledger.connection.execute("SELECT min(first_at) FROM conversation").fetchone()
    assert first == 1793700000000000  # 2026-11-03 10:00 as UTC
    assert is_sound(ledger)


def test_mapping_of_another_name_takes_the_place_of_the_first(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    ledger.import_paths([table], "table")

    save_mapping(ledger.workspace, help_desk(name="renamed"), HEADER)
    ledger.import_paths([table], "table")

    assert stored(ledger.connection, "conversation", "native") == [
        ("renamed/T-4711",), ("renamed/T-4712",),
    ]  # fmt: skip
    assert stored(ledger.connection, "call") == [(3,)]
    assert is_sound(ledger)


def test_what_a_person_said_of_a_conversation_outlives_a_correction(
    ledger: Ledger, table: Path
) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    ledger.import_paths([table], "table")
    (own,) = ledger.connection.execute(
        "SELECT id FROM conversation WHERE native='helpdesk/T-4711'"
    ).fetchone()
    ledger.connection.execute("INSERT INTO label VALUES (?, 'client', 'Nord AG')", (own,))

    save_mapping(ledger.workspace, help_desk(zone="UTC"), HEADER)
    ledger.import_paths([table], "table")

    label = ledger.connection.execute(
        "SELECT native, title FROM label JOIN conversation ON conversation.id=conversation_id"
    ).fetchone()
    assert label == ("helpdesk/T-4711", "Guten Tag,")
    assert is_sound(ledger)


def test_table_that_is_gone_keeps_what_it_told(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    ledger.import_paths([table], "table")
    table.unlink()
    ledger.sync()

    save_mapping(ledger.workspace, help_desk(zone="UTC"), HEADER)
    ledger.sync()

    assert stored(ledger.connection, "message") == [(6,)]


def test_note_or_another_header_is_no_correction(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    ledger.import_paths([table], "table")

    save_mapping(ledger.workspace, help_desk(note="checked"), [*HEADER, "Extra"])

    assert follow_mappings(ledger.connection, ledger.workspace).files == []


def test_forgetting_a_file_leaves_what_others_tell(ledger: Ledger, table: Path) -> None:
    save_mapping(ledger.workspace, help_desk(), HEADER)
    more = table.with_name("more.csv")
    rows = [*HEADER], ["T-4712", "03.11.2026 12:00", "Kunde", "Und?", "Offen", "", "Süd"]
    more.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    ledger.import_paths([table, more], "table")
    (file_id,) = ledger.connection.execute(
        "SELECT id FROM file WHERE path=?", (str(table),)
    ).fetchone()

    ledger.connection.execute("BEGIN IMMEDIATE")
    forgotten = forget_files(ledger.connection, [file_id])
    ledger.connection.execute("COMMIT")

    assert (forgotten.calls, forgotten.messages, forgotten.conversations) == (3, 6, 1)
    assert stored(ledger.connection, "conversation", "native") == [("helpdesk/T-4712",)]
    assert stored(ledger.connection, "message") == [(1,)]
    assert is_sound(ledger)
    ledger.sync()
    assert stored(ledger.connection, "message") == [(7,)]
    assert is_sound(ledger)


def test_first_rows_of_a_table_are_read_from_disk(table: Path) -> None:
    sample = open_sample(table)

    assert (sample.header, len(sample.rows), sample.delimiter) == (HEADER, 6, ";")
