"""What is known today about closed periods and was not when they were closed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from msgspec.structs import replace

from convledger.money import PICO
from convledger.plans.commitments import (
    OF_THE_COMMITMENT,
    OF_THE_FEE,
    Term,
    committed,
    is_commit_due,
)
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.lines import charge_in_money, money_line
from convledger.plans.period_money import Part, period_money
from convledger.plans.rating import MONEY
from convledger.plans.schema import Plan
from convledger.plans.statement import (
    ADJUSTMENT,
    FEE,
    OVERAGE,
    PURCHASE,
    TOPUP,
    TRUE_UP,
    Billed,
    FrozenStatement,
    Line,
    Statement,
)

_AGAIN = "~"
_FOREVER = 1 << 62

Key = tuple[str, str, str]


class Correction(NamedTuple):
    """Something to book into the first open period, and the closed one it is about."""

    billed: Billed
    period: FrozenStatement


def corrections_of(
    billed: Sequence[Billed], closed: Mapping[int, FrozenStatement], open_since: int
) -> tuple[list[Billed], list[Correction]]:
    """Return everything as it is booked, and what has to be booked besides.

    `billed` is what is known today. In closed periods what was frozen stands; what differs from it
    in quantity becomes a correction at `open_since` (UTC microseconds). A price that changed since
    then changes nothing about a closed period; one that was missing does.
    """
    if not closed:
        return list(billed), []
    booked = [each for frozen in closed.values() for each in frozen.units]
    standing: dict[Key, list[Billed]] = {}
    for each in booked:
        standing.setdefault(_key(each), []).append(each)
    known: dict[Key, Billed] = {}
    open_ones = []
    for each in billed:
        if each.billed_at < open_since:
            known[_key(each)] = each
        else:
            open_ones.append(each)
    found: list[Correction] = []
    starts = sorted(closed)
    for key in dict.fromkeys([*standing, *known]):
        have, want = standing.get(key, []), known.get(key)
        if want is not None and len(have) == 1 and _is_as_booked(have[0], want):
            continue  # nearly all
        for each in _changes(have, want, open_since):
            instant = each.about if each.about is not None else open_since
            period = closed[starts[max(bisect_right(starts, instant) - 1, 0)]]
            found.append(Correction(each, period))
    return [*booked, *open_ones], found


def _is_as_booked(have: Billed, want: Billed) -> bool:
    return have.quantity == want.quantity and have.amount is not None


def _key(billed: Billed) -> Key:
    return first_id(billed.id), billed.pays, billed.pool


def first_id(name: str) -> str:
    """Return the id that a unit was booked under first: "a" for "a~2", which corrects it."""
    if _AGAIN not in name:
        return name
    first, _, number = name.rpartition(_AGAIN)
    return first if number.isdigit() else name


def _changes(have: list[Billed], want: Billed | None, at: int) -> Iterator[Billed]:
    """Yield what makes the records of one unit say what is known today."""
    ids = {each.id for each in have}
    undone = {each.reverses for each in have if each.reverses in ids}
    # A record that was taken back before, and what took it back, are settled.
    standing = [each for each in have if each.id not in undone and each.reverses not in ids]
    number = 1 + max((_number(each) for each in have), default=-1)
    if want is not None:
        quantity = sum(each.quantity for each in standing)
        was_unpriced = bool(standing) and all(each.amount is None for each in standing)
        is_new_price = was_unpriced and want.amount is not None
        if want.quantity == quantity and not is_new_price:
            return
        more = (want.amount or 0) - sum(each.amount or 0 for each in standing)
        if more >= 0 and want.quantity >= quantity:
            yield _again(want, at, number, want.quantity - quantity, more)
            return
    # Less than before: what was booked is taken back, and booked anew where anything is left.
    for each in reversed(standing):
        if each.quantity or each.amount:
            yield _undone(each, at, number)
            number += 1
    if want is not None:
        yield _again(want, at, number, want.quantity, want.amount)


def _number(billed: Billed) -> int:
    """Return which record of its unit this is: 0 for the first."""
    first = first_id(billed.id)
    return 0 if first == billed.id else int(billed.id[len(first) + 1 :])


def _again(want: Billed, at: int, number: int, quantity: int, amount: int | None) -> Billed:
    name = f"{want.id}{_AGAIN}{number}" if number else want.id
    about = want.billed_at
    return replace(
        want, id=name, at=at, billed_at=at, quantity=quantity, amount=amount, about=about
    )


def _undone(each: Billed, at: int, number: int) -> Billed:
    base = first_id(each.id)
    return replace(
        each,
        id=f"{base}{_AGAIN}{number}",
        at=at,
        billed_at=at,
        quantity=-each.quantity,
        amount=None if each.amount is None else -each.amount,
        reverses=each.id,
        about=each.billed_at if each.about is None else each.about,
    )


def money_of(
    contract: Contract,
    corrections: Iterable[Correction],
    closed: Mapping[int, FrozenStatement],
    plan: Plan,
) -> Iterator[Line]:
    """Yield a line for each unit of each closed period whose money changes.

    The period is priced before and after, with its tiers, minimum and cap; the difference is due.
    """
    groups: dict[tuple[int, str], list[Billed]] = {}
    for billed, frozen in corrections:
        if billed.pays == MONEY:
            groups.setdefault((frozen.statement.since, billed.unit), []).append(billed)
    plans = {one.mark: one for one in contract.plans}
    booked = _booked(closed) if groups else {}
    for (since, unit), group in sorted(groups.items()):
        earlier = booked.get((since, unit), [])
        in_force = contract.version_at(since) or plan
        before = _priced(in_force, plans, unit, earlier)
        after = _priced(in_force, plans, unit, [*earlier, *group])
        line = Line(
            ADJUSTMENT,
            unit,
            f"{unit}, late",
            sum(each.quantity for each in group),
            unit,
            about=closed[since].statement.name,
        )
        yield money_line(plan, line, after - before)


def _booked(closed: Mapping[int, FrozenStatement]) -> dict[tuple[int, str], list[Billed]]:
    """Return what costs money by the closed period that it is about and its unit."""
    starts = sorted(closed)
    found: dict[tuple[int, str], list[Billed]] = {}
    for frozen in closed.values():
        for each in frozen.units:
            if each.pays == MONEY:
                instant = each.billed_at if each.about is None else each.about
                since = starts[max(bisect_right(starts, instant) - 1, 0)]
                found.setdefault((since, each.unit), []).append(each)
    return found


def _priced(
    in_force: Plan, plans: Mapping[str, Plan], unit: str, billed: Sequence[Billed]
) -> Fraction:
    """Return what records of one unit come to in a period that goes by `in_force`."""
    groups: dict[tuple[str, str], list[Billed]] = {}
    for each in billed:
        groups.setdefault((each.plan, each.rate), []).append(each)
    terms = charge_in_money(in_force, unit)
    parts = []
    for (mark, _), group in sorted(groups.items()):
        charge = charge_in_money(plans.get(mark, in_force), unit) or terms
        if charge is None:  # whose text is lost
            continue
        known = [each for each in group if each.amount is not None]
        quantity = Fraction(sum(each.quantity for each in known), PICO)
        parts.append(
            Part(charge, quantity, Fraction(sum(each.amount or 0 for each in known), PICO))
        )
    if terms is None and not parts:
        return Fraction(sum(each.amount or 0 for each in billed), PICO)
    nothing = [] if terms is None else [Part(terms, Fraction(0), Fraction(0))]
    found = period_money(terms or parts[0].charge, parts or nothing)
    return sum(found.amounts, found.minimum)


# What an adjustment counts that is not a unit of the plan: no unit's id holds a space.
_WHAT = {
    FEE: OF_THE_FEE,
    OVERAGE: "credits beyond",
    PURCHASE: "credit lots",
    TOPUP: "credit lots",
}


def booked_by_hand(
    lines: Iterable[Line],
    statement: Statement,
    closed: Mapping[int, FrozenStatement],
    plan: Plan,
) -> Iterator[Line]:
    """Yield what people changed since about a closed period: credits bought or undone, seats.

    `lines` are those of the period as it is known today; with credits, what lies beyond them
    changes, too. `closed` may have corrected the statement before.
    """
    changes: dict[tuple[str, str], list[int]] = {}

    def add(what: str, line: Line, sign: int) -> None:
        sums = changes.setdefault((what, line.id), [0, 0, 0])
        for place, amount in enumerate((line.quantity, line.credits, line.money)):
            sums[place] += sign * amount

    for line in lines:
        if line.kind in _WHAT:
            add(_WHAT[line.kind], line, 1)
    for line in statement.lines:
        if line.kind in _WHAT:
            add(_WHAT[line.kind], line, -1)
    known = set(_WHAT.values())
    for frozen in closed.values():
        for line in frozen.statement.lines:
            is_about = line.kind == ADJUSTMENT and line.about == statement.name
            if is_about and line.unit_name in known:
                add(line.unit_name, line, -1)
    for (what, name), (count, credits_moved, money) in changes.items():
        if money:
            line = Line(
                ADJUSTMENT, name, f"{name}, late", count, what, credits=credits_moved,
                about=statement.name,
            )  # fmt: skip
            yield money_line(plan, line, Fraction(money, PICO))


def true_ups_of(
    contract: Contract,
    periods: Iterable[BilledPeriod],
    closed: Mapping[int, FrozenStatement],
    adjustments: Sequence[Line],
) -> Iterator[Line]:
    """Yield what changes about commitments that were made up for in closed periods.

    Usage that became known later was paid for already as far as it had been made up for;
    `adjustments` are those of the open period.
    """
    booked = (line for each in closed.values() for line in each.statement.lines)
    late = [line for line in (*booked, *adjustments) if line.kind == ADJUSTMENT and line.about]
    if not late:
        return
    term: list[Statement] = []
    for period in periods:
        if period.since not in closed:
            return
        term.append(closed[period.since].statement)
        if not is_commit_due(contract, period):
            continue
        if period.plan.commit is not None:
            names = {statement.name for statement in term}
            own = sum(committed(statement.lines, ()) for statement in term)
            missing = Term(own, names).missing(period, late)
            billed = sum(
                line.money for each in term for line in each.lines if line.kind == TRUE_UP
            ) + sum(
                line.money
                for line in late
                if line.about in names and line.unit_name == OF_THE_COMMITMENT
            )
            line = Line(
                ADJUSTMENT, "commit", "commitment, late", 0, OF_THE_COMMITMENT, about=period.name
            )
            change = money_line(period.plan, line, missing - Fraction(billed, PICO))
            if change.money:
                yield change
        term = []
