"""Credits by hand: what was bought, given or taken, and taking that back."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, Tabs

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.money import pico_from_usd
from convledger.plans.words import amount_words, number_words, topup_words
from convledger.text.display import display_text
from convledger.tui.credit_words import (
    credits_text,
    day_text,
    money_text,
    of_credits,
    signed_credits,
)
from convledger.tui.plan_changes import book_again, booked
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet, amount_of, instant_of
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.credit_rows import hand_number, what_words, when_forms

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.schema import Plan, Topup
    from convledger.reports.credit_lines import CreditLine
    from convledger.reports.plan_screen import PlanView
    from convledger.store.subscriptions import Subscription

OTHER = "other-amount"


class CreditsDialog(FieldsDialog):
    """What booking by hand has in common: an instant, an end, and a note."""

    DEFAULT_CSS = """
    CreditsDialog > #frame { max-width: 68; }
    """

    def __init__(self, title: str, subtitle: str, one: Subscription, view: PlanView) -> None:
        super().__init__(title, subtitle)
        self._one = one
        self._view = view
        self._plan: Plan | None = None

    @property
    def zone(self) -> tzinfo:
        """The zone that days are typed in: the plan's."""
        from convledger.zones import zone_of

        return zone_of(self._plan.zone_name)[0] if self._plan is not None else self._view.zone

    def on_mount(self) -> None:
        """Ask what the plan offers."""
        one, now = self._one, self.books.now()
        self.books.ask(
            ("offers", id(self)),
            lambda ledger: ledger.plan_book.contract(one).version_at(now),
            self._took_plan,
        )
        self.show_effect()

    def _took_plan(self, plan: Plan | None) -> None:
        self._plan = plan
        if self.is_attached:
            self.show_offers()
            self.show_effect()

    def show_offers(self) -> None:
        """Show what the plan offers, now that it is known."""

    def when(self) -> int:
        """Return from when on it counts; raises UsageProblem where the plan is not in force."""
        now = self.books.now()
        text = self.typed("at")
        at = instant_of(text, "when", self.zone, now) if text else now
        one = self._one
        if at < one.began or (one.ended is not None and at >= one.ended):
            raise UsageProblem(f"the plan was not in force then: it began {self._day(one.began)}")
        return at

    def ends(self, at: int) -> int | None:
        """Return when the credits end, None where nothing is typed."""
        text = self.typed("expires")
        if not text:
            return None
        ends = instant_of(text, "expires", self.zone, self.books.now(), ends=True)
        if ends <= at:
            raise UsageProblem("they can't end before they are there")
        return ends

    def _day(self, at: int) -> str:
        year = to_datetime(at).astimezone(self.zone).year
        return f"{day_text(at, self.zone)} {year}"


class TopUpScreen(CreditsDialog):
    """Books a pack that the plan offers, or any credits at any price."""

    HELP = (
        "What you bought becomes a lot of its own: burnt in the plan's order, ended as the pack "
        "says. Its price stands on the statement of the period in which it was bought."
    )
    DEFAULT_CSS = """
    TopUpScreen #free { height: auto; }
    TopUpScreen #packs { height: auto; }
    """
    AUTO_FOCUS = "#at"

    def __init__(self, one: Subscription, view: PlanView) -> None:
        super().__init__(
            f"Top up {display_text(view.name)}", "⏎ Book it · tab Next · esc Back", one, view
        )

    def parts(self) -> list[Widget]:
        """Return the packs, the lines, the effect and the two answers."""
        return [
            Vertical(id="packs"),
            Vertical(
                Vertical(
                    self.field("amount", "credits", hint="how many, like 100"),
                    self.field("price", "price", hint="what it cost, like 20.00; nothing: free"),
                    id="free",
                ),
                self.field("at", "bought", hint="now; or a day, like 2026-11-12"),
                self.field("expires", "expires", hint="as the pack says; or a day"),
                self.field("note", "note", hint="the invoice, who bought it"),
                id="fields",
            ),
            Static("", id="effect"),
            Choices(("do", "Book it"), ("leave", "Back")),
        ]

    def show_offers(self) -> None:
        """Offer the packs of the plan before any other amount."""
        plan = self._plan
        if plan is not None and plan.topups:
            names = [
                (f"pack-{place}", _pack_words(pack, plan.currency))
                for place, pack in enumerate(plan.topups)
            ]
            self.query_one("#packs").mount(OneOf(*names, (OTHER, "another amount")))
        self._show_fields()

    @property
    def pack(self) -> Topup | None:
        """The pack that is chosen, None for another amount."""
        chosen = next((one.chosen for one in self.query(OneOf)), OTHER)
        if chosen == OTHER or self._plan is None:
            return None
        return self._plan.topups[int(chosen.removeprefix("pack-"))]

    @on(Tabs.TabActivated)
    def _show_fields(self) -> None:
        pack = self.pack
        self.query_one("#free").display = pack is None
        words = "never" if pack is None else "as the pack says"
        self.hint("expires", f"{words}; or a day, like 2027-11-30")
        self.show_effect()

    def _amounts(self) -> tuple[int, int]:
        """Return credits and price; raises UsageProblem."""
        pack = self.pack
        if pack is not None:
            return pico_from_usd(pack.credits), pico_from_usd(pack.price)
        amount = amount_of(self.typed("amount") or "0", "credits")
        if not amount:
            raise NotYet("say how many credits")
        return amount, amount_of(self.typed("price") or "0", "price")

    def effect(self) -> Content:
        """Return what will be booked."""
        amount, price = self._amounts()
        at = self.when()
        ends = self.ends(at)
        pack = self.pack
        until = f" · until {self._day(ends - 1)}" if ends is not None else ""
        if not until and pack is not None and self._plan is not None:
            until = f" · {topup_words(pack, self._plan.currency).rpartition(', ')[2]}"
        return Content.assemble(
            (of_credits(signed_credits(amount)), "bold $success"),
            (f" for {money_text(price, self._view.currency)}", "$accent"),
            (f" · {self._day(at)}{until or ' · they never expire'}", "$muted"),
        )

    def go_on(self) -> None:
        """Book it."""
        try:
            amount, price = self._amounts()
            at = self.when()
            ends = self.ends(at)
        except UsageProblem:
            self.show_effect()
            return
        one, pack, note, now = self._one, self.pack, self.typed("note"), self.books.now()
        words = f"Top-up of {of_credits(credits_text(amount))}"

        def work(ledger: Ledger) -> Step:
            if pack is not None:
                fact = ledger.buy_credits(
                    one, at, now=now, topup=pack.id, expires_at=ends, note=note
                )
            else:
                fact = ledger.buy_credits(
                    one, at, now=now, amount=amount, price=price, expires_at=ends, note=note
                )
            return booked(one, fact, words, now)

        self.do(work)


