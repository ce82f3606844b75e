"""The steps of a degradation ladder, with what each would have done, saved and touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import to_datetime
from convledger.reports.unit_costs.unit_budget_words import ACTION_WORDS, pico_words
from convledger.text.display import width
from convledger.tui.amounts import percent
from convledger.tui.widgets.canvas import DIM, GOOD, INK
from convledger.tui.widgets.meter_marks import level_at
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.ladder import Step
    from convledger.reports.unit_costs.budget_ladder import LadderRun, StepSum

_NAME, _WIDE, _DATED, _TIMED = 26, 66, 78, 86  # cells


class LadderRows(Rows):
    """A line a step: from which part of the budget on, what is done, and what it comes to."""

    HELP = (
        "The steps by which a conversation gets cheaper while it uses up its budget: how many "
        "conversations and turns each would have touched, what it had saved, and when it would "
        "have been taken first. l tries them on what has happened, enter lists the conversations "
        "of a step. That answers would have been worse it can't say."
    )
    lines_per_row = 1

    def __init__(self, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self.steps: tuple[Step, ...] = ()
        self._sums: dict[Step, StepSum] = {}
        self._currency = "USD"
        self._empty: list[str] = []

    @property
    def chosen(self) -> Step | None:
        """The step under the cursor."""
        return self.steps[self.cursor] if 0 <= self.cursor < len(self.steps) else None

    def show(self, steps: Sequence[Step], run: LadderRun | None, empty: list[str]) -> None:
        """Show other steps, with what a run has found of them."""
        self.steps, self._empty = tuple(steps), empty
        self._sums = {one.step: one for one in run.sums} if run is not None else {}
        self._currency = run.terms.currency if run is not None else "USD"
        self.renew()

    def count(self) -> int:
        """Return how many steps there are."""
        return len(self.steps)

    def empty_lines(self) -> list[str]:
        """Return why there is none."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a step: its percent and name, conversations, turns, first time, saved."""
        step = self.steps[index]
        mark, colour = level_at(step.at)
        name = f"{mark} {step.at:>3,} % {ACTION_WORDS[step.action]}"
        left: list[Part] = [(name + " " * max(1, _NAME - width(name)), colour)]
        found = self._sums.get(step)
        if found is None:
            return [RowLine(left, [("–", DIM)])]
        if not found.conversations:
            return [RowLine([*left, ("not reached", DIM)], [("–", DIM)])]
        left.append((f"{found.conversations:>5,} conv.", INK))
        if cells >= _WIDE:
            left.append((f"{found.turns:>6,} turns", DIM))
        if cells >= _DATED and found.first_at is not None:
            at = to_datetime(found.first_at).astimezone(self._zone)
            left.append(
                (f"  from {at.day} {at:%b}{f'{at: %H:%M}' if cells >= _TIMED else ''}", DIM)
            )
        saved = pico_words(found.saved, self._currency)
        return [RowLine(left, [("saved ", DIM), (saved, GOOD)])]


def run_lines(run: LadderRun) -> list[list[Part]]:
    """Return what a ladder comes to beside today, in lines."""
    money = run.terms.currency
    saved = run.today - run.spent
    share = f" ({percent(saved, run.today)})" if run.today > 0 and saved >= 0 else ""
    return [
        [
            ("today ", DIM), (pico_words(run.today, money), INK),
            (" · with the ladder ", DIM), (pico_words(run.spent, money), f"bold {INK}"),
            (" · saved ", DIM), (f"{pico_words(saved, money)}{share}", f"bold {GOOD}"),
        ],
        [
            ("over budget ", DIM), (f"{run.over_today:,}", INK), (" today, ", DIM),
            (f"{run.over_then:,}", INK), (" with it · ", DIM),
            (f"{len(run.touched):,} of {len(run.rows):,} conversations touched", DIM),
        ],
    ]  # fmt: skip
