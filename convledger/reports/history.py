"""The ledger's conversations as plans look at them: threads and their events."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from convledger.clock import DAY
from convledger.plans.events import (
    ASSISTANT,
    CALL,
    ESTIMATED,
    GUESSED_PRICE,
    PERSON,
    TOOL,
    UNCOUNTED,
    USER,
    Event,
    Thread,
)
from convledger.plans.labels import ESCALATED, label_of
from convledger.plans.schema import Plan, Unit
from convledger.reports.told_outcomes import UNTOLD, Told, completed, told_of
from convledger.store.handoffs import handed_over_at
from convledger.store.patterns import PROJECT, any_of, any_project, labelled

# Neither of a sub-agent, nor said by no person or model, nor said first elsewhere.
_OWN = "agent_id IS NULL AND flags & 7 = 0"
_KINDS = {USER: 1, ASSISTANT: 2, TOOL: 4}
# A test of `message`: what a person and the model itself have said.
OWN_SAID = f"kind IN ({_KINDS[USER]}, {_KINDS[ASSISTANT]}) AND {_OWN}"
_BY_PERSON = 64  # a flag: a person answered, which is the company's word and not the bot's
_ROLES = {
    **{number: role for role, number in _KINDS.items()},
    _KINDS[ASSISTANT] | _BY_PERSON: PERSON,
}
_SAID_KIND = f"CASE kind WHEN {_KINDS[ASSISTANT]} THEN kind | (flags & {_BY_PERSON}) ELSE kind END"
_MODEL = "model.name || CASE model.speed WHEN '' THEN '' ELSE '-' || model.speed END"
# Bits as an event has them: tokens that nobody knows, that are approximate, and a guessed price.
_DOUBT = (
    f"CASE WHEN approximate & 12 = 4 THEN {UNCOUNTED} WHEN approximate & 10 != 0 THEN {ESTIMATED} "
    f"WHEN price_state = 3 THEN {GUESSED_PRICE} ELSE 0 END"
)
_PORTION = 500  # conversations asked for in one go


@dataclass(frozen=True, slots=True)
class Scope:
    """Which conversations a plan is about; nothing named means all."""

    source: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()

    def sql(self) -> tuple[str, list[object]]:
        """Return a test of `conversation`, joined with `reader`, and its values."""
        tests, values = ["1"], list[object]()
        for test, given in (
            any_of("reader.name", self.source) if self.source else ("", []),
            any_project(PROJECT, self.project) if self.project else ("", []),
            labelled("conversation.id", "client", self.client) if self.client else ("", []),
            labelled("conversation.id", "tag", self.tag) if self.tag else ("", []),
        ):
            if test:
                tests.append(test)
                values += given
        return " AND ".join(tests), values


@dataclass(frozen=True, slots=True)
class Needs:
    """What kinds of events the units of some plans are counted from."""

    roles: frozenset[str] = frozenset()
    calls: bool = False
    models: bool = False  # which model said a message
    outcomes: bool = False  # outcomes as events of their own

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            self.roles | other.roles,
            self.calls or other.calls,
            self.models or other.models,
            self.outcomes or other.outcomes,
        )


def needs_of(plans: Iterable[Plan]) -> Needs:
    """Return what has to be read to count all units of `plans`."""
    found = Needs()
    for plan in plans:
        for unit in (*plan.units, *(each.unit for each in plan.alternatives)):
            found |= _needs(unit)
        if any(limit.window == "rolling_turns" for limit in plan.limits):
            found |= Needs(calls=True)
        if _asks_for_models(plan):
            found |= Needs(models=True)
    return found


def _asks_for_models(plan: Plan) -> bool:
    """Return whether a message counts otherwise by the model that said it."""
    wheres = [*(unit.where for unit in plan.units), *(limit.where for limit in plan.limits)]
    wheres += [grant.scope for grant in plan.grants]
    return any("model" in where.attributes for where in wheres) or any(
        "model" in card.match for charge in plan.charges for card in charge.cards
    )


def _needs(unit: Unit) -> Needs:
    said = frozenset((USER, ASSISTANT))
    if unit.count in ("sum", "max"):
        return Needs(calls=True)
    if unit.count == "event":
        if unit.event in ("model_call", "call") or unit.event.startswith("server_tool"):
            return Needs(calls=True)
        tools = frozenset((TOOL,)) if unit.event in ("tool_call", "agent_action") else frozenset()
        is_split = unit.split is not None and unit.split.by == "tokens"
        return Needs(said | tools, is_split, outcomes=unit.event == "outcome")
    roles = said | (frozenset((*unit.open_on, *unit.extend_on)) & frozenset(_KINDS))
    return Needs(roles, unit.split is not None and unit.split.by == "tokens")


@dataclass(slots=True)
class Story:
    """A conversation with its events, the oldest first."""

    thread: Thread
    events: list[Event] = field(default_factory=list)


def stories(
    connection: sqlite3.Connection,
    scope: Scope,
    needs: Needs,
    ids: Iterable[int] | None = None,
) -> Iterator[Story]:
    """Yield the conversations of a scope, or those of `ids` in it, with what `needs` asks for.

    One that has none of these events is left out.
    """
    if ids is None:
        yield from _told(connection, scope, needs, "1", [])
        return
    wanted = sorted(ids)
    for start in range(0, len(wanted), _PORTION):
        part = wanted[start : start + _PORTION]
        marks = ",".join("?" * len(part))
        yield from _told(connection, scope, needs, f"conversation.id IN ({marks})", list(part))


def at_work(connection: sqlite3.Connection, since: int, until: int) -> list[int]:
    """Return the conversations in which something may have happened from `since` until `until`.

    Those of the day before and after are among them: a first and last instant are told by some
    logs a little wrong.
    """
    first, end = since - DAY, until + DAY
    rows = connection.execute(
        "SELECT id FROM conversation WHERE coalesce(first_at, ?) < ? AND coalesce(last_at, ?) >= ? "
        "UNION SELECT conversation_id FROM call WHERE at >= ? AND at < ? "
        "UNION SELECT conversation_id FROM handoff WHERE at >= ? AND at < ?",
        (first, end, first, first, first, end, first, end),
    )
    return [row[0] for row in rows]


def thread_name(conversation_id: int) -> str:
    """Return the name of a conversation's thread."""
    return str(conversation_id)


