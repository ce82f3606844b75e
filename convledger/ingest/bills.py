"""Opens a provider's table, and tells what one is before it is compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from convledger.ingest.documents import opened_document
from convledger.sources.bills.reading import read_bill
from convledger.sources.bills.records import Asked, Bill
from convledger.sources.document import NotReadable

ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
LARGE = 16_000_000  # bytes that take too long to be read at every key


@dataclass(frozen=True, slots=True)
class BillGlance:
    """What stands at a path: a table of `rows` from `since` to `until`, or why it is none."""

    path: Path
    title: str = ""
    rows: int = 0
    rejected: int = 0
    since: date | None = None
    until: date | None = None
    problem: str = ""
    is_file: bool = False
    is_large: bool = False


def read_bill_at(path: Path, asked: Asked) -> Bill:
    """Return what the table at a path tells. Raises NotReadable, OSError."""
    with opened_document(str(path), path.name) as document:
        return read_bill(document, asked)


def glance_at_bill(path: Path, asked: Asked) -> BillGlance:
    """Tell what stands at a path, without comparing it with anything."""
    try:
        if not path.exists():
            return BillGlance(path, problem="nothing is there")
        if path.is_dir():
            return BillGlance(path, problem="a folder: choose a file in it")
        if path.stat().st_size > LARGE:
            return BillGlance(path, is_file=True, is_large=True)
        bill = read_bill_at(path, asked)
    except NotReadable as problem:
        return BillGlance(path, problem=str(problem), is_file=True)
    except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
        return BillGlance(path, problem=getattr(error, "strerror", None) or str(error))
    days = bill.days
    return BillGlance(
        path, bill.title, len(bill.rows), len(bill.rejected), min(days), max(days), is_file=True
    )
