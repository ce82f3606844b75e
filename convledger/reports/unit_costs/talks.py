"""Reads conversations as unit economics looks at them: lengths, tokens, list cost, how served."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

from convledger.clock import SECOND
from convledger.economics.conversation_costs import (
    ASSUMED,
    BOT,
    CONFIRMED,
    ESCALATED,
    FROM_TAGS,
    PEOPLE_ONLY,
    TAG_BREAK,
    UNANSWERED,
    Talk,
)
from convledger.economics.resolutions import settled
from convledger.plans import labels
from convledger.reports.history import OWN_SAID
from convledger.store.handoffs import handed_over_at
from convledger.store.outcome_history import Ended, befores
from convledger.store.patterns import PROJECT

_PAUSE = 300 * SECOND  # a longer silence is no time spent on a conversation
_MODEL = "model.name || CASE model.speed WHEN '' THEN '' ELSE '-' || model.speed END"
_OPENED = (
    "coalesce(conversation.first_at, (SELECT min(at) FROM call WHERE conversation_id="
    "conversation.id), (SELECT min(at) FROM message WHERE conversation_id=conversation.id))"
)
_BY_PERSON = 64
_DETAILS = {"user": ("user", "customer"), "tier": ("tier", "plan"), "feature": ("feature",)}


def read_talks(
    connection: sqlite3.Connection,
    since: int | None = None,
    until: int | None = None,
    *,
    usual_minutes: Fraction | None = None,
    lengths_of: Collection[int] | None = None,
) -> list[Talk]:
    """Return the conversations that opened from `since` until `until`, the earliest first.

    Sub-agents are part of the conversation that called them. `usual_minutes` are taken for one that
    people served where nobody entered how long they did. With `lengths_of` messages are looked at
    in these alone: of others neither lengths nor who served them are known.
    """
    found = _opened(connection, since, until)
    if not found:
        return []
    parents = _parents(connection)
    roots = {number: _root(number, parents) for number in found}
    missing = _never_opened(connection, {root for root in roots.values() if root not in found})
    ids = [number for number in found if roots[number] == number or roots[number] in missing]
    known = {number: found[number] for number in ids}
    family = _family(ids, parents)
    for child, root in family.items():
        if child != root:
            known[root].within += (child,)
    listed = json.dumps(sorted(family))
    _add_usage(connection, listed, family, known)
    _add_lengths(connection, known if lengths_of is None else known.keys() & lengths_of, known)
    _add_labels(connection, listed, family, known)
    _add_outcomes(connection, listed, known)
    _add_handoffs(connection, family, known)
    _add_minutes(connection, listed, family, known, usual_minutes)
    return sorted(known.values(), key=lambda talk: (talk.opened_at, talk.id))


def _opened(
    connection: sqlite3.Connection, since: int | None, until: int | None
) -> dict[int, Talk]:
    rows = connection.execute(
        f"SELECT * FROM (SELECT conversation.id, reader.name, native, title, {_OPENED} AS opened, "
        f"last_at, {PROJECT} FROM conversation JOIN reader ON reader.id=conversation.reader_id) "
        "WHERE opened IS NOT NULL AND (?1 IS NULL OR opened >= ?1) AND (?2 IS NULL OR opened < ?2)",
        (since, until),
    )
    return {
        row[0]: Talk(
            id=row[0],
            name=f"{row[1]}:{row[2]}",
            title=row[3],
            opened_at=row[4],
            last_at=max(row[5] or row[4], row[4]),
            served=UNANSWERED,
            segments={"source": row[1], "project": row[6] or ""},
        )
        for row in rows
    }


def family_of(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return the conversation of each thread: itself, or the one that called the sub-agent."""
    return _family(ids, _parents(connection))


