"""Reviews as the commands write them, and how their options are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger.cli.cost_people import minutes_words
from convledger.cli.plan_words import moment_words
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.store.reviews import StoredBatch, StoredVerdict
    from convledger.workflow.review_words import Item

F = TypeVar("F", bound=Callable[..., Any])
_AHEAD = re.compile(r"(?:in\s+|\+)?(\d{1,4})\s*([dw])")
_MOST_DIGITS = 18


def as_option(command: F) -> F:
    """Give a command --as."""
    return click.option(
        "--as", "as_name", default="", metavar="NAME", help="Who you are.  [default: your name]"
    )(command)


def batch_option(command: F) -> F:
    """Give a command --batch."""
    return click.option("--batch", metavar="SAMPLE", help="Only this sample, by number or title.")(
        command
    )


def due_option(text: str, zone: tzinfo, now: int) -> int:
    """Return the end of the day that a person means: 2026-12-01, tomorrow, +7d."""
    from datetime import timedelta

    from convledger.cli.cost_words import day_behind
    from convledger.plans.calendar import start_of_day
    from convledger.reports.periods import local_day

    ahead = _AHEAD.fullmatch(text.strip().lower())
    if ahead is not None:
        days = int(ahead[1]) * (7 if ahead[2] == "w" else 1)
        behind = local_day(now, zone) + timedelta(days=days + 1)
    else:
        behind = day_behind(text, zone, now)
    return start_of_day(behind, zone)


def item_number(text: str) -> int:
    """Return the number of an item. Raises UsageProblem."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) < _MOST_DIGITS):
        raise UsageProblem(f"{text!r:.40} is no number of an item: `review list` shows them")
    return int(text)


def due_words(batch: StoredBatch, zone: tzinfo) -> str:
    """Return the last day on which an item is in time."""
    from datetime import timedelta

    from convledger.reports.periods import local_day

    if batch.due_at is None:
        return "–"
    return (local_day(batch.due_at, zone) - timedelta(days=1)).isoformat()


def state_words(item: Item, now: int) -> str:
    """Return how an item stands, in a word or two."""
    if item.is_overdue(now):
        return "overdue"
    return item.state


def verdict_words(verdict: StoredVerdict, zone: tzinfo) -> str:
    """Return a verdict in a line: what, why, when; with no secret in full."""
    parts = [verdict.verdict]
    if verdict.reasons:
        parts.append(" ".join(verdict.reasons))
    if verdict.seconds is not None:
        parts.append(minutes_words(Fraction(verdict.seconds, 60)))
    if verdict.note:
        from convledger.text.secrets import veiled

        parts.append(veiled(verdict.note))
    return f"{', '.join(parts)}  ({moment_words(verdict.at, zone)})"


def item_facts(item: Item, zone: tzinfo, now: int) -> Iterator[tuple[str, str]]:
    """Yield what is known of an item, as names and foreign text."""
    stored = item.stored
    here = "" if stored.conversation_id is not None else "  (not in these books)"
    yield "item", f"{stored.id} of {item.batch.title}"
    yield "conversation", stored.conversation + here
    yield "title", stored.title or "Untitled"
    if stored.stratum:
        yield "stratum", stored.stratum
    yield "owners", ", ".join(stored.owners)
    yield "due", due_words(item.batch, zone)
    standing = f", {item.standing}" if item.standing else ""
    yield "state", f"{state_words(item, now)}{standing}"
    for name, verdict in sorted(item.latest.items()):
        yield name, verdict_words(verdict, zone)
    if item.adjudication is not None:
        yield "decided", (f"{item.adjudication.reviewer}: {verdict_words(item.adjudication, zone)}")
    for verdict in item.earlier:
        yield "earlier", f"{verdict.reviewer}: {verdict_words(verdict, zone)}"
    if item.hidden:
        count = "1 verdict is" if item.hidden == 1 else f"{item.hidden:,} verdicts are"
        yield "hidden", f"{count} shown once you have given yours"


def review_facts(items: Iterable[Item], zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield the verdicts on a conversation, for its head: of each sample that it is in."""
    for item in items:
        said = [
            f"{name}: {verdict_words(verdict, zone)}"
            for name, verdict in sorted(item.latest.items())
        ]
        if item.adjudication is not None:
            decided = item.adjudication
            said.append(f"{decided.reviewer} decided: {verdict_words(decided, zone)}")
        if item.waiting:
            said.append(f"waits for {', '.join(item.waiting)}")
        yield "review", f"{'; '.join(said)}  (item {item.stored.id} of {item.batch.title})"
