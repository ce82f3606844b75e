"""What a person brings in by name, and what lies on this machine: told before any of it is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convledger.clock import now_us
from convledger.errors import UsageProblem
from convledger.ingest.archives import kept_open
from convledger.ingest.choose import not_looked_at, roots_in
from convledger.ingest.discover import Scan, look_at, scan
from convledger.sources.registry import PLACES
from convledger.store.catalog import Catalog
from convledger.store.connection import transaction


@dataclass(frozen=True, slots=True)
class Holding:
    """What a path holds of a source: how many files of it there are, and their bytes.

    `problems` are files that are its own and can't be read, with the reasons.
    """

    source: str
    root: Path
    files: int
    bytes: int
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """What the source is called by people."""
        return PLACES[self.source].TITLE

    @property
    def kind(self) -> str:
        """What the source is: an agent, a chat export, an API log, a support platform, a table."""
        return PLACES[self.source].KIND.value

    def document(self) -> dict[str, Any]:
        """Return it as JSON says it."""
        return {
            "source": self.source,
            "kind": self.kind,
            "root": str(self.root),
            "files": self.files,
            "bytes": self.bytes,
            "unreadable": [{"path": path, "reason": reason} for path, reason in self.problems],
        }


def holding_of(scanned: Scan) -> Holding:
    """Return what a scan of a root has found."""
    return Holding(
        scanned.reader,
        scanned.root,
        len(scanned.files),
        sum(file.size for file in scanned.files),
        tuple(scanned.unreadable),
    )


@kept_open()
def find(named: Sequence[Path], source: str | None) -> list[Holding]:
    """Return what paths hold, from their content. Raises UsageProblem where one holds nothing."""
    roots = dict.fromkeys(root for path in named for root in _roots(path, source))
    return [holding_of(scan(reader, root)) for reader, root in roots]


def _roots(path: Path, source: str | None) -> list[tuple[str, Path]]:
    """Return what a path holds; a folder of nothing but spoilt exports says what they have."""
    try:
        return roots_in(path, source)
    except UsageProblem as error:
        if source is not None or not path.expanduser().is_dir():
            raise
        from convledger.ingest.passed_over import passed_over

        if not (aside := passed_over(path, [])):
            raise
        more = f"; and {len(aside) - 1:,} more" if len(aside) > 1 else ""
        file, reason = aside[0]
        raise UsageProblem(f"{file}: {reason}{more}") from error


def left_aside(named: Sequence[Path], found: Sequence[Holding]) -> list[tuple[str, str]]:
    """Return the files of named folders that seem to be exports and are not read, with why."""
    from convledger.ingest.passed_over import passed_over

    roots = [(each.source, each.root) for each in found]
    aside: dict[str, str] = {}
    for path in named:
        if path.expanduser().is_dir():
            aside.update(passed_over(path, roots))
            if more := not_looked_at(path.expanduser()):
                aside[str(path)] = more
    return list(aside.items())


def keep(connection: sqlite3.Connection, found: Iterable[Holding]) -> list[tuple[str, Path]]:
    """Note what was found as sources that are looked at again; return their readers and roots."""
    named = [(each.source, each.root) for each in found]
    roots = list(dict.fromkeys(_within(connection, reader, root) for reader, root in named))
    with transaction(connection):
        catalog = Catalog(connection)
        for reader, root in roots:
            source_id = catalog.source(reader, str(root), now_us())
            connection.execute("UPDATE source SET state='kept' WHERE id=?", (source_id,))
    return roots


def _within(connection: sqlite3.Connection, reader: str, root: Path) -> tuple[str, Path]:
    """Return the folder that was imported before and of which a file is a part; else the file."""
    kept = connection.execute(
        "SELECT root FROM source JOIN reader ON reader.id=reader_id WHERE name=? AND state='kept'",
        (reader,),
    )
    for (folder,) in kept.fetchall():
        above = Path(folder)
        if above in root.parents and look_at(reader, above, str(root)) is not None:
            return reader, above
    return reader, root


def on_this_machine(scans: Iterable[Scan]) -> tuple[list[Holding], list[Holding]]:
    """Return what a look at the places of all known tools has found, and the places without any."""
    every = [holding_of(scanned) for scanned in scans]
    there = [each for each in every if each.files or each.problems]
    return there, [each for each in every if not (each.files or each.problems)]


def not_there(missing: Iterable[Holding]) -> dict[str, list[str]]:
    """Return the places that were looked at in vain, by the titles of their tools."""
    places: dict[str, list[str]] = {}
    for each in missing:
        places.setdefault(each.title, []).append(str(each.root))
    return places
