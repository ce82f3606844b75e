"""What a plan adds to a conversation that grows: its credits, and its share of a budget."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.plans.certainty import Doubt
from convledger.reports.render.numbers import doubted
from convledger.tui.amounts import percent, usd
from convledger.tui.credit_words import credits_text, of_credits
from convledger.tui.widgets.meter_marks import level_of
from convledger.tui.widgets.rows import Part
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.reports.live import Growing
    from convledger.reports.plan_now import TalkUse

CREDITS, METER, SHARE = 9, 12, 9  # cells
_WITH_NOUN = 13  # cells of credits where no head names the column
BUDGET = METER + SHARE
# Cells of a row from which there is room for credits, and for the budget too.
CREDITS_FROM, BUDGET_FROM = 52, 84

Uses = Mapping[int, "TalkUse"]


class PlanColumns:
    """Which columns a plan adds in so many cells, and what stands in them.

    Where no head has `named` the columns, credits stand with their noun.
    """

    def __init__(self, uses: Uses, cells: int, *, named: bool = True) -> None:
        known = uses.values()
        self._uses = uses
        self._width = CREDITS if named else _WITH_NOUN
        self._is_named = named
        self.has_credits = cells >= CREDITS_FROM and any(one.credits is not None for one in known)
        self.has_budget = cells >= BUDGET_FROM and any(one.budget is not None for one in known)

    @property
    def cells(self) -> int:
        """How many cells the columns take."""
        return self._width * self.has_credits + (BUDGET + 2) * self.has_budget

    def parts(self, one: Growing) -> list[Part]:
        """Return budget and credits of a conversation."""
        use = self._uses.get(one.id)
        found: list[Part] = []
        if self.has_budget:
            found += _budget(one, use.budget if use is not None else None)
        if self.has_credits:
            amount = use.credits if use is not None else None
            text = credits_text(amount) if amount is not None else ""
            if use is not None:
                text = doubted(text, amount, use.doubt)
            text = of_credits(text) if text and not self._is_named else text
            found.append((text.rjust(self._width), "$foreground"))
        return found

    def budget_words(self, one: Growing) -> str:
        """Return what a conversation may cost, nothing where there is no column for it."""
        use = self._uses.get(one.id)
        budget = None if use is None else use.budget
        return f"of {usd(budget)}" if self.has_budget and budget is not None else ""


def _budget(one: Growing, budget: int | None) -> list[Part]:
    if budget is None or one.list_pico is None:
        return [(" " * (BUDGET + 2), "")]
    share = Fraction(one.list_pico, budget) if budget > 0 else Fraction(int(one.list_pico > 0))
    mark, colour = level_of(share)
    meter = thin_meter(min(one.list_pico, max(budget, 1)), max(budget, 1), METER, colour)
    known = Doubt(one.estimated_calls > 0)
    used = doubted(percent(one.list_pico, budget), one.list_pico, known)
    text = f"{mark} {used}".strip().rjust(SHARE)
    return [("  ", ""), *meter, (text, colour)]
