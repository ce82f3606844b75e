"""A plan's terms in words: its name and version, then line by line what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.strip import Strip

from convledger.text.display import display_text, width
from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.inks import ink
from convledger.tui.widgets.lines import wrapped
from convledger.tui.widgets.rows import Part

_LEAST_WORDS = 16  # cells beside the names, or the words go below them
_WIDEST_NAME = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """What is shown: a title with words at its right, notes below it, then names with words.

    `pairs` may hold foreign text; `notes` are displayed text already.
    """

    title: str = ""
    beside: str = ""
    notes: tuple[Part, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


class TermsView(DrawnLines, can_focus=True):
    """The terms, wrapped to the width and scrolled where they are longer than the view."""

    DEFAULT_CSS = """
    TermsView { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    HELP = (
        "What the plan says, in words: how time is cut, what is due anyway, what is counted and "
        "what that costs, which credits come with it and when they end, what happens beyond them."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._terms = Terms()
        self._lines: list[list[Part]] = []

    def show(self, terms: Terms) -> None:
        """Show other terms, from the top."""
        if terms != self._terms:
            self._terms = terms
            self._lay_out()
            self.scroll_to(y=0, animate=False, force=True)

    def lines_for(self, cells: int) -> int:
        """Return how many lines the terms take at a width."""
        return len(list(laid_out(self._terms, cells)))

    def on_resize(self, _: events.Resize) -> None:
        """Wrap to the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        self._lines = list(laid_out(self._terms, self.scrollable_content_region.width))
        self.virtual_size = Size(self.size.width, max(1, len(self._lines)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is in sight."""
        cells, base = self.scrollable_content_region.width, self.base
        place = y + self.scroll_offset.y
        parts = self._lines[place] if place < len(self._lines) else []
        segments = [Segment(text, base + ink(self, style)) for text, style in parts]
        return Strip(segments).adjust_cell_length(cells, base)


def laid_out(terms: Terms, cells: int) -> Iterator[list[Part]]:
    """Yield terms as lines of at most so many cells, with a free column at either side."""
    room = max(1, cells - 2)
    for line in _lines(terms, room):
        yield [(" ", ""), *line]


def _lines(terms: Terms, room: int) -> Iterator[list[Part]]:
    title, beside = display_text(terms.title), display_text(terms.beside)
    if title:
        gap = room - width(title) - width(beside)
        name: Part = (title, "bold $foreground")
        if beside and gap >= 2:
            yield [name, (" " * gap, ""), (beside, "$muted")]
        else:
            yield from wrapped([name], room)
            if beside:
                yield from wrapped([(beside, "$muted")], room)
    for note in terms.notes:
        yield from wrapped([note], room)
    if (title or terms.notes) and terms.pairs:
        yield []
    yield from _pairs(terms.pairs, room)


def _pairs(pairs: Sequence[tuple[str, str]], room: int) -> Iterator[list[Part]]:
    names = [display_text(name) for name, _ in pairs]
    column = min(_WIDEST_NAME, max(map(width, names), default=0)) + 2
    before = ""
    for name, (_, words) in zip(names, pairs, strict=True):
        shown = "" if name == before else name
        before = name
        said: list[Part] = [(display_text(words), "$foreground")]
        if room - column < _LEAST_WORDS:
            yield from wrapped([(f"{name}  ", "$muted"), *said], room, rest=[("  ", "")])
            continue
        lead: Part = (shown + " " * (column - width(shown)), "$muted")
        yield from wrapped(said, room, first=[lead], rest=[(" " * column, "")])
