"""Reads tables of costs and of people's time, row by row: an entry, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from hashlib import blake2b
from io import BytesIO

from convledger.clock import HOUR
from convledger.economics.cost_items import BY_HAND, EQUAL, OTHER
from convledger.errors import UsageProblem
from convledger.plans.calendar import start_of_day
from convledger.reports.periods import local_day
from convledger.reports.unit_costs import entered, written
from convledger.reports.unit_costs.cost_columns import (
    SCOPE_COLUMNS,
    TIMES,
    columns_of,
    parted,
)
from convledger.sources.findings import Rejected
from convledger.sources.table.delimited import DelimitedRows, delimiter_of, told_delimiter
from convledger.sources.table.lines import Ahead, lines_in
from convledger.sources.table.numbers import COMMA, POINT
from convledger.store.costs import StoredItem, WorkedTime

LARGEST, MOST_ROWS = 32 << 20, 200_000
_HEAD = 1 << 16
_EVERY = {
    "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year",
    "annually": "year", "once": "", "one-off": "", "none": "", "days": "day", "weeks": "week",
    "months": "month", "years": "year",
}  # fmt: skip
Find = Callable[[str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FileTerms:
    """How a table is to be read: which columns mean what, and what empty cells stand for."""

    zone: tzinfo
    columns: Mapping[str, str] = field(default_factory=dict)
    what: str = ""
    date_order: str = ""
    decimal_mark: str = POINT
    kind: str = OTHER
    currency: str = "USD"
    rule: str = EQUAL


@dataclass(slots=True)
class CostFile:
    """What a table holds: entries with the lines they stand in, and lines with what is wrong."""

    what: str
    items: list[tuple[int, StoredItem]] = field(default_factory=list)
    times: list[tuple[int, WorkedTime]] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # headers that nothing is taken from


def read_cost_file(content: bytes, terms: FileTerms, find: Find) -> CostFile:
    """Return the entries of a table; `find` gives a conversation's id and opening by its name.

    Raises UsageProblem where the table as a whole can't be read.
    """
    if len(content) > LARGEST:
        raise UsageProblem(f"the table is larger than {LARGEST >> 20} MB; cut it in parts")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    content = content.removeprefix(b"\xef\xbb\xbf")
    stream = Ahead(BytesIO(content), _HEAD)
    delimiter = delimiter_of(stream.head, whole=stream.whole) or ","
    rows = iter(DelimitedRows(lines_in(stream), delimiter))
    header = next((row for row in rows if isinstance(row, Rejected) or _says(row.cells)), None)
    if header is not None and not isinstance(header, Rejected) and _told(header.cells, delimiter):
        header = next((row for row in rows if isinstance(row, Rejected) or _says(row.cells)), None)
    if header is None or isinstance(header, Rejected):
        raise UsageProblem("the table is empty: its first line should name the columns")
    what, places = columns_of(header.cells, terms.columns, terms.what)
    found = CostFile(what)
    taken = set(places.values())
    found.unread = [
        name.strip() for at, name in enumerate(header.cells) if at not in taken and name.strip()
    ]
    for count, row in enumerate(rows):
        if count >= MOST_ROWS:
            raise UsageProblem(f"the table has more than {MOST_ROWS:,} rows; cut it in parts")
        if isinstance(row, Rejected):
            found.rejected.append((row.line, row.reason))
            continue
        if not _says(row.cells):
            continue
        if len(row.cells) > len(header.cells) and _says(row.cells[len(header.cells) :]):
            found.rejected.append((row.line, "more cells than the header has columns"))
            continue
        cells = {
            meaning: entered.one_line(row.cells[at]) if at < len(row.cells) else ""
            for meaning, at in places.items()
        }
        try:
            if what == TIMES:
                found.times.append((row.line, _time(cells, terms, find)))
            else:
                found.items.append((row.line, _item(cells, terms, find)))
        except UsageProblem as problem:
            found.rejected.append((row.line, str(problem)))
    return found


def _says(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _told(cells: list[str], delimiter: str) -> bool:
    """Whether a first line is Excel's word about its delimiter."""
    return bool(told_delimiter(delimiter.join(cells)))


