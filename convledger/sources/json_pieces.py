"""Takes a JSON document apart into its elements without holding all of it in memory.

An element is found by where one like the first begins again: what stands before that place is
an element exactly where it decodes, since no whole object begins with another whole object. Only a
document that defeats this is scanned character by character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected

BLOCK = 4 << 20
LARGEST_ELEMENT = 64 << 20
_SPACE = b" \t\r\n\0"
_OVERLAP = 1024  # bytes between two elements, at most
_TRIES = 24  # places that may look like the end of an element before it is scanned for
# A string, also one that the data end in, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_FIRST_KEY = re.compile(rb'\{[ \t\r\n]*("(?:[^"\\]|\\.){0,200}")[ \t\r\n]*:', re.DOTALL)
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.){0,400}")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_BETWEEN = re.compile(rb"[, \t\r\n]*")
_IN_STRING, _OUTSIDE = re.compile(rb'\\.|"', re.DOTALL), re.compile(rb'["{}\[\]]')


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
    """Yield the elements of a list of objects; of a single object, that one.

    Where the document is an object with one of the keys `inside`, the list there is taken apart.
    What is no element, or the end that a cut file lacks, comes as Rejected. Raises NotReadable
    where the document is not JSON at all.
    """
    yield from _Pieces(stream, inside).all()


class _Pieces:
    def __init__(self, stream: BinaryIO, inside: tuple[str, ...]) -> None:
        self._stream = stream
        self._inside = inside
        self._data = b""
        self._at = 0  # in the data
        self._base = 0  # where the data begins in the document
        self._ended = False
        self._number = 0
        self._again: re.Pattern[bytes] | None = None

    def all(self) -> Iterator[Piece | Rejected]:
        opening = self._next()
        if opening == b"[":
            self._at += 1
            yield from self._elements()
        elif opening == b"{":
            yield from self._object()
        elif opening:
            start = self._data[self._at : self._at + 200].lower()
            if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
                raise NotReadable(
                    "a web page, not JSON: a download link that has expired gives one; "
                    "download it again"
                )
            raise NotReadable("not JSON")

    def _object(self) -> Iterator[Piece | Rejected]:
        """Take an object apart at the list it holds under one of the wanted keys, else whole."""
        if self._inside and self._into_list():
            yield from self._elements()
            return
        yield from self._element(last=True)

    def _into_list(self) -> bool:
        """Go to the first element of the wanted list; False where there is none."""
        while True:
            place, decided = _place_of_list(self._data[self._at :], self._inside)
            if place:
                self._at += place
                return True
            if decided or len(self._data) - self._at > LARGEST_ELEMENT or not self._more():
                return False

    def _elements(self) -> Iterator[Piece | Rejected]:
        while True:
            mark = self._next()
            if mark == b"]":
                return
            if not mark:
                yield self._cut("the file ends in the middle: it is not whole")
                return
            if mark == b",":
                self._at += 1
                continue
            if mark != b"{":
                if not (yield from self._no_object()):
                    return
                continue
            if not (yield from self._element()):
                return

    def _element(self, *, last: bool = False) -> _Step:
        """Yield the element here; returns False where the document can't be read on."""
        self._number += 1
        if self._again is None:
            self._again = self._like_first()
        tries, ahead = 0, 1  # how far from the element's start is looked
        while tries < _TRIES and not last:
            found = self._again.search(self._data, self._at + ahead)
            if found is None:
                if self._ended:
                    break
                ahead = max(1, len(self._data) - self._at - _OVERLAP)
                if not (yield from self._grow()):
                    return True
                continue
            end = found.start() + 1
            if _is_whole(self._data, self._at, end):
                yield self._taken(end)
                return True
            tries += 1
            ahead = end - self._at
        return (yield from self._scanned())

    def _grow(self) -> _Step:
        """Read on within an element; False, and it is passed over, where it is too large."""
        if len(self._data) - self._at > LARGEST_ELEMENT:
            reason = f"larger than {LARGEST_ELEMENT >> 20} MB"
            yield Rejected(
                self._number, self._base + self._at, reason, self._data[self._at : self._at + 400]
            )
            self._skip()
            return False
        self._more()
        return True

    def _scanned(self) -> _Step:
        """Find the end of the element by its brackets."""
        depth, ahead = 0, 0
        while True:
            found = _TOKEN.search(self._data, self._at + ahead)
            if found is None or (found.end() == len(self._data) and not self._ended):
                if self._ended:
                    yield self._cut("the file ends in the middle of it: it is not whole")
                    return False
                ahead = (found.start() if found else len(self._data)) - self._at
                if not (yield from self._grow()):
                    return True
                continue
            ahead = found.end() - self._at
            mark = found[0]
            depth += 1 if mark in b"{[" else -1 if mark in b"}]" else 0
            if depth <= 0 and mark in b"}]":
                piece = self._taken(found.end())
                if _is_whole(piece.data, 0, len(piece.data)):
                    yield piece
                else:
                    yield piece.rejected(_why(piece.data))
                return True

    def _no_object(self) -> _Step:
        """Pass over an element that is no object."""
        self._number += 1
        while (end := _end_of_value(self._data, self._at)) < 0 and not self._ended:
            if len(self._data) - self._at > LARGEST_ELEMENT:
                break
            self._more()
        if end < 0:
            yield self._cut("not JSON from here on")
            return False
        piece = self._taken(end)
        yield piece.rejected("not an object")
        return True

    def _skip(self) -> None:
        """Pass over an element that is too large, by its brackets."""
        depth, inside = 0, False
        while True:
            while self._at < len(self._data):
                found = (_IN_STRING if inside else _OUTSIDE).search(self._data, self._at)
                if found is None:
                    break
                self._at = found.end()
                mark = found[0]
                if mark == b'"':
                    inside = not inside
                elif mark in b"{[":
                    depth += 1
                elif mark in b"}]":
                    depth -= 1
                    if depth <= 0:
                        return
            keep = 1 if self._data[-1:] == b"\\" else 0
            self._at = max(self._at, len(self._data) - keep)
            if not self._more():
                return

    def _like_first(self) -> re.Pattern[bytes]:
        while (found := _FIRST_KEY.match(self._data, self._at)) is None and self._more():
            if len(self._data) - self._at > BLOCK:
                break
        key = re.escape(found[1]) if found else b'"'
        begins = rb",[ \t\r\n]{0,200}\{[ \t\r\n]{0,200}" + key
        return re.compile(rb"\}(?=[ \t\r\n]{0,200}(?:" + begins + rb"|\][ \t\r\n\0}]{0,200}\Z))")

    def _taken(self, end: int) -> Piece:
        piece = Piece(self._number, self._base + self._at, self._data[self._at : end])
        self._at = end
        return piece

    def _cut(self, reason: str) -> Rejected:
        excerpt, offset = self._data[self._at : self._at + 400], self._base + self._at
        self._at = len(self._data)
        return Rejected(max(self._number, 1), offset, reason, excerpt)

    def _next(self) -> bytes:
        """Return the next byte that is no space, without taking it; nothing at the end."""
        while True:
            while self._at < len(self._data):
                byte = self._data[self._at : self._at + 1]
                if byte not in _SPACE:
                    return byte
                self._at += 1
            if not self._more():
                return b""

    def _more(self) -> bool:
        """Read on; False at the end of the document."""
        block = self._stream.read(BLOCK)
        if not block:
            self._ended = True
            return False
        self._base += self._at
        self._data = self._data[self._at :] + block
        self._at = 0
        return True


