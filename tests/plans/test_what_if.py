"""What another amount of the same usage comes to."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convledger.money import PICO, usd_text
from convledger.plans.schema import Plan
from convledger.plans.what_if import MOST_UNITS, Usage, kinks, total_of, usage_of
from convledger.zones import zone_of

from .bills import MONTHLY, at, bill, call, contract, talks
from .documents import CREDITS, WINDOW, plan

PER_UNIT = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'
TIERS = WINDOW + (
    '\n[[charge]]\nunit = "conversation"\nmodel = "graduated"\n'
    'tiers = [{ up_to = "3", price = "1.00" }, { up_to = "inf", price = "0.10" }]\n'
)
OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "0.12"\n'
USAGE = '\n[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"\n'
PASSED_ON = USAGE + '\n[[charge]]\nunit = "usage"\nmodel = "pass_through"\nmarkup = "1.20"\n'
CARD = USAGE + (
    '\n[[charge]]\nunit = "usage"\nmodel = "rate_card"\n'
    'rate_card = [{ match = { model = "opus" }, price = "2" }, '
    '{ match = { model = "*" }, price = "1" }]\n'
)
SEATS = '\n[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\nseats = 3\n'


def total(made: Plan, units: int, factor: Fraction = Fraction(1), **more: int) -> str:
    """Return what a January of so many conversations comes to, `factor` times."""
    found = bill(contract(made), talks("2026-01", units), "2026-01-31")
    usage = usage_of(found.rated)
    zone = lambda name: zone_of(name)[0]  # noqa: E731
    return usd_text(total_of(made, found.periods[0], usage, factor, zone, **more))


@pytest.mark.parametrize("parts", [(PER_UNIT,), (TIERS,), (MONTHLY, CREDITS, OVERAGE), (MONTHLY,)])
@pytest.mark.parametrize("units", [0, 1, 7])
def test_once_the_usage_is_what_it_really_came_to(parts: tuple[str, ...], units: int) -> None:
    made = plan(*parts)
    real = bill(contract(made), talks("2026-01", units), "2026-01-31").statements[0]
    assert total(made, units) == usd_text(real.due)


def test_twice_the_usage_is_priced_as_so_much() -> None:
    assert total(plan(PER_UNIT), 5, Fraction(2)) == "5"
    assert total(plan(TIERS), 5, Fraction(2)) == "3.7"
    assert total(plan(CREDITS.replace('"500"', '"6"'), OVERAGE), 5, Fraction(2)) == "0.48"
    assert total(plan(MONTHLY, PER_UNIT), 5, Fraction(0)) == "49"


def test_many_units_are_priced_as_well_as_few() -> None:
    assert total(plan(PER_UNIT), 1, Fraction(10_000)) == "5000"
    assert total(plan(CREDITS, OVERAGE), 1, Fraction(MOST_UNITS * 10)) == usd_text(
        3500 * 12 * PICO // 100
    )


def test_seats_of_whoever_has_the_plan_are_counted() -> None:
    assert total(plan(SEATS, PER_UNIT), 2) == "31"
    assert total(plan(SEATS, PER_UNIT), 2, seats=10) == "101"


def test_dollars_are_passed_on_at_any_amount() -> None:
    made = plan(PASSED_ON)
    found = bill(contract(made), [[call("2026-01-05", "2.00")]], "2026-01-31")
    zone = lambda name: zone_of(name)[0]  # noqa: E731
    usage = usage_of(found.rated)

    assert usd_text(total_of(made, found.periods[0], usage, Fraction(5, 2), zone)) == "6"


def test_a_rate_card_goes_by_the_average_of_ones_own_usage() -> None:
    made = plan(CARD)
    told = [[call("2026-01-05", "3.00"), call("2026-01-06", "1.00", model="haiku")]]
    found = bill(contract(made), told, "2026-01-31")
    zone = lambda name: zone_of(name)[0]  # noqa: E731
    usage = usage_of(found.rated)

    assert usd_text(total_of(made, found.periods[0], usage, Fraction(1), zone)) == "7"
    assert usd_text(total_of(made, found.periods[0], usage, Fraction(2), zone)) == "14"


def test_a_plan_that_was_not_in_force_is_taken_as_if_it_had_been() -> None:
    made = plan(PER_UNIT)
    found = bill(contract(made), talks("2026-01", 2), "2026-01-31")
    from dataclasses import replace

    later = replace(made, effective_from=at("2026-06-01"), effective_to=at("2026-07-01"))
    zone = lambda name: zone_of(name)[0]  # noqa: E731
    usage = usage_of(found.rated)
    assert usd_text(total_of(later, found.periods[0], usage, Fraction(1), zone)) == "1"


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_what_is_missing_from_a_minimum_keeps_its_price_on_the_card(calls: int) -> None:
    made = plan(
        '[[unit]]\nid = "m"\ncount = "event"\nevent = "model_call"\n',
        '[[charge]]\nunit = "m"\nmodel = "rate_card"\nminimum_units = "3"\n',
        'rate_card = [{ match = { model = "opus" }, price = "9" }, { match = {}, price = "1" }]\n',
    )
    told = [[call(f"2026-01-0{day}", "1.00")] for day in range(1, calls + 1)]
    found = bill(contract(made), told, "2026-01-31")
    zone = lambda name: zone_of(name)[0]  # noqa: E731
    again = total_of(made, found.periods[0], usage_of(found.rated), Fraction(1), zone)

    assert usd_text(again) == usd_text(found.statements[0].due) == str(9 * calls + 3 - calls)


def test_a_price_bends_where_credits_tiers_and_minimums_end() -> None:
    usage = Usage({"conversation": 10}, {("conversation", ""): Fraction(PICO)})
    assert kinks(plan(PER_UNIT), usage) == []
    assert kinks(plan(TIERS), usage) == [Fraction(3, 10)]
    assert kinks(plan(CREDITS), usage) == [Fraction(50)]
    least = PER_UNIT.replace('price = "0.50"', 'price = "0.50"\nminimum_units = "50"')
    assert kinks(plan(least), usage) == [Fraction(5)]


def test_credits_by_the_seat_bend_the_price_later() -> None:
    usage = Usage({"conversation": 10}, {("conversation", ""): Fraction(PICO)})
    pooled = plan(CREDITS.replace('"500"', '"500"\nper = "seat"'))
    assert kinks(pooled, usage, 3) == [Fraction(150)]


def test_nothing_used_bends_nothing() -> None:
    assert kinks(plan(CREDITS), Usage({}, {})) == []
    assert kinks(plan(TIERS), Usage({"conversation": 0}, {})) == []


def test_a_unit_with_two_charges_is_counted_once() -> None:
    both = plan(CREDITS, '\n[[charge]]\nunit = "conversation"\nprice = "0.10"\n')
    found = bill(contract(both), talks("2026-01", 4), "2026-01-31")
    assert usage_of(found.rated).quantities == {"conversation": 4}
