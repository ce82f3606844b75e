"""Puts what a source says now in the place of what it said before, where a newer file tells it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from convledger.store.bodies import PageReader, PageWriter, said_text
from convledger.store.calls import uncount
from convledger.store.erasing_bodies import UNSAY, forget, list_page, prepare, rewrite_pages
from convledger.store.messages import message_key
from convledger.store.probes import Probes

if TYPE_CHECKING:
    from convledger.store.messages import Entry

_HIDDEN, _REDACTED = 2, 32
_STORED = 4 | 32  # flags that the ledger itself sets: inherited, redacted
_IN_STEP = 500


def replace_changed(connection: sqlite3.Connection, again: list[tuple[int, Entry]]) -> int:
    """Bring stored messages to what is told of them `again`, by key; return how many changed.

    An older file does not take back what a newer one has told. A redacted message stays as it is.
    Belongs into a transaction.
    """
    changing = _Changing(connection)
    for start in range(0, len(again), _IN_STEP):
        some = again[start : start + _IN_STEP]
        told = {(key, entry[2]): entry for key, entry in some}
        marks = ",".join("?" * len(some))
        rows = connection.execute(
            "SELECT id, key, conversation_id, file_id, line, kind, flags, coalesce(name, ''), "
            f"parent_key, page_id, start, length FROM message WHERE key IN ({marks})",
            [key for key, _ in some],
        ).fetchall()
        for row in rows:
            entry = told.get((row[1], row[2]))
            if entry is not None:
                changing.compare(row, entry)
    changing.finish()
    return changing.count


class _Moving(NamedTuple):
    """A stored message, its file and line, and those that it is told at now."""

    id: int
    key: int
    was: tuple[int, int]
    now: tuple[int, int]


class _Changing:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read = PageReader(connection).body
        self._pages = PageWriter(connection)
        self._ages: dict[tuple[str, int], int] = {}
        self._places: dict[int, list[_Moving]] = {}
        self._listed = False
        self._conversations: set[int] = set()  # that say something else now
        self._moved: set[int] = set()  # whose messages stand elsewhere in the same file
        self.count = 0

    def compare(self, row: tuple[Any, ...], entry: Entry) -> None:
        row_id, key, conversation_id, file_id, line, kind, flags, name, parent_key, *place = row
        message = entry[4]
        if flags & _REDACTED:
            return
        parent = message_key(entry[0], message.parent, 0) if message.parent else parent_key
        if file_id != entry[1] and not self._is_newer(entry[1], conversation_id):
            if parent_key is None and parent is not None:
                self._put_below(row_id, conversation_id, parent)
            return
        self._places.setdefault(conversation_id, []).append(
            _Moving(row_id, key, (file_id, line), (entry[1], message.line))
        )
        if file_id == entry[1] and line != message.line:
            self._moved.add(conversation_id)
        wanted = (message.kind, message.flags | (flags & _STORED), message.name)
        if parent != parent_key:
            self._put_below(row_id, conversation_id, parent)
        body = self._read(*place)
        if body == message.body and wanted == (kind, flags, name):
            return
        self.count += 1
        self._conversations.add(conversation_id)
        encoded = body.encode("utf-8", "replace")
        if encoded and not flags & _HIDDEN:
            self._connection.execute(UNSAY, (row_id, said_text(name, body, encoded)))
        if not self._listed:
            prepare(self._connection)
            self._listed = True
        list_page(self._connection, place[0])
        encoded = message.body.encode("utf-8", "replace")
        self._connection.execute(
            "UPDATE message SET kind=?, flags=?, name=?, page_id=?, start=?, length=? WHERE id=?",
            (*wanted[:2], message.name or None, *self._pages.add(encoded), row_id),
        )
        if encoded and not message.flags & _HIDDEN:
            self._connection.execute(
                "INSERT INTO said (rowid, text) VALUES (?, CAST(? AS TEXT))",
                (row_id, said_text(message.name, message.body, encoded)),
            )

    def _put_below(self, row_id: int, conversation_id: int, parent: int | None) -> None:
        self._connection.execute("UPDATE message SET parent_key=? WHERE id=?", (parent, row_id))
        self._conversations.add(conversation_id)

    def _is_newer(self, file_id: int, conversation_id: int) -> bool:
        """Tell whether no newer document has told of a conversation."""
        age = self._number("SELECT mtime_ns FROM file WHERE id=?", file_id)
        return age >= self._number("SELECT told_ns FROM conversation WHERE id=?", conversation_id)

    def _number(self, query: str, row_id: int) -> int:
        if (query, row_id) not in self._ages:
            found = self._connection.execute(query, (row_id,)).fetchone()
            self._ages[query, row_id] = int(found[0]) if found else 0
        return self._ages[query, row_id]

    def finish(self) -> None:
        """Leave nothing of the old bodies in the pages that held them, nor tokens of theirs.

        All messages of a conversation that changed move to the file that told of the change, so
        that they stay in its order, and their calls with them.
        """
        for conversation_id in self._conversations | self._moved:
            moving = self._places.get(conversation_id, [])
            self._connection.executemany(
                "UPDATE message SET file_id=?, line=? WHERE id=?",
                [(*each.now, each.id) for each in moving],
            )
            self._move_calls(conversation_id, moving)
        self._pages.flush()
        if self._listed:
            counts = {"pages_rewritten": 0, "pages_removed": 0}
            rewrite_pages(self._connection, Probes(), counts)
            forget(self._connection)
        if self._conversations:
            uncount(self._connection, self._conversations)

    def _move_calls(self, conversation_id: int, moving: list[_Moving]) -> None:
        """Put calls where their messages are: those of their name, else of their place before."""
        named = {each.key: each.now for each in moving}
        placed = {each.was: each.now for each in moving if each.was[0] != each.now[0]}
        calls = self._connection.execute(
            "SELECT id, reader_id, key, file_id, line FROM call WHERE conversation_id=?",
            (conversation_id,),
        ).fetchall()
        changed = []
        for call_id, reader_id, key, *was in calls:
            before = (was[0], was[1])
            now = named.get(message_key(reader_id, key, 0)) or placed.get(before, before)
            if now != before:
                changed.append((*now, call_id))
        self._connection.executemany("UPDATE call SET file_id=?, line=? WHERE id=?", changed)
