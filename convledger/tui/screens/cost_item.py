"""The dialog for one cost beside tokens: what, how much, for which days, divided how."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.economics.cost_items import BY_HAND, KINDS, RULES
from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.entered import checked_item, one_of
from convledger.reports.unit_costs.written import amount_of, currency_of, days_of, weights_of
from convledger.store.costs import StoredItem
from convledger.text.display import display_text
from convledger.tui.cost_changes import keep_item
from convledger.tui.cost_words import sum_text
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.undo import Step

RULE_WORDS = {
    "equal": "the same for each", "tokens": "by tokens", "time": "by minutes of work",
    "cost": "by list cost", "messages": "by messages", BY_HAND: "by hand",
}  # fmt: skip


class CostItemScreen(FieldsDialog):
    """Enters a cost, or another one in the place of `item`."""

    HELP = (
        "A cost that is not a token: a subscription, servers, retrieval, a salary; or revenue. It "
        "is divided once among the conversations that opened in its days and are for whom it is "
        "said, to the last cent; what finds none stays unallocated. With an each, the amount is "
        "that of a day, week, month or year, from the first day on."
    )
    AUTO_FOCUS = "#kind"

    def __init__(self, item: StoredItem | None = None, today: date | None = None) -> None:
        title = f"Change {display_text(item.name)}" if item is not None else "Enter a cost"
        super().__init__(title, "⏎ Keep · tab Next · esc Back")
        self._item = item
        self._today = today

    def parts(self) -> list[Widget]:
        """Return the lines, the effect and the two answers."""
        one = self._item
        last = ""
        if one is not None and one.until is not None:
            last = (one.until - timedelta(days=1)).isoformat()
        scope = "" if one is None else "; ".join(
            f"{name}={','.join(values)}" for name, values in one.scope.items()
        )  # fmt: skip
        month = "" if self._today is None else f"{self._today:%Y-%m}"
        fields = [
            self.field("kind", "kind", one.kind if one else "", f"{', '.join(KINDS[:4])} …"),
            self.field("name", "name", one.name if one else "", "servers, the vector store"),
            self.field("amount", "amount", usd_text(one.amount) if one else "",
                       "like 24.00; a refund has a minus"),
            self.field("currency", "currency", one.currency if one else "USD", "USD"),
            self.field("every", "each", one.every if one else "",
                       "nothing: once; or day, week, month, year"),
            self.field("since", "first day", one.since.isoformat() if one else month,
                       "a day or a month, like 2026-10"),
            self.field("until", "last day", last,
                       "nothing: end of that month; no end if it recurs"),
            self.field("rule", "divided", one.rule if one else "equal", ", ".join(RULES)),
            self.field("scope", "only for", scope, "all; or client=acme; tag=pilot"),
            self.field("shares", "by hand", "", "as it was; or NAME=2, NAME=1"
                       if one and one.shares else "conversations, like NAME=2, NAME=1"),
            self.field("note", "note", one.note if one else "", "the invoice"),
        ]  # fmt: skip
        return [
            Vertical(*fields, id="fields"),
            Static("", id="effect"),
            Choices(("do", "Keep"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one("#kind" if self._item is None else "#amount", Input).focus()
        self.show_effect()

    def _typed_item(self) -> StoredItem:
        """Return the cost that is typed, without who bears it by hand; raises UsageProblem."""
        old, zone = self._item, self.books.zone
        for key, words in (("kind", f"which kind of cost it is: {', '.join(KINDS)}"),
                           ("name", "what it is called"),
                           ("amount", "how much it is")):  # fmt: skip
            if not self.typed(key):
                raise NotYet(f"Say {words}.")
        kind = one_of(self.typed("kind"), KINDS, "kind of cost")
        currency = currency_of(self.typed("currency") or "USD")
        amount, _ = amount_of(self.typed("amount"), currency)
        every = self.typed("every").lower()
        typed = self.typed("since") or local_day(self.books.now(), zone).isoformat()
        since, until = days_of(typed, zone)
        last = self.typed("until")
        end: date | None = until
        if last:
            end = days_of(last, zone)[1]
        elif every:
            end = None
        rule = one_of(self.typed("rule") or "equal", RULES, "rule")
        same = old is not None and rule == BY_HAND and old.rule == BY_HAND
        return StoredItem(
            0, kind, self.typed("name"), since, end, every, amount, currency, rule,
            scope_typed(self.typed("scope")), self.typed("note"),
            shares=old.shares if old is not None and same else {},
            erased_weight=old.erased_weight if old is not None and same else 0,
        )  # fmt: skip

    def _named(self) -> dict[str, str]:
        """Return the conversations that bear it by hand with their weights, as typed."""
        found = {}
        for piece in self.typed("shares").split(","):
            name, _, weight = piece.strip().rpartition("=")
            if piece.strip():
                found[name or weight] = weight if name else "1"
        return found

    def effect(self) -> Content:
        """Return what will be kept."""
        item, named = self._typed_item(), self._named()
        if named and item.rule != BY_HAND:
            raise UsageProblem("conversations by hand go with “divided: hand”")
        if item.rule == BY_HAND and named:
            item = _with_shares(item, dict.fromkeys(range(1, len(named) + 1), "1"))
        elif item.rule == BY_HAND and not item.shares and not item.erased_weight:
            raise NotYet("Say which conversations bear it, like NAME=2, NAME=1.")
        checked = checked_item(item)
        amount = sum_text(checked.amount, checked.currency)
        each = f" each {checked.every}" if checked.every else ""
        end = "on, without end" if checked.until is None else (
            f"to {(checked.until - timedelta(days=1)).isoformat()}")  # fmt: skip
        whom = "all" if not checked.scope else ", ".join(
            f"{name} {' or '.join(values)}" for name, values in checked.scope.items()
        )  # fmt: skip
        return Content.assemble(
            (f"{amount}{each}", "bold $accent"),
            (f" from {checked.since.isoformat()} {end}, {RULE_WORDS[checked.rule]}, ", "$muted"),
            (f"over {display_text(whom)}", "$muted"),
        )

    def go_on(self) -> None:
        """Keep it."""
        self.show_effect()
        if not self.query_one("#do").disabled:
            item, named, number = self._typed_item(), self._named(), None
            if self._item is not None:
                number = self._item.id
            self.do(lambda ledger: self._keep(ledger, item, named, number))

    def _keep(
        self, ledger: Ledger, item: StoredItem, named: dict[str, str], number: int | None
    ) -> Step:
        if named:
            ids = {ledger.costed_conversation(name): weight for name, weight in named.items()}
            item = _with_shares(item, ids)
        return keep_item(ledger, item, number, self.books.now)


def _with_shares(item: StoredItem, written: dict[int, str]) -> StoredItem:
    from dataclasses import replace

    return replace(item, shares=weights_of(written))


def scope_typed(text: str) -> dict[str, tuple[str, ...]]:
    """Return whom a cost is for: "client=acme,bakery; tag=pilot"; raises UsageProblem."""
    found: dict[str, tuple[str, ...]] = {}
    for piece in text.split(";"):
        if not piece.strip():
            continue
        name, equals, values = piece.partition("=")
        if not equals:
            raise UsageProblem(f"write whom it is for like client=acme, not {piece.strip():.40}")
        found[name.strip()] = tuple(one.strip() for one in values.split(",") if one.strip())
    return found
