"""What differs between two texts, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.read_lines import ReadLines

if TYPE_CHECKING:
    from convledger.memory.diffing import DiffLine

_MOST = 4_000  # lines of a diff that are shown
_LONGEST = 4_000  # characters of a line that are shown
_FILLS = {"+": "on $added", "-": "on $removed"}


class DiffView(ReadLines):
    """What differs between two texts, line by line."""

    HELP = (
        "Lines with − were taken out, lines with + came in; … stands for lines that are the same."
    )

    def __init__(self) -> None:
        super().__init__()
        self._diff: Sequence[DiffLine] = ()

    def show(self, diff: Sequence[DiffLine]) -> None:
        """Show another difference."""
        self._diff = diff
        self.lay_out(from_top=True)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the difference as lines."""
        return list(diff_rows(self._diff, cells))


def diff_rows(diff: Sequence[DiffLine], cells: int) -> Iterator[Line]:
    """Yield a difference as lines; what is left out of a very long one is said."""
    for each in diff[:_MOST]:
        yield from _rows_of(each, cells)
    if len(diff) > _MOST:
        yield Line([(f"… {len(diff) - _MOST:,} more lines", "italic $warning")])


def _rows_of(each: DiffLine, cells: int) -> list[Line]:
    fill = _FILLS.get(each.sign, "")
    ink = "$foreground" if fill else "$muted"
    sign = {"+": "+ ", "-": "− "}.get(each.sign, "  ")
    text = each.text
    more = f" … {len(text) - _LONGEST:,} characters more" if len(text) > _LONGEST else ""
    said = display_text(text[:_LONGEST], lines=True).expandtabs(4).replace("\n", " ") + more
    rows = wrapped([(said, ink)], cells, first=[(sign, f"bold {ink}")], rest=[("  ", "")])
    return [Line(parts, fill) for parts in rows]
