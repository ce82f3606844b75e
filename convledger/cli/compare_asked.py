"""Which plans are compared, for which usage, over which stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import clock
from convledger.cli.following import look
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.versions import PlanHistory
    from convledger.reports.comparing import Candidate
    from convledger.reports.history import Scope
    from convledger.store.subscriptions import Subscription

SCOPES = ("source", "project", "client", "tag")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said: plans by name, a stretch of time, filters by kind."""

    plans: tuple[str, ...]
    since: str | None
    until: str | None
    tz: str | None
    month: str | None
    examples: bool
    scope: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """What that means: the plans, the one in force then marked, and instants (UTC microseconds).

    `until` may lie in the future, where the last month is not over. `is_default` says that nobody
    named a stretch of time; `names` are what each candidate was asked for by.
    """

    ledger: Ledger
    asked: Asked
    candidates: tuple[Candidate, ...]
    scope: Scope
    since: int
    until: int
    now: int
    zone: tzinfo
    zone_name: str
    names: tuple[str, ...]
    is_default: bool

    def spanning(self, since: int, until: int) -> Question:
        """Return the same question about another time; another plan may have been in force."""
        candidates = _as_held(self.ledger, self.candidates, self.names, until, self.now)
        return replace(self, candidates=candidates, since=since, until=until)

    def about(self, name: str) -> Candidate:
        """Return any plan as it is compared over the time of the question. Raises UsageProblem."""
        from convledger.reports.comparing import Candidate

        asked = replace(self.asked, plans=(name,), examples=False)
        ((_, history),) = histories_of(self.ledger, asked)
        return _as_held(self.ledger, [Candidate(history)], [name], self.until, self.now)[0]


def asked_of(ledger: Ledger, asked: Asked, *, no_sync: bool) -> Question:
    """Return the question that the options ask, after a look at the logs. Raises UsageProblem."""
    from convledger.reports.comparing import Candidate
    from convledger.reports.history import Scope
    from convledger.zones import zone_of

    histories = histories_of(ledger, asked)
    now = look(ledger, no_sync=no_sync)
    one = _in_force(ledger, now)
    if asked.tz is not None or one is None:
        zone, zone_name = zone_of(asked.tz)
    else:
        plan = ledger.plan_book.contract(one).plan_at(now)
        zone, zone_name = zone_of("UTC" if plan is None else plan.zone_name)
    since, until = _span(asked, zone, now)
    candidates = tuple(Candidate(history) for _, history in histories)
    names = tuple(name for name, _ in histories)
    return Question(
        ledger=ledger,
        asked=asked,
        candidates=_as_held(ledger, candidates, names, until, now),
        scope=Scope(**asked.scope),
        since=since,
        until=until,
        now=now,
        zone=zone,
        zone_name=zone_name,
        names=names,
        is_default=asked.month is None and asked.since is None and asked.until is None,
    )


def _as_held(
    ledger: Ledger, candidates: Iterable[Candidate], names: Sequence[str], until: int, now: int
) -> tuple[Candidate, ...]:
    from convledger.reports.compare_choices import as_held

    book = ledger.plan_book
    held = as_held(candidates, book.shelf.histories, book.subscriptions(), until, now)
    return tuple(_told_apart(held, names))


def _told_apart(candidates: Sequence[Candidate], names: Sequence[str]) -> Iterator[Candidate]:
    """Yield candidates; those of one plan by their versions, else by what they were asked for."""
    for each, name in zip(candidates, names, strict=True):
        plan = each.plan
        same = [one.plan.version for one in candidates if one.plan.id == plan.id]
        mark = plan.version if plan.version and same.count(plan.version) == 1 else name
        if len(same) > 1:
            each = replace(each, version=replace(plan, name=f"{plan.name} ({mark})"))
        yield each


def _in_force(ledger: Ledger, now: int) -> Subscription | None:
    """Return what is in force for all usage, else for some; None where nothing is."""
    if not ledger.plan_book.subscriptions():
        return None
    found = ledger.plan_book.subscription(None, now)
    return found if found.is_in_force(now) else None


def histories_of(ledger: Ledger, asked: Asked) -> list[tuple[str, PlanHistory]]:
    """Return the plans to compare by name: those named, else the workspace's, else the examples.

    Files may hold the same plan in several versions; what says the same is there once.
    """
    from convledger.plans.examples import list_examples
    from convledger.plans.parse import parse_plan
    from convledger.plans.versions import PlanHistory

    shelf = ledger.plan_book.shelf
    known = {each.id: each.text for each in list_examples()}
    found: dict[str, PlanHistory] = {}
    for name in asked.plans:
        if name not in shelf.histories and name in known:
            found[name] = PlanHistory([parse_plan(known[name], name)])
        elif name not in shelf.histories and Path(name).expanduser().is_file():
            found[name] = _from_file(name)
        else:
            found[name] = shelf.history(name)
    if not asked.plans:
        found.update(shelf.histories)
    if asked.examples or not found:
        currency = next((one.plans[-1].currency for one in found.values()), "USD")
        for name, text in known.items():
            plan = parse_plan(text, name)
            ids = {one.plans[-1].id for one in found.values()}
            if name not in ids and plan.currency == currency:
                found[name] = PlanHistory([plan])
    texts = {name: [plan.digest for plan in one.plans] for name, one in found.items()}
    first = {str(text): name for name, text in reversed(texts.items())}
    return [(name, one) for name, one in found.items() if first[str(texts[name])] == name]


def _from_file(name: str) -> PlanHistory:
    from convledger.plans.parse import parse_plan
    from convledger.plans.versions import PlanHistory
    from convledger.toml_files import read_text

    text = read_text(Path(name).expanduser(), name)
    return PlanHistory([parse_plan(text or "", name)])


def _span(asked: Asked, zone: tzinfo, now: int) -> tuple[int, int]:
    """Return the stretch of time that is meant: by default the last month that is over."""
    from convledger.reports.periods import read_since, read_until

    if asked.month is not None:
        return read_since(asked.month, zone, now), read_until(asked.month, zone, now)
    if asked.since is None and asked.until is None:
        this_month = read_since("month", zone, now)
        before = clock.to_datetime(this_month - clock.DAY).astimezone(zone)
        return read_since(f"{before:%Y-%m}", zone, now), this_month
    until = read_until("today", zone, now) if asked.until is None else None
    if asked.until is not None:
        until = read_until(asked.until, zone, now)
    assert until is not None
    since = None if asked.since is None else read_since(asked.since, zone, now)
    if since is None:
        since = read_since(f"{clock.to_datetime(until - 1).astimezone(zone):%Y-%m}", zone, now)
    if since >= until:
        raise UsageProblem("there is no time between --since and --until")
    return since, until


def this_month(question: Question) -> tuple[int, int]:
    """Return the bounds of the present month, in the zone of the question."""
    from convledger.reports.periods import read_since, read_until

    name = f"{clock.to_datetime(question.now).astimezone(question.zone):%Y-%m}"
    return (
        read_since(name, question.zone, question.now),
        read_until(name, question.zone, question.now),
    )
