"""One line for a prompt or a status bar: spent today, this month, how far that can be relied on.

Imports nothing that takes time: this runs at every prompt.
"""

from __future__ import annotations

import sqlite3
import time

from convledger.clock import QUARTER, SECOND


def status(connection: sqlite3.Connection, now: float) -> dict[str, int]:
    """Return picodollars, calls and unpriced calls of today and of the last 7 and 30 days.

    Days are those of the machine's zone.
    """
    local = time.localtime(now)
    found: dict[str, int] = {}
    for name, days in (("today", 0), ("days_7", 6), ("days_30", 29)):
        begun = time.mktime((local.tm_year, local.tm_mon, local.tm_mday - days, 0, 0, 0, 0, 0, -1))
        row = connection.execute(
            "SELECT sum(list_pico >> 30), sum(list_pico & 1073741823), sum(calls), "
            "sum(unpriced_calls), sum(estimated_calls) FROM usage WHERE quarter >= ?",
            (int(begun) * SECOND // QUARTER,),
        ).fetchone()
        high, low, calls, unpriced, estimated = (value or 0 for value in row)
        found[f"{name}_pico"] = (high << 30) + low
        found[f"{name}_calls"] = calls
        found[f"{name}_unpriced_calls"] = unpriced
        found[f"{name}_estimated_calls"] = estimated
    return found
