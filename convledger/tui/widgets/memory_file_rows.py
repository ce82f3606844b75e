"""The list of memory files: what each holds, and what waits in it for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from convledger.memory.file_rows import LIVE, MISSING, UNREADABLE
from convledger.memory.words import scope_words
from convledger.text.display import display_text
from convledger.tui.amounts import ago
from convledger.tui.memory_file_words import FILE_MARKS, file_tokens, place_words, state_words
from convledger.tui.widgets.path_line import cells_of, path_line, roomiest
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.memory.file_list import FileLine


class MemoryFileRows(Rows):
    """Two lines a file, by path."""

    HELP = (
        "Each memory file that the ledger knows: ● live, ○ gone (what it said stays in memory), ✕ "
        "unreadable and why. Below: whose it is, for what, when it was last read, and what waits: "
        "changes, △ complaints, ✎ edits to be written back. Enter shows its changes alone, and "
        "all again."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.now = 0  # UTC microseconds
        self.files: Sequence[FileLine] = ()
        self.only: str | None = None  # the file whose changes are shown alone
        self._wrong: Mapping[str, int] = {}
        self._writes: Mapping[str, int] = {}

    def show(
        self, files: Sequence[FileLine], wrong: Mapping[str, int], writes: Mapping[str, int]
    ) -> None:
        """Show other files; `wrong` and `writes` count complaints and edits by path."""
        under = self.file_at(self.cursor)
        self.files, self._wrong, self._writes = files, wrong, writes
        place = next(
            (at for at, each in enumerate(files) if under is not None and each.id == under.id), None
        )
        self.renew(cursor=place)

    def file_at(self, index: int) -> FileLine | None:
        """Return the file of a row, None where there is none."""
        return self.files[index] if 0 <= index < len(self.files) else None

    @property
    def chosen(self) -> FileLine | None:
        """The file under the cursor."""
        return self.file_at(self.cursor)

    def count(self) -> int:
        """Return how many files there are."""
        return len(self.files)

    def empty_lines(self) -> list[str]:
        """Return what to do where no file is known."""
        return ["No memory file is known yet.", "r looks for those of your tools, i takes one in."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return path and size, then whose it is and what waits."""
        line = self.files[index]
        mark, style = FILE_MARKS.get(line.state, ("?", "$warning"))
        if self.only == line.path:
            mark, style = "▸", "bold $accent"
        path = (place_words(line), "$foreground" if line.state == LIVE else "$muted")
        first = path_line(cells, [(f"{mark} ", style)], path, [], self._held(line, cells))
        if line.state == UNREADABLE:
            return [first, RowLine([("  ", ""), (state_words(line), "$error")], [])]
        waits = self._waits(line, cells)
        read = "" if line.read_at is None else f" · read {ago(self.now - line.read_at)} ago"
        gone = "gone · " if line.state == MISSING else ""
        tool, scope = display_text(line.tool), display_text(scope_words(line.scope))
        forms = (f"{gone}{tool} · {scope}{read}", f"{gone}{tool} · {scope}", f"{gone}{tool}")
        room = cells - cells_of(waits) - (6 if waits else 4)
        said = roomiest(room, *([(form, "$muted")] for form in forms))
        return [first, RowLine([("  ", ""), *said], waits)]

    def _held(self, line: FileLine, cells: int) -> list[Part]:
        entries = plural(line.entries, "entry", "entries")
        return roomiest(
            cells // 2,
            [(f"{entries} · ", "$muted"), (file_tokens(line), "$foreground")],
            [(file_tokens(line), "$foreground")],
        )

    def _waits(self, line: FileLine, cells: int) -> list[Part]:
        """Return what waits in a file, in words where there is room."""
        wrong, writes = self._wrong.get(line.path, 0), self._writes.get(line.path, 0)
        words: list[Part] = []
        marks: list[Part] = []
        for count, long, short, style in (
            (line.news, plural(line.news, "change"), f"+{line.news}", "$accent"),
            (writes, f"✎ {writes:,} to write", f"✎ {writes:,}", "$accent"),
            (wrong, f"△ {wrong:,} wrong", f"△ {wrong:,}", "$warning"),
        ):
            if count:
                gap = "  " if words else ""
                words.append((f"{gap}{long}", style))
                marks.append((f"{gap}{short}", style))
        return words if cells_of(words) <= cells // 2 else marks
