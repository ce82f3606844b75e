"""The memory files that the ledger knows, each with what it holds and what waits in it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from convledger.memory.file_rows import GONE, NEWS, OUT, REMOVED
from convledger.memory.readers.items import storable
from convledger.memory.readers.registry import FORMATS, WATCHED
from convledger.paths import real_path


@dataclass(frozen=True, slots=True)
class FileLine:
    """A memory file: `tokens` of its entries, `uncounted` of which nobody has counted yet.

    `news` are changes that wait for a person, `unwanted` what is to be taken out of it. `read_at`
    is when it was last read, which is when it last changed.
    """

    id: int
    path: str
    format: str
    scope: str
    state: str
    reason: str
    size: int
    read_at: int | None
    entries: int
    tokens: int
    uncounted: int
    news: int
    unwanted: int

    @property
    def tool(self) -> str:
        """What wrote it, or whose format it has."""
        return str(getattr(FORMATS.get(self.format), "TITLE", self.format))

    @property
    def is_watched(self) -> bool:
        """Whether changes in it are news."""
        return self.format in WATCHED


def file_lines(connection: sqlite3.Connection) -> list[FileLine]:
    """Return every memory file, by path; reads none of them."""
    marks = ", ".join(f"'{each}'" for each in NEWS)
    held = f"news NOT IN ('{REMOVED}', '{GONE}')"
    rows = connection.execute(
        "SELECT memory_file.id, path, format, memory_file.scope, memory_file.state, reason, size, "
        f"read_at, count(DISTINCT CASE WHEN {held} THEN entry_id END), "
        f"coalesce(sum(CASE WHEN {held} THEN entry.tokens END), 0), "
        f"coalesce(sum({held} AND entry.id IS NOT NULL AND entry.tokens IS NULL), 0), "
        f"coalesce(sum(news IN ({marks})), 0), coalesce(sum(news='{OUT}'), 0) "
        "FROM memory_file LEFT JOIN memory_item ON file_id=memory_file.id "
        "LEFT JOIN entry ON entry.id=entry_id GROUP BY memory_file.id"
    ).fetchall()
    lines = [
        FileLine(number, storable(str(real_path(path))), *facts) for number, path, *facts in rows
    ]
    return sorted(lines, key=lambda line: line.path)
