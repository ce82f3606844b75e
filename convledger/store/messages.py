"""Writes messages with their bodies and puts their words into the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from convledger.store.bodies import PageReader, PageWriter, said_text
from convledger.store.calls import Birth, uncount
from convledger.store.redacted_titles import redact_title
from convledger.store.settings import note, setting
from convledger.store.tombstones import has_tombstones, is_erased

if TYPE_CHECKING:
    from convledger.sources.findings import Message
    from convledger.store.tombstones import Erased

HIDDEN, INHERITED = 2, 4  # flags: said by no person or model; said first in another conversation
REDACTED = 32  # flag: a secret was taken out of the body, and no log brings it back
_LAST: Birth = (1, 1 << 62, 0, "")
REDACTED_BODY = "redacted body"  # the tombstones of bodies as they were
MIDDLE = 1 << 40
# Segments after which one write merges them all: never, a large history would stall a small line.
CRISIS = 1999
_BULK = "index.bulk"
_LOW, _HIGH, _NEWEST = "messages.low", "messages.high", "messages.newest"


_MASK = (1 << 63) - 1
_SPREAD = 0x9E3779B97F4A7C15  # odd, so that the blocks of a message lie far apart


def message_key(reader_id: int, uuid: str, block: int) -> int:
    """Return 63 bits that name a message by its source's own name for it, in any conversation."""
    if len(uuid) == 36:
        try:
            return (int(uuid.replace("-", ""), 16) + block * _SPREAD) & _MASK
        except ValueError:
            pass
    name = f"{reader_id}\0{uuid}\0{block}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(name, digest_size=8).digest()) & _MASK


def _place(connection: sqlite3.Connection, count: int, newest: int) -> int:
    """Return the first of `count` free ids; batches of older messages get lower ones.

    So the index, which lists by id, lists the newest first, although history is read backwards.
    """
    low = int(setting(connection, _LOW, str(MIDDLE)))
    high = int(setting(connection, _HIGH, str(MIDDLE)))
    if high > low and newest < int(setting(connection, _NEWEST, "0")):
        low -= count
        note(connection, _LOW, low)
        return low
    note(connection, _LOW, low)
    note(connection, _HIGH, high + count)
    note(connection, _NEWEST, newest)
    return high


INDEX_WORDS = "INSERT INTO said (rowid, text) VALUES (?, CAST(? AS TEXT))"

Entry = tuple[int, int, int, int | None, "Message"]  # reader, file, conversation, sub-agent
_IN_STEP = 900


def write_batch(
    connection: sqlite3.Connection,
    batch: list[Entry],
    births: dict[int, Birth],
    erased: Erased | None = None,
    replacing: Container[int] = (),
) -> list[int]:
    """Store messages with their bodies, in the order of their logs, and index their words.

    A message that the ledger has already is passed over, but that of a file in `replacing` takes
    its place; one that another conversation has too is
    marked as inherited in all but the one whose file was begun first. Returns the keys of those
    that were new.
    """
    named = []
    seen: tuple[int, str, int] = (0, "", 0)
    key = 0
    for entry in batch:
        message = entry[4]
        name = (entry[0], message.uuid, message.block)
        if name != seen:
            seen, key = name, message_key(*name)
        named.append((key, entry))
    if erased is not None:
        named = [
            each
            for each in named
            if not erased.message(each[1][0], each[1][4].conversation, each[0])
        ]
    copies = _Copies(connection, births, [key for key, _ in named])
    fresh = []
    again: dict[tuple[int, int], tuple[int, Entry]] = {}
    for key, entry in named:
        if entry[1] in replacing and copies.is_stored(key, entry[2]):
            if (key, entry[2]) not in again:
                again[key, entry[2]] = (key, entry)
                continue
            copies.tell_apart(key, entry[2], again[key, entry[2]][1][4])
        own = copies.take(key, entry)
        if own != key and own is not None and erased is not None:
            own = None if erased.message(entry[0], entry[4].conversation, own) else own
        if own is not None:
            fresh.append((own, entry))
    if again:
        from convledger.store.replacing import replace_changed

        replace_changed(connection, list(again.values()))
    if not fresh:
        return []
    copies.mark()
    pages = PageWriter(connection)
    add = pages.add
    rows: list[tuple[Any, ...]] = []
    words: list[bytes | None] = []
    parents: dict[tuple[int, str], int] = {}
    for key, (reader_id, file_id, conversation_id, agent_id, message) in fresh:
        parent = None
        if message.parent:
            origin = (reader_id, message.parent)
            parent = parents.get(origin)
            if parent is None:
                parent = parents[origin] = message_key(reader_id, message.parent, 0)
        body, kind, flags = message.body, message.kind, message.flags
        encoded = body.encode("utf-8", "replace")
        rows.append(
            (
                *(conversation_id, key, parent, file_id, message.line, message.at, kind, flags),
                *(agent_id, message.name or None, *add(encoded)),
            )
        )
        is_said = encoded and not flags & HIDDEN
        words.append(said_text(message.name, body, encoded) if is_said else None)
    pages.flush()
    order = sorted(range(len(rows)), key=[row[5] for row in rows].__getitem__)
    first = _place(connection, len(rows), rows[order[-1]][5])
    connection.executemany(
        "INSERT INTO message (id, conversation_id, key, parent_key, file_id, line, at, kind, "
        "flags, agent_id, name, page_id, start, length) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(row_id, *rows[place]) for row_id, place in enumerate(order, first)],
    )
    connection.executemany(
        INDEX_WORDS,
        [(row_id, words[place]) for row_id, place in enumerate(order, first) if words[place]],
    )
    _uncount_behind(connection, fresh)
    return [key for key, _ in fresh]


