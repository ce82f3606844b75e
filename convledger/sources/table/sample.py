"""The first rows of a table, and what their values tell by themselves."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from convledger.sources.table import instants, numbers
from convledger.sources.table.delimited import Row
from convledger.sources.table.mapping import COUNTS, INSTANTS, JOINT, TOKENS, Mapping, places
from convledger.sources.table.rows import Table

LOOKED_AT = 2000  # rows by which is guessed
MOST_ROLES = 30
WHOLE = (*TOKENS, *COUNTS)
NUMERIC = (*WHOLE, "cost")


class Sample(Struct):
    """The first rows of a table."""

    header: list[str]
    rows: list[list[str]]
    is_json: bool = False
    delimiter: str = ""

    def values(self, column: str) -> list[str]:
        """Return the values of a column that are not empty."""
        plain = " ".join(column.split()).casefold()
        at = next((at for at, name in enumerate(self.header) if name.casefold() == plain), None)
        return [] if at is None else [row[at] for row in self.rows if row[at].strip()]


def sample_of(table: Table) -> Sample:
    """Return the first rows of a table."""
    rows = [
        row.cells for row in islice(table, LOOKED_AT) if isinstance(row, Row) and any(row.cells)
    ]
    return Sample(table.header, rows, table.is_json, table.delimiter)


def plainly(value: str) -> str:
    return value.strip().casefold()


def distinct(mapping: Mapping, sample: Sample, meaning: str) -> list[str]:
    """Return the values of a column, of several joined as a reader joins them."""
    cells = places(mapping, sample.header).get(meaning, ())
    if not cells:
        return []
    found: dict[str, None] = {}
    for row in sample.rows:
        value = JOINT.join(row[place].strip() for place in cells)
        if value.strip():
            found[value] = None
        if len(found) > MOST_ROLES * 4:
            break
    return list(found)


def fitting_formats(mapping: Mapping, sample: Sample) -> list[str]:
    """Return the formats in which all instants of a table can be read."""
    values = [
        value
        for meaning in INSTANTS
        if mapping.has(meaning)
        for value in sample.values(mapping.column(meaning))
    ]
    found = instants.fitting(values)
    # Where ISO fits it is meant; and where years come first, nothing is left to be asked.
    for plain in (instants.ISO, instants.UNIX, instants.EXCEL, instants.YEAR_FIRST):
        if plain in found:
            return [plain]
    written_out = [value for value in values if any(map(str.isalpha, value[:8].strip()))]
    if len(found) == 2 and len(written_out) == len(values):
        return found[:1]  # with the month's name no order is needed
    return found


def marks_of(mapping: Mapping, sample: Sample) -> set[str]:
    found: set[str] = set()
    for meaning in NUMERIC:
        if mapping.has(meaning):
            values = [digits_of(value) for value in sample.values(mapping.column(meaning))]
            found |= numbers.marks_in(values, whole=meaning in WHOLE)
    return found


def digits_of(value: str) -> str:
    """Return an amount without its currency."""
    return value.strip().strip("$€£¥₹ \xa0ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def unsure_value(mapping: Mapping, sample: Sample) -> tuple[str, str]:
    """Return a column and a value of it that may be read in two ways."""
    for meaning in NUMERIC:
        if mapping.has(meaning):
            column = mapping.column(meaning)
            for value in sample.values(column):
                if numbers.is_unsure(digits_of(value)):
                    return column, value.strip()
    return "", ""
