"""Settles outcomes after silence, and takes them back when the customer returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from convledger.plans.counted import IDLE, OPEN, BillableUnit
from convledger.plans.episodes import Episode, episodes
from convledger.plans.events import HANDOFF, OUTCOME, Event, Thread
from convledger.plans.keys import in_order, key_of
from convledger.plans.labels import CONFIRMED, is_billed, label_of
from convledger.plans.rules import RuleAt
from convledger.plans.schema import Unit
from convledger.plans.where import Matcher

RETURNED = "return"  # why a reversal was made


class Settled(NamedTuple):
    """Outcomes and reversals that are due, and what is due if nothing more happens."""

    units: list[BillableUnit]
    pending: list[BillableUnit]


def reversal(unit: BillableUnit, at: int, event: Event) -> BillableUnit:
    """Return what takes an outcome back at the instant its customer returned."""
    return BillableUnit(
        id=f"{unit.id}/{RETURNED}/{event.id}",
        unit=unit.unit,
        key=unit.key,
        thread=unit.thread,
        opened_at=at,
        last_at=at,
        billed_at=at,
        ends_at=at,
        quantity=-unit.quantity,
        began=RETURNED,
        ended=RETURNED,
        gap=at - unit.last_at,
        model=unit.model,
        name=unit.name,
        attributes=unit.attributes,
        reverses=unit.id,
    )


class _Happening(NamedTuple):
    """Something that books or takes back an outcome; at one instant settling comes first."""

    at: int
    is_return: bool
    thread: str
    number: int


class _Candidate(NamedTuple):
    rule: Unit
    unit: BillableUnit
    returned: tuple[int, Event] | None


class Settler:
    """Settles the outcomes of one key after another under the rules that `rule_at` gives."""

    def __init__(self, rule_at: RuleAt) -> None:
        self._rule_at = rule_at
        self._matchers: list[tuple[Unit, Matcher]] = []

    def settle(self, events: Iterable[Event], now: int) -> Settled:
        """Return what is settled at `now` for the events of one key, as far as they are past."""
        due: list[_Candidate] = []
        pending: list[_Candidate] = []
        for episode in episodes(self._rule_at, (event for event in events if event.at <= now)):
            label, settled = episode.label()
            if not label or not episode.counts(self._matcher_of(episode.rule), label):
                continue
            is_due = settled <= now
            unit = episode.unit(label, settled, IDLE if is_due else OPEN)
            (due if is_due else pending).append(_Candidate(episode.rule, unit, episode.returned))
        units, standing = _booked(due)
        return Settled(units, _foreseen(pending, standing))

    def _matcher_of(self, rule: Unit) -> Matcher:
        """Return what asks all but who took part and who judged: episodes know better."""
        for unit, matcher in self._matchers:
            if unit is rule:
                return matcher
        matcher = Matcher(replace(rule.where, verified=None, participant="any"))
        self._matchers.append((rule, matcher))
        return matcher


def settle(rule_at: RuleAt, events: Iterable[Event], now: int) -> Settled:
    """Return what is settled at `now` for the events of one key, as far as they are past.

    A message exactly when the silence is long enough is a return already. An episode keeps the
    rule that it opened under; one that nobody answered and nobody judged has no outcome.
    """
    return Settler(rule_at).settle(events, now)


def _foreseen(
    pending: list[_Candidate], standing: dict[tuple[str, str], int]
) -> list[BillableUnit]:
    """Return what will be booked if nothing more happens, the earliest first."""
    taken = {key for key, count in standing.items() if count}
    found: list[BillableUnit] = []
    for rule, unit, _ in sorted(pending, key=lambda each: (each.unit.billed_at, each.unit.id)):
        key = _once_key(rule, unit.thread)
        if rule.once_per and key in taken:
            continue
        taken.add(key)
        found.append(unit)
    return found


def _once_key(rule: Unit, thread: Thread) -> tuple[str, str]:
    return rule.id, key_of(rule.once_per or "thread", thread)


def _booked(
    candidates: list[_Candidate],
) -> tuple[list[BillableUnit], dict[tuple[str, str], int]]:
    """Return what is booked in the order of time, and how many outcomes stand by once-per key."""
    happenings: list[_Happening] = []
    for number, each in enumerate(candidates):
        happenings.append(_Happening(each.unit.billed_at, False, each.unit.thread.id, number))
        if each.returned is not None:
            at = max(each.returned[0], each.unit.billed_at)
            happenings.append(_Happening(at, True, each.unit.thread.id, number))
    happenings.sort()
    found: list[BillableUnit] = []
    standing: dict[tuple[str, str], int] = {}
    booked: set[int] = set()
    for at, is_return, _, number in happenings:
        rule, unit, returned = candidates[number]
        key = _once_key(rule, unit.thread)
        if not is_return:
            if rule.once_per and standing.get(key):
                continue
            found.append(unit)
            booked.add(number)
            standing[key] = standing.get(key, 0) + 1
        elif number in booked and rule.reverse_on_return and returned is not None:
            found.append(reversal(unit, at, returned[1]))
            standing[key] -= 1
    return found, standing


def outcome_ledger(rule: Unit, events: Iterable[Event]) -> list[BillableUnit]:
    """Return what is booked where the vendor itself tells outcomes: each at once, at its instant.

    What the customer says afterwards, or a person who takes over, takes the thread's last outcome
    back.
    """
    matcher = Matcher(rule.where)
    found: list[BillableUnit] = []
    standing: dict[tuple[str, str], list[BillableUnit]] = {}
    for at, event in in_order(events, lambda _: rule.skew):
        thread = event.thread
        own = standing.setdefault(_once_key(rule, thread), [])
        if event.kind == OUTCOME:
            label = label_of(event.name, CONFIRMED)
            is_free = rule.once_per and own
            if is_free or not is_billed(label, rule.outcome) or not matcher.fits(event, at):
                continue
            unit = Episode(rule, at, event, None).unit(label, at, IDLE)
            found.append(unit)
            own.append(unit)
        elif event.kind in (*rule.open_on, HANDOFF) and rule.reverse_on_return:
            place = _last_of(own, thread)
            if place is not None:
                found.append(reversal(own.pop(place), at, event))
    return found


def _last_of(units: list[BillableUnit], thread: Thread) -> int | None:
    """Return the place of the last unit of a thread."""
    places = reversed(range(len(units)))
    return next((place for place in places if units[place].thread.id == thread.id), None)