def _pack_words(pack: Topup, currency: str) -> str:
    return f"{number_words(pack.credits)} for {amount_words(pack.price, currency)}"


class AdjustScreen(CreditsDialog):
    """Gives credits, or takes them away."""

    HELP = (
        "For what the ledger can't know: credits that the seller gave for an outage, or use on "
        "another machine. Write -5 to take credits away."
    )
    AUTO_FOCUS = "#amount"

    def __init__(self, one: Subscription, view: PlanView) -> None:
        super().__init__(
            f"Adjust {display_text(view.name)}", "⏎ Book it · tab Next · esc Back", one, view
        )

    def parts(self) -> list[Widget]:
        """Return the lines, the effect and the two answers."""
        return [
            Vertical(
                self.field("amount", "credits", hint="5 gives, -5 takes away"),
                self.field("at", "when", hint="now; or a day, like 2026-11-12"),
                self.field("expires", "expires", hint="never; or a day, for given credits"),
                self.field("note", "why", hint="what the seller said"),
                id="fields",
            ),
            Static("", id="effect"),
            Choices(("do", "Book it"), ("leave", "Back")),
        ]

    def _amount(self) -> int:
        amount = amount_of(self.typed("amount") or "0", "credits", signed=True)
        if not amount:
            raise NotYet("say how many credits: 5 gives, -5 takes away")
        return amount

    def effect(self) -> Content:
        """Return what will be booked."""
        amount, at = self._amount(), self.when()
        ends = self.ends(at)
        until = f" · until {self._day(ends - 1)}" if ends is not None and amount > 0 else ""
        return Content.assemble(
            (of_credits(signed_credits(amount)), "bold $success" if amount > 0 else "bold $error"),
            (f" · {self._day(at)}{until}", "$muted"),
        )

    def go_on(self) -> None:
        """Book it."""
        try:
            amount, at = self._amount(), self.when()
            ends = self.ends(at)
        except UsageProblem:
            self.show_effect()
            return
        one, note, now = self._one, self.typed("note"), self.books.now()
        pool = self._view.pool or ""
        words = f"Adjustment of {of_credits(signed_credits(amount))}"

        def work(ledger: Ledger) -> Step:
            fact = ledger.adjust_credits(
                one, at, amount, now=now, pool=pool, expires_at=ends, note=note
            )
            return booked(one, fact, words, now)

        self.do(work)


class TakeBackScreen(FieldsDialog):
    """Takes back what was booked by hand; both stay in the books and add up to nothing."""

    DEFAULT_CSS = """
    TakeBackScreen > #frame { max-width: 60; }
    """
    AUTO_FOCUS = "#leave"

    def __init__(self, one: Subscription, line: CreditLine, view: PlanView) -> None:
        super().__init__("Booked by hand", "tab Next · esc Back")
        self._one = one
        self._line = line
        self._currency = view.currency
        self._zone = view.zone

    def parts(self) -> list[Widget]:
        """Return what was booked and the two answers."""
        return [
            Static("", id="effect"),
            Choices(("do", "Take it back"), ("leave", "Leave it")),
        ]

    def on_mount(self) -> None:
        """Say what was booked."""
        self.show_effect()

    def effect(self) -> Content:
        """Return what was booked."""
        line, zone = self._line, self._zone
        return Content.assemble(
            (what_words(line, self._currency), "bold $foreground"),
            (f"  {of_credits(signed_credits(line.amount))}", "$accent"),
            (f"\n{when_forms(line, zone)[0]} · number {hand_number(line)}", "$muted"),
        )

    def go_on(self) -> None:
        """Take it back; undoing that books the same again."""
        one, line, now = self._one, self._line, self.books.now()
        number = hand_number(line)
        words = f"{what_words(line, self._currency)}: taken back"

        def work(ledger: Ledger) -> Step:
            fact = next(each for each in ledger.credit_facts(one) if each.id == number)
            ledger.undo_credits(one, fact.id, now=now)
            return Step(words, lambda ledger: book_again(ledger, one, fact, now))

        self.do(work)
