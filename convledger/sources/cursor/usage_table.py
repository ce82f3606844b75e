"""Reads the table of usage that Cursor's dashboard exports: exact tokens, no conversations."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from convledger.clock import iso_text
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Call, Figures, Rejected
from convledger.sources.json_lines import lines_of
from convledger.sources.lenient import BadLine
from convledger.sources.values import instant_of, pico_of, tokens_of

WRITTEN, FRESH = "input (w/ cache write)", "input (w/o cache write)"
READ, OUT, TOTAL = "cache read", "output tokens", "total tokens"
NEEDED = frozenset({"date", "model", WRITTEN, FRESH, READ, OUT})
_NOT_CHARGED = ("no charge", "not charged")
_PIECE = 500
_LONGEST = 1 << 20


def is_header(line: str) -> bool:
    """Tell whether a line names the columns of the export."""
    try:
        names = next(csv.reader([line]), [])
    except csv.Error:
        return False
    return {name.strip().lower() for name in names} >= NEEDED


def read_usage(document: Document) -> Iterator[Found]:
    """Yield the calls of the export, in one conversation a day."""
    lines = csv.reader(_short(document.stream()))
    try:
        names = [name.strip().lower() for name in next(lines, [])]
    except csv.Error as error:
        raise NotReadable(f"not a table: {error}") from error
    if not set(names) >= NEEDED:
        raise NotReadable("not the usage export of Cursor's dashboard")
    figures, seen, number = Figures(), dict[str, int](), 1
    rows = iter(lines)
    while True:
        number += 1
        try:
            row = next(rows)
            if any(row):
                _add(dict(zip(names, row, strict=False)), number, figures, seen)
        except StopIteration:
            break
        except (BadLine, csv.Error) as error:
            figures.rejected.append(Rejected(number, 0, str(error)))
        if number % _PIECE == 0:
            yield Found(figures, done=0)
            figures = Figures()
    yield Found(figures, done=document.size)


def _short(stream: BinaryIO) -> Iterator[str]:
    """Yield lines, none longer than a row can be."""
    for line, _ in lines_of(stream, _LONGEST):
        yield line.decode("utf-8-sig", "replace").replace("\0", "")


def _add(row: dict[str, str], number: int, figures: Figures, seen: dict[str, int]) -> None:
    kind = row.get("kind", "").lower()
    if any(words in kind for words in _NOT_CHARGED):
        return
    at = instant_of(row.get("date"))
    if at is None:
        raise BadLine(f"no usable date: {row.get('date', '')!r:.40}")
    written, fresh, read, out = (
        tokens_of(row.get(name, "").replace(",", "").strip() or None)
        for name in (WRITTEN, FRESH, READ, OUT)
    )
    total = tokens_of(row.get(TOTAL, "").replace(",", "").strip() or None)
    if written >= fresh and total == written + read + out and fresh:
        written -= fresh  # an export in which one holds the other
    if not written + fresh + read + out:
        return
    day, agent, user = iso_text(at)[:10], row.get("cloud agent id", ""), row.get("user", "")
    native = f"cloud-agent/{agent}" if agent else "/".join(filter(None, ("usage", user, day)))
    facts = figures.conversation(native)
    facts.first_at, facts.last_at = min(facts.first_at or at, at), max(facts.last_at or at, at)
    facts.entitle(1, f"Cursor cloud agent {agent}" if agent else f"Cursor usage of {day}")
    facts.details["kind"] = "usage export"
    model = row["model"].strip() or "unknown"
    name = f"usage:{user}:{at}:{model}:{written}/{fresh}/{read}/{out}"
    seen[name] = seen.get(name, 0) + 1
    figures.calls.append(
        Call(
            f"{name}#{seen[name]}", native, at, model, number, fresh, out,
            cache_read=read, cache_write_5m=written, reported=_cost(row.get("cost", "")),
        )
    )  # fmt: skip


def _cost(text: str) -> int | None:
    """Return what a row says it cost; words like Included say nothing of it."""
    plain = text.strip().removeprefix("$").replace(",", "")
    if not plain[:1].isdigit():
        return None
    return pico_of(plain)
