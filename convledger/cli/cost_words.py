"""Costs beside tokens as the commands write them, and how their options are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger import clock
from convledger.cli import options, streams
from convledger.cli.plan_words import money_words, scope_words
from convledger.cli.values import parts
from convledger.errors import UsageProblem
from convledger.money import usd_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.store.cost_changes import Change
    from convledger.store.costs import StoredItem

F = TypeVar("F", bound=Callable[..., Any])
SCOPES = ("source", "project", "client", "tag", "user", "tier", "feature", "channel", "model")
MOST_DIGITS = 18
_DAY = timedelta(days=1)


def scope_options(command: F) -> F:
    """Give a command the options that say for whose conversations a cost is."""
    told = {"project": "a path, its last part, or with `*`"}
    for name in reversed(SCOPES):
        words = f" ({told[name]})" if name in told else ""
        command = options.several(f"--{name}", f"Only for conversations of it{words}.")(command)
    return command


def zone_option(command: F) -> F:
    """Give a command --tz."""
    return click.option("--tz", metavar="ZONE", help="Zone of days.  [default: yours]")(command)


def scope_of(given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the scope that options say."""
    return {name: parts(values) for name, values in given.items() if parts(values)}


def here(tz: str | None) -> tuple[tzinfo, str, int]:
    """Return the zone that is meant with its name, and the instant it is."""
    from convledger.zones import zone_of

    return *zone_of(tz), clock.now_us()


def first_day(text: str, zone: tzinfo, now: int) -> date:
    """Return the first day that words mean: 2026-11-20, 2026-11, today ..."""
    from convledger.reports.periods import local_day, read_since
    from convledger.reports.unit_costs.written import checked_day

    return checked_day(local_day(read_since(text, zone, now), zone), text)


def day_behind(text: str, zone: tzinfo, now: int) -> date:
    """Return the day behind the last one that words mean."""
    from convledger.reports.periods import local_day, read_until
    from convledger.reports.unit_costs.written import checked_day

    return checked_day(local_day(read_until(text, zone, now) - 1, zone), text) + _DAY


def query_of(
    month: str | None, zone: tzinfo, zone_name: str, now: int, currency: str = "USD"
) -> CostQuery:
    """Return the question about a month, or about whatever words like `7d` mean."""
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.unit_costs.asked import CostQuery

    text = month or "month"
    since, until = read_since(text, zone, now), read_until(text, zone, now)
    if since >= until:  # an hour or days back from now
        until = now + 1
    return CostQuery(since, until, now, zone, zone_name, currency=currency)


def numbers_of(texts: tuple[str, ...]) -> list[int]:
    """Return the numbers of entries, each once. Raises UsageProblem."""
    found = []
    for text in texts:
        if not (text.isascii() and text.isdigit() and 0 < len(text) < MOST_DIGITS):
            raise UsageProblem(f"{text!r:.40} is no number of an entry: `cost list` shows them")
        found.append(int(text))
    return list(dict.fromkeys(found))


def span_words(item: StoredItem) -> str:
    """Return the days of a cost, its last one included: "2026-10-01 – 2026-10-31"."""
    if item.until is None:
        return f"{item.since} –"
    last = item.until - _DAY
    return f"{item.since}" if last == item.since else f"{item.since} – {last}"


def amount_words(item: StoredItem) -> str:
    """Return the amount of a cost with its period: "$20.00 a month"."""
    every = f" a {item.every}" if item.every else ""
    return f"{money_words(item.amount, item.currency)}{every}"


def for_words(item: StoredItem) -> str:
    """Return which conversations a cost is for."""
    if item.rule == "hand":
        count = len(item.shares)
        return f"{count:,} named {'conversation' if count == 1 else 'conversations'}"
    return "all" if not item.scope else scope_words(item.scope)


def item_document(item: StoredItem) -> dict[str, Any]:
    """Return a cost as JSON says it."""
    last = None if item.until is None else (item.until - _DAY).isoformat()
    return {
        "number": item.id,
        "kind": item.kind,
        "name": item.name,
        "amount": usd_text(item.amount),
        "currency": item.currency,
        "every": item.every or None,
        "since": item.since.isoformat(),
        "until": last,
        "rule": item.rule,
        "scope": {name: list(values) for name, values in item.scope.items()},
        "note": item.note or None,
        "is_gone": item.gone_at is not None,
        "imported": bool(item.origin),
    }


def say_closed(ledger: Ledger, change: Change) -> None:
    """Say where a change lies in a month that is closed."""
    if told := ledger.closed_note(change):
        streams.note(told)


def say_item(ledger: Ledger, number: int, done: str) -> None:
    """Say what is in the books now, and what takes it back."""
    from convledger.text.display import display_text

    item = ledger.cost_item(number)
    words = f"{item.kind} {item.name}, {amount_words(item)}, {span_words(item)}"
    rule = "by hand" if item.rule == "hand" else f"by {item.rule}"
    how = "in equal parts" if item.rule == "equal" else rule
    streams.say(display_text(f"{done} {number}: {words}, {how}, for {for_words(item)}."))