def _uncount_behind(connection: sqlite3.Connection, fresh: list[tuple[int, Entry]]) -> None:
    """Have tokens counted anew that were counted without a message which came before them."""
    any_counted = "SELECT 1 FROM call INDEXED BY call_counted WHERE approximate & 10 != 0 "
    if connection.execute(f"{any_counted} LIMIT 1").fetchone() is None:
        return
    first: dict[int, int] = {}
    for _, (_, _, conversation_id, _, message) in fresh:
        first[conversation_id] = min(first.get(conversation_id, message.at), message.at)
    behind = [
        conversation_id
        for conversation_id, at in first.items()
        if connection.execute(
            f"{any_counted} AND conversation_id=? AND at>=? LIMIT 1", (conversation_id, at)
        ).fetchone()
    ]
    if behind:
        uncount(connection, behind)


class _Copies:
    """The messages of a batch that stand elsewhere too, stored or in the batch itself."""

    def __init__(
        self, connection: sqlite3.Connection, births: dict[int, Birth], keys: list[int]
    ) -> None:
        self._connection = connection
        self._births = births
        # By key: conversation, file, and the message itself where it is one of this batch.
        self._known: dict[int, list[tuple[int, int, Message | None]]] = {}
        self._inherited: set[tuple[int, int]] = set()
        self._parents: dict[int, int] = {}
        self._redacted: set[int] = set()
        self._any_redacted = has_tombstones(connection, REDACTED_BODY)
        for start in range(0, len(keys), _IN_STEP):
            some = keys[start : start + _IN_STEP]
            marks = ",".join("?" * len(some))
            for key, conversation_id, file_id, flags in connection.execute(
                f"SELECT key, conversation_id, file_id, flags FROM message WHERE key IN ({marks})",
                some,
            ):
                self._known.setdefault(key, []).append((conversation_id, file_id, None))
                if flags & REDACTED:
                    self._redacted.add(key)

    def is_stored(self, key: int, conversation_id: int) -> bool:
        """Tell whether the ledger has a message of a conversation already."""
        known = self._known.get(key, ())
        return any(other == conversation_id and twin is None for other, _, twin in known)

    def tell_apart(self, key: int, conversation_id: int, first: Message) -> None:
        """Have a second message of one name compared with the first of this reading."""
        self._known[key] = [
            (other, file_id, first if other == conversation_id else twin)
            for other, file_id, twin in self._known[key]
        ]

    def take(self, key: int, entry: Entry) -> int | None:
        """Return the key to store a message under, None where the ledger has it."""
        reader_id, file_id, conversation_id, _, message = entry
        known = self._known.get(key)
        if self._is_redacted(key, message):
            self._redact(key, conversation_id, message)
        if known is None:
            self._known[key] = [(conversation_id, file_id, message)]
            return key
        for other, _, twin in known:
            if other == conversation_id:
                if twin is None or twin.body == message.body:
                    return None
                return self._second_name(reader_id, file_id, conversation_id, message)
        original = min(
            [(self._births.get(file_id, _LAST), file_id, conversation_id, message)]
            + [(self._births.get(one[1], _LAST), one[1], one[0], one[2]) for one in known],
            key=itemgetter(0),
        )
        if original[2] == conversation_id:
            for other, _, twin in known:
                self._inherit(key, other, twin, conversation_id)
        else:
            self._inherit(key, conversation_id, message, original[2])
        known.append((conversation_id, file_id, message))
        return key

    def _second_name(
        self, reader_id: int, file_id: int, conversation_id: int, message: Message
    ) -> int | None:
        """Return a key for one of several texts that a log gives one name: all are kept, once."""
        mark = blake2b(message.body.encode("utf-8", "replace"), digest_size=8).hexdigest()
        key = message_key(reader_id, f"{message.uuid}#{mark}", message.block)
        known = self._known.setdefault(key, [])
        if any(one[0] == conversation_id for one in known):
            return None
        known.append((conversation_id, file_id, message))
        stored = self._connection.execute(
            "SELECT conversation_id, flags FROM message WHERE key=?", (key,)
        ).fetchall()
        if any(other == conversation_id for other, _ in stored):
            return None
        if any(flags & REDACTED for _, flags in stored):
            self._redact(key, conversation_id, message)
        return key

    def _is_redacted(self, key: int, message: Message) -> bool:
        """Tell whether a secret was taken out of a message, or of the one that a fork repeats."""
        return key in self._redacted or bool(
            self._any_redacted
            and message.flags & INHERITED
            and is_erased(self._connection, REDACTED_BODY, message.body)
        )

    def _redact(self, key: int, conversation_id: int, message: Message) -> None:
        """Give the copy of a redacted message the body that was left of it."""
        redact_title(self._connection, conversation_id, message.body)
        place = self._connection.execute(
            f"SELECT page_id, start, length FROM message WHERE key=? AND flags & {REDACTED}",
            (key,),
        ).fetchone()
        if place and is_erased(self._connection, REDACTED_BODY, message.body):
            message.body = PageReader(self._connection).body(*place)
        else:  # a fork, or another text that the log gives the same name
            from convledger.text.secrets import redact

            message.body = redact(message.body)
        message.flags |= REDACTED

    def _inherit(self, key: int, conversation_id: int, twin: Message | None, owner: int) -> None:
        if twin is None:
            self._inherited.add((key, conversation_id))
        else:
            twin.flags |= INHERITED
        self._parents[conversation_id] = owner

    def mark(self) -> None:
        """Mark the stored copies as inherited, and name the conversations they came from."""
        self._connection.executemany(
            f"UPDATE message SET flags=flags|{INHERITED} WHERE key=? AND conversation_id=?",
            self._inherited,
        )
        self._connection.executemany(
            "UPDATE conversation SET relation='resume', parent_native="
            "(SELECT native FROM conversation WHERE id=?) WHERE id=? AND parent_native=''",
            ((owner, child) for child, owner in self._parents.items() if owner != child),
        )


