"""Every fact of a plan as a name and words, so that two versions can be laid side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import tzinfo
from decimal import Decimal
from functools import partial
from typing import Any

from convledger.clock import to_datetime
from convledger.plans.lengths import elapsed_words, length_words
from convledger.plans.schema import (
    Alternative,
    Charge,
    Grant,
    Length,
    Plan,
    Split,
    Where,
)
from convledger.plans.words import (
    amount_words,
    charge_words,
    fee_words,
    grant_words,
    limit_words,
    number_words,
    paid_words,
    rule_words,
    tier_words,
    topup_words,
)
from convledger.zones import zone_of

NOTHING = "none"
_MONEY = {
    *("Fee.amount", "Topup.price", "Overage.price", "Commit.minimum_amount", "AlertRule.budget"),
    *("Vendor.revenue", "Vendor.other_cogs", "Grant.cost_basis"),
}
_TIMES = {
    *("Unit.timeout", "Unit.duration", "Unit.grace", "Unit.skew", "Unit.settle_after"),
    *("Unit.release_after", "Limit.duration"),
}
_INSTANTS = {"effective_from", "effective_to"}
_SHARES = {"Vendor.gross_margin", "Grant.rollover_share"}
_NAMES = {"zone_name": "time zone", "cap": "most", "up_to": "up to", "id": "name in the plan"}

Facts = dict[str, str]


class Block:
    """One record of a plan with a name: all its facts, and how one line sums it up."""

    def __init__(self, facts: Facts, sum_up: Callable[[], str]) -> None:
        self.facts = facts
        self.words = sum_up


def blocks_of(plan: Plan) -> dict[str, Block]:
    """Return a plan's blocks by name: "" for its head, "fee base", "unit conversation" ..."""
    zone, _ = zone_of(plan.zone_name)
    tell = _Teller(plan.currency, zone)
    head: Facts = {}
    for field in fields(plan):
        value = getattr(plan, field.name)
        if not isinstance(value, tuple) and field.name not in (*_BLOCKS, "digest"):
            head[_name(field.name)] = tell.words(plan, field.name, value)
    blocks = {"": Block(head, lambda: plan.name)}
    for name in _BLOCKS:
        value = getattr(plan, name)
        if value is not None:
            facts = dict(tell.facts(value))
            blocks[name] = Block(facts, partial(_listed, facts))
    for what, records, sum_up in _lists(plan):
        for record in records:
            label = _unused(f"{what} {_identity(record)}".strip(), blocks)
            blocks[label] = Block(dict(tell.facts(record)), partial(sum_up, record))
    return blocks


_BLOCKS = ("period", "overage", "commit", "vendor")


def _lists(plan: Plan) -> list[tuple[str, tuple[Any, ...], Callable[[Any], str]]]:
    """Return each list of a plan with its name and how one of its records is summed up."""
    money, span = plan.currency, "period"
    return [
        ("fee", plan.fees, lambda each: fee_words(each, money, span)),
        ("unit", plan.units, rule_words),
        ("charge", plan.charges, lambda each: charge_words(each, money)),
        ("grant", plan.grants, lambda each: grant_words(each, span)),
        ("top-up", plan.topups, lambda each: topup_words(each, money)),
        ("limit", plan.limits, lambda each: limit_words(each, plan)),
        ("alert", plan.alerts, lambda each: f"at {_joined(each.at)} %"),
        ("alternative", plan.alternatives, lambda each: rule_words(each.unit)),
    ]


def _listed(facts: Facts) -> str:
    return "; ".join(f"{name} {said}" for name, said in facts.items() if said != NOTHING)


def _identity(record: Any) -> str:
    """Return what tells a record from its like, and stays when its terms change."""
    if isinstance(record, Charge):
        return f"{record.unit} in {record.pay_with}" + (f" of {record.pool}" * bool(record.pool))
    named = getattr(record, "id", "")
    return named or f"on {record.on}" + (f" {record.limit}" * bool(record.limit))


