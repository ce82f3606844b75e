"""Says which closed month a change to costs, people's time or rates lies in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

from convledger.economics.cost_items import Days
from convledger.errors import UsageProblem
from convledger.reports.unit_costs.costs import USUAL_MINUTES
from convledger.reports.unit_costs.noted import month_name
from convledger.reports.unit_costs.shared import item_of
from convledger.reports.unit_costs.talks import family_of
from convledger.store import closings as kept
from convledger.store import cost_changes as changes
from convledger.store import costs as stored

_DAY = timedelta(days=1)


def closed_note(connection: sqlite3.Connection, change: changes.Change) -> str:
    """Return that a change lies in a closed month, and where the difference counts; else nothing.

    Where it lies in several it is told of the last of them.
    """
    closings = kept.closings(connection)
    if not closings:
        return ""
    last = closings[-1]
    found = max(_last_days(connection, change, last), default=None)
    if found is None:
        return ""
    return (
        f"{month_name(found)} is closed: the difference counts as an adjustment in "
        f"{month_name(last.until)}."
    )


def _last_days(
    connection: sqlite3.Connection, change: changes.Change, last: kept.Closing
) -> Iterator[date]:
    """Yield for all that a change is about the last closed day of it, if it has one."""
    final = last.until - _DAY
    rows = {
        table: {*change.came.get(table, ()), *change.went.get(table, ())}
        for table in (changes.ITEMS, changes.TIMES)
    }
    for item in stored.items(connection, with_gone=True) if rows[changes.ITEMS] else ():
        if item.id in rows[changes.ITEMS]:
            known = item_of(item)
            days = Days(item.since, last.until)
            ends = (known.borne_in(period).until for period in known.periods(days))
            closed = [end - _DAY for end in ends if end <= last.until]
            yield from closed[-1:]
    if rows[changes.TIMES]:
        yield from _of_times(connection, rows[changes.TIMES], last)
    for place in change.replaced:
        if place.table == changes.SETTING:
            if place.key[0] == USUAL_MINUTES:
                yield final
        elif date.fromisoformat(place.key[-1]) <= final:
            yield final


def _of_times(
    connection: sqlite3.Connection, numbers: set[int], last: kept.Closing
) -> Iterator[date]:
    """Yield the last closed day where people's time is on a conversation that opened before."""
    worked = {
        each.conversation_id
        for each in stored.worked(connection, with_gone=True)
        if each.id in numbers
    }
    for root in {*family_of(connection, worked).values()} if worked else ():
        (opened,) = connection.execute(
            "SELECT first_at FROM conversation WHERE id=?", (root,)
        ).fetchone()
        if opened is not None and opened < last.ends_at:
            yield last.until - _DAY


def check_order(connection: sqlite3.Connection, change: changes.Change) -> None:
    """Raise UsageProblem where a closing can't be taken back, or brought back, in this order."""
    closings = kept.closings(connection)
    last = closings[-1].id if closings else None
    for number in change.came.get(changes.CLOSING, ()):
        if number != last:
            raise UsageProblem("other months were closed since: `convledger cost close --list`")
    for number in change.went.get(changes.CLOSING, ()):
        gone = next(each for each in kept.closings(connection, with_gone=True) if each.id == number)
        if gone.after != last:
            raise UsageProblem("months were closed or opened since: `convledger cost close --list`")
