"""Periods of every kind are closed when they are over, at either end of time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from convledger.money import usd_text
from convledger.reports.plan_news import PlanNews
from tests.reports.shop import CREDITS, PER_UNIT, WINDOW, Shop, at

ALLOWANCE = '\n[[alert]]\non = "allowance"\nat = [50, 100]\n'


def closed(news: PlanNews) -> list[str]:
    return [each.name for each in news.closed]


def test_a_subscription_of_one_second_is_a_whole_statement(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use(since="2026-01-05T10:00:00", until=at("2026-01-05T10:00:01"))
    shop.talk("2026-01-05T10:00:00")
    shop.talk("2026-01-05T10:00:01")

    assert closed(shop.follow("2026-01-05T10:00:02")) == ["2026-01"]
    assert [usd_text(each.due) for each in shop.bill("2026-02-01").statements] == ["0.5"]


def test_a_subscription_in_the_future_says_nothing_yet(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use(since="2199-12-01")

    news = shop.follow("2026-01-05")
    assert (closed(news), news.alerts, news.troubles, news.bills) == ([], [], [], {})


def test_a_plan_at_the_end_of_time_is_followed(shop: Shop) -> None:
    shop.plan(CREDITS, ALLOWANCE, since="2199-11-01")
    shop.use(since="2199-11-01")
    shop.talk("2199-12-05T10:00")

    assert closed(shop.follow("2199-12-31T23:59:59")) == ["2199-11"]
    assert shop.follow("2199-12-31T23:59:59").troubles == []


def test_a_plan_at_the_beginning_of_time_is_followed(shop: Shop) -> None:
    shop.plan(CREDITS, since="2000-01-01")
    shop.use(since="2000-01-01")
    shop.talk("2000-01-01T00:00:00")

    assert closed(shop.follow("2000-03-01")) == ["2000-01", "2000-02"]


def test_a_daily_plan_of_a_year_is_closed_at_once(shop: Shop) -> None:
    shop.plan('\n[period]\nkind = "day"\n', PER_UNIT)
    shop.use()
    shop.talk("2026-07-05T10:00")

    assert len(shop.follow("2027-01-01").closed) == 365
    assert closed(shop.follow("2027-01-02")) == ["2027-01-01"]


def test_the_anchor_on_the_31st_comes_back_after_short_months(shop: Shop) -> None:
    shop.plan('\n[period]\nkind = "month"\nanchor = "subscription"\n', PER_UNIT)
    shop.use(since="2026-01-31")

    names = [(each.since, each.until) for each in shop.follow("2026-06-01").closed]
    days = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert names == [(at(a), at(b)) for a, b in pairwise(days)]


def test_a_year_from_a_leap_day_ends_on_the_28th(shop: Shop) -> None:
    shop.plan('\n[period]\nkind = "year"\nanchor = "subscription"\n', PER_UNIT, since="2024-01-01")
    shop.use(since="2024-02-29")

    assert [each.until for each in shop.follow("2026-06-01").closed] == [
        at("2025-02-28"), at("2026-02-28"),
    ]  # fmt: skip


def test_days_are_as_long_as_the_zone_has_them(shop: Shop) -> None:
    shop.plan('\n[period]\nkind = "day"\n', PER_UNIT, zone="Europe/Berlin")
    shop.use(since="2026-03-27T23:00")

    lengths = [
        (each.until - each.since) // 3_600_000_000 for each in shop.follow("2026-03-31").closed
    ]
    assert lengths == [24, 23, 24]


def test_a_closed_month_is_counted_as_it_was_although_its_plan_was_edited(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00", "k")
    shop.talk("2026-01-05T11:00", "k")
    shop.follow("2026-02-03")
    shop.plan(PER_UNIT.replace("30m", "24h"))

    assert [usd_text(each.due) for each in shop.bill("2026-02-04").statements] == ["1", "0"]
    # The other view counts anew, and the month stands again after it.
    restated = shop.bill("2026-02-04", restate=True)
    assert [usd_text(each.due) for each in restated.statements] == ["0.5", "0"]
    assert [usd_text(each.due) for each in shop.bill("2026-02-04").statements] == ["1", "0"]

    # What is learnt late of that month is counted as that month was, the open one as it is now.
    shop.talk("2026-01-05T11:40", "k", older=True)
    shop.talk("2026-02-04T10:00", "k")
    shop.talk("2026-02-04T11:00", "k")
    assert [usd_text(each.due) for each in shop.bill("2026-02-05").statements] == ["1", "1"]


OVER = CREDITS.replace('"10"', '"1"') + '\n[overage]\npolicy = "charge"\nprice = "1.00"\n'
PROMO = '\n[[grant]]\nid = "promo"\namount = "3"\nper = "once"\nexpires = "never"\n'
FEE = '\n[[fee]]\nid = "base"\namount = "10"\nprorate = "day"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PER_UNIT, PER_UNIT.replace('"30m"', '"24h"')),
        (PER_UNIT, PER_UNIT.replace("0.50", "5.00")),
        (PER_UNIT, PER_UNIT.replace('"conversation"', '"chat"')),
        (PER_UNIT, FEE),
        (OVER, OVER.replace("1.00", "2.00")),
        (OVER, OVER + PROMO),
        (OVER + PROMO, OVER),
        (OVER, WINDOW),
        (OVER + FEE, OVER + FEE.replace('"10"', '"28"')),
        (OVER, OVER + '\n[[alert]]\non = "balance"\nat = [50]\n'),
    ],
)  # fmt: skip
def test_closing_a_month_in_which_the_version_changed_changes_no_figure(
    shop: Shop, before: str, after: str
) -> None:
    shop.plan(before)
    shop.plan(after, version="2", since="2026-02-10", file="two.toml")
    shop.use(since="2026-02-01")
    for name, when in (
        ("a", "02-05T10:00"), ("a", "02-05T12:00"), ("b", "02-09T23:50"), ("b", "02-10T00:10"),
        ("c", "02-15T10:00"), ("c", "02-15T12:00"), ("d", "02-28T23:50"), ("d", "03-01T00:10"),
        ("e", "02-16T10:00"), ("f", "03-02T10:00"),
    ):  # fmt: skip
        shop.talk(f"2026-{when}", name)

    def figures() -> tuple[object, ...]:
        bill = shop.bill("2026-03-05")
        return [(each.sums, each.lines) for each in bill.statements], bill.fold.totals("").balance

    open_ones = figures()
    assert closed(shop.follow("2026-03-05")) == ["2026-02"]
    assert figures() == open_ones
    assert shop.ledger.plan_book.frozen(shop.subscription().id)[0].versions


def test_late_use_in_a_closed_month_goes_by_the_version_of_its_day(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    later = shop.plan(
        PER_UNIT.replace("0.50", "5.00"), version="2", since="2026-02-10", file="2.toml"
    )
    shop.use(since="2026-02-01")
    shop.talk("2026-02-15T10:00", "a")
    assert closed(shop.follow("2026-03-05")) == ["2026-02"]
    shop.talk("2026-02-05T10:00", "early")
    shop.talk("2026-02-16T10:00", "late")
    expected = ["5", "5.5"]

    assert [usd_text(each.due) for each in shop.bill("2026-03-05").statements] == expected
    later.write_text(later.read_text("utf-8").replace("5.00", "7.00"), "utf-8")
    shop.ledger.plan_book.forget()
    assert [usd_text(each.due) for each in shop.bill("2026-03-05").statements] == expected


@pytest.mark.parametrize(
    "commit",
    ['true_up = "period"', 'true_up = "term"\nterm = "P2M"', 'true_up = "term"\nterm = "P3M"'],
)
@pytest.mark.parametrize("counts", [(10, 30, 5, 2), (2, 5, 1, 9), (24, 1, 40, 1), (1, 1, 1, 1)])
def test_late_use_is_paid_for_by_what_was_made_up_for_already(
    shop: Shop, commit: str, counts: tuple[int, ...]
) -> None:
    shop.plan(PER_UNIT, f'\n[commit]\nminimum_amount = "12"\n{commit}\n')
    shop.use(since="2026-01-01")
    for month, count in enumerate(counts, 1):
        for number in range(count):
            shop.talk(f"2026-{month:02d}-{1 + number % 28:02d}T1{number // 28}:00")
        assert closed(shop.follow(f"2026-{month + 1:02d}-02")) == [f"2026-{month:02d}"]
        for late in range(1, month + 1):  # something of every month so far turns up
            for number in range(1 + month * late % 4):
                shop.talk(f"2026-{late:02d}-20T1{month}:0{number}")
    kept, anew = (shop.bill("2026-05-02", restate=restate).statements for restate in (False, True))
    assert sum(each.due for each in kept) == sum(each.due for each in anew)
    assert any(line.about for each in kept for line in each.lines)
