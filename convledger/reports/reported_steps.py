"""What sources say that conversations cost: their running totals as steps in time."""

from __future__ import annotations

import sqlite3

from convledger.clock import QUARTER


def make_reported(connection: sqlite3.Connection, *, exact: bool) -> bool:
    """Turn the running totals that sources keep into what each step added; False if there are none.

    A fork starts from its parent's total, which is then no cost of its own.
    """
    if not connection.execute("SELECT EXISTS (SELECT 1 FROM reported)").fetchone()[0]:
        return False
    connection.execute("DROP TABLE IF EXISTS temp.reported_delta")
    connection.execute(
        "CREATE TEMP TABLE reported_delta (t INTEGER, conversation_id INTEGER, model_id INTEGER, "
        "pico INTEGER)"
    )
    before: dict[tuple[int, int], int] = {}
    deltas = []
    for conversation_id, model_id, at, cumulative, inherited in connection.execute(
        "SELECT conversation_id, model_id, at, cumulative_pico, inherited FROM reported "
        "ORDER BY inherited DESC, at, cumulative_pico"
    ):
        name = (conversation_id, model_id)
        if inherited:
            before[name] = before.get(name, 0) + cumulative
            continue
        step = cumulative - before.get(name, 0)
        before[name] = cumulative
        deltas.append((at if exact else at // QUARTER, *name, step if step >= 0 else cumulative))
    connection.executemany("INSERT INTO temp.reported_delta VALUES (?, ?, ?, ?)", deltas)
    return True
