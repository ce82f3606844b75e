"""The lines over a transcript that say how a support conversation ended, where that is told."""

from __future__ import annotations

from datetime import tzinfo
from itertools import islice
from typing import TYPE_CHECKING

from convledger.clock import to_datetime
from convledger.reports.render.outcome_words import detail_words, outcome_words
from convledger.text.display import clip, display_text, width
from convledger.tui.widgets.canvas import BOLD, DIM, INK, Canvas
from convledger.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from convledger.reports.listing import ConversationLine

_GAP = "  "
_LONGEST = 60  # cells of one fact
_MOST_LINES, _TALL = 4, 24

Fact = tuple[str, str]


class OutcomeLine(Drawing):
    """What the source tells of a conversation's end and its details, in a few lines."""

    DEFAULT_CSS = "OutcomeLine { height: auto; display: none; padding: 0 1 0 0; }"

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(focusable=False)
        self._zone = zone
        self._facts: list[Fact] = []

    def show(self, line: ConversationLine | None) -> None:
        """Show what is told of a conversation; take no room where nothing is."""
        told = outcome_words(line.ending, self._minute) if line is not None else []
        facts = told + (detail_words(line.details) if line is not None else [])
        shown = [(display_text(name), clip(display_text(words), _LONGEST)) for name, words in facts]
        if shown != self._facts:
            self._facts = shown
            self.lay_out()

    def on_resize(self) -> None:
        """Take as many lines as the words need at this width."""
        self.lay_out()

    def lay_out(self) -> None:
        """Be as tall as what is shown; on a low screen one line."""
        self.display = bool(self._facts)
        most = _MOST_LINES if self.app.size.height > _TALL else 1
        cells = self.size.width or self.app.size.width
        height = len(list(islice(_rows(self._facts, cells), most)))
        self.styles.height = max(1, height)
        self.refresh()

    def _minute(self, at: int) -> str:
        moment = to_datetime(at).astimezone(self._zone)
        return f"{moment.day} {moment:%b %H:%M}"

    def draw(self, canvas: Canvas) -> None:
        """Draw the facts one after another, each with its name before it."""
        rows = list(_rows(self._facts, canvas.width))
        for y, row in enumerate(rows[: canvas.height]):
            x = 0
            for name, words in row:
                style = BOLD if y == 0 else INK
                canvas.put(x, y, (name, DIM), end=canvas.width)
                canvas.put(x + width(name) + 1, y, (words, style), end=canvas.width)
                x += _cells(name, words)
        if len(rows) > canvas.height > 0:
            canvas.put(canvas.width - 1, canvas.height - 1, ("…", DIM), end=canvas.width)


def _cells(name: str, words: str) -> int:
    return width(name) + 1 + width(words) + len(_GAP)


def _rows(facts: list[Fact], cells: int) -> list[list[Fact]]:
    """Return the facts in rows of at most so many cells; one that is longer stands alone."""
    rows: list[list[Fact]] = []
    left = 0
    for name, words in facts:
        needed = _cells(name, words)
        if not rows or needed - len(_GAP) > left:
            rows.append([])
            left = cells
        rows[-1].append((name, words))
        left -= needed
    return rows
