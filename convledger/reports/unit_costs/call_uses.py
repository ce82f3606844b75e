"""Reads the calls of conversations, those of their sub-agents among them, for a simulation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from convledger.economics.call_use import CallUse
from convledger.reports.unit_costs.talks import family_of

_MISSING = "call.approximate & 12 = 4"


def call_uses(
    connection: sqlite3.Connection, talks: Iterable[int]
) -> Iterator[tuple[int, list[CallUse]]]:
    """Yield each conversation with its calls in the order of time; none for those without calls."""
    family = family_of(connection, talks)
    models = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT model.id, reader.name, logged_provider, model.name, speed FROM model "
            "JOIN reader ON reader.id=model.reader_id"
        )
    }
    rows = connection.execute(
        "SELECT root.value, model_id, call.at, context, input, output, cache_read, "
        f"cache_write_5m, cache_write_1h, web_searches, list_pico, {_MISSING}, "
        "call.conversation_id=root.value AND agent_id IS NULL AND NOT sidechain "
        "FROM json_each(?) AS root JOIN call ON call.conversation_id=CAST(root.key AS INTEGER) "
        "ORDER BY root.value, call.at, call.line, call.key",
        (json.dumps({str(number): root for number, root in family.items()}),),
    )
    for number, own in groupby(rows, key=itemgetter(0)):
        yield (
            number,
            [CallUse(*row[2:3], *models[row[1]], *row[3:]) for row in own],
        )
