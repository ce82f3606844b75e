"""A budget as a person sets it: the money, which cost counts, for whom, alerts and a ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from convledger.economics.conversation_costs import SEGMENTS
from convledger.economics.ladder import SMALL_MODEL, SUMMARY_SHARE, USUAL_STEPS, Step
from convledger.economics.unit_budget import THRESHOLDS, unit_budget
from convledger.money import PICO

FULL, MACHINE, BILLED, LIST = "full", "machine", "billed", "list"
COUNTS = (FULL, MACHINE, BILLED, LIST)
DAY, WEEK, MONTH, YEAR = "day", "week", "month", "year"
PERIODS = (DAY, WEEK, MONTH, YEAR)
SCOPES = (*SEGMENTS, "conversation")
CUSTOMERS = ("user", "client", "project", "source")


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """A budget by price, margin and expected conversations, or by an `amount` for each.

    Amounts are units of the currency, shares parts of one; `since` is the first day on which a
    conversation it is about may open and `until` the first one on which none may. `customer` is
    the segment whose values are the customers that pay the price.
    """

    name: str
    price: Fraction | None = None
    gross_margin: Fraction = Fraction(0)
    other_costs: Fraction = Fraction(0)
    expected: Fraction | None = None
    amount: Fraction | None = None
    per: str = MONTH
    currency: str = "USD"
    counts: str = MACHINE
    customer: str = CUSTOMERS[0]
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    thresholds: tuple[int, ...] = THRESHOLDS
    steps: tuple[Step, ...] = ()
    small_model: Fraction | str = SMALL_MODEL
    summary_share: Fraction = SUMMARY_SHARE
    since: date | None = None
    until: date | None = None

    @property
    def per_user(self) -> Fraction | None:
        """Money for a customer's period, None where only an amount for each is known."""
        if self.price is not None:
            return unit_budget(self.price, self.gross_margin, 1, self.other_costs).per_user
        if self.amount is not None and self.expected:
            return self.amount * self.expected
        return None

    @property
    def per_unit(self) -> Fraction | None:
        """Money for a conversation, None where no conversation is expected."""
        if self.amount is not None:
            return self.amount
        left = self.per_user
        return left / self.expected if left is not None and self.expected else None

    @property
    def per_unit_pico(self) -> Fraction | None:
        """Money for a conversation in picounits."""
        return None if self.per_unit is None else self.per_unit * PICO

    @property
    def per_user_pico(self) -> Fraction | None:
        """Money for a customer's period in picounits."""
        return None if self.per_user is None else self.per_user * PICO

    @property
    def is_under_water(self) -> bool:
        """Whether margin and other costs leave less than nothing for conversations."""
        return (self.per_user is not None and self.per_user < 0) or (
            self.amount is not None and self.amount < 0
        )

    @property
    def alerts(self) -> tuple[Fraction, ...] | None:
        """The cost of a conversation at which each threshold is reached."""
        if self.per_unit is None or self.is_under_water:
            return None
        return tuple(self.per_unit * each / 100 for each in self.thresholds)

    @property
    def ladder(self) -> tuple[Step, ...]:
        """The steps that are its own, else the usual ones."""
        return self.steps or USUAL_STEPS

    def is_valid_on(self, day: date) -> bool:
        """Whether it is about conversations that open on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )
