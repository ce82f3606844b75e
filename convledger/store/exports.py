"""Which conversations were written to which files: an erasure looks there as well."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from convledger.store.connection import transaction


def note_exports(
    connection: sqlite3.Connection, conversation_ids: Sequence[int], file: str
) -> None:
    """Keep that conversations are about to be written to a file."""
    with transaction(connection):
        connection.executemany(
            "INSERT OR IGNORE INTO conversation_export VALUES (?, ?)",
            [(each, file) for each in conversation_ids],
        )


def exported_to(connection: sqlite3.Connection, conversation_ids: Iterable[int]) -> list[str]:
    """Return the files that conversations were written to."""
    rows = connection.execute(
        "SELECT DISTINCT target FROM conversation_export "
        "WHERE conversation_id IN (SELECT value FROM json_each(?)) ORDER BY 1",
        (msgspec.json.encode(list(conversation_ids)).decode(),),
    )
    return [str(target) for (target,) in rows]
