"""Which stretch of time a budget is held against, and which conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger.cli import options
from convledger.cli.following import look
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.asked import CostQuery

F = TypeVar("F", bound=Callable[..., Any])
SCOPES = ("source", "project", "client", "user", "tier", "tag")


def span_options(command: F) -> F:
    """Give a command a stretch of time, filters, and --no-sync."""
    command = click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")(
        command
    )
    for name in reversed(SCOPES):
        command = options.several(f"--{name}", f"Only conversations of this {name}.")(command)
    command = click.option("--month", metavar="MONTH", help="2026-10.  [default: this one]")(
        command
    )
    return options.since_until(command)


def query_of(ledger: Ledger, said: Mapping[str, Any]) -> CostQuery:
    """Return what options ask about, after a look at the logs. Raises UsageProblem."""
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.zones import zone_of

    month, since, until = said["month"], said["since"], said["until"]
    if month is not None and (since or until):
        raise UsageProblem("--month says it all; leave --since and --until out")
    zone, zone_name = zone_of(said["tz"])
    now = look(ledger, no_sync=said["no_sync"])
    if month is not None or (since is None and until is None):
        first = read_since(month or "month", zone, now)
        last = read_until(month or "month", zone, now)
    else:
        last = read_until(until or "today", zone, now)
        first = read_since(since or "month", zone, now)
        if since is None and first >= last:
            first = read_since(f"{_day_before(last, zone):%Y-%m}", zone, now)
    if first >= last:
        raise UsageProblem("there is no time between --since and --until")
    scope = {name: options.parts(said[name]) for name in SCOPES if said[name]}
    return CostQuery(first, last, now, zone, zone_name, scope)


def _day_before(instant: int, zone: Any) -> Any:
    from convledger.reports.periods import local_day

    return local_day(instant - 1, zone)


def span_words(query: CostQuery) -> str:
    """Return the days that are asked for."""
    from datetime import timedelta

    days = query.days
    last = days.until - timedelta(days=1)
    return f"{days.since} to {last}" if last != days.since else str(days.since)
