"""What files of the inbox bring, by kind: read and compared first, then kept in one go.

A reader returns what keeps it; nothing is written before every row of the file is right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from hashlib import blake2b

from convledger.errors import ConvledgerError, UsageProblem
from convledger.memory.drafts import Draft, checked
from convledger.memory.keeping import is_known, put
from convledger.reports.unit_costs.cost_import import conversations_by_name
from convledger.store.connection import transaction
from convledger.store.labels import NAMES, SINGLE, set_label
from convledger.store.operations import operation
from convledger.workflow.file_rows import Cells, FileRows, read_rows
from convledger.workflow.handing_over import take_all
from convledger.workflow.handoff_file import instant_of, past_instant, read_handoffs
from convledger.workflow.reason_codes import HANDOFFS, add_reason

BY = "inbox"
Keep = Callable[[], tuple[int, int]]  # how many rows were new, how many known


@dataclass(frozen=True, slots=True)
class Taker:
    """What the readers of all kinds need."""

    connection: sqlite3.Connection
    now: int
    zone: tzinfo


class RowsRefused(Exception):
    """Rows of a file can't be taken: lines and reasons."""

    def __init__(self, rows: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(rows)} rows")
        self.rows = rows


def _handoffs(taker: Taker, content: bytes) -> Keep:
    find = conversations_by_name(taker.connection)
    found = read_handoffs(taker.connection, content, taker.zone, taker.now, find, new_codes=True)
    _refuse(found.rejected)

    def keep() -> tuple[int, int]:
        with transaction(taker.connection):
            for code in found.codes:
                add_reason(taker.connection, HANDOFFS, code)
            take_all(taker.connection, found.new, found.replaced, taker.now, BY)
        return len(found.new), found.known + found.told + found.erased

    return keep


def _labels(taker: Taker, content: bytes) -> Keep:
    """Return what labels conversations: a column for each label, tags with spaces between."""
    rows = _rows(content, ("conversation",))
    find = conversations_by_name(taker.connection)
    wanted: list[tuple[int, list[tuple[str, str]]]] = []
    wrong: list[tuple[int, str]] = []
    for line, cells in rows.rows:
        try:
            number, _ = find(_cell(cells, "conversation"))
            values = [(name, cells.get(name, "").strip()) for name in SINGLE]
            tags = f"{cells.get('tag', '')} {cells.get('tags', '')}".split()
            values += [("tag", each) for each in tags]
            for name, value in values:
                if len(value) > 200 or not value.isprintable():
                    raise UsageProblem(f"{name} must be one line of at most 200 letters")
            wanted.append((number, [(name, value) for name, value in values if value]))
        except ConvledgerError as problem:
            wrong.append((line, str(problem)))
    _refuse(wrong)
    if not any(name in rows.headers for name in (*NAMES, "tags")):
        raise UsageProblem(f"no column of a label: {', '.join((*NAMES, 'tags'))}")

    def keep() -> tuple[int, int]:
        with transaction(taker.connection):
            new = sum(
                sum(set_label(taker.connection, [number], *each) for each in values) > 0
                for number, values in wanted
            )
        return new, len(wanted) - new

    return keep


def _costs(taker: Taker, content: bytes, what: str) -> Keep:
    from convledger.reports.unit_costs.cost_file import FileTerms, read_cost_file
    from convledger.reports.unit_costs.cost_import import to_take
    from convledger.reports.unit_costs.entered import checked_item, checked_time
    from convledger.store import costs
    from convledger.store.cost_changes import ITEMS, TIMES, Change, remember

    table, lines = as_table(content)
    find = conversations_by_name(taker.connection)
    read = read_cost_file(table, FileTerms(taker.zone, what=what), find)
    _refuse([(lines.get(line, line), why) for line, why in read.rejected])
    found = to_take(taker.connection, read, taker.zone)
    items = [replace(checked_item(each), made_at=taker.now, gone_at=None) for each in found.items]
    times = [replace(checked_time(each), made_at=taker.now, gone_at=None) for each in found.times]

    def keep() -> tuple[int, int]:
        change = Change("import", taker.now)
        with transaction(taker.connection):
            change.came = {
                ITEMS: [costs.add_item(taker.connection, each) for each in items],
                TIMES: [costs.add_worked(taker.connection, each) for each in times],
            }
            if items or times:
                remember(taker.connection, change)
        return len(items) + len(times), found.known

    return keep


def _entries(taker: Taker, content: bytes) -> Keep:
    """Return what proposes memory: a row has a text, and may have the rest of an entry."""
    rows = _rows(content, ("text", "body"), any_of=True)
    drafts: list[Draft] = []
    wrong: list[tuple[int, str]] = []
    for line, cells in rows.rows:
        try:
            drafts.append(_draft(taker, cells))
        except ConvledgerError as problem:
            wrong.append((line, str(problem)))
    _refuse(wrong)

    def keep() -> tuple[int, int]:
        new = 0
        with operation(
            taker.connection, "import", now=taker.now, about="inbox", actor=BY
        ) as recorder:
            for draft in drafts:
                if is_known(taker.connection, draft) is None:
                    put(taker.connection, recorder, draft, taker.now, actor=BY)
                    new += 1
        return new, len(drafts) - new

    return keep


