"""What a plan was worth, and what it made of a counted unit."""

from __future__ import annotations

from fractions import Fraction

from convledger.economics.plan_use import PICO, PlanUse


def use(amount: int, fees: int, units: int, at_list: int | None, borne: int) -> PlanUse:
    return PlanUse("Max", 0, 1, "USD", amount, fees, "talk", units, at_list, borne, ())


def test_eight_hundred_dollars_at_list_for_two_hundred_are_four_times_it() -> None:
    found = use(200 * PICO, 200 * PICO, 40 * PICO, 800 * PICO, 200 * PICO)
    assert found.leverage == Fraction(4)
    assert found.unit_price == Fraction(5 * PICO)
    assert found.unit_price_without_fees == Fraction(0)


def test_a_plan_that_cost_nothing_or_counted_nothing_has_neither() -> None:
    found = use(0, 0, 0, 5, 0)
    assert (found.leverage, found.unit_price, found.unit_price_without_fees) == (None, None, None)
    assert use(1, 0, 0, None, 1).leverage is None
