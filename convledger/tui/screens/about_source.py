"""What the manual says of one source: where its files are, what is exact, what is missing."""

from __future__ import annotations

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
        head, _, rest = source_text(self._source).partition("\n\n")
        words = rest.strip("\n") or "The manual has no page of it."
        text = Content.assemble((" ".join(head.split()), "bold $primary"), "\n\n", words)
        command = Content.styled(f"\nconvledger help {self._source}", "$muted")
        return [VerticalScroll(Static(text), Static(command))]

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()
