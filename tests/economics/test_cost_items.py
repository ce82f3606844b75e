"""What of a cost falls on which days: its own periods, month ends, and nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.cost_items import CostItem, Days

DATES = st.dates(date(2024, 1, 1), date(2029, 12, 31))


def item(amount: int, since: date, until: date | None, every: str = "") -> CostItem:
    return CostItem(1, "subscription", "Desk", amount, "USD", since, until, every)


def test_a_month_from_the_31st_ends_where_a_shorter_one_ends() -> None:
    found = item(31, date(2028, 1, 31), None, "month").periods(
        Days(date(2028, 2, 1), date(2028, 4, 1))
    )
    assert list(found) == [
        Days(date(2028, 1, 31), date(2028, 2, 29)),
        Days(date(2028, 2, 29), date(2028, 3, 31)),
        Days(date(2028, 3, 31), date(2028, 4, 30)),
    ]


def test_a_period_cut_short_by_the_end_counts_by_its_days() -> None:
    cut = item(31, date(2026, 10, 1), date(2026, 10, 11), "month")
    (period,) = cut.periods(Days(date(2026, 10, 1), date(2026, 12, 1)))
    assert cut.accrued(period, date(2026, 12, 1)) == 10


def test_one_without_days_has_no_period() -> None:
    never = item(5, date(2026, 10, 5), date(2026, 10, 5))
    assert list(never.periods(Days(date(2026, 1, 1), date(2027, 1, 1)))) == []


@given(
    st.integers(-(10**12), 10**12),
    DATES,
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 800),
    st.integers(0, 800),
)
def test_each_day_is_of_one_period_and_parts_add_up(
    amount: int, since: date, every: str, length: int, start: int
) -> None:
    known = item(amount, since, None, every)
    days = Days(since + timedelta(days=start), since + timedelta(days=start + length))
    periods = list(known.periods(days))
    assert periods[0].since <= days.since < periods[0].until
    assert periods[-1].since < days.until <= periods[-1].until
    for before, after in pairwise(periods):
        assert before.until == after.since
    for period in periods:
        assert known.accrued(period, period.until) == amount
        assert known.accrued(period, period.since) == 0
