"""The times that calls were rated, with which prices, and what that changed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from convledger.clock import iso_text
from convledger.money import usd_text


@dataclass(slots=True)
class RatingRun:
    """A rating of all calls; amounts are picodollars of the calls that have a price."""

    id: int
    at: int
    reason: str
    book: str
    digest: str
    engine_version: str
    changed_calls: int
    before_pico: int
    after_pico: int

    def document(self) -> dict[str, Any]:
        """Return the run as JSON says it."""
        return {
            "run": self.id,
            "at": iso_text(self.at),
            "reason": self.reason,
            "book": self.book,
            "digest": self.digest,
            "engine_version": self.engine_version,
            "changed_calls": self.changed_calls,
            "before_usd": usd_text(self.before_pico),
            "after_usd": usd_text(self.after_pico),
        }


def rating_runs(connection: sqlite3.Connection) -> list[RatingRun]:
    """Return the rating runs, the last one first."""
    rows = connection.execute(
        "SELECT rating_run.id, at, reason, coalesce(price_book.name || ' ' || version, ''), "
        "book_digest, engine_version, changed_calls, before_pico, after_pico FROM rating_run "
        "LEFT JOIN price_book ON digest=book_digest ORDER BY rating_run.id DESC"
    )
    return [RatingRun(*(*row[:7], int(row[7]), int(row[8]))) for row in rows]
