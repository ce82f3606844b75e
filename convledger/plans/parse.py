"""A plan document as a Plan, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple, TypeVar

from convledger.errors import ConfigError, UsageProblem
from convledger.plans.checks import contradictions
from convledger.plans.currencies import CURRENCIES
from convledger.plans.parse_charges import CHARGE_KEYS, charge_of
from convledger.plans.parse_credits import (
    GRANT_KEYS,
    OVERAGE_KEYS,
    TOPUP_KEYS,
    grant_of,
    overage_of,
    topup_of,
)
from convledger.plans.parse_rules import (
    ALERT_KEYS,
    COMMIT_KEYS,
    FEE_KEYS,
    LIMIT_KEYS,
    PERIOD_KEYS,
    VENDOR_KEYS,
    alert_of,
    commit_of,
    fee_of,
    limit_of,
    period_of,
    vendor_of,
)
from convledger.plans.parse_units import UNIT_KEYS, unit_of
from convledger.plans.plan_table import PlanTable
from convledger.plans.reading import Document, PlanMistake, TooManyMistakes, meant
from convledger.plans.schema import Alternative, Charge, Period, Plan, Unit
from convledger.toml_tables import shown
from convledger.zones import zone_of

SCHEMA = 1
TOP_KEYS = (
    *("schema", "id", "name", "version", "currency", "timezone"),
    *("effective_from", "effective_to", "source", "checked", "note"),
)
BLOCK_KEYS = {
    "period": PERIOD_KEYS,
    "fee": FEE_KEYS,
    "unit": UNIT_KEYS,
    "charge": CHARGE_KEYS,
    "grant": GRANT_KEYS,
    "topup": TOPUP_KEYS,
    "overage": OVERAGE_KEYS,
    "limit": LIMIT_KEYS,
    "commit": COMMIT_KEYS,
    "alert": ALERT_KEYS,
    "vendor": VENDOR_KEYS,
    "alternative": ("id", "unit", "charge"),
}
SINGLE = ("period", "overage", "commit", "vendor")
_NOTE = "note"  # any block may have one

Record = TypeVar("Record")


class Reading(NamedTuple):
    """What a text says: the plan as far as it could be read, and the mistakes by line.

    The plan may be used only where there is no mistake; it is None where the text is no TOML.
    """

    plan: Plan | None
    mistakes: tuple[PlanMistake, ...]


def parse_plan(text: str, file_name: str = "plan.toml") -> Plan:
    """Return the plan that a text describes, or raise a ConfigError for the first mistake."""
    plan, mistakes = read_plan(text, file_name)
    for mistake in mistakes:
        raise mistake
    assert plan is not None
    return plan


def plan_problems(text: str, file_name: str = "plan.toml") -> list[ConfigError]:
    """Return every mistake in a text in the order of its lines, none for a plan that holds."""
    return list(read_plan(text, file_name).mistakes)


def read_plan(text: str, file_name: str = "plan.toml") -> Reading:
    """Return a text's plan with every mistake in it, a hundred at most."""
    document = Document(text, file_name)
    plan = None
    try:
        plan = _plan(PlanTable(document, "", document.values()), text)
        broken = {_block(mistake) for mistake in document.mistakes}
        for mistake in contradictions(plan, document.problem):
            if _block(mistake) not in broken:  # of a block half read nobody knows what it means
                document.keep(mistake)
    except PlanMistake as mistake:
        return Reading(None, (mistake,))
    except TooManyMistakes:
        plan = None
    return Reading(plan, tuple(sorted(document.mistakes, key=lambda each: each.line or 0)))


def _block(mistake: PlanMistake) -> tuple[str, ...]:
    """Return the path of the block that a mistake is in, () for the top of the plan."""
    return mistake.path[: 1 if mistake.path[:1] and mistake.path[0] in SINGLE else 2]


