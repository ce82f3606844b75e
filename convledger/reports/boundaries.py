"""A conversation on a time line, cut into billable units by one or more rules, with why."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from convledger.plans.certainty import Doubt
from convledger.plans.contract import Contract
from convledger.plans.counted import BillableUnit
from convledger.plans.counts import Counter
from convledger.plans.events import ROLES, Event
from convledger.plans.rating import CREDITS, IN_DOLLARS, MONEY, UnitRater, committed_at
from convledger.plans.schema import Plan, Unit
from convledger.plans.timeouts import ANSWERED
from convledger.plans.versions import PlanHistory
from convledger.plans.words import counted_words, cuts, rule_words
from convledger.reports.comparing import main_unit
from convledger.reports.history import Needs, Scope, needs_of, stories
from convledger.reports.plan_figures import Boundaries, Lane, LaneUnit, Said
from convledger.reports.render.numbers import doubted
from convledger.zones import zone_of

_ALWAYS = -(1 << 60)
_SAID = frozenset(ROLES)
COUNTED = "counted"  # how a thing ends that is counted without a cut


def boundaries(
    connection: sqlite3.Connection, conversation_id: int, plans: Sequence[Plan], now: int
) -> Boundaries | None:
    """Return a conversation under each of `plans`; None where it holds no message.

    Every plan is taken as if it had always been in force. `now` is UTC microseconds.
    """
    needs = needs_of(plans) | Needs(frozenset(("user", "assistant")))
    story = next(stories(connection, Scope(), needs, [conversation_id]), None)
    if story is None:
        return None
    title, source = connection.execute(
        "SELECT title, reader.name FROM conversation JOIN reader ON reader.id=reader_id "
        "WHERE conversation.id=?",
        (conversation_id,),
    ).fetchone()
    said = tuple(Said(event.at, event.kind) for event in story.events if event.kind in _SAID)
    return Boundaries(
        conversation_id=conversation_id,
        title=title,
        source=source,
        messages=said,
        lanes=tuple(_lane(plan, story.events, said, now) for plan in plans),
        currency=plans[0].currency if plans else "USD",
    )


def _lane(plan: Plan, events: list[Event], said: Sequence[Said], now: int) -> Lane:
    always = PlanHistory([replace(plan, effective_from=_ALWAYS, effective_to=None)])
    began = min((event.at for event in events), default=now)  # periods are counted from there
    contract = Contract(always, lambda name: zone_of(name)[0], began, None, began)
    unit = next((each for each in plan.units if each.count == "window"), main_unit(plan))
    counts = Counter(contract, now).count(events)
    uncounted = counts.uncounted.get(unit.id, []) if unit is not None else []
    own = [each for each in counts.units if unit is not None and each.unit == unit.id]
    doubt = Doubt(
        any(each.is_estimated for each in own),
        sum(each.uncounted for each in own) + len(uncounted),
    )
    prices: dict[str, dict[str, int]] = {}
    for rated in UnitRater(contract.version_at).rate(own):
        if rated.amount is not None and rated.pays in (CREDITS, MONEY):
            amounts = prices.setdefault(rated.unit.id, {})
            amounts[rated.pays] = amounts.get(rated.pays, 0) + rated.amount
    if unit is None or cuts(unit):
        units = tuple(_unit(unit, each, prices.get(each.id, {}), now) for each in own)
    else:
        units = tuple(_thing(unit, each, prices.get(each.id, {})) for each in own)
    paid = [amounts for amounts in prices.values() if CREDITS in amounts]
    money = [amounts for amounts in prices.values() if MONEY in amounts]
    return Lane(
        name=rule_words(unit) if unit is not None else plan.name,
        units=units,
        credits=sum(each[CREDITS] for each in paid) if paid else None,
        money=sum(each[MONEY] for each in money) if money else None,
        closest=_closest(own, said, unit.timeout) if unit is not None and unit.timeout else None,
        rule=plan.name,
        counted="" if unit is None or cuts(unit) else _counted(unit, own, doubt),
        is_money=unit is not None and unit.measure == IN_DOLLARS,
        doubt=doubt,
    )


def _unit(rule: Unit | None, each: BillableUnit, amounts: dict[str, int], now: int) -> LaneUnit:
    ended = each.ended
    if not ended and each.ends_at is not None and each.ends_at <= now:
        ended = "idle"
    return LaneUnit(
        opened_at=each.opened_at,
        last_at=each.last_at,
        ends_at=each.ends_at,
        quantity=each.quantity,
        began=each.began,
        ended=ended,
        gap=each.gap,
        credits=amounts.get(CREDITS),
        money=amounts.get(MONEY),
        doubt=Doubt(each.is_estimated, each.uncounted),
        waits_for="" if rule is None else _awaited(rule, each, now),
    )


def _awaited(rule: Unit, each: BillableUnit, now: int) -> str:
    """Return what a unit is charged for only once it comes, if it has not come yet."""
    charged_at = committed_at(rule, each)
    if charged_at is not None and charged_at <= now:
        return ""
    return "answer" if rule.commit_at == ANSWERED else "end"


def _thing(rule: Unit, each: BillableUnit, amounts: dict[str, int]) -> LaneUnit:
    """Return what was counted without cutting: a call, a message, a user."""
    is_measured = rule.count in ("sum", "max")
    return LaneUnit(
        opened_at=each.opened_at,
        last_at=each.last_at,
        ends_at=None,
        quantity=1 if is_measured else each.quantity,
        began="",
        ended=COUNTED,
        credits=amounts.get(CREDITS),
        money=amounts.get(MONEY),
        doubt=Doubt(each.is_estimated, each.uncounted),
        counted=doubted(
            counted_words(rule, each.quantity),
            each.quantity,
            Doubt(each.is_estimated, each.uncounted),
        ),
        measured=each.quantity if is_measured else None,
    )


def _counted(rule: Unit, units: Sequence[BillableUnit], doubt: Doubt) -> str:
    amounts = [each.quantity for each in units]
    whole = max(amounts, default=0) if rule.count == "max" else sum(amounts)
    return doubted(counted_words(rule, whole), whole, doubt)


def _closest(
    units: Sequence[BillableUnit], said: Sequence[Said], timeout: int
) -> tuple[int, int] | None:
    """Return the longest silence that did not cut: from when, and how long."""
    longest: tuple[int, int] | None = None
    for before, after in pairwise(said):
        gap = after.at - before.at
        if gap >= timeout or any(unit.opened_at == after.at for unit in units):
            continue
        if longest is None or gap > longest[1]:
            longest = (before.at, gap)
    # One that was nowhere near is not worth a word.
    return longest if longest is not None and longest[1] * 4 >= timeout * 3 else None
