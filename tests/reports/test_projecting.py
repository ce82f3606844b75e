"""What a period will come to counts the lots, packs and limits that are known beforehand."""

from __future__ import annotations

import pytest

from convledger.money import usd_text
from convledger.reports.projecting import projected_total
from tests.reports.shop import CREDITS, INCLUDED, PER_UNIT, WINDOW, Shop

OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "1.00"\n'
WEEKLY = CREDITS + 'every = "1w"\n'
PACKS = """
[[topup]]
id = "pack"
credits = "10"
price = "5.00"
trigger = "auto"
threshold = "2"
"""
BUYS = '\n[overage]\npolicy = "topup"\n'


def each_day(shop: Shop, days: range, count: int) -> None:
    """Hold so many conversations on each of some days of January."""
    for day in days:
        for hour in range(count):
            shop.talk(f"2026-01-{day:02d}T{6 * hour + 1:02d}:00")


def projected(shop: Shop, now: str) -> str:
    return usd_text(projected_total(shop.bill(now)) or 0)


def final(shop: Shop) -> str:
    return usd_text(shop.bill("2026-02-02").statements[0].sums.total)


@pytest.mark.parametrize(
    ("parts", "end"),
    [
        # Of 124 in the month 50 are granted, ten on each 1st, 8th, 15th, 22nd and 29th.
        ((WEEKLY, OVERAGE), "74"),
        ((WEEKLY, OVERAGE + 'grace = "20"\n'), "54"),
        ((WEEKLY + 'cost_basis = "1.00"\n', '\n[overage]\npolicy = "block"\n'), "50"),
        ((WEEKLY.replace('"10"', '"28"') + 'cost_basis = "1.00"\n', OVERAGE), "140"),
        # Twelve packs and the ten included hold 130: two remain above the 124.
        ((CREDITS, PACKS, BUYS), "60"),
        ((CREDITS, PACKS + "max_per_period = 4\n", BUYS), "20"),
        # Where the fourth pack is the last, 74 of the 124 are charged.
        ((CREDITS, PACKS + "max_per_period = 4\n", OVERAGE), "94"),
        ((WEEKLY, PACKS, BUYS), "40"),
    ],
)
def test_what_is_granted_and_bought_up_to_the_end_is_foreseen(
    shop: Shop, parts: tuple[str, ...], end: str
) -> None:
    shop.plan(*parts)
    shop.use()
    each_day(shop, range(1, 32), 4)

    assert [projected(shop, f"2026-01-{day:02d}") for day in (6, 9, 16, 31)] == [end] * 4
    assert final(shop) == end


def test_a_pack_is_foreseen_only_where_credits_will_be_missing(shop: Shop) -> None:
    shop.plan(WINDOW, INCLUDED + 'amount = "100"\n', PACKS, BUYS)
    shop.use()
    each_day(shop, range(1, 11), 3)
    assert projected(shop, "2026-01-11") == "0"  # 93 of 100, and two are the least

    each_day(shop, range(11, 13), 4)
    assert projected(shop, "2026-01-13") == "5"


MONTHLY = """
[[limit]]
id = "most"
unit = "conversation"
cap = "30"
window = "calendar"
calendar = "month"
on_exceed = "block"
"""
BEYOND = CREDITS + "\n" + OVERAGE + MONTHLY


@pytest.mark.parametrize(
    ("parts", "ends"),
    [
        ((PER_UNIT, MONTHLY), ["15"] * 4),
        ((PER_UNIT, MONTHLY.replace('"block"', '"degrade"')), ["62"] * 4),
        ((BEYOND,), ["20"] * 4),
        # Four days with sixteen, and four weeks, the last of six days, with twenty each.
        ((PER_UNIT, MONTHLY.replace('"30"', '"20"').replace("month", "week")), ["48"] * 4),
        ((PER_UNIT, MONTHLY, 'where = { model = "another" }\n'), ["62"] * 4),
    ],
)
def test_what_a_limit_refuses_is_not_foreseen(
    shop: Shop, parts: tuple[str, ...], ends: list[str]
) -> None:
    shop.plan(*parts)
    shop.use()
    each_day(shop, range(1, 32), 4)

    assert [projected(shop, f"2026-01-{day:02d}") for day in (6, 8, 15, 31)] == ends
    assert final(shop) == ends[-1]
