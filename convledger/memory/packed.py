"""Takes the memory files in a zip in, as one change; a newer export goes on where one ended."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from convledger.ingest.archives import INSIDE, Archive, Member, TooMuch, opened
from convledger.ingest.lines import NotReadable
from convledger.memory import file_rows
from convledger.memory.file_rows import PACKED, FileRow
from convledger.memory.importing import IMPORT, ImportResult, take_gone, take_in
from convledger.memory.readers import claude_projects
from convledger.memory.readers.items import MOST_BYTES, storable
from convledger.memory.readers.registry import format_of, may_be_memory
from convledger.paths import real_path, stored_path
from convledger.store.operations import Recorder, operation

Told = tuple[str, ImportResult | str]
# What differs between two exports of one place: instants, ids, the number of a copy.
_CHANGING = re.compile(
    r"\d{4}[-_.]?\d{2}[-_.]?\d{2}(?:[-_T. ]?\d{2}[-_.:h]?\d{2}(?:[-_.:m]?\d{2})?)?Z?"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}|\s*\(\d+\)|[ _-]+copy\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A member that holds memory."""

    name: str
    format: str


@dataclass(slots=True)
class _Listed:
    """The members that hold memory, project names by their ids, and what was left alone."""

    found: list[_Found] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # names that were looked at


@dataclass(frozen=True, slots=True)
class _Before:
    """Files that were taken in earlier, by their names below `top`, a folder of the new archive."""

    rows: dict[str, FileRow] = field(default_factory=dict)
    top: str = ""


def import_archive(
    connection: sqlite3.Connection, path: Path, wanted: str | None, scope: str, now: int
) -> list[Told]:
    """Take in what a zip holds of memory; return what became of each member. Raises NotReadable.

    Members that a newer export of the same place no longer holds are told, and their entries stay.
    """
    with opened(path) as archive:
        listed = _listed(archive, path, wanted)
        if not listed.found and not listed.told:
            count = len(archive.members())
            return [
                (str(path), f"no memory among its {count:,} files; say with --as what they are")
            ]
        made = archive.made_ns()
        before = _before(connection, archive, path, listed)
        earlier = next((each for each in before.rows.values() if not _is_in(each, path)), None)
        if earlier is not None and max(row.mtime_ns for row in before.rows.values()) > made:
            name = PurePosixPath(_archive_of(earlier)).name
            return [(str(path), f"older than {storable(name)}, which was taken in: left alone")]
        about = storable(path.name)
        with operation(connection, IMPORT, now=now, about=about, actor=IMPORT) as recorder:
            taking = _Taking(connection, recorder, archive, path, scope, now, made, listed)
            return [*listed.told, *taking.all(before)]


def _listed(archive: Archive, path: Path, wanted: str | None) -> _Listed:
    """Look at all members, and into those that may hold memory."""
    listed = _Listed()
    for member in archive.members():
        name = member.name
        if wanted is not None and name.casefold().endswith(".txt"):
            name = f"{name}.md"  # a person says what it is
        if not may_be_memory(name) and not member.leads_out:
            continue
        try:
            found = _look_into(archive, member, wanted, listed)
        except NotReadable as error:
            listed.told.append((_place(path, member.name), str(error)))
            if isinstance(error, TooMuch):
                break
            continue
        if found is not None:
            listed.found.append(_Found(member.name, found))
    return listed


def _look_into(archive: Archive, member: Member, wanted: str | None, listed: _Listed) -> str | None:
    """Return the format of a member, None where it is no memory. Raises NotReadable."""
    if member.wrong or member.leads_out:
        raise NotReadable(member.wrong or "its name leads out of the archive")
    key = _key(member.name)
    if key in listed.known:
        raise NotReadable("another member has that name")
    listed.known.add(key)
    found = wanted or format_of(member.name, next(archive.blocks(member.name), b""))
    if found is not None and member.size > MOST_BYTES:
        raise NotReadable(f"{member.size:,} bytes; a memory file has at most {MOST_BYTES >> 20} MB")
    if found == claude_projects.NAME:
        listed.projects |= claude_projects.names_in(archive.content(member.name, MOST_BYTES))
    return found


def _key(name: str) -> str:
    """Return a name as the ledger keeps it within a path."""
    return str(PurePosixPath(name))


