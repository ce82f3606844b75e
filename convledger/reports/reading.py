"""Questions of a reader of conversations: their outline, some of their texts, where words stand."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass

from convledger.errors import UsageProblem
from convledger.reports.thread import HIDDEN, SIDECHAIN, CallLine, Head, bodies, thread

__all__ = ["Branch", "CallLine", "Head", "Outline", "bodies", "find_in", "outline", "place_of"]

_ASIDE = HIDDEN | SIDECHAIN
_ASKED, _ANSWERED = 1, 2
_SIDES = {"prompt": _ASKED, "answer": _ANSWERED, "thinking": _ANSWERED, "tool_call": _ANSWERED}


@dataclass(frozen=True, slots=True)
class Branch:
    """A point from which a conversation went on more than once: a prompt edited, an answer redone.

    `heads` are the places in the outline where each of the alternates begins, oldest first.
    """

    parent_key: int
    heads: tuple[int, ...]


@dataclass(slots=True)
class Outline:
    """A conversation without its texts; amounts are picodollars, `total_pico` None if unpriced.

    For each head `cumulative` is what the calls up to there cost, and `context` how many tokens
    the model was last sent by whoever speaks there: the main thread, or the same sub-agent.
    """

    heads: list[Head]
    total_pico: int | None
    cumulative: list[int]
    context: list[int]
    largest_context: int
    branches: list[Branch]
    estimated_from: int | None = None  # the head from which on costs hold estimates
    counted_from: int | None = None  # and contexts tokens that were counted from texts

    def alternates(self) -> dict[int, tuple[int, int]]:
        """Return which of how many alternates begins at a head, as `2, 3` for "branch 2 of 3"."""
        return {
            place: (number, len(branch.heads))
            for branch in self.branches
            for number, place in enumerate(branch.heads, 1)
        }


def outline(
    connection: sqlite3.Connection, conversation_id: int, *, hidden: bool = False
) -> Outline:
    """Return the entries of a conversation in the order of time, with what they come to.

    Entries that no person and no model said are among them only if `hidden`.
    """
    every = thread(connection, conversation_id)
    heads = every if hidden else [head for head in every if head.is_shown]
    cumulative: list[int] = []
    context: list[int] = []
    running = largest = 0
    total: int | None = None
    sent: dict[str | int, int] = {}
    estimated_from: int | None = None
    counted_from: int | None = None
    for place, head in enumerate(heads):
        speaker = head.agent or head.flags & SIDECHAIN
        call = head.call
        if call is not None:
            if call.list_pico is not None:
                running += call.list_pico
                total = running
            if call.estimated and estimated_from is None:
                estimated_from = place
            if call.lacks_tokens and call.context and counted_from is None:
                counted_from = place
            sent[speaker] = call.context
            largest = max(largest, call.context)
        cumulative.append(running)
        context.append(sent.get(speaker, 0))
    return Outline(
        heads, total, cumulative, context, largest, _branches(every, heads), estimated_from,
        counted_from,
    )  # fmt: skip


def _branches(every: list[Head], heads: list[Head]) -> list[Branch]:
    """Return the points where one parent was asked more than once, or answered more than once.

    Results of tools, notes and sub-agents may share a parent without being alternates; a parent
    that is hidden stands for the nearest one above it that is not.
    """
    unsaid = {(head.file_id, head.line) for head in every if head.flags & HIDDEN}
    if unsaid:
        unsaid.difference_update(
            (head.file_id, head.line) for head in every if head.id and not head.flags & HIDDEN
        )
    passed = {
        head.key: head.parent_key
        for head in every
        if head.flags & HIDDEN and (head.file_id, head.line) in unsaid
    }
    first: dict[tuple[int, int], int] = {}
    several: dict[tuple[int, int], list[int]] = {}
    for place, head in enumerate(heads):
        side = _SIDES.get(head.kind)
        if side is None or head.parent_key is None or head.agent or head.flags & _ASIDE:
            continue
        parent = _nearest(head.parent_key, passed)
        if parent is None:
            continue
        begun = first.setdefault((parent, side), place)
        if begun == place:
            continue
        begins = several.setdefault((parent, side), [begun])
        last = heads[begins[-1]]
        # The blocks of one line stand together and are one alternate.
        if (last.file_id, last.line) != (head.file_id, head.line):
            begins.append(place)
    found = [
        Branch(parent, tuple(begins)) for (parent, _), begins in several.items() if len(begins) > 1
    ]
    return sorted(found, key=lambda branch: branch.heads)


def _nearest(key: int | None, passed: dict[int | None, int | None]) -> int | None:
    """Return the first name upwards from `key` that is not to be passed over; shortens the way."""
    way: list[int | None] = []
    seen: set[int | None] = set()
    while key in passed and key not in seen:
        seen.add(key)
        way.append(key)
        key = passed[key]
    if key in seen:  # parents in a ring lead nowhere
        key = None
    for one in way:
        passed[one] = key
    return key


def place_of(connection: sqlite3.Connection, message_id: int) -> tuple[int, int]:
    """Return the conversation that a message stands in, and the message; raises UsageProblem."""
    row = connection.execute(
        "SELECT conversation_id, id FROM message WHERE id=?", (message_id,)
    ).fetchone()
    if row is None:
        raise UsageProblem(f"no message {message_id}: it may have been taken out of the ledger")
    return row[0], row[1]


def find_in(
    connection: sqlite3.Connection, conversation_id: int, text: str, *, hidden: bool = False
) -> list[int]:
    """Return the messages whose text holds `text` in any case, in the order of the outline.

    None hold an empty text. Letters are compared as Unicode folds them: `STRASSE` finds `Straße`.
    """
    from convledger.store.bodies import PageReader

    wanted = text.casefold()
    if not wanted:
        return []
    # Each call belongs to one entry of its line, and a line may hold several of both.
    charged = Counter(
        connection.execute(
            "SELECT file_id, line FROM call WHERE conversation_id=?", (conversation_id,)
        ).fetchall()
    )
    among = []
    for order, (flags, file_id, line, *place) in enumerate(
        connection.execute(
            "SELECT flags, file_id, line, page_id, start, length, id FROM message "
            "WHERE conversation_id=? ORDER BY at, file_id, line, id",
            (conversation_id,),
        )
    ):
        is_charged = charged[file_id, line] > 0
        charged[file_id, line] -= is_charged
        if (hidden or is_charged or not flags & HIDDEN) and place[0] is not None:
            among.append((*place, order))
    pages = PageReader(connection)
    # By page, so that each is unpacked once, however the log's lines and their instants lie.
    found = [
        (order, message_id)
        for page_id, start, length, message_id, order in sorted(among)
        if wanted in pages.body(page_id, start, length).casefold()
    ]
    return [message_id for _, message_id in sorted(found)]
