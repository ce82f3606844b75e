"""How a path can go on, in a list of one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.widgets.entry import RowsBelow
from convledger.tui.widgets.path_line import ending
from convledger.tui.widgets.rows import RowLine


class PathRows(RowsBelow):
    """Folders, logs and archives below what is typed; enter goes on with one."""

    SCOPE = "paths"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("paths")]
    HELP = (
        "Folders, logs and archives that the path can go on with: what is typed last may stand "
        "anywhere in their names. Enter goes into a folder, or takes a file over; left goes to "
        "the folder above."
    )
    lines_per_row = 1

    @dataclass
    class Left(Message):
        """The folder above is wanted."""

        rows: PathRows

    def __init__(self) -> None:
        super().__init__()
        self._paths: list[str] = []

    def action_into(self) -> None:
        """Go into the folder under the cursor, or take the file over."""
        self.action_open()

    def action_above(self) -> None:
        """Go to the folder above."""
        self.post_message(self.Left(self))

    def show(self, paths: list[str]) -> None:
        """Show other paths from the first on."""
        if paths != self._paths:
            self._paths = paths
            self.renew(cursor=0)

    def path_at(self, index: int) -> str | None:
        """Return the path of a row, None where there is none."""
        return self._paths[index] if 0 <= index < len(self._paths) else None

    def count(self) -> int:
        """Return how many paths there are."""
        return len(self._paths)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return the path, cut at its beginning."""
        path = display_text(self._paths[index])
        style = "$foreground" if path.endswith("/") else "$muted"
        return [RowLine([(ending(path, cells - 2), style)], [])]

    def empty_lines(self) -> list[str]:
        """Return nothing: what is typed is all there is."""
        return []