def _place(path: Path, name: str) -> str:
    return f"{path}{INSIDE}{_key(name)}"


def _archive_of(row: FileRow) -> str:
    return str(real_path(row.path)).partition(INSIDE)[0]


def _name_in(row: FileRow) -> str:
    return str(real_path(row.path)).partition(INSIDE)[2]


def _is_in(row: FileRow, path: Path) -> bool:
    return _archive_of(row) == str(path)


def _before(
    connection: sqlite3.Connection, archive: Archive, path: Path, listed: _Listed
) -> _Before:
    """Return what was taken in from this archive, or from an earlier export of the same place.

    An export is of the same place where its name differs in nothing but dates and ids, and a text
    that the earlier one held stands in it again.
    """
    series: dict[str, list[FileRow]] = {}
    for row in file_rows.known_files(connection):
        if row.state == PACKED:
            series.setdefault(_archive_of(row), []).append(row)
    if str(path) in series:
        return _Before({_name_in(row): row for row in series[str(path)]})
    like = [rows for name, rows in series.items() if _series(name) == _series(str(path))]
    like.sort(key=lambda rows: -max(row.mtime_ns for row in rows))
    names = [_key(each.name) for each in listed.found]
    for rows in like:
        # All may lie in one folder, which is often called by a date.
        old_top, new_top = _top([_name_in(row) for row in rows]), _top(names)
        for old, new in (("", ""), (old_top, new_top)):
            before = _Before({_name_in(row)[len(old) :]: row for row in rows}, new)
            if _shares(connection, archive, before, listed):
                return before
    return _Before()


def _series(path: str) -> str:
    return _CHANGING.sub("~", PurePosixPath(path.replace("\\", "/")).name.casefold())


def _top(names: list[str]) -> str:
    """Return the one folder that all names lie in, "" where there is none."""
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    top = tops.pop() if len(tops) == 1 else ""
    return f"{top}/" if top else ""


def _shares(
    connection: sqlite3.Connection, archive: Archive, before: _Before, listed: _Listed
) -> bool:
    """Tell whether a text that was taken in stands in the archive again."""
    for member in listed.found:
        row = before.rows.get(_key(member.name)[len(before.top) :])
        if row is None:
            continue
        known = {each.hash for each in file_rows.known_items(connection, row.id)}
        content = archive.content(member.name, MOST_BYTES)
        seen, _, _ = file_rows.seen_in(connection, content, _key(member.name), member.format)
        if not known.isdisjoint(each.hash for each in seen):
            return True
    return False


@dataclass(slots=True)
class _Taking:
    """An import of an archive that goes on."""

    connection: sqlite3.Connection
    recorder: Recorder
    archive: Archive
    path: Path
    scope: str
    now: int
    made_ns: int
    listed: _Listed

    def all(self, before: _Before) -> Iterator[Told]:
        """Yield what became of each member, and of those that are gone."""
        scopes = {f"project:{key}": f"project:{name}" for key, name in self.listed.projects.items()}
        for name, row in before.rows.items():
            self._move(row, before.top + name)
        for member in self.listed.found:
            place = _place(self.path, member.name)
            try:
                content = self.archive.content(member.name, MOST_BYTES)
            except NotReadable as error:
                yield place, str(error)
                if isinstance(error, TooMuch):
                    return
                continue
            yield place, take_in(
                self.connection, self.recorder, place, member.format, content, self.scope,
                self.now, mtime_ns=self.made_ns, state=PACKED, scopes=scopes,
            )  # fmt: skip
        there = {_key(member.name) for member in self.archive.members()}
        for name, row in before.rows.items():
            if before.top + name not in there:
                result = take_gone(self.connection, self.recorder, row, self.now)
                if result.removed:
                    yield _place(self.path, before.top + name), result

    def _move(self, row: FileRow, name: str) -> None:
        """Let a file that was in an earlier export be that of this one."""
        stored = stored_path(Path(_place(self.path, name)))
        if stored != row.path:
            self.recorder.touch("memory_file", row.id)
            self.connection.execute(
                "UPDATE memory_file SET path=?, mtime_ns=? WHERE id=?",
                (stored, self.made_ns, row.id),
            )