def _unused(label: str, blocks: Mapping[str, Block]) -> str:
    number = 2
    free = label
    while free in blocks:
        free, number = f"{label} ({number})", number + 1
    return free


class _Teller:
    """Puts the fields of records into words, in one currency and zone."""

    def __init__(self, currency: str, zone: tzinfo) -> None:
        self._currency = currency
        self._zone = zone

    def facts(self, record: Any, charge: Charge | None = None) -> Iterator[tuple[str, str]]:
        """Yield every field of a record, and of the records within it, by name."""
        charge = record if isinstance(record, Charge) else charge
        for field in fields(record):
            value = getattr(record, field.name)
            if isinstance(record, Charge) and field.name == "tiers":
                for number, tier in enumerate(record.tiers, 1):
                    yield f"tier {number}", tier_words(tier, record, self._currency)
            elif isinstance(record, Charge) and field.name == "cards":
                yield from self._cards(record)
            elif field.name == "ladder":
                for number, step in enumerate(value, 1):
                    yield f"step {number}", f"at {step.at} %: {step.action} {step.to}".rstrip()
            elif isinstance(record, Alternative) and field.name in ("unit", "charge"):
                yield from ((f"{field.name} {name}", said) for name, said in self.facts(value))
            elif isinstance(value, Where):
                yield from self._conditions(field.name, value)
            elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Length):
                yield from (
                    (f"{_name(field.name)} {name}", said) for name, said in self.facts(value)
                )
            else:
                yield _name(field.name), self.words(record, field.name, value, charge)

    def words(self, record: Any, name: str, value: Any, charge: Charge | None = None) -> str:
        """Return the value of a field for people; what differs is worded differently."""
        field = f"{type(record).__name__}.{name}"
        if isinstance(record, Grant) and name == "rollover_max" and value is None:
            return "all"
        if value is None or value == "" or value == ():
            return NOTHING
        if name in _INSTANTS:
            return self._instant(value)
        if field in _TIMES or (isinstance(record, Split) and name == "size"):
            is_time = field in _TIMES or record.by == "duration"
            return elapsed_words(value) if is_time else f"{value:,}"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Decimal):
            return self._number(field, value, charge)
        if isinstance(value, Length):
            return length_words(value)
        return _joined(value) if isinstance(value, tuple) else str(value)

    def _number(self, field: str, value: Decimal, charge: Charge | None) -> str:
        if field in _MONEY:
            return amount_words(value, self._currency)
        if field in _SHARES:
            return f"{number_words(value * 100)} %"
        if field in ("Charge.amount", "Charge.cap") and charge is not None:
            return paid_words(value, charge, self._currency)
        return number_words(value)

    def _cards(self, charge: Charge) -> Iterator[tuple[str, str]]:
        """Yield the lines of a rate card by what they fit, and in which order they are tried."""
        matches = [_match(card.match) for card in charge.cards]
        for match, card in zip(matches, charge.cards, strict=True):
            yield f"rate for {match}", paid_words(card.amount, charge, self._currency)
        yield "order of rates", "; ".join(matches) or NOTHING

    def _conditions(self, name: str, where: Where) -> Iterator[tuple[str, str]]:
        for field in fields(where):
            value = getattr(where, field.name)
            if field.name == "attributes":
                yield name, _match(value)
            else:
                label = f"{name} {field.name.replace('_', ' ')}"
                yield label, self.words(where, field.name, value)

    def _instant(self, at: int) -> str:
        """Return an instant in the plan's zone: a date at midnight, a date with its time else."""
        moment = to_datetime(at).astimezone(self._zone).replace(tzinfo=None)
        text = moment.isoformat(sep=" ")
        return text.removesuffix(" 00:00:00").removesuffix(":00")


def _match(patterns: Mapping[str, tuple[str, ...]]) -> str:
    said = [f"{key} {' or '.join(values)}" for key, values in sorted(patterns.items())]
    return ", ".join(said) or "everything"


def _joined(values: tuple[Any, ...]) -> str:
    return ", ".join(str(value) for value in values)


def _name(field: str) -> str:
    return _NAMES.get(field, field.replace("_", " "))
