"""Which plan is cheapest for how much of one's own usage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from convledger.money import PICO
from convledger.plans.parse import parse_plan
from convledger.plans.versions import PlanHistory
from convledger.reports.break_evens import break_even, main_units
from convledger.reports.comparing import Candidate, WorkedOut, compare_plans, work_out
from convledger.reports.history import Scope
from convledger.reports.plan_figures import BreakEven
from convledger.zones import zone_of
from tests.reports.shop import CREDITS, PASSED_ON, PER_UNIT, WINDOW, Shop, at, document

FLAT = '\n[[fee]]\nid = "base"\namount = "10.00"\n'
SEATS = '\n[[fee]]\nid = "seat"\namount = "5.00"\nper = "seat"\n'
OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "1.00"\n'


def candidate(plan: str, *parts: str, seats: int = 0, **head: str) -> Candidate:
    text = document(*parts, plan=plan, **head)
    return Candidate(PlanHistory([parse_plan(text, "plan.toml")]), seats)


def worked(shop: Shop, *candidates: Candidate, months: int = 1) -> list[WorkedOut]:
    until = at(f"2026-{3 + months:02d}-01")
    return work_out(shop.connection, candidates, Scope(), at("2026-03-01"), until, at("2026-12-01"))


def even(shop: Shop, *candidates: Candidate, own: Any = (), months: int = 1) -> BreakEven:
    found = worked(shop, *candidates, months=months)
    return break_even(found, own)


def busy(shop: Shop, count: int, month: str = "03") -> None:
    for number in range(count):
        shop.talk(f"2026-{month}-{1 + number // 20:02d}T{number % 20:02d}:00")


def total_at(found: BreakEven, plan: str, units: int) -> int:
    curve = next(curve for curve in found.curves if curve.plan_id == plan)
    return dict(curve.points)[units]


def test_a_fee_and_a_price_meet_where_they_cost_the_same(shop: Shop) -> None:
    busy(shop, 20)
    found = even(shop, candidate("each", PER_UNIT), candidate("flat", FLAT))

    # At twenty both cost the same.
    assert [(band.plan_id, band.since) for band in found.bands][:2] == [("each", 0), ("flat", 21)]
    assert found.unit_name == "conversation"


def test_at_ones_own_usage_the_curve_is_ones_own_bill(shop: Shop) -> None:
    busy(shop, 10)
    plans = [candidate("each", PER_UNIT), candidate("credits", FLAT, CREDITS, OVERAGE)]
    real = worked(shop, *plans)
    found = even(shop, *plans)

    for each in real:
        assert total_at(found, each.plan.id, 10) == each.bill.statements[0].due


def test_what_is_promised_for_a_year_is_not_due_in_a_month(shop: Shop) -> None:
    busy(shop, 10)
    promised = '\n[commit]\nminimum_amount = "1200"\ntrue_up = "{}"\n'
    yearly = candidate("yearly", PER_UNIT, promised.format("term") + 'term = "P12M"\n')
    monthly = candidate("monthly", PER_UNIT, promised.format("period"))
    found = even(shop, yearly, monthly)

    assert [each.bill.statements[0].due for each in worked(shop, yearly, monthly)] == [
        5 * PICO, 1200 * PICO,
    ]  # fmt: skip
    assert total_at(found, "yearly", 10) == 5 * PICO
    assert total_at(found, "monthly", 10) == 1200 * PICO


def test_the_price_bends_where_the_credits_end(shop: Shop) -> None:
    busy(shop, 20)
    found = even(shop, candidate("credits", FLAT, CREDITS, OVERAGE))

    assert [total_at(found, "credits", units) for units in (0, 10, 11)] == [
        10 * PICO, 10 * PICO, 11 * PICO,
    ]  # fmt: skip


def test_seats_of_whoever_has_the_plan_are_in_the_curve(shop: Shop) -> None:
    busy(shop, 4)
    found = even(shop, candidate("seats", SEATS, PER_UNIT, seats=3))
    assert total_at(found, "seats", 0) == 15 * PICO


def test_several_months_are_taken_by_the_month(shop: Shop) -> None:
    busy(shop, 20, "03")
    busy(shop, 40, "04")
    found = even(shop, candidate("each", PER_UNIT), months=2)

    assert main_units(worked(shop, candidate("each", PER_UNIT), months=2)[0]) == 30
    totals = dict(found.curves[0].points)
    assert all(total == units * PICO // 2 for units, total in totals.items())


@pytest.mark.parametrize("months", [1, 3])
def test_plans_with_other_periods_are_weighed_over_the_same_time(shop: Shop, months: int) -> None:
    for month in range(3, 3 + months):
        busy(shop, 10, f"{month:02d}")
    plans = [
        candidate("each", PER_UNIT),
        candidate("weekly", '\n[period]\nkind = "week"\n', FLAT, CREDITS, OVERAGE),
        candidate("yearly", '\n[period]\nkind = "year"\n', FLAT, PER_UNIT),
    ]
    found = even(shop, *plans, months=months)

    for each in worked(shop, *plans, months=months):
        real = sum(statement.due for statement in each.bill.statements)
        assert total_at(found, each.plan.id, 10) == round(real / months)


def test_without_any_usage_there_is_still_an_answer(shop: Shop) -> None:
    found = even(shop, candidate("each", PER_UNIT), candidate("flat", FLAT))
    assert {curve.plan_id for curve in found.curves} == {"each", "flat"}
    assert total_at(found, "flat", 0) == 10 * PICO


def test_ones_own_months_lie_within_what_is_shown(shop: Shop) -> None:
    busy(shop, 5)
    found = even(shop, candidate("each", PER_UNIT), own=(("February", 100, False),))
    assert max(units for units, _ in found.curves[0].points) >= 100


def test_plans_of_other_units_grow_in_proportion(shop: Shop) -> None:
    busy(shop, 10)
    for day in range(1, 11):
        shop.spend(f"2026-03-{day:02d}T05:00", "0.20")
    found = even(shop, candidate("each", PER_UNIT), candidate("tokens", PASSED_ON))

    assert total_at(found, "tokens", 10) == 2 * PICO
    assert total_at(found, "tokens", 14) == 28 * PICO // 10


def test_dollars_of_usage_are_weighed_to_the_cent(shop: Shop) -> None:
    shop.spend("2026-03-05T10:00", "3.40")
    found = even(shop, candidate("list", PASSED_ON), candidate("flat", FLAT))

    # 10 dollars of usage cost 10 dollars under both, whatever one's own month came to.
    assert [(band.plan_id, band.since, band.until) for band in found.bands] == [
        ("list", 0, 10), ("flat", 11, None),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_plans_of_several_zones_are_weighed_over_the_same_month(shop: Shop, zone: str) -> None:
    busy(shop, 20)
    plans = [candidate("each", PER_UNIT, zone="Europe/Berlin"), candidate("flat", FLAT)]
    march = at("2026-02-28T23:00"), at("2026-03-31T22:00")  # in Berlin
    if zone != "Europe/Berlin":
        plans = [candidate("each", PER_UNIT), candidate("flat", FLAT, zone=zone)]
        march = at("2026-03-01"), at("2026-04-01")
    asked = zone_of("Europe/Berlin" if zone == "Europe/Berlin" else "UTC")[0]
    found = work_out(shop.connection, plans, Scope(), *march, at("2026-12-01"), zone=asked)
    bands = break_even(found, ()).bands

    assert [(one.plan_id, one.since) for one in bands] == [("each", 0), ("flat", 21)]


@pytest.mark.parametrize("in_force", [0, 1, None])
def test_of_equals_the_one_in_force_goes_before_then_the_order_of_the_table(
    shop: Shop, in_force: int | None
) -> None:
    busy(shop, 4)
    plans = [candidate("b", FLAT), candidate("a", FLAT)]
    plans = [replace(one, is_in_force=place == in_force) for place, one in enumerate(plans)]
    now, span = at("2026-12-01"), (at("2026-03-01"), at("2026-04-01"))
    utc = zone_of("UTC")[0]
    table = compare_plans(shop.connection, plans, Scope(), *span, now, utc)

    best = "b" if in_force == 0 else "a"
    assert [row.plan_id for row in table.rows if row.is_cheapest] == [best]
    assert [band.plan_id for band in even(shop, *plans).bands] == [best]


def test_two_versions_of_one_plan_are_two_lines(shop: Shop) -> None:
    busy(shop, 4)
    found = even(shop, candidate("same", PER_UNIT), candidate("same", FLAT, version="2"))
    assert [band.since for band in found.bands] == [0, 21]


def test_bands_cover_everything_without_gaps(shop: Shop) -> None:
    busy(shop, 20)
    found = even(
        shop, candidate("each", PER_UNIT), candidate("flat", FLAT),
        candidate("credits", FLAT.replace("10.00", "4.00"), CREDITS, OVERAGE),
    )  # fmt: skip

    assert found.bands[0].since == 0
    for before, after in zip(found.bands, found.bands[1:], strict=False):
        assert before.until is not None
        assert before.until + 1 == after.since


BLOCK = '\n[overage]\npolicy = "block"\n'
CAPPED = (
    '\n[[limit]]\nid = "most"\nunit = "conversation"\ncap = "{}"\nwindow = "calendar"\n'
    'calendar = "month"\non_exceed = "block"\n'
)
FREE = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0"\n'


def bands_of(found: BreakEven) -> list[tuple[str, int, int | None]]:
    return [(band.plan_id, band.since, band.until) for band in found.bands]


@pytest.mark.parametrize("count", [4, 20])
@pytest.mark.parametrize("parts", [(CREDITS, BLOCK), (FREE, CAPPED.format(10))])
def test_a_plan_that_refuses_is_the_cheapest_only_as_far_as_it_serves(
    shop: Shop, parts: tuple[str, ...], count: int
) -> None:
    busy(shop, count)
    found = even(shop, candidate("each", PER_UNIT), candidate("strict", *parts))
    assert bands_of(found) == [("strict", 0, 10), ("each", 11, None)]


def test_what_was_refused_as_it_was_used_is_not_called_served(shop: Shop) -> None:
    busy(shop, 20)  # all on one day: spread over the month, each would have been served
    daily = CAPPED.format(10).replace('"calendar"', '"rolling"').replace("calendar", "duration")
    strict = candidate("strict", FREE, daily.replace('"month"', '"24h"'))
    assert bands_of(even(shop, candidate("each", PER_UNIT), strict)) == [
        ("strict", 0, 19), ("each", 20, None),
    ]  # fmt: skip


def test_where_every_plan_refuses_no_band_is_left(shop: Shop) -> None:
    busy(shop, 4)
    few = candidate("few", FLAT, CREDITS.replace('"10"', '"5"'), BLOCK)
    found = even(shop, few, candidate("more", FLAT, CREDITS, BLOCK))
    assert [(since, until) for _, since, until in bands_of(found)][-1][1] == 10


def test_what_no_price_fits_is_cheapest_beside_nothing_that_is_priced(shop: Shop) -> None:
    busy(shop, 4)
    card = candidate("card", WINDOW, '\n[[charge]]\nunit = "conversation"\nmodel = "rate_card"\n'
                     'rate_card = [{ match = { project = "x" }, price = "1" }]\n')  # fmt: skip
    unpriced = candidate("few", CREDITS.replace('"10"', '"2"'))
    assert bands_of(even(shop, candidate("each", PER_UNIT), card, unpriced)) == [
        ("few", 0, 2), ("each", 3, None),
    ]  # fmt: skip
    assert bands_of(even(shop, card, replace(card))) == [("card", 0, None)]


def test_calls_without_a_price_make_a_plan_cheapest_for_nothing(shop: Shop) -> None:
    shop.spend("2026-03-05T10:00", "2.00", "a")
    shop.spend("2026-03-05T11:00", None, "a")
    found = even(shop, candidate("list", PASSED_ON), candidate("flat", FLAT))
    assert bands_of(found) == [("flat", 0, None)]


def test_the_price_of_a_part_of_a_year_bends_where_its_part_of_the_credits_ends(
    shop: Shop,
) -> None:
    busy(shop, 20)
    yearly = candidate(
        "yearly", '\n[period]\nkind = "year"\n', CREDITS.replace('"10"', '"120"'), OVERAGE
    )
    totals = dict(even(shop, yearly).curves[0].points)

    assert totals[10] == 0
    assert totals[11] == 81 * PICO // 100  # 11 less 120 * 31/365
