"""A comparison as a table for a spreadsheet, with exact figures."""

from __future__ import annotations

from convledger.reports.reconciling.result import CSV_HEADER, Reconciliation, csv_rows
from convledger.reports.render.csv_out import write


def comparison_csv(found: Reconciliation, *, only_differences: bool) -> str:
    """Return a row for each figure of each day and model."""
    from io import StringIO

    rows = csv_rows(found, only_differences=only_differences)
    out = StringIO()
    write(out, CSV_HEADER, [[row.get(name) for name in CSV_HEADER] for row in rows])
    return out.getvalue()
