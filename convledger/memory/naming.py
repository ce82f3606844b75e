"""Which entry a person means: by its number, or by its name or the beginning of one."""

from __future__ import annotations

import sqlite3

from convledger.errors import UsageProblem
from convledger.memory.keeping import must_be
from convledger.store.entries import Entry, entries_where

_LARGEST = (1 << 63) - 1


def entry_named(connection: sqlite3.Connection, word: str) -> Entry:
    """Return the entry of a number (12, #12), or of a ULID or a beginning that is the only one.

    ULIDs of this century begin with 0, numbers never do. Raises UsageProblem.
    """
    name = word.strip().removeprefix("#").upper()
    if name.isascii() and name.isdigit() and not name.startswith("0"):
        return must_be(connection, min(int(name[:20]), _LARGEST))
    found = list(
        entries_where(connection, "substr(name, 1, length(?))=? AND ?<>''", (name,) * 3, limit=2)
    )
    if not found:
        raise UsageProblem(
            f"there is no entry {word!r:.60}; `convledger memory list` shows those that there are"
        )
    if len(found) > 1:
        raise UsageProblem(f"{word!r:.60} begins the names of several entries; say more of it")
    return found[0]
