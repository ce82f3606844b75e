"""The dialogs that open from Plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.tui.screens.place import PlaceScreen
from convledger.tui.screens.plan_sight import Sight

if TYPE_CHECKING:
    from convledger.reports.plan_choices import PlanChoice


class PlanDoors(PlaceScreen):
    """A screen with a plan in sight, from which it is chosen, edited, billed and topped up."""

    def __init__(self) -> None:
        super().__init__()
        self._sight = Sight()

    def open_choice(self, choice: PlanChoice) -> None:
        """Ask since when and for what a plan is to be in force; one that is broken is edited."""
        from convledger.tui.screens.plan_use import UseScreen

        if choice.plan is None:
            self.edit_choice(choice)
        else:
            self.app.push_screen(UseScreen(choice))

    def action_use(self) -> None:
        """Choose a plan and put it in force."""
        from convledger.tui.screens.plan_chooser import ChooserScreen

        self.app.push_screen(ChooserScreen(self.edit_choice))

    def action_edit(self) -> None:
        """Edit the plan that is shown."""
        from convledger.reports.plan_choices import choice_of

        subscription, now = self._sight.subscription, self.books.now()
        if subscription is not None:
            self.ask(
                "edit",
                lambda ledger: choice_of(ledger.plan_book, subscription.plan, now),
                lambda choice: self.edit_choice(choice) if choice is not None else None,
            )

    def edit_choice(self, choice: PlanChoice) -> None:
        """Open the editor; an example becomes a copy."""
        from convledger.tui.screens.plan_editor import EditorScreen

        self.app.push_screen(EditorScreen(choice))

    def action_top_up(self) -> None:
        """Book credits that were bought."""
        from convledger.tui.screens.plan_credits import TopUpScreen

        sight = self._sight
        if sight.subscription is not None and sight.view is not None:
            self.app.push_screen(TopUpScreen(sight.subscription, sight.view))

    def action_adjust(self) -> None:
        """Give or take credits by hand."""
        from convledger.tui.screens.plan_credits import AdjustScreen

        sight = self._sight
        if sight.subscription is not None and sight.view is not None:
            self.app.push_screen(AdjustScreen(sight.subscription, sight.view))

    def action_statement(self) -> None:
        """Show what is due, by period."""
        from convledger.tui.screens.plan_statement import StatementScreen

        if self._sight.subscription is not None:
            self.app.push_screen(StatementScreen(self._sight.subscription))
