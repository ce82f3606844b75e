"""Which rows of Cursor's database are new, told by row numbers.

Cursor replaces a row by a new one with a higher number. Some rows are remembered by number and
key: all rows behind the last one that is still where it was are new. So a row that was deleted at
the end, whose number is used again, a database that was packed or restored from a backup, and
another one in its place, are noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from msgspec import Struct, msgpack

from convledger.sources.document import Document

VERSION = 1
_AT_ONCE = 5000
_BACK = (*range(12), *(1 << power for power in range(4, 40)))


class State(Struct, array_like=True):
    """How far a database was read: `marks` are numbers and keys of rows.

    Of a first reading that did not come to its end `after` is the last conversation read. In the
    conversations `held` a reply was still coming.
    """

    version: int = VERSION
    marks: list[tuple[int, str]] = []
    after: str = ""
    is_whole: bool = False
    held: list[str] = []


_decoder = msgpack.Decoder(State)


def state_of(stored: bytes) -> State:
    """Return the state that an earlier reading left, an empty one where it is of no use."""
    if not stored:
        return State()
    try:
        state = _decoder.decode(stored)
    except (ValueError, RecursionError):
        return State()
    return state if state.version == VERSION else State()


def stored(state: State) -> bytes:
    """Return a state's bytes."""
    return msgpack.encode(state)


def marks(document: Document) -> list[tuple[int, str]]:
    """Return rows to remember: the last ones, and others ever farther back."""
    last = document.rows("SELECT max(rowid) FROM cursorDiskKV")[0][0]
    if not isinstance(last, int):
        return []
    found: dict[int, str] = {}
    for back in _BACK:
        rows = document.rows(
            "SELECT rowid, key FROM cursorDiskKV WHERE rowid <= ? ORDER BY rowid DESC LIMIT 1",
            (last - back,),
        )
        if not rows:
            break
        found[rows[0][0]] = str(rows[0][1])
    return sorted(found.items())


def unchanged_until(document: Document, known: list[tuple[int, str]]) -> int:
    """Return the number of the last remembered row that is where it was; 0 where none is."""
    if not known:
        return 0
    among = ",".join("?" * len(known))
    rows = document.rows(
        f"SELECT rowid, key FROM cursorDiskKV WHERE rowid IN ({among})",  # noqa: S608
        [number for number, _ in known],
    )
    there = {(number, str(key)) for number, key in rows}
    return max((number for number, key in known if (number, key) in there), default=0)


def keys_behind(document: Document, number: int) -> Iterator[str]:
    """Yield the keys of all rows behind one."""
    while True:
        rows = document.rows(
            "SELECT rowid, key FROM cursorDiskKV WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (number, _AT_ONCE),
        )
        yield from (key for _, key in rows if isinstance(key, str))
        if len(rows) < _AT_ONCE:
            return
        number = rows[-1][0]


def conversations(document: Document, after: str) -> Iterator[str]:
    """Yield the ids of all conversations behind `after` in their order, by leaps in the index."""
    while True:
        found = [
            row[0]
            for prefix in ("composerData", "bubbleId")
            for row in document.rows(
                "SELECT key FROM cursorDiskKV WHERE key > ? AND key < ? ORDER BY key LIMIT 1",
                (f"{prefix}:{after};" if after else f"{prefix}:", f"{prefix};"),
            )
        ]
        ids = [key.split(":", 2)[1] for key in found if isinstance(key, str)]
        following = [each for each in ids if each > after]
        if not following:
            return
        after = min(following)
        yield after


def bubble_ids(document: Document, conversation: str) -> list[str]:
    """Return the ids of all bubbles that are kept of a conversation, from the index alone."""
    start = f"bubbleId:{conversation}:"
    found: list[list[str]] = []
    after = start
    while True:
        rows = document.rows(
            "SELECT key FROM cursorDiskKV WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
            (after, f"bubbleId:{conversation};", _AT_ONCE),
        )
        found.append([str(key)[len(start) :] for (key,) in rows])
        if len(rows) < _AT_ONCE:
            return list(chain.from_iterable(found))
        after = rows[-1][0]