def conversation_of(thread: Thread) -> int:
    """Return the conversation that a thread is."""
    return int(thread.id)


def _told(
    connection: sqlite3.Connection, scope: Scope, needs: Needs, which: str, chosen: list[object]
) -> Iterator[Story]:
    test, values = scope.sql()
    where = f"({which}) AND ({test})"
    told = told_of(connection, where, [*chosen, *values])
    handed = handed_over_at(connection)
    threads = _threads(connection, where, [*chosen, *values], told, handed)
    said = _said(connection, where, [*chosen, *values], needs)
    asks_for_calls = needs.calls or needs.models
    called = _called(connection, where, [*chosen, *values]) if asks_for_calls else iter(())
    for conversation_id, rows in _merged(said, called):
        thread = threads.get(conversation_id)
        if thread is not None:
            events = _events(thread, rows, needs)
            known = told.pop(conversation_id, None)
            entered = handed.get(conversation_id, [])
            if known is not None or entered:
                events = completed(
                    thread, known or UNTOLD, events, needs.roles, outcomes=needs.outcomes,
                    entered=entered,
                )  # fmt: skip
            if events:
                yield Story(thread, events)
    # Some sources tell how a conversation ended, and nothing of what was said in it.
    for conversation_id, known in told.items():
        thread = threads[conversation_id]
        events = completed(
            thread, known, [], needs.roles, outcomes=needs.outcomes,
            entered=handed.get(conversation_id, []),
        )  # fmt: skip
        if events:
            yield Story(thread, events)


_Row = tuple[int, int, int, int, str, int, str, str, int, int, int, int, int | None, int]


def _said(
    connection: sqlite3.Connection, where: str, values: list[object], needs: Needs
) -> Iterator[_Row]:
    """Yield messages by conversation as rows of the shape of calls."""
    kinds = ",".join(str(_KINDS[role]) for role in sorted(needs.roles))
    if not kinds:
        return iter(())
    return connection.execute(
        f"SELECT conversation_id, at, line, key, '', {_SAID_KIND}, coalesce(message.name, ''), '', "
        "0, 0, 0, 0, NULL, 0 "
        "FROM conversation JOIN reader ON reader.id=conversation.reader_id "
        "JOIN message ON message.conversation_id=conversation.id "
        f"WHERE {where} AND kind IN ({kinds}) AND {_OWN} ORDER BY conversation.id",
        values,
    )


def _called(connection: sqlite3.Connection, where: str, values: list[object]) -> Iterator[_Row]:
    return connection.execute(
        "SELECT conversation_id, at, line, call.id, call.key || call.variant, 0, '', "
        f"{_MODEL}, input, output, cache_read, cache_write_5m + cache_write_1h, list_pico, "
        f"{_DOUBT} FROM conversation JOIN reader ON reader.id=conversation.reader_id "
        "JOIN call ON call.conversation_id=conversation.id "
        f"JOIN model ON model.id=call.model_id WHERE {where} ORDER BY conversation.id",
        values,
    )


