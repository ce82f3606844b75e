"""What tools wrote into their memory files since they were last looked at: kept, or taken out."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from convledger.memory import file_rows
from convledger.memory.aligning import Known, Seen, align
from convledger.memory.discover import MemoryFile
from convledger.memory.file_rows import (
    ADDED,
    CHANGED,
    GONE,
    LIVE,
    MISSING,
    NEWS,
    NOWHERE,
    OUT,
    PACKED,
    REMOVED,
    UNREADABLE,
    FileRow,
)
from convledger.memory.importing import IMPORT, ImportResult, take_in
from convledger.memory.opening import Content, NotReadable, content_of
from convledger.memory.readers.items import storable
from convledger.memory.readers.registry import WATCHED, WITH_IDS
from convledger.paths import real_path, stored_path
from convledger.store.connection import transaction
from convledger.store.entries import (
    entry_by_id,
)
from convledger.store.operations import operation


class News(Struct, frozen=True):
    """An item that was added to a memory file, changed in it or removed from it.

    `what` is one of those words; `old` the text that was taken in ("" where it is added), `new`
    what the file says now ("" where it is removed); `at` when that was seen, in UTC microseconds.
    `under` are the headings, or the name, that it stands under.
    """

    item_id: int
    entry_id: int | None
    path: str
    format: str
    scope: str
    what: str
    old: str
    new: str
    at: int
    under: str


@dataclass(slots=True)
class Feed:
    """What a look at the files found: news that wait for a person, the oldest first.

    `imported` are files that were seen for the first time; that is no news. `unreadable` are
    (file, reason).
    """

    news: list[News] = field(default_factory=list)
    imported: list[tuple[str, ImportResult]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    looked_at: int = 0
    read: int = 0


def look(
    connection: sqlite3.Connection,
    files: Sequence[MemoryFile],
    now: int,
    goes_on: Callable[[int, int], bool] = lambda _, __: True,
) -> Feed:
    """Compare memory files on disk with what was last seen of them, and note what is new.

    Files that the ledger watches already are looked at even where they are not named. `goes_on`
    hears of files done and all files, and answers whether to go on; what is left is left for the
    next look.
    """
    feed = Feed()
    rows = {row.path: row for row in file_rows.known_files(connection)}
    fresh: list[tuple[MemoryFile, Content]] = []
    named: set[str | bytes] = set()
    of = max(len(files), len(rows))
    for file in files:
        if not goes_on(feed.looked_at, of):
            break
        stored = stored_path(file.path)
        if stored in named:
            continue
        named.add(stored)
        row = rows.get(stored)
        if row is not None:
            _look_at(connection, row, now, feed)
            continue
        feed.looked_at += 1
        try:
            fresh.append((file, content_of(file.path)))
        except NotReadable as error:
            feed.unreadable.append((storable(str(file.path)), str(error)))
    for stored, row in rows.items():
        if not goes_on(feed.looked_at, of):
            break
        if stored not in named and row.format in WATCHED and row.state != PACKED:
            _look_at(connection, row, now, feed)
    if fresh:
        _take_in_quietly(connection, fresh, now, feed, goes_on)
    feed.news = news(connection)
    return feed


def _take_in_quietly(
    connection: sqlite3.Connection,
    fresh: Sequence[tuple[MemoryFile, Content]],
    now: int,
    feed: Feed,
    goes_on: Callable[[int, int], bool],
) -> None:
    about = storable(fresh[0][0].path.name) if len(fresh) == 1 else f"{len(fresh)} memory files"
    with operation(connection, IMPORT, now=now, about=about, actor=IMPORT) as recorder:
        for done, (file, content) in enumerate(fresh):
            if not goes_on(done, len(fresh)):
                break
            feed.read += 1
            result = take_in(
                connection, recorder, file.path, file.format, content.data, file.scope, now,
                mtime_ns=content.mtime_ns,
            )  # fmt: skip
            feed.imported.append((storable(str(file.path)), result))


def _look_at(connection: sqlite3.Connection, row: FileRow, now: int, feed: Feed) -> None:
    """Look at a file that is known; nothing is read where its size and time are the same."""
    feed.looked_at += 1
    path = real_path(row.path)
    try:
        info = os.stat(path, follow_symlinks=False)  # noqa: PTH116  twice as fast, at each look
    except FileNotFoundError:
        if row.state != MISSING:
            _note_state(connection, row, MISSING, "", [], now)
        return
    except OSError as error:
        feed.unreadable.append((storable(str(path)), error.strerror or str(error)))
        return
    if (info.st_size, info.st_mtime_ns) == (row.size, row.mtime_ns) and row.state == LIVE:
        return
    try:
        content = content_of(path)
    except NotReadable as error:
        feed.unreadable.append((storable(str(path)), str(error)))
        with transaction(connection):
            connection.execute(
                "UPDATE memory_file SET state=?, reason=? WHERE id=?",
                (UNREADABLE, str(error), row.id),
            )
        return
    feed.read += 1
    digest = content.hash
    if digest == row.hash and row.state != MISSING:
        with transaction(connection):
            connection.execute(
                "UPDATE memory_file SET size=?, mtime_ns=?, state=? WHERE id=?",
                (content.size, content.mtime_ns, LIVE, row.id),
            )
        return
    seen, rejected, _ = file_rows.seen_in(connection, content.data, str(path), row.format)
    if rejected and not seen:
        # A file that says nothing readable is not a file from which everything was taken out.
        feed.unreadable.append((storable(str(path)), file_rows.reason_of(rejected)))
        with transaction(connection):
            connection.execute(
                "UPDATE memory_file SET state=?, reason=? WHERE id=?",
                (UNREADABLE, file_rows.reason_of(rejected), row.id),
            )
        return
    _note_state(connection, row, LIVE, file_rows.reason_of(rejected), seen, now, content)


def _note_state(
    connection: sqlite3.Connection,
    row: FileRow,
    state: str,
    reason: str,
    seen: Sequence[Seen],
    now: int,
    content: Content | None = None,
) -> None:
    """Note what a file holds now, and how that differs from what was taken in."""
    with transaction(connection):
        known = file_rows.known_items(connection, row.id)
        found = align(known, seen, lambda each: file_rows.text_before(connection, each),
                  hashes=file_rows.entry_hashes(connection, row.id),
                  has_ids=row.format in WITH_IDS)  # fmt: skip
        file_rows.move_items(connection, [(old, new.item) for old, new in found.pairs])
        for old, new in found.pairs:
            _note_again(connection, old, new, now)
        for new in found.added:
            connection.execute(
                "INSERT INTO memory_item (file_id, key, hash, start, length, news, text, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (row.id, storable(new.item.key), new.hash, *file_rows.place_of(new.item), ADDED,
                 storable(new.item.body), now),
            )  # fmt: skip
        for old in found.gone:
            _note_gone(connection, old, now)
        connection.execute(
            "UPDATE memory_file SET state=?, reason=?, read_at=? WHERE id=?",
            (state, reason, now, row.id),
        )
        if content is not None:
            connection.execute(
                "UPDATE memory_file SET size=?, mtime_ns=?, hash=? WHERE id=?",
                (content.size, content.mtime_ns, content.hash, row.id),
            )


def _note_again(connection: sqlite3.Connection, old: Known, new: Seen, now: int) -> None:
    entry = None if old.entry_id is None else entry_by_id(connection, old.entry_id)
    is_same = new.hash == old.hash
    if old.entry_id is None:
        if not is_same:
            _set(connection, old, OUT if old.news == OUT else ADDED, storable(new.item.body), now,
                 new.hash)  # fmt: skip
    elif is_same or (entry is not None and entry.hash == new.hash):
        if old.news in (*NEWS, GONE, OUT) or not is_same:
            _set(connection, old, "", "", now, new.hash)
        if old.news == GONE:
            connection.execute(
                "UPDATE entry_source SET status='ok' WHERE memory_item_id=? AND entry_id=?",
                (old.id, old.entry_id),
            )
    elif old.news not in (CHANGED, OUT) or old.text != storable(new.item.body):
        _set(connection, old, CHANGED, storable(new.item.body), now, old.hash)


def _note_gone(connection: sqlite3.Connection, old: Known, now: int) -> None:
    if old.entry_id is None:
        connection.execute("DELETE FROM memory_item WHERE id=?", (old.id,))
        return
    if old.news == OUT:
        _set(connection, old, GONE, "", now, old.hash)
    elif old.news not in (REMOVED, GONE):
        _set(connection, old, REMOVED, "", now, old.hash)
    connection.execute("UPDATE memory_item SET start=?, length=0 WHERE id=?", (NOWHERE, old.id))


def _set(
    connection: sqlite3.Connection, old: Known, mark: str, text: str, now: int, digest: str
) -> None:
    connection.execute(
        "UPDATE memory_item SET news=?, text=?, at=?, hash=? WHERE id=?",
        (mark, text, now, digest, old.id),
    )


def news(connection: sqlite3.Connection, *, marked: Sequence[str] = NEWS) -> list[News]:
    """Return the news that wait for a person, the oldest first; reads no file."""
    marks = ", ".join("?" * len(marked))
    rows = connection.execute(
        "SELECT memory_item.id, key, entry_id, memory_item.hash, start, length, news, text, "
        "memory_item.at, path, format, scope FROM memory_item JOIN memory_file "
        f"ON memory_file.id=file_id WHERE news IN ({marks}) ORDER BY memory_item.at, file_id, "
        "memory_item.id",
        (*marked,),
    ).fetchall()
    found = []
    for *facts, at, path, format_name, scope in rows:
        known = Known(*facts)
        old = "" if known.entry_id is None else file_rows.text_before(connection, known)
        found.append(
            News(known.id, known.entry_id, storable(str(real_path(path))), format_name, scope,
                 known.news, old, known.text, at, known.key.rpartition("#")[0])
        )  # fmt: skip
    return found
