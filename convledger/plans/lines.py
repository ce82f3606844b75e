"""Makes a period's lines from what was counted in it and from what the credit books say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from convledger.money import PICO, usd_text
from convledger.plans import entries as entry
from convledger.plans import statement as kinds
from convledger.plans.charges import minor_units, rounded
from convledger.plans.commitments import Term, is_commit_due
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.entries import Entry
from convledger.plans.excerpt import goes_on
from convledger.plans.fees import fees_of
from convledger.plans.lots import ADJUSTMENT, TOPUP, Lot
from convledger.plans.overages import overage_rate
from convledger.plans.period_money import Part, period_money
from convledger.plans.rating import CREDITS, IN_DOLLARS, MONEY
from convledger.plans.schema import Charge, Limit, Plan, Rounding
from convledger.plans.statement import Billed, Line, PeriodSums
from convledger.plans.words import amount_words

LISTED = "USD at list"  # as lines call what is counted in dollars
_DEFAULT = Rounding()
_SPENT = frozenset((entry.USE, entry.REPAY, entry.REFUND))
_Group = tuple[str, str, str, str, str]  # unit, plan, pays, pool, rate


@dataclass(slots=True)
class PeriodFacts:
    """Everything that belongs to one period: what was counted, and the entries of each pool.

    `corrections` name the closed period that they are about;
    `limited` is what lay beyond a limit and was not paid by another pool, in picounits, by limit.
    """

    period: BilledPeriod
    billed: list[Billed] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    corrections: list[tuple[Billed, str]] = field(default_factory=list)
    adjustments: list[Line] = field(default_factory=list)
    limited: dict[str, tuple[Limit, int]] = field(default_factory=dict)
    left: int = 0


def period_lines(
    contract: Contract, facts: PeriodFacts, lots: dict[str, Lot], term: Term | None = None
) -> tuple[tuple[Line, ...], PeriodSums]:
    """Return the lines of a period and their sums; `lots` are those of the credit books by id.

    `term` is what counted before towards what the plan commits one to.
    """
    period, plan = facts.period, facts.period.plan
    lines = [
        *_fee_lines(contract, period),
        *_usage_lines(contract, facts),
        *purchases(plan, facts, lots),
        *_overage(contract, facts),
    ]
    lines += _true_up(contract, period, [*lines, *facts.adjustments], term or Term())
    lines += facts.adjustments
    lines += _adjusted(facts)
    lines += _happened(facts, lots)
    if any(charge.rounding.at == "statement" for charge in plan.charges):
        lines += _statement_rounding(plan, lines)
    order = {kind: place for place, kind in enumerate(kinds.KINDS)}
    lines.sort(key=lambda line: order[line.kind])
    return tuple(lines), _sums(facts, lines, lots)


def money_line(plan: Plan, line: Line, amount: Fraction, rounding: Rounding = _DEFAULT) -> Line:
    """Return a line with its money, rounded once: to the currency's minor unit, or as agreed."""
    from msgspec.structs import replace

    if rounding.at == "statement":
        money = amount
    elif rounding == _DEFAULT:
        money = minor_units(amount, plan.currency)
    else:
        money = rounded(amount, rounding)
    return replace(line, money=round(money * PICO), exact=str(amount))


def _fee_lines(contract: Contract, period: BilledPeriod) -> Iterator[Line]:
    for fee, quantity, amount in fees_of(contract, period):
        unit = {"seat": "seats", "once": "once"}.get(fee.per, "periods")
        note = "by the day" if fee.prorate == "day" and quantity.denominator != 1 else ""
        line = Line(kinds.FEE, fee.id, fee.id, round(quantity * PICO), unit, note=note)
        yield money_line(period.plan, line, amount)


def _usage_lines(contract: Contract, facts: PeriodFacts) -> Iterator[Line]:
    """Yield a line for each charge on what was counted, and one for what nothing charges."""
    groups: dict[_Group, list[Billed]] = {}
    for billed in facts.billed:
        key = (billed.unit, billed.plan, billed.pays, billed.pool, billed.rate)
        groups.setdefault(key, []).append(billed)
    plans = {plan.mark: plan for plan in contract.plans}
    # What is paid by quantity has its minimum even where nothing was counted.
    paid = {unit_id for unit_id, _, pays, _, _ in groups if pays == MONEY}
    is_whole = not goes_on(contract, facts.period)
    for charge in facts.period.plan.charges if is_whole else ():
        if charge.minimum_units and charge.pay_with == MONEY and charge.unit not in paid:
            groups[charge.unit, facts.period.plan.mark, MONEY, charge.pool, ""] = []
    versions = {
        unit_id: {mark for unit, mark, *_ in groups if unit == unit_id} for unit_id, *_ in groups
    }
    for unit_id, of_unit in groupby(sorted(groups.items()), key=lambda item: item[0][0]):
        parts: list[tuple[Plan, Line, Part]] = []
        for (_, mark, pays, _, rate), group in of_unit:
            plan = plans.get(mark, facts.period.plan)
            told = [unit_id, rate, f"version {plan.version}" if len(versions[unit_id]) > 1 else ""]
            known = [each for each in group if each.amount is not None]
            quantity = sum(each.quantity for each in known)
            amount = sum(each.amount or 0 for each in known)
            line = Line(
                kinds.CREDITS_USED if pays == CREDITS else kinds.USAGE,
                unit_id,
                " · ".join(filter(None, told)),
                quantity,
                _unit_name(plan, unit_id),
                unpriced=len(group) - len(known),
            )
            found = charge_in_money(plan, unit_id) if pays == MONEY else None
            if pays == CREDITS:
                yield _with_credits(line, amount)
            elif found is not None:
                part = Part(found, Fraction(quantity, PICO), Fraction(amount, PICO))
                parts.append((plan, line, part))
            elif pays != MONEY:
                yield line
        if parts:
            yield from _charged(facts.period.plan, unit_id, parts, is_whole)


