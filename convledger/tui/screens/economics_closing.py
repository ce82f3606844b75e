"""The dialog that asks before a month is closed or opened again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.plans.calendar import months_after
from convledger.reports.periods import Span, local_day
from convledger.reports.unit_costs.noted import month_name
from convledger.tui.cost_changes import close_month, open_month
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from datetime import tzinfo


def month_of(span: Span, zone: tzinfo) -> date | None:
    """Return the first day of the month that a stretch of time is, None where it is no month."""
    first, until = local_day(span.since, zone), local_day(span.until, zone)
    return first if first.day == 1 and until == months_after(first, 1) else None


class CloseMonthScreen(FieldsDialog):
    """Says what closing a month does, or opening it, and does it."""

    HELP = (
        "A closed month stays as it is: what each conversation bears of every cost is kept. "
        "What changes in it afterwards, as by a conversation that comes late, counts as an "
        "adjustment where the first open month begins. Opening it divides everything anew."
    )
    AUTO_FOCUS = "#leave"

    def __init__(self, month: date, *, is_closed: bool) -> None:
        self._month, self._is_closed = month, is_closed
        verb = "Open" if is_closed else "Close"
        super().__init__(f"{verb} {month_name(month)}?", "tab Next · esc Back")

    def parts(self) -> list[Widget]:
        """Return what will be, and the two answers."""
        verb = "Open it" if self._is_closed else "Close it"
        return [Static("", id="effect"), Choices(("do", verb), ("leave", "Back"))]

    def on_mount(self) -> None:
        """Say what will be done."""
        self.show_effect()

    def effect(self) -> Content:
        """Return what it does to figures."""
        name, following = month_name(self._month), month_name(months_after(self._month, 1))
        if self._is_closed:
            return Content.assemble(
                (
                    f"Costs of {name} are divided anew with all that is known now.",
                    "$foreground",
                ),
                ("\nThere is nothing to adjust for it in other months then.", "$muted"),
            )
        return Content.assemble(
            (f"Costs up to {name} stay as they are now.", "$foreground"),
            (f"\nWhat changes in them counts as an adjustment in {following}.", "$muted"),
        )

    def go_on(self) -> None:
        """Do it."""
        month, now, zone = self._month, self.books.now, self.books.zone
        if self._is_closed:
            self.do(lambda ledger: open_month(ledger, month, now))
        else:
            self.do(lambda ledger: close_month(ledger, month, now, zone))
