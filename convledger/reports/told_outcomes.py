"""What sources tell of how conversations ended, as plans look at it: verdicts, hand-offs, counts.

Where a source counts messages without telling them, or tells that a bot answered, events stand for
these, spread evenly over the conversation: a plan then counts them as if they had been told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from convledger.plans.events import ASSISTANT, HANDOFF, OUTCOME, USER, Event, Thread
from convledger.store.handoffs import marks as handoff_marks

BOT_ONLY, BOT_THEN_HUMAN, HUMAN_ONLY = "bot_only", "bot_then_human", "human_only"
CUSTOMER = "customer"  # the detail that names who asked
_UNDECIDED = ("", "unknown", "open")
_MOST = 2_000  # messages that stand for what was only counted
_COLUMNS = (
    "handled_by, resolution, verdict, resolved_at, handed_off_at, bot_messages, "
    "customer_messages, channel, first_at, last_at"
)


class Told(NamedTuple):
    """What a source tells of a conversation's end; instants are UTC microseconds."""

    handled_by: str
    resolution: str
    verdict: str
    resolved_at: int | None
    handed_off_at: int | None
    answers: int | None
    questions: int | None
    channel: str
    first_at: int | None
    last_at: int | None
    customer: str

    @property
    def is_decided(self) -> bool:
        """Whether the source says how it ended."""
        return self.resolution not in _UNDECIDED

    @property
    def is_handed_over(self) -> bool:
        """Whether a person took over from a bot."""
        return self.handled_by == BOT_THEN_HUMAN

    @property
    def is_by_people(self) -> bool:
        """Whether no bot took part."""
        return self.handled_by in (HUMAN_ONLY, "none")


UNTOLD = Told("", "", "", None, None, None, None, "", None, None, "")


def told_of(
    connection: sqlite3.Connection, where: str, values: Sequence[object]
) -> dict[int, Told]:
    """Return what is told of the conversations that fit a test, by conversation."""
    rows = connection.execute(
        f"SELECT conversation.id, {_COLUMNS}, coalesce((SELECT value FROM detail WHERE "
        f"detail.conversation_id=conversation.id AND detail.name='{CUSTOMER}'), '') FROM outcome "
        "JOIN conversation ON conversation.id=outcome.conversation_id "
        f"JOIN reader ON reader.id=conversation.reader_id WHERE {where} ORDER BY conversation.id",
        values,
    )
    return {row[0]: Told(*row[1:]) for row in rows}


def marks(connection: sqlite3.Connection) -> bytes:
    """Return what changes when any outcome or hand-off does, in few bytes."""
    rows = connection.execute(
        "SELECT handled_by, resolution, verdict, channel, count(*), total(conversation_id), "
        "total(conversation_id * (conversation_id % 1000)), total(resolved_at), "
        "total(handed_off_at), total(bot_messages), total(customer_messages) FROM outcome "
        "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    return repr(rows.fetchall()).encode() + handoff_marks(connection)


def completed(
    thread: Thread,
    told: Told,
    events: list[Event],
    roles: frozenset[str],
    *,
    outcomes: bool,
    entered: Sequence[int] = (),
) -> list[Event]:
    """Return the events of a conversation with what its source has told beside its messages.

    A person's own label on how it ended takes the place of the source's hand-off, and so do the
    hand-offs that people have `entered` (UTC microseconds).
    """
    if not roles:
        return events
    added: list[Event] = []
    if {USER, ASSISTANT} <= roles and told.handled_by in (BOT_ONLY, BOT_THEN_HUMAN):
        added = _unsaid(thread, told, events)
    # The verdict on the whole of it stands, also where a person came into it.
    if entered:
        name = thread.outcome if thread.verified else ""
        added += [
            Event(f"h{thread.id}/{place}", at, HANDOFF, thread, name=name)
            for place, at in enumerate(entered)
        ]
    elif thread.escalated and told.is_handed_over and (at := _handed_off_at(told)) is not None:
        name = told.resolution if told.is_decided else ""
        added.append(Event(f"h{thread.id}", at, HANDOFF, thread, name=name))
    resolved_at = told.last_at if told.resolved_at is None else told.resolved_at
    if outcomes and told.is_decided and resolved_at is not None:
        added.append(Event(f"o{thread.id}", resolved_at, OUTCOME, thread, name=thread.outcome))
    if not added:
        return events
    ordered = sorted([*added, *events], key=lambda event: (event.at, event.kind != HANDOFF))
    return [replace(event, seq=place) for place, event in enumerate(ordered)]


def _handed_off_at(told: Told) -> int | None:
    return told.last_at if told.handed_off_at is None else told.handed_off_at


def _unsaid(thread: Thread, told: Told, events: list[Event]) -> list[Event]:
    """Return messages that stand for a side that said something, of which nothing is told."""
    if told.first_at is None or told.last_at is None:
        return []
    said = {event.kind for event in events}
    asked = 0 if USER in said else _some(told.questions)
    answered = 0 if ASSISTANT in said else _some(told.answers)
    kinds: list[str] = []
    for number in range(max(asked, answered)):
        kinds += [USER] * (number < asked) + [ASSISTANT] * (number < answered)
    last, span = max(1, len(kinds) - 1), max(0, told.last_at - told.first_at)
    alone = len(kinds) == 1 and kinds[0] == ASSISTANT
    return [
        Event(
            f"t{thread.id}/{place}",
            told.last_at if alone else told.first_at + span * place // last,
            kind,
            thread,
        )
        for place, kind in enumerate(kinds)
    ]


def _some(count: int | None) -> int:
    """Return a count of messages; where none is told there was one."""
    return 1 if count is None else min(count, _MOST)