def _with_credits(line: Line, credits_used: int) -> Line:
    from msgspec.structs import replace

    return replace(line, credits=credits_used)


def _unit_name(plan: Plan, unit_id: str) -> str:
    try:
        unit = plan.unit(unit_id)
    except KeyError:
        return unit_id
    if unit.measure == IN_DOLLARS:
        return LISTED
    return unit.measure.replace(".", " ") if unit.measure else unit_id


def charge_in_money(plan: Plan, unit_id: str) -> Charge | None:
    """Return what a unit costs in money, None where that is nothing."""
    return next(
        (each for each in plan.charges if each.unit == unit_id and each.pay_with == MONEY), None
    )


def _charged(
    in_force: Plan, unit_id: str, parts: Sequence[tuple[Plan, Line, Part]], is_whole: bool
) -> Iterator[Line]:
    """Yield the lines of one unit in money; `in_force` is the version that the period goes by.

    Where that one does not charge the unit, the first that does tells the minimum, which is that of
    a whole period.
    """
    from msgspec.structs import replace

    earliest = min(parts, key=lambda part: part[0].effective_from)[2]
    terms = charge_in_money(in_force, unit_id) or earliest.charge
    found = period_money(terms, [part for _, _, part in parts], has_minimum=is_whole)
    for (plan, line, part), amount, is_cut in zip(parts, found.amounts, found.cuts, strict=True):
        note = "no more than the cap" if is_cut else ""
        yield money_line(plan, replace(line, note=note), amount, part.charge.rounding)
    if found.missing:
        line = Line(
            kinds.MINIMUM,
            unit_id,
            f"minimum of {terms.minimum_units.normalize():f}",
            round(found.missing * PICO),
            parts[0][1].unit_name,
        )
        yield money_line(in_force, line, found.minimum, terms.rounding)


def purchases(plan: Plan, facts: PeriodFacts, lots: dict[str, Lot]) -> Iterator[Line]:
    """Yield what was paid for lots of credits that were granted or bought in a period."""
    bought: dict[tuple[str, str], list[Lot]] = {}
    for each in facts.entries:
        lot = lots.get(each.lot)
        if each.kind == entry.GRANT and lot is not None and lot.cost:
            kind = kinds.TOPUP if lot.kind == TOPUP else kinds.PURCHASE
            bought.setdefault((kind, lot.family or lot.id), []).append(lot)
    for (kind, family), group in bought.items():
        line = Line(
            kind,
            family,
            family,
            len(group) * PICO,
            "lots",
            credits=sum(lot.amount for lot in group),
        )
        yield money_line(plan, line, Fraction(sum(lot.cost for lot in group), PICO))


def _overage(contract: Contract, facts: PeriodFacts) -> Iterator[Line]:
    """Yield what is due for credits beyond the lots, by the version in force at their use."""
    over: dict[tuple[str, str], int] = {}
    plans = {plan.mark: plan for plan in contract.plans}
    for each in facts.entries:
        if each.kind == entry.OVERAGE:
            plan = contract.plan_at(each.about) or facts.period.plan
            key = (plan.mark, each.pool)
            over[key] = over.get(key, 0) + each.amount
    for (mark, pool), amount in over.items():
        if not amount:
            continue
        plan = plans[mark]
        rate = overage_rate(plan, pool)
        line = Line(
            kinds.OVERAGE,
            pool or "overage",
            f"beyond {pool}" if pool else "beyond the credits",
            amount,
            "credits",
            credits=amount,
            unpriced=int(rate is None),
        )
        yield line if rate is None else money_line(plan, line, rate * Fraction(amount, PICO))


def _true_up(
    contract: Contract, period: BilledPeriod, lines: Sequence[Line], term: Term
) -> Iterator[Line]:
    """Yield what is missing from the money that the plan commits one to, where it is due now."""
    if period.plan.commit is not None and is_commit_due(contract, period):
        missing = term.missing(period, lines)
        if missing:
            line = Line(kinds.TRUE_UP, "commit", "up to the committed amount")
            yield money_line(period.plan, line, missing)


