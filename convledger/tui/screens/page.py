"""A page of the manual inside the app."""

from __future__ import annotations

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Markdown

from convledger.manual import page_text, topics
from convledger.tui.widgets.dialog import Dialog


class PageScreen(Dialog[None]):
    """Shows a page; links lead to other pages, and to nothing outside."""

    DEFAULT_CSS = """
    PageScreen VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    PageScreen Markdown { background: $surface; padding: 0; margin: 0; }
    """

    def __init__(self, topic: str) -> None:
        super().__init__(topic, "esc Back · ↑ ↓ scroll")
        self._topic = topic
        self.add_class("-tall")

    def parts(self) -> list[Widget]:
        """Return the page in a frame that scrolls."""
        return [VerticalScroll(Markdown(page_text(self._topic), open_links=False))]

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()

    @on(Markdown.LinkClicked)
    def _follow(self, event: Markdown.LinkClicked) -> None:
        topic = event.href.removesuffix(".md")
        if topic in topics():
            self.app.push_screen(PageScreen(topic))
