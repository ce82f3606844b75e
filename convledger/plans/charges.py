"""What counted units cost: a period's quantity by tiers, one event by its rate, and rounding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from convledger.money import PICO
from convledger.plans.counted import BillableUnit
from convledger.plans.currencies import minor_places
from convledger.plans.events import NOTHING
from convledger.plans.schema import Card, Charge, Rounding, Tier
from convledger.plans.where import Patterns

# ISO 4217: most currencies have two places behind the point, these do not.
_EXACT = Rounding()
_NAMES = ("name", "action", "feature", "outcome", "event", "tool")


@dataclass(frozen=True, slots=True)
class TierLine:
    """The units of a quantity that one price applies to, and what they cost with the tier's flat.

    `since` is the quantity the tier begins above, `up_to` None where it has no end.
    """

    since: Fraction
    up_to: Fraction | None
    units: Fraction
    price: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Priced:
    """A period's quantity and its price, in money or credits as the charge pays.

    `billable` is what is paid for, the minimum and whole `packages` among it; the lines add up to
    `amount` and what the cap took off, `cut`, before rounding.
    """

    billable: Fraction
    amount: Fraction
    lines: tuple[TierLine, ...]
    cut: Fraction = Fraction(0)
    packages: int = 0


def period_charge(charge: Charge, quantity: Fraction) -> Priced:
    """Return what a period's quantity costs; "pass_through" takes it in dollars.

    ValueError for a rate card: its units are priced one by one.
    """
    billable, packages = quantity, 0
    if charge.minimum_units:
        billable = max(quantity, Fraction(charge.minimum_units))
    if charge.model == "graduated":
        lines = _graduated(charge, billable)
    elif charge.model == "volume":
        lines = _volume(charge, billable)
    elif charge.model == "package":
        size = Fraction(charge.package_size)
        packages = ceil(billable / size)
        billable = packages * size
        lines = _at_one_price(billable, Fraction(charge.amount) / Fraction(charge.per) / size)
    else:
        price = unit_amount(charge) if charge.model != "rate_card" else None
        if price is None:
            raise ValueError("a rate card prices units one by one")
        lines = _at_one_price(billable, price)
    exact = sum((line.amount for line in lines), Fraction(0))
    amount = capped(charge, exact)
    cut = exact - amount
    if charge.rounding.at == "line":
        amount = rounded(amount, charge.rounding)
    return Priced(billable, amount, lines, cut, packages)


def capped(charge: Charge, amount: Fraction) -> Fraction:
    """Return a period's amount, no higher than the charge's cap."""
    return amount if charge.cap is None else min(amount, Fraction(charge.cap))


def _at_one_price(units: Fraction, price: Fraction) -> tuple[TierLine, ...]:
    return (TierLine(Fraction(0), None, units, price, units * price),)


def _graduated(charge: Charge, quantity: Fraction) -> tuple[TierLine, ...]:
    """Price each part of a quantity in its own tier; reversals beyond it go by the first."""
    lines = []
    since = Fraction(0)
    for tier in charge.tiers:
        end = _end(charge, tier)
        units = quantity - since if end is None else min(quantity, end) - since
        lines.append(_line(charge, tier, since, units))
        if end is None or quantity <= end:
            break
        since = end
    return tuple(lines)


def _volume(charge: Charge, quantity: Fraction) -> tuple[TierLine, ...]:
    """Price the whole quantity in the tier that it reaches."""
    since = Fraction(0)
    for tier in charge.tiers:
        end = _end(charge, tier)
        if end is None or quantity <= end:
            return (_line(charge, tier, since, quantity),)
        since = end
    return ()


def _end(charge: Charge, tier: Tier) -> Fraction | None:
    """Return where a tier ends; the last one has no end whatever it says."""
    return None if tier.up_to is None or tier is charge.tiers[-1] else Fraction(tier.up_to)


def _line(charge: Charge, tier: Tier, since: Fraction, units: Fraction) -> TierLine:
    price = Fraction(tier.price) / Fraction(charge.per)
    flat = Fraction(tier.flat) if units > 0 else 0
    return TierLine(since, _end(charge, tier), units, price, units * price + flat)


def unit_amount(
    charge: Charge, *, model: str = "", attributes: Mapping[str, str] = NOTHING
) -> Fraction | None:
    """Return the money or credits of one unit ("pass_through": of one dollar).

    None where no line of the rate card fits: unpriced. ValueError for tiers and packages, whose
    price a unit alone does not have.
    """
    if charge.model == "pass_through":
        markup = Fraction(charge.markup)
        return markup * Fraction(charge.credits_per_usd) if charge.pay_with == "credits" else markup
    if charge.model == "per_unit":
        return Fraction(charge.amount) / Fraction(charge.per)
    if charge.model == "rate_card":
        card = card_for(charge, model=model, attributes=attributes)
        return None if card is None else Fraction(card.amount) / Fraction(charge.per)
    raise ValueError(f"{charge.model} prices the quantity of a period, not one unit")


def card_for(
    charge: Charge, *, model: str = "", attributes: Mapping[str, str] = NOTHING
) -> Card | None:
    """Return the first line of a rate card that fits, or None."""
    for card in charge.cards:
        if all(
            Patterns(patterns).fit(model if name == "model" else attributes.get(name, ""))
            for name, patterns in card.match.items()
        ):
            return card
    return None


class EventPrice:
    """Prices events one after another in whole picounits, rounded once each.

    Rates are kept by model and by the attributes that the rate card asks for.
    """

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self._asked = tuple(sorted({name for card in charge.cards for name in card.match}))
        self._asks_model_only = self._asked in {(), ("model",)}
        self._rates: dict[object, tuple[int, int] | None] = {}
        is_fine = charge.rounding == _EXACT or charge.rounding.at != "line"
        self._rounding: Rounding | None = None if is_fine else charge.rounding

    def __call__(
        self, quantity: int | None, model: str = "", attributes: Mapping[str, str] = NOTHING
    ) -> int | None:
        """Return what `quantity` units cost ("pass_through": picodollars); None is unpriced."""
        if quantity is None:
            return None
        key: object = model
        if not self._asks_model_only:
            key = (model, *[attributes.get(name) for name in self._asked])
        try:
            rate = self._rates[key]
        except KeyError:
            rate = self._rates[key] = self._rate(model, attributes)
        return None if rate is None else self._amount(quantity, rate)

    def of_unit(self, unit: BillableUnit) -> int | None:
        """Return what a counted unit costs by what is known of it and of its thread."""
        if self._asks_model_only:
            return self(unit.quantity, unit.model)
        return self(unit.quantity, unit.model, {name: _told(unit, name) for name in self._asked})

    def _amount(self, quantity: int, rate: tuple[int, int]) -> int:
        numerator, denominator = rate
        if self._rounding is not None:
            exact = Fraction(quantity * numerator, denominator * PICO)
            return int(rounded(exact, self._rounding) * PICO)
        if denominator == 1:
            return quantity * numerator
        whole, rest = divmod(quantity * numerator, denominator)
        is_nearer = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
        return whole + is_nearer

    def _rate(self, model: str, attributes: Mapping[str, str]) -> tuple[int, int] | None:
        amount = unit_amount(self._charge, model=model, attributes=attributes)
        if amount is None:
            return None
        # What passes through is in picodollars already.
        scale = 1 if self._charge.model == "pass_through" else PICO
        return (amount * scale).as_integer_ratio()


def _told(unit: BillableUnit, name: str) -> str:
    """Return what a unit says under the name that a rate card asks for."""
    thread = unit.thread
    if name in thread.attributes:
        return thread.attributes[name]
    told = {"channel": thread.channel, "kind": thread.kind, "client": thread.client}
    told |= {"user": thread.user, "model": unit.model}
    # What it is called is the action, the feature or the outcome that was counted.
    return told.get(name, unit.name if name in _NAMES else "")


def rounded(amount: Fraction, rounding: Rounding) -> Fraction:
    """Return an amount as a multiple of the rounding's step, up and down meaning from and to 0."""
    step = Fraction(rounding.to)
    return _MODES[rounding.mode](abs(amount) / step) * step * (-1 if amount < 0 else 1)


def _half_up(steps: Fraction) -> int:
    return floor(steps + Fraction(1, 2))


_MODES: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "half_up": _half_up,
    "up": ceil,
    "down": floor,
}


def minor_count(amount: Fraction, currency: str) -> int:
    """Return an amount of money in the currency's minor units (cents), rounded half to even."""
    return round(amount * _minors(currency))


def minor_units(amount: Fraction, currency: str) -> Fraction:
    """Return an amount of money rounded half to even to the currency's minor unit."""
    return Fraction(minor_count(amount, currency), _minors(currency))


def _minors(currency: str) -> int:
    """Return how many minor units make one of a currency."""
    return int(10 ** minor_places(currency))