def _item(cells: Mapping[str, str], terms: FileTerms, find: Find) -> StoredItem:
    code = cells.get("currency", "")
    currency = written.currency_of(code) if code else ""
    amount, told = written.amount_of(cells.get("amount", ""), currency, mark=terms.decimal_mark)
    kind = cells.get("kind", "").lower() or terms.kind
    every = cells.get("every", "").lower()
    since, until = _span(cells, terms, _EVERY.get(every, every))
    shares = _shares(cells.get("weights", ""), find)
    rule = cells.get("rule", "").lower() or (BY_HAND if shares else terms.rule)
    return entered.checked_item(
        StoredItem(
            id=0,
            kind=kind,
            name=cells.get("name", "") or kind,
            since=since,
            until=until,
            every=_EVERY.get(every, every),
            amount=amount,
            currency=currency or told or terms.currency,
            rule=rule,
            scope={name: parted(cells.get(name, "")) for name in SCOPE_COLUMNS},
            note=cells.get("note", ""),
            shares=shares,
        )
    )


def _span(cells: Mapping[str, str], terms: FileTerms, every: str) -> tuple[date, date | None]:
    """Return the first day of an entry and the day behind its last, None where it goes on."""
    first, last, on = (cells.get(name, "") for name in ("since", "until", "on"))
    if on and not first and not last:
        since, until = written.days_of(on, terms.zone, terms.date_order)
        return since, None if every else until
    if not first:
        raise UsageProblem("no day: fill in since, or on")
    since, behind = written.days_of(first, terms.zone, terms.date_order)
    if last:
        return since, written.days_of(last, terms.zone, terms.date_order)[1]
    return since, None if every else behind


def _shares(cell: str, find: Find) -> dict[int, int]:
    told: dict[int, str] = {}
    for part in parted(cell):
        name, equals, weight = part.rpartition("=")
        number, _ = find(name.strip() if equals else part)
        if number in told:
            raise UsageProblem(f"{name or part} is named twice")
        told[number] = weight if equals else "1"
    return written.weights_of(told) if told else {}


def _time(cells: Mapping[str, str], terms: FileTerms, find: Find) -> WorkedTime:
    unit, name = next(
        (size, name)
        for name, size in (("minutes", 60), ("hours", 3600), ("seconds", 1), ("time", 60))
        if name in cells
    )
    text = cells[name]
    if terms.decimal_mark == COMMA:
        text = text.replace(",", ".")
    if not text:
        raise UsageProblem(f"no {name}")
    if not cells.get("conversation"):
        raise UsageProblem("no conversation")
    number, opened_at = find(cells["conversation"])
    day = local_day(opened_at, terms.zone)
    if cells.get("on"):
        day, behind = written.days_of(cells["on"], terms.zone, terms.date_order)
        if behind - day > timedelta(days=1):
            raise UsageProblem(f"{cells['on']} is no single day")
    seconds = written.seconds_of(text, name, unit=unit)
    return entered.checked_time(
        WorkedTime(
            0, number, noon(day, terms.zone), seconds, cells.get("person", ""),
            cells.get("note", ""),
        )
    )  # fmt: skip


def noon(day: date, zone: tzinfo) -> int:
    """Return an instant of a day that is of the same day in most zones."""
    return start_of_day(day, zone) + 12 * HOUR


def mark_of_item(item: StoredItem) -> str:
    """Return what tells a cost from every other: a digest of what it says."""
    said = (
        item.kind, item.name, item.since, item.until, item.every, item.amount, item.currency,
        item.rule, sorted((name, sorted(values)) for name, values in item.scope.items()),
        item.note, sorted(item.shares.items()),
    )  # fmt: skip
    return _digest(repr(said))


def mark_of_time(time: WorkedTime, zone: tzinfo) -> str:
    """Return what tells an entry of people's time from every other."""
    day = local_day(time.at, zone)
    return _digest(repr((time.conversation_id, day, time.seconds, time.person, time.note)))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
