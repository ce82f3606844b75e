"""Queries to other tools' databases: plain tables alone are read, within bounds, damaged or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from convledger.ingest import databases
from convledger.ingest.databases import Database
from convledger.sources.document import NotReadable, TooLarge
from tests.ingest.database_parts import ALL, made, trace


def test_only_plain_columns_of_plain_tables_are_told(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db",
        "SELECT 1",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE VIRTUAL TABLE f USING fts5(body)",
        "CREATE TABLE g (x, y AS (hex(zeroblob(200000000))), z AS (x) STORED)",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END",
    )
    with Database(path) as database:
        tables = database.tables()

    assert tables["t"] == {"a"}
    assert tables["g"] == {"x"}
    assert {"v", "f"}.isdisjoint(tables)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM v",
        "SELECT * FROM f",
        "SELECT * FROM (SELECT n FROM v)",
        "DELETE FROM t",
        "INSERT INTO t VALUES (5)",
        "CREATE TABLE u (a)",
        "ATTACH 'x.db' AS x",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA query_only=OFF",
        "VACUUM INTO 'x.db'",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('x')",
        "SELECT nothing FROM t",
        "UPDATE sqlite_master SET sql=''",
        "SELECT a FROM t; SELECT a FROM t",
    ],
)
def test_nothing_but_reading_plain_tables_is_done(tmp_path: Path, query: str) -> None:
    path = made(
        tmp_path / "a.db",
        "SELECT 1",
        "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) "
        "SELECT n FROM c",
        "CREATE VIRTUAL TABLE f USING fts5(body)",
    )
    before = trace(tmp_path)
    with Database(path) as database, pytest.raises(NotReadable):
        database.rows(query)
    assert trace(tmp_path) == before


def test_json_is_taken_apart_by_a_query(tmp_path: Path) -> None:
    with Database(made(tmp_path / "a.db", "SELECT '[1,2]'")) as database:
        found = database.rows("SELECT e.value FROM t, json_each(t.a) AS e")

    assert found == [(1,), (2,)]


def test_a_query_that_goes_on_and_on_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_MOST_STEPS", 50)
    path = made(tmp_path / "a.db", "SELECT 1")
    endless = (
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT count(*) FROM c, t"
    )
    with Database(path) as database:
        with pytest.raises(NotReadable, match="takes too long"):
            database.rows(endless)
        assert database.rows(ALL) == [(1,)]


def test_more_than_can_be_taken_in_at_once_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_MOST_AT_ONCE", 5000)
    path = made(tmp_path / "a.db", "SELECT zeroblob(3000)", "INSERT INTO t VALUES (zeroblob(3000))")
    with Database(path) as database:
        with pytest.raises(TooLarge):
            database.rows(ALL)
        assert len(database.rows(f"{ALL} LIMIT 1")) == 1


def test_a_huge_value_is_refused_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "LARGEST", 5000)
    path = made(tmp_path / "a.db", "SELECT zeroblob(9000)", "INSERT INTO t VALUES (5)")
    with Database(path) as database:
        with pytest.raises(TooLarge):
            database.rows(ALL)
        assert database.rows("SELECT rowid FROM t") == [(1,), (2,)]
        assert database.rows("SELECT a FROM t WHERE rowid=2") == [(5,)]


def damaged(path: Path) -> Iterator[bytes]:
    whole = path.read_bytes()
    yield b""
    yield whole[:50]
    yield whole[:100]
    yield whole[:4096]
    yield whole[: len(whole) // 2]
    yield whole[:100] + b"\xff" * (len(whole) - 100)
    yield whole[:4096] + b"\0" * (len(whole) - 4096)
    yield b"SQLite format 3\0" + b"\xff" * 5000
    yield b"<!DOCTYPE html><html></html>"
    for place in range(16, len(whole), 997):
        yield whole[:place] + bytes([whole[place] ^ 0xA5]) + whole[place + 1 :]


def test_damaged_files_give_rows_or_a_reason(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db",
        "SELECT 1",
        "CREATE INDEX i ON t(a)",
        *(f"INSERT INTO t VALUES (hex(randomblob({size})))" for size in (10, 2000, 9000)),
    )
    for content in list(damaged(path)):
        path.write_bytes(content)
        with suppress(NotReadable), Database(path) as database:
            database.tables()
            database.rows(ALL)
            database.rows("SELECT a FROM t WHERE a=? ORDER BY a", (1,))
        assert path.read_bytes() == content
        assert [each.name for each in tmp_path.iterdir()] == ["a.db"]


def test_links_folders_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "SELECT 1")
    (tmp_path / "link.db").symlink_to(path)
    (tmp_path / "folder.db").mkdir()
    for name in ("link.db", "folder.db", "none.db"):
        with pytest.raises(NotReadable):
            Database(tmp_path / name)


def test_odd_values_are_bound_or_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "SELECT CAST(x'41ff42' AS TEXT)")
    with Database(path) as database:
        assert database.rows(ALL) == [("A\ufffdB",)]
        assert database.rows("SELECT a FROM t WHERE a=?", ("x\0y",)) == []
        for odd in (2**70, "\ud800", object()):
            with pytest.raises(NotReadable):
                database.rows("SELECT a FROM t WHERE a=?", (odd,))
