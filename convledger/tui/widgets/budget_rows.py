"""Budgets, and how many conversations have spent which part of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from convledger.reports.alert_marks import alert_mark
from convledger.reports.unit_costs.unit_budget_words import COUNT_WORDS, amount_words, scope_words
from convledger.text.display import display_text, width
from convledger.tui.amounts import percent
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import BAD, DIM, FOCUS, INK, MONEY
from convledger.tui.widgets.meter_marks import level_at
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.reports.unit_costs.budget_shelf import KeptBudget
    from convledger.reports.unit_costs.standing_levels import Level

_NAME, _COUNT, _LEAST_BAR, _MOST_BAR = 18, 8, 6, 40  # cells


class BudgetRows(Rows):
    """Two lines a budget: its name and what it leaves for a conversation, then for whom."""

    HELP = (
        "The budgets: what each leaves for a conversation, which cost counts, for whom, and how "
        "many conversations of the time in sight cost more. Under water is one whose margin and "
        "other costs leave nothing. Those that were removed stand last; D brings one back. Enter "
        "goes on to the conversations, e changes the terms."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.budgets: list[KeptBudget] = []
        self._over: dict[str, tuple[int, int]] = {}
        self._is_known = False

    @property
    def chosen(self) -> KeptBudget | None:
        """The budget under the cursor."""
        return self.budgets[self.cursor] if 0 <= self.cursor < len(self.budgets) else None

    def show(self, budgets: Sequence[KeptBudget], over: Mapping[str, tuple[int, int]]) -> None:
        """Show budgets, and how many of their conversations are over, of how many."""
        before = self.chosen
        self.budgets, self._over, self._is_known = list(budgets), dict(over), True
        names = [one.name for one in self.budgets]
        place = names.index(before.name) if before and before.name in names else None
        self.renew(cursor=place)

    def choose(self, name: str) -> None:
        """Put the cursor on a budget."""
        names = [one.name for one in self.budgets]
        if name in names:
            self.cursor = names.index(name)

    def count(self) -> int:
        """Return how many budgets there are."""
        return len(self.budgets)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a budget."""
        del cells
        one = self.budgets[index]
        terms, is_gone = one.terms, one.gone_at is not None
        name: list[Part] = [(display_text(one.name), DIM if is_gone else f"bold {INK}")]
        if terms is None:
            return [RowLine(name, [("can't be read", "$warning")]),
                    RowLine([(display_text(one.problem), "$warning")], [])]  # fmt: skip
        if terms.is_under_water:
            name.append(("  ◆ under water", BAD))
        amount = amount_words(terms.per_unit, terms.currency)
        about = f"{COUNT_WORDS[terms.counts]} · {display_text(scope_words(terms.scope))}"
        right: list[Part] = [("removed", DIM)] if is_gone else self._standing(one.name)
        return [
            RowLine(name, [(amount, DIM if is_gone else MONEY), (" each", DIM)]),
            RowLine([(about, DIM)], right),
        ]

    def _standing(self, name: str) -> list[Part]:
        if name not in self._over:
            return [("…", DIM)]
        over, whole = self._over[name]
        return [(f"{over:,}", BAD if over else DIM), (f" of {whole:,} over", DIM)]

    def empty_lines(self) -> list[str]:
        """Return what to do."""
        if not self._is_known:
            return ["Looking at the budgets…"]
        return [
            "No budget is set yet.",
            "n sets one: from a price and a margin,",
            "or money for each conversation.",
        ]


class LevelRows(Rows):
    """A line for each part of the budget: how many conversations have spent so much, and a bar."""

    HELP = (
        "How many conversations have spent which part of the budget, from one threshold to the "
        "next: △ from 70 %, ▲ from 90 %, ◆ from 100 %. The list shows those under the cursor."
    )
    lines_per_row = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.levels: tuple[Level, ...] = ()
        self._empty: list[str] = []

    @property
    def chosen(self) -> Level | None:
        """The level under the cursor."""
        return self.levels[self.cursor] if 0 <= self.cursor < len(self.levels) else None

    def show(self, levels: Sequence[Level], empty: list[str], *, cursor: int | None) -> None:
        """Show other levels, the cursor on one of them or where it stands."""
        self.levels, self._empty = tuple(levels), empty
        self.renew(cursor=cursor)

    def count(self) -> int:
        """Return how many levels there are."""
        return len(self.levels)

    def empty_lines(self) -> list[str]:
        """Return why there is nothing."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a level: its mark and name, a bar, how many, and which share of all."""
        level = self.levels[index]
        whole = sum(len(one.placed) for one in self.levels)
        mark, colour = level_mark(level)
        size = len(level.placed)
        number = f"{size:,}".rjust(_COUNT)
        share = percent(size, whole).rjust(7)
        room = min(_MOST_BAR, cells - _NAME - len(number) - width(share) - 5)
        name = f"{mark or ' '} {level.name}"
        left: list[Part] = [(name + " " * max(0, _NAME - width(name)), colour)]
        if room >= _LEAST_BAR:
            left += thin_meter(size, whole, room, colour)
        return [RowLine(left, [(number, f"bold {INK}"), (share, DIM)])]


def level_mark(level: Level) -> tuple[str, str]:
    """Return the mark and the colour of a level."""
    if level.is_unknown:
        return "–", DIM
    return level_at(level.low) if level.low else ("", FOCUS)


def list_title(level: Level | None) -> str:
    """Return what the conversations of a level are called."""
    if level is None:
        return "Conversations"
    mark = alert_mark(level.low) if level.low and not level.is_unknown else ""
    return f"{mark} {level.name}".strip()


def list_counts(level: Level | None) -> str:
    """Return how many conversations a level has."""
    return "" if level is None else counted(len(level.placed), "conversation")
