"""The conversations that a step of a ladder would have touched: when, and what it had saved."""

from __future__ import annotations

from datetime import tzinfo
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.widget import Widget

from convledger.clock import to_datetime
from convledger.reports.unit_costs.unit_budget_words import ACTION_WORDS, pico_words, step_words
from convledger.tui.cost_words import title_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import DIM, GOOD, INK, WARN
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.ladder import Step
    from convledger.reports.unit_costs.budget_ladder import Descended, LadderRun
    from convledger.tui.app import ConvledgerApp

_AROUND = 4  # lines of the dialog around its list
_WIDE = 64  # cells from which a row tells the instants of its steps


class TouchedRows(Rows):
    """Two lines a conversation: title, cost today and then; before which turn which step."""

    HELP = (
        "Conversations on which the step would have been taken: what each cost, what it would "
        "have cost, and before which of its turns each step was taken. A turn is served whole, "
        "so that the last one may go beyond the budget. Enter reads one."
    )
    DEFAULT_CSS = "TouchedRows { background: $surface; }"

    def __init__(self, rows: list[Descended], step: Step, currency: str, zone: tzinfo) -> None:
        super().__init__()
        self.touched = rows
        self._step = step
        self._currency, self._zone = currency, zone

    def count(self) -> int:
        """Return how many conversations there are."""
        return len(self.touched)

    def empty_lines(self) -> list[str]:
        """Return that no conversation got so far."""
        return ["No conversation got so far."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a conversation."""
        one, money = self.touched[index], self._currency
        steps = self._steps(one, is_wide=cells >= _WIDE)
        beyond = [(f" · {pico_words(one.overshoot, money)} beyond", WARN)] if one.overshoot else []
        return [
            RowLine(
                [(title_text(one.talk.title, one.talk.name), INK)],
                [(f"{pico_words(one.today, money)} → {pico_words(one.spent, money)}", INK),
                 (f"  saved {pico_words(one.saved, money)}", GOOD)],
            ),
            RowLine([*steps, *beyond], [(f"{one.turns:,} turns", DIM)]),
        ]  # fmt: skip

    def _steps(self, one: Descended, *, is_wide: bool) -> list[Part]:
        """Return before which turn which steps were taken, the one that was opened first."""
        turns = [list(group) for _, group in groupby(one.fired, lambda fired: fired.turn)]
        for each in turns:
            each.sort(key=lambda fired: fired.step != self._step)
        found: list[Part] = []
        for taken in sorted(turns, key=lambda each: each[0].step != self._step):
            at = to_datetime(taken[0].at).astimezone(self._zone)
            when = f", {at.day} {at:%b %H:%M}" if is_wide else ""
            names = ", ".join(ACTION_WORDS[fired.step.action] for fired in taken)
            gap = " · " if found else ""
            found += [(f"{gap}before turn {taken[0].turn:,}{when}: ", DIM), (names, "$foreground")]
        return found


class TouchedScreen(Dialog[None]):
    """Lists the conversations of a step; from here one is read."""

    HELP = "The conversations that a step of the ladder would have touched, the most saved first."
    DEFAULT_CSS = """
    TouchedScreen > #frame { max-width: 110; padding: 1 1; }
    TouchedScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "TouchedRows"

    def __init__(self, run: LadderRun, step: Step, zone: tzinfo) -> None:
        self._rows = [row for row in run.touched if any(one.step == step for one in row.fired)]
        count = counted(len(self._rows), "conversation")
        super().__init__(f"{step_words(step)} · {count}", "⏎ Read · esc Back")
        self._currency, self._zone, self._step = run.terms.currency, zone, step

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [TouchedRows(self._rows, self._step, self._currency, self._zone)]

    def on_mount(self) -> None:
        """Give the list the lines that it needs."""
        self._fit(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")
        self._fit(event.size.height)

    def _fit(self, lines: int) -> None:
        rows = self.query_one(TouchedRows)
        wanted = max(2, rows.count() * rows.lines_per_row)
        rows.styles.height = min(wanted, max(2, lines * 9 // 10 - _AROUND))

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        cast("ConvledgerApp", self.app).open_conversation(self._rows[event.index].talk.id)
