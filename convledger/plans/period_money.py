"""What a unit comes to in a period: its minimum and its cap once, over all rates and versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter

from convledger.plans.charges import period_charge
from convledger.plans.schema import Charge


@dataclass(frozen=True, slots=True)
class Part:
    """What was counted at one rate under one version of a charge.

    `amount` is what its units cost one by one, in money: what a rate card goes by.
    """

    charge: Charge
    quantity: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class PeriodMoney:
    """The money of each part, and for what is `missing` from the minimum; before the last rounding.

    `cuts` says for each part whether the cap took something off.
    """

    amounts: tuple[Fraction, ...]
    cuts: tuple[bool, ...]
    missing: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)


def period_money(terms: Charge, parts: Sequence[Part], *, has_minimum: bool = True) -> PeriodMoney:
    """Return what the parts of one unit come to; those of one version stand side by side.

    `terms` is the charge of the version that the period goes by: the minimum is its own. Each
    version caps its part, and all together come to no more than the highest of their caps.
    """
    versions = [
        (charge, _uncapped(charge, own)) for charge, own in groupby(parts, key=attrgetter("charge"))
    ]
    exact = [amount for _, own in versions for amount in own]
    capped = [amount for charge, own in versions for amount in _within(charge.cap, own)]
    missing = minimum = Fraction(0)
    quantity = sum((part.quantity for part in parts), Fraction(0))
    if has_minimum and terms.minimum_units and quantity < Fraction(terms.minimum_units):
        missing = Fraction(terms.minimum_units) - quantity
        minimum = _up_to_minimum(terms, quantity, missing)
    caps = {part.charge.cap for part in parts} | {terms.cap}
    highest = max((cap for cap in caps if cap is not None), default=None)
    *amounts, minimum = _within(None if None in caps else highest, [*capped, minimum])
    cuts = tuple(amount < whole for amount, whole in zip(amounts, exact, strict=True))
    return PeriodMoney(tuple(amounts), cuts, missing, minimum)


def _uncapped(charge: Charge, parts: Iterable[Part]) -> list[Fraction]:
    if charge.model == "rate_card":
        return [part.amount for part in parts]
    bare = replace(charge, minimum_units=Decimal(0), cap=None)
    return [period_charge(bare, part.quantity).amount for part in parts]


def _within(cap: Decimal | None, amounts: Sequence[Fraction]) -> list[Fraction]:
    """Return amounts that come to no more than a cap, the last ones cut first."""
    if cap is None:
        return list(amounts)
    found, before, most = [], Fraction(0), Fraction(cap)
    for amount in amounts:
        found.append(min(before + amount, most) - min(before, most))
        before += amount
    return found


def _up_to_minimum(terms: Charge, quantity: Fraction, missing: Fraction) -> Fraction:
    if terms.model == "rate_card":
        return missing * (missing_price(terms) or 0)
    bare = replace(terms, minimum_units=Decimal(0), cap=None)
    least = period_charge(bare, quantity + missing).amount
    return least - period_charge(bare, quantity).amount


def missing_price(charge: Charge) -> Fraction | None:
    """Return the money for a unit that is missing from the minimum of a rate card.

    That is the price of its line for everything else, or the only one that it names; None where it
    names several and none for everything else.
    """
    rest = [card.amount for card in charge.cards if not card.match]
    prices = rest or sorted({card.amount for card in charge.cards})
    return Fraction(prices[0]) / Fraction(charge.per) if len(prices) == 1 else None
