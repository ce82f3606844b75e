"""Verifies that no credit appears or vanishes: as booked, in closed periods, in the books."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

from convledger.errors import ConvledgerError
from convledger.plans.entries import Entry
from convledger.plans.statement import INFORMATIVE, Statement
from convledger.plans.totals import Totals
from convledger.reports.plan_book import PlanBook
from convledger.store.findings import Finding
from convledger.store.subscriptions import Subscription

_BACKUP = "`convledger restore` brings a backup back"
_RESTATE = "`convledger credits statement --restate` works it out anew; a backup has it as it was"
_REPORT = "`convledger credits ledger` shows every entry; report this, please"
_SIGNED = ("adjust",)


def credit_findings(connection: sqlite3.Connection, book: PlanBook, now: int) -> list[Finding]:
    """Return where credits are not conserved, and plans that can't be worked out."""
    found = list(_facts(connection))
    if found:  # what is not a number can't be added up
        return found
    for one in book.subscriptions():
        try:
            found += _of_subscription(book, one, now)
        except ConvledgerError as error:
            way_out = f"mend what it names, or `convledger plan drop {one.id}`"
            found.append(Finding("credits", f"{one.plan} can't be worked out: {error}", way_out))
    return found


def _facts(connection: sqlite3.Connection) -> Iterator[Finding]:
    """See that what people booked are amounts, and that what takes one back is of the same plan."""
    for number, kind, amount, price, plan, corrects in connection.execute(
        "SELECT credit_fact.id, kind, amount, price, plan, corrects FROM credit_fact "
        "JOIN subscription ON subscription.id=subscription_id ORDER BY 1"
    ):
        named = f"booking {number} of {plan} ({kind})"
        if not (_is_whole(amount) and _is_whole(price)):
            yield Finding("credits", f"{named} has no amount that can be read", _BACKUP)
        elif int(amount) < 0 and kind not in _SIGNED and corrects is None:
            yield Finding("credits", f"{named} is of less than nothing", _BACKUP)
    for number, plan, is_own, amount, taken in connection.execute(
        "SELECT fact.id, plan, other.subscription_id=fact.subscription_id AND other.id<fact.id, "
        "fact.amount, other.amount FROM credit_fact AS fact JOIN credit_fact AS other "
        "ON other.id=fact.corrects JOIN subscription ON subscription.id=fact.subscription_id "
        "ORDER BY 1"
    ):
        if not is_own:
            problem = f"booking {number} of {plan} takes back one that is not its own"
            yield Finding("credits", problem, _BACKUP)
        elif _is_whole(amount) and _is_whole(taken) and int(amount) != -int(taken):
            problem = f"booking {number} of {plan} takes back another amount than was booked"
            yield Finding("credits", problem, _BACKUP)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit()


def _of_subscription(book: PlanBook, one: Subscription, now: int) -> Iterator[Finding]:
    for frozen in book.frozen(one.id):
        for problem in statement_problems(frozen.statement):
            yield Finding("credits", f"{one.plan}, {frozen.statement.name}: {problem}", _RESTATE)
    bill = book.bill(one, now)
    for pool in bill.fold.pools:
        named = f"{one.plan}, {pool}" if pool else one.plan
        for problem in book_problems(bill.fold.totals(pool), bill.fold.entries(pool)):
            yield Finding("credits", f"{named}: {problem}", _REPORT)


def statement_problems(statement: Statement) -> Iterator[str]:
    """Yield what does not add up in a closed period."""
    sums = statement.sums
    due = sum(line.money for line in statement.lines if line.kind not in INFORMATIVE)
    if due != sums.total:
        yield "its lines do not come to its total"
    if min(sums.granted, sums.used, sums.expired, sums.voided, sums.left) < 0:
        yield "it has less than no credits of a sort"


def book_problems(totals: Totals, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield what does not add up in the books of a pool."""
    if totals.granted != totals.used + totals.expired + totals.voided + totals.balance:
        yield "granted credits are not used, expired, voided and left together"
    for each in totals.lots:
        gone = each.used + each.expired + each.voided + each.rolled
        if each.lot.amount != gone + each.remaining or each.remaining < 0:
            yield f"lot {each.lot.id!r:.60} does not come to its amount"
    held: defaultdict[str, int] = defaultdict(int)
    balance = 0
    for entry in entries:
        if entry.lot:
            held[entry.lot] += entry.amount
            balance += entry.amount
        if entry.balance != balance or held[entry.lot] < 0 < len(entry.lot):
            yield f"entry {entry.number} leaves another balance than it says"
            return
