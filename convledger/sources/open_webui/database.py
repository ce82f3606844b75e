"""Reads the server's database `webui.db`, after the first time only the chats that changed.

When a chat was changed is told in seconds, by older versions in milliseconds or nanoseconds too:
each unit has its own last instant. Chats of that instant are read again, as more may have followed.
"""

# Queries are put together from names in this code alone; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.json_pieces import Piece
from convledger.sources.open_webui.findings import Reading
from convledger.sources.open_webui.records import Chat, Entry, Row, chat_of, value_of

COLUMNS = frozenset({"id", "user_id", "title", "chat", "created_at", "updated_at"})
_UNITS = ((0, 10**11), (10**11, 10**14), (10**14, 10**17), (10**17, 2**63 - 1))
_ANCHORS = 8
_AT_ONCE = 8  # pictures stand in older chats: they may be large
_MESSAGES = "chat_message"
_INDEXED = (
    "SELECT 1 FROM pragma_index_list('chat') AS list JOIN pragma_index_info(list.name) AS part "
    "WHERE part.seqno = 0 AND part.name = 'updated_at' LIMIT 1"
)
_SPOKEN = ("id", "parent_id", "role", "model_id", "created_at", "usage", "error", "content",
           "output", "files")  # fmt: skip


class State(Struct):
    """Until where the chats are known, and some that must be there if it is the same database."""

    last: list[int] = field(default_factory=lambda: [0] * len(_UNITS))
    anchors: list[str] = field(default_factory=list)
    behind: int = -1  # the row until which a first reading has come; -1 once it is through


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the chats that are new or changed since `state`. Raises NotReadable."""
    tables = document.tables()
    if not tables.get("chat", frozenset()) >= COLUMNS:
        raise NotReadable("a database, but not one of Open WebUI: it has no such table of chats")
    changes = _Changes(document)
    known = _known(document, state, changes)
    reading = Reading(document.changed_at, texts=texts)
    chats = _Chats(document, tables, reading)
    if known is None:
        known = State(changes.newest(), behind=0)
    if known.behind >= 0:
        yield from chats.all(known)
    else:
        yield from chats.changed(known, changes)


class _Changes:
    """When chats were changed: by the index of later versions, else by a look at every chat."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._all: list[tuple[str, int]] | None = None
        if not document.rows(_INDEXED):
            rows = document.rows("SELECT id, updated_at FROM chat")
            self._all = [(name, int(at)) for name, at in rows if isinstance(at, int | float)]
            self._all.sort(key=itemgetter(1))

    def newest(self) -> list[int]:
        """Return the last instant of each unit, 0 where there is none."""
        if self._all is not None:
            return [
                max((at for _, at in self._all if low <= at < high), default=0)
                for low, high in _UNITS
            ]
        query = "SELECT max(updated_at) FROM chat WHERE updated_at >= ? AND updated_at < ?"
        return [int(self._document.rows(query, unit)[0][0] or 0) for unit in _UNITS]

    def since(self, low: int, high: int) -> list[tuple[Any, ...]]:
        """Return the chats of the instants from `low` on, each with its own, the earliest first."""
        if self._all is not None:
            return [each for each in self._all if low <= each[1] < high]
        return self._document.rows(
            "SELECT id, updated_at FROM chat WHERE updated_at >= ? AND updated_at < ? "
            "ORDER BY updated_at",
            (low, high),
        )


def _known(document: Document, state: bytes, changes: _Changes) -> State | None:
    """Return the state, None where there is none or it is of another database."""
    if not state:
        return None
    try:
        known = msgspec.msgpack.decode(state, type=State)
    except (msgspec.MsgspecError, ValueError):
        return None
    if len(known.last) != len(_UNITS):
        return None
    if known.anchors:
        marks = ",".join("?" * len(known.anchors))
        count = document.rows(f"SELECT count(*) FROM chat WHERE id IN ({marks})", known.anchors)
        if not count[0][0]:
            return None
    if any(now < before for now, before in zip(changes.newest(), known.last, strict=True)):
        # The last chat is gone, or an older copy of the database was put back.
        return None
    return known


