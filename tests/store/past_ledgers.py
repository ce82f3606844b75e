"""Ledgers of every version of the tables, kept as SQL that the program of their time has made.

`python -m tests.store.past_ledgers LEDGER > tests/store/schemas/NN.sql` writes one more.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from convledger.ingest.rates import load_rates

SCHEMAS = Path(__file__).parent / "schemas"
_PRAGMAS = ("page_size", "application_id", "user_version")


def versions() -> list[int]:
    """Return the versions that there is a ledger of."""
    return sorted(int(place.stem) for place in SCHEMAS.glob("*.sql"))


def make_past_ledger(place: Path, version: int) -> None:
    """Make a ledger as the program of its time left it, closed and with nothing beside it."""
    os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    statements = list(_statements((SCHEMAS / f"{version:02}.sql").read_text("utf-8")))
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        for pragma in statements[: len(_PRAGMAS)]:
            connection.execute(pragma)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN")
        for statement in statements[len(_PRAGMAS) :]:
            connection.execute(statement)
        rates = load_rates(place.with_name("none"))
        connection.execute(  # a megabyte that no script has to hold
            "UPDATE price_book SET content=? WHERE digest=?", (rates.content, rates.rater.digest)
        )
        connection.execute("COMMIT")


def _statements(text: str) -> Iterator[str]:
    """Cut a script where statements end; a trigger has semicolons within."""
    held = ""
    for line in text.splitlines(keepends=True):
        held += line
        if line.endswith(";\n") and sqlite3.complete_statement(held):
            yield held
            held = ""


def as_sql(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the statements that make a ledger: tables, rows, then what looks at rows."""
    for pragma in _PRAGMAS:
        yield f"PRAGMA {pragma}={connection.execute(f'PRAGMA {pragma}').fetchone()[0]}"
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    indexes = [name for _, name, sql in made if sql.startswith("CREATE VIRTUAL")]
    parts = {name for _, name, _ in made for index in indexes if name.startswith(f"{index}_")}
    parts = {name for name in parts if connection.execute(_IS_PART, (name,)).fetchone()}
    made.sort(key=lambda row: row[1] == _COUNTER)  # which counts the rows of others
    parts |= {_COUNTER}
    for kind, name, sql in made:
        if kind == "table" and name not in parts:
            yield str(sql)
    for kind, name, _ in made:
        if kind == "table" and name not in indexes:
            if name in parts:  # which has rows from the beginning
                yield f"DELETE FROM {name}"
            yield from _rows(connection, name)
    for kind, name, sql in made:
        if kind != "table" and name not in parts:
            yield str(sql)


_COUNTER = "sqlite_sequence"
_IS_PART = "SELECT 1 FROM pragma_table_list WHERE name=? AND type='shadow'"


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    quoted = " || ', ' || ".join(f"quote({name})" for name in names)
    for (values,) in connection.execute(f"SELECT {quoted} FROM {table}"):
        yield f"INSERT INTO {table} VALUES ({values})"


if __name__ == "__main__":
    with closing(sqlite3.connect(sys.argv[1])) as ledger:
        for line in as_sql(ledger):
            sys.stdout.write(f"{line};\n")
