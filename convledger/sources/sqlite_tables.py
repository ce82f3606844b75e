"""The tables of a database as a reader asks them: by row number, a page at a time, only the new.

Most tools add rows and change only the newest ones. A mark remembers some rows by number and name:
the highest that is still the same tells how far a table was read, also after it was packed,
restored from a copy or replaced, as rows keep their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from convledger.sources.document import Document, NotReadable, TooLarge
from convledger.sources.findings import Rejected

Row = tuple[Any, ...]
_AT_ONCE = 500
_NAMES_AT_ONCE = 200
_NAME = 200  # characters of a row's name that are remembered
_TOO_LARGE = "too large to be read"


class Mark(Struct, array_like=True):
    """How far a table was read: numbers and names of some of its rows, the last one first."""

    rows: list[tuple[int, str]] = field(default_factory=list)


class Table:
    """A table with those of the wanted columns that it has; the others read as None."""

    def __init__(self, document: Document, name: str, columns: Sequence[str]) -> None:
        known = document.tables().get(name)
        self._document = document
        self.name = name
        self._name = f'"{name}"'
        self.has: frozenset[str] = frozenset(known or ()).intersection(columns)
        self.exists = known is not None
        self._columns = ", ".join(["rowid", *(self._one(column) for column in columns)])
        self._names = self._one(columns[0])

    def _one(self, column: str) -> str:
        return f'"{column}"' if column in self.has else "NULL"

    def _rows(self, what: str, rest: str, values: Sequence[object]) -> list[Row]:
        # Names are those of readers; what comes from a file is always bound.
        query = f"SELECT {what} FROM {self._name} {rest}"  # noqa: S608
        return self._document.rows(query, values) if self.exists else []

    def where(self, rest: str, values: Sequence[object] = ()) -> list[Row]:
        """Return rows, number first: `rest` is what follows the table's name in a query."""
        return self._rows(self._columns, rest, values)

    def one(self, what: str, rest: str = "", values: Sequence[object] = ()) -> Any:
        """Return the one value of a query, None where there is none."""
        found = self._rows(what, rest, values)
        return found[0][0] if found else None

    def last(self) -> int:
        """Return the highest row number, 0 where there are no rows."""
        found = self.one("max(rowid)")
        return found if isinstance(found, int) and found > 0 else 0

    def after(
        self,
        number: int,
        until: int,
        rejected: list[Rejected],
        at_once: int = _AT_ONCE,
        also: str = "",
        values: Sequence[object] = (),
    ) -> Iterator[list[Row]]:
        """Yield the rows with numbers above `number` up to `until`, some at a time, in order.

        `also` is a further condition with `values`. A row that is too large is among the rejected.
        Raises NotReadable where numbers go back.
        """
        step = at_once
        while number < until:
            rest = f"WHERE rowid>? AND rowid<=? {also} ORDER BY rowid LIMIT ?"
            try:
                rows = self.where(rest, (number, until, *values, step))
            except TooLarge:
                if step > 1:
                    step = max(1, step // 8)
                    continue
                large = self._rows("rowid", rest, (number, until, *values, 1))
                number = _in_order(large, number, until) if large else until
                rejected.append(Rejected(number, 0, _TOO_LARGE))
                step = at_once
                continue
            if not rows:
                return
            number = _in_order(rows, number, until)
            yield rows
            step = min(at_once, step * 2)

    def named(
        self, column: str, names: Sequence[object], rejected: list[Rejected], also: str = ""
    ) -> list[Row]:
        """Return the rows whose `column`, which has an index, is among the names."""
        found: list[Row] = []
        todo = [
            list(names[at : at + _NAMES_AT_ONCE]) for at in range(0, len(names), _NAMES_AT_ONCE)
        ]
        while todo:
            some = todo.pop()
            marks = ",".join("?" * len(some))
            rest = f"WHERE {column} IN ({marks}) {also}"
            try:
                found += self.where(rest, some)
            except TooLarge:
                if len(some) > 1:
                    todo += [some[: len(some) // 2], some[len(some) // 2 :]]
                else:
                    found += self._one_by_one(rest, some, rejected)
        return found

    def _one_by_one(self, rest: str, names: list[object], rejected: list[Rejected]) -> list[Row]:
        found: list[Row] = []
        for (number,) in self._rows("rowid", rest, names):
            try:
                found += self.where("WHERE rowid=?", (number,))
            except TooLarge:
                line = number if isinstance(number, int) else 0
                rejected.append(Rejected(line, 0, _TOO_LARGE))
        return found

    def mark(self, until: int) -> Mark:
        """Return the mark of having read the rows up to `until`: fewer, the older they are."""
        rows: list[tuple[int, str]] = []
        back = 0
        while until - back > 0:
            found = self._rows(
                f"rowid, {self._names}", "WHERE rowid<=? ORDER BY rowid DESC LIMIT 1",
                (until - back,),
            )  # fmt: skip
            if not found or not isinstance(found[0][0], int):
                break
            number, name = found[0]
            if not rows or number < rows[-1][0]:
                rows.append((number, str(name)[:_NAME]))
            back = back * 4 + 1
        return Mark(rows)

    def known_until(self, mark: Mark) -> int:
        """Return the number of the last row that was read and is still the same, 0 if none is."""
        for number, name in mark.rows:
            found = self._rows(self._names, "WHERE rowid=?", (number,))
            if found and str(found[0][0])[:_NAME] == name:
                return number
        return 0


def _in_order(rows: list[Row], number: int, until: int) -> int:
    """Return the last row's number; a damaged tree may lead in circles."""
    for row in rows:
        if not isinstance(row[0], int) or not number < row[0] <= until:
            raise NotReadable("damaged: its rows are not in order")
        number = row[0]
    return number


def text_in(value: object) -> bytes | None:
    """Return JSON or text as a table keeps it, None where it is neither."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return value if isinstance(value, bytes) else None