class _Chats:
    """Asks for chats, some at a time, and hands them on to be read."""

    def __init__(
        self, document: Document, tables: Mapping[str, frozenset[str]], reading: Reading
    ) -> None:
        self._document = document
        self._reading = reading
        meta = "meta" if "meta" in tables["chat"] else "NULL"
        self._columns = f"rowid, id, title, chat, created_at, updated_at, {meta}"
        spoken = tables.get(_MESSAGES, frozenset())
        self._spoken = (
            ", ".join(name if name in spoken else "NULL" for name in _SPOKEN)
            if "chat_id" in spoken
            else ""
        )
        self._done = 0
        self._anchors: list[str] = []

    def all(self, known: State) -> Iterator[Found]:
        """Yield all chats in the order of their rows, going on behind `known.behind`."""
        self._anchors = known.anchors
        behind = known.behind
        while True:
            rows = self._document.rows(
                f"SELECT {self._columns} FROM chat WHERE rowid > ? ORDER BY rowid LIMIT {_AT_ONCE}",
                (behind,),
            )
            if not rows:
                break
            behind = rows[-1][0]
            for row in rows:
                self._take(row)
            if self._reading.is_full():
                yield self._found(State(known.last, self._anchors, behind))
        yield self._reading.found(
            self._document.size, msgspec.msgpack.encode(State(known.last, self._anchors))
        )

    def changed(self, known: State, changes: _Changes) -> Iterator[Found]:
        """Yield the chats of the last known instants and later, the earliest first."""
        self._anchors = known.anchors
        last = list(known.last)
        for unit, (low, high) in enumerate(_UNITS):
            names = changes.since(max(low, last[unit]), high)
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                for row in self._document.rows(
                    f"SELECT {self._columns} FROM chat WHERE id IN ({marks})",
                    [name for name, _ in some],
                ):
                    self._take(row)
                last[unit] = int(some[-1][1])
                if self._reading.is_full():
                    yield self._found(State(list(last), self._anchors))
        yield self._reading.found(
            self._document.size, msgspec.msgpack.encode(State(last, self._anchors))
        )

    def _found(self, state: State) -> Found:
        done = min(self._done, self._document.size)
        return self._reading.found(done, msgspec.msgpack.encode(state))

    def _take(self, row: tuple[Any, ...]) -> None:
        number, name, title, content, created_at, updated_at, meta = row
        data = content if isinstance(content, bytes) else str(content or "").encode()
        self._done += len(data)
        piece = Piece(max(number, 1), 0, data)
        chat = chat_of(data) if data else Chat()
        if chat is None or not name:
            self._reading.reject(piece.rejected("a chat that is no JSON"))
            return
        if not chat.history.messages and self._spoken:
            self._join(chat, str(name))
        if len(self._anchors) < _ANCHORS and isinstance(name, str):
            self._anchors = [*self._anchors, name]
        noted = value_of(meta.encode()) if isinstance(meta, str) else None
        self._reading.take(Row(name, title, chat, created_at, updated_at, noted), piece)

    def _join(self, chat: Chat, name: str) -> None:
        """Put in the messages that later versions keep in a table of their own."""
        rows = self._document.rows(
            f"SELECT {self._spoken} FROM {_MESSAGES} WHERE chat_id = ? "
            "ORDER BY created_at, rowid LIMIT 100000",
            (name,),
        )
        for row in rows:
            own = str(row[0]).removeprefix(f"{name}-")
            _, parent, role, model, at, usage, error, content, output, files = row
            chat.history.messages[own] = Entry(
                parent, role, model, at, _decoded(usage), None, _decoded(error),
                _kept(content), _kept(output), _kept(files),
            )  # fmt: skip


def _decoded(value: Any) -> Any:
    return value_of(value.encode()) if isinstance(value, str) else None


def _kept(value: Any) -> msgspec.Raw:
    """Return a column's JSON; a text that is none stands for itself."""
    if not isinstance(value, str):
        return msgspec.Raw(b"null")
    if value_of(value.encode()) is None:
        return msgspec.Raw(msgspec.json.encode(value))
    return msgspec.Raw(value.encode())
