"""Tables asked page by page: large rows alone are left out, and one knows how far one was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.ingest import databases
from convledger.ingest.documents import FileDocument, opened_document
from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.places import PLACES
from convledger.sources.sqlite_tables import Mark, Table
from tests.sources.tools_databases import put, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(
        tmp_path / "a.db",
        "CREATE TABLE t (id TEXT PRIMARY KEY, kind TEXT, body TEXT); CREATE INDEX i ON t(kind);",
        *(f"INSERT INTO t VALUES ('n{n}', 'k{n % 3}', 'body {n}')" for n in range(1, 31)),
    )


@pytest.fixture
def document(path: Path) -> Iterator[FileDocument]:
    with opened_document(str(path), "a.db") as opened:
        yield opened


def test_columns_that_a_table_lacks_read_as_none(document: FileDocument) -> None:
    table = Table(document, "t", ("id", "absent"))

    assert table.where("WHERE id='n1'") == [(1, "n1", None)]
    assert table.has == {"id"}
    assert not Table(document, "u", ("id",)).exists
    assert Table(document, "u", ("id",)).where("WHERE id=1") == []
    assert Table(document, "u", ("id",)).last() == 0


def test_rows_come_in_pages(document: FileDocument) -> None:
    table = Table(document, "t", ("id",))
    pages = list(table.after(5, 25, [], 8))

    assert [row[0] for page in pages for row in page] == [*range(6, 26)]
    assert [len(page) for page in pages] == [8, 8, 4]


def test_a_row_that_is_too_large_is_left_out_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(path, "t", {"id": "n12", "kind": "k0", "body": "x" * 9000})
    number = 31  # what replaces a row has a number of its own
    monkeypatch.setattr(databases, "LARGEST", 5000)
    with opened_document(str(path), "a.db") as document:
        table = Table(document, "t", ("id", "kind", "body"))
        rejected: list[Rejected] = []
        found = [row[0] for page in table.after(0, table.last(), rejected, 8) for row in page]
        also: list[Rejected] = []
        named = [row[0] for row in table.named("kind", ["k0", "k1"], also)]

    assert found == [*range(1, 12), *range(13, 31)]
    assert [each.line for each in rejected] == [number]
    assert sorted(named) == [n for n in found if n % 3 in (0, 1)]
    assert [each.line for each in also] == [number]


def test_pages_that_are_too_large_are_asked_for_in_smaller_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_MOST_AT_ONCE", 60)
    with opened_document(str(path), "a.db") as document:
        table = Table(document, "t", ("id", "kind", "body"))
        found = [row[0] for page in table.after(0, 30, []) for row in page]
        named = table.named("kind", ["k0", "k1", "k2"], [])

    assert found == [*range(1, 31)]
    assert sorted(row[0] for row in named) == found


def test_rows_that_go_back_are_refused(document: FileDocument) -> None:
    table = Table(document, "t", ("id",))

    with pytest.raises(NotReadable, match="not in order"):
        list(table.after(0, 30, [], 4, also="OR rowid<=?", values=(2,)))


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ("SELECT 1", 30),
        ("INSERT INTO t VALUES ('new', 'k', 'b')", 30),
        ("DELETE FROM t WHERE rowid=10", 30),
        ("DELETE FROM t WHERE rowid>=29", 25),
        ("DELETE FROM t WHERE rowid=30; INSERT INTO t VALUES ('new', 'k', 'b')", 29),
        ("DELETE FROM t", 0),
        ("UPDATE t SET id='other ' || id", 0),
    ],
)
def test_a_mark_tells_how_far_a_table_is_the_same(path: Path, change: str, known: int) -> None:
    with opened_document(str(path), "a.db") as document:
        table = Table(document, "t", ("id",))
        mark = table.mark(table.last())
    write(path, change)
    with opened_document(str(path), "a.db") as document:
        table = Table(document, "t", ("id",))

        assert table.known_until(mark) == known
        assert table.known_until(Mark()) == 0


def test_rows_that_were_numbered_anew_are_known_by_their_order(path: Path) -> None:
    with opened_document(str(path), "a.db") as document:
        mark = Table(document, "t", ("id",)).mark(30)
    write(
        path,
        "DELETE FROM t WHERE rowid=20",
        "CREATE TABLE u (id TEXT PRIMARY KEY, kind TEXT, body TEXT);"
        "INSERT INTO u SELECT * FROM t ORDER BY rowid; DROP TABLE t; ALTER TABLE u RENAME TO t",
        "INSERT INTO t VALUES ('new', 'k', 'b')",
        "VACUUM",
    )
    with opened_document(str(path), "a.db") as document:
        table = Table(document, "t", ("id",))
        known = table.known_until(mark)

        # Rows up to there are the ones that were read: none that is new is passed over.
        assert 0 < known < 20
        assert table.where("WHERE rowid=?", (known,)) == [(known, f"n{known}")]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("goose", ["sessions.db", "sessions/sessions.db", "20260101_7.jsonl"]),
        ("llm", ["logs.db", "backup/logs.db"]),
        ("zed", ["threads.db", "threads/threads.db"]),
        ("crush", ["crush.db", "lamp/.crush/crush.db"]),
    ],
)
def test_databases_are_found_below_a_folder_that_is_named(source: str, names: list[str]) -> None:
    assert all(PLACES[source].is_log(name) for name in names)
    assert not PLACES[source].is_log(f"{names[0]}-wal")
