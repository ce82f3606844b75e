"""Every hand-off that is known: entered by people, told by a source, or inferred; with its cost.

What people have entered of a conversation takes the place of what its source tells, and that of
what is inferred from a person's answer after a bot's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from fractions import Fraction

from convledger.economics.conversation_costs import ESCALATED, Talk, is_of
from convledger.economics.human_time import human_cost
from convledger.plans.labels import ESCALATED as LABELLED
from convledger.plans.labels import label_of
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.told_outcomes import BOT_THEN_HUMAN
from convledger.reports.unit_costs.charging import rate_on
from convledger.reports.unit_costs.talks import (
    callers_of,
    family_of,
    opened_all,
    opened_at,
    read_talks,
)
from convledger.store import costs
from convledger.store.handoffs import (
    INFERRED,
    TOLD,
    StoredHandoff,
    calls_until,
    first_by_people,
    kept_handoffs,
    last_model,
)
from convledger.store.outcomes import OutcomeTold, outcomes_told
from convledger.text.secrets import veiled
from convledger.workflow.handing_over import is_early

ORIGINS = ("typed", "imported", TOLD, INFERRED)


@dataclass(frozen=True, slots=True)
class HandoffQuery:
    """Which hand-offs: instants are UTC microseconds, `until` exclusive; nothing named means all.

    `scope` names values of segments, as unit economics does.
    """

    zone: tzinfo
    since: int | None = None
    until: int | None = None
    reason: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    with_gone: bool = False


@dataclass(frozen=True, slots=True)
class Handoff:
    """A hand-off with what it cost; what nobody knows is None or "".

    `number` is None where no person has entered it. `people_cost` is picounits of `currency`;
    `bot_cost` is what the calls up to it come to at list prices (picodollars), `bot_unpriced` how
    many of them have no price.
    """

    number: int | None
    name: str
    conversation_id: int
    conversation: str
    title: str
    at: int | None
    model: str
    person: str
    reason: str
    note: str
    wait_seconds: int | None
    handle_seconds: int | None
    outcome: str
    origin: str
    provenance: str = ""
    made_by: str = ""
    made_at: int | None = None
    is_gone: bool = False
    people_cost: int | None = None
    currency: str = ""
    bot_cost: int | None = None
    bot_unpriced: int = 0
    bot_estimated: bool = False
    is_early: bool = False  # entered, and before its conversation opened


def handoffs(connection: sqlite3.Connection, query: HandoffQuery) -> list[Handoff]:
    """Return the hand-offs that are asked for, the latest first; those without instant last."""
    talks = {talk.id: talk for talk in read_talks(connection, None, query.until)}
    found = _of_talks(connection, talks, query.with_gone)
    if query.scope:
        roots = family_of(connection, talks)
        fitting = {number for number, talk in talks.items() if is_of(talk, query.scope)}
        found = [each for each in found if roots.get(each.conversation_id) in fitting]
    found = [each for each in found if _fits(each, query)]
    found.sort(key=lambda each: (each.at is None, -(each.at or 0), each.number or 0))
    return _costed(connection, found, query.zone)


def handoffs_of(
    connection: sqlite3.Connection, conversation_id: int, zone: tzinfo
) -> list[Handoff]:
    """Return the hand-offs of one conversation, the earliest first."""
    opened = opened_at(connection, conversation_id)
    talks: dict[int, Talk] = {}
    if opened is not None:
        talks = {talk.id: talk for talk in read_talks(connection, opened, opened + 1)}
        talks = {number: talk for number, talk in talks.items() if number == conversation_id}
    within = {conversation_id, *(each for talk in talks.values() for each in talk.within)}
    found = _of_talks(connection, talks, False, within)
    found.sort(key=lambda each: (each.at is None, each.at or 0, each.number or 0))
    return _costed(connection, found, zone)


def handoffs_among(
    connection: sqlite3.Connection, talks: Iterable[Talk], zone: tzinfo
) -> list[Handoff]:
    """Return the hand-offs of conversations, the latest first; those without instant last."""
    by_id = {talk.id: talk for talk in talks}
    within = {*by_id, *(child for talk in by_id.values() for child in talk.within)}
    found = _of_talks(connection, by_id, False, within)
    found.sort(key=lambda each: (each.at is None, -(each.at or 0), each.number or 0))
    return _costed(connection, found, zone)


def handoff_numbered(connection: sqlite3.Connection, number: int, zone: tzinfo) -> Handoff | None:
    """Return a hand-off by its number, also one that was taken away."""
    from convledger.store.handoffs import kept_handoff

    kept = kept_handoff(connection, number)
    if kept is None:
        return None
    return _costed(connection, [_entered(connection, kept)], zone)[0]


def _of_talks(
    connection: sqlite3.Connection,
    talks: Mapping[int, Talk],
    with_gone: bool,
    among: Iterable[int] | None = None,
) -> list[Handoff]:
    kept = kept_handoffs(connection, among, with_gone=with_gone)
    roots = {child: talk.id for talk in talks.values() for child in (talk.id, *talk.within)}
    entered = {
        roots.get(each.conversation_id, each.conversation_id)
        for each in kept
        if each.gone_at is None
    }
    names = _names(connection, {each.conversation_id for each in kept})
    others = [
        talk for talk in talks.values() if talk.served == ESCALATED and talk.id not in entered
    ]
    found = [_entered(connection, each, names) for each in kept]
    return found + _not_entered(connection, others)


def _entered(
    connection: sqlite3.Connection,
    each: StoredHandoff,
    names: Mapping[int, tuple[str, str]] | None = None,
) -> Handoff:
    if names is None:
        names = _names(connection, [each.conversation_id])
    name, title = names[each.conversation_id]
    return Handoff(
        number=each.id,
        name=each.name,
        conversation_id=each.conversation_id,
        conversation=name,
        title=title,
        at=each.at,
        model=each.model or last_model(connection, each.conversation_id, each.at),
        person=each.person,
        reason=each.reason,
        note=each.note,
        wait_seconds=each.wait_seconds,
        handle_seconds=each.handle_seconds,
        outcome=each.outcome,
        origin=each.origin,
        provenance=each.provenance,
        made_by=each.made_by,
        made_at=each.made_at,
        is_gone=each.gone_at is not None,
    )


def _not_entered(connection: sqlite3.Connection, talks: Sequence[Talk]) -> list[Handoff]:
    """Return what sources tell, or what is inferred, of conversations that people came into."""
    if not talks:
        return []
    from json import dumps

    ids = sorted(talk.id for talk in talks)
    told = outcomes_told(connection, dumps(ids))
    answered = first_by_people(connection, ids)
    found = []
    for talk in talks:
        ending = told.get(talk.id, (None, {}))[0]
        is_told = ending is not None and _tells(ending)
        at = ending.handed_off_at if ending is not None and is_told else answered.get(talk.id)
        minutes = None if talk.minutes_assumed else talk.minutes
        found.append(
            Handoff(
                number=None,
                name="",
                conversation_id=talk.id,
                conversation=talk.name,
                title=veiled(talk.title),
                at=at,
                model=last_model(connection, talk.id, at),
                person="",
                reason="",
                note="",
                wait_seconds=None,
                handle_seconds=None if minutes is None else int(minutes * 60),
                outcome=talk.segments.get("outcome", ""),
                origin=TOLD if is_told else INFERRED,
            )
        )
    return found


def _tells(ending: OutcomeTold) -> bool:
    """Whether a source says that a person took over."""
    return ending.handled_by == BOT_THEN_HUMAN or label_of(ending.resolution) == LABELLED


def _fits(each: Handoff, query: HandoffQuery) -> bool:
    if query.since is not None and (each.at is None or each.at < query.since):
        return False
    if query.until is not None and (each.at is None or each.at >= query.until):
        return False
    return all(
        not wanted or own in wanted
        for own, wanted in (
            (each.reason, query.reason), (each.person, query.person), (each.origin, query.origin),
        )
    )  # fmt: skip


def _costed(
    connection: sqlite3.Connection, found: Iterable[Handoff], zone: tzinfo
) -> list[Handoff]:
    """Add what people's time cost, by the rate of the day on which the conversation opened.

    That is the rate by which unit economics counts it.
    """
    rates = costs.hourly_rates(connection)
    found = list(found)
    callers = callers_of(connection, {each.conversation_id for each in found})
    families: dict[int, list[int]] = {}
    for child, root in family_of(connection, callers.values()).items():
        families.setdefault(root, []).append(child)
    openings = opened_all(connection, {*callers, *callers.values()})
    done = []
    for each in found:
        root = callers[each.conversation_id]
        opened = openings.get(root, openings.get(each.conversation_id))
        if each.number is not None and each.at is not None and is_early(each.at, opened, zone):
            each = replace(each, is_early=True)
        if each.handle_seconds is not None and opened is not None:
            rate = rate_on(rates, local_day(opened, zone))
            if rate is not None:
                minutes = Fraction(each.handle_seconds, 60)
                exact = human_cost(rate.amount, minutes, Fraction(rate.overhead))
                amount = half_even(exact.numerator, exact.denominator)
                each = replace(each, people_cost=amount, currency=rate.currency)
        if each.at is not None:
            calls, priced, pico, doubt = calls_until(connection, families[root], each.at)
            each = replace(
                each, bot_cost=pico if priced else None, bot_unpriced=calls - priced,
                bot_estimated=doubt,
            )  # fmt: skip
        done.append(each)
    return done


def _names(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    from json import dumps

    rows = connection.execute(
        "SELECT conversation.id, reader.name || ':' || native, title FROM conversation "
        "JOIN reader ON reader.id=reader_id WHERE conversation.id IN "
        "(SELECT value FROM json_each(?))",
        (dumps(sorted(ids)),),
    )
    return {row[0]: (row[1], veiled(row[2])) for row in rows}
