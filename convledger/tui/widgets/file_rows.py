"""The log files in a list: state, size, and how far each is read."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.amounts import percent, size
from convledger.tui.widgets.path_line import path_line, roomiest, shown_path
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.reports.sources import FileLine

STATES = {
    "live": ("●", "$success"),
    "gone": ("○", "$muted"),
    "unreadable": ("✕", "$error"),
}
_METER, _FOLDER = 8, 26  # cells of a meter; cells that the folder's name needs beside it


class FileRows(Rows):
    """Two lines a file, the newest first; any number of them."""

    HELP = (
        "Each log file: ● live, ○ gone (what it held stays in the ledger), ✕ unreadable and why. "
        "The meters show how far its figures and its texts are read; figures come first. Enter on "
        "a file with rejected lines shows those."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._files: list[FileLine] = []

    def show(self, files: list[FileLine]) -> None:
        """Show other files; the cursor stays on its file, wherever that is now."""
        under = self.file_at(self.cursor)
        self._files = files
        now = self.file_at(self.cursor)
        if under is None or (now is not None and now.path == under.path):
            self.renew()
            return
        places = (place for place, file in enumerate(files) if file.path == under.path)
        place = next(places, None)
        self.renew(cursor=place) if place is not None else self.renew()

    def file_at(self, index: int) -> FileLine | None:
        """Return the file of a row, None where there is none."""
        return self._files[index] if 0 <= index < len(self._files) else None

    def count(self) -> int:
        """Return how many files there are."""
        return len(self._files)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return name and size, then state, folder and positions."""
        file = self._files[index]
        mark, style = STATES.get(file.state, ("?", "$warning"))
        path = PurePath(file.path)
        right: list[Part] = [(size(file.size), "$foreground")]
        if file.rejected:
            right.insert(0, (f"△ {file.rejected:,} rejected  ", "$warning"))
        name = (display_text(path.name), "$foreground")
        first = path_line(cells, [(f"{mark} ", style)], name, [], right)
        if file.state == "unreadable":
            reason = display_text(file.reason) or "no reason known"
            return [first, RowLine([("  unreadable: ", "$error"), (reason, "$error")], [])]
        positions = _positions(file, cells)
        folder = (shown_path(str(path.parent)), "$muted")
        state: list[Part] = [(f"  {display_text(file.state)} · ", "$muted")]
        return [first, path_line(cells, state, folder, [], positions)]

    def empty_lines(self) -> list[str]:
        """Return what it means that there is no file."""
        return ["No file yet.", "r looks at all folders again."]


def _positions(file: FileLine, cells: int) -> list[Part]:
    """Return how far figures and texts are read: as meters, where there is little room in words."""
    both = (("figures", file.figures_offset), ("texts", file.texts_offset))
    whole = max(1, file.size)  # nothing is left to read of an empty file
    meters: list[Part] = []
    words: list[Part] = [("all read", "$muted")]
    for name, offset in both:
        done = whole if offset >= file.size else offset
        colour = "$primary" if done == whole else "$accent"
        gap = "  " if meters else ""
        meters += [(f"{gap}{name} ", "$muted"), *thin_meter(done, whole, _METER, colour)]
        if done < whole:
            words = [(f"{name} {percent(done, whole)}", "$accent")]
    return roomiest(cells - _FOLDER, meters, words)
