"""Puts together what each conversation cost, and what has changed in months that are closed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date, timedelta

from convledger.economics.closing import Adjustment, Line, adjustments
from convledger.economics.conversation_costs import ADJUSTMENTS, Talk, TalkCost, is_of
from convledger.economics.cost_items import REVENUE
from convledger.economics.resolutions import Turn
from convledger.plans.calendar import start_of_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.charging import Facts, charge, read_facts
from convledger.reports.unit_costs.closed_books import ClosedBooks, View, closed_books
from convledger.reports.unit_costs.costs import (
    BASELINE_MINUTES,
    USUAL_MINUTES,
    Costs,
    minutes_kept,
)
from convledger.store.costs import items as kept_items
from convledger.store.outcome_history import first_changed


def cost_conversations(
    connection: sqlite3.Connection, book: PlanBook, query: CostQuery, *, anew: bool = False
) -> Costs:
    """Return what the conversations of `query` cost, each part exact to the picounit.

    Months that are closed are as they were, and what has changed in them counts as an adjustment
    where the first open month begins. Where all conversations are asked about there is nothing to
    make up for, and `anew` nothing is closed: then everything is divided as it would be now.
    """
    closed = None if anew else closed_books(connection)
    found = Costs(query, closed_until=None if closed is None else closed.until)
    found.usual_minutes = minutes_kept(connection, USUAL_MINUTES)
    found.baseline_minutes = minutes_kept(connection, BASELINE_MINUTES)
    span = query.since, query.until
    if closed is None:
        facts = read_facts(connection, book, query, (), first_changed(connection, *span))
        charge(found, _asked(facts, query), facts)
        found.turned = _turned(facts, query)
        return found
    first, first_talk = _first_closed(connection, closed, query)
    steps = [step for step in range(1, closed.count + 1) if _begins_in(closed, step, query)]
    is_all = query.since <= first_talk and closed.count in steps
    steps = [step for step in steps if closed.has_changed(step)]
    # What a closing found to have changed in those before counts where these had ended.
    whole = replace(query, since=min(first, query.since)) if steps else query
    items = {item_id for item_id, _ in closed.items}
    reach = [*_reach(connection, closed, query), *first_changed(connection, *span)]
    facts = read_facts(connection, book, whole, items, reach)
    found.turned = _turned(facts, query)
    shown = None if is_all else View(closed, 0, facts.talks)
    if shown is not None:
        found.late = sum(_is_asked(talk, query) and not shown.has(talk) for talk in facts.talks)
    own = _asked(facts, query, shown)
    charge(found, own, facts, shown)
    others: dict[int, TalkCost] = {}
    latest = View(closed, closed.count, facts.talks)
    for step in steps:
        until = query.since if is_all else closed.closings[step - 1].ends_at
        if first < until:
            _adjust(found, own, others, facts, closed, latest, step, (first, until))
    found.adjusted = list(others.values())
    return found


def _turned(facts: Facts, query: CostQuery) -> list[tuple[Talk, Turn]]:
    """Return the changes of resolutions in the time that is asked for, the earliest first."""
    found = [
        (talk, turn)
        for talk in facts.talks
        if talk.changes and is_of(talk, query.scope)
        for turn in talk.changes
        if query.since <= turn.at < query.until
    ]
    return sorted(found, key=lambda each: (each[1].at, each[0].id))


def _asked(facts: Facts, query: CostQuery, view: View | None = None) -> dict[int, TalkCost]:
    """Return the conversations that are asked about, nothing charged to them yet."""
    return {
        talk.id: TalkCost(talk)
        for talk in facts.talks
        if (view is None or view.has(talk))
        and _is_asked(talk, query, None if view is None else view.opened_at(talk))
    }


def _is_asked(talk: Talk, query: CostQuery, opened_at: int | None = None) -> bool:
    at = talk.opened_at if opened_at is None else opened_at
    return query.since <= at < query.until and is_of(talk, query.scope)


def _begins_in(closed: ClosedBooks, step: int, query: CostQuery) -> bool:
    """Whether the month that a closing left open begins in the time that is asked for."""
    return query.since <= closed.closings[step - 1].ends_at < query.until


def _first_closed(
    connection: sqlite3.Connection, closed: ClosedBooks, query: CostQuery
) -> tuple[int, int]:
    """Return the instant before which there is nothing, and that of the first conversation."""
    (now,) = connection.execute("SELECT min(first_at) FROM conversation").fetchone()
    known = [each for each in (now, closed.first_opened) if each is not None]
    first_talk = min([closed.closings[0].ends_at, *known])
    items = kept_items(connection, with_gone=True)
    begun = [start_of_day(item.since, query.zone) for item in items]
    bill = closed.first_bill
    return min([first_talk, *begun, *([] if bill is None else [bill])]), first_talk


def _reach(connection: sqlite3.Connection, closed: ClosedBooks, query: CostQuery) -> list[int]:
    """Return the instants to which conversations that bear something of the time asked for reach.

    One may be known to have opened at another instant since it was closed.
    """
    reach = [
        instant
        for (_, since), versions in closed.bills.items()
        for _, bill in versions
        if int(since) < query.until and int(bill.until) > query.since
        for instant in (int(since), int(bill.until))
    ]
    numbers = [
        number
        for number, found in closed.talks.items()
        if any(query.since <= each.opened_at < query.until for _, each in found)
    ]
    first, last = connection.execute(
        "SELECT min(first_at), max(first_at) FROM conversation WHERE id IN "
        "(SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    ).fetchone()
    return reach if first is None else [*reach, first, last + 1]


def _adjust(
    found: Costs,
    own: dict[int, TalkCost],
    others: dict[int, TalkCost],
    facts: Facts,
    closed: ClosedBooks,
    latest: View,
    step: int,
    span: tuple[int, int],
) -> None:
    """Add what changed after a closing until the next one, or until now, in what it closed."""
    closing = closed.closings[step - 1]
    before = View(closed, step, facts.talks)
    after = View(closed, step + 1, facts.talks) if step < closed.count else None
    was = _lines_in(found, facts, span, before, latest)
    now = _lines_in(found, facts, span, after, latest)
    unsure = {cost.talk.id for cost in (*was.costs, *now.costs) if not cost.is_known}
    changed, unknown = adjustments(was.lines or {}, now.lines or {})
    last = _month_before(closing.until)
    talks = {cost.talk.id: cost.talk for cost in (*was.costs, *now.costs)}
    for each in changed:
        if each.conversation in unsure:
            continue
        line = each.line if each.line.month <= last else each.line._replace(month=last)
        found.adjustments.append(Adjustment(line, each.conversation, each.amount))
        if each.conversation is None:
            _leave(found, line, each.amount)
        else:
            cost = own.get(each.conversation) or others.get(each.conversation)
            if cost is None:
                cost = others[each.conversation] = TalkCost(talks[each.conversation])
            if line.part == REVENUE:
                cost.revenue = (cost.revenue or 0) + each.amount
            else:
                cost.add(ADJUSTMENTS, each.amount)
    found.unknown_adjustments += unknown + len(
        {cost.talk.id for cost in now.costs if not cost.is_known}
        - {cost.talk.id for cost in was.costs if not cost.is_known}
    )


def _lines_in(
    found: Costs,
    facts: Facts,
    span: tuple[int, int],
    view: View | None,
    latest: View,
) -> Costs:
    """Return what the conversations of a closed stretch of time bear, line by line."""
    query = replace(found.query, since=span[0], until=span[1])
    lines = Costs(query, lines={})
    own = {
        talk.id: TalkCost(talk)
        for talk in facts.talks
        if (view is None or view.has(talk))
        and latest.opened_at(talk) < span[1]
        and is_of(talk, query.scope)
    }
    charge(lines, own, facts, view)
    return lines


def _leave(found: Costs, line: Line, amount: int) -> None:
    if line.part == REVENUE:
        found.unallocated_revenue += amount
    else:
        found.unallocated[ADJUSTMENTS] = found.unallocated.get(ADJUSTMENTS, 0) + amount


def _month_before(day: date) -> date:
    """Return the first day of the month before the one that a day begins."""
    return (day - timedelta(days=1)).replace(day=1)
