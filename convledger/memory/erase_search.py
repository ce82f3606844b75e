"""Looks for what was erased in the bytes of files, and tells what may still say the same."""

from __future__ import annotations

import os
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import suppress
from hashlib import blake2b
from itertools import chain
from pathlib import Path

import zstandard
from msgspec import Struct, field

from convledger.errors import WorkspaceError
from convledger.memory.erase_course import Course
from convledger.store.connection import connect_to_copy
from convledger.store.probes import WINDOW, Finder, Probes, finder
from convledger.store.scrubbing import REMEMBERED, SAID

_PORTION = 1 << 20  # small: whoever else runs in this program has a turn between two
_MOST_FILE = 256 << 20  # of a file that is none of the ledger's
_TAILS, _TAIL = 2, 10  # ends of erased words to look for: an index drops their beginnings
_WORDS = 400  # erased words that are looked up in the indexes
_FEW = 50
_PIECES = 16  # of a page, by which messages that say the same are counted
# Open for good, by device and inode: to close a file of SQLite's drops this process's locks on it.
_OPEN: dict[tuple[int, int], int] = {}


class Search(Struct):
    """What a search for erased bytes came to.

    `leftovers`: pieces by file that nothing explains. `rows` and `conversations`: where the same
    words stand that were not asked to go. `orphans`: rows of an index without a message or entry.
    `pages`: what the pages are known by that were searched: a backup has most of them too.
    """

    leftovers: dict[str, int] = field(default_factory=dict)
    conversations: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    orphans: int = 0
    pieces: int = 0
    read_bytes: int = 0
    found: set[bytes] = field(default_factory=set)  # explained, so no sign of what was erased
    pages: set[bytes] = field(default_factory=set)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left."""
        return not self.leftovers and not self.orphans


def search_ledger(
    connection: sqlite3.Connection, path: Path, probes: Probes, course: Course
) -> Search:
    """Search the ledger's files, and its pages unpacked, for what was erased."""
    done = Search(pieces=probes.count)
    gone = _gone_words(connection, probes, done)
    odd = _odd(probes, gone)
    find = finder(probes.windows)
    by_file: dict[str, set[bytes]] = {}
    for suffix in ("", "-wal", "-shm"):
        place = path.with_name(path.name + suffix)
        found, size = _in_own_file(place, find, odd, course)
        done.read_bytes += size
        if found:
            by_file[place.name] = found
    done.found = _in_pages(connection, probes, odd, done, course)
    unexplained = set().union(*by_file.values()) - done.found
    if unexplained:
        live: set[bytes] = set()
        for values in (_in_rows(connection), _as_packed(connection), _as_words(connection)):
            if unexplained - live:
                live |= _found_in(values, unexplained - live)
        done.rows = len(live)
        done.found |= live
    for name, found in by_file.items():
        left = found - done.found
        if left:
            done.leftovers[name] = len(left)
    return done


