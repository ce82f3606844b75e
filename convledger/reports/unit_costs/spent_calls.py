"""Reads the calls of conversations one by one, in the order in which money was spent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from convledger.records import Usage
from convledger.reports.history import OWN_SAID
from convledger.reports.unit_costs.talks import family_of


class SpentCall(Struct, frozen=True, gc=False):
    """A call of a conversation; `lane` is the thread and sub-agent that it continues.

    `at` is UTC microseconds, `pico` its list cost in picodollars, None where it has no price.
    """

    at: int
    lane: tuple[int, int]
    source: str
    provider: str | None
    model: str
    context: str
    usage: Usage
    pico: int | None


def calls_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[SpentCall]]:
    """Return the calls of each conversation, its sub-agents' among them, the earliest first."""
    family = family_of(connection, numbers)
    found: dict[int, list[SpentCall]] = {root: [] for root in set(family.values())}
    for row in connection.execute(
        "SELECT conversation_id, coalesce(agent_id, 0), at, reader.name, logged_provider, "
        "model.name, context, list_pico, input, output, reasoning, cache_read, cache_write_5m, "
        "cache_write_1h, web_searches FROM call JOIN reader ON reader.id=call.reader_id "
        "JOIN model ON model.id=model_id "
        "WHERE conversation_id IN (SELECT value FROM json_each(?)) ORDER BY at, line, call.key",
        (json.dumps(sorted(family)),),
    ):
        found[family[row[0]]].append(
            SpentCall(
                row[2], (row[0], row[1]), row[3], row[4] or None, row[5], row[6], Usage(*row[8:15]),
                row[7],
            )
        )  # fmt: skip
    return found


def prompts_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[int]]:
    """Return the instants at which a person said something in each conversation, rising."""
    found: dict[int, list[int]] = {}
    for number, at in connection.execute(
        f"SELECT conversation_id, at FROM message WHERE kind=1 AND {OWN_SAID} AND conversation_id "
        "IN (SELECT value FROM json_each(?)) ORDER BY at, id",
        (json.dumps(sorted(numbers)),),
    ):
        found.setdefault(number, []).append(at)
    return found


def handed_over_at(
    connection: sqlite3.Connection, numbers: Iterable[int]
) -> dict[int, list[tuple[int, int]]]:
    """Return (instant, seconds) of people's work on each conversation, the earliest first."""
    family = family_of(connection, numbers)
    found: dict[int, list[tuple[int, int]]] = {}
    for number, at, seconds in connection.execute(
        "SELECT conversation_id, at, seconds FROM worked_time WHERE gone_at IS NULL AND "
        "conversation_id IN (SELECT value FROM json_each(?)) ORDER BY at, id",
        (json.dumps(sorted(family)),),
    ):
        found.setdefault(family[number], []).append((at, seconds))
    return found
