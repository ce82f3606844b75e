"""A thin round frame: the title at the upper left, counts and units at the lower right."""

from __future__ import annotations

from typing import Self

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from convledger.text.display import display_text

Words = str | Content


class Panel(Vertical):
    """A frame around widgets that lights up while one of them has the focus."""

    DEFAULT_CSS = """
    Panel {
        border: round $rule; padding: 0 1;
        border-title-align: left; border-title-color: $muted;
        border-subtitle-align: right; border-subtitle-color: $muted;
    }
    Panel:focus-within {
        border: round $primary;
        border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $foreground;
    }
    """

    _edge: int | None = None  # the line of the frame whose words are being changed

    def __init__(
        self,
        title: Words,
        *body: Widget,
        counts: Words = "",
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(*body, id=id, classes=classes)
        self._title = self._counts = Content()
        self.show_title(title)
        self.show_counts(counts)

    def show_title(self, title: Words) -> None:
        """Show a title, if it is another one; text is shown as it is, never as markup."""
        if (content := _content(title)).is_same(self._title):
            return
        self._title = content
        self._edge = 0
        self.border_title = content
        self._edge = None

    def show_counts(self, counts: Words) -> None:
        """Show counts, a period, a unit at the lower right, if they are others."""
        if (content := _content(counts)).is_same(self._counts):
            return
        self._counts = content
        self._edge = self.outer_size.height - 1
        self.border_subtitle = content
        self._edge = None

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw anew; where only words in the frame are others, that line and not what is in it."""
        if self._edge is not None:
            line = Region(0, self._edge, self.outer_size.width, 1)
            regions = (line.translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def _content(words: Words) -> Content:
    return words if isinstance(words, Content) else Content(display_text(words))
