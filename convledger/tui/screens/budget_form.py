"""The dialog for a budget: what a conversation may cost, for whom, when to tell, which ladder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.reports.unit_costs.unit_budget_words import about, arithmetic
from convledger.text.display import display_text
from convledger.tui.budget_changes import keep_budget
from convledger.tui.budget_typed import lines_of, typed_terms
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms

_LINES = (  # key, label, what may stand there
    ("price", "price", "what a customer pays in a period, like 19"),
    ("margin", "margin", "what is to stay of the price, like 70%"),
    ("other", "other costs", "of a customer in a period, like 2.70"),
    ("expected", "expected", "conversations of a customer in a period, like 6"),
    ("amount", "or for each", "money for each conversation in place of a price"),
    ("per", "period", "month; or day, week, year"),
    ("currency", "currency", "USD; or EUR, GBP …"),
    ("counts", "what counts", "machine; or full, billed, list"),
    ("customer", "customers", "user; or client, project, source"),
    ("scope", "only for", "all; or tier=pro; client=acme,bakery"),
    ("at", "alerts at", "70, 90, 100; percents of the budget"),
    ("since", "from", "ever; conversations that open on or after a day"),
    ("until", "before", "no end; conversations that open before a day"),
    ("steps", "ladder", "the usual five; or 70=drop_retrieval, 90=downgrade"),
    ("small", "small model", "0.2 of the cost; or a model's name"),
    ("summary", "summary", "50%; what of the history stays once it is summarised"),
)  # fmt: skip
_LOWEST = 30  # lines of the screen from which all fields are in sight


class BudgetFormScreen(FieldsDialog):
    """Sets a budget, or changes the terms of one that there is."""

    HELP = (
        "What a conversation may cost: price × (1 − margin), less other costs, divided by the "
        "conversations that a customer is expected to have; or an amount for each. What counts "
        "of their cost: machine (everything but people), full, billed or list. The ladder says "
        "what is done from which part of the budget on: drop_retrieval, summarise, downgrade, "
        "refuse_tools, end."
    )
    DEFAULT_CSS = """
    BudgetFormScreen > #frame { max-width: 84; padding: 0 2; }
    BudgetFormScreen #fields {
        height: auto; max-height: 17; margin: 1 0 0 0; scrollbar-size-vertical: 1;
    }
    BudgetFormScreen #effect { height: auto; max-height: 8; }
    BudgetFormScreen.-short > #frame { height: 100%; max-height: 100%; padding: 0 1; }
    BudgetFormScreen.-short #fields { height: 1fr; max-height: 100%; margin: 0; }
    BudgetFormScreen.-short #effect { margin: 0; max-height: 6; }
    """
    AUTO_FOCUS = "#price"

    def __init__(self, terms: BudgetTerms | None = None) -> None:
        title = "Set a budget" if terms is None else f"Budget {display_text(terms.name)}"
        super().__init__(title, "⏎ Keep · tab Next · esc Back")
        self._terms = terms

    def parts(self) -> list[Widget]:
        """Return the lines, what they come to, and the two answers."""
        known = {} if self._terms is None else lines_of(self._terms)
        lines = [self.field(key, name, known.get(key, ""), hint) for key, name, hint in _LINES]
        if self._terms is None:
            lines.insert(0, self.field("name", "name", "", "like pro"))
        return [
            VerticalScroll(*lines, id="fields", can_focus=False),
            Static("", id="effect"),
            Choices(("do", "Keep"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one("#name" if self._terms is None else "#price", Input).focus()
        self.show_effect()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen, where the lines scroll."""
        super().on_resize(event)
        self.set_class(event.size.height < _LOWEST, "-short")

    def _typed(self) -> BudgetTerms:
        """Return the terms as they are typed; raises UsageProblem, NotYet for what is to come."""
        typed = {key: self.typed(key) for key, _, _ in _LINES}
        name = self.typed("name") if self._terms is None else self._terms.name
        if not typed["price"] and not typed["amount"]:
            raise NotYet("Say a price with margin and expected conversations, or money for each.")
        if typed["price"] and not typed["amount"] and not typed["expected"]:
            raise NotYet("Say how many conversations a customer is expected to have in a period.")
        terms = typed_terms(name or "budget", typed)
        if not name:
            raise NotYet(f"{next(iter(_last(terms)))}. Give it a name.")
        return terms

    def effect(self) -> Content:
        """Return the arithmetic of the budget."""
        terms = self._typed()
        lines = [Content.styled(display_text(about(terms)), "$muted")]
        for line in arithmetic(terms):
            ink = "$error" if line.startswith("under water") else "$foreground"
            lines.append(Content.styled(display_text(line), ink))
        return Content("\n").join(lines)

    def go_on(self) -> None:
        """Keep it."""
        self.show_effect()
        if not self.query_one("#do").disabled:
            terms, now, is_new = self._typed(), self.books.now, self._terms is None
            self.do(lambda ledger: keep_budget(ledger, terms, now, is_new=is_new))


def _last(terms: BudgetTerms) -> Iterator[str]:
    """Yield what it leaves for a conversation."""
    yield next((line for line in arithmetic(terms) if "a conversation" in line), "No budget")
