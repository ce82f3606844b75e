"""Reads the calls of conversations one by one, in the order in which money was spent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from msgspec import Struct

from convledger.reports.history import OWN_SAID
from convledger.reports.unit_costs.talks import family_of

Asked = tuple[str, str | None, str]  # source, provider, model


# There may be a hundred thousand of them: made fast, and out of the collector's sight.
class SpentCall(Struct, frozen=True, gc=False):
    """A call of a conversation; `lane` is the thread and sub-agent that it continues.

    `at` is UTC microseconds, `pico` its list cost in picodollars, None where it has no price.
    """

    lane: tuple[int, int]
    asked: Asked
    at: int
    context: str
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_searches: int
    pico: int | None

    @property
    def sent(self) -> int:
        """All tokens that the model was sent."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h


def calls_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[SpentCall]]:
    """Return the calls of each conversation, its sub-agents' among them, the earliest first."""
    family = family_of(connection, numbers)
    found: dict[int, list[SpentCall]] = {root: [] for root in set(family.values())}
    models = {
        row[0]: (row[1], row[2] or None, row[3])
        for row in connection.execute(
            "SELECT model.id, reader.name, logged_provider, model.name FROM model "
            "JOIN reader ON reader.id=model.reader_id"
        )
    }
    for root, thread, agent, model_id, *facts in connection.execute(
        "SELECT root.value, conversation_id, coalesce(agent_id, 0), model_id, call.at, context, "
        "input, output, cache_read, cache_write_5m, cache_write_1h, web_searches, list_pico "
        "FROM json_each(?) AS root JOIN call ON call.conversation_id=CAST(root.key AS INTEGER) "
        "ORDER BY root.value, call.at, call.line, call.key",
        (_listed(family),),
    ):
        found[root].append(SpentCall((thread, agent), models[model_id], *facts))
    return found


def spent_of(
    connection: sqlite3.Connection, numbers: Iterable[int]
) -> dict[int, list[tuple[int, int | None]]]:
    """Return (instant, list cost) of each conversation's calls, in the order of `calls_of`."""
    family = family_of(connection, numbers)
    found: dict[int, list[tuple[int, int | None]]] = {root: [] for root in set(family.values())}
    for root, at, pico in connection.execute(
        "SELECT root.value, call.at, list_pico FROM json_each(?) AS root "
        "JOIN call ON call.conversation_id=CAST(root.key AS INTEGER) "
        "ORDER BY root.value, call.at, call.line, call.key",
        (_listed(family),),
    ):
        found[root].append((at, pico))
    return found


def _listed(family: Mapping[int, int]) -> str:
    """Return each thread with its conversation, as a question takes them."""
    return json.dumps({str(number): root for number, root in family.items()})


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
