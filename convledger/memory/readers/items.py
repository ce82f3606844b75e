"""What a reader finds in a memory file: items, and the parts that it had to leave."""

from __future__ import annotations

import re

from msgspec import Struct

MOST_BYTES = 50 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")


class Item(Struct, frozen=True, kw_only=True):
    """One piece of memory in a file.

    `start` and `length` are the bytes of the file that hold the body; None where it can't be
    written back. `key` stays when the text is edited in place. `scope`, `sensitivity`, `value` and
    the dates of holding are "", 0 and None where the file says nothing of them; instants are UTC
    microseconds. `place` says to people where in the file it stands.
    """

    key: str
    body: str
    title: str = ""
    kind: str = "fact"
    tags: tuple[str, ...] = ()
    source_date: int | None = None
    start: int | None = None
    length: int | None = None
    place: str = ""
    scope: str = ""
    sensitivity: str = ""
    value: int = 0
    valid_from: int | None = None
    valid_to: int | None = None


class Rejected(Struct, frozen=True):
    """A part of a file that holds no usable item, and why."""

    place: str
    reason: str


def too_large(content: bytes) -> Rejected | None:
    """Return why a file is too large to be memory, None where it isn't."""
    if len(content) <= MOST_BYTES:
        return None
    return Rejected("", f"{len(content):,} bytes; a memory file has at most {MOST_BYTES:,}")


def storable(text: str) -> str:
    """Return text that a database takes: lone surrogates and NULs become U+FFFD."""
    if not text.isascii():  # a long text is looked through at once, and nothing goes on meanwhile
        text = _SURROGATE.sub("\ufffd", text)
    return text.replace("\0", "\ufffd")


class Keys:
    """Gives each item of a file a key of its own: its path and how many had that path before."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}

    def next(self, path: str) -> str:
        """Return the key of the next item at a path."""
        path = path[:200]
        self._count[path] = number = self._count.get(path, 0) + 1
        return f"{path}#{number}"
