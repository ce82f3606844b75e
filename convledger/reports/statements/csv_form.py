"""Statements as CSV: one row a line, every field, exact decimals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from convledger.clock import iso_text
from convledger.plans.statement import Line, Statement
from convledger.reports.render import csv_out
from convledger.reports.statements.figures import exact_text, known_money, plain_decimal

HEADER = (
    *("plan", "plan_name", "version", "plan_digest", "state", "period", "since", "until", "zone"),
    *("currency", "kind", "line", "name", "quantity", "unit", "credits", "money", "exact"),
    *("unpriced", "about", "note"),
)


def csv_text(statements: Sequence[Statement], *, raw: bool = False) -> str:
    """Return the lines of statements as CSV; money that nobody knows is empty, never 0.

    `raw` leaves foreign text as it is, even where a spreadsheet would run it.
    """
    stream = StringIO()
    rows = (row for found in statements for row in _rows(found))
    csv_out.write(stream, HEADER, rows, raw=raw)
    return stream.getvalue()


def _rows(found: Statement) -> Iterator[list[csv_out.Cell]]:
    head: list[csv_out.Cell] = [
        *(found.plan, found.plan_name, found.version, found.plan_digest, found.state, found.name),
        *(iso_text(found.since), iso_text(found.until), found.zone, found.currency),
    ]
    for line in found.lines:
        yield [*head, *_cells(line)]


def _cells(line: Line) -> list[csv_out.Cell]:
    money = known_money(line)
    return [
        *(line.kind, line.id, line.name, plain_decimal(line.quantity), line.unit_name),
        plain_decimal(line.credits),
        None if money is None else plain_decimal(money),
        *(exact_text(line), line.unpriced, line.about, line.note),
    ]
