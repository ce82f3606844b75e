"""Fees are due whole, by the day, by the seat, or once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY
from convledger.money import usd_text
from convledger.plans.contract import Contract
from convledger.plans.fees import fees_of, share_of

from .bills import at, bill, contract, totals
from .documents import HEAD, plan

FEE = '\n[[fee]]\nid = "base"\namount = "31.00"\n'
SEAT = FEE + 'per = "seat"\n'
DAILY = FEE + 'prorate = "day"\n'
DAILY_SEAT = SEAT + 'prorate = "day"\n'
BERLIN = HEAD.replace('timezone = "UTC"', 'timezone = "Europe/Berlin"')


def due(made: Contract, now: str = "2026-02-15") -> dict[str, str]:
    return totals(bill(made, [], now))


def seats(*changes: tuple[str, int], **more: Any) -> dict[str, Any]:
    return {"seats": tuple((at(when), count) for when, count in changes), **more}


def test_a_fee_is_due_whole_even_for_a_part_of_a_month() -> None:
    assert due(contract(plan(FEE), began="2026-01-31")) == {"2026-01": "31", "2026-02": "31"}


def test_a_fee_by_the_day_counts_the_days_that_are_touched() -> None:
    made = contract(plan(DAILY), began="2026-01-30T23:59")
    assert due(made, "2026-01-31") == {"2026-01": "2"}


def test_a_contract_of_one_second_is_a_day() -> None:
    made = contract(plan(DAILY), began="2026-01-10", ended=at("2026-01-10T00:00:01"))
    assert due(made) == {"2026-01": "1"}


def test_the_day_on_which_a_contract_ends_at_midnight_is_not_touched() -> None:
    made = contract(plan(DAILY), began="2026-01-10", ended=at("2026-01-12"))
    assert due(made) == {"2026-01": "2"}


def test_days_are_those_of_the_plans_zone() -> None:
    # 23:30 in London is the next day in Berlin.
    made = contract(plan(DAILY, head=BERLIN), began="2026-01-30T23:30")
    assert due(made, "2026-01-31") == {"2026-01": "1"}


def test_a_month_with_a_day_of_23_hours_is_a_whole_month() -> None:
    made = contract(plan(DAILY, head=BERLIN), began="2026-02-28T23:00")
    assert due(made, "2026-03-30") == {"2026-03": "31"}


def test_what_is_due_once_is_due_in_the_first_period_alone() -> None:
    once = contract(plan(FEE + 'per = "once"\n'), began="2026-01-20")
    assert due(once, "2026-03-01") == {"2026-01": "31", "2026-02": "0", "2026-03": "0"}


def test_seats_are_those_at_the_beginning_of_the_period() -> None:
    made = contract(plan(SEAT), **seats(("2026-01-01", 2), ("2026-01-02", 7)))
    assert due(made) == {"2026-01": "62", "2026-02": "217"}


def test_no_seats_cost_nothing_and_ten_thousand_cost_as_many() -> None:
    made = contract(plan(SEAT), **seats(("2026-01-01", 10_000), ("2026-02-01", 0)))
    assert due(made) == {"2026-01": "310000", "2026-02": "0"}


def test_the_last_change_of_a_day_decides_about_it() -> None:
    changes = seats(("2026-01-01", 1), ("2026-01-31T08:00", 9), ("2026-01-31T20:00", 2))
    assert due(contract(plan(DAILY_SEAT), **changes)) == {"2026-01": "32", "2026-02": "62"}


def test_a_change_in_the_last_second_counts_for_its_day() -> None:
    changes = seats(("2026-01-01", 1), ("2026-01-31T23:59:59", 2))
    assert due(contract(plan(DAILY_SEAT), **changes)) == {"2026-01": "32", "2026-02": "62"}


def test_a_change_after_the_contract_has_ended_changes_nothing() -> None:
    changes = seats(("2026-01-01", 1), ("2026-01-20", 5), ended=at("2026-01-11"))
    assert due(contract(plan(DAILY_SEAT), **changes)) == {"2026-01": "10"}


def test_fees_in_the_trillions_are_exact() -> None:
    dear = plan(SEAT.replace("31.00", "999999999999.99"))
    made = contract(dear, **seats(("2026-01-01", 10_000)))
    assert due(made)["2026-01"] == "9999999999999900"


def test_leap_days_are_days() -> None:
    head = HEAD.replace("2026-01-01", "2024-01-01")
    made = contract(plan(DAILY.replace("31.00", "29.00"), head=head), began="2024-02-29")
    assert due(made, "2024-02-29T12:00") == {"2024-02": "1"}


def test_a_plan_for_all_time_is_due_once() -> None:
    made = contract(plan('[period]\nkind = "none"\n', FEE), began="2026-01-20")
    assert list(due(made, "2199-12-31").values()) == ["31"]


def test_the_share_of_a_period_lies_between_nothing_and_all() -> None:
    period = next(contract(plan(FEE)).periods(at("2026-01-10")))
    assert share_of(period.span, period.since - 1) == 0
    assert share_of(period.span, period.since + DAY) == Fraction(1, 31)
    assert share_of(period.span, period.until + DAY) == 1


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 31 * 24 - 1), st.integers(0, 50)), max_size=8),
    st.integers(1, 20),
)
def test_seats_by_the_day_are_the_sum_over_days(changes: list[tuple[int, int]], first: int) -> None:
    """By another way: each day costs what the seats at its end cost, one part of 31."""
    begun = at("2026-01-01")
    known = {begun: first} | {begun + hour * DAY // 24: count for hour, count in sorted(changes)}
    made = contract(plan(DAILY_SEAT), seats=tuple(sorted(known.items())))
    period = next(made.periods(begun))
    ((_, quantity, amount),) = list(fees_of(made, period))

    ends = [begun + (day + 1) * DAY - 1 for day in range(31)]
    by_day = [[count for since, count in sorted(known.items()) if since <= end][-1] for end in ends]
    assert quantity == Fraction(sum(by_day), 31)
    assert usd_text(round(amount * 10**12)) == str(sum(by_day))
