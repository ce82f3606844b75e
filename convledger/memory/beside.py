"""What stands beside an entry while it is reviewed: the messages around a quote, who carries it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from convledger.store.bodies import PageReader

_PROMPT, _ANSWER = 1, 2
_ASIDE = 3  # flags: of a sub-agent, or said by no person and no model
_MOST = 4_000  # characters of a message that only stands near


@dataclass(frozen=True, slots=True)
class Said:
    """A message near a quotation; `model`, `output` and `pico` are of the call that it is of."""

    message_id: int
    said_by: str
    at: int
    text: str
    model: str = ""
    output: int | None = None
    pico: int | None = None
    is_estimate: bool = False
    lacks_tokens: bool = False  # the source does not record them


@dataclass(frozen=True, slots=True)
class Around:
    """Messages in the order of time, the quoted one among them, and which of how many they are."""

    said: tuple[Said, ...] = ()
    first: int = 0
    of: int = 0

    @property
    def last(self) -> int:
        """The number of the last of them."""
        return self.first + len(self.said) - 1


def around(connection: sqlite3.Connection, message_id: int, before: int = 2) -> Around:
    """Return a message with so many before it that a person or a model said; empty if it's gone."""
    row = connection.execute(
        "SELECT conversation_id FROM message WHERE id=?", (message_id,)
    ).fetchone()
    if row is None:
        return Around()
    ids = [
        one
        for (one,) in connection.execute(
            "SELECT id FROM message WHERE conversation_id=? AND (id=? OR (kind IN (?, ?) "
            "AND flags & ?=0)) ORDER BY at, file_id, line, id",
            (row[0], message_id, _PROMPT, _ANSWER, _ASIDE),
        )
    ]
    place = ids.index(message_id)
    first = max(0, place - before)
    pages = PageReader(connection)
    said = tuple(
        _said(connection, pages, one, whole=one == message_id) for one in ids[first : place + 1]
    )
    return Around(said, first + 1, len(ids))


def _said(
    connection: sqlite3.Connection, pages: PageReader, message_id: int, *, whole: bool
) -> Said:
    conversation, kind, at, file_id, line, *place = connection.execute(
        "SELECT conversation_id, kind, at, file_id, line, page_id, start, length FROM message "
        "WHERE id=?",
        (message_id,),
    ).fetchone()
    call = None
    if kind == _ANSWER:
        call = connection.execute(
            "SELECT model.name, output, list_pico, price_state=3, approximate & 4 FROM call "
            "JOIN model ON model.id=model_id WHERE conversation_id=? AND file_id=? AND line=? "
            "ORDER BY call.at LIMIT 1",
            (conversation, file_id, line),
        ).fetchone()
    page, start, length = place
    body = pages.body(page, start, length if whole else min(length, 4 * _MOST))
    who = {_PROMPT: "user", _ANSWER: "assistant"}.get(kind, "tool")
    return Said(message_id, who, at, body if whole else body[:_MOST], *(call or ()))


@dataclass(frozen=True, slots=True)
class Carriers:
    """Where an entry is carried along: packs whose last rendering holds it, files that have it."""

    packs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def carriers(connection: sqlite3.Connection, entry_id: int) -> Carriers:
    """Return who carries an entry."""
    from convledger.memory.carrying import PACK, holders_of

    names: dict[bool, list[str]] = {True: [], False: []}
    for holder in holders_of(connection, entry_id):
        names[holder.kind == PACK].append(holder.name)
    return Carriers(tuple(sorted(names[True])), tuple(sorted(names[False])))