def _adjusted(facts: PeriodFacts) -> Iterator[Line]:
    """Yield what late facts change about closed periods, in credits: the money is in overage."""
    changed: dict[tuple[str, str, str], tuple[int, int]] = {}
    for billed, about in facts.corrections:
        if billed.pays == CREDITS:
            key = (billed.unit, billed.pool, about)
            quantity, amount = changed.get(key, (0, 0))
            changed[key] = quantity + billed.quantity, amount + (billed.amount or 0)
    for (unit, _, about), (quantity, amount) in changed.items():
        yield Line(
            kinds.CREDITS_USED, unit, f"{unit}, late", quantity, unit, credits=amount, about=about
        )


def _happened(facts: PeriodFacts, lots: dict[str, Lot]) -> Iterator[Line]:
    """Yield what was given, given back, refused, served at less, and what expired unused."""
    given = [
        each.amount
        for each in facts.entries
        if each.kind == entry.GRANT and _is_gift(lots.get(each.lot))
    ]
    if given:
        yield Line(kinds.GIFT, "gift", "for nothing", len(given) * PICO, "lots", sum(given))
    # What takes back a unit, or corrects a closed one, has a line of its own.
    told = {each.id for each in facts.billed} | {each.id for each, _ in facts.corrections}
    back = [each for each in facts.entries if each.kind == entry.REFUND and each.cause not in told]
    if back:
        count = len({each.cause for each in back}) * PICO
        amount = -sum(each.amount for each in back)
        yield Line(kinds.GIVEN_BACK, "given back", "by hand", count, "units", amount)
    for kind, what, name in (
        (entry.BLOCKED, kinds.BLOCKED, "refused: no credits left"),
        (entry.DEGRADED, kinds.DEGRADED, "served at less: no credits left"),
    ):
        amount = sum(each.amount for each in facts.entries if each.kind == kind)
        if amount:
            yield Line(what, kind, name, amount, "credits", credits=amount)
    for name, (limit, quantity) in sorted(facts.limited.items()):
        what = kinds.BLOCKED if limit.on_exceed == "block" else kinds.DEGRADED
        unit = _unit_name(facts.period.plan, limit.unit).replace("_", " ")
        yield Line(what, name, f"beyond {name}", quantity, unit, note=limit.on_exceed)
    lost, cost = _expired(facts, lots)
    if lost:
        worth = amount_words(Decimal(usd_text(cost)), facts.period.plan.currency)
        note = f"worth {worth}" if cost else ""
        yield Line(kinds.BREAKAGE, "expired", "expired unused", lost, "credits", lost, note=note)


def _is_gift(lot: Lot | None) -> bool:
    return lot is not None and lot.kind in (TOPUP, ADJUSTMENT) and not lot.cost


def _expired(facts: PeriodFacts, lots: dict[str, Lot]) -> tuple[int, int]:
    """Return the picocredits that expired and what they had cost, picounits of money."""
    lost, cost = 0, Fraction(0)
    for each in facts.entries:
        if each.kind == entry.EXPIRE:
            lost -= each.amount
            lot = lots.get(each.lot)
            first = lots.get(lot.origin, lot) if lot is not None else None
            if first is not None and first.cost:
                cost += Fraction(first.cost * -each.amount, first.amount)
    return lost, round(cost)


def _statement_rounding(plan: Plan, lines: Sequence[Line]) -> Iterator[Line]:
    total = Fraction(sum(line.money for line in lines), PICO)
    rest = minor_units(total, plan.currency) - total
    if rest:
        line = Line(kinds.ROUNDING, "rounding", "rounding of the total")
        yield money_line(plan, line, rest, Rounding(at="statement"))


def _sums(facts: PeriodFacts, lines: Sequence[Line], lots: dict[str, Lot]) -> PeriodSums:
    def money(*wanted: str) -> int:
        return sum(line.money for line in lines if line.kind in wanted)

    def moved(*wanted: str) -> int:
        return sum(each.amount for each in facts.entries if each.kind in wanted)

    units: dict[str, int] = {}
    counted = set()
    for billed in facts.billed:
        if billed.id not in counted:  # once, however many charges there are on it
            counted.add(billed.id)
            units[billed.unit] = units.get(billed.unit, 0) + billed.quantity
    lost, cost = _expired(facts, lots)
    fees, adjustments = money(kinds.FEE), money(kinds.ADJUSTMENT)
    total = sum(line.money for line in lines)
    return PeriodSums(
        fees=fees,
        usage=total - fees - adjustments,
        adjustments=adjustments,
        total=total,
        units=units,
        granted=moved(entry.GRANT),
        used=-moved(*_SPENT),
        over=moved(entry.OVERAGE),
        expired=lost,
        expired_cost=cost,
        voided=-moved(entry.VOID),
        blocked=moved(entry.BLOCKED),
        left=facts.left,
        unpriced=sum(line.unpriced for line in lines),
        reversals=sum(1 for billed in facts.billed if billed.reverses),
        owed=moved(entry.DEBT),
        grace=moved(entry.GRACE),
        degraded=moved(entry.DEGRADED),
    )
