"""Plans to choose from: each with what it counts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.plans.words import charge_words, fee_words, grant_words, rule_words
from convledger.text.display import display_text
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.tui.widgets.terms_view import Terms

if TYPE_CHECKING:
    from convledger.plans.schema import Plan
    from convledger.reports.plan_choices import PlanChoice


class PlanRows(Rows):
    """Two lines a plan: its name and whose it is, then what it counts and what that costs."""

    HELP = (
        "Plans of this workspace first (● in force), then the examples that come along. Below a "
        "name stand what it counts, the credits it gives, and what is due anyway."
    )
    DEFAULT_CSS = """
    Dialog PlanRows { background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.choices: list[PlanChoice] = []

    def show(self, choices: list[PlanChoice]) -> None:
        """Show other plans; the cursor stays on its own."""
        before = self.chosen
        self.choices = choices
        ids = [one.id for one in choices]
        self.renew(cursor=ids.index(before.id) if before and before.id in ids else 0)

    @property
    def chosen(self) -> PlanChoice | None:
        """The plan under the cursor."""
        return self.choices[self.cursor] if self.cursor < len(self.choices) else None

    def count(self) -> int:
        """Return how many plans there are."""
        return len(self.choices)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return name and state, then what it counts."""
        del cells
        one = self.choices[index]
        words = counts_words(one.plan) if one.plan else one.trouble
        return [
            RowLine([(display_text(one.name), "bold $foreground")], [state_of(one)]),
            RowLine([(display_text(words), "$error" if one.plan is None else "$muted")], []),
        ]

    def empty_lines(self) -> list[str]:
        """Return that the plans are on their way."""
        return ["Looking at the plans…"]


def state_of(choice: PlanChoice) -> Part:
    """Return whose a plan is, and how it stands."""
    if choice.trouble:
        return ("✕ broken", "$error")
    if choice.is_in_force:
        return ("● in force", "$success")
    return ("example", "$muted") if choice.is_example else ("yours", "$primary")


def counts_words(plan: Plan) -> str:
    """Return what a plan counts and costs: "window, 30 min idle · 500 credits a month · $49.00"."""
    span = plan.period.kind if plan.period.kind in ("month", "year", "week", "day") else "period"
    words = [rule_words(unit) for unit in plan.units[:2]]
    if len(plan.units) > 2:
        words.append(f"{len(plan.units) - 2} more")
    counted = ", ".join(words)
    if plan.grants:
        paid = grant_words(plan.grants[0], span)
    else:
        paid = charge_words(plan.charges[0], plan.currency) if plan.charges else ""
    fee = fee_words(plan.fees[0], plan.currency, span) if plan.fees else ""
    return " · ".join(part for part in (counted, paid, fee) if part)


def choice_terms(choice: PlanChoice) -> Terms:
    """Return the terms of a plan to choose, with what is wrong with its file."""
    notes: list[Part] = [state_of(choice)]
    if choice.trouble:
        notes.append((display_text(choice.trouble), "$error"))
    plan = choice.plan
    if plan is None:
        return Terms(choice.name, notes=tuple(notes))
    if plan.source:
        notes.append((display_text(plan.source), "$muted"))
    from convledger.reports.plan_screen import whole_terms

    return Terms(plan.name, notes=tuple(notes), pairs=tuple(whole_terms(plan)))
