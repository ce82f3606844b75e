"""The table classes say what the migrations make."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, create_engine, select

from convledger.ledger import Ledger
from convledger.store import (
    audit_tables,
    economics_tables,
    memory_tables,
    plan_tables,
    review_tables,
    tables,
    trigger_tables,
)
from convledger.store.connection import connect
from convledger.store.migrations import migrate
from tests.ingest.logs import Bench, turns

INDEXES = ("said", "remembered")
SHADOWS = tuple(
    f"{index}{part}"
    for index in INDEXES
    for part in ("", "_data", "_idx", "_config", "_content", "_docsize")
)


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(tmp_path / "ledger.db")
    migrate(connection, tmp_path / "ledger.db")
    yield connection
    connection.close()


@pytest.fixture
def declared(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(tmp_path / "declared.db")
    yield connection
    connection.close()


def names(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'"
    )
    return sorted(name for (name,) in rows if name not in SHADOWS)


def columns(connection: sqlite3.Connection, table: str) -> list[tuple[str, bool, int]]:
    """Return name, whether a value is required, and place in the primary key."""
    rows = connection.execute(f"PRAGMA table_info({table})")
    return [(row[1], bool(row[3] or row[5]), row[5]) for row in rows]


def references(connection: sqlite3.Connection, table: str) -> list[tuple[str, str, str]]:
    rows = connection.execute(f"PRAGMA foreign_key_list({table})")
    return sorted((row[3], row[2], row[4]) for row in rows)


def unique_keys(connection: sqlite3.Connection, table: str) -> list[list[str]]:
    found = []
    for row in connection.execute(f"PRAGMA index_list({table})").fetchall():
        if row[2] and row[3] != "pk":
            info = connection.execute(f"PRAGMA index_info({row[1]})")
            found.append([part[2] for part in info])
    return sorted(found)


def test_tables_are_the_same(migrated: sqlite3.Connection, declared: sqlite3.Connection) -> None:
    assert names(declared) == names(migrated)


def test_columns_and_keys_are_the_same(
    migrated: sqlite3.Connection, declared: sqlite3.Connection
) -> None:
    for table in names(migrated):
        assert columns(declared, table) == columns(migrated, table), table
        assert references(declared, table) == references(migrated, table), table
        assert unique_keys(declared, table) == unique_keys(migrated, table), table


def test_named_indexes_are_the_same(
    migrated: sqlite3.Connection, declared: sqlite3.Connection
) -> None:
    query = (
        "SELECT name, tbl_name FROM sqlite_schema WHERE type='index' "
        "AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    )

    assert declared.execute(query).fetchall() == migrated.execute(query).fetchall()


def test_kinds_of_values_are_the_same(
    migrated: sqlite3.Connection, declared: sqlite3.Connection
) -> None:
    same = {"VARCHAR": "TEXT", "BLOB": "BLOB", "INTEGER": "INTEGER", "ANY": "ANY"}
    for table in names(migrated):
        kinds = {row[1]: row[2] for row in migrated.execute(f"PRAGMA table_info({table})")}
        for row in declared.execute(f"PRAGMA table_info({table})"):
            assert same[row[2]] == kinds[row[1]], (table, row[1])


def test_defaults_are_the_same(migrated: sqlite3.Connection) -> None:
    classes = {
        one.__tablename__: one
        for module in (
            *(tables, plan_tables, memory_tables, economics_tables, audit_tables, review_tables),
            trigger_tables,
        )
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, SQLModel) and one is not SQLModel
    }
    for table in names(migrated):
        for row in migrated.execute(f"PRAGMA table_info({table})").fetchall():
            if row[4] is None:
                continue
            stored = migrated.execute(f"SELECT {row[4]}").fetchone()[0]
            assert classes[table].model_fields[row[1]].default == stored, (table, row[1])


def test_ledger_can_be_read_and_edited_through_the_classes(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    engine = create_engine(f"sqlite:///{bench.ledger.path}")
    with Session(engine) as session:
        conversation = session.exec(select(tables.Conversation)).one()
        assert conversation.project == "/home/ana/bakery"
        assert len(session.exec(select(tables.Call)).all()) == 2
        assert session.exec(select(tables.File.path)).one() == str(bench.log)
        session.add(
            tables.Label(conversation_id=conversation.id or 0, name="client", value="Northwind")
        )
        session.execute(text("PRAGMA foreign_keys=ON"))
        session.commit()
    engine.dispose()

    with Ledger.open(bench.ledger.workspace) as ledger:
        assert ledger.connection.execute("SELECT name, value FROM label").fetchall() == [
            ("client", "Northwind")
        ]
        assert not ledger.check()