def callers_of(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return the conversation that each is part of: itself, or the one that called it."""
    parents = _parents(connection)
    return {number: _root(number, parents) for number in ids}


def _family(ids: Iterable[int], parents: Mapping[int, int]) -> dict[int, int]:
    """Sub-agents that opened later than the span are part of their conversation all the same."""
    found = {number: number for number in ids}
    for child in parents:
        root = _root(child, parents)
        if root in found:
            found[child] = root
    return found


def _never_opened(connection: sqlite3.Connection, roots: set[int]) -> set[int]:
    """Return the callers of which nothing is told: their sub-agents stand for themselves.

    A sub-agent whose caller opened at another time is part of that one, and of that time.
    """
    if not roots:
        return roots
    rows = connection.execute(
        f"SELECT id FROM conversation WHERE id IN (SELECT value FROM json_each(?)) AND {_OPENED} "
        "IS NULL",
        (json.dumps(sorted(roots)),),
    )
    return {row[0] for row in rows}


def opened_at(connection: sqlite3.Connection, number: int) -> int | None:
    """Return when a conversation opened; None for a sub-agent of another one, and for no such."""
    if number in _parents(connection):
        return None
    row = connection.execute(f"SELECT {_OPENED} FROM conversation WHERE id=?", (number,)).fetchone()
    return row[0] if row else None


def opened_all(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return when conversations opened, sub-agents too; those that never did are left out."""
    rows = connection.execute(
        f"SELECT id, {_OPENED} FROM conversation WHERE {_among('id')}", (json.dumps(sorted(ids)),)
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def _parents(connection: sqlite3.Connection) -> dict[int, int]:
    """Return the conversation that called each sub-agent that has a thread of its own."""
    rows = connection.execute(
        "SELECT child.id, parent.id FROM conversation AS child JOIN conversation AS parent "
        "ON parent.reader_id=child.reader_id AND parent.native=child.parent_native "
        "WHERE child.relation='subagent' AND parent.id!=child.id"
    )
    return dict(rows.fetchall())


def _root(number: int, parents: Mapping[int, int]) -> int:
    seen = [number]
    while (above := parents.get(number)) is not None:
        if above in seen:  # a log that has two calling each other: the earlier stands for both
            return min(seen[seen.index(above) :])
        seen.append(above)
        number = above
    return number


def _among(column: str) -> str:
    return f"{column} IN (SELECT value FROM json_each(?))"


def _add_usage(
    connection: sqlite3.Connection, listed: str, family: Mapping[int, int], known: dict[int, Talk]
) -> None:
    """Add tokens and list costs, and the model that most of the cost is of."""
    calls: dict[int, dict[str, int]] = {}
    for row in connection.execute(
        f"SELECT conversation_id, {_MODEL}, sum(calls), sum(unpriced_calls), sum(estimated_calls), "
        "sum(input), sum(output), sum(cache_read), sum(cache_write_5m + cache_write_1h), "
        "sum(list_pico >> 30), sum(list_pico & 1073741823) FROM usage "
        f"JOIN model ON model.id=model_id WHERE {_among('conversation_id')} GROUP BY 1, 2 "
        "ORDER BY 1, 2",
        (listed,),
    ):
        talk, model = known[family[row[0]]], row[1]
        talk.calls += row[2]
        talk.unpriced_calls += row[3]
        talk.doubt = talk.doubt or bool(row[4])
        talk.input += row[5]
        talk.output += row[6]
        talk.cache_read += row[7]
        talk.cache_write += row[8]
        if row[2] > row[3]:
            cost = (row[9] << 30) + row[10]
            talk.list_pico = (talk.list_pico or 0) + cost
            talk.by_model[model] = talk.by_model.get(model, 0) + cost
        own = calls.setdefault(talk.id, {})
        own[model] = own.get(model, 0) + row[2]
    for number, counts in calls.items():
        talk = known[number]
        talk.served = BOT
        talk.segments["model"] = min(
            counts, key=lambda name: (-talk.by_model.get(name, 0), -counts[name], name)
        )
    for row in connection.execute(
        "SELECT conversation_id, sum(approximate & 12 = 4), sum(approximate & 10 != 0) FROM call "
        f"WHERE approximate != 0 AND {_among('conversation_id')} GROUP BY 1",
        (listed,),
    ):
        talk = known[family[row[0]]]
        talk.uncounted_calls += row[1]
        talk.doubt = talk.doubt or bool(row[2])


def _add_lengths(
    connection: sqlite3.Connection, numbers: Collection[int], known: dict[int, Talk]
) -> None:
    """Add lengths; what a sub-agent is told and answers is no part of the conversation itself."""
    for row in connection.execute(
        "SELECT conversation_id, count(*), sum(kind=1), sum(kind=2), "
        f"sum(kind=2 AND flags & {_BY_PERSON}), "
        f"sum((at - before) * (at - before <= {_PAUSE})) FROM ("
        "SELECT conversation_id, kind, flags, at, coalesce(lag(at) OVER "
        "(PARTITION BY conversation_id ORDER BY at, id), at) AS before FROM message "
        f"WHERE {OWN_SAID} AND {_among('conversation_id')}) GROUP BY 1",
        (json.dumps(sorted(numbers)),),
    ):
        talk = known[row[0]]
        talk.messages, talk.turns = row[1], row[2]
        talk.active = row[5] or 0
        if row[3] > row[4]:
            talk.served = ESCALATED if row[4] else BOT
        elif row[4]:
            talk.served = ESCALATED if talk.calls else PEOPLE_ONLY


def _add_labels(
    connection: sqlite3.Connection, listed: str, family: Mapping[int, int], known: dict[int, Talk]
) -> None:
    tags: dict[int, list[str]] = {}
    for number, name, value in connection.execute(
        f"SELECT conversation_id, name, value FROM label WHERE {_among('conversation_id')} "
        "ORDER BY 1, 2, 3",
        (listed,),
    ):
        if family[number] != number:
            continue
        talk = known[number]
        if name != "tag":
            talk.segments[name] = value
            continue
        said, found, told = value.partition("=")
        if found and said in FROM_TAGS:
            talk.segments[said] = told
        else:
            tags.setdefault(number, []).append(value)
    for number, own in tags.items():
        known[number].segments["tag"] = TAG_BREAK.join(own)
    for number, name, value in connection.execute(
        f"SELECT conversation_id, name, value FROM detail WHERE {_among('conversation_id')}",
        (listed,),
    ):
        if family[number] != number:
            continue
        for segment, names in _DETAILS.items():
            if name.lower() in names and value:
                known[number].segments.setdefault(segment, value)


def _add_outcomes(connection: sqlite3.Connection, listed: str, known: dict[int, Talk]) -> None:
    """Add how conversations ended: what a person has labelled, else what the source tells."""
    told = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT conversation_id, handled_by, resolution, channel, bot_messages, "
            f"human_messages, customer_messages FROM outcome WHERE {_among('conversation_id')}",
            (listed,),
        )
    }
    before = befores(connection, listed)
    for number, talk in known.items():
        own = talk.segments.get("outcome", "")
        handled_by, resolution, channel, *counts = told.get(number, ("", "", "", None, None, None))
        if channel:
            talk.segments.setdefault("channel", channel)
        if not own and resolution not in ("", "unknown"):
            talk.segments["outcome"] = resolution
        if not talk.messages:
            talk.messages = sum(count or 0 for count in counts)
            talk.turns = counts[2] or 0
        by_messages = talk.served
        talk.served = _served(by_messages, Ended(handled_by, resolution, own))
        talk.resolved = _resolved(own or resolution)
        if number in before:
            states = [*(state for _, state in before[number]), Ended(handled_by, resolution, own)]
            first, turns = settled(
                [
                    _resolved(state.label or state.resolution)
                    if _served(by_messages, state) == BOT
                    else ""
                    for state in states
                ],
                [at for at, _ in before[number]],
            )
            if turns:
                talk.resolved, talk.changes = first, turns


