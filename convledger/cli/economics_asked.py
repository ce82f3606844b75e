"""What is asked of unit economics on the command line: a time, whose conversations, a pivot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.cli.following import look
from convledger.economics.segments import check_segments
from convledger.errors import UsageProblem
from convledger.plans.currencies import CURRENCIES
from convledger.reports.unit_costs.asked import CostQuery

if TYPE_CHECKING:
    from convledger.ledger import Ledger

DAYS = "30d"
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, the segments of its pivot, and what makes an outlier."""

    query: CostQuery
    by: tuple[str, ...]
    multiple: Fraction


def asked_of(
    ledger: Ledger,
    *,
    since: str | None,
    until: str | None,
    month: str | None,
    tz: str | None,
    by: tuple[str, ...],
    currency: str,
    multiple: str,
    scope: Mapping[str, tuple[str, ...]],
    no_sync: bool,
) -> Asked:
    """Return the question that options ask, after a look at the logs. Raises UsageProblem."""
    from convledger.zones import zone_of

    segments = by or ("source",)
    try:
        check_segments(segments)
    except ValueError as error:
        raise UsageProblem(str(error)) from None
    code = currency_of(currency)
    times = _multiple(multiple)
    zone, zone_name = zone_of(tz)
    now = look(ledger, no_sync=no_sync)
    first, last = span_of(since, until, month, zone, now)
    wanted = {name: values for name, values in scope.items() if values}
    query = CostQuery(first, last, now, zone, zone_name, wanted, code)
    return Asked(query, segments, times)


def currency_of(text: str) -> str:
    """Return the code of a currency. Raises UsageProblem."""
    code = text.strip().upper()
    if code not in CURRENCIES:
        raise UsageProblem(f"no such currency: {text!r:.20}. Write a code like USD or EUR")
    return code


def span_of(
    since: str | None, until: str | None, month: str | None, zone: tzinfo, now: int
) -> tuple[int, int]:
    """Return the stretch of time that is meant, by default the last 30 days with today."""
    from convledger.reports.periods import read_since, read_until

    if month is not None:
        first, last = read_since(month, zone, now), read_until(month, zone, now)
    else:
        last = read_until(until or "today", zone, now)
        first = read_since(since or DAYS, zone, now if until is None else max(last - 1, 0))
    if first >= last:
        raise UsageProblem("there is no time between --since and --until")
    return first, last


def _multiple(text: str) -> Fraction:
    try:
        times = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        times = Fraction(0)
    if not 0 < times <= _MOST:
        raise UsageProblem(f"--outliers is no number of medians: {text!r:.20}. Write it like 10")
    return times
