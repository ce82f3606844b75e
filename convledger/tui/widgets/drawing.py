"""A widget that is one function: it gets a canvas of the widget's size and draws."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.widget import Widget

from convledger.tui.widgets.canvas import Canvas

Draw = Callable[[Canvas], None]


class Drawing(Widget, can_focus=True):
    """Shows what a function draws, and draws anew at every size."""

    DEFAULT_CSS = """
    Drawing { width: 1fr; height: 1fr; text-wrap: nowrap; text-overflow: clip; }
    """

    def __init__(
        self,
        draw: Draw | None = None,
        *,
        focusable: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self.can_focus = focusable

    def draw_with(self, draw: Draw) -> None:
        """Draw with another function from now on."""
        self._draw = draw
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw on a canvas of the widget's size; a subclass may do so itself."""
        if self._draw is not None:
            self._draw(canvas)

    def render(self) -> Content:
        """Return what is drawn at the present size."""
        canvas = Canvas(self.size.width, self.size.height)
        self.draw(canvas)
        return canvas.content()