def _is_whole(data: bytes, start: int, end: int) -> bool:
    try:
        msgspec.json.decode(memoryview(data)[start:end], type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as error:
        if "truncated" in str(error):
            return False  # no looser reading finds what is not there
        return _is_loosely_whole(data[start:end])
    return True


def _is_loosely_whole(data: bytes) -> bool:
    """Tell whether an element is whole that holds what strict JSON does not allow."""
    try:
        json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _why(data: bytes) -> str:
    try:
        json.loads(data.decode("utf-8", "replace"), strict=False)
    except RecursionError:
        return "nested too deeply"
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} at character {error.pos}"
    except ValueError as error:
        return f"not JSON: {error}"
    return ""


def _plain(key: bytes) -> str:
    try:
        found = json.loads(key.decode("utf-8", "replace"))
    except ValueError:
        return ""
    return str(found)


def _end_of_value(data: bytes, place: int) -> int:
    """Return where the value at `place` ends, -1 where it goes on."""
    opening = data[place : place + 1]
    if opening not in (b"{", b"[", b'"'):
        found = re.compile(rb"[^,\]}\s]+").match(data, place)
        return found.end() if found and found.end() < len(data) else -1
    depth = 0
    for token in _TOKEN.finditer(data, place):
        mark = token[0]
        depth += 1 if mark in b"{[" else -1 if mark in b"}]" else 0
        if not depth:
            return token.end()
    return -1


def _place_of_list(head: bytes, wanted: tuple[str, ...]) -> tuple[int, bool]:
    """Return where the wanted list's elements begin, 0 if not seen, and whether that is certain."""
    place = 1
    while found := _KEY.match(head, place):
        place = found.end()
        if _plain(found[1]) in wanted and place < len(head):
            return (place + 1, True) if head[place : place + 1] == b"[" else (0, True)
        end = _end_of_value(head, place)
        if end < 0:
            return 0, False
        place = _behind_comma(head, end)
    return 0, head[place : place + 1] == b"}"


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
        end = _end_of_value(start, place)
        if not found.records and start[place : place + 1] == b"[":
            found.records = _records(start, place + 1, most)
            found.inner = key if found.records else ""
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
        end = _end_of_value(data, place)
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
