"""The dialog that puts entries of Memory into a pack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from convledger.economics.packing import ALWAYS, NEVER
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.memory_changes import changed
from convledger.tui.undo import Step
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.pack_rows import PackRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.packs import PackLine
    from convledger.tui.app import ConvledgerApp


class IntoPackScreen(Dialog[Step]):
    """Enter puts entries always into the pack under the cursor; - keeps them out of it."""

    HELP = (
        "What is always in has its turn before all others; what blocks an entry blocks it still. "
        "u takes it back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "put('always')", "Always in"),
        Binding("minus", "put('never')", "Never in"),
    ]
    DEFAULT_CSS = """
    IntoPackScreen > #frame { max-width: 72; height: 60%; padding: 1 1; }
    IntoPackScreen PackRows { background: $surface; }
    IntoPackScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "PackRows"

    def __init__(self, ids: Sequence[int], words: str) -> None:
        self._ids = list(ids)
        what = (
            f"“{clip(display_text(veiled(words)), 30)}”"
            if len(ids) == 1
            else f"{len(ids):,} entries"
        )
        self._what = what
        super().__init__(f"Put {what} into a pack", "⏎ + Always in · - Never in · esc Back")

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the packs."""
        return [PackRows()]

    def on_mount(self) -> None:
        """Ask for the packs."""
        self.books.ask(("packs", id(self)), lambda ledger: ledger.packs.lines(), self._took)

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    def _took(self, lines: list[PackLine]) -> None:
        if not self.is_attached:
            return
        if not lines:
            self.books.say("There is no pack yet: p shows the packs, and n makes one.")
            self.dismiss(None)
            return
        self.query_one(PackRows).show(lines, "", {})

    @on(Rows.Opened)
    def _chosen(self, event: Rows.Opened) -> None:
        event.stop()
        self.action_put(ALWAYS)

    def action_put(self, mode: str) -> None:
        """Put the entries in, or keep them out."""
        name, ids, now = self.query_one(PackRows).current, self._ids, self.books.now
        if not name:
            return
        words = f"{self._what} {'never' if mode == NEVER else 'always'} in {display_text(name)}"

        def work(ledger: Ledger) -> Step | None:
            return changed(
                ledger, now, words, lambda _, at: ledger.packs.decide(name, ids, mode, at)
            )

        self.books.ask(("into pack", id(self)), work, self._put)

    def _put(self, step: Step | None) -> None:
        if step is None:
            self.books.say("Nothing changed: it was so already.")
        if self.is_attached:
            self.dismiss(step)