def _plan(top: PlanTable, text: str) -> Plan:
    top.only((*TOP_KEYS, *BLOCK_KEYS), _belongs("", ()))
    if "schema" not in top or top.number("schema", 1, 10**6) != SCHEMA:
        missing = "is missing" if "schema" not in top else "is not known here"
        top.complain("schema", f"{missing}; write schema = {SCHEMA}")
    zone, zone_name = _zone(top)
    effective_from = top.instant("effective_from", zone)
    if "effective_from" not in top:
        top.complain("effective_from", "is missing: a date without quotes, like 2026-11-01")
    head: dict[str, Any] = {
        "id": top.id_of("id"),
        "name": top.name_of("name"),
        "version": _version(top),
        "currency": _currency(top),
        "source": top.name_of("source", ""),
        "checked": _checked(top),
        "note": top.name_of("note", ""),
        "effective_to": top.instant("effective_to", zone),
    }
    return Plan(
        **head,
        zone_name=zone_name,
        effective_from=effective_from or 0,
        period=_one(top, "period", period_of) or Period(),
        fees=_each(top, "fee", fee_of),
        units=_each(top, "unit", unit_of),
        charges=_each(top, "charge", charge_of),
        grants=_each(top, "grant", lambda row: grant_of(row, zone)),
        topups=_each(top, "topup", topup_of),
        overage=_one(top, "overage", overage_of),
        limits=_each(top, "limit", limit_of),
        commit=_one(top, "commit", commit_of),
        alerts=_each(top, "alert", alert_of),
        vendor=_one(top, "vendor", vendor_of),
        alternatives=_each(top, "alternative", _alternative),
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _each(top: PlanTable, block: str, read: Callable[[PlanTable], Record]) -> tuple[Record, ...]:
    """Return the records of all blocks of one kind."""
    records = []
    for row in top.rows(block):
        _know(row, block)
        records.append(read(row))
    return tuple(records)


def _one(top: PlanTable, block: str, read: Callable[[PlanTable], Record]) -> Record | None:
    """Return the record of a block that a plan has once, None where it has none."""
    table = _single(top, block)
    return read(table) if table is not None else None


def _single(top: PlanTable, block: str) -> PlanTable | None:
    if block not in top:
        return None
    if not isinstance(top.value(block), dict):
        top.complain(block, f"must be written once, as [{block}]")
        return None
    table = top.within(block, f"[{block}]")
    _know(table, block)
    return table


def _know(table: PlanTable, block: str) -> None:
    """Note the keys that a block does not know."""
    keys = BLOCK_KEYS[block]
    table.only((*keys, _NOTE), _belongs(block, keys))
    if _NOTE in table:
        table.name_of(_NOTE)


def _belongs(block: str, keys: tuple[str, ...]) -> Callable[[str], str]:
    """Return what to say of a key that only other blocks know."""

    def say(key: str) -> str:
        owners = [name for name, known in BLOCK_KEYS.items() if key in known]
        if not owners:
            if keys and key in TOP_KEYS:
                return "belongs at the top of the plan, before all blocks"
            return ""
        names = [f"[{name}]" if name in SINGLE else f"[[{name}]]" for name in owners]
        here = (
            f"is no key of {_article(block)} {block}" if block else "is no key of the plan itself"
        )
        return f"{here}; it belongs to {' or '.join(names)}"

    return say


def _article(word: str) -> str:
    return "an" if word[0] in "aeio" else "a"


def _alternative(table: PlanTable) -> Alternative:
    """Return another unit of the same vendor with its charge."""
    unit = table.within("unit", 'unit = { id = "...", count = "..." }')
    charge = table.within("charge", 'charge = { unit = "...", price = "..." }')
    for key, inside in (("unit", unit), ("charge", charge)):
        if key not in table:
            table.complain(key, "is missing")
        _know(inside, key)
    return Alternative(
        id=table.id_of("id"),
        unit=unit_of(unit) if "unit" in table else Unit(id="", count="window"),
        charge=charge_of(charge) if "charge" in table else Charge(unit=""),
    )


def _zone(top: PlanTable) -> tuple[tzinfo, str]:
    """Return the zone that a plan names; the machine's own would not be the same everywhere."""
    name = top.name_of("timezone")
    if not name:
        return UTC, "UTC"
    if name.lower() in ("local", "localtime"):
        top.complain("timezone", "must be named, so that the plan means the same everywhere")
        return UTC, "UTC"
    try:
        return zone_of(name)
    except UsageProblem:
        from zoneinfo import available_timezones

        near = meant(name, sorted(available_timezones()))
        hint = near or '; names are like "Europe/Berlin" or "UTC"'
        top.complain("timezone", f"is no time zone: {shown(name)}{hint}")
        return UTC, "UTC"


def _currency(top: PlanTable) -> str:
    code = top.name_of("currency")
    if code and code not in CURRENCIES:
        swapped = [each for each in sorted(CURRENCIES) if sorted(each) == sorted(code.upper())]
        near = (
            meant(code, swapped or sorted(CURRENCIES))
            or '; write three letters of ISO 4217, like "USD"'
        )
        top.complain("currency", f"is no currency: {shown(code)}{near}")
    return code


def _version(top: PlanTable) -> str:
    value = top.value("version")
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**9:
        top.complain("version", f'must be a text in quotes: version = "{value}"')
        return ""
    return top.name_of("version")


def _checked(top: PlanTable) -> str:
    """Return the date on which somebody last compared the document with its source."""
    value = top.value("checked")
    if value is None:
        return ""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        top.complain("checked", "must be a date without quotes, like 2026-11-20")
        return ""
