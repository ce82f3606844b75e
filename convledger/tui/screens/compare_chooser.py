"""The dialog that chooses the plans to compare: a box to tick for each, narrowed as one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from convledger.text.display import display_text
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.entry import RowsBelow
from convledger.tui.widgets.filter_line import LeadingInput
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.compare_choices import Comparable

ROOMY = 20  # lines of the screen from which the dialog has air in it


class TickRows(RowsBelow):
    """Plans of two lines each: its box and name, then what it counts."""

    HELP = (
        "Your own plans, then the examples that come along. Space ticks a plan or drops it, a all "
        "that are shown; enter compares what is ticked."
    )
    DEFAULT_CSS = "TickRows { background: $surface; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick"),
        Binding("a", "tick_all", "All"),
    ]

    def __init__(self, plans: Sequence[Comparable], ticked: Sequence[str]) -> None:
        super().__init__()
        self._plans = plans
        self.shown: list[Comparable] = list(plans)
        self.ticked = set(ticked)

    def narrow(self, text: str) -> None:
        """Show only plans whose name, id or rule has every word of a text."""
        words = text.casefold().split()
        self.shown = [
            one
            for one in self._plans
            if all(word in f"{one.plan.name} {one.id} {one.rule}".casefold() for word in words)
        ]
        self.renew(cursor=0)

    def chosen_ids(self) -> list[str]:
        """Return the plans that are ticked, in the order of the list."""
        return [one.id for one in self._plans if one.id in self.ticked]

    def action_tick(self) -> None:
        """Tick the plan under the cursor, or drop it, and go on to the next."""
        if self.shown:
            self.ticked ^= {self.shown[self.cursor].id}
            self.refresh()
            self.cursor += 1
            self.post_message(self.Moved(self, self.cursor))

    def action_tick_all(self) -> None:
        """Tick every plan that is shown; where all are ticked, drop them."""
        ids = {one.id for one in self.shown}
        self.ticked = self.ticked - ids if ids <= self.ticked else self.ticked | ids
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def count(self) -> int:
        """Return how many plans are shown."""
        return len(self.shown)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return box, name and whose it is, then what it counts."""
        del cells
        one = self.shown[index]
        is_ticked = one.id in self.ticked
        box: Part = ("■ ", "bold $accent") if is_ticked else ("□ ", "$muted")
        ink = "bold $foreground" if is_ticked else "$foreground"
        state: Part = ("example", "$muted") if one.is_example else ("yours", "$primary")
        if one.candidate.is_in_force:
            state = ("● in force", "$primary")
        currency = f"  {one.plan.currency}" if one.plan.currency != "USD" else ""
        return [
            RowLine([box, (display_text(one.plan.name), ink), (currency, "$muted")], [state]),
            RowLine([(f"  {display_text(one.rule)}", "$muted")], []),
        ]

    def empty_lines(self) -> list[str]:
        """Return that no plan has these words."""
        return ["No plan has these words."]


class ComparedScreen(Dialog[list[str]]):
    """Returns the plans that are to be compared, by their ids."""

    DEFAULT_CSS = """
    ComparedScreen > #frame { max-width: 92; height: 90%; }
    ComparedScreen #typed { height: 1; margin: 0 0 1 0; }
    ComparedScreen #typed Static { width: auto; color: $muted; }
    ComparedScreen LeadingInput, ComparedScreen LeadingInput:focus { background: $panel; }
    ComparedScreen Choices { margin: 1 0 0 0; }
    ComparedScreen.-tiny > #frame { padding: 0 1; width: 100%; height: 100%; max-height: 100%; }
    ComparedScreen.-tiny #typed, ComparedScreen.-tiny Choices { margin: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "TickRows"

    def __init__(self, plans: Sequence[Comparable], ticked: Sequence[str]) -> None:
        super().__init__("Plans to compare", "space Tick · a All · ⏎ Compare · ↑ Narrow · esc Back")
        self._plans, self._ticked = plans, ticked

    def parts(self) -> list[Widget]:
        """Return the line that narrows, the plans, and the two answers."""
        line = LeadingInput(max_length=100)
        line.placeholder = "words of a name or of what it counts"
        return [
            Horizontal(Static(Content("narrow  ")), line, id="typed"),
            TickRows(self._plans, self._ticked),
            Choices(("compare", "Compare"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say how many are ticked."""
        self._count()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < ROOMY or event.size.width < 60, "-tiny")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(TickRows).narrow(event.value)

    @on(Rows.Moved)
    def _count(self) -> None:
        count = len(self.query_one(TickRows).ticked)
        choices = self.query_one(Choices)
        plans = "1 plan" if count == 1 else f"{count:,} plans"
        choices.call_it("compare", f"Compare {plans}" if count else "Compare")
        choices.allow("compare", count > 0)

    @on(Input.Submitted)
    @on(Rows.Opened)
    def _submit(self) -> None:
        ids = self.query_one(TickRows).chosen_ids()
        if ids:
            self.dismiss(ids)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._submit()
