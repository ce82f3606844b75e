"""The plans as they stand now, for Live and the top line: followed, measured, told at once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from convledger.clock import SECOND
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.rating import CREDITS
from convledger.reports.alarms import unit_budget
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_meters import Meters
from convledger.reports.plan_news import PlanNews, follow
from convledger.reports.plan_screen import meters

LATELY = 35 * 60 * SECOND  # a conversation grows for half an hour after its last call


@dataclass(frozen=True, slots=True)
class TalkUse:
    """What a conversation that grows has come to under the plan.

    `credits` are picocredits, None where the plan takes none; `budget` is what the conversation may
    cost at list price in picounits of money, None where nothing says so.
    """

    credits: int | None = None
    budget: int | None = None
    doubt: Doubt = SURE


@dataclass(slots=True)
class PlanNow:
    """A look at the plans: what is new, the meters of the one in force, and growing conversations.

    `meters` is None where no plan is in force.
    """

    news: PlanNews
    meters: Meters | None = None
    subscription_id: int = 0
    uses: dict[int, TalkUse] = field(default_factory=dict)


def plan_now(
    book: PlanBook, connection: sqlite3.Connection, now: int, zone: tzinfo, *, writes: bool = True
) -> PlanNow:
    """Look at all plans at `now`, UTC microseconds; without `writes` nothing is noted."""
    in_force = [one for one in book.subscriptions() if one.is_in_force(now)]
    news = follow(book, connection, now, zone) if writes else PlanNews()
    if not in_force:
        return PlanNow(news)
    chosen = book.subscription(None, now)
    bill = news.bills.get(chosen.id)
    if bill is None and writes:  # it can't be worked out: the troubles say why
        return PlanNow(news)
    bill = bill or book.bill(chosen, now)
    return PlanNow(
        news,
        meters(book, connection, chosen, now, bill),
        chosen.id,
        talk_uses(bill),
    )


def talk_uses(bill: Bill) -> dict[int, TalkUse]:
    """Return what the conversations that grow have come to, by their ids."""
    plan = bill.contract.plan_at(bill.now)
    if plan is None:
        return {}
    budgets = [unit_budget(rule, plan) for rule in plan.alerts if rule.on == "unit_budget"]
    budget = next((one for one in budgets if one is not None), None)
    takes_credits = any(charge.pay_with == CREDITS for charge in plan.charges)
    lately = {each.unit.thread.id for each in bill.rated if each.unit.last_at > bill.now - LATELY}
    found = {int(name): TalkUse(0 if takes_credits else None, budget) for name in lately}
    if takes_credits:
        for each in bill.rated:
            if each.unit.thread.id in lately and each.pays == CREDITS and each.amount:
                name = int(each.unit.thread.id)
                amount = (found[name].credits or 0) + each.amount
                found[name] = TalkUse(amount, budget)
        doubts = Doubts(bill)
        found = {
            name: replace(use, doubt=doubts.conversation(str(name))) for name, use in found.items()
        }
    return found


def mute(
    connection: sqlite3.Connection, subscription_id: int, key: tuple[str, str, int], *, muted: bool
) -> None:
    """Put the alerts of one thing away, or show them again; belongs into a transaction."""
    connection.execute(
        "UPDATE alert SET muted=? WHERE subscription_id=? AND scope=? AND period=? AND epoch=?",
        (int(muted), subscription_id, *key),
    )
