"""Builders of contracts and usage for tests of bills; instants in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from convledger.clock import parse_instant
from convledger.money import PICO, usd_text
from convledger.plans.billing import Bill, ByHand, replay
from convledger.plans.contract import Contract
from convledger.plans.counts import Counter
from convledger.plans.events import ASSISTANT, CALL, USER, Event, Thread
from convledger.plans.schema import Plan
from convledger.plans.statement import FrozenStatement, Statement
from convledger.plans.versions import PlanHistory
from convledger.zones import zone_of

NOTHING = ByHand()
MONTHLY = """
[period]
kind = "month"

[[fee]]
id = "base"
amount = "49.00"
"""


def at(text: str) -> int:
    """Return an instant: "2026-03-05" or "2026-03-05T10:30"."""
    found = parse_instant(text)
    assert found is not None
    return found


def contract(*plans: Plan, began: str = "2026-01-01", **more: Any) -> Contract:
    """Return a contract on the versions of a plan."""
    begun = at(began)
    return Contract(
        **{
            "history": PlanHistory(plans),
            "zone_of": lambda name: zone_of(name)[0],
            "began": begun,
            "ended": None,
            "anchor": begun,
            **more,
        }
    )


def talk(when: str, name: str = "", *, answered: bool = True, **thread: Any) -> list[Event]:
    """Return a conversation of a question and, five seconds later, an answer."""
    whole = Thread(id=name or when, **thread)
    asked = at(when)
    found = [Event(f"u{when}", asked, USER, whole)]
    if answered:
        found.append(Event(f"a{when}", asked + 5_000_000, ASSISTANT, whole, 1, "opus"))
    return found


def call(when: str, usd: str | None, model: str = "opus", name: str = "") -> Event:
    """Return a call that costs so many dollars at list price."""
    pico = None if usd is None else round(float(usd) * 100) * PICO // 100
    return Event(f"c{when}{model}", at(when), CALL, Thread(name or when), 2, model, rated_pico=pico)


def talks(month: str, count: int) -> list[list[Event]]:
    """Return so many conversations, an hour apart from the second day of a month on."""
    begun = at(f"{month}-02")
    return [
        [
            Event(f"u{month}{number}", begun + number * 3_600_000_000, USER, thread),
            Event(f"a{month}{number}", begun + number * 3_600_000_000 + 1, ASSISTANT, thread, 1),
        ]
        for number in range(count)
        for thread in (Thread(f"{month}/{number}"),)
    ]


def bill(
    made: Contract,
    told: Iterable[Sequence[Event]],
    now: str,
    *,
    by_hand: ByHand = NOTHING,
    frozen: Iterable[FrozenStatement] = (),
    restate: bool = False,
) -> Bill:
    """Return a contract worked out from conversations."""
    counts = Counter(made, at(now)).count([event for events in told for event in events])
    return replay(made, counts, at(now), by_hand=by_hand, frozen=frozen, restate=restate)


def totals(found: Bill) -> dict[str, str]:
    """Return what is due by period, as text of money."""
    return {each.name: usd_text(each.sums.total) for each in found.statements}


def lines(statement: Statement) -> dict[str, str]:
    """Return the money of a statement's lines, by kind and id."""
    return {f"{each.kind} {each.id}": usd_text(each.money) for each in statement.lines}


def credits_of(statement: Statement) -> dict[str, str]:
    """Return the sums of a statement's credits."""
    sums = statement.sums
    return {
        name: usd_text(getattr(sums, name))
        for name in ("granted", "used", "over", "expired", "left")
    }
