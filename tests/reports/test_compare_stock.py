"""What Compare keeps: plans to choose from, months with usage, bills until something changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from convledger.money import PICO
from convledger.plans.examples import list_examples
from convledger.plans.parse import parse_plan
from convledger.plans.versions import PlanHistory
from convledger.reports.compare_choices import (
    ALL_TIME,
    Comparable,
    Overview,
    default_ids,
    default_span,
    overview,
)
from convledger.reports.compare_months import lines_worth_drawing, month_best
from convledger.reports.compare_stock import Look, Stock
from convledger.reports.comparing import Candidate, compare_plans, work_out
from convledger.reports.history import Scope
from convledger.reports.periods import Span
from convledger.reports.plan_figures import Comparison
from tests.reports.shop import CREDITS, OUTCOME, PASSED_ON, PER_UNIT, Shop, at

NOW = at("2026-11-20T14:32")
OCTOBER = Span(at("2026-10-01"), at("2026-11-01"), "October 2026")
NOVEMBER = Span(at("2026-11-01"), at("2026-12-01"), "November 2026")
FEE = '\n[[fee]]\nid = "base"\namount = "5.00"\n'


def looked(shop: Shop) -> Overview:
    return overview(shop.connection, shop.ledger.plan_book, NOW, UTC)


def look(span: Span = OCTOBER) -> Look:
    return Look(span, NOW, UTC)


def in_force_as(found: Sequence[Comparable], plan_id: str) -> list[Candidate]:
    """Return candidates of which the one with an id is in force."""
    return [replace(one.candidate, is_in_force=one.id == plan_id) for one in found]


def three(shop: Shop) -> list[Candidate]:
    """Return three plans of a workspace as candidates, the first one in force."""
    shop.plan(PER_UNIT, plan="a-unit")
    shop.plan(FEE, CREDITS, plan="b-credits")
    shop.plan(PASSED_ON, plan="c-tokens")
    return in_force_as(looked(shop).named(["a-unit", "b-credits", "c-tokens"]), "a-unit")


def busy(shop: Shop) -> None:
    """Hold three conversations in October and two in November."""
    for day in ("2026-10-02", "2026-10-09", "2026-10-16", "2026-11-03", "2026-11-10"):
        shop.talk(f"{day}T10:00", day)
        shop.spend(f"{day}T10:01", "0.20", day)


# ---- what there is to compare


def test_own_plans_come_first_and_the_one_in_force_before_them(shop: Shop) -> None:
    shop.plan(PER_UNIT, plan="alpha")
    shop.plan(PER_UNIT, plan="beta")
    shop.use("beta")

    found = looked(shop).plans
    assert [one.id for one in found[:2]] == ["beta", "alpha"]
    assert [one.candidate.is_in_force for one in found[:2]] == [True, False]
    assert all(one.is_example for one in found[2:])
    assert len(found) == 2 + len(list_examples())


def test_two_own_plans_are_compared_without_examples(shop: Shop) -> None:
    shop.plan(PER_UNIT, plan="alpha")
    shop.plan(PER_UNIT, plan="beta")
    assert default_ids(looked(shop).plans) == ["alpha", "beta"]


def test_a_single_plan_stands_among_examples_of_its_currency(shop: Shop) -> None:
    shop.plan(PER_UNIT, plan="alpha", currency="EUR")
    found = looked(shop)
    assert {one.plan.currency for one in found.named(default_ids(found.plans))} == {"EUR"}


def test_a_plan_with_the_id_of_an_example_hides_it(shop: Shop) -> None:
    example = list_examples()[0]
    shop.ledger.add_plan(example.text, "own.toml")
    same = [one for one in looked(shop).plans if one.id == example.id]
    assert [one.is_example for one in same] == [False]


def test_seats_that_were_chosen_are_those_of_the_candidate(shop: Shop) -> None:
    shop.plan(PER_UNIT, plan="alpha")
    shop.use("alpha", seats=7)
    assert looked(shop).plans[0].candidate.seats == 7


def test_broken_plans_are_told(shop: Shop) -> None:
    shop.plan("\nnonsense", plan="alpha")
    found = looked(shop)
    assert len(found.troubles) == 1
    assert all(one.is_example for one in found.plans)


def test_months_with_usage_stand_latest_first_then_all_time(shop: Shop) -> None:
    shop.spend("2026-08-10T10:00", "1.00")
    shop.spend("2026-10-10T10:00", "1.00")
    shop.spend("2026-11-10T10:00", "1.00")

    found = looked(shop).spans
    assert [one.name for one in found] == [
        "November 2026", "October 2026", "August 2026", ALL_TIME,
    ]  # fmt: skip
    assert found[-1][:2] == (at("2026-08-01"), at("2026-12-01"))


def test_the_last_closed_month_is_shown_first_else_this_one(shop: Shop) -> None:
    assert default_span(looked(shop).spans, NOW) is None
    shop.spend("2026-11-10T10:00", "1.00")
    assert default_span(looked(shop).spans, NOW) == NOVEMBER
    shop.spend("2026-10-10T10:00", "1.00")
    assert default_span(looked(shop).spans, NOW) == OCTOBER


def test_the_plan_in_force_is_that_of_the_instant(shop: Shop) -> None:
    shop.plan(PER_UNIT, plan="alpha")
    shop.plan(PER_UNIT, plan="beta")
    shop.use("alpha", "2026-09-01")
    shop.use("beta", "2026-11-01")

    found = looked(shop)
    assert found.in_force_at(at("2026-08-01")) == ""
    assert found.in_force_at(at("2026-10-31")) == "alpha"
    assert found.in_force_at(NOW) == "beta"


# ---- what is kept


def test_plans_are_worked_out_a_few_at_a_time(shop: Shop) -> None:
    busy(shop)
    stock, candidates = Stock(), three(shop)
    sizes: list[tuple[int, int]] = []
    left = 1
    while left:
        found, left = stock.compare(
            shop.connection, candidates, look(), most=1, goes_on=bool(sizes)
        )
        sizes.append((len(found.rows), left))
    assert sizes == [(1, 2), (2, 1), (3, 0)]


def test_what_is_kept_is_what_a_whole_comparison_says(shop: Shop) -> None:
    busy(shop)
    stock, candidates = Stock(), three(shop)
    for span in (OCTOBER, NOVEMBER):
        whole = compare_plans(
            shop.connection, candidates, Scope(), span.since, span.until, NOW, UTC
        )
        for _ in range(2):
            assert stock.compare(shop.connection, candidates, look(span)) == (whole, 0)


def test_a_new_message_is_counted(shop: Shop) -> None:
    busy(shop)
    stock, candidates = Stock(), three(shop)
    assert units(stock.compare(shop.connection, candidates, look())[0]) == 3
    shop.talk("2026-10-20T10:00")
    assert units(stock.compare(shop.connection, candidates, look())[0]) == 4


def test_a_round_that_goes_on_stays_with_what_was_said_before(shop: Shop) -> None:
    busy(shop)
    stock, candidates = Stock(), three(shop)
    stock.compare(shop.connection, candidates, look(), most=1)
    shop.talk("2026-10-20T10:00")
    found, _ = stock.compare(shop.connection, candidates, look(), goes_on=True)
    assert units(found) == 3
    assert found.conversations == 3


def test_a_label_changes_what_is_kept(shop: Shop) -> None:
    busy(shop)
    shop.plan(PER_UNIT.replace('timeout = "30m"', 'timeout = "30m"\nwhere = { client = "acme" }'))
    candidates = in_force_as(looked(shop).named(["short"]), "")
    stock = Stock()
    assert units(stock.compare(shop.connection, candidates, look())[0]) == 0
    shop.label(shop.thread("2026-10-02"), "client", "acme")
    assert units(stock.compare(shop.connection, candidates, look())[0]) == 1


def test_statements_are_kept_without_the_units_behind_them(shop: Shop) -> None:
    busy(shop)
    stock, candidates = Stock(), three(shop)
    found = stock.statements(shop.connection, candidates[0], look())
    assert [one.sums.total for one, _ in found] == [150 * PICO // 100]
    assert not stock._known(shop.connection, candidates[0], look()).bill.rated


def test_timeouts_are_counted_at_once_as_they_are_exactly(shop: Shop) -> None:
    busy(shop)
    shop.talk("2026-10-02T10:20", "2026-10-02")
    shop.talk("2026-10-02T11:40", "2026-10-02")
    stock, candidate = Stock(), three(shop)[0]
    plan = candidate.history.plans[-1]

    quick = stock.counted(shop.connection, plan, look())
    exact = stock.timed(shop.connection, candidate, look())
    assert quick is not None
    assert [one.units for one in quick.steps] == [one.units for one in exact.steps]
    assert [one.total for one in exact.steps] == [one.units * PICO // 2 for one in exact.steps]


def test_a_plan_without_timeout_has_no_counts(shop: Shop) -> None:
    busy(shop)
    plan = three(shop)[2].history.plans[-1]
    assert Stock().counted(shop.connection, plan, look()) is None


def test_break_even_marks_the_month_and_what_this_one_will_come_to(shop: Shop) -> None:
    busy(shop)
    stock, candidates = Stock(), three(shop)
    found = stock.break_even(shop.connection, candidates, look(), look(NOVEMBER))
    assert found.own == (("October", 3, False), ("November", 3, True))
    assert [curve.plan_id for curve in found.curves] == ["a-unit", "b-credits", "c-tokens"]


# ---- months


def test_a_month_names_its_cheapest_plan_and_what_it_saves(shop: Shop) -> None:
    busy(shop)
    found, _ = Stock().compare(shop.connection, three(shop), look())
    best = month_best(found)
    assert (best.cheapest, best.total) == ("c-tokens", 60 * PICO // 100)
    assert (best.in_force, best.in_force_total) == ("a-unit", 150 * PICO // 100)
    assert best.saved == 90 * PICO // 100


def test_lines_are_those_of_the_plan_in_force_the_chosen_and_the_cheapest(shop: Shop) -> None:
    busy(shop)
    found, _ = Stock().compare(shop.connection, three(shop), look())
    assert lines_worth_drawing(found, "b-credits") == ["a-unit", "b-credits", "c-tokens"]
    assert lines_worth_drawing(found, "b-credits", most=2) == ["a-unit", "b-credits"]


# ---- how it is worked out


def test_a_fee_is_due_once_for_a_month_of_any_zone(shop: Shop) -> None:
    busy(shop)
    for zone, day in (("America/New_York", 1), ("Asia/Tokyo", 1), ("UTC", 4)):
        text = f'\n[period]\nkind = "month"\nday = {day}\n' if day > 1 else ""
        shop.plan(text, FEE, PER_UNIT, zone=zone)
        candidates = in_force_as(looked(shop).named(["short"]), "")
        found, _ = Stock().compare(shop.connection, candidates, look())
        assert [row.fees for row in found.rows] == [5 * PICO]

    there = ZoneInfo("Asia/Tokyo")
    span = Span(at("2026-09-30T15:00"), at("2026-10-31T15:00"), "October 2026")
    found, _ = Stock().compare(shop.connection, candidates, Look(span, NOW, there))
    assert [row.fees for row in found.rows] == [5 * PICO]


@pytest.mark.parametrize("name", [one.id for one in list_examples()])
def test_threads_that_were_silent_all_month_change_nothing(shop: Shop, name: str) -> None:
    text = next(one.text for one in list_examples() if one.id == name)
    candidate = Candidate(PlanHistory([parse_plan(text, name)]))
    busy(shop)
    found = totals(shop, [candidate])
    for day in ("2026-07-01", "2026-08-15", "2026-11-15"):
        shop.talk(f"{day}T10:00", f"far {day}")
        shop.spend(f"{day}T10:01", "3.00", f"far {day}")
    assert totals(shop, [candidate]) == found


def test_an_outcome_of_a_thread_that_ended_before_the_month_is_billed_in_it(shop: Shop) -> None:
    shop.plan(OUTCOME)
    shop.talk("2026-09-30T20:00", "late")
    candidates = in_force_as(looked(shop).named(["short"]), "")
    assert totals(shop, candidates) == [99 * PICO // 100]


def totals(shop: Shop, candidates: Sequence[Candidate]) -> list[int]:
    worked_out = work_out(
        shop.connection, candidates, Scope(), OCTOBER.since, OCTOBER.until, NOW, zone=UTC
    )
    return [sum(one.sums.total for one in each.bill.statements) for each in worked_out]


def units(found: Comparison) -> int:
    """Return the units of the plan that charges for each one."""
    return next(row.units for row in found.rows if row.plan_id in ("a-unit", "short"))


def test_plans_stand_as_they_were_at_the_end_of_what_is_compared(shop: Shop) -> None:
    busy(shop)
    shop.plan(FEE, PER_UNIT, plan="alpha")
    shop.plan(FEE.replace("5.00", "8.00"), PER_UNIT, plan="alpha", file="new.toml", version="2",
              since="2026-10-20")  # fmt: skip
    shop.plan(PER_UNIT, plan="beta")
    shop.use("alpha", "2026-09-01", seats=3)
    shop.use("beta", "2026-11-01")
    found, ids = looked(shop), ["alpha", "beta"]
    september = Span(at("2026-09-01"), at("2026-10-01"), "September 2026")

    def stand(span: Span | None) -> list[tuple[str, str, int, bool]]:
        plans = sorted(found.named(ids, span), key=lambda one: one.id)
        return [
            (one.id, one.plan.version, one.candidate.seats, one.candidate.is_in_force)
            for one in plans
        ]

    other = ("beta", "1", 0, False)
    assert stand(september) == [("alpha", "1", 3, True), other]
    assert stand(OCTOBER) == [("alpha", "2", 3, True), other]
    for span in (NOVEMBER, None):
        assert stand(span) == [("alpha", "2", 0, False), ("beta", "1", 0, True)]
    stock = Stock()
    fees = []
    for span in (september, OCTOBER):
        candidates = [one.candidate for one in found.named(ids, span)]
        rows = stock.compare(shop.connection, candidates, look(span))[0].rows
        fees += [row.fees // PICO for row in rows if row.is_in_force]
    assert fees == [5, 8]
