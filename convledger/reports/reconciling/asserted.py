"""What a person asserts of invoices in assertions.toml, beside what the ledger says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from convledger.errors import ConfigError, UsageProblem
from convledger.money import PICO
from convledger.reports.reconciling.balances import DOLLARS, TOKENS, Balance, balance
from convledger.reports.reconciling.findings import amount_words, days_words
from convledger.reports.reconciling.names import ModelNames
from convledger.store.assertions import Assertion
from convledger.store.findings import Finding
from convledger.toml_files import open_table, read_text
from convledger.toml_tables import Table, nearest, shown
from convledger.zones import zone_of

FILE = "assertions.toml"
KEYS = ("month", "day", "since", "until", "source", "model", "total", "tokens", "zone", "note")
MOST, LONGEST_DAYS = 1000, 3660
_LARGEST = 10**15  # dollars
_TOTAL = re.compile(r"\$?(-?[0-9]+(?:\.[0-9]+)?)(?:\s*(?:±|\+-|\+/-)\s*\$?([0-9]+(?:\.[0-9]+)?))?")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def assertion_findings(
    connection: sqlite3.Connection,
    names: ModelNames,
    workspace: Path,
    sources: Collection[str],
) -> list[Finding]:
    """Return the assertions of a workspace that do not hold, or what is wrong with their file.

    `sources` are the names of all sources that there are.
    """
    path = workspace / FILE
    try:
        asserted = list(read_assertions(path, names, sources))
    except ConfigError as error:
        return [Finding("assertions", str(error), "mend it; `convledger help check` says how")]
    found = [balance(connection, names, each) for each in asserted]
    return [_finding(number, each) for number, each in enumerate(found, 1) if not each.holds]


def read_assertions(path: Path, names: ModelNames, sources: Collection[str]) -> Iterator[Assertion]:
    """Yield what a file asserts, nothing where there is none. Raises ConfigError."""
    text = read_text(path, str(path))
    if text is None:
        return
    top = open_table(text, str(path))
    top.allow_only(("assert",))
    tables = top.tables("assert")
    if len(tables) > MOST:
        raise top.problem("assert", f"is there {len(tables):,} times; {MOST:,} is the most")
    for table in tables:
        yield _assertion(table, names, sources)


def _assertion(table: Table, names: ModelNames, sources: Collection[str]) -> Assertion:
    table.allow_only(KEYS)
    since, until = _days(table)
    if ("total" in table) == ("tokens" in table):
        raise table.problem("total", 'is missing, like "123.45 ± 0.01", or tokens = 1000000')
    if "tokens" in table:
        amount, tolerance = table.whole("tokens", 0, 10**18) * PICO, 0
    else:
        amount, tolerance = _total(table)
    zone = table.text("zone") if "zone" in table else "UTC"
    try:
        zone_of(zone)
    except UsageProblem as error:
        raise table.problem("zone", f"is no time zone: {error}") from error
    made = Assertion(
        since=since,
        until=until,
        amount=amount,
        currency=TOKENS if "tokens" in table else DOLLARS,
        tolerance=tolerance,
        zone=zone,
        note=table.text("note") if "note" in table else "",
    )
    return replace(made, scope=_scope(table, names, sources))


def _scope(table: Table, names: ModelNames, sources: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return which calls it is about: those of sources, or of providers by their names."""
    scope: dict[str, tuple[str, ...]] = {}
    if "model" in table:
        scope["model"] = _names_in(table, "model")
    for name in _names_in(table, "source") if "source" in table else ():
        kind, known = ("source", name) if name in sources else ("seller", names.seller(name))
        if not known:
            meant = nearest(name, sources)
            complaint = f"is no source and no provider: {shown(name)}; did you mean {meant}?"
            raise table.problem("source", complaint)
        scope[kind] = (*scope.get(kind, ()), known)
    if len(scope.keys() & {"source", "seller"}) == 2:
        raise table.problem("source", "must name sources or providers, not both")
    return scope


def _names_in(table: Table, key: str) -> tuple[str, ...]:
    value = table.value(key)
    if isinstance(value, str):
        return (table.text(key),)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise table.problem(key, "must be a name in quotes, or a list of them")
    return tuple(value)


def _days(table: Table) -> tuple[date, date]:
    """Return the first day and the one behind the last."""
    named = [key for key in ("month", "day", "since") if key in table]
    if len(named) != 1 or ("until" in table and named != ["since"]):
        raise table.problem(
            "month", 'is missing, like "2026-10"; or a day, or since and until, both included'
        )
    if named == ["month"]:
        match = _MONTH.fullmatch(table.text("month"))
        if match is None or not 1970 <= int(match[1]) <= 9998:
            raise table.problem("month", 'must be a month, like "2026-10"')
        first = date(int(match[1]), int(match[2]), 1)
        return first, (first + timedelta(days=31)).replace(day=1)
    first = _day(table, named[0])
    last = _day(table, "until") if "until" in table else first
    if named == ["since"] and "until" not in table:
        raise table.problem("until", "is missing: the last day, which is included")
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise table.problem("until", f"must be a day from {first} on, at most ten years later")
    return first, last + timedelta(days=1)


def _day(table: Table, key: str) -> date:
    value = table.value(key)
    try:
        day = value if type(value) is date else date.fromisoformat(table.text(key))
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 9998:
        raise table.problem(key, 'must be a day, like "2026-10-31"')
    return day


def _total(table: Table) -> tuple[int, int]:
    """Return dollars and how far from them is still right, in picodollars."""
    value = table.value("total")
    text = str(value) if type(value) is int else value if isinstance(value, str) else ""
    match = _TOTAL.fullmatch(text.strip().replace(",", ""))
    if match is None:
        raise table.problem("total", 'must be dollars in quotes, like "123.45 ± 0.01"')
    try:
        amount, within = (Decimal(part or "0") * PICO for part in match.groups())
    except InvalidOperation:
        amount = within = Decimal("NaN")
    if not all(abs(each) < _LARGEST * PICO and each == int(each) for each in (amount, within)):
        raise table.problem("total", "has too many digits")
    return int(amount), int(within)


def _finding(number: int, each: Balance) -> Finding:
    one = each.assertion
    whose = [name for key in ("source", "seller", "model") for name in one.scope.get(key, ())]
    named = f"assertion {number}, {days_words(one)}"
    named += f", {' and '.join(whose)}" if whose else ""
    named += f" ({one.note})" if one.note else ""
    there = amount_words(one.amount, one.currency)
    if each.here is None:
        problem = f"{named}: {there} is asserted, and the ledger does not know: {each.trouble}"
    else:
        gap = each.here - one.amount
        here, apart = (amount_words(pico, one.currency) for pico in (each.here, abs(gap)))
        side = "more" if gap > 0 else "less"
        problem = f"{named}: {there} is asserted, the ledger says {here}, {apart} {side}"
    last = one.until - timedelta(days=1)
    return Finding(
        "assertions",
        problem,
        f"`convledger report --by day,model --since {one.since} --until {last}` shows what the "
        f"ledger has; else correct {FILE}",
    )
