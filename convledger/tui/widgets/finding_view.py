"""A finding to look at: what it is, where it stands, and the text around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from convledger.memory.finding_rows import MESSAGE
from convledger.text.display import display_text
from convledger.tui.memory_words import moment_text
from convledger.tui.widgets.evidence_view import text_lines
from convledger.tui.widgets.finding_rows import KIND_INKS, KIND_MARKS, KIND_WORDS, where_words
from convledger.tui.widgets.lines import Line, Part, row, wrapped
from convledger.tui.widgets.read_lines import ReadLines

if TYPE_CHECKING:
    from convledger.memory.finding_shelf import FindingLine, FindingSight

_FOUND, _AROUND = "bold $foreground on $quote", "$muted"


class FindingView(ReadLines):
    """The finding under the cursor; in full only while a person wants that."""

    DEFAULT_CSS = "FindingView { scrollbar-gutter: stable; }"
    HELP = (
        "The finding in its text. Dots stand for what may not be seen, of this one and of others "
        "around it. `v` shows this one in full, after asking, until you leave it."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.sight: FindingSight | None = None
        self._zone: tzinfo = UTC

    def show(self, sight: FindingSight | None, zone: tzinfo) -> None:
        """Show a finding, from the top where it is another one."""
        before, self.sight, self._zone = self.sight, sight, zone
        if before != sight:
            is_same = sight is not None and before is not None and before.line == sight.line
            self.lay_out(from_top=not is_same)

    def hide(self) -> None:
        """Show no more of it than may be seen."""
        if self.sight is not None and self.sight.is_whole:
            seen = self.sight.line.redacted
            self.show(self.sight._replace(found=seen, is_whole=False), self._zone)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the finding as lines."""
        if self.sight is None:
            return ()
        return [*_head(self.sight.line, self._zone, cells), *_body(self.sight, cells)]


def _head(line: FindingLine, zone: tzinfo, cells: int) -> Iterator[Line]:
    mark: Part = (f"{KIND_MARKS[line.kind]} ", KIND_INKS[line.kind])
    kind: Part = (KIND_WORDS[line.kind], KIND_INKS[line.kind])
    yield Line(row([mark, (line.rule, "bold $foreground")], [kind], cells))
    place = "conversation" if line.place == MESSAGE else "entry"
    yield Line(row([(f"{place} ", "$muted"), (where_words(line), "$foreground")], [], cells))
    said = "" if line.at is None else f" · {moment_text(line.at, zone)}"
    yield Line(row([(f"{line.part}{said}", "$muted")], [], cells))
    yield Line([])


def _body(sight: FindingSight, cells: int) -> Iterator[Line]:
    if sight.is_gone:
        words = "It stands there no more: the text has changed. s looks again."
        yield from (Line(parts) for parts in wrapped([(words, "$warning")], cells))
        return
    ink = KIND_INKS[sight.line.kind]
    texts = ((sight.before, _AROUND), (sight.found, _FOUND), (sight.after, _AROUND))
    shown = [(display_text(text, lines=True), style) for text, style in texts if text]
    if shown and sight.before:
        shown[0] = (shown[0][0].lstrip("\n"), _AROUND)
    yield from text_lines(shown, ink, cells)
    yield Line([])
    if sight.is_whole:
        note: Part = ("Shown in full: v hides it again, and so does leaving it.", "$warning")
    elif sight.line.kind == "bait":
        note = ("Bait is shown as it is, never followed, never taken out by itself.", "$muted")
    else:
        note = ("Dots stand for what may not be seen: v shows it in full.", "$muted")
    yield from (Line(parts) for parts in wrapped([note], cells))
