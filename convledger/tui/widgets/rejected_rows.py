"""The lines that could not be used, in a list: why, where, and how each begins."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from convledger.text.display import clip, display_text
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.sources import RejectedLine


class RejectedRows(Rows):
    """Two lines a rejected line."""

    HELP = (
        "Lines that could not be used, each with its reason and how it begins. They are in no "
        "figure; the rest of their file is. Enter shows a line with everything that is known of it."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: list[RejectedLine] = []

    def show(self, lines: list[RejectedLine]) -> None:
        """Show other lines."""
        self._lines = lines
        self.renew()

    def line_at(self, index: int) -> RejectedLine | None:
        """Return the line of a row, None where there is none."""
        return self._lines[index] if 0 <= index < len(self._lines) else None

    def count(self) -> int:
        """Return how many lines are shown."""
        return len(self._lines)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return reason and line number, then the file and how the line begins."""
        line = self._lines[index]
        name = clip(display_text(PurePath(line.path).name), max(8, cells // 3))
        return [
            RowLine(
                [("△ ", "$warning"), (display_text(line.reason), "$foreground")],
                [(f"  line {line.line:,}", "$muted")],
            ),
            RowLine([(f"  {name}  ", "$muted"), (display_text(line.excerpt[:400]), "$muted")], []),
        ]

    def empty_lines(self) -> list[str]:
        """Return the good news."""
        return ["None.", "Every line that was read could be used."]
