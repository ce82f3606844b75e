"""The text of a pack as a tool gets to read it."""

from __future__ import annotations

from collections.abc import Sequence

from convledger.text.display import display_text
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.read_lines import ReadLines

_LONGEST = 4_000  # characters of a line that are shown


class PackText(ReadLines):
    """The first lines of a text, and how many more there are."""

    HELP = (
        "The pack as it would be written now: what a tool gets to read. What entries say can't "
        "end their item or the section."
    )

    def __init__(self, most: int = 80, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._most = most
        self._text = ""

    def show(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.lay_out(from_top=False)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the text as lines."""
        lines: list[Line] = []
        rows = self._text.split("\n")
        for text in rows[: self._most]:
            lines += [Line(parts) for parts in _line(text, cells)]
        if len(rows) > self._most:
            lines.append(Line([(f"… {len(rows) - self._most:,} more lines", "$muted")]))
        return lines


def _line(text: str, cells: int) -> list[list[tuple[str, str]]]:
    shown = display_text(text[:_LONGEST]).expandtabs(4)
    ink = "$foreground"
    if text.startswith("<!-- "):
        ink = "$muted"
    elif text.startswith("## "):
        ink = "bold $foreground"
    head, bracket, rest = shown.partition("] ")
    if text.startswith("- [") and bracket:
        return list(wrapped([(f"{head}] ", "$muted"), (rest, ink)], cells, rest=[("  ", "")]))
    indent = " " * min(8, len(shown) - len(shown.lstrip(" ")))
    return list(wrapped([(shown, ink)], cells, rest=[(indent, "")])) or [[]]
