"""What a plan was worth: list costs for each unit of money paid, the price of a counted unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import ratio

PICO = 10**12


@dataclass(frozen=True, slots=True)
class PlanUse:
    """A statement of a plan and the conversations that it paid for; amounts are picounits.

    `at_list` is what their calls come to at list prices and `borne` what they bear of the bill, in
    the currency asked for; `amount` and `fees` are the statement's own, in `currency`, and `units`
    what it counted, in picounits. `at_list` is None where no rate is known.
    """

    name: str
    since: int
    until: int
    currency: str
    amount: int
    fees: int
    unit: str
    units: int
    at_list: int | None
    borne: int
    ids: tuple[int, ...]

    @property
    def leverage(self) -> Fraction | None:
        """List costs for each unit of money that was paid; None where nothing was."""
        return None if self.at_list is None else ratio(self.at_list, self.borne)

    @property
    def unit_price(self) -> Fraction | None:
        """What a counted unit came to, fees in it, in picounits."""
        return ratio(self.amount * PICO, self.units)

    @property
    def unit_price_without_fees(self) -> Fraction | None:
        """What a counted unit came to without the fees, in picounits."""
        return ratio((self.amount - self.fees) * PICO, self.units)
