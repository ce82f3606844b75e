"""Takes the items of a memory file in as proposed entries; again, only what has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

from convledger.errors import UsageProblem
from convledger.memory import file_rows
from convledger.memory.aligning import Known, Seen, align
from convledger.memory.drafts import Draft, checked
from convledger.memory.file_rows import CHANGED, GONE, LIVE, NEWS, OUT, PACKED, UNREADABLE
from convledger.memory.keeping import is_known, put
from convledger.memory.readers.items import Item, Rejected, storable
from convledger.memory.readers.registry import WITH_IDS, format_of, known_format
from convledger.memory.words import ARCHIVED, PROPOSED, scope_of
from convledger.paths import stored_path
from convledger.store.entries import (
    Entry,
    EntrySource,
    change_source,
    entry_by_id,
    sources_of_item,
    versions_of,
    write_entry,
)
from convledger.store.operations import Recorder, operation

__all__ = ["IMPORT", "ImportResult", "format_of", "import_file", "is_shared", "take_in"]

IMPORT = "import"  # the verb, and who does it


@dataclass(slots=True)
class ImportResult:
    """What an import did: entries that are new, items that changed, stayed, or are gone.

    `erased` counts texts that do not come back; `waiting` items whose file says something else than
    an entry that a person has edited since: they are news, the entry stays.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    erased: int = 0
    waiting: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def import_file(
    connection: sqlite3.Connection,
    path: str | Path,
    format_name: str | None,
    content: bytes,
    scope: str,
    now: int,
    *,
    mtime_ns: int = 0,
) -> ImportResult:
    """Take a memory file in, as one change; its format is found out where it is not told.

    Raises UsageProblem for a scope that is none, and where the format can't be told.
    """
    name = format_of(str(path), content) if format_name is None else known_format(format_name)
    if name is None:
        raise UsageProblem(f"{path}: can't tell what memory this is; name its format with --as")
    scope = scope_of(scope)
    about = storable(PurePath(path).name)
    with operation(connection, IMPORT, now=now, about=about, actor=IMPORT) as recorder:
        return take_in(connection, recorder, path, name, content, scope, now, mtime_ns=mtime_ns)


def take_in(
    connection: sqlite3.Connection,
    recorder: Recorder,
    path: str | Path,
    format_name: str,
    content: bytes,
    scope: str,
    now: int,
    *,
    mtime_ns: int = 0,
    state: str = LIVE,
    scopes: Mapping[str, str] | None = None,
) -> ImportResult:
    """Take a memory file in within a change that goes on; else like `import_file`.

    `scopes` are other words for scopes that the file names, such as a project's name for its id.
    """
    seen, rejected, erased = file_rows.seen_in(connection, content, str(path), format_name)
    result = ImportResult(erased=erased, rejected=rejected)
    file = file_rows.known_file(connection, path)
    if file is None:
        file_id = _add_file(connection, recorder, path, format_name, scope, now)
        known: list[Known] = []
    else:
        file_id = file.id
        known = file_rows.known_items(connection, file_id)
    place = file_rows.shown_place(path) if state == PACKED else storable(str(path))
    taking = _Taking(connection, recorder, file_id, place, scope, now, result, scopes or {})
    found = align(known, seen, lambda each: file_rows.text_before(connection, each),
                  hashes=file_rows.entry_hashes(connection, file_id),
                  has_ids=format_name in WITH_IDS)  # fmt: skip
    file_rows.move_items(connection, [(old, new.item) for old, new in found.pairs])
    for old, new in found.pairs:
        taking.again(old, new)
    for new in found.added:
        taking.add(new)
    # A file that says nothing readable is not a file from which everything was taken out.
    for old in found.gone if seen or not rejected else ():
        taking.lose(old)
    if not recorder.is_empty:
        recorder.touch("memory_file", file_id)
    if rejected and not seen and state == LIVE:
        state = UNREADABLE
    connection.execute(
        "UPDATE memory_file SET format=?, scope=?, state=?, reason=?, size=?, mtime_ns=?, hash=?, "
        "read_at=? WHERE id=?",
        (format_name, scope, state, file_rows.reason_of(result.rejected), len(content), mtime_ns,
         sha256(content).hexdigest(), now, file_id),
    )  # fmt: skip
    return result


def _add_file(
    connection: sqlite3.Connection,
    recorder: Recorder,
    path: str | Path,
    format_name: str,
    scope: str,
    now: int,
) -> int:
    cursor = connection.execute(
        "INSERT INTO memory_file (format, path, scope, added_at) VALUES (?, ?, ?, ?)",
        (format_name, stored_path(Path(path)), scope, now),
    )
    file_id = int(cursor.lastrowid or 0)
    recorder.made("memory_file", file_id)
    return file_id


def draft_of(item: Item, scope: str, scopes: Mapping[str, str]) -> Draft:
    """Return an item of a file as an entry to be. Raises UsageProblem where it is none."""
    return checked(
        Draft(
            body=storable(item.body),
            title=storable(item.title),
            kind=item.kind,
            scope=storable(scopes.get(item.scope, item.scope) or scope),
            tags=tuple(map(storable, item.tags)),
            sensitivity=item.sensitivity or "internal",
            value=item.value or 3,
            source_date=item.source_date,
            valid_from=item.valid_from,
            valid_to=item.valid_to,
        )
    )


def take_gone(
    connection: sqlite3.Connection, recorder: Recorder, file: file_rows.FileRow, now: int
) -> ImportResult:
    """Note within a change that a file is no longer where it was; its entries stay."""
    result = ImportResult()
    taking = _Taking(connection, recorder, file.id, "", file.scope, now, result)
    for old in file_rows.known_items(connection, file.id):
        taking.lose(old)
    return result


def is_shared(connection: sqlite3.Connection, entry_id: int, item_id: int) -> bool:
    """Tell whether an entry stands for what is said elsewhere as well as in an item of a file."""
    row = connection.execute(
        "SELECT 1 FROM entry_source WHERE entry_id=? AND memory_item_id IS NOT ? "
        "AND status='ok' LIMIT 1",
        (entry_id, item_id),
    ).fetchone()
    return row is not None


@dataclass(slots=True)
class _Taking:
    """An import that goes on."""

    connection: sqlite3.Connection
    recorder: Recorder
    file_id: int
    path: str
    scope: str
    now: int
    result: ImportResult
    scopes: Mapping[str, str] = field(default_factory=dict)

    def add(self, new: Seen) -> None:
        """Take in an item that the file did not hold before."""
        draft = self._draft(new)
        if draft is None:
            return
        cursor = self.connection.execute(
            "INSERT INTO memory_item (file_id, key, hash, start, length, at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (self.file_id, storable(new.item.key), new.hash, *file_rows.place_of(new.item),
             self.now),
        )  # fmt: skip
        item_id = int(cursor.lastrowid or 0)
        self.recorder.made("memory_item", item_id)
        self._put(item_id, new, draft)

    def again(self, old: Known, new: Seen) -> None:
        """Take in an item that the file held before."""
        if old.entry_id is None:
            if old.news == OUT:  # a person wants it out of the file, and not in memory
                self.result.same += 1
            else:
                self.recorder.touch("memory_item", old.id)
                self._put(old.id, new, self._draft(new))
            return
        entry = entry_by_id(self.connection, old.entry_id)
        if new.hash == old.hash or (entry is not None and entry.hash == new.hash):
            self.result.same += 1
            self._in_step(old, new.hash)
        elif old.news == OUT and old.text == storable(new.item.body):
            self.result.same += 1
        elif entry is None or is_shared(self.connection, entry.id, old.id):
            self._leave(old)
            self.recorder.touch("memory_item", old.id)
            if self._put(old.id, new, self._draft(new), counts=False):
                self.result.changed += 1
        elif self._is_edited(entry, old):
            self.result.waiting += 1
            self._note(old, news=CHANGED, text=storable(new.item.body), at=self.now)
        else:
            self._rewrite(entry, old, new)

    def lose(self, old: Known) -> None:
        """Note that an item is no longer in the file; its entry stays."""
        if old.entry_id is None:
            self.recorder.touch("memory_item", old.id)
            self.connection.execute("DELETE FROM memory_item WHERE id=?", (old.id,))
        elif old.news != GONE:
            self.result.removed += 1
            self._leave(old)
            self._note(old, news=GONE, text="")

    def _draft(self, new: Seen) -> Draft | None:
        """Return an item as an entry to be; None, and the reason noted, where it is none."""
        try:
            return draft_of(new.item, self.scope, self.scopes)
        except UsageProblem as problem:
            self.result.rejected.append(Rejected(new.item.place, str(problem)))
            return None

    def _put(self, item_id: int, new: Seen, draft: Draft | None, *, counts: bool = True) -> bool:
        """Let an item stand for the entry of its text, which is made where there is none."""
        if draft is None:
            return False
        source = EntrySource(kind="file", place=self.path, memory_item_id=item_id,
                             quote_hash=new.hash, source_date=new.item.source_date)  # fmt: skip
        draft = replace(draft, sources=(source,))
        entry_id, is_new = put(self.connection, self.recorder, draft, self.now, actor=IMPORT)
        for known in sources_of_item(self.connection, entry_id, item_id):
            if known.status != "ok":  # it said so before
                change_source(self.connection, self.recorder, known.id, status="ok")
        self.connection.execute(
            "UPDATE memory_item SET entry_id=?, hash=?, news='', text='' WHERE id=?",
            (entry_id, new.hash, item_id),
        )
        if counts:
            self.result.new += is_new
            self.result.same += not is_new
        return True

    def _in_step(self, old: Known, digest: str) -> None:
        """Note that the file and what was taken in say the same."""
        if old.news in (*NEWS, GONE, OUT) or old.hash != digest:
            self._note(old, news="", text="", hash=digest)
            for source in self._own_sources(old):
                if source.status != "ok":
                    change_source(self.connection, self.recorder, source.id, status="ok")

    def _rewrite(self, entry: Entry, old: Known, new: Seen) -> None:
        """Give an entry the text of its file; it is proposed again, as nobody has read that."""
        draft = self._draft(new)
        if draft is None:
            return
        same = is_known(self.connection, draft)
        if same is not None:  # another entry says so already
            self._leave(old)
            self.recorder.touch("memory_item", old.id)
            self._put(old.id, new, draft, counts=False)
            self.result.changed += 1
            return
        versions = versions_of(self.connection, entry.id)
        given = [version.title for version in versions if version.editor == IMPORT]
        state = ARCHIVED if entry.state == ARCHIVED else PROPOSED
        write_entry(
            self.connection, self.recorder, entry.id, editor=IMPORT,
            reason=f"changed in {PurePath(self.path).name}", now=self.now,
            title=draft.title if entry.title in given else entry.title, body=draft.body,
            hash=new.hash, tokens=None, tokens_method="", state=state, verified_at=None,
            verified_by="", source_date=draft.source_date or entry.source_date,
        )  # fmt: skip
        self._note(old, news="", text="", hash=new.hash)
        for source in self._own_sources(old):
            change_source(self.connection, self.recorder, source.id, status="ok",
                          quote_hash=new.hash, source_date=new.item.source_date)  # fmt: skip
        self.result.changed += 1

    def _leave(self, old: Known) -> None:
        for source in self._own_sources(old):
            if source.status != "missing":
                change_source(self.connection, self.recorder, source.id, status="missing")

    def _own_sources(self, old: Known) -> list[EntrySource]:
        return sources_of_item(self.connection, old.entry_id or 0, old.id)

    def _is_edited(self, entry: Entry, old: Known) -> bool:
        """Tell whether a person wrote an entry, or edited it since it was last in step."""
        if entry.hash != old.hash:
            return True
        first = versions_of(self.connection, entry.id)[:1]
        return any(version.editor != IMPORT for version in first)

    def _note(self, old: Known, **facts: Any) -> None:
        self.recorder.touch("memory_item", old.id)
        sets = ", ".join(f"{name}=?" for name in facts)
        self.connection.execute(
            f"UPDATE memory_item SET {sets} WHERE id=?", [*facts.values(), old.id]
        )
