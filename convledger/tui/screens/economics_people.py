"""The dialog for what people cost: an hour, what comes on top, and the minutes that they need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.economics.human_time import human_cost
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.noted import decimal
from convledger.reports.unit_costs.written import amount_of, days_of, minutes_of, share_of
from convledger.store.costs import HourlyRate
from convledger.tui.cost_changes import told_step
from convledger.tui.cost_words import sum_text
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.undo import Step

_BEGINNING = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class People:
    """What is known of people's time: the newest rate, usual minutes; None if nobody said."""

    rate: HourlyRate | None
    hand_off: Fraction | None
    baseline: Fraction | None


def people_of(ledger: Ledger) -> People:
    """Return what is known of people's time."""
    rates = ledger.hourly_rates()
    hand_off, baseline = ledger.usual_minutes()
    return People(rates[-1] if rates else None, hand_off, baseline)


class PeopleScreen(FieldsDialog):
    """Sets the hourly rate and the minutes that savings are worked out with."""

    HELP = (
        "An hour of people with what comes on top of their pay, from a day on; earlier "
        "conversations keep the rate of their day. The minutes of a hand-off count where nobody "
        "entered any; the minutes without a bot are the baseline that savings are measured by."
    )
    AUTO_FOCUS = "#hourly"

    def __init__(self, people: People) -> None:
        super().__init__("What people cost", "⏎ Set · tab Next · esc Back")
        self._people = people

    def parts(self) -> list[Widget]:
        """Return the lines, the effect and the two answers."""
        rate = self._people.rate
        hourly = "" if rate is None else _plain(rate.amount, rate.currency)
        over = "" if rate is None or not rate.overhead else f"{rate.overhead * 100:f}".rstrip("0")
        return [
            Vertical(
                self.field("hourly", "an hour", hourly, "what an hour costs, like 48 or €48"),
                self.field("overhead", "on top", f"{over.rstrip('.')}%" if over else "",
                           "what comes on top, like 30%"),
                self.field("since", "since", "" if rate is None else rate.since.isoformat(),
                           "ever; or a day, like 2026-07-01"),
                self.field("hand_off", "hand-off min", _minutes(self._people.hand_off),
                           "what one takes people, like 20; nothing: unknown"),
                self.field("baseline", "no bot min", _minutes(self._people.baseline),
                           "what a conversation without a bot takes, like 9"),
                id="fields",
            ),
            Static("", id="effect"),
            Choices(("do", "Set"), ("leave", "Back")),
        ]  # fmt: skip

    def on_mount(self) -> None:
        """Say what an hour comes to."""
        self.query_one("#hourly", Input).focus()
        self.show_effect()

    def _rate(self) -> HourlyRate | None:
        """Return the rate that is typed, None for none; raises UsageProblem."""
        text = self.typed("hourly")
        if not text:
            return None
        before = self._people.rate
        amount, told = amount_of(text, what="an hour")
        over = self.typed("overhead")
        share = share_of(over, "what comes on top") if over else Decimal(0)
        typed = self.typed("since")
        since = days_of(typed, self.books.zone)[0] if typed else _BEGINNING
        return HourlyRate(since, amount, told or (before.currency if before else "USD"), share)

    def _typed_minutes(self, key: str, what: str) -> Fraction | None:
        text = self.typed(key)
        return minutes_of(text, what) if text else None

    def effect(self) -> Content:
        """Return what an hour and a hand-off come to."""
        rate = self._rate()
        hand_off = self._typed_minutes("hand_off", "the minutes of a hand-off")
        baseline = self._typed_minutes("baseline", "the minutes without a bot")
        if rate is None and hand_off is None and baseline is None:
            raise NotYet("Say what an hour of people costs.")
        if rate is None:
            return Content.styled("Without what an hour costs, savings stay unknown.", "$warning")
        parts: list[tuple[str, str]] = []
        for name, minutes in (("an hour", Fraction(60)), ("a hand-off", hand_off),
                              ("one without a bot", baseline)):  # fmt: skip
            if minutes is not None:
                cost = human_cost(rate.amount, minutes, Fraction(rate.overhead))
                parts += [(f"{' · ' if parts else ''}{name} ", "$muted"),
                          (sum_text(cost, rate.currency), "bold $accent")]  # fmt: skip
        if local_day(self.books.now(), self.books.zone) < rate.since:
            parts.append((f"\nfrom {rate.since} on; before that the rate before counts", "$muted"))
        return Content.assemble(*parts)

    def go_on(self) -> None:
        """Set what is typed; what is as it was stays."""
        self.show_effect()
        if not self.query_one("#do").disabled:
            rate = self._rate()
            hand_off = self._typed_minutes("hand_off", "the minutes of a hand-off")
            baseline = self._typed_minutes("baseline", "the minutes without a bot")
            self.do(lambda ledger: self._set(ledger, People(rate, hand_off, baseline)))

    def _set(self, ledger: Ledger, wanted: People) -> Step:
        now, before, changes = self.books.now, self._people, []
        if wanted.rate is not None and wanted.rate != before.rate:
            changes.append(ledger.set_hourly_rate(wanted.rate, now=now()))
        if wanted.hand_off != before.hand_off:
            changes.append(ledger.set_usual_minutes(wanted.hand_off, now=now()))
        if wanted.baseline != before.baseline:
            changes.append(ledger.set_usual_minutes(wanted.baseline, now=now(), baseline=True))
        return told_step(ledger, "What people cost is set", changes, now)


def _minutes(minutes: Fraction | None) -> str:
    return "" if minutes is None else decimal(minutes).replace(",", "")


def _plain(pico: int, currency: str) -> str:
    """Return an amount as it may be typed again."""
    from convledger.money import usd_text

    return usd_text(pico) if currency == "USD" else f"{usd_text(pico)} {currency}"