def _merged(said: Iterator[_Row], called: Iterator[_Row]) -> Iterator[tuple[int, list[_Row]]]:
    """Yield the rows of both by conversation; both rise by it."""
    groups = [groupby(rows, itemgetter(0)) for rows in (said, called)]
    heads = [next(group, None) for group in groups]
    while any(heads):
        first = min(head[0] for head in heads if head)
        rows: list[_Row] = []
        for place, head in enumerate(heads):
            if head and head[0] == first:
                rows += head[1]
                heads[place] = next(groups[place], None)
        rows.sort(key=itemgetter(1, 2, 5))
        yield first, rows


def _events(thread: Thread, rows: list[_Row], needs: Needs) -> list[Event]:
    events = []
    said_by = _Models(rows) if needs.models else None
    for place, row in enumerate(rows):
        _, at, _, number, key, kind, name, model, fresh, output, read, written, pico, doubt = row
        if not kind and not needs.calls:
            continue
        if kind not in (0, _KINDS[USER]) and not kind & _BY_PERSON and said_by is not None:
            model = said_by.at(at)
        told, event_id = (_ROLES[kind], f"m{number}") if kind else (CALL, f"c{key}")
        events.append(
            Event(
                event_id, at, told, thread, place, model, name, fresh, output, read, written, pico,
                doubt=doubt,
            )
        )  # fmt: skip
    return events


class _Models:
    """Which model was at work when: that of the call nearest in time, the earlier of two."""

    def __init__(self, rows: list[_Row]) -> None:
        called = [(row[1], row[7]) for row in rows if not row[5]]
        self._instants = [at for at, _ in called]
        self._models = [model for _, model in called]

    def at(self, at: int) -> str:
        """Return the model at an instant, nothing where none was called."""
        place = bisect_right(self._instants, at)
        if place == len(self._instants):
            return self._models[-1] if self._models else ""
        if place and at - self._instants[place - 1] <= self._instants[place] - at:
            place -= 1
        return self._models[place]


def _threads(
    connection: sqlite3.Connection,
    where: str,
    values: list[object],
    told: Mapping[int, Told],
    handed: Mapping[int, list[int]],
) -> dict[int, Thread]:
    """Return what is known of each conversation as a whole."""
    rows = connection.execute(
        f"SELECT conversation.id, reader.name, {PROJECT} FROM conversation "
        f"JOIN reader ON reader.id=conversation.reader_id WHERE {where}",
        values,
    )
    labels = _labels(connection)
    shared: dict[tuple[str, str], Mapping[str, str]] = {}
    return {
        conversation_id: _thread(
            conversation_id,
            labels.get(conversation_id, {}),
            shared.setdefault((source, project), {"source": source, "project": project}),
            told.get(conversation_id),
            is_entered=conversation_id in handed,
        )
        for conversation_id, source, project in rows
    }


def _labels(connection: sqlite3.Connection) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for conversation_id, name, value in connection.execute(
        "SELECT conversation_id, name, value FROM label ORDER BY 1, 2, 3"
    ):
        found.setdefault(conversation_id, {}).setdefault(name, []).append(value)
    return found


def _thread(
    conversation_id: int,
    labels: Mapping[str, list[str]],
    attributes: Mapping[str, str],
    told: Told | None,
    *,
    is_entered: bool,
) -> Thread:
    """Return a conversation as a thread; what a person has labelled goes before what is told.

    `is_entered` tells that a person has entered a hand-off.
    """
    own = next(iter(labels.get("outcome", ())), "")
    outcome = own or (told.resolution if told else "")
    is_handed_over = is_entered or label_of(outcome) == ESCALATED
    if told is not None and not own:
        is_handed_over = is_handed_over or told.is_handed_over
    return Thread(
        id=thread_name(conversation_id),
        user=told.customer if told else "",
        channel=(told.channel if told else "") or "chat",
        kind=next(iter(labels.get("kind", ())), ""),
        client=next(iter(labels.get("client", ())), ""),
        tags=tuple(labels.get("tag", ())),
        outcome=outcome,
        verified=bool(own) or (told is not None and told.is_decided),
        escalated=is_handed_over,
        verdict=told.verdict if told and not own else "",
        by_people=told is not None and not own and not is_entered and told.is_by_people,
        attributes=attributes,
    )
