"""How a ledger's file comes to be, grows up, and is told from other files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.store import connection as connection_module
from convledger.store import migrations
from convledger.store.audit_check import verify
from convledger.store.audit_events import Asked, events
from convledger.store.backup_notes import note_of
from convledger.store.connection import APPLICATION_ID, connect
from tests.ingest.logs import Bench, everything, turns


@pytest.fixture
def common_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_new_ledger_is_at_the_latest_version(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "workspace") as ledger:
        assert pragma(ledger.connection, "user_version") == migrations.SCHEMA_VERSION
        assert pragma(ledger.connection, "application_id") == APPLICATION_ID
        assert ledger.check(deep=True) == []


def test_connection_is_set_for_safety(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "workspace") as ledger:
        found = {
            name: pragma(ledger.connection, name)
            for name in (
                *("journal_mode", "secure_delete", "trusted_schema", "foreign_keys"),
                *("synchronous", "temp_store", "busy_timeout", "page_size"),
            )
        }

    assert found == {
        "journal_mode": "wal",
        "secure_delete": 1,
        "trusted_schema": 0,
        "foreign_keys": 1,
        "synchronous": 1,
        "temp_store": 2,
        "busy_timeout": int(connection_module.BUSY_SECONDS * 1000),
        "page_size": migrations.PAGE_SIZE,
    }


@pytest.mark.usefixtures("common_umask")
def test_workspace_is_for_its_owner_only(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 3))
    bench.sync()

    assert mode(bench.ledger.workspace) == 0o700
    for path in bench.ledger.workspace.iterdir():
        assert mode(path) == 0o600, path.name


@pytest.mark.usefixtures("common_umask")
def test_file_above_a_workspace_keeps_its_mode(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "above" / "workspace"):
        pass

    assert mode(tmp_path / "above" / "workspace") == 0o700


def test_opening_again_changes_nothing(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    before = everything(bench.ledger.connection)
    with Ledger.open(bench.ledger.workspace) as again:
        migrations.migrate(again.connection, again.path)

        assert everything(again.connection) == before
    assert bench.ledger.backups() == []


def test_ledger_of_a_newer_program_is_refused(bench: Bench) -> None:
    bench.ledger.connection.execute("PRAGMA user_version=99")

    with pytest.raises(WorkspaceError, match=r"newer convledger.*version 99.*Update") as raised:
        Ledger.open(bench.ledger.workspace)
    assert str(bench.ledger.path) in str(raised.value)
    assert pragma(bench.ledger.connection, "user_version") == 99


def foreign(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in ("CREATE TABLE note (text)", *statements):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("version", [0, 1, 99])
def test_database_of_another_program_is_refused_and_left_alone(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "ledger.db"
    foreign(path, f"PRAGMA user_version={version}")
    before = path.read_bytes()

    with pytest.raises(WorkspaceError, match="is not a ledger; choose another workspace"):
        Ledger.open(tmp_path)
    assert path.read_bytes() == before


def test_empty_database_of_another_program_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.db")
    connection.execute("PRAGMA application_id=7")
    connection.close()

    with pytest.raises(WorkspaceError, match="is not a ledger"):
        Ledger.open(tmp_path)


def test_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("these are not the books you are looking for " * 90)

    with pytest.raises(WorkspaceError, match="damaged"):
        Ledger.open(tmp_path)


def test_folder_in_the_place_of_the_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(WorkspaceError, match="ledger"):
        Ledger.open(tmp_path)


def test_file_in_the_place_of_the_workspace_is_told(tmp_path: Path) -> None:
    (tmp_path / "workspace").write_text("")

    with pytest.raises(WorkspaceError, match="can't make the workspace"):
        Ledger.open(tmp_path / "workspace")


def _add_a_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")


def _fail_half_way(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM call")
    connection.execute("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")
    connection.execute("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")


def _break_a_reference(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM model")


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """A ledger with some calls, closed."""
    bench.write(bench.log, turns(1, 3))
    bench.sync()
    bench.ledger.close()
    return bench


def next_version(monkeypatch: pytest.MonkeyPatch, *steps: object) -> int:
    """Make the program one that knows further steps; return the version it makes."""
    version = migrations.SCHEMA_VERSION + len(steps)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, *steps))
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", version)
    return version


@pytest.mark.usefixtures("common_umask")
def test_older_ledger_is_backed_up_and_brought_up_to_date(
    filled: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = next_version(monkeypatch, _add_a_table)
    with Ledger.open(filled.ledger.workspace) as ledger:
        assert pragma(ledger.connection, "user_version") == version
        assert pragma(ledger.connection, "foreign_keys") == 1
        assert ledger.connection.execute("SELECT count(*) FROM later").fetchone() == (0,)
        assert not ledger.check(deep=True)
        (made,) = ledger.backups()
    backup = made.path
    monkeypatch.undo()

    assert made.why == "migration"
    assert made.note is not None
    assert made.note.tables == migrations.SCHEMA_VERSION
    assert made.note.holdings.counts["calls"] == 3
    assert mode(backup) == mode(note_of(backup)) == 0o600
    assert mode(backup.parent) == 0o700
    with connect(backup) as copy:
        assert pragma(copy, "user_version") == migrations.SCHEMA_VERSION
        assert copy.execute("SELECT count(*) FROM call").fetchone() == (3,)
    copy.close()


def test_new_ledger_needs_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next_version(monkeypatch, _add_a_table)
    with Ledger.open(tmp_path) as ledger:
        assert ledger.backups() == []


@pytest.mark.parametrize("step", [_fail_half_way, _break_a_reference])
def test_step_that_fails_leaves_the_ledger_as_it_was(
    filled: Bench, monkeypatch: pytest.MonkeyPatch, step: object
) -> None:
    next_version(monkeypatch, _add_a_table, step)
    with pytest.raises(WorkspaceError, match="ledger"):
        Ledger.open(filled.ledger.workspace)
    monkeypatch.undo()

    with Ledger.open(filled.ledger.workspace) as ledger:
        assert pragma(ledger.connection, "user_version") == migrations.SCHEMA_VERSION
        assert ledger.connection.execute("SELECT count(*) FROM call").fetchone() == (3,)
        assert not ledger.check(deep=True)


def test_three_backups_before_updates_are_kept(
    filled: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = filled.ledger.workspace / "ledger.db.v3.bak"  # as former versions named them
    shutil.copy(filled.ledger.path, earlier)
    os.utime(earlier, (1, 1))
    for number in range(4):
        with monkeypatch.context() as patch:
            next_version(patch, _fail_half_way)
            patch.setattr(migrations, "now_us", lambda number=number: (10 + number) * SECOND)
            with pytest.raises(WorkspaceError):
                Ledger.open(filled.ledger.workspace)

    with Ledger.open(filled.ledger.workspace) as ledger:
        assert [each.made_at // SECOND for each in ledger.backups()] == [13, 12, 11]
    assert not earlier.exists()


def test_steps_are_only_ever_added() -> None:
    assert [step.__name__ for step in migrations.MIGRATIONS] == [
        "_m001_first_tables",
        "_m002_sums_by_conversation",
        "_m003_plans",
        "_m004_memory",
        "_m005_exports",
        "_m006_outcomes",
        "_m007_ages_of_what_is_told",
        "_m008_economics",
        "_m009_closings",
        "_m010_audit",
        "_m011_reviews",
        "_m012_triggers",
    ]


PLANS = [
    *("plan_figures", "alert", "statement", "credit_fact", "seats", "subscription", "plan_text")
]


MEMORY = [
    *("remembered", "erasure", "operation_row", "operation", "tombstone", "finding"),
    *("pack_render_item", "pack_render", "pack_item", "pack", "entry_pair", "entry_source"),
    *("memory_item", "memory_file", "entry_version", "entry"),
]


OUTCOMES = ["outcome", "detail"]
ECONOMICS = [
    *("balance_assertion", "unit_budget", "scenario", "exchange_rate", "hourly_rate"),
    *("worked_time", "cost_share", "cost_item"),
]
CLOSING = [
    *("outcome_before", "closed_talk", "closed_share", "closed_division", "cost_closing"),
]


def parts(connection: sqlite3.Connection, kind: str) -> list[str]:
    query = (
        "SELECT name FROM sqlite_schema WHERE type=? AND name NOT LIKE 'sqlite_%' "
        "ORDER BY sql NOT LIKE 'CREATE VIRTUAL%', name"
    )
    return [row[0] for row in connection.execute(query, (kind,))]


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def make_older(path: Path, version: int) -> None:
    """Turn a ledger into one of an older version, by dropping what came later."""
    first = sqlite3.connect(":memory:", isolation_level=None)
    for step in migrations.MIGRATIONS[:version]:
        step(first)
    with sqlite3.connect(path) as older:
        older.execute("PRAGMA foreign_keys=OFF")
        for kind in ("trigger", "index", "table"):
            for name in parts(older, kind):
                # The parts of an index of words go with it.
                if name not in parts(first, kind) and name in parts(older, kind):
                    older.execute(f"DROP {kind} {name}")
        for table in parts(first, "table"):
            for column in set(columns(older, table)) - set(columns(first, table)):
                older.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        older.execute(f"PRAGMA user_version={version}")
    older.close()
    first.close()


def test_sums_by_conversation_are_made_of_the_calls_of_an_older_ledger(filled: Bench) -> None:
    make_older(filled.ledger.path, 1)

    with Ledger.open(filled.ledger.workspace) as ledger:
        sums = ledger.connection.execute("SELECT sum(calls), sum(tokens) FROM conversation_sum")
        assert sums.fetchone()[0] == 3
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_plans(filled: Bench) -> None:
    make_older(filled.ledger.path, 2)

    with Ledger.open(filled.ledger.workspace) as ledger:
        for table in PLANS:
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_memory(filled: Bench) -> None:
    make_older(filled.ledger.path, 3)

    with Ledger.open(filled.ledger.workspace) as ledger:
        for table in MEMORY:
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_outcomes(filled: Bench) -> None:
    make_older(filled.ledger.path, 5)

    with Ledger.open(filled.ledger.workspace) as ledger:
        for table in OUTCOMES:
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_costs_beside_the_tokens(filled: Bench) -> None:
    make_older(filled.ledger.path, 7)

    with Ledger.open(filled.ledger.workspace) as ledger:
        for table in ECONOMICS:
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_closings(filled: Bench) -> None:
    make_older(filled.ledger.path, 8)

    with Ledger.open(filled.ledger.workspace) as ledger:
        for table in CLOSING:
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_audits_and_adopts_what_there_is(filled: Bench) -> None:
    with Ledger.open(filled.ledger.workspace) as ledger:
        ledger.label([1], "client", "acme")
    make_older(filled.ledger.path, 8)

    with Ledger.open(filled.ledger.workspace) as ledger:
        (event,) = events(ledger.connection, Asked(about="label"))
        assert (event.actor, event.action) == ("convledger", "label found there")
        assert verify(ledger.connection).is_sound
        assert not ledger.check(deep=True)


def test_an_older_ledger_learns_of_hand_offs_and_reviews(filled: Bench) -> None:
    make_older(filled.ledger.path, migrations.MIGRATIONS.index(migrations._m011_reviews))

    with Ledger.open(filled.ledger.workspace) as ledger:
        for table in ("handoff", "review_batch", "review_item", "review_verdict"):
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert verify(ledger.connection).is_sound
        assert not ledger.check(deep=True)
