"""Takes a JSON document apart into its elements without holding all of it in memory."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.json_ends import (
    BROKEN,
    UNFINISHED,
    Brackets,
    end_of_broken,
    end_of_value,
    fault_in,
    is_strict,
    mended,
)

BLOCK = 4 << 20
LARGEST_ELEMENT = 64 << 20
MOST_REJECTED = 1000  # elements that are told one by one; more in a row end the reading
MOST_KEYS = 10_000  # of an object, before the wanted one
_SPACE = b" \t\r\n\0"
_NO_OBJECT = "not an object"
_OPENING, _CLOSING = b"{}"
_LONGEST_KEY = 4096  # bytes that a key with its spaces takes, at most
_SPACES = re.compile(rb"[ \t\r\n\0]*")
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.){0,400}")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_BETWEEN = re.compile(rb"[, \t\r\n]*")


class Piece(msgspec.Struct):
    """An element: its number from 1 on, where it begins, and its bytes."""

    number: int
    offset: int
    data: bytes

    def rejected(self, reason: str) -> Rejected:
        """Return the rejection of this element."""
        return Rejected(self.number, self.offset, reason, self.data[:400])


_Step = Generator[Piece | Rejected, None, bool]


@dataclass(slots=True)
class Begin:
    """What the beginning of a document shows: whole records, and the keys of an object."""

    records: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    inner: str = ""  # the key of the list that the records were found in


def pieces(stream: BinaryIO, inside: tuple[str, ...] = ()) -> Iterator[Piece | Rejected]:
    """Yield the elements of a list of objects; of a single object, that one; of several, each.

    Where the document is an object with one of the keys `inside`, the list there is taken apart.
    What is no element, or the end that a cut file lacks, comes as Rejected. A large element is
    held once: who drops a piece before asking for the next keeps the memory at that. Raises
    NotReadable where the document is not JSON at all.
    """
    yield from _Pieces(stream, inside).all()


class _Pieces:
    def __init__(self, stream: BinaryIO, inside: tuple[str, ...]) -> None:
        self._stream = stream
        self._inside = inside
        self._grown: io.BytesIO | None = None  # holds the data where they can grow in place
        self._data = b""
        self._at = 0  # in the data
        self._base = 0  # where the data begins in the document
        self._ended = False
        self._number = 0
        self._rejected = 0  # in a row

    def all(self) -> Iterator[Piece | Rejected]:
        opening = self._next()
        if opening == b"[":
            self._at += 1
            yield from self._elements()
        elif opening == b"{":
            yield from self._objects()
        elif opening:
            start = self._data[self._at : self._at + 200].lower()
            if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
                raise NotReadable(
                    "a web page, not JSON: a download link that has expired gives one; "
                    "download it again"
                )
            raise NotReadable("not JSON")

    def _objects(self) -> Iterator[Piece | Rejected]:
        """Take an object apart at the list it holds under one of the wanted keys, else whole."""
        if self._inside and self._into_list():
            yield from self._elements()
            return
        while (mark := self._next()) == b"{":
            if not (yield from self._element()):
                return
        if mark:
            self._number += 1
            yield self._cut("not JSON from here on")

    def _into_list(self) -> bool:
        """Go to the first element of the wanted list; False where there is none."""
        place = 1  # from the start of the object on, which stays where it is
        for _ in range(MOST_KEYS):
            key, value = self._key_at(place)
            if value < 0:
                return False
            if key in self._inside:
                if self._data[self._at + value : self._at + value + 1] != b"[":
                    return False
                self._at += value + 1
                return True
            while (end := end_of_value(self._data, self._at + value)) == UNFINISHED:
                if len(self._data) - self._at > LARGEST_ELEMENT or not self._more():
                    return False
            if end == BROKEN:
                return False
            place = end - self._at
        return False

    def _key_at(self, place: int) -> tuple[str, int]:
        """Return the key at a place of the object here, and where its value begins, -1 if none."""
        while True:
            found = _KEY.match(self._data, _behind_comma(self._data, self._at + place))
            if found is not None and found.end() < len(self._data):
                return _plain(found[1]), found.end() - self._at
            found = None  # which would hold the data
            if len(self._data) - self._at - place > _LONGEST_KEY or not self._more():
                return "", -1

    def _elements(self) -> Iterator[Piece | Rejected]:
        while True:
            mark = self._next()
            if mark == b"]":
                return
            if not mark:
                yield self._cut("the file ends in the middle: it is not whole")
                return
            if mark == b",":
                self._at = _behind_comma(self._data, self._at)
                continue
            if not (yield from self._element()):
                return

    def _element(self) -> _Step:
        """Yield the element here; returns False where the document can't be read on."""
        self._number += 1
        is_object = self._data[self._at] == _OPENING
        while not self._ended or self._at < len(self._data):
            end = end_of_value(self._data, self._at)
            if end == len(self._data) and not self._ended and not is_object:
                end = UNFINISHED  # a number, say, may go on
            if end >= 0:
                yield from self._told(self._taken(end), "" if is_object else _NO_OBJECT)
                return True
            if end == BROKEN or self._ended:
                break
            if not (yield from self._grow()):
                return True
        return (yield from self._scanned())

    def _told(self, piece: Piece, reason: str) -> Iterator[Piece | Rejected]:
        """Yield an element, or why it is none; raises NotReadable where that goes on and on."""
        if not reason:
            self._rejected = 0
            yield piece
            return
        self._rejected += 1
        if self._rejected > MOST_REJECTED:
            raise NotReadable(f"more than {MOST_REJECTED} parts in a row that are no records")
        yield piece.rejected(reason)

    def _grow(self) -> _Step:
        """Read on within an element; False, and it is passed over, where it is too large."""
        if len(self._data) - self._at > LARGEST_ELEMENT:
            reason = f"larger than {LARGEST_ELEMENT >> 20} MB"
            excerpt = self._data[self._at : self._at + 400]
            yield Rejected(self._number, self._base + self._at, reason, excerpt)
            self._skip()
            return False
        self._more()
        return True

    def _scanned(self) -> _Step:
        """Find the end of an element that is not strict JSON, or not whole."""
        if self._data[self._at : self._at + 1] not in (b"{", b"["):
            return (yield from self._broken())
        brackets, used = Brackets(), 0
        while True:
            place, is_end = brackets.end(self._data, self._at + used)
            used = place - self._at
            if is_end:
                break
            if self._ended:
                yield self._cut("the file ends in the middle of it: it is not whole")
                return False
            if not (yield from self._grow()):
                return True
        piece, fault = self._taken(place), ""
        if not is_strict(piece.data):
            better = mended(piece.data)
            if is_strict(better):
                piece.data = better
            else:
                fault = fault_in(piece.data)
        if not fault and piece.data[0] != _OPENING:
            fault = _NO_OBJECT
        yield from self._told(piece, fault)
        return True

    def _broken(self) -> _Step:
        """Pass over what is neither object nor list, nor JSON."""
        while (end := end_of_broken(self._data, self._at)) < 0 or end == len(self._data):
            if (
                self._data[self._at] == _CLOSING
                or self._ended
                or len(self._data) - self._at > LARGEST_ELEMENT
            ):
                break
            self._more()
        if end < 0:
            yield self._cut("not JSON from here on")
            return False
        yield from self._told(self._taken(end), _NO_OBJECT)
        return True

    def _skip(self) -> None:
        """Pass over an element that is too large, by its brackets."""
        brackets = Brackets()
        while True:
            self._at, is_end = brackets.end(self._data, self._at)
            if is_end or not self._more():
                return

    def _taken(self, end: int) -> Piece:
        piece = Piece(self._number, self._base + self._at, b"")
        if self._grown is None or self._at or end <= BLOCK:
            piece.data = self._data[self._at : end]
            self._at = end
            return piece
        rest = self._data[end:]
        self._data = b""  # so that only the buffer has the data, and gives them without a copy
        self._grown.truncate(end)
        piece.data = self._grown.getvalue()
        self._grown, self._data = None, rest
        self._base += end
        return piece

    def _cut(self, reason: str) -> Rejected:
        excerpt, offset = self._data[self._at : self._at + 400], self._base + self._at
        self._at = len(self._data)
        return Rejected(max(self._number, 1), offset, reason, excerpt)

    def _next(self) -> bytes:
        """Return the next byte that is no space, without taking it; nothing at the end."""
        while True:
            if found := _SPACES.match(self._data, self._at):
                self._at = found.end()
            found = None  # which would hold the data
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._more():
                return b""

    def _more(self) -> bool:
        """Read on; False at the end of the document."""
        pending = len(self._data) - self._at
        block = self._stream.read(min(max(BLOCK, pending // 4), 2 * BLOCK))
        if not block:
            self._ended = True
            return False
        if self._grown is None or self._at:
            self._base += self._at
            self._grown = io.BytesIO()
            self._grown.write(memoryview(self._data)[self._at :])
            self._at = 0
        self._data = b""  # so that the buffer alone has them, and grows in place
        self._grown.write(block)
        self._data = self._grown.getvalue()
        return True


def _plain(key: bytes) -> str:
    try:
        found = json.loads(key.decode("utf-8", "replace"))
    except ValueError:
        return ""
    return str(found)


def _end_within(data: bytes, place: int) -> int:
    """Return where the value at `place` ends, negative where it goes on or has no end."""
    end = end_of_value(data, place)
    if end >= 0 and end < len(data):
        return end
    if data[place : place + 1] not in (b"{", b"["):
        end = end_of_broken(data, place)
        return end if end < len(data) else UNFINISHED
    if end >= 0:
        return end
    place, is_end = Brackets().end(data, place)
    return place if is_end else UNFINISHED


def _behind_comma(data: bytes, place: int) -> int:
    found = _BETWEEN.match(data, place)
    return found.end() if found else place


def begin_of(head: bytes, most: int) -> Begin:
    """Return what the first bytes of a document show."""
    start = head.lstrip(_SPACE)
    found = Begin()
    if start.startswith(b"["):
        found.records = _records(start, 1, most)
        return found
    place = 1
    while match := _KEY.match(start, place):
        key = _plain(match[1])
        found.keys.append(key)
        place = match.end()
        if not found.records and start[place : place + 1] == b"[":
            found.records = _records(start, place + 1, most)
            found.inner = key if found.records else ""
        end = _end_within(start, place)
        if end < 0:
            break
        place = _behind_comma(start, end)
    else:
        if start[place : place + 1] == b"}" and (whole := _object(start[: place + 1])):
            found.records, found.inner = [whole], ""
    return found


def _records(data: bytes, place: int, most: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < most:
        place = _behind_comma(data, place)
        if data[place : place + 1] != b"{":
            break
        end = _end_within(data, place)
        if end < 0:
            break
        record = _object(data[place:end])
        if record:
            found.append(record)
        place = end
    return found


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
