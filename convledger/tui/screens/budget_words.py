"""What stands around the panels of Budgets: terms in lines, counts, tabs, empty states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from convledger.reports.unit_costs.unit_budget_words import (
    about,
    amount_words,
    arithmetic,
    number_words,
    pico_words,
    step_words,
)
from convledger.text.display import display_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import BAD, DIM, INK, WARN
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.tab_strip import Tab

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.reports.periods import Span
    from convledger.reports.unit_costs.budget_ladder import LadderRun
    from convledger.reports.unit_costs.budget_shelf import KeptBudget
    from convledger.reports.unit_costs.budget_standing import Standing
    from convledger.reports.unit_costs.standing_levels import Level

BUDGETS, LEVELS, PLACED, LADDER = "budgets-panel", "levels-panel", "placed-panel", "ladder-panel"
NAMES = {
    BUDGETS: ("Budgets", "Budgets"),
    LEVELS: ("Where they stand", "Stand"),
    PLACED: ("Conversations", "Conv."),
    LADDER: ("Ladder", "Ladder"),
}


@dataclass
class BudgetSight:
    """What is chosen, and what is known of it: the budgets, one of them, and who stands where."""

    span: Span
    budgets: list[KeptBudget] | None = None
    name: str = ""
    standing: Standing | None = None
    levels: tuple[Level, ...] = ()
    over: dict[str, tuple[int, int]] = field(default_factory=dict)
    run: LadderRun | None = None
    problem: str = ""  # why there is no standing, or no ladder

    @property
    def budget(self) -> KeptBudget | None:
        """The budget that is chosen."""
        return next((one for one in self.budgets or () if one.name == self.name), None)

    @property
    def terms(self) -> BudgetTerms | None:
        """Its terms, None where it can't be read or was removed."""
        one = self.budget
        return one.terms if one is not None and one.gone_at is None else None

    def forget(self) -> None:
        """Drop what is known of the budget that is chosen."""
        self.standing, self.levels, self.run, self.problem = None, (), None, ""


def terms_lines(sight: BudgetSight, cells: int) -> Sequence[Line]:
    """Return how the chosen budget comes about, its ladder, customers, and what figures lack."""
    one = sight.budget
    if one is None:
        return []
    if one.terms is None:
        return _folded(one.problem, WARN, cells)
    terms = one.terms
    lines = _folded(about(terms), DIM, cells)
    for text in arithmetic(terms):
        lines += _folded(text, BAD if text.startswith("under water") else INK, cells)
    if terms.steps:
        lines += _folded(f"ladder: {', '.join(map(step_words, terms.steps))}", DIM, cells)
        model = terms.small_model
        small = model if isinstance(model, str) else f"{number_words(model * 100)} % of the cost"
        lines += _folded(f"a smaller model: {small}", DIM, cells)
    if one.gone_at is not None:
        return [*lines, *_folded("It was removed; D brings it back.", WARN, cells)]
    standing = sight.standing
    if standing is None:
        said = sight.problem or "Looking at what conversations cost…"
        return [*lines, *_folded(said, WARN if sight.problem else DIM, cells)]
    lines.append(Line([]))
    lines += _folded(spent_words(standing), INK, cells)
    if standing.customers:
        lines += _folded(customer_words(standing), DIM, cells)
    for note in standing.notes:
        lines += _folded(note, WARN, cells)
    return lines


def _folded(text: str, ink: str, cells: int) -> list[Line]:
    return [Line(parts) for parts in wrapped([(display_text(text), ink)], max(8, cells))]


def spent_words(standing: Standing) -> str:
    """Return what the conversations of a budget come to."""
    at_least = "≥" if standing.lacks_amounts else ""
    spent = pico_words(standing.spent, standing.terms.currency)
    count = counted(len(standing.placed), "conversation")
    return f"{count}, {len(standing.over):,} over budget · {at_least}{spent} spent"


def customer_words(standing: Standing) -> str:
    """Return how many customers cost more than what a period leaves for them."""
    terms = standing.terms
    left = amount_words(terms.per_user, terms.currency)
    over, whole = len(standing.customers_over), len(standing.customers)
    return f"{over:,} of {whole:,} {terms.customer}s over the {left} of a {terms.per}"


def levels_empty(sight: BudgetSight) -> list[str]:
    """Return why no conversation stands anywhere."""
    one = sight.budget
    if sight.budgets is not None and not sight.budgets:
        return ["No budget is set yet: n sets one."]
    if one is not None and one.gone_at is not None:
        return ["The budget was removed: D brings it back."]
    if one is not None and one.terms is None:
        return ["The budget can't be read: e sets its terms anew."]
    if sight.problem:
        return [display_text(sight.problem)]
    if sight.standing is None:
        return ["Looking at what conversations cost…"]
    return [
        f"No conversation that it is about opened in {sight.span.name}.",
        "o shows another time.",
    ]


def placed_empty(sight: BudgetSight, level: Level | None) -> list[str]:
    """Return why the list is empty."""
    if level is None:
        return levels_empty(sight)
    if level.high is None and not level.is_unknown:
        return [
            "No conversation is over budget.",
            "↑ in the panel above shows those that are near.",
        ]
    return [f"No conversation stands at {level.name}."]


def ladder_empty(sight: BudgetSight) -> list[str]:
    """Return why there is no ladder to try."""
    return levels_empty(sight)


def ladder_hint(sight: BudgetSight) -> str:
    """Return what to press to try the ladder."""
    terms, standing = sight.terms, sight.standing
    if terms is None or standing is None or not standing.placed:
        return ""
    usual = "" if terms.steps else "These are the usual steps: it has none of its own. "
    return f"{usual}l tries them on {counted(len(standing.placed), 'conversation')}."


def panel_tabs(sight: BudgetSight, level: Level | None) -> tuple[Tab, ...]:
    """Return a tab for each panel, with how much there is in those that are lists."""
    counts: Mapping[str, int | None] = {
        BUDGETS: len(sight.budgets) if sight.budgets is not None else None,
        PLACED: len(level.placed) if level is not None else None,
    }
    return tuple(
        Tab(panel, name, short, counts.get(panel)) for panel, (name, short) in NAMES.items()
    )
