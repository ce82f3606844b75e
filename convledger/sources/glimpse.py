"""A first look at a file, by which readers tell whether it is theirs: content, not its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from convledger.sources.json_pieces import begin_of
from convledger.sources.lenient import BadLine, loads
from convledger.sources.unicode_bytes import as_utf8

HEAD = 1 << 18  # bytes of a file that are looked at
MOST_RECORDS = 40

JSON_LIST, JSON_OBJECT, JSON_LINES = "json list", "json object", "json lines"
SQLITE, HTML, TEXT, EMPTY, BINARY = "sqlite", "html", "text", "empty", "binary"
_SQLITE_HEAD = b"SQLite format 3\0"
SURE, LIKELY, MAYBE, NO = 100, 70, 30, 0  # what `recognises` of a reader answers


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the beginning of a file shows.

    `records` are its first records: lines of JSON, elements of a JSON list, or the one object,
    as far as it is whole within the first 256 KB. `keys` are those of a JSON object on top, also of
    one that goes on. `tables` are the columns of a SQLite file's tables by name.
    """

    relative: str
    kind: str
    head: bytes = b""  # as UTF-8
    whole: bool = True
    records: tuple[dict[str, Any], ...] = ()
    keys: frozenset[str] = frozenset()
    tables: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.relative.rsplit("/", 1)[-1]

    @property
    def first(self) -> dict[str, Any]:
        """The first record, an empty one where there is none."""
        return self.records[0] if self.records else {}

    @property
    def text(self) -> str:
        """The beginning as text."""
        return self.head.decode("utf-8", "replace")

    def any_has(self, *names: str) -> bool:
        """Tell whether one of the first records has all these keys."""
        return any(all(name in record for name in names) for record in self.records)


def glimpse_of(relative: str, head: bytes, *, whole: bool) -> Glimpse:
    """Return what the first bytes of a file show; `whole`: they are all of it."""
    if head.startswith(_SQLITE_HEAD):
        return Glimpse(relative, SQLITE, head, whole)
    plain = as_utf8(head)
    start = plain.lstrip(b" \t\r\n\0")
    if not start:
        return Glimpse(relative, EMPTY, plain, whole)
    opening = start[:1]
    if opening in b"[{":
        return _json(relative, plain, opening, whole=whole)
    lower = start[:512].lower()
    if lower.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<div", b"<?xml")):
        return Glimpse(relative, HTML, plain, whole)
    if plain[:4096].count(b"\0") or sum(byte < 9 for byte in plain[:4096]) > 8:
        return Glimpse(relative, BINARY, plain, whole)
    return Glimpse(relative, TEXT, plain, whole)


def _json(relative: str, plain: bytes, opening: bytes, *, whole: bool) -> Glimpse:
    if opening == b"{":
        lines = _lines(plain, whole=whole)
        if lines and (len(lines) > 1 or not whole):
            return Glimpse(relative, JSON_LINES, plain, whole, tuple(lines), frozenset(lines[0]))
    begin = begin_of(plain, MOST_RECORDS)
    kind = JSON_LIST if opening == b"[" else JSON_OBJECT
    return Glimpse(relative, kind, plain, whole, tuple(begin.records), frozenset(begin.keys))


def _lines(plain: bytes, *, whole: bool) -> list[dict[str, Any]]:
    """Return the first records of JSON lines; none where the first lines are not records each."""
    lines = plain.split(b"\n")
    if not whole:
        lines = lines[:-1]  # which is cut
    found: list[dict[str, Any]] = []
    bad = 0
    for line in lines[: MOST_RECORDS * 2]:
        if not line.strip(b"\0 \t\r\n"):
            continue
        try:
            found.append(loads(line))
        except BadLine:
            bad += 1
            if not found and bad > 3:
                return []
        if len(found) >= MOST_RECORDS:
            break
    return found
