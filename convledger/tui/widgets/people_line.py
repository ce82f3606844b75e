"""The lines over a transcript that say where people came in, and what reviewers say of it."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, cast

from convledger.text.display import clip, width
from convledger.tui.handoff_words import handoff_facts, review_lines
from convledger.tui.widgets.canvas import DIM, INK, Canvas
from convledger.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.screens.place import PlaceScreen

_MOST_LINES, _TALL = 4, 24
Line = tuple[str, str]


class PeopleLine(Drawing):
    """A line for each hand-off and each verdict; it takes no room where there is none."""

    DEFAULT_CSS = "PeopleLine { height: auto; display: none; padding: 0 1 0 0; }"

    def __init__(self, conversation_id: int, zone: tzinfo) -> None:
        super().__init__(focusable=False)
        self._conversation_id = conversation_id
        self._zone = zone
        self._lines: list[Line] = []

    def ask_anew(self) -> None:
        """Ask for both; they are read off the screen's thread."""
        screen = cast("PlaceScreen", self.screen)
        number, zone = self._conversation_id, self._zone

        def read(ledger: Ledger) -> list[Line]:
            handed = ledger.handoffs_of(number, zone)
            reviewed = ledger.review_items(conversation_id=number)
            lines = [("hand-off", " · ".join(handoff_facts(each, zone))) for each in handed]
            return lines + [("review", words) for words in review_lines(reviewed, zone)]

        screen.ask("people", read, self.show, slow=True)

    def show(self, lines: list[Line]) -> None:
        """Show other lines; take no room where there are none."""
        if lines != self._lines:
            self._lines = lines
            self.lay_out()

    def on_resize(self) -> None:
        """Take as many lines as there is room for."""
        self.lay_out()

    def lay_out(self) -> None:
        """Be as tall as what is shown; on a low screen one line."""
        self.display = bool(self._lines)
        most = _MOST_LINES if self.app.size.height > _TALL else 1
        self.styles.height = max(1, min(most, len(self._lines)))
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the lines; the last that has room says how many follow."""
        left = len(self._lines) - canvas.height
        for y, (name, words) in enumerate(self._lines[: canvas.height]):
            more = f" +{left:,}" if left > 0 and y == canvas.height - 1 else ""
            room = max(1, canvas.width - len(name) - 1 - len(more))
            said = clip(words, room)
            canvas.put(0, y, (f"{name} ", DIM), (said, INK), end=canvas.width)
            if more:
                canvas.put(len(name) + 1 + width(said), y, (more, DIM), end=canvas.width)