def _draft(taker: Taker, cells: Cells) -> Draft:
    value = cells.get("value", "").strip() or "3"
    if value not in "12345" or len(value) != 1:
        raise UsageProblem("value is a number from 1 to 5")
    date = (cells.get("sourcedate") or cells.get("date") or "").strip()
    return checked(
        Draft(
            body=cells.get("text") or cells.get("body") or "",
            title=cells.get("title", ""),
            kind=cells.get("kind", "").strip() or "fact",
            scope=cells.get("scope", "").strip(),
            tags=tuple(cells.get("tags", "").split()),
            sensitivity=cells.get("sensitivity", "").strip() or "internal",
            value=int(value),
            source_date=instant_of(date, taker.zone) if date else None,
        )
    )


def _verdicts(taker: Taker, content: bytes) -> Keep:
    """Return what keeps verdicts: item, reviewer, verdict; a row is known by what it says."""
    from convledger.store import reviews
    from convledger.store.reviews import StoredVerdict
    from convledger.workflow.entered_text import note_text
    from convledger.workflow.judging import (
        checked_reasons,
        known_items,
        reviewer_text,
        verdict_of,
    )
    from convledger.workflow.reason_codes import REVIEWS, reasons

    rows = _rows(content, ("item", "reviewer", "verdict", "at"))
    items = {}
    for each in known_items(taker.connection):
        items[each.stored.name] = items[str(each.stored.id)] = each
    codes = reasons(taker.connection, REVIEWS)
    there = {each.name for each in reviews.verdicts(taker.connection, with_gone=True)}
    new: dict[str, tuple[StoredVerdict, int | None]] = {}
    wrong: list[tuple[int, str]] = []
    known = 0
    for line, cells in rows.rows:
        try:
            item = items.get(_cell(cells, "item"))
            if item is None:
                raise UsageProblem(f"no item {cells['item']!r:.40}: `convledger review list`")
            at = past_instant(_cell(cells, "at"), taker.zone, taker.now, "it")
            made = StoredVerdict(
                id=0,
                name="",
                item_id=item.stored.id,
                reviewer=reviewer_text(_cell(cells, "reviewer")),
                kind=reviews.REVIEW,
                verdict=verdict_of(_cell(cells, "verdict")),
                reasons=checked_reasons(cells.get("reasons", "").split(), codes),
                note=note_text(cells.get("note", "")),
                seconds=None,
                at=at,
                provenance=f"inbox:{line}",
            )
        except ConvledgerError as problem:
            wrong.append((line, str(problem)))
            continue
        name = _digest(
            item.stored.name, made.reviewer, made.verdict, *made.reasons, made.note, str(made.at)
        )
        if name in there or name in new:
            known += 1
        else:
            new[name] = (replace(made, name=name), item.stored.conversation_id)
    _refuse(wrong)

    def keep() -> tuple[int, int]:
        with transaction(taker.connection):
            for verdict, conversation in new.values():
                reviews.add_verdict(taker.connection, verdict, conversation)
        return len(new), known

    return keep


def _reviews(taker: Taker, content: bytes) -> Keep:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from convledger.workflow.review_travel import read_file, take

    with TemporaryDirectory(prefix="convledger-") as folder:
        file = Path(folder) / "reviews.jsonl"
        file.write_bytes(content)
        try:
            found = read_file(taker.connection, file, taker.now)
        except UsageProblem as problem:
            raise UsageProblem(str(problem).removeprefix(f"{file}: ")) from problem
    _refuse(found.rejected)
    if found.conflicts:
        raise UsageProblem("; ".join(found.conflicts[:20]))

    def keep() -> tuple[int, int]:
        with transaction(taker.connection):
            take(taker.connection, found)
        new = len(found.items) + len(found.verdicts) + len(found.withdrawn)
        return new, found.known_items + found.known_verdicts

    return keep


def as_table(content: bytes) -> tuple[bytes, dict[int, int]]:
    """Return JSON Lines as a table, and which line of the file each of its lines was."""
    if content.lstrip()[:1] != b"{":
        return content, {}
    import csv
    from io import StringIO

    rows = read_rows(content)
    _refuse(rows.rejected)
    names = list(rows.headers)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows.headers[name] for name in names)
    for _, cells in rows.rows:
        writer.writerow(cells.get(name, "") for name in names)
    lines = {place: line for place, (line, _) in enumerate(rows.rows, 2)}
    return text.getvalue().encode("utf-8", "replace"), lines


def _rows(content: bytes, needed: tuple[str, ...], *, any_of: bool = False) -> FileRows:
    """Return rows whose file has the columns that are needed. Raises RowsRefused, UsageProblem."""
    rows = read_rows(content)
    _refuse(rows.rejected)
    missing = [name for name in needed if name not in rows.headers]
    if missing and (not any_of or len(missing) == len(needed)):
        listed = ", ".join(name for name in rows.headers.values() if name)
        raise UsageProblem(f"no column {' or '.join(missing)}. The file has {listed:.400}")
    return rows


def _cell(cells: Mapping[str, str], name: str) -> str:
    text = cells.get(name, "").strip()
    if not text:
        raise UsageProblem(f"no {name}")
    return text


def _refuse(rows: list[tuple[int, str]]) -> None:
    if rows:
        raise RowsRefused(rows)


def _digest(*parts: str) -> str:
    return blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


READERS: Mapping[str, Callable[[Taker, bytes], Keep]] = {
    "labels": _labels,
    "handoffs": _handoffs,
    "costs": lambda taker, content: _costs(taker, content, "items"),
    "times": lambda taker, content: _costs(taker, content, "times"),
    "entries": _entries,
    "reviews": _reviews,
    "verdicts": _verdicts,
}
