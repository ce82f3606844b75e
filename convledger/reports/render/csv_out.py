"""Rows as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import TextIO

from convledger.text.display import display_text

Cell = str | int | Decimal | None
# A formula begins with one of these, in plain or full-width form, blanks and unseen aside.
_FORMULA = re.compile(r"[\s\x00\u200b\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")


def write(
    stream: TextIO, header: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, raw: bool = False
) -> None:
    """Write CSV with "\n" line ends; `raw` leaves formulas and control characters as they are."""
    plain = csv.writer(stream, lineterminator="\n")
    quoted = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in chain([header], rows):
        cells = [_text(cell, raw) for cell in row]
        (quoted if any(_splits(cell, raw) for cell in cells) else plain).writerow(cells)


def is_inert(text: str) -> bool:
    """Tell whether a text stands in a cell as it is, with nothing before it or taken from it."""
    return _text(text, raw=False) == text


def _splits(cell: str, raw: bool) -> bool:
    """Tell whether a reader may see several cells here, though the csv module would not quote."""
    # Spreadsheets of some languages split at ";" too, and would find a formula behind one.
    return "\r" in cell or (not raw and (";" in cell or "\t" in cell))


def _text(cell: Cell, raw: bool) -> str:
    """Return a cell as text: numbers as they are, unknown as nothing, foreign text made inert."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if not isinstance(cell, str):
        return str(cell)
    if raw:
        return _SURROGATE.sub("\ufffd", cell)
    if _NUMBER.fullmatch(cell):
        return cell
    guard = "'" if _FORMULA.match(cell) else ""
    return guard + display_text(_SURROGATE.sub("\ufffd", cell), lines=True)
