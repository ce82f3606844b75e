"""A table of memories: title, body, kind, scope, tags, source_date ... as its header names them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

from convledger.clock import parse_instant
from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.json_texts import decoded, text_in
from convledger.memory.readers.texts import lines_of
from convledger.memory.words import KINDS, MOST, SENSITIVITIES

NAME, TITLE = "csv", "CSV"
_COLUMNS = {
    "id": "id key name uuid",
    "title": "title heading subject",
    "body": "body text content memory value_text fact note",
    "kind": "kind type category",
    "scope": "scope",
    "tags": "tags labels tag",
    "source_date": "source_date date created created_at said said_on",
    "sensitivity": "sensitivity",
    "value": "value importance",
    "valid_from": "valid_from from holds_from",
    "valid_to": "valid_to until expires expiration_date",
    "exact": "exact",
}
_COLUMN_OF = {word: column for column, words in _COLUMNS.items() for word in words.split()}
_DELIMITERS = ",;\t|"


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield an item a row; a row with a mistake is told and left, the others are read."""
    text = lines_of(content)
    if isinstance(text, Rejected):
        yield text
        return
    if text.complaint:
        yield Rejected("", text.complaint)
    lines = (f"{line}\n" for line in text.lines)
    header = next((line for line in lines if line.strip()), "")
    delimiter = delimiter_of(header)
    columns = columns_of(header, delimiter)
    if "body" not in columns:
        names = ", ".join(columns) or "nothing that is known"
        yield Rejected("header", f"names no body column, but {names}")
        return
    keys = Keys()
    for number, row in _rows(lines, delimiter):
        if isinstance(row, Rejected):
            yield row
        elif any(cell.strip() for cell in row):
            yield _item(row, columns, keys, f"row {number}")


def delimiter_of(header: str) -> str:
    """Return the delimiter under which a header names the most columns that are known."""
    return max(_DELIMITERS, key=lambda each: len(columns_of(header, each)))


def columns_of(header: str, delimiter: str) -> dict[str, int]:
    """Return which cell of a row each known column is."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header.strip("\r\n").split(delimiter)):
        name = "_".join(cell.strip().strip('"').strip().casefold().split())
        column = _COLUMN_OF.get(name)
        if column is not None:
            found.setdefault(column, at)
    return found


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | Rejected]]:
    """Yield the rows with their number below the header, from 2 as a sheet counts them."""
    limit = csv.field_size_limit()
    if limit < MOST:
        csv.field_size_limit(MOST)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 1
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Rejected(f"row {number}", str(error))
            continue
        yield number, row


def _item(row: list[str], columns: dict[str, int], keys: Keys, place: str) -> Item | Rejected:
    cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
    cells |= _exact(cells.get("exact", ""))
    body = cells.get("body", "")
    wrong = "no text" if not body else ""
    dates: dict[str, int | None] = {}
    for name in ("source_date", "valid_from", "valid_to"):
        written = cells.get(name, "")
        dates[name] = parse_instant(written)
        if written and dates[name] is None:
            wrong = wrong or f"{name} {written!r:.40} is no date like 2026-08-31"
    wrong = wrong or next(filter(None, (check(cells) for check in _CHECKS)), "")
    if wrong:
        return Rejected(place, wrong)
    return Item(
        key=keys.next(cells.get("id") or cells.get("title") or "row"),
        title=cells.get("title", ""),
        body=body,
        kind=cells.get("kind", "").casefold() or "fact",
        tags=tuple(cells.get("tags", "").replace(";", " ").replace(",", " ").split()),
        place=place,
        scope=cells.get("scope", ""),
        sensitivity=cells.get("sensitivity", "").casefold(),
        value=int(cells.get("value") or 0),
        **dates,
    )


def _exact(written: str) -> dict[str, str]:
    """Return the texts that `memory export` could not put into cells that a spreadsheet opens."""
    found = decoded(written.encode("utf-8", "replace")) if written else None
    if not isinstance(found, dict):
        return {}
    texts = {name: text_in(found, name) for name in ("title", "body")}
    return {name: text for name, text in texts.items() if text}


def _kind(cells: dict[str, str]) -> str:
    kind = cells.get("kind", "").casefold()
    return "" if not kind or kind in KINDS else f"{kind!r:.40} is no kind: {', '.join(KINDS)}"


def _sensitivity(cells: dict[str, str]) -> str:
    word = cells.get("sensitivity", "").casefold()
    known = ", ".join(SENSITIVITIES)
    return "" if not word or word in SENSITIVITIES else f"{word!r:.40} is no sensitivity: {known}"


def _value(cells: dict[str, str]) -> str:
    value = cells.get("value", "")
    return "" if value in ("", "1", "2", "3", "4", "5") else f"{value!r:.40} is no value: 1 to 5"


def _scope(cells: dict[str, str]) -> str:
    from convledger.errors import UsageProblem
    from convledger.memory.words import scope_of

    try:
        scope_of(cells.get("scope", ""))
    except UsageProblem as problem:
        return str(problem)
    return ""


_CHECKS: tuple[Callable[[dict[str, str]], str], ...] = (_kind, _sensitivity, _value, _scope)
