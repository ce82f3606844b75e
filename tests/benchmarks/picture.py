"""What a terminal shows: the cells that a program's output leaves, with their styles."""

from __future__ import annotations

import re

_PIECE = re.compile(
    rb"\x1b\[(?P<values>[0-9;:?<>=]*)[ -/]*(?P<act>[@-~])"
    rb"|\x1b[\]P_^X](?:[^\x07\x1b]|\x1b[^\\])*(?:\x07|\x1b\\)"
    rb"|\x1b[()][0-9A-Za-z]|\x1b[^\[\]P_^X()]"
    rb"|(?P<text>[^\x00-\x1f\x7f]+)"
    rb"|[\x00-\x1a\x1c-\x1f\x7f]"
)
_UNFINISHED = re.compile(rb"\x1b[^\x1b]{0,200}\Z|[\xc2-\xf4][\x80-\xbf]{0,2}\Z")
Cell = tuple[str, bytes]  # a character and the codes of its style


class Picture:
    """The cells of a terminal on which every character takes one."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self._cells: list[list[Cell]] = [[(" ", b"")] * columns for _ in range(rows)]
        self._x = self._y = 0
        self._style = b""
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take output as it comes, however it is cut."""
        data, at = self._rest + data, 0
        while at < len(data):
            found = _PIECE.match(data, at)
            if found is None or (found.end() == len(data) and _UNFINISHED.search(data, at)):
                break
            self._act(found)
            at = found.end()
        self._rest = data[at:]

    def _act(self, found: re.Match[bytes]) -> None:
        if found["text"] is not None:
            self._write(found["text"].decode("utf-8", "replace"))
        elif found["act"] == b"H":
            row, _, column = found["values"].partition(b";")
            self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
        elif found["act"] == b"m":
            self._style = b"" if found["values"] in (b"", b"0") else found["values"]
        elif found[0] == b"\n":
            self._y += 1
        elif found[0] == b"\r":
            self._x = 0

    def _write(self, text: str) -> None:
        if self._y < len(self._cells):
            row = self._cells[self._y]
            for char in text[: self._columns - self._x]:
                row[self._x] = char, self._style
                self._x += 1

    def part(self, columns: slice, rows: slice) -> list[list[Cell]]:
        """Return the cells of a rectangle as they are now."""
        return [row[columns] for row in self._cells[rows]]

    def lines(self) -> list[str]:
        """Return what is written, without styles."""
        return ["".join(char for char, _ in row) for row in self._cells]
