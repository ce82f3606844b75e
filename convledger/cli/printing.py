"""Writes documents and rows to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_json(document: Any) -> None:
    """Write a document as JSON."""
    from convledger.reports.render import json_out

    sys.stdout.write(json_out.dumps(document, indent=2) + "\n")


def print_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV that a spreadsheet takes for no formula."""
    from convledger.reports.render import csv_out

    csv_out.write(sys.stdout, header, rows)


def print_documents_as_csv(documents: Sequence[dict[str, Any]], header: Sequence[str]) -> None:
    """Write flat documents as CSV, a column for each name in `header`."""
    print_csv(header, [[document.get(name) for name in header] for document in documents])
