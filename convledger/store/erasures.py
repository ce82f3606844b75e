"""Erasures that were begun, and whether they are finished: one that was cut short is taken up."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from msgspec import Struct

from convledger.store.connection import transaction

# FOUND: done but for pieces that were found afterwards, which nobody but a person can settle.
PENDING, FOUND, DONE = "pending", "found", "done"


class Erasure(Struct, frozen=True):
    """An erasure: `what` holds kinds, counts and numbers, never words of what went.

    Instants are UTC microseconds.
    """

    id: int
    at: int
    state: str
    what: dict[str, Any]
    done_at: int | None
    report: dict[str, Any]


def begin(connection: sqlite3.Connection, at: int, what: dict[str, Any]) -> int:
    """Note an erasure as pending; belongs into the transaction that deletes."""
    made = connection.execute(
        "INSERT INTO erasure (at, state, what) VALUES (?, ?, ?)", (at, PENDING, _text(what))
    )
    return int(made.lastrowid or 0)


def finish(
    connection: sqlite3.Connection, erasure_id: int, done_at: int, report: dict[str, Any]
) -> None:
    """Note that an erasure is done and what was verified."""
    with transaction(connection):
        connection.execute(
            "UPDATE erasure SET state=?, done_at=?, report=? WHERE id=?",
            (DONE, done_at, _text(report), erasure_id),
        )


def is_pending(connection: sqlite3.Connection) -> bool:
    """Tell whether an erasure was cut short; quick, since there are never many."""
    return connection.execute("SELECT 1 FROM erasure WHERE state='pending'").fetchone() is not None


def mark_found(connection: sqlite3.Connection, erasure_id: int) -> None:
    """Note that pieces of what was erased were found: it is not tried again by itself."""
    with transaction(connection):
        connection.execute("UPDATE erasure SET state=? WHERE id=?", (FOUND, erasure_id))


def pending(connection: sqlite3.Connection) -> list[Erasure]:
    """Return the erasures that are not finished, the earliest first."""
    return _found(connection, "WHERE state!='done' ORDER BY id")


def erasures(connection: sqlite3.Connection) -> list[Erasure]:
    """Return every erasure, the latest first."""
    return _found(connection, "ORDER BY id DESC")


def _found(connection: sqlite3.Connection, clause: str) -> list[Erasure]:
    rows = connection.execute(f"SELECT id, at, state, what, done_at, report FROM erasure {clause}")
    return [
        Erasure(number, at, state, _read(what), done_at, _read(report))
        for number, at, state, what, done_at, report in rows
    ]


def _text(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _read(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any]) if text else {}
