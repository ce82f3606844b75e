"""What tools wrote into their memory files since they were last looked at: kept, or taken out."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from convledger.errors import UsageProblem
from convledger.memory import file_rows
from convledger.memory.aligning import Known, Seen, align
from convledger.memory.discover import MemoryFile
from convledger.memory.drafts import Draft, checked
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
from convledger.memory.importing import IMPORT, ImportResult, is_shared, take_in
from convledger.memory.keeping import YOU, accept_within, is_known, must_be, put
from convledger.memory.opening import Content, NotReadable, content_of
from convledger.memory.readers.gemini_md import ADDED as ADDED_MEMORIES
from convledger.memory.readers.items import storable
from convledger.memory.readers.registry import FORMATS, WATCHED, WITH_IDS
from convledger.memory.readers.words import kind_of, tag_of
from convledger.memory.words import PROPOSED, text_hash
from convledger.paths import real_path, stored_path
from convledger.store.connection import transaction
from convledger.store.entries import (
    EntrySource,
    change_entry,
    change_source,
    entry_by_id,
    sources_of_item,
    write_entry,
)
from convledger.store.operations import Recorder, operation


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


def keep(connection: sqlite3.Connection, item_ids: Sequence[int], now: int) -> int:
    """Take news into memory as a person has read them; return how many were.

    What was added becomes an entry, what changed its next version; what was removed from a file
    stays in memory, and its source is missing.
    """
    chosen = _chosen(connection, item_ids)
    with operation(connection, "keep", now=now, about=_about(chosen)) as recorder:
        for each in chosen:
            recorder.touch("memory_item", each.item_id)
            if each.what == REMOVED:
                _set_status(connection, recorder, each, "missing")
                _mark(connection, each.item_id, GONE)
            elif each.what == CHANGED and _is_its_own(connection, each):
                _keep_change(connection, recorder, each, now)
            else:
                _set_status(connection, recorder, each, "missing")
                _keep_new(connection, recorder, each, now)
    return len(chosen)


def take_out(connection: sqlite3.Connection, item_ids: Sequence[int], now: int) -> int:
    """Mark news as not wanted; return how many were.

    What was added waits to be taken out of its file by `write_back`, what changed to be put back as
    it was; of what was removed from its file the entry is archived.
    """
    chosen = _chosen(connection, item_ids)
    with operation(connection, "take out", now=now, about=_about(chosen)) as recorder:
        for each in chosen:
            recorder.touch("memory_item", each.item_id)
            if each.what == REMOVED and each.entry_id is not None:
                change_entry(connection, recorder, each.entry_id, state="archived")
                _set_status(connection, recorder, each, "missing")
            _mark(connection, each.item_id, GONE if each.what == REMOVED else OUT)
    return len(chosen)


def leave_edited(connection: sqlite3.Connection, item_ids: Sequence[int]) -> None:
    """Take what the files say of items for what was taken in: the entries were edited since."""
    with transaction(connection):
        for each in news(connection, marked=(CHANGED,)):
            if each.item_id in item_ids:
                connection.execute(
                    "UPDATE memory_item SET hash=?, news='', text='' WHERE id=?",
                    (text_hash(each.new), each.item_id),
                )


def _chosen(connection: sqlite3.Connection, item_ids: Sequence[int]) -> list[News]:
    waiting = {each.item_id: each for each in news(connection)}
    unknown = [each for each in item_ids if each not in waiting]
    if unknown:
        raise UsageProblem(f"item {unknown[0]} is no news")
    return [waiting[each] for each in dict.fromkeys(item_ids)]


def _about(chosen: Sequence[News]) -> str:
    return chosen[0].path if len(chosen) == 1 else f"{len(chosen)} items"


def _is_its_own(connection: sqlite3.Connection, each: News) -> bool:
    """Tell whether an entry may follow its file: nothing else says its text, none the new one."""
    if each.entry_id is None or is_shared(connection, each.entry_id, each.item_id):
        return False
    scope = must_be(connection, each.entry_id).scope
    return is_known(connection, Draft(each.new, scope=scope)) in (None, each.entry_id)


def _keep_new(connection: sqlite3.Connection, recorder: Recorder, each: News, now: int) -> None:
    """Make an entry of what was added to a file, as a person has read it."""
    source = EntrySource(kind="file", place=each.path, memory_item_id=each.item_id,
                         quote_hash=text_hash(each.new), source_date=each.at)  # fmt: skip
    heading = each.under.rpartition(" / ")[2]
    kind = kind_of(heading, getattr(FORMATS.get(each.format), "KIND", "fact"))
    if heading.casefold().endswith(ADDED_MEMORIES):
        kind = "fact"
    draft = checked(Draft(each.new, kind=kind, scope=each.scope, source_date=each.at,
                          tags=tag_of(heading) if heading != each.under else (),
                          sources=(source,)))  # fmt: skip
    entry_id, _ = put(connection, recorder, draft, now, state=PROPOSED, actor=YOU)
    accept_within(connection, recorder, entry_id, now)
    connection.execute(
        "UPDATE memory_item SET entry_id=?, news='', text='' WHERE id=?", (entry_id, each.item_id)
    )


def _keep_change(connection: sqlite3.Connection, recorder: Recorder, each: News, now: int) -> None:
    """Give an entry the text that its file has now, as a person has read it."""
    assert each.entry_id is not None
    draft, digest = checked(Draft(each.new)), text_hash(each.new)
    write_entry(
        connection, recorder, each.entry_id, editor=YOU, now=now, body=draft.body, hash=digest,
        reason=f"changed in {Path(each.path).name}", tokens=None, tokens_method="",
    )  # fmt: skip
    accept_within(connection, recorder, each.entry_id, now)
    _set_status(connection, recorder, each, "ok", quote_hash=digest)
    connection.execute(
        "UPDATE memory_item SET hash=?, news='', text='' WHERE id=?", (digest, each.item_id)
    )


def _set_status(
    connection: sqlite3.Connection, recorder: Recorder, each: News, status: str, **facts: str
) -> None:
    for source in sources_of_item(connection, each.entry_id or 0, each.item_id):
        change_source(connection, recorder, source.id, status=status, **facts)


def _mark(connection: sqlite3.Connection, item_id: int, mark: str) -> None:
    connection.execute("UPDATE memory_item SET news=? WHERE id=?", (mark, item_id))
