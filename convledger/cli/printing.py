"""Writes documents and rows to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convledger.reports.render.table import Column


def print_json(document: Any) -> None:
    """Write a document as JSON."""
    sys.stdout.write(json_text(document, indent=2) + "\n")


def json_text(document: Any, *, indent: int | None = None) -> str:
    """Return a document as JSON that standard output can say in full, by escapes if need be."""
    from convledger.cli.streams import ascii_only
    from convledger.reports.render import json_out

    text = json_out.dumps(document, indent=indent)
    if text.isascii() or not ascii_only():
        return text
    import json

    return json.dumps(json.loads(text), indent=indent)


def print_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV that a spreadsheet takes for no formula."""
    from convledger.reports.render import csv_out

    csv_out.write(sys.stdout, header, rows)


def print_documents_as_csv(documents: Sequence[dict[str, Any]], header: Sequence[str]) -> None:
    """Write flat documents as CSV, a column for each name in `header`."""
    print_csv(header, [[document.get(name) for name in header] for document in documents])


def print_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], total: Sequence[str] | None = None
) -> None:
    """Write rows as a table that fits the terminal."""
    from convledger.cli import streams
    from convledger.reports.render.table import table

    streams.write(
        table(
            columns,
            rows,
            total=total,
            width=streams.table_width(),
            colour=streams.colour(),
            ascii_only=streams.ascii_only(),
        )
    )
