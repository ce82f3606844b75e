"""The dialog that keeps what a provider's table says, for `convledger check` to verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.reports.reconciling.words import covered
from convledger.tui.bill_changes import keep_balance
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.reports.reconciling.result import Reconciliation


class KeepBalanceScreen(FieldsDialog):
    """Keeps a table's money, or its tokens where it tells none, with a note."""

    HELP = (
        "What the file says these days come to is kept: its money, or its tokens where it tells "
        "no money. `convledger check` verifies from then on that the ledger says the same. The "
        "same file is kept once."
    )
    AUTO_FOCUS = "#note"

    def __init__(self, found: Reconciliation) -> None:
        super().__init__("Keep what it says", "⏎ Keep · tab Next · esc Back")
        self._found = found

    def parts(self) -> list[Widget]:
        """Return the line for a note, what is kept, and the two answers."""
        return [
            Vertical(self.field("note", "note", "", "the invoice of November"), id="fields"),
            Static("", id="effect"),
            Choices(("do", "Keep"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say what is kept."""
        self.query_one("#note", Input).focus()
        self.show_effect()

    def effect(self) -> Content:
        """Return what is kept."""
        return Content.assemble(
            (covered(self._found), "$foreground"),
            ("\n`convledger check` verifies from then on that the ledger says the same.", "$muted"),
        )

    def go_on(self) -> None:
        """Keep it."""
        found, note, now = self._found, self.typed("note"), self.books.now
        self.do(lambda ledger: keep_balance(ledger, found, note, now))
