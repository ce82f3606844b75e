"""Compares what the log folders hold with what the ledger knows: what is new, grown or gone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from convledger.clock import now_us
from convledger.ingest.discover import Found, Scan, look_at, of_database, scan
from convledger.paths import INSIDE, stored_path
from convledger.store.catalog import Catalog
from convledger.store.connection import transaction
from convledger.store.files import (
    Known,
    add_file,
    known_file,
    known_files,
    set_state,
)


@dataclass(slots=True)
class Work:
    """A file that must be read: its reader, its path below the root, its row's id, its bytes."""

    reader: str
    path: str
    relative: str
    file_id: int
    bytes: int
    mtime_ns: int


@dataclass(slots=True)
class Plan:
    """What a scan of the roots found to do, newest first."""

    works: list[Work] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    rollouts: dict[str, str] = field(default_factory=dict)

    @property
    def with_titles(self) -> list[Path]:
        """The roots that keep titles beside the logs."""
        return [each.root for each in self.scans if each.reader == "codex" and each.present]

    @property
    def bytes(self) -> int:
        """How much must be read."""
        return sum(work.bytes for work in self.works)


def make_plan(connection: sqlite3.Connection, roots: Iterable[tuple[str, Path]]) -> Plan:
    """Scan `roots`; notes new, gone and unreadable files, and returns what must be read."""
    roots = list(roots)
    if not any(INSIDE in str(root) for _, root in roots):
        return _planned(connection, roots)
    from convledger.ingest.archives import kept_open  # which takes its time, at each report

    with kept_open():
        return _planned(connection, roots)


def _planned(connection: sqlite3.Connection, roots: Iterable[tuple[str, Path]]) -> Plan:
    plan = Plan()
    known: dict[int, dict[str | bytes, Known]] = {}
    for row in known_files(connection):
        known.setdefault(row[1], {})[row[2]] = row
    sources = {
        (reader, root): source_id
        for source_id, reader, root in connection.execute(
            "SELECT source.id, name, root FROM source JOIN reader ON reader.id=reader_id"
        )
    }
    for reader, root in roots:
        scanned = scan(reader, root)
        plan.scans.append(scanned)
        source_id = sources.get((reader, str(root)))
        if source_id is None and (scanned.files or scanned.unreadable):
            with transaction(connection):
                source_id = Catalog(connection).source(reader, str(root), now_us())
        if source_id is not None:
            _compare(connection, plan, scanned, source_id, known.get(source_id, {}))
    plan.works.sort(key=lambda work: -work.mtime_ns)
    return plan


def plan_of_paths(
    connection: sqlite3.Connection, roots: Iterable[tuple[str, Path]], paths: Iterable[str]
) -> Plan:
    """Return what must be read of the files at `paths`, without a scan of all the others."""
    plan = Plan()
    wanted = sorted({of_database(path) for path in paths})
    for reader, root in roots:
        mine = [path for path in wanted if path == str(root) or path.startswith(f"{root}{os.sep}")]
        if not mine:
            continue
        scanned = Scan(reader, root, present=True)
        known: dict[str | bytes, Known] = {}
        for path in mine:
            found = look_at(reader, root, path)
            if found is not None:
                scanned.files.append(found)
            row = known_file(connection, stored_path(Path(path)))
            if row is not None and (found or not os.path.lexists(path)):
                known[row[2]] = row
        with transaction(connection):
            source_id = Catalog(connection).source(reader, str(root), now_us())
        plan.scans.append(scanned)
        _compare(connection, plan, scanned, source_id, known)
    plan.works.sort(key=lambda work: -work.mtime_ns)
    return plan


def _compare(
    connection: sqlite3.Connection,
    plan: Plan,
    scanned: Scan,
    source_id: int,
    known: dict[str | bytes, Known],
) -> None:
    changed: list[tuple[Found, str | bytes, Known | None]] = []
    states: list[tuple[str | bytes, str, str]] = []
    seen: set[str | bytes] = set()
    if scanned.reader == "codex":
        plan.rollouts |= {found.relative: found.path for found in scanned.files}
    for found in scanned.files:
        path = found.path
        name = path if path.isascii() else stored_path(Path(path))
        seen.add(name)
        row = known.get(name)
        if row is None or row[3:] != (found.size, found.mtime_ns, found.inode, "live"):
            changed.append((found, name, row))
    blocked = {stored_path(Path(path)): reason for path, reason in scanned.unreadable}
    hidden = tuple(f"{path}{os.sep}" for path, _ in scanned.unreadable)
    for name, reason in blocked.items():
        if name not in known or known[name][6] != "unreadable":
            states.append((name, "unreadable", reason))
    for name, row in known.items():
        if name in seen or name in blocked or row[6] == "gone":
            continue
        if not os.fsdecode(name).startswith(hidden):  # or nobody knows whether it is there
            states.append((name, "gone", "no longer there; what it held is kept"))
    if not changed and not states:
        return
    with transaction(connection):
        for name, state, reason in states:
            set_state(connection, add_file(connection, source_id, name), state, reason)
        for found, name, row in changed:
            file_id = row[0] if row else add_file(connection, source_id, name)
            if row and row[6] != "live":
                set_state(connection, file_id, "live", "")
            grown = found.size - row[3] if row and found.size > row[3] > 0 else found.size
            plan.works.append(
                Work(scanned.reader, found.path, found.relative, file_id, grown, found.mtime_ns)
            )
