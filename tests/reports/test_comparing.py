"""The same usage under several plans comes to what each would really have billed."""

from __future__ import annotations

from datetime import UTC

import pytest

from convledger.money import usd_text
from convledger.reports.comparing import span_name, work_out
from convledger.reports.history import Scope
from tests.reports.compared import FEE, LIMIT, busy, candidate, compared
from tests.reports.shop import (
    CREDITS,
    OUTCOME,
    PASSED_ON,
    PER_UNIT,
    WINDOW,
    Shop,
    at,
)

OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "0.12"\n'

TIERS = WINDOW + (
    '\n[[charge]]\nunit = "conversation"\nmodel = "graduated"\n'
    'tiers = [{ up_to = "2", price = "1.00" }, { up_to = "inf", price = "0.10" }]\n'
)

UNIQUE = (
    '\n[[unit]]\nid = "people"\ncount = "unique"\nkey = "user"\n'
    '\n[[charge]]\nunit = "people"\nprice = "0.05"\n'
)

SEATS = '\n[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\nseats = 3\n'

PLANS = {
    "money": (PER_UNIT,),
    "tiers": (TIERS,),
    "credits": (FEE, CREDITS.replace('"10"', '"2"'), OVERAGE),
    "outcomes": (OUTCOME,),
    "list price": (PASSED_ON,),
    "people": (UNIQUE,),
    "limited": (PER_UNIT, LIMIT),
    "seats": (SEATS, PER_UNIT),
}


@pytest.mark.parametrize("name", sorted(PLANS))
def test_a_month_compared_is_the_bill_of_somebody_who_has_the_plan(shop: Shop, name: str) -> None:
    busy(shop)
    shop.plan(*PLANS[name])
    shop.use(since="2026-01-01")
    real = next(each for each in shop.bill("2026-05-01").statements if each.name == "2026-03")
    (row,) = compared(shop, candidate(*PLANS[name])).rows

    # What is not used up is not carried over in any of these, and nothing is committed.
    assert row.total is not None
    assert usd_text(row.total) == usd_text(real.due)


def test_a_unit_that_opened_before_the_month_is_not_counted(shop: Shop) -> None:
    shop.talk("2026-02-28T23:50", "across")
    shop.talk("2026-03-01T00:10", "across")
    (row,) = compared(shop, candidate(PER_UNIT)).rows

    assert (row.units, row.total) == (0, 0)


def test_a_unit_that_opened_in_the_month_is_counted_whole(shop: Shop) -> None:
    shop.talk("2026-03-31T23:50", "end")
    shop.talk("2026-04-01T00:10", "end")
    shop.talk("2026-04-01T05:00", "end")
    (row,) = compared(shop, candidate(PER_UNIT)).rows

    assert row.units == 1


def test_the_cheapest_comes_first_and_says_so(shop: Shop) -> None:
    busy(shop)
    found = compared(
        shop,
        candidate(FEE, plan="dear", in_force=True),
        candidate(PER_UNIT, plan="cheap"),
    )

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("cheap", True), ("dear", False),
    ]  # fmt: skip
    cheap, dear = found.rows
    assert (dear.difference, cheap.difference) == (None, (cheap.total or 0) - (dear.total or 0))


def test_currencies_are_never_mixed(shop: Shop) -> None:
    busy(shop)
    found = compared(
        shop,
        candidate(FEE, in_force=True),
        candidate(PER_UNIT, plan="euro", currency="EUR"),
    )

    assert {row.currency for row in found.rows} == {"USD", "EUR"}
    assert [row.difference for row in found.rows] == [None, None]
    assert not any(row.is_cheapest for row in found.rows)


def test_seats_are_those_of_whoever_has_the_plan(shop: Shop) -> None:
    rows = [compared(shop, candidate(SEATS, seats=seats)).rows[0].total for seats in (0, 7)]
    assert rows == [30 * 10**12, 70 * 10**12]


def test_a_plan_is_taken_as_it_is_today_whenever_it_began(shop: Shop) -> None:
    busy(shop)
    old = compared(shop, candidate(PER_UNIT)).rows[0].total
    assert compared(shop, candidate(PER_UNIT, since="2026-04-20")).rows[0].total == old


def test_without_any_usage_only_fees_are_due(shop: Shop) -> None:
    found = compared(shop, candidate(FEE, PER_UNIT), candidate(plan="empty"))

    assert [row.total for row in found.rows] == [0, 49 * 10**12]
    assert {row.per_conversation for row in found.rows} == {None}


def test_what_lies_in_the_future_is_not_counted_yet(shop: Shop) -> None:
    busy(shop)
    early = compared(shop, candidate(PER_UNIT), now="2026-03-02T12:00")
    assert (early.rows[0].units, early.is_closed) == (2, False)


def test_outcomes_that_settle_in_the_month_belong_to_it(shop: Shop) -> None:
    shop.talk("2026-02-28T20:00", "before")
    shop.talk("2026-03-31T20:00", "after")
    (row,) = compared(shop, candidate(OUTCOME)).rows
    assert row.units == 1


def test_candidates_do_not_touch_each_other(shop: Shop) -> None:
    busy(shop)
    several = [candidate(*parts, plan=name.split()[0]) for name, parts in sorted(PLANS.items())]
    args = (Scope(), at("2026-03-01"), at("2026-04-01"), at("2026-05-01"))
    together = [each.bill.statements for each in work_out(shop.connection, several, *args)]
    apart = [work_out(shop.connection, [each], *args)[0].bill.statements for each in several]

    assert together == apart


