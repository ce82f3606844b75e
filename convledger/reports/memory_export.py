"""Memory as files: JSON Lines that can be taken in again, CSV for a spreadsheet, Markdown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, TextIO

import msgspec

from convledger.clock import iso_text, parse_instant
from convledger.memory.exported import DOTTED, FULL, Exported, Head, exported, note_export
from convledger.reports.export import JSONL, MARKDOWN, Destination, already_there
from convledger.reports.render import csv_out, json_out
from convledger.reports.render.memory_page import note_lines, part_lines
from convledger.store.connection import is_sealed, transaction
from convledger.store.entries import entries_where
from convledger.store.packs import forget_render

CSV = "csv"
FORMS = (JSONL, CSV, MARKDOWN)
_COLUMNS = (
    "name", "title", "body", "kind", "state", "scope", "tags", "sensitivity", "value", "pinned",
    "source_date", "valid_from", "valid_to", "recorded_at", "verified_at", "verified_by",
    "review_at", "superseded_by", "tokens", "version", "sources", "exact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """How entries are exported: with secrets in full or dotted, at which instant, in which zone."""

    reveal: bool
    now: int
    zone: tzinfo
    to_json: Callable[[Any], str] = json_out.dumps


@dataclass(frozen=True, slots=True)
class _Named:
    """What the name of an entry's file is made of."""

    native: str
    title: str
    first_at: int | None


def destination(
    output: str, form: str, count: int, *, force: bool = False, stream: TextIO | None = None
) -> Destination:
    """Return where an export of entries goes."""
    name = "memory.csv" if form == CSV else "memory.jsonl"
    return Destination(output, form, count, force=force, stream=stream, all_lines=name)


def write(
    connection: sqlite3.Connection,
    ledger_path: Path,
    ids: Sequence[int],
    target: Destination,
    wish: Wish,
) -> Generator[int, None, None]:
    """Write entries, and yield how many are written after each.

    Each file is noted before it is written, so that erasing an entry names it. Where the caller
    stops asking, a file that is not complete goes away again.
    """
    found = exported(connection, ids, reveal=wish.reveal)
    if target.has_file_for_each:
        taken: set[str] = set()
        for number, (entry_id, each) in enumerate(found, 1):
            path = target.path_of(_named(each), wish.zone, taken)
            noted = [(entry_id, len(each.versions))]
            with (
                _noted(connection, ledger_path, noted, path, target.form, wish.now),
                target.one(path) as stream,
            ):
                stream.writelines(f"{line}\n" for line in note_lines(each))
            yield number
        return
    listed = json.dumps(list(ids))
    entries = entries_where(connection, "id IN (SELECT value FROM json_each(?))", (listed,))
    all_noted = [(each.id, each.version) for each in entries]
    with (
        _noted(connection, ledger_path, all_noted, target.place, target.form, wish.now),
        target.one(target.place) as stream,
    ):
        lines = (each for _, each in found)
        yield from _FORMS[target.form](lines, len(all_noted), stream, wish)


def there_already(
    connection: sqlite3.Connection, ids: Sequence[int], target: Destination, zone: tzinfo
) -> list[Path]:
    """Return the files that an export would replace."""
    if not target.has_file_for_each:
        return already_there(target, [_Named("", "", None)], zone)
    found = exported(connection, ids, reveal=False)
    return already_there(target, (_named(each) for _, each in found), zone)


def _named(found: Exported) -> _Named:
    at = parse_instant(found.source_date) or parse_instant(found.recorded_at)
    return _Named(found.name[-8:].lower(), found.title, at)


@contextmanager
def _noted(
    connection: sqlite3.Connection,
    ledger_path: Path,
    entries: Iterable[tuple[int, int]],
    path: Path | None,
    form: str,
    now: int,
) -> Iterator[None]:
    """Note a file while it is written, and take that back where it is not."""
    if path is None or is_sealed(ledger_path):
        yield
        return
    noted = note_export(connection, entries, str(path.absolute()), form, now)
    try:
        yield
    except BaseException:
        with transaction(connection):
            forget_render(connection, noted)
        raise


def _jsonl(entries: Iterable[Exported], count: int, stream: TextIO, wish: Wish) -> Iterator[int]:
    head = Head(entries=count, secrets=FULL if wish.reveal else DOTTED,
                exported_at=iso_text(wish.now))  # fmt: skip
    stream.write(wish.to_json(msgspec.to_builtins(head)) + "\n")
    for number, each in enumerate(entries, 1):
        stream.write(wish.to_json(msgspec.to_builtins(each)) + "\n")
        yield number


def _csv(entries: Iterable[Exported], _: int, stream: TextIO, __: Wish) -> Iterator[int]:
    csv_out.write(stream, _COLUMNS, ())
    for number, each in enumerate(entries, 1):
        csv_out.write(stream, _row(each), ())
        yield number


def _row(found: Exported) -> list[csv_out.Cell]:
    """Return the cells of an entry; `exact` has as JSON what a cell can't say as it is."""
    texts = {"title": found.title, "body": found.body}
    odd = {name: text for name, text in texts.items() if not csv_out.is_inert(text)}
    return [
        found.name, found.title, found.body, found.kind, found.state, found.scope,
        " ".join(found.tags), found.sensitivity, found.value, found.pinned, found.source_date,
        found.valid_from, found.valid_to, found.recorded_at, found.verified_at, found.verified_by,
        found.review_at, found.superseded_by, found.tokens, len(found.versions),
        " · ".join(f"{each.kind}: {each.place}" for each in found.sources),
        json.dumps(odd) if odd else "",
    ]  # fmt: skip


def _markdown(entries: Iterable[Exported], count: int, stream: TextIO, wish: Wish) -> Iterator[int]:
    secrets = "in full" if wish.reveal else "dotted"
    counted = f"{count:,} {'entry' if count == 1 else 'entries'}"
    stream.write(f"# Memory\n\n*{counted} · {iso_text(wish.now)} · secrets {secrets}*\n")
    for number, each in enumerate(entries, 1):
        stream.write("\n")
        stream.writelines(f"{line}\n" for line in part_lines(each))
        yield number


_FORMS: dict[str, Callable[[Iterable[Exported], int, TextIO, Wish], Iterator[int]]] = {
    JSONL: _jsonl, CSV: _csv, MARKDOWN: _markdown,
}  # fmt: skip
