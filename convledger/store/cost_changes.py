"""Remembers what was changed about costs and hand-offs; the last changes can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct, field, json

from convledger.store import costs
from convledger.store.settings import note, setting

ITEMS, TIMES, CLOSING = "cost_item", "worked_time", "cost_closing"
HOURLY, EXCHANGE, SETTING = "hourly_rate", "exchange_rate", "setting"
COSTS, HANDOFFS = "cost changes", "hand-off changes"  # what changes are of
UNDONE = "hand-off imports taken back"
_MOST = 50  # changes that are remembered


class Replaced(Struct, frozen=True):
    """What stood in a place before: its table, its key, its values, None where nothing did."""

    table: str
    key: tuple[str, ...]
    values: tuple[str, ...] | None


class Change(Struct):
    """One change: rows that came and rows that went by table, and values that were replaced."""

    what: str
    at: int
    came: dict[str, list[int]] = field(default_factory=dict)
    went: dict[str, list[int]] = field(default_factory=dict)
    replaced: list[Replaced] = field(default_factory=list)


def changes(connection: sqlite3.Connection, journal: str = COSTS) -> list[Change]:
    """Return the changes that are remembered, the latest last."""
    text = setting(connection, journal)
    return json.decode(text, type=list[Change]) if text else []


def remember(connection: sqlite3.Connection, change: Change, journal: str = COSTS) -> None:
    """Remember a change."""
    _write(connection, [*changes(connection, journal), change][-_MOST:], journal)


def take_back(
    connection: sqlite3.Connection, change: Change, now: int, journal: str = COSTS
) -> None:
    """Make a change undone, and forget it."""
    for table, numbers in change.came.items():
        costs.set_gone(connection, table, numbers, now)
    for table, numbers in change.went.items():
        costs.set_gone(connection, table, numbers, None)
    for place in reversed(change.replaced):
        _restore(connection, place, now)
    kept = changes(connection, journal)
    if change in kept:
        kept.remove(change)
        _write(connection, kept, journal)


def forget_rows(connection: sqlite3.Connection, table: str, gone: Collection[int]) -> None:
    """Forget of changes the rows that were erased: others may get their numbers."""
    for journal in (COSTS, HANDOFFS, UNDONE):
        forget_rows_of(connection, journal, table, gone)


def forget_rows_of(
    connection: sqlite3.Connection, journal: str, table: str, gone: Collection[int]
) -> None:
    """Forget rows of the changes of one journal, and changes that are about nothing then."""
    known = changes(connection, journal) if gone else []
    for change in known:
        for rows in (change.came, change.went):
            if table in rows:
                rows[table] = [each for each in rows[table] if each not in gone]
    kept = [
        each for each in known if each.replaced or any((*each.came.values(), *each.went.values()))
    ]
    if known and kept != changes(connection, journal):
        _write(connection, kept, journal)


def rate_before(connection: sqlite3.Connection, since: date) -> Replaced:
    """Return what an hour cost from a day on, as it stands."""
    row = connection.execute(
        "SELECT amount, currency, overhead FROM hourly_rate WHERE since=?", (since.isoformat(),)
    ).fetchone()
    return Replaced(HOURLY, (since.isoformat(),), row)


def exchange_before(
    connection: sqlite3.Connection, currency: str, worth_in: str, since: date
) -> Replaced:
    """Return what a currency was worth from a day on, as it stands."""
    key = (currency, worth_in, since.isoformat())
    row = connection.execute(
        "SELECT rate FROM exchange_rate WHERE currency=? AND worth_in=? AND since=?", key
    ).fetchone()
    return Replaced(EXCHANGE, key, row)


def setting_before(connection: sqlite3.Connection, name: str) -> Replaced:
    """Return what is noted under a name, as it stands."""
    return Replaced(SETTING, (name,), (setting(connection, name),))


def _restore(connection: sqlite3.Connection, place: Replaced, now: int) -> None:
    values = place.values
    if place.table == HOURLY:
        since = date.fromisoformat(place.key[0])
        if values is None:
            costs.drop_hourly_rate(connection, since)
            return
        rate = costs.HourlyRate(since, int(values[0]), values[1], Decimal(values[2]))
        costs.set_hourly_rate(connection, rate, now)
    elif place.table == EXCHANGE:
        currency, worth_in, day = place.key
        since = date.fromisoformat(day)
        if values is None:
            costs.drop_exchange_rate(connection, currency, worth_in, since)
        else:
            costs.set_exchange_rate(connection, currency, worth_in, since, Decimal(values[0]), now)
    else:
        note(connection, place.key[0], (values or ("",))[0])


def _write(connection: sqlite3.Connection, kept: Iterable[Change], journal: str) -> None:
    note(connection, journal, json.encode(list(kept)).decode())