def holds(
    place: Path, probes: Probes, known: set[bytes], course: Course | None = None
) -> bool | None:
    """Tell whether a file that is none of SQLite's holds something of what was erased.

    None where it can't be read to its end. `known` are the pieces that stand elsewhere as well.
    """
    find, odd = finder(probes.texts - known), [each for each in probes.short if each not in known]
    try:
        with place.open("rb") as stream:
            before = b""
            for _ in range(_MOST_FILE // _PORTION):
                data = stream.read(_PORTION)
                if not data:
                    return False
                if course is not None:
                    course.read(len(data))
                if find(before + data) or any(each in before + data for each in odd):
                    return True
                before = data[-WINDOW:]
            return None if stream.read(1) else False
    except OSError:
        return None


def backup_holds(place: Path, probes: Probes, search: Search, course: Course) -> bool | None:
    """Tell whether a copy of the ledger holds something of what was erased; None if unreadable.

    Pages that the ledger has as well were searched there, and what they hold is known.
    """
    known = search.found
    if holds(place, probes, known, course):
        return True
    connection = None
    try:
        connection = connect_to_copy(place)
        find = finder(probes.texts - known)
        odd = [each for each in probes.short if each not in known]
        pages = _pages_with(connection, find, odd, course, without=search.pages)
        return any(True for _ in pages)
    except (sqlite3.Error, WorkspaceError):
        return None
    finally:
        if connection is not None:
            connection.close()


def _odd(probes: Probes, gone: list[str]) -> list[bytes]:
    """Return the pieces that are not of 24 bytes: each is looked for by itself."""
    tails = sorted((word for word in gone if len(word) >= _TAIL + 4), key=len)[-_TAILS:]
    return [*probes.short, *(word[-_TAIL:].encode() for word in tails)]


def _in_own_file(
    place: Path, find: Finder, odd: list[bytes], course: Course
) -> tuple[set[bytes], int]:
    """Return what one of SQLite's files holds of what is looked for, and its size."""
    try:
        info = place.stat()
        key = (info.st_dev, info.st_ino)
        if key not in _OPEN:
            _OPEN[key] = os.open(place, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return set(), 0
    found: set[bytes] = set()
    size, at, before = info.st_size, 0, b""
    descriptor = _OPEN[key]
    while at < size:
        os.lseek(descriptor, at, os.SEEK_SET)
        data = os.read(descriptor, _PORTION)
        if not data:
            break
        at += len(data)
        course.read(len(data))
        whole = before + data
        found |= find(whole)
        found.update(each for each in odd if each in whole)
        before = data[-WINDOW:]
    return found, size


def _pages_with(
    connection: sqlite3.Connection,
    find: Finder,
    odd: list[bytes],
    course: Course,
    *,
    without: Set[bytes] = frozenset(),
    seen: set[bytes] | None = None,
) -> Iterator[tuple[int, set[bytes]]]:
    """Yield each page that holds pieces once it is unpacked, with them; note in `seen` what was."""
    unpack = zstandard.ZstdDecompressor().decompress
    for page_id, packed in connection.execute("SELECT id, body FROM page"):
        mark = blake2b(packed, digest_size=16).digest()
        if mark in without:
            continue
        if seen is not None:
            seen.add(mark)
        body = b""
        with suppress(zstandard.ZstdError):  # damaged: `check` tells
            body = unpack(packed, max_output_size=1 << 30)
        course.read(len(body))
        found = find(body)
        found.update(each for each in odd if each in body)
        if found:
            yield page_id, found


def _in_pages(
    connection: sqlite3.Connection, probes: Probes, odd: list[bytes], done: Search, course: Course
) -> set[bytes]:
    """Return the pieces that bodies hold which were not asked to go, and note whose they are."""
    found: set[bytes] = set()
    find = finder(probes.texts)
    hit = dict(_pages_with(connection, find, odd, course, seen=done.pages))
    if not hit:
        return found
    found = set().union(*hit.values())
    # By page: start, end and conversation of each of its messages; only of pages that hold pieces.
    messages: dict[int, list[tuple[int, int, int]]] = {page_id: [] for page_id in hit}
    for conversation_id, page_id, start, length in connection.execute(
        "SELECT conversation_id, page_id, start, length FROM message WHERE page_id IS NOT NULL"
    ):
        if page_id in messages:
            messages[page_id].append((start, start + length, conversation_id))
    counted: Counter[int] = Counter()
    for page_id, places in messages.items():
        body = _unpacked(connection, page_id)
        if body is None:
            continue
        places.sort()
        # Bytes of a page that belong to no message would be of one that is gone.
        done.orphans += sum(end - start for start, end, _ in places) != len(body)
        starts = [start for start, _, _ in places]
        at = {bisect_right(starts, place) - 1 for place in _places(body, hit[page_id])}
        counted.update(places[number][2] for number in at if number >= 0)
    owners = dict(connection.execute("SELECT id, native FROM conversation"))
    done.conversations = {
        owners.get(number, "?"): count for number, count in counted.most_common(20)
    }
    return found


def _places(body: bytes, pieces: set[bytes]) -> Iterator[int]:
    """Yield where the first of each of some pieces stands."""
    for piece in sorted(pieces)[:_PIECES]:
        at = body.find(piece)
        if at >= 0:
            yield at


def _unpacked(connection: sqlite3.Connection, page_id: int) -> bytes | None:
    (packed,) = connection.execute("SELECT body FROM page WHERE id=?", (page_id,)).fetchone()
    try:
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=1 << 30)
    except zstandard.ZstdError:
        return None


def _found_in(values: Iterator[bytes], pieces: set[bytes]) -> set[bytes]:
    """Return those of some pieces that stand in some values."""
    find = finder(each for each in pieces if len(each) == WINDOW)
    odd = [each for each in pieces if len(each) != WINDOW]
    found: set[bytes] = set()
    parts: list[bytes] = []
    size = 0
    for value in chain(values, [bytes(_PORTION)]):
        parts.append(value)
        size += len(value)
        if size >= _PORTION:
            whole = b"\n\0".join(parts)
            found |= find(whole)
            found.update(each for each in odd if each in whole)
            parts, size = [], 0
    return found


def _as_packed(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield the pages that stay as they are packed."""
    for (packed,) in connection.execute("SELECT body FROM page"):
        yield packed


def _as_words(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield the words that the indexes have of what stays."""
    for index in (SAID, REMEMBERED):
        for (word,) in connection.execute(f"SELECT term FROM {_vocabulary(connection, index)}"):
            yield word.encode("utf-8", "replace")


def _in_rows(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield the texts in the rows of all tables, and what says how these are made."""
    for (text,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL"):
        yield text.encode()
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type='table' AND name!='page' "
        "AND name NOT LIKE 'said%' AND name NOT LIKE 'remembered%' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        columns = [
            row[1]
            for row in connection.execute(f"PRAGMA table_info({table})")
            if row[2] in ("TEXT", "BLOB", "ANY")
        ]
        if columns:
            cast = ", ".join(f"CAST({name} AS BLOB)" for name in columns)
            for row in connection.execute(f"SELECT {cast} FROM {table}"):
                yield from filter(None, row)


def _gone_words(connection: sqlite3.Connection, probes: Probes, done: Search) -> list[str]:
    """Return the erased words that no index has any more; counts rows that nothing stands for."""
    gone = set(probes.words)
    for index, table in ((SAID, "message"), (REMEMBERED, "entry")):
        vocabulary = _vocabulary(connection, index)
        for word in sorted(probes.words)[:_WORDS]:
            row = connection.execute(
                f"SELECT doc FROM {vocabulary} WHERE term=?", (word,)
            ).fetchone()
            if row is None:
                continue
            gone.discard(word)
            if row[0] <= _FEW:
                done.orphans += connection.execute(
                    f"SELECT count(*) FROM (SELECT rowid FROM {index} WHERE {index} MATCH ?) hit "
                    f"WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.id=hit.rowid)",
                    (f'"{word}"',),
                ).fetchone()[0]
    return sorted(gone)


def _vocabulary(connection: sqlite3.Connection, index: str) -> str:
    name = f"words_of_{index}"
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name} USING fts5vocab('main', '{index}', 'row')"
    )
    return f"temp.{name}"
