"""Usage, reservations and refunds: what they do to the books of a pool."""

from __future__ import annotations

from convledger.plans import entries as entry
from convledger.plans.books import Beyond, Books, Debt, Hold
from convledger.plans.facts import (
    BUY,
    CARRY,
    COMMIT,
    DEGRADE,
    ENDED_TWICE,
    NO_TARGET,
    TOO_MUCH,
    Fact,
    Finding,
)

REFUSED = ""


def use(books: Books, fact: Fact) -> None:
    """Burn credits for a usage, or refuse it whole where the policy does."""
    amount = fact.amount or 0
    books.usage += amount
    if admits(books, fact.at, amount, fact.scopes):
        _spend(books, fact, amount, fact.scopes)
    else:
        _refuse(books, fact, amount)
        _refund_what_waits(books, fact)
        books.set_floor()


def admits(books: Books, at: int, amount: int, scopes: frozenset[str]) -> bool:
    """Whether usage may go ahead; buys what it needs where the policy says so."""
    policy = books.policy
    if not policy.refuses:
        return True
    grace = _grace_left(books)
    missing = amount - books.available_to(scopes) - grace
    if missing > 0 and books.refill(at):
        missing = amount - books.available_to(scopes) - grace
    rule = policy.topup
    if missing > 0 and policy.when_empty == BUY and rule is not None:
        # A usage that no allowed purchase can carry is refused without buying in vain.
        packs = -(-missing // rule.credits)
        most = rule.max_per_period
        if most is None or books.bought_in_period + packs <= most:
            books.buy(at, rule, missing)
            missing = amount - books.available_to(scopes) - grace
    return missing <= 0


def _grace_left(books: Books) -> int:
    """Return what is still free in this period; a new policy may allow less than was used."""
    return max(books.policy.grace - books.graced_in_period, 0)


def _spend(books: Books, fact: Fact, amount: int, scopes: frozenset[str]) -> None:
    cause = fact.cause or fact.id
    parts, missing = books.take(fact.at, amount, scopes, cause)
    while missing and books.refill(fact.at):
        more, missing = books.take(fact.at, missing, scopes, cause)
        parts += more
    books.allocations[fact.id] = (
        parts[0][0] if len(parts) == 1 and parts[0][1] == fact.amount else tuple(parts)
    )
    if missing:
        _go_beyond(books, fact, missing, scopes, cause)
    _refund_what_waits(books, fact)
    books.refill(fact.at)
    books.set_floor()


def _go_beyond(books: Books, fact: Fact, missing: int, scopes: frozenset[str], cause: str) -> None:
    """Book what no lot pays: grace first, then as the policy says."""
    policy = books.policy
    beyond = books.beyond[fact.id] = Beyond()
    grace = min(missing, _grace_left(books))
    if grace:
        beyond.grace = grace
        books.graced += grace
        books.graced_in_period += grace
        books.note(fact.at, entry.GRACE, "", grace, cause)
        missing -= grace
    if not missing:
        return
    if policy.when_empty == CARRY:
        books.owe(fact.at, fact.id, missing, cause)
        books.debts.append(Debt(fact.id, scopes, missing))
    elif policy.when_empty == DEGRADE:
        beyond.degraded = missing
        books.degraded += missing
        books.note(fact.at, entry.DEGRADED, "", missing, cause)
    elif policy.refuses:
        # Only a commit comes here: what it had reserved has expired since.
        beyond.blocked = missing
        books.blocked += missing
        books.note(fact.at, entry.BLOCKED, "", missing, cause)
    else:
        beyond.overage = missing
        books.overage += missing
        books.note(fact.at, entry.OVERAGE, "", missing, cause)


def _refuse(books: Books, fact: Fact, amount: int) -> None:
    books.allocations[fact.id] = ()
    books.beyond[fact.id] = Beyond(blocked=amount)
    books.blocked += amount
    books.note(fact.at, entry.BLOCKED, "", amount, fact.cause or fact.id)


def reserve(books: Books, fact: Fact) -> None:
    """Set credits aside, or refuse to where the policy refuses what does not fit."""
    amount = fact.amount or 0
    if admits(books, fact.at, amount, fact.scopes):
        books.hold(fact.id, Hold(amount, fact.scopes))
        books.note(fact.at, entry.RESERVE, "", amount, fact.cause or fact.id)
    else:
        books.usage += amount
        books.ended[fact.id] = REFUSED
        _refuse(books, fact, amount)
    books.set_floor()


def end_reservation(books: Books, fact: Fact) -> None:
    """Commit a reservation, whole or in part, or release it; once."""
    hold = books.let_go(fact.of)
    if hold is None:
        ended_by = books.ended.get(fact.of)
        if ended_by != REFUSED:  # what was refused has nothing left to end
            what = NO_TARGET if ended_by is None else ENDED_TWICE
            books.findings.append(Finding(fact.id, what, fact.at, fact.amount or 0))
        return
    books.ended[fact.of] = fact.id
    books.note(fact.at, entry.RELEASE, "", -hold.amount, fact.cause or fact.of)
    if fact.kind == COMMIT:
        amount = hold.amount if fact.amount is None else fact.amount
        books.usage += amount
        _spend(books, fact, amount, hold.scopes)
    else:
        books.set_floor()


def take_away(books: Books, fact: Fact) -> None:
    """Take credits back by hand, in burn order."""
    asked = -(fact.amount or 0)
    _, missing = books.take(fact.at, asked, fact.scopes, fact.cause or fact.id, entry.VOID)
    if missing:
        books.findings.append(Finding(fact.id, TOO_MUCH, fact.at, missing))
    books.refill(fact.at)
    books.set_floor()


def refund(books: Books, fact: Fact) -> None:
    """Unwind what a usage took, the last of it first; wait where the usage is yet to come."""
    target = books.ended.get(fact.of) or fact.of
    if target not in books.allocations:
        books.waiting_refunds.setdefault(target, []).append(fact)
    else:
        _unwind(books, target, fact, fact.at)
    books.set_floor()


def _refund_what_waits(books: Books, usage: Fact) -> None:
    for target in (usage.id, usage.of) if books.waiting_refunds else ():
        for fact in books.waiting_refunds.pop(target, ()):
            _unwind(books, usage.id, fact, usage.at)


def _unwind(books: Books, target: str, fact: Fact, at: int) -> None:
    cause = fact.cause or fact.id
    net = books.net.get(target)
    if net is None:
        net = books.net[target] = list(recorded(books, target))
    beyond = books.beyond.get(target, Beyond())
    repaid = books.repaid.get(target, [])
    whole = sum(amount for _, amount in (*net, *repaid)) + _unpaid(beyond)
    asked = whole if fact.amount is None else fact.amount
    left = amount = min(asked, whole)
    if amount < asked:
        books.findings.append(Finding(fact.id, TOO_MUCH, at, asked - amount))
    books.usage -= amount
    books.refunded += amount
    left -= _forgive(books, target, beyond, left, at, cause)
    left = _return(books, repaid, left, at, cause)
    left -= _take_off(books, target, beyond, left, at, cause)
    _return(books, net, left, at, cause)


def recorded(books: Books, usage: str) -> tuple[tuple[str, int], ...]:
    """Return which lots paid how much of a usage at its instant, in burn order."""
    parts = books.allocations[usage]
    if isinstance(parts, str):
        return ((parts, books.seen[usage].amount or 0),)
    return parts


def _unpaid(beyond: Beyond) -> int:
    return beyond.debt + beyond.overage + beyond.degraded + beyond.grace


def _forgive(books: Books, usage: str, beyond: Beyond, most: int, at: int, cause: str) -> int:
    """Take a refund off what the usage still owes; return how much."""
    amount = min(most, beyond.debt)
    if amount:
        books.owe(at, usage, -amount, cause)
        for debt in books.debts:
            if debt.usage == usage:
                debt.left -= amount
        books.debts = [debt for debt in books.debts if debt.left]
    return amount


def _take_off(books: Books, usage: str, beyond: Beyond, most: int, at: int, cause: str) -> int:
    """Take a refund off what was beyond the lots; return how much."""
    taken = 0
    part = min(most, beyond.overage)
    if part:
        beyond.overage -= part
        books.overage -= part
        books.note(at, entry.OVERAGE, "", -part, cause)
        taken += part
    part = min(most - taken, beyond.degraded)
    if part:
        beyond.degraded -= part
        books.degraded -= part
        books.note(at, entry.DEGRADED, "", -part, cause)
        taken += part
    part = min(most - taken, beyond.grace)
    if part:
        beyond.grace -= part
        books.graced -= part
        if books.reset_at is None or books.seen[usage].at >= books.reset_at:
            books.graced_in_period -= part  # free again, in the period that it was free in
        books.note(at, entry.GRACE, "", -part, cause)
        taken += part
    return taken


def _return(books: Books, parts: list[tuple[str, int]], most: int, at: int, cause: str) -> int:
    """Return credits to the lots that paid, the last first; return what is left to refund."""
    while most and parts:
        lot, paid = parts.pop()
        part = min(paid, most)
        if part < paid:
            parts.append((lot, paid - part))
        books.put_back(at, lot, part, cause)
        most -= part
    return most
