"""What stands over Findings: the question before something is shown in full, and an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from convledger.text.display import clip, display_text
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.finding_rows import where_words
from convledger.tui.widgets.memory_view import EntryView

if TYPE_CHECKING:
    from convledger.economics.carrying import Cost
    from convledger.ledger import Ledger
    from convledger.memory.finding_shelf import FindingLine
    from convledger.store.entries import Entry
    from convledger.tui.app import ConvledgerApp


class RevealScreen(Dialog[bool]):
    """Asks whether a finding is to be shown in full."""

    HELP = "It stands on the screen until you hide or leave it; who looks over your shoulder reads."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "agree", "Show")]
    DEFAULT_CSS = """
    RevealScreen > #frame { max-width: 64; }
    RevealScreen Static { width: 100%; height: auto; margin: 0 0 1 0; }
    """

    def __init__(self, line: FindingLine) -> None:
        super().__init__("Show it in full?", "y Show · esc Back")
        self._line = line

    def parts(self) -> list[Widget]:
        """Return what it is, and the two answers."""
        where = clip(where_words(self._line), 40)
        words = Content.assemble(
            (self._line.rule, "bold"),
            f"  {display_text(self._line.redacted)}, in “{where}”\n",
            ("It stays in sight until v hides it, or you leave it.", "$muted"),
        )
        return [Static(words), Choices(("show", "Show"), ("leave", "Back"))]

    def on_mount(self) -> None:
        """Begin with the answer that shows nothing."""
        self.query_one("#leave").focus()

    def action_agree(self) -> None:
        """Show it."""
        self.dismiss(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "show")


class EntrySheet(Dialog[None]):
    """The entry that something was found in, to read."""

    HELP = "The entry with what it is and its text; secrets in it are shown as dots."
    DEFAULT_CSS = """
    EntrySheet > #frame { padding: 0 1; }
    EntrySheet EntryView { background: $surface; }
    """

    def __init__(self, entry_id: int) -> None:
        super().__init__("Entry", "esc Back · ↑ ↓ scroll")
        self.add_class("-tall")
        self._entry_id = entry_id

    def parts(self) -> list[Widget]:
        """Return the entry."""
        return [EntryView()]

    def on_mount(self) -> None:
        """Ask for the entry."""
        books = cast("ConvledgerApp", self.app)
        now, zone = books.now(), books.zone
        self.query_one(EntryView).focus()

        def read(ledger: Ledger) -> tuple[Entry | None, Cost]:
            entry = ledger.memory.entries([self._entry_id]).get(self._entry_id)
            return entry, ledger.memory.costs(now).get(self._entry_id)

        def show(found: tuple[Entry | None, Cost]) -> None:
            if not self.is_attached:
                return
            if found[0] is None:
                books.say("That entry is no longer in memory.", severity="warning")
                self.dismiss(None)
            else:
                self.query_one(EntryView).show(*found, now, zone)

        books.ask(("entry sheet", id(self)), read, show)