def _add_handoffs(
    connection: sqlite3.Connection, family: Mapping[int, int], known: dict[int, Talk]
) -> None:
    """Note what people have handed over by their own word, which goes before all that is told."""
    for number in handed_over_at(connection):
        if number in family:
            known[family[number]].served = ESCALATED


def _resolved(outcome: str) -> str:
    """Return whether an outcome is a resolution, and of which kind."""
    label = labels.label_of(outcome)
    return {labels.CONFIRMED: CONFIRMED, labels.ASSUMED: ASSUMED}.get(label, "")


def _served(by_messages: str, said: Ended) -> str:
    """Return who served a conversation; what a person has labelled goes before what is told."""
    served = by_messages
    if said.handled_by == "human_only":
        served = PEOPLE_ONLY
    elif said.handled_by in ("bot_only", "bot_then_human"):
        served = ESCALATED if said.handled_by == "bot_then_human" and not said.label else BOT
    resolution = "" if said.resolution == "unknown" else said.resolution
    if labels.label_of(said.label or resolution) == labels.ESCALATED and served != PEOPLE_ONLY:
        served = ESCALATED
    return served


def _add_minutes(
    connection: sqlite3.Connection,
    listed: str,
    family: Mapping[int, int],
    known: dict[int, Talk],
    usual: Fraction | None,
) -> None:
    for number, seconds in connection.execute(
        "SELECT conversation_id, sum(seconds) FROM worked_time WHERE gone_at IS NULL AND "
        f"{_among('conversation_id')} GROUP BY 1",
        (listed,),
    ):
        talk = known[family[number]]
        talk.minutes = (talk.minutes or Fraction(0)) + Fraction(seconds, 60)
    if usual is not None:
        for talk in known.values():
            if talk.minutes is None and talk.served in (ESCALATED, PEOPLE_ONLY):
                talk.minutes, talk.minutes_assumed = usual, True