@pytest.mark.parametrize(
    ("since", "until", "name"),
    [
        ("2026-03-01", "2026-04-01", "March 2026"),
        ("2026-12-01", "2027-01-01", "December 2026"),
        ("2026-03-01", "2026-05-01", "1 Mar to 30 Apr 2026"),
        ("2025-03-01", "2026-04-01", "1 Mar 2025 to 31 Mar 2026"),
        ("2026-03-05", "2026-03-06", "5 Mar to 5 Mar 2026"),
    ],
)
def test_stretches_of_time_have_names(since: str, until: str, name: str) -> None:
    assert span_name(at(since), at(until), UTC) == name


def test_a_month_is_not_billed_what_a_year_commits_one_to(shop: Shop) -> None:
    committed = '\n[commit]\nminimum_amount = "24000.00"\ntrue_up = "term"\nterm = "P12M"\n'
    (row,) = compared(busy(shop), candidate(PER_UNIT, committed)).rows

    assert row.total is not None
    assert row.total < 24_000 * 10**12


YEAR = '\n[period]\nkind = "year"\n'


@pytest.mark.parametrize(
    ("kind", "total", "note"),
    [
        ("year", "4.16", "a year's fee for 31 of 365 days"),
        ("month", "49", ""),
        ("week", "217", "the last week's fee for 3 of 7 days"),
        ("day", "1519", ""),
        ("none", "49", ""),
    ],
)
def test_a_fee_counts_by_the_days_of_what_is_compared(
    shop: Shop, kind: str, total: str, note: str
) -> None:
    once = '\n[[fee]]\nid = "setup"\namount = "7.00"\nper = "once"\n'
    period = f'\n[period]\nkind = "{kind}"\n'
    (row,) = compared(shop, candidate(period, FEE)).rows
    (with_setup,) = compared(shop, candidate(period, FEE, once)).rows

    assert row.total is not None
    assert (usd_text(row.total), row.note) == (total, note)
    assert usd_text((with_setup.total or 0) - row.total) == "7"


def test_what_is_promised_for_a_year_is_left_out_of_a_month_and_said(shop: Shop) -> None:
    shop.talk("2026-03-05T10:00")
    least = PER_UNIT.replace('"0.50"', '"0.50"\nminimum_units = "900"')
    committed = '\n[commit]\nminimum_amount = "500.00"\n'
    for parts in ((least,), (PER_UNIT, committed)):
        (yearly,) = compared(shop, candidate(YEAR, *parts)).rows
        assert (usd_text(yearly.total or 0), yearly.note) == ("0.5", "a year's minimum left out")
        (monthly,) = compared(shop, candidate(*parts)).rows
        assert (monthly.total or 0) > 400 * 10**12
        assert monthly.note == ""


def test_a_part_of_a_year_has_a_part_of_its_credits_like_its_fee(shop: Shop) -> None:
    for number in range(90):
        shop.talk(f"2026-03-{1 + number // 3:02d}T{6 * (number % 3):02d}:00")
    fee, dear = FEE.replace("49.00", "1200.00"), OVERAGE.replace("0.12", "2.00")
    year = (YEAR, fee, CREDITS.replace('"10"', '"120"'), dear)
    month = (FEE.replace("49.00", "100.00"), CREDITS, dear)
    found = compared(shop, candidate(*year, plan="yearly"), candidate(*month, plan="monthly"))

    monthly, yearly = found.rows
    # 120 * 31/365 are 10.19 credits, which leave 79.81 to be paid beside 101.92.
    assert [(row.plan_id, usd_text(row.total or 0)) for row in found.rows] == [
        ("monthly", "260"), ("yearly", "261.54"),
    ]  # fmt: skip
    assert (yearly.included, yearly.over) == (10, 80)
    assert yearly.note == "a year's fee and 120 credits for 31 of 365 days"
    assert (monthly.included, monthly.note) == (10, "")


@pytest.mark.parametrize(
    ("period", "grant", "included", "note"),
    [
        ("week", "", 14 * 4 + 6, "the last week's 14 credits for 3 of 7 days"),
        ("month", "", 14, ""),
        ("none", "", 14, ""),
        ("year", 'per = "once"\n', 14, "4 of credits given once"),
        ("year", 'every = "P1M"\nexpires = "never"\n', 14, ""),
        ("year", 'every = "7d"\nexpires = "never"\n', 14 * 4 + 6, "the last 14 credits by the day"),
        ("year", 'kind = "promo"\n', None, ""),
    ],
)
def test_only_what_comes_with_a_part_of_a_period_is_cut(
    shop: Shop, period: str, grant: str, included: int | None, note: str
) -> None:
    busy(shop)
    parts = f'\n[period]\nkind = "{period}"\n', CREDITS.replace('"10"', '"14"') + grant
    (row,) = compared(shop, candidate(*parts)).rows

    assert row.included == included
    told = [part for part in row.note.split(" · ") if part and "expire" not in part]
    assert told == ([note] if note else [])


def test_a_bill_is_never_given_a_part_of_its_credits(shop: Shop) -> None:
    shop.plan(YEAR, CREDITS.replace('"10"', '"120"'))
    shop.use(since="2026-03-01", until=at("2026-04-01"))
    (statement,) = shop.bill("2026-05-01").statements
    assert statement.sums.granted == 120 * 10**12
