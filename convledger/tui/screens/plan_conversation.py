"""The dialog to choose the conversation that is cut into units: a list narrowed as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Label

from convledger.reports.listing import ListQuery
from convledger.text.display import display_text
from convledger.tui.amounts import ago
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.entry import RowsBelow
from convledger.tui.widgets.filter_line import LeadingInput
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.listing import ConversationLine
    from convledger.tui.app import ConvledgerApp

MOST = 200  # conversations: who wants an older one types part of its name


class PickRows(RowsBelow):
    """Two lines a conversation: title and age, then source, project and calls."""

    HELP = "The latest conversations that fit what is typed. Enter cuts the one under the cursor."
    DEFAULT_CSS = "PickRows { background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self.found: list[ConversationLine] = []
        self._now = 0
        self._nothing = "Looking…"

    def show(self, found: list[ConversationLine], now: int) -> None:
        """Show other conversations."""
        self.found, self._now = found, now
        self._nothing = "No conversation fits."
        self.renew(cursor=0)

    def count(self) -> int:
        """Return how many conversations there are."""
        return len(self.found)

    def empty_lines(self) -> list[str]:
        """Return why there is none."""
        return [self._nothing]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and age, then where it comes from."""
        del cells
        one = self.found[index]
        project = display_text(one.project.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
        about = [display_text(one.source), project, f"{one.calls:,} {plural(one.calls, 'call')}"]
        age = ago(max(0, self._now - one.last_at)) if one.last_at is not None else ""
        return [
            RowLine([(display_text(one.title or one.native), "$foreground")], [(age, "$muted")]),
            RowLine([(" · ".join(part for part in about if part), "$muted")], []),
        ]


class PickScreen(Dialog[int]):
    """Returns the conversation that was chosen."""

    HELP = "Type part of a title, project or id; enter cuts the first one, or that at the cursor."
    DEFAULT_CSS = """
    PickScreen > #frame { max-width: 90; height: 80%; padding: 0 1; }
    PickScreen #line { height: 2; padding: 0 1; }
    PickScreen Label { width: auto; color: $muted; padding: 0 1 0 0; }
    PickScreen LeadingInput { background: $surface; }
    PickScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    PickScreen.-tiny #line { height: 1; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"

    def __init__(self) -> None:
        super().__init__("Cut a conversation into units", "⏎ Cut it · ↓ List · esc Back")
        self._is_waiting = False  # for the answer to what is typed
        self._takes_first = False  # as soon as it is there

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the line to type in and the list."""
        line = LeadingInput(max_length=200)
        line.placeholder = "part of a title, project or id"
        return [Horizontal(Label("which"), line, id="line"), PickRows()]

    def on_mount(self) -> None:
        """Begin with the latest."""
        self._ask("")

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._ask(event.value)

    def _ask(self, text: str) -> None:
        now, self._is_waiting, self._takes_first = self.books.now(), True, False

        def find(ledger: Ledger) -> list[ConversationLine]:
            ids = ledger.matching(ListQuery(text=text))[:MOST]
            return ledger.conversation_lines(ids.tolist())

        self.books.ask(("cut", id(self)), find, lambda found: self._show(found, now))

    def _show(self, found: list[ConversationLine], now: int) -> None:
        self._is_waiting = False
        if self.is_attached:
            self.query_one(PickRows).show(found, now)
            if self._takes_first:
                self._choose(0)

    @on(Input.Submitted)
    def _first(self) -> None:
        self._takes_first = self._is_waiting
        if not self._is_waiting:
            self._choose(0)

    @on(Rows.Opened)
    def _chosen(self, event: Rows.Opened) -> None:
        self._choose(event.index)

    def _choose(self, index: int) -> None:
        found = self.query_one(PickRows).found
        if index < len(found):
            self.dismiss(found[index].id)
