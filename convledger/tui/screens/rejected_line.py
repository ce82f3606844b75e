"""A line that could not be used, with everything that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Label, Static

from convledger.text.display import display_text
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.source_rows import title_of

if TYPE_CHECKING:
    from convledger.reports.sources import RejectedLine


class RejectedLineScreen(Dialog[None]):
    """Shows where the line stands, why it was rejected, and its text with nothing hidden."""

    DEFAULT_CSS = """
    RejectedLineScreen VerticalScroll {
        height: auto; max-height: 100%; scrollbar-size-vertical: 1;
    }
    RejectedLineScreen .fact { height: auto; }
    RejectedLineScreen .fact Static { width: 1fr; height: auto; }
    RejectedLineScreen .fact Label { width: 8; color: $muted; }
    RejectedLineScreen VerticalScroll > Static { width: 100%; height: auto; }
    RejectedLineScreen #text { background: $panel; padding: 0 1; margin-top: 1; }
    RejectedLineScreen.-low > #frame { padding: 0 1; }
    """

    def __init__(self, line: RejectedLine) -> None:
        super().__init__("Rejected line", "esc Back · ↑ ↓ scroll")
        self._line = line

    def parts(self) -> list[Widget]:
        """Return the facts, then the text."""
        line = self._line
        facts = [
            ("reason", display_text(line.reason)),
            ("source", display_text(title_of(line.source))),
            ("file", shown_path(line.path)),
            ("line", f"{line.line:,}, from byte {line.offset:,}"),
        ]
        table = [
            Horizontal(Label(name), Static(Content(text)), classes="fact") for name, text in facts
        ]
        note = "It is in no figure; all other lines of the file are. How it begins:"
        text = display_text(line.excerpt, lines=True) or "(nothing of it was kept)"
        return [
            VerticalScroll(
                *table,
                Static(Content.assemble("\n", (note, "$muted"))),
                Static(Content(text), id="text"),
            )
        ]

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()
