"""The [[charge]] blocks of a plan: what a unit costs, in money or in credits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from convledger.plans.parse_where import patterns_of
from convledger.plans.plan_table import PlanTable
from convledger.plans.schema import Card, Charge, Rounding, Tier

MODELS = ("per_unit", "package", "graduated", "volume", "rate_card", "pass_through")
MODES = ("half_even", "half_up", "up", "down")
MOST_MARKUP = 1000
PAYS = {"money": "price", "credits": "credits"}

_ALWAYS = ("unit", "pay_with", "model", "minimum_units", "cap", "round", "pool")
_OF_MODEL = {
    "per_unit": ("price", "credits", "per"),
    "package": ("price", "credits", "package_size"),
    "graduated": ("tiers",),
    "volume": ("tiers",),
    "rate_card": ("rate_card", "per"),
    "pass_through": ("markup", "credits_per_usd"),
}
CHARGE_KEYS = (*_ALWAYS, *dict.fromkeys(key for keys in _OF_MODEL.values() for key in keys))
_ZERO, _ONE = Decimal(0), Decimal(1)


def charge_of(table: PlanTable) -> Charge:
    """Return the charge that a table describes."""
    model = table.word("model", MODELS, "per_unit")
    pays_credits = ("credits" in table or "credits_per_usd" in table) and "price" not in table
    paid = table.word("pay_with", tuple(PAYS), "credits" if pays_credits else "money")
    _complain_of_strays(table, model, paid)
    return Charge(
        unit=table.id_of("unit"),
        pay_with=paid,
        model=model,
        amount=_paid(table, paid) if "price" in _OF_MODEL[model] else _ZERO,
        per=table.amount("per", _ONE, above_zero=True),
        tiers=_tiers_of(table, model, paid),
        package_size=_package_size(table, model),
        cards=_cards_of(table, model, paid),
        markup=markup_of(table),
        credits_per_usd=table.amount("credits_per_usd", _ONE, above_zero=True),
        minimum_units=table.amount("minimum_units", _ZERO),
        cap=table.amount("cap", above_zero=True) if "cap" in table else None,
        rounding=_rounding_of(table),
        pool=table.id_of("pool", ""),
    )


def markup_of(table: PlanTable) -> Decimal:
    """Return the factor on a passed-on price."""
    markup = table.amount("markup", _ONE, above_zero=True)
    if markup > MOST_MARKUP:
        table.complain("markup", f"is a factor like 1.20 for 20 % more, {MOST_MARKUP} at most")
    return markup


def _complain_of_strays(table: PlanTable, model: str, paid: str) -> None:
    """Note keys that say nothing for this model or way to pay."""
    other = {"money": "credits", "credits": "price"}[paid]
    for key in table.given:
        if key not in CHARGE_KEYS or key in _ALWAYS:
            continue
        if key not in _OF_MODEL[model]:
            models = " or ".join(f'"{name}"' for name, keys in _OF_MODEL.items() if key in keys)
            table.complain(key, f'belongs to model = {models}; this charge has "{model}"')
        elif key == other or (key == "credits_per_usd" and paid == "money"):
            table.complain(key, f'does not go with pay_with = "{paid}"')


def _paid(table: PlanTable, paid: str) -> Decimal:
    """Return the price in money or credits of a charge, tier or line."""
    return table.amount(PAYS[paid])


def _package_size(table: PlanTable, model: str) -> Decimal:
    is_needed = model == "package"
    return table.amount("package_size", None if is_needed else _ONE, above_zero=True)


def _rows_for(table: PlanTable, key: str, is_needed: bool) -> list[PlanTable]:
    """Return the lines of a table that its model may need."""
    rows = table.rows(key) if key in table else []
    if is_needed and not rows and table.value(key) in (None, []):
        table.complain(key, "is missing" if key not in table else "has no line")
    return rows


def _tiers_of(table: PlanTable, model: str, paid: str) -> tuple[Tier, ...]:
    """Return the tiers, the last one open."""
    tiers = []
    for row in _rows_for(table, "tiers", model in ("graduated", "volume")):
        row.only(("up_to", PAYS[paid], "flat"), _other_way(paid))
        is_open = row.value("up_to") in (None, "inf", "infinity", float("inf"))
        up_to = None if is_open else row.amount("up_to", above_zero=True)
        tiers.append(Tier(up_to=up_to, price=_paid(row, paid), flat=row.amount("flat", _ZERO)))
    return tuple(tiers)


def _cards_of(table: PlanTable, model: str, paid: str) -> tuple[Card, ...]:
    """Return the lines of a rate card, of which the first that fits holds."""
    cards = []
    for row in _rows_for(table, "rate_card", model == "rate_card"):
        row.only(("match", PAYS[paid]), _other_way(paid))
        if "match" not in row:
            row.complain("match", "is missing; write match = {} for everything else")
        match = patterns_of(row.within("match", '{ model = "gpt-*" }'))
        cards.append(Card(match=match, amount=_paid(row, paid)))
    return tuple(cards)


def _other_way(paid: str) -> Callable[[str], str]:
    """Return what to say about an amount of the other kind."""
    other = next(key for way, key in PAYS.items() if way != paid)

    def say(key: str) -> str:
        return f'does not go with pay_with = "{paid}"' if key == other else ""

    return say


def _rounding_of(table: PlanTable) -> Rounding:
    """Return how amounts are rounded: exactly, unless a document says otherwise."""
    if "round" not in table:
        return Rounding()
    inside = table.within("round", 'round = { mode = "half_up", to = "0.01" }')
    inside.only(("mode", "to", "at"))
    default = Rounding()
    return Rounding(
        mode=inside.word("mode", MODES, default.mode),
        to=inside.amount("to", default.to, above_zero=True),
        at=inside.word("at", ("line", "statement"), default.at),
    )
