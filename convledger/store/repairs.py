"""Repairs what follows from the rest: sums, indexes, permissions; what needs a person stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from convledger.errors import WorkspaceError
from convledger.store import calls, entry_index, messages
from convledger.store import findings as kinds
from convledger.store.audit import note_deed
from convledger.store.checks_places import close_to_others
from convledger.store.connection import transaction
from convledger.store.findings import Finding

# What is done, in the order in which it is, with the words for it.
DONE = {
    kinds.ROW_INDEX: "indexes of rows made anew",
    kinds.SUMS: "sums worked out anew from the calls",
    kinds.INDEX: "search index filled anew from the messages",
    kinds.MEMORY_INDEX: "index of memory filled anew from the entries",
    kinds.EVIDENCE: "evidence of entries looked at anew",
}


def _make_indexes_anew(connection: sqlite3.Connection) -> None:
    connection.execute("REINDEX")


REPAIRS: dict[str, Callable[[sqlite3.Connection], None]] = {
    kinds.ROW_INDEX: _make_indexes_anew,
    kinds.SUMS: lambda connection: calls.rebuild_usage(connection),
    kinds.INDEX: lambda connection: messages.rebuild_index(connection),
    kinds.MEMORY_INDEX: lambda connection: entry_index.rebuild_entry_index(connection),
}


def must_not_be_damaged(findings: Iterable[Finding], path: Path) -> None:
    """Raise WorkspaceError where the file itself is: nothing that is built on it can be trusted."""
    for each in findings:
        if each.check == "file":
            raise WorkspaceError(
                f"{path}: the file itself is damaged ({each.problem}); nothing was changed. "
                f"{each.way_out[0].upper()}{each.way_out[1:]}"
            )


def repair(connection: sqlite3.Connection, what: Iterable[str]) -> list[str]:
    """Repair the ledger in one transaction and return what was done, in words.

    Texts that are lost or damaged stop it before anything is changed. Raises WorkspaceError.
    """
    wanted = set(what)
    done = []
    with transaction(connection):
        for kind, work in REPAIRS.items():
            if kind in wanted:
                work(connection)
                done.append(DONE[kind])
        if done:
            note_deed(connection, f"check: {'; '.join(done)}", "ledger")
    return done


def close_places(connection: sqlite3.Connection, path: Path) -> list[str]:
    """Take the rights of others away, and return what was done, in words."""
    count = close_to_others(path)
    if not count:
        return []
    words = "one place closed to others" if count == 1 else f"{count:,} places closed to others"
    with transaction(connection):
        note_deed(connection, "check: places closed to others", "ledger", count=count)
    return [words]
