"""What a list has worked out is used again until anything is written, by whomever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.reports.facets import facets
from convledger.reports.keeping import PORTION, numbers, portions
from convledger.reports.listing import ListQuery, lines, matching, totals
from convledger.store.connection import connect, transaction
from tests.reports.books import Books


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    yield made
    made.connection.close()


def test_sums_are_not_made_again_while_nothing_changes(books: Books) -> None:
    one = books.conversation("a", title="bread")
    books.call(one, 1)
    ledger = books.roll_up()
    query = ListQuery(text="bread", sort="cost")
    matching(ledger, query)
    totals(ledger, query)

    statements: list[str] = []
    ledger.set_trace_callback(statements.append)
    matching(ledger, replace(query, text="read", ascending=True))
    totals(ledger, replace(query, text="read"))
    ledger.set_trace_callback(None)

    assert not [one for one in statements if "ORDER BY" in one]


def test_facets_are_not_counted_again_while_nothing_changes(books: Books) -> None:
    books.call(books.conversation("a", title="bread"), 1)
    ledger = books.roll_up()
    first = facets(ledger, ListQuery(text="bread"))

    statements: list[str] = []
    ledger.set_trace_callback(statements.append)
    again = facets(ledger, ListQuery(text="bread", sort="cost", ascending=True))
    ledger.set_trace_callback(None)

    assert again == first
    assert facets(ledger, ListQuery(text="cheese")) != first
    assert not [one for one in statements if "GROUP BY" in one]


def test_numbers_come_whole_in_pieces(books: Books) -> None:
    count = 3 * PORTION * 2
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{count}) SELECT i"

    found = numbers(books.connection, "i", f"({many} FROM n)")

    assert found.tolist() == list(range(1, count + 1))
    assert [one for some in portions(found) for one in some] == found.tolist()
    assert max(map(len, portions(found))) == PORTION
    assert not numbers(books.connection, "i", f"({many} FROM n) WHERE i < 0")


def test_own_changes_are_seen_at_once(books: Books) -> None:
    first, second = books.conversation("a"), books.conversation("b")
    books.call(first, 2)
    books.call(second, 1)
    ledger = books.roll_up()
    assert matching(ledger, ListQuery(sort="cost")).tolist() == [first, second]

    books.call(second, 5)
    with transaction(ledger):
        ledger.execute("DELETE FROM usage")
    third = books.conversation("c")
    books.roll_up()

    assert matching(ledger, ListQuery(sort="cost")).tolist() == [second, first, third]
    assert lines(ledger, [second])[0].list_pico == 6


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A ledger on disk with one conversation."""
    with Ledger.open(tmp_path) as ledger, transaction(ledger.connection):
        ledger.connection.execute("INSERT INTO reader (name) VALUES ('codex')")
        ledger.connection.execute(
            "INSERT INTO conversation (reader_id, native, title) VALUES (1, 'a', 'bread')"
        )
    return tmp_path / "ledger.db"


@pytest.mark.parametrize("read_only", [False, True])
def test_changes_of_another_process_are_seen(workspace: Path, read_only: bool) -> None:
    reader, writer = connect(workspace, read_only=read_only), connect(workspace)
    assert matching(reader, ListQuery(sort="title")).tolist() == [1]

    with transaction(writer):
        writer.execute(
            "INSERT INTO conversation (reader_id, native, title) VALUES (1, 'b', 'apple')"
        )

    assert matching(reader, ListQuery(sort="title")).tolist() == [1, 2]
    assert totals(reader, ListQuery()).conversations == 2
    assert not reader.in_transaction
    reader.close()
    writer.close()


def test_list_is_answered_while_another_answer_is_half_read(books: Books) -> None:
    for name in "abc":
        books.call(books.conversation(name), 1)
    ledger = books.roll_up()
    matching(ledger, ListQuery(sort="cost"))
    half_read = ledger.execute("SELECT id FROM conversation ORDER BY id")
    half_read.fetchone()

    last = books.conversation("d")

    assert matching(ledger, ListQuery(sort="cost")).tolist() == [3, 2, 1, last]
    assert half_read.fetchone() == (2,)


def test_list_is_answered_within_a_transaction(books: Books) -> None:
    first = books.conversation("a")
    matching(books.connection, ListQuery())

    books.connection.execute("BEGIN")
    second = books.conversation("b")
    assert matching(books.connection, ListQuery()).tolist() == [second, first]
    assert books.connection.in_transaction
    books.connection.execute("ROLLBACK")

    assert matching(books.connection, ListQuery()).tolist() == [first]


class Interrupted(sqlite3.Connection):
    """A connection that is interrupted at one statement."""

    at = ""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement, or fail once as SQLite does when it is interrupted."""
        if self.at and sql.startswith(self.at):
            self.at = ""
            raise sqlite3.OperationalError("interrupted")
        return super().execute(sql, *values)


@pytest.mark.parametrize("statement", ["SELECT json_group_array", "RELEASE"])
def test_interrupted_question_leaves_nothing_behind(workspace: Path, statement: str) -> None:
    reader = sqlite3.connect(workspace, isolation_level=None, factory=Interrupted)
    reader.at = statement
    with suppress(sqlite3.OperationalError):
        matching(reader, ListQuery(sort="cost"))

    assert not reader.at
    assert not reader.in_transaction
    assert matching(reader, ListQuery(sort="cost")).tolist() == [1]
    reader.close()
