"""What there is to compare: the plans one can choose, and the months that have usage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from convledger.plans.schema import Plan
from convledger.plans.versions import PlanHistory
from convledger.reports.comparing import Candidate, rule_line, span_name
from convledger.reports.periods import Span, spans
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_choices import PlanChoice, plan_choices
from convledger.store.subscriptions import Subscription

ALL_TIME = "all time"
_CURRENCY = "USD"  # of the examples that stand in where there is no plan


@dataclass(frozen=True, slots=True)
class Comparable:
    """A plan that can be compared, as it can be chosen and as it is worked out."""

    choice: PlanChoice
    candidate: Candidate

    @property
    def plan(self) -> Plan:
        """The plan in the version that is compared."""
        return self.candidate.plan

    @property
    def id(self) -> str:
        """The plan's id."""
        return self.choice.id

    @property
    def is_example(self) -> bool:
        """Whether it is not in the workspace yet."""
        return self.choice.is_example

    @property
    def rule(self) -> str:
        """What it counts and includes, in words."""
        return rule_line(self.plan)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that can be asked for: plans, spans of time, and what is wrong with any plan.

    `plans` are as they are `now` (UTC microseconds). `spans` are the months with usage, the latest
    first, then all time; none without usage.
    """

    plans: tuple[Comparable, ...]
    spans: tuple[Span, ...]
    subscriptions: tuple[Subscription, ...]
    troubles: tuple[str, ...]
    now: int

    def named(self, ids: Iterable[str], span: Span | None = None) -> list[Comparable]:
        """Return the plans of these ids, as they are compared over a span, today's in force first.

        Without a span they are as they are today.
        """
        wanted = set(ids)
        found = [one for one in self.plans if one.id in wanted]
        if span is None:
            return found
        own = {one.id: one.candidate.history for one in self.plans if not one.is_example}
        candidates = [one.candidate for one in found]
        held = as_held(candidates, own, self.subscriptions, span.until, self.now)
        return [replace(one, candidate=each) for one, each in zip(found, held, strict=True)]

    def in_force_at(self, at: int) -> str:
        """Return the plan that was in force at an instant, "" where none was."""
        found = _in_force(self.subscriptions, at)
        return found.plan if found is not None else ""

    def in_force_in(self, span: Span) -> str:
        """Return the plan that was in force at the end of a span, "" where none was."""
        return self.in_force_at(last_instant(span.until, self.now))


def overview(connection: sqlite3.Connection, book: PlanBook, now: int, zone: tzinfo) -> Overview:
    """Return what there is to compare at `now` (UTC microseconds)."""
    return Overview(
        tuple(comparables(book, now)),
        tuple(spans_with_usage(connection, now, zone)),
        tuple(book.subscriptions()),
        tuple(str(trouble) for trouble in book.shelf.troubles),
        now,
    )


def comparables(book: PlanBook, now: int) -> list[Comparable]:
    """Return the plans of a workspace, the one in force first, then the examples."""
    histories = book.shelf.histories
    every = book.subscriptions()
    found = []
    for choice in plan_choices(book, now):
        if choice.plan is None:
            continue
        history = None if choice.is_example else histories.get(choice.id)
        one = Candidate(history or PlanHistory([choice.plan]))
        (candidate,) = as_held([one], histories, every, now + 1, now)
        found.append(Comparable(choice, candidate))
    return sorted(found, key=lambda one: not one.candidate.is_in_force)


def default_ids(found: Sequence[Comparable]) -> list[str]:
    """Return the plans to begin with: one's own, with examples of the currency where those are
    fewer than two."""
    own = [one for one in found if not one.is_example]
    if len(own) >= 2:
        return [one.id for one in own]
    currency = own[0].plan.currency if own else _CURRENCY
    examples = [one for one in found if one.is_example and one.plan.currency == currency]
    return [one.id for one in (*own, *examples)]


def spans_with_usage(connection: sqlite3.Connection, now: int, zone: tzinfo) -> list[Span]:
    """Return the months that hold a call, the latest first, then all of them as one."""
    first, last = connection.execute("SELECT min(at), max(at) FROM call").fetchone()
    if first is None:
        return []
    months = [
        Span(span.since, span.until, span_name(span.since, span.until, zone))
        for span in spans("month", first, min(last, now), zone)
        if connection.execute(
            "SELECT 1 FROM call WHERE at >= ? AND at < ? LIMIT 1", (span.since, span.until)
        ).fetchone()
    ]
    if not months:
        return []
    whole = Span(months[0].since, months[-1].until, ALL_TIME)
    return [*months[::-1], whole]


def default_span(found: Sequence[Span], now: int) -> Span | None:
    """Return the last month that is over, else the latest."""
    months = [span for span in found if span.name != ALL_TIME]
    closed = (span for span in months if span.until <= now)
    return next(closed, months[0] if months else None)


def as_held(
    candidates: Iterable[Candidate],
    own: Mapping[str, PlanHistory],
    subscriptions: Sequence[Subscription],
    until: int,
    now: int,
) -> list[Candidate]:
    """Return candidates as they are compared over a time that ends at `until`, UTC microseconds.

    The plan in force at its end, one of the workspace's `own`, is marked, in the version and with
    the seats of then; every other is taken as it is `now`.
    """
    at = last_instant(until, now)
    held = _in_force(subscriptions, at)
    history = own.get(held.plan) if held is not None else None
    version = (history.in_force(at) or _today(history, now)) if history is not None else None
    found: list[Candidate] = []
    for each in candidates:
        has_it = version is not None and version.digest in {
            one.digest for one in each.history.plans
        }
        if held is None or not has_it or any(one.is_in_force for one in found):
            found.append(Candidate(each.history, version=_today(each.history, now)))
        else:
            seats = held.seats_at(at) if held.seats else 0
            found.append(Candidate(each.history, seats, is_in_force=True, version=version))
    return found


def last_instant(until: int, now: int) -> int:
    """Return the last instant that is known of a time that ends at `until`."""
    return min(until, now + 1) - 1


def _today(history: PlanHistory, now: int) -> Plan:
    return history.in_force(now) or history.plans[-1]


def _in_force(subscriptions: Sequence[Subscription], at: int) -> Subscription | None:
    """Return the subscription in force at an instant; of several the one for all usage, then the
    latest."""
    held = [one for one in subscriptions if one.is_in_force(at)]
    return max(held, key=lambda one: (not one.scope, one.began, one.id), default=None)
