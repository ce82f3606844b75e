"""Finds the token counts of a forked thread's parent, so that replayed history can be told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from convledger.ingest.read import totals_in
from convledger.paths import real_path
from convledger.sources.codex import thread_of
from convledger.sources.codex.forks import Totals


class Family:
    """Answers for a thread the cumulative totals of its token counts; None where it is unknown."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rollouts: dict[str, str] = {}
        self._totals: dict[str, frozenset[Totals] | None] = {}

    def add(self, rollouts: dict[str, str]) -> None:
        """Take note of where rollouts are, by their path below the root."""
        self._rollouts |= {thread_of(name): path for name, path in rollouts.items()}

    def forget(self) -> None:
        """Drop what was read of parents, which may have grown since."""
        self._totals.clear()

    def __call__(self, thread: str) -> frozenset[Totals] | None:
        """Return the totals of `thread`, from its file or else from the ledger."""
        if thread not in self._totals:
            path = self._rollouts.get(thread) or self._known_path(thread)
            found = totals_in(Path(path)) if path else None
            self._totals[thread] = found if found is not None else self._stored(thread)
        return self._totals[thread]

    def _known_path(self, thread: str) -> str | None:
        """Return where a thread's rollout was when it was last read."""
        found = self._connection.execute(
            "SELECT path FROM file WHERE state='live' AND path LIKE ?", (f"%{thread}.jsonl%",)
        ).fetchone()
        return str(real_path(found[0])) if found else None

    def _stored(self, thread: str) -> frozenset[Totals] | None:
        """Return the totals that the calls of a thread and of its ancestors are named by."""
        found: set[Totals] = set()
        seen: set[str] = set()
        while thread and thread not in seen:
            seen.add(thread)
            for (key,) in self._connection.execute(
                "SELECT key FROM call WHERE reader_id=(SELECT id FROM reader WHERE name='codex') "
                "AND key BETWEEN ? AND ?",
                (f"{thread}:", f"{thread};"),
            ):
                numbers = key.rpartition(":")[2].split("/")
                if len(numbers) == 5 and all(number.isdigit() for number in numbers):
                    first, second, third, fourth, fifth = map(int, numbers)
                    found.add((first, second, third, fourth, fifth))
            parent = self._connection.execute(
                "SELECT parent_native FROM conversation WHERE native=?", (thread,)
            ).fetchone()
            thread = parent[0] if parent else ""
        return frozenset(found) or None
