"""The thread of a conversation: its messages and calls in the order in which they are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any

from msgspec import Struct

from convledger.clock import iso_text
from convledger.money import usd_text
from convledger.store.calls import ESTIMATED, MISSING

KINDS = {
    1: "prompt",
    2: "answer",
    3: "thinking",
    4: "tool_call",
    5: "tool_result",
    6: "note",
    7: "attachment",
}
SIDECHAIN, HIDDEN, INHERITED, ERROR, ROLLED_BACK = 1, 2, 4, 8, 16
PERSON, BRANCH = 64, 128
_IN_STEP = 900
_NO_AGENT = ("", "")


# There may be a hundred thousand of these two: made fast, and out of the collector's sight.
class CallLine(Struct, gc=False):
    """A call as a transcript shows it."""

    id: int
    key: str
    at: int
    model: str
    input: int
    output: int
    reasoning: int
    cache_read: int
    cache_write: int
    list_pico: int | None
    line: int
    file: str
    estimated: bool = False  # its cost; the tokens too, where they were counted from the texts
    lacks_tokens: bool = False  # which the source does not record

    @property
    def context(self) -> int:
        """The tokens that the model was sent."""
        return self.input + self.cache_read + self.cache_write

    def document(self) -> dict[str, Any]:
        """Return the call as JSON says it."""
        return {
            "call": self.key,
            "at": iso_text(self.at),
            "model": self.model,
            "input": self.input,
            "output": self.output,
            "reasoning": self.reasoning,
            "cache_read": self.cache_read,
            "cache_write": self.cache_write,
            "list_cost_usd": None if self.list_pico is None else usd_text(self.list_pico),
            "estimated": self.estimated,
            "tokens_recorded": not self.lacks_tokens,
        }


class Head(Struct, gc=False):
    """An entry without its body: a message, or a call (`id` 0) without a message of its own.

    `at` is UTC microseconds, `length` the body's bytes, `key` and `parent_key` the names by which
    messages refer to each other.
    """

    id: int
    at: int
    kind: str
    flags: int
    name: str
    length: int
    agent: str
    agent_name: str
    key: int | None
    parent_key: int | None
    file_id: int
    line: int
    call: CallLine | None = None

    @property
    def is_shown(self) -> bool:
        """Whether a person or a model said it, or it cost something."""
        return not self.flags & HIDDEN or self.call is not None


Agents = Callable[[int | None], tuple[str, str]]
# By file and line: calls in the order of time, each with its sub-agent and side chain.
Calls = dict[tuple[int, int], list[tuple[CallLine, int | None, int]]]


def thread(connection: sqlite3.Connection, conversation_id: int) -> list[Head]:
    """Return every entry of a conversation in the order of time, each call at its message.

    A call belongs to the first message of its line of the log; one that has none, or comes second
    there, is an entry by itself.
    """

    @cache
    def agent(agent_id: int | None) -> tuple[str, str]:
        row = connection.execute(
            "SELECT native, kind, description FROM agent WHERE id=?", (agent_id,)
        ).fetchone()
        return (row[0], ": ".join(filter(None, row[1:]))) if row else _NO_AGENT

    calls = _calls(connection, conversation_id)
    heads = _messages(connection, conversation_id, agent, calls)
    silent = [
        Head(
            0, call.at, "call", SIDECHAIN if sidechain else 0, call.model, 0, *agent(agent_id),
            None, None, file_id, line, call,
        )
        for (file_id, line), waiting in calls.items()
        for call, agent_id, sidechain in waiting
    ]  # fmt: skip
    if silent:
        heads = sorted(heads + silent, key=attrgetter("at", "file_id", "line"))
    _mark_rolled_back(connection, heads)
    return heads


def _messages(
    connection: sqlite3.Connection, conversation_id: int, agent: Agents, calls: Calls
) -> list[Head]:
    """Return the messages of a conversation, each with the call that it takes out of `calls`."""
    found = []
    for (
        message_id, at, kind, flags, name, length, agent_id, key, parent_key, file_id, line,
    ) in connection.execute(
        "SELECT id, at, kind, flags, name, length, agent_id, key, parent_key, file_id, line "
        "FROM message WHERE conversation_id=? ORDER BY at, file_id, line, id",
        (conversation_id,),
    ):  # fmt: skip
        native, agent_name = agent(agent_id) if agent_id else _NO_AGENT
        waiting = calls.get((file_id, line))
        found.append(
            Head(
                message_id, at, KINDS.get(kind, "note"), flags, name or "", length, native,
                agent_name, key, parent_key, file_id, line, waiting.pop(0)[0] if waiting else None,
            )
        )  # fmt: skip
    return found


def _calls(connection: sqlite3.Connection, conversation_id: int) -> Calls:
    """Return the calls of a conversation by file and line, with sub-agent and side chain."""
    models = dict(
        connection.execute(
            "SELECT id, name || CASE speed WHEN '' THEN '' ELSE '-' || speed END FROM model"
        )
    )

    @cache
    def path(file_id: int) -> str:
        row = connection.execute("SELECT path FROM file WHERE id=?", (file_id,)).fetchone()
        return path_text(row[0]) if row else ""

    found: Calls = {}
    for (
        call_id, key, at, model_id, sent, output, reasoning, cache_read, cache_write, list_pico,
        line, file_id, agent_id, sidechain, state, doubt,
    ) in connection.execute(
        "SELECT id, key, at, model_id, input, output, reasoning, cache_read, cache_write_5m + "
        "cache_write_1h, list_pico, line, file_id, agent_id, sidechain, price_state, "
        "approximate FROM call "
        "WHERE conversation_id=? ORDER BY at, id",
        (conversation_id,),
    ):  # fmt: skip
        call = CallLine(
            call_id, key, at, models.get(model_id, ""), sent, output, reasoning, cache_read,
            cache_write, list_pico, line, path(file_id), state == ESTIMATED, doubt & MISSING != 0,
        )  # fmt: skip
        found.setdefault((file_id, line), []).append((call, agent_id, sidechain))
    return found


def _mark_rolled_back(connection: sqlite3.Connection, heads: list[Head]) -> None:
    """Mark the turns that were taken back: billed, but out of the thread."""
    marks = {
        head.id: head.file_id
        for head in heads
        if head.kind == "note" and head.name == "rolled_back"
    }
    if not marks:
        return
    numbers = bodies(connection, marks)
    files = set(marks.values())
    standing: dict[int, list[Head]] = {file_id: [] for file_id in files}
    for head in sorted((head for head in heads if head.file_id in files), key=attrgetter("line")):
        before = standing[head.file_id]
        if head.id in marks:
            number = numbers.get(head.id, "")
            turns = int(number) if number.isdecimal() and len(number) < 10 else 1
            while turns > 0 and before:
                taken = before.pop()
                taken.flags |= ROLLED_BACK
                turns -= taken.kind == "prompt"
        before.append(head)


def bodies(
    connection: sqlite3.Connection, of: Iterable[int | Head], *, most: int | None = None
) -> dict[int, str]:
    """Return the texts of messages by their ids, cut to `most` characters, each page read once."""
    from convledger.store.bodies import PageReader

    ids = sorted({one if isinstance(one, int) else one.id for one in of} - {0})
    places: list[tuple[int | None, int, int, int]] = []
    for start in range(0, len(ids), _IN_STEP):
        some = ids[start : start + _IN_STEP]
        marks = ",".join("?" * len(some))
        places += connection.execute(
            f"SELECT page_id, start, length, id FROM message WHERE id IN ({marks})", some
        )
    places.sort(key=lambda place: (place[0] or 0, place[1]))
    pages = PageReader(connection)
    # No character takes more than four bytes: so much of a long body is enough.
    return {
        message_id: (
            pages.body(page_id, start, length)
            if most is None
            else pages.body(page_id, start, min(length, most * 4))[:most]
        )
        for page_id, start, length, message_id in places
    }


def path_text(stored: str | bytes) -> str:
    """Return a path as it is kept as text."""
    return stored if isinstance(stored, str) else stored.decode("utf-8", "replace")
