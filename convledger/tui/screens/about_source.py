"""What the manual says of one source: where its files are, what is exact, what is missing."""

from __future__ import annotations

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.manual import source_text
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.source_rows import kind_of, title_of


class AboutSourceScreen(Dialog[None]):
    """Shows the source's page; `convledger help` and its name show the same."""

    HELP = "Where the files of a source are, what of them is exact, estimated, unknown."
    DEFAULT_CSS = """
    AboutSourceScreen > #frame { max-width: 86; padding: 1 1; }
    AboutSourceScreen VerticalScroll {
        height: auto; max-height: 100%; padding: 0 1; scrollbar-size-vertical: 1;
    }
    AboutSourceScreen.-low > #frame {
        width: 100%; height: auto; max-height: 100%; padding: 0;
    }
    AboutSourceScreen.-low VerticalScroll { padding: 0; scrollbar-size-vertical: 0; }
    AboutSourceScreen Static { width: 100%; height: auto; }
    """

    def __init__(self, source: str) -> None:
        kind = kind_of(source)
        super().__init__(
            f"{title_of(source)} · {kind}" if kind else source, "esc Back · ↑ ↓ scroll"
        )
        self._source = source

    def parts(self) -> list[Widget]:
        """Return the page in a frame that scrolls."""
        page = source_text(self._source).strip("\n")
        text = Content(page or "The manual has no page of it.")
        command = Content.styled(f"\nconvledger help {self._source}", "$muted")
        return [VerticalScroll(Static(text), Static(command))]

    def on_resize(self, event: events.Resize) -> None:
        """Take all of a small screen: the lines of a page are as long as it is wide."""
        self.set_class(event.size.height < 28 or event.size.width < 90, "-low")

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()
