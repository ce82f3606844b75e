"""Import: paths typed, picked, pasted or dropped, and what they are before any of it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from textual.content import Content

from convledger.ingest.looking import Look, look
from convledger.text.display import display_text
from convledger.tui.dropped_paths import paths_in, typed_path
from convledger.tui.screens.importing_words import by_source, finding_lines, problem_line
from convledger.tui.screens.path_dialog import PathDialog, PathSight
from convledger.words import plural

_SHOWN = 5  # findings that are listed while one types; the next screen lists them all


@dataclass(frozen=True, slots=True)
class ImportSight(PathSight):
    """What is at the paths of a line, with all that was found there."""

    seen: Look = field(default_factory=Look)


class ImportScreen(PathDialog):
    """Reads files, zips and folders."""

    HELP = (
        "Type a path, pick one below, paste it, or drop files onto the terminal: several at once "
        "too. What each holds is told by what is in it, before anything is read. Down goes into "
        "the list, enter or right into a folder, left to the folder above."
    )
    TO_TYPE = (
        "An export, a log, a table, a zip, a folder of them, a home folder: what it is is told by "
        "what is in it. Drop files onto the terminal, or pick below. It stays a source: what is "
        "added to it later is read too. It is only read, never written."
    )
    EXAMPLE = "~/Downloads/export.zip"

    def __init__(self) -> None:
        super().__init__("Import")

    def look_at(self, text: str) -> PathSight:
        """Tell what would be read of the paths, or why nothing would."""
        from convledger.ingest.choose import completions

        named = paths_in(text)
        seen = look(named)
        goes_on = completions(typed_path(text)) if len(named) < 2 else []
        first = named[0] if named else Path()
        return ImportSight(first, _words(seen), bool(seen.good), tuple(goes_on), seen)

    def read_all(self, sight: PathSight) -> None:
        """Have the feeder read them, once every table among them is mapped."""
        assert isinstance(sight, ImportSight)
        self._when_mapped(list(sight.seen.good), sight.seen)

    def _when_mapped(self, left: list[Path], seen: Look) -> None:
        from convledger.tui.screens.import_table import when_mapped
        from convledger.tui.screens.importing import ImportingScreen

        if left:
            when_mapped(self.books, left[0], lambda: self._when_mapped(left[1:], seen))
        elif self.is_current:
            # What is too large to be looked at while one types is shown before it is read.
            known = None if seen.large else seen
            self.app.switch_screen(ImportingScreen(list(seen.good), known))


def _words(seen: Look) -> Content:
    """Return what stands at the paths: what would be read, or why nothing would."""
    lines = finding_lines(seen.found, _SHOWN)
    more = len(by_source(seen.found)) - _SHOWN
    if more > 0:
        lines.append(Content.styled(f"  and {plural(more, 'more source')}", "$muted"))
    for each in seen.large:
        words = f"{display_text(each.path.name) or '/'}: a large folder; ⏎ looks through all of it"
        lines.append(Content.assemble(("? ", "$warning"), (words, "$muted")))
    lines += [problem_line(path, reason) for path, reason in seen.problems[:_SHOWN]]
    if seen.found:
        lines.append(Content.styled("⏎ reads it", "bold $accent"))
    return Content("\n").join(lines)