def index_in_bulk(connection: sqlite3.Connection, *, bulk: bool) -> None:
    """Let the index gather segments unmerged during a large import, and merge a little after it.

    Belongs into a transaction; does nothing where the index does so already.
    """
    if setting(connection, _BULK, "0") == str(int(bulk)):
        return
    note(connection, _BULK, int(bulk))
    for option, value in (("automerge", 0 if bulk else 8), ("crisismerge", CRISIS)):
        connection.execute("INSERT INTO said (said, rank) VALUES (?, ?)", (option, value))


def resolve_summaries(connection: sqlite3.Connection, keys: Iterable[int]) -> None:
    """Give conversations the titles that summaries hold for the messages with these keys."""
    connection.execute(
        """UPDATE conversation SET title=found.title, title_rank=2
        FROM (SELECT message.conversation_id AS id, summary.title AS title FROM summary
              JOIN message ON message.key=summary.leaf_key
              WHERE summary.leaf_key IN (SELECT value FROM json_each(?))) AS found
        WHERE conversation.id=found.id AND conversation.title_rank<2""",
        (msgspec.json.encode(list(keys)).decode(),),
    )


def summarised(connection: sqlite3.Connection) -> set[int]:
    """Return the keys of the messages, stored or not yet, that summaries give a title to."""
    return {row[0] for row in connection.execute("SELECT leaf_key FROM summary")}


def rebuild_index(connection: sqlite3.Connection) -> None:
    """Fill the index anew from the stored messages; belongs into a transaction."""
    pages = PageReader(connection)
    connection.execute("INSERT INTO said (said) VALUES ('delete-all')")
    rows = connection.execute(
        "SELECT id, name, page_id, start, length FROM message "
        f"WHERE page_id IS NOT NULL AND flags & {HIDDEN} = 0 ORDER BY id"
    )
    for row_id, name, page_id, start, length in rows:
        body = pages.body(page_id, start, length)
        words = said_text(name or "", body, body.encode("utf-8", "replace"))
        connection.execute(INDEX_WORDS, (row_id, words))
