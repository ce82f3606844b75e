"""The dialog that lists what was erased, and finishes what was cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from convledger.memory import erase_words
from convledger.store.erasures import DONE
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.amounts import ago
from convledger.tui.memory_words import moment_text
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.memory.erase import Wanted
    from convledger.store.erasures import Erasure
    from convledger.tui.app import ConvledgerApp


class ErasureRows(Rows):
    """Erasures, the latest first, two lines each."""

    HELP = (
        "How much was erased and when; of what it was, the ledger keeps no word. Where bytes may "
        "be left, r looks for them again."
    )
    DEFAULT_CSS = "ErasureRows { background: $surface; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def __init__(self, now: int, zone: tzinfo) -> None:
        super().__init__()
        self._now, self._zone = now, zone
        self.erasures: list[Erasure] | None = None

    def show(self, erasures: list[Erasure]) -> None:
        """Show other erasures."""
        self.erasures = erasures
        self.renew()

    def count(self) -> int:
        """Return how many there are."""
        return len(self.erasures or ())

    def empty_lines(self) -> list[str]:
        """Return what it means that there is none, and how one comes to be."""
        if self.erasures is None:
            return ["Looking…"]
        return [erase_words.NEVER, "D erases: in Memory, Conversations, a conversation, a review."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return how much went and how far it is, then when."""
        del cells
        one = (self.erasures or [])[index]
        state, is_done = erase_words.state_words(one), one.state == DONE
        sign, ink = ("✓ ", "$success") if is_done else ("▲ ", "$error")
        amounts = display_text(erase_words.amounts_of(one))
        about = "  r finishes it" if not is_done else f"  {moment_text(one.at, self._zone)}"
        return [
            RowLine([(sign, ink), (amounts, "$foreground")], [(ago(self._now - one.at), "$muted")]),
            RowLine([(about, "$muted" if is_done else "bold $accent")], [(state, ink)]),
        ]


class ErasuresScreen(Dialog[None]):
    """Lists erasures; r finishes what was cut short."""

    HELP = (
        "An erasure that was cut short, by a crash or by another program that reads the ledger, "
        "has deleted its rows; old bytes may be in the files until it is finished."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "finish", "Finish")]
    DEFAULT_CSS = """
    ErasuresScreen > #frame { max-width: 92; height: 70%; padding: 1 1; }
    ErasuresScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "ErasureRows"

    def __init__(self) -> None:
        super().__init__("What was erased", "r Finish what was cut short · esc Back")

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [ErasureRows(self.books.now(), self.books.zone)]

    def on_mount(self) -> None:
        """Ask for the erasures."""
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    def _ask(self) -> None:
        self.books.ask(("erasures", id(self)), lambda ledger: ledger.erasures(), self._took)

    def _took(self, erasures: list[Erasure]) -> None:
        if self.is_attached:
            self.query_one(ErasureRows).show(erasures)

    @on(Rows.Opened)
    def action_finish(self) -> None:
        """Finish what was cut short."""
        from convledger.tui.screens.erasing import ErasingScreen

        erasures = self.query_one(ErasureRows).erasures
        if erasures is None:
            return
        if all(each.state == DONE for each in erasures):
            self.books.say("Every erasure is finished.")
            return

        def again(_: Wanted | None) -> None:
            self._ask()

        self.app.push_screen(ErasingScreen(), again)
