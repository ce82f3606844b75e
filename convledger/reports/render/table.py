"""Rows as a calm, aligned table that fits the terminal and says what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from convledger.text.display import clip, clip_middle, display_text
from convledger.text.display import width as cells_of

GAP = "  "
# Where no width is given nothing is dropped, yet one endless cell must not pad every row.
WIDEST_CUT = 400
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_ASCII_SIGNS = str.maketrans({"–": "-", "…": "...", "↵": " ", "‹": "<", "›": ">", "×": "x"})

WIDER = "a wider terminal shows them"
WAY_OUT = "use --json or a wider terminal"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `shrink` may be cut down to `minimum`, the highest `optional` goes first.

    Of `path`s what lies in the middle is cut: their ends are what tells them apart.
    """

    title: str
    align: Literal["left", "right"] = "left"
    shrink: bool = False
    minimum: int = 6
    optional: int = 0
    path: bool = False


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    total: Sequence[str] | None = None,
    width: int | None = None,
    colour: bool = False,
    ascii_only: bool = False,
    way_out: str = WAY_OUT,
) -> str:
    """Return the rows as text lines; `width` is the terminal's, None for no limit.

    `way_out` says how to see the columns that there is no room for.
    """
    shown = _Sheet(columns, rows, total, ascii_only)
    hidden = shown.fit(width) if width is not None else []
    return "\n".join(shown.lines(hidden, colour, width, way_out)) + "\n"


def _safe(text: str, ascii_only: bool) -> str:
    text = display_text(text)
    if ascii_only and not text.isascii():
        text = text.translate(_ASCII_SIGNS).encode("ascii", "backslashreplace").decode()
    return text


class _Sheet:
    """The cells of a table, made safe, with the columns that are still shown."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        total: Sequence[str] | None,
        ascii_only: bool,
    ) -> None:
        self._columns = columns
        self._shown = list(range(len(columns)))
        self._rule, self._ellipsis = ("-", "...") if ascii_only else ("─", "…")
        raw = [[column.title for column in columns], *rows, *([] if total is None else [total])]
        self._cells = [
            [_safe(cell, ascii_only) for _, cell in zip(columns, row, strict=True)] for row in raw
        ]
        self._has_total = total is not None
        self._natural = [max(map(cells_of, cells)) for cells in zip(*self._cells, strict=True)]
        for at, column in enumerate(columns):
            if column.shrink:
                self._natural[at] = min(self._natural[at], max(WIDEST_CUT, column.minimum))
        self._widths = list(self._natural)

    def fit(self, width: int) -> list[str]:
        """Cut and drop columns until the table is `width` wide; return the dropped titles."""
        dropped: list[int] = []
        while not self._fits(width) and (column := self._most_optional()) is not None:
            dropped.append(column)
            self._shown.remove(column)
        return [self._cells[0][at] for at in sorted(dropped)]

    def _fits(self, width: int) -> bool:
        """Cut the widest shrinkable columns first and tell whether that was enough."""
        self._widths = list(self._natural)
        flexible = [at for at in self._shown if self._columns[at].shrink]
        for _ in range(self._taken() - width):
            flexible = [at for at in flexible if self._widths[at] > self._columns[at].minimum]
            if not flexible:
                return False
            self._widths[max(flexible, key=self._widths.__getitem__)] -= 1
        return True

    def _taken(self) -> int:
        return sum(self._widths[at] for at in self._shown) + len(GAP) * (len(self._shown) - 1)

    def _most_optional(self) -> int | None:
        optional = [at for at in self._shown if self._columns[at].optional]
        return max(optional, key=lambda at: (self._columns[at].optional, at), default=None)

    def lines(
        self, hidden: Sequence[str], colour: bool, width: int | None, way_out: str
    ) -> list[str]:
        """Return header, rule, rows, total and the line that says what is not shown."""
        bold, dim, plain = (BOLD, DIM, PLAIN) if colour else ("", "", "")
        rule = f"{dim}{self._rule * self._taken()}{plain}"
        body = [self._line(cells) for cells in self._cells]
        lines = [f"{bold}{body[0]}{plain}", rule, *body[1:]]
        if self._has_total:
            lines[-1] = f"{bold}{body[-1]}{plain}"
            if len(body) > 2:
                lines.insert(-1, rule)
        if hidden:
            note = f"not shown: {', '.join(hidden)} ({way_out})"
            lines += [f"{dim}{part}{plain}" for part in _wrapped(note, width)]
        return lines

    def _line(self, cells: Sequence[str]) -> str:
        parts = []
        for at in self._shown:
            room = self._widths[at]
            cut = clip_middle if self._columns[at].path else clip
            text = cut(cells[at], room, self._ellipsis)
            pad = " " * (room - cells_of(text))
            parts.append(pad + text if self._columns[at].align == "right" else text + pad)
        return GAP.join(parts).rstrip(" ")


def _wrapped(note: str, width: int | None) -> list[str]:
    """Return the note in lines of at most `width` cells, broken between words."""
    lines = [""]
    for word in note.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width is not None and lines[-1] and cells_of(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
