"""Names of panels of which one is shown: each with its count; a click shows another."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from convledger.tui.widgets.canvas import BOLD, DIM, Canvas, Part, measure
from convledger.tui.widgets.drawing import Drawing

_GAP = 3


@dataclass(frozen=True, slots=True)
class Tab:
    """A panel by its id, its name, a shorter one, and how much is in it (None: not known yet)."""

    panel: str
    name: str
    short: str
    count: int | None = None
    worries: bool = False  # whether something in it asks for a person


class TabStrip(Drawing):
    """One line of tabs."""

    DEFAULT_CSS = "TabStrip { height: 1; padding: 0 2; }"

    @dataclass
    class Wanted(Message):
        """A tab was clicked."""

        panel: str

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._tabs: tuple[Tab, ...] = ()
        self._shown = ""
        self._ends: list[tuple[int, str]] = []

    def show(self, tabs: tuple[Tab, ...], shown: str) -> None:
        """Show these tabs, one of them as the one that is open."""
        if (tabs, shown) != (self._tabs, self._shown):
            self._tabs, self._shown = tabs, shown
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the tabs with their longest names that fit."""
        labels = [self._label(tab, tab.name) for tab in self._tabs]
        gap = _GAP
        if sum(measure(*label) + gap for label in labels) - gap > canvas.width:
            labels, gap = [self._label(tab, tab.short) for tab in self._tabs], 1
        x, self._ends = 0, []
        for tab, label in zip(self._tabs, labels, strict=True):
            x = canvas.put(x, 0, *label, end=canvas.width) + gap
            self._ends.append((x, tab.panel))

    def _label(self, tab: Tab, name: str) -> list[Part]:
        is_shown = tab.panel == self._shown
        label: list[Part] = [(name, f"{BOLD} underline" if is_shown else DIM)]
        if tab.count is not None:
            label.append((f" {tab.count:,}", "$warning" if tab.worries and tab.count else DIM))
        return label

    def on_click(self, event: events.Click) -> None:
        """Ask for the panel whose name was clicked."""
        x = event.get_content_offset_capture(self).x
        panel = next((panel for end, panel in self._ends if x < end), None)
        if panel is not None:
            self.post_message(self.Wanted(panel))
