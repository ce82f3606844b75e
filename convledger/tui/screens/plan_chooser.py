"""The dialog to choose a plan from: one's own and the examples, with the terms of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.plan_rows import PlanRows, choice_terms
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.terms_view import TermsView

if TYPE_CHECKING:
    from convledger.reports.plan_choices import PlanChoice
    from convledger.tui.app import ConvledgerApp

WIDE = 96  # cells of the screen from which the terms stand beside the list


class ChooserScreen(Dialog[bool]):
    """Enter asks since when and for what, e edits; `edit` opens the editor."""

    HELP = (
        "Your own plans stand first, then the examples that come along: take the one most like "
        "yours, and edit it to what your contract says. At the right stand the terms in words."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "Edit")]
    DEFAULT_CSS = """
    ChooserScreen > #frame { width: 94%; max-width: 132; height: 90%; padding: 0 0; }
    ChooserScreen PlanRows { width: 1fr; }
    ChooserScreen TermsView {
        width: 52; display: none; background: $surface; border-left: solid $rule;
    }
    ChooserScreen.-beside TermsView { display: block; }
    ChooserScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; }
    """
    AUTO_FOCUS: ClassVar[str] = "PlanRows"

    def __init__(self, edit: Callable[[PlanChoice], None]) -> None:
        super().__init__("Plans", "⏎ Put in force · e Edit · esc Back")
        self._edit = edit

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the list and the terms beside it."""
        return [Horizontal(PlanRows(), TermsView())]

    def on_mount(self) -> None:
        """Ask for the plans."""
        from convledger.reports.plan_choices import plan_choices

        now = self.books.now()
        self.books.ask(
            ("plans", id(self)),
            lambda ledger: plan_choices(ledger.plan_book, now),
            self._took,
            slow=True,
        )

    def on_resize(self, event: events.Resize) -> None:
        """Show the terms where there is room beside the list."""
        self.set_class(event.size.width >= WIDE, "-beside")
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")

    def _took(self, choices: list[PlanChoice]) -> None:
        if self.is_attached:
            self.query_one(PlanRows).show(choices)
            self._show_terms()

    @on(Rows.Moved)
    def _show_terms(self) -> None:
        choice = self.query_one(PlanRows).chosen
        if choice is not None:
            self.query_one(TermsView).show(choice_terms(choice))

    @on(Rows.Opened)
    def _use(self) -> None:
        from convledger.tui.screens.plan_use import UseScreen

        choice = self.query_one(PlanRows).chosen
        if choice is None:
            return
        if choice.plan is None:
            self.action_edit()
        else:
            self.app.push_screen(UseScreen(choice), self._used)

    def _used(self, is_used: bool | None) -> None:
        if is_used:
            self.dismiss(True)

    def action_edit(self) -> None:
        """Edit the plan under the cursor."""
        choice = self.query_one(PlanRows).chosen
        if choice is not None:
            self.dismiss(None)
            self._edit(choice)
