"""The dialog that asks before a pack is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.text.display import display_text
from convledger.tui.memory_changes import changed
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.packs import PackLine


class DeletePackScreen(FieldsDialog):
    """Says what goes and what stays, and deletes the pack."""

    HELP = "Entries, files that the pack was written to, and the log of that stay."
    AUTO_FOCUS = "#leave"
    SLOW = False

    def __init__(self, line: PackLine) -> None:
        self._line = line
        super().__init__(f"Delete {display_text(line.pack.name)}?", "tab Next · esc Back")

    def parts(self) -> list[Widget]:
        """Return what goes, and the two answers."""
        return [
            Static("", id="effect"),
            Choices(("do", "Delete it"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say what will be done."""
        self.show_effect()

    def effect(self) -> Content:
        """Return what goes, and what stays."""
        line = self._line
        said = [f"{count:,} {word}" for count, word in
                ((line.always, "always in"), (line.never, "never in")) if count]  # fmt: skip
        lost = f", and what you said of entries: {', '.join(said)}" if said else ""
        stays = "Entries, files and the log of what was written stay."
        if line.last is not None:
            stays += f" {display_text(line.last.target)} is left as it is."
        return Content.assemble(
            (f"Its terms go{lost}.", "$foreground"), (f"\n{stays}", "$muted"),
        )  # fmt: skip

    def go_on(self) -> None:
        """Delete it."""
        name, now = self._line.pack.name, self.books.now

        def work(ledger: Ledger) -> Step:
            words = f"pack {display_text(name)} deleted"
            step = changed(ledger, now, words, lambda _, at: ledger.packs.delete(name, at))
            assert step is not None
            return step

        self.do(work)
