"""Tables that the importer reads as well, call by call: Cursor's dashboard and LiteLLM's logs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from convledger.clock import to_datetime
from convledger.economics.reconciling import COST, INPUT, OUTPUT, READ, WRITE
from convledger.money import PICO
from convledger.sources import litellm
from convledger.sources.bills.forms import CURSOR, LITELLM, SOURCES
from convledger.sources.bills.records import Asked, Bill, BillRow
from convledger.sources.cursor.usage_table import read_usage
from convledger.sources.document import LARGEST, Document, Found, NotReadable
from convledger.sources.findings import Call
from convledger.sources.table.delimited import Row
from convledger.sources.table.rows import Table

_TOLD = frozenset({INPUT, READ, WRITE, OUTPUT})


def read_cursor(document: Document, table: Table, asked: Asked) -> Bill:
    """Return what Cursor's dashboard exports. What is included in the plan costs nothing told."""
    written = _Rewritten(document, table)
    return _bill(CURSOR, "usage export of Cursor's dashboard", table, read_usage(written), asked)


def read_litellm(document: Document, table: Table, asked: Asked) -> Bill:
    """Return what LiteLLM's spend logs tell, as a table or as JSON."""
    source = document if table.is_json else _Rewritten(document, table)
    found = litellm.read(source, b"", texts=False)
    return _bill(LITELLM, "spend logs of LiteLLM", table, found, asked)


def _bill(provider: str, title: str, table: Table, pieces: Iterable[Found], asked: Asked) -> Bill:
    bill = Bill(provider, title, table.header, sources=SOURCES[provider], input_is_all=False)
    calls: dict[tuple[str, str], Call] = {}
    for piece in pieces:
        bill.rejected += piece.figures.rejected
        for call in piece.figures.calls:
            calls[call.key, call.variant] = call
    for call in calls.values():
        day = to_datetime(call.at).astimezone(asked.zone).date()
        bill.days.add(day)
        bill.rows.append(_row(call, day))
    if not bill.rows:
        reason = (
            f": line {bill.rejected[0].line}: {bill.rejected[0].reason}" if (bill.rejected) else ""
        )
        raise NotReadable(f"holds no usage{reason}")
    amounts = [row.amount for row in bill.rows if row.amount is not None]
    bill.told = _TOLD | {COST} if amounts else _TOLD
    bill.places = 12
    return bill


def _row(call: Call, day: Any) -> BillRow:
    from decimal import Decimal

    tokens = {
        INPUT: call.input,
        READ: call.cache_read,
        WRITE: call.cache_write_5m + call.cache_write_1h,
        OUTPUT: call.output,
    }
    amount = None if call.reported is None else Decimal(call.reported) / PICO
    return BillRow(call.line, day, call.model, tokens, 1, 0, amount)


class _Rewritten:
    """A table as a document of plain CSV, whatever it was written with."""

    def __init__(self, document: Document, table: Table) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(table.header)
        for row in table:
            if isinstance(row, Row):
                writer.writerow(row.cells)
        self._content = text.getvalue().encode("utf-8", "replace")
        self._document = document

    @property
    def relative(self) -> str:
        return self._document.relative

    @property
    def folder(self) -> str:
        return self._document.folder

    @property
    def size(self) -> int:
        return len(self._content)

    @property
    def changed_at(self) -> int:
        return self._document.changed_at

    def stream(self) -> BinaryIO:
        return io.BytesIO(self._content)

    def content(self, most: int = LARGEST) -> bytes:
        return self._content[:most]

    def beside(self, relative: str, most: int = LARGEST) -> bytes | None:  # noqa: ARG002
        return None

    def names(self, folder: str) -> list[str]:  # noqa: ARG002
        return []

    def tables(self) -> Mapping[str, frozenset[str]]:
        return {}

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._document.rows(query, values)

    def rows_beside(
        self, relative: str, query: str, values: Sequence[object] = ()
    ) -> list[tuple[Any, ...]] | None:
        return self._document.rows_beside(relative, query, values)

    def mapping(self, header: Sequence[str]) -> Mapping[str, Any] | None:  # noqa: ARG002
        return None
