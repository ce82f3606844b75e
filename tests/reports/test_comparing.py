"""The same usage under several plans comes to what each would really have billed."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from convledger.money import usd_text
from convledger.plans.parse import parse_plan
from convledger.plans.versions import PlanHistory
from convledger.reports.comparing import Candidate, compare_plans, span_name, work_out
from convledger.reports.history import Scope
from convledger.reports.plan_figures import Comparison
from convledger.zones import zone_of
from tests.reports.shop import (
    CREDITS,
    OUTCOME,
    PASSED_ON,
    PER_UNIT,
    WINDOW,
    Shop,
    at,
    document,
)

FEE = '\n[[fee]]\nid = "base"\namount = "49.00"\n'
OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "0.12"\n'
TIERS = WINDOW + (
    '\n[[charge]]\nunit = "conversation"\nmodel = "graduated"\n'
    'tiers = [{ up_to = "2", price = "1.00" }, { up_to = "inf", price = "0.10" }]\n'
)
UNIQUE = (
    '\n[[unit]]\nid = "people"\ncount = "unique"\nkey = "user"\n'
    '\n[[charge]]\nunit = "people"\nprice = "0.05"\n'
)
LIMIT = (
    '\n[[limit]]\nid = "daily"\nunit = "conversation"\ncap = "1"\nwindow = "rolling"\n'
    'duration = "24h"\non_exceed = "block"\n'
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


def candidate(*parts: str, seats: int = 0, in_force: bool = False, **head: str) -> Candidate:
    """Return a plan to compare."""
    history = PlanHistory([parse_plan(document(*parts, **head), "plan.toml")])
    return Candidate(history, seats, in_force)


def compared(shop: Shop, *candidates: Candidate, now: str = "2026-05-01") -> Comparison:
    """Return March under some plans."""
    since, until = at("2026-03-01"), at("2026-04-01")
    return compare_plans(
        shop.connection, candidates, Scope(), since, until, at(now), zone_of("UTC")[0]
    )


def busy(shop: Shop) -> Shop:
    """Let things happen before, in and after March, and across its ends."""
    for when, name in (
        ("2026-02-20T10:00", "a"), ("2026-02-28T23:50", "across"), ("2026-03-01T00:10", "across"),
        ("2026-03-02T10:00", "b"), ("2026-03-02T10:20", "b"), ("2026-03-02T11:30", "b"),
        ("2026-03-09T10:00", "a"), ("2026-03-31T23:50", "end"), ("2026-04-01T00:10", "end"),
        ("2026-04-05T10:00", "c"),
    ):  # fmt: skip
        shop.talk(when, name)
        shop.spend(when, "0.30", name)
    return shop


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


def test_a_plan_that_refuses_is_never_the_cheapest(shop: Shop) -> None:
    busy(shop)
    found = compared(shop, candidate(PER_UNIT, LIMIT, plan="strict"), candidate(PER_UNIT))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("strict", False), ("short", True),
    ]  # fmt: skip
    assert found.rows[0].blocked > 0
    assert "refused" in found.rows[0].note


def test_credits_that_are_gone_and_block_are_refused_too(shop: Shop) -> None:
    busy(shop)
    block = '\n[overage]\npolicy = "block"\n'
    found = compared(shop, candidate(CREDITS.replace('"10"', '"1"'), block), candidate(FEE))

    assert [row.is_cheapest for row in found.rows] == [False, True]


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


def test_calls_without_a_price_are_counted_apart(shop: Shop) -> None:
    shop.spend("2026-03-05T10:00", None, "a")
    shop.spend("2026-03-05T11:00", "2.00", "a")
    shop.spend("2026-04-05T11:00", None, "a")
    found = compared(shop, candidate(PASSED_ON), candidate(PER_UNIT, plan="other"))

    rows: dict[str, Any] = {row.plan_id: row for row in found.rows}
    assert (rows["short"].unpriced_calls, rows["short"].total) == (1, 2 * 10**12)
    assert rows["other"].unpriced_calls == 0
    assert (found.calls, found.unpriced_calls) == (2, 1)


CARD = WINDOW + (
    '\n[[charge]]\nunit = "conversation"\nmodel = "rate_card"\n'
    'rate_card = [{ match = { project = "x" }, price = "1" }]\n'
)


def test_what_no_price_fits_is_said_and_never_the_cheapest_beside_what_is_priced(
    shop: Shop,
) -> None:
    busy(shop)
    found = compared(shop, candidate(CARD, plan="card"), candidate(PER_UNIT))

    assert [(row.plan_id, row.total == 0, row.unpriced, row.note) for row in found.rows] == [
        ("card", True, 4, "4 have no price"), ("short", False, 0, ""),
    ]  # fmt: skip
    assert [row.is_cheapest for row in found.rows] == [False, True]
    (alone,) = compared(shop, candidate(CARD, plan="card")).rows
    assert alone.is_cheapest


def test_credits_beyond_the_lots_without_a_price_are_as_many_as_they_are(shop: Shop) -> None:
    busy(shop)
    few = CREDITS.replace('"10"', '"2"')
    found = compared(shop, candidate(few, plan="few"), candidate(FEE))

    assert [(row.plan_id, row.unpriced, row.is_cheapest) for row in found.rows] == [
        ("few", 2, False), ("short", 0, True),
    ]  # fmt: skip


def test_calls_without_a_price_are_not_the_cheapest_beside_a_plan_that_needs_none(
    shop: Shop,
) -> None:
    shop.spend("2026-03-05T10:00", None, "a")
    shop.spend("2026-03-05T11:00", "2.00", "a")
    found = compared(shop, candidate(PASSED_ON, plan="list"), candidate(FEE))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("list", False), ("short", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "note", "grace"),
    [
        ('"carry"', "3 owed", 0),
        ('"degrade"', "3 credits served at less", 0),
        ('"charge"\nprice = "0.10"\ngrace = "2"', "2 free by grace", 2),
        ('"carry"\ngrace = "2"', "1 owed · 2 free by grace", 2),
    ],
)
def test_what_no_lot_pays_is_used_too_and_said(
    shop: Shop, policy: str, note: str, grace: int
) -> None:
    busy(shop)
    beyond = f"\n[overage]\npolicy = {policy}\n"
    (row,) = compared(shop, candidate(CREDITS.replace('"10"', '"1"'), beyond)).rows

    assert (row.units, row.included, row.note) == (4, 1, note)
    assert row.over == 4 - 1 - (row.owed + row.degraded + row.grace) // 10**12
    assert row.grace == grace * 10**12


@pytest.mark.parametrize("policy", ["carry", "degrade"])
def test_what_is_owed_or_served_at_less_is_not_the_cheapest(shop: Shop, policy: str) -> None:
    busy(shop)
    some = candidate(
        CREDITS.replace('"10"', '"1"'), f'\n[overage]\npolicy = "{policy}"\n', plan="some"
    )
    found = compared(shop, some, candidate(PER_UNIT))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("some", False), ("short", True),
    ]  # fmt: skip


def test_what_a_limit_serves_at_less_is_never_the_cheapest(shop: Shop) -> None:
    busy(shop)
    less = LIMIT.replace('"block"', '"degrade"')
    found = compared(shop, candidate(WINDOW, less, plan="less"), candidate(PER_UNIT))

    assert [(row.plan_id, row.note, row.is_cheapest) for row in found.rows] == [
        ("less", "1 conversation served at less", False), ("short", "", True),
    ]  # fmt: skip


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


def test_a_plan_for_what_was_not_used_is_never_the_cheapest(shop: Shop) -> None:
    busy(shop)
    templates = '\n[[unit]]\nid = "marketing"\ncount = "event"\nevent = "template"\n'
    charge = '\n[[charge]]\nunit = "marketing"\nprice = "0.05"\n'
    found = compared(shop, candidate(templates + charge, plan="other"), candidate(PER_UNIT))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("other", False), ("short", True),
    ]  # fmt: skip
    assert found.rows[0].note == "nothing of this usage is counted"
    (alone,) = compared(shop, candidate(templates + charge, plan="other")).rows
    assert alone.is_cheapest
    (fee,) = compared(shop, candidate(FEE, plan="flat")).rows
    assert not fee.counts_nothing
