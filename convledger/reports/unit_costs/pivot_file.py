"""Costs by segment as a table for a spreadsheet, with exact amounts."""

from __future__ import annotations

from convledger.economics.segments import SegmentTable
from convledger.reports.render.csv_out import write
from convledger.reports.unit_costs.document import TABLE_COLUMNS, table_row


def pivot_csv(table: SegmentTable, currency: str) -> str:
    """Return the rows of a table without its total: they add up to it."""
    from io import StringIO

    header = (*table.by, *TABLE_COLUMNS)
    rows = [table_row(row, table.by, currency) for row in table.rows]
    out = StringIO()
    write(out, header, [[row.get(name) for name in header] for row in rows])
    return out.getvalue()
