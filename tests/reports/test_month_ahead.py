"""What a period will come to is foreseen by time, use and the fees that are due once."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convledger.clock import DAY
from convledger.money import PICO, usd_text
from convledger.reports.projecting import projected_total
from tests.reports.foresight import OVERAGE, ahead, each_day
from tests.reports.shop import CREDITS, PER_UNIT, WINDOW, Shop, at

FEE = '\n[[fee]]\nid = "base"\namount = "49.00"\n'


def test_the_period_is_projected_by_time_and_fees_are_due_once(shop: Shop) -> None:
    shop.plan(FEE, PER_UNIT)
    shop.use()
    each_day(shop, "2026-01", range(1, 11), 2)

    projected = projected_total(shop.bill("2026-01-11"))
    assert projected is not None
    assert Fraction(projected, PICO) == 49 + Fraction(10 * 31, 10)


def test_nothing_is_projected_before_time_has_passed_or_without_a_plan(shop: Shop) -> None:
    shop.plan(FEE, PER_UNIT)
    shop.use(until=at("2026-01-20"))

    assert projected_total(shop.bill("2026-01-01")) is None
    assert projected_total(shop.bill("2026-01-25")) is None


def test_a_period_that_is_cut_short_is_projected_to_its_own_end(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use(since="2026-01-11", until=at("2026-01-21"))
    shop.talk("2026-01-12T10:00")
    projected = projected_total(shop.bill(at("2026-01-11") + 5 * DAY))

    assert projected == PICO


MINIMUM = 'minimum_units = "50"\n'

COMMIT = '\n[commit]\nminimum_amount = "100.00"\n'

TIERS = """
[[charge]]
unit = "conversation"
model = "graduated"
tiers = [{ up_to = "20", price = "0" }, { up_to = "inf", price = "1.00" }]
"""


@pytest.mark.parametrize(
    ("blocks", "a_day", "end"),
    [
        ((PER_UNIT + MINIMUM,), 0, "25"),  # 50 at $0.50
        ((PER_UNIT + MINIMUM,), 1, "25"),  # 31 are foreseen
        ((PER_UNIT + MINIMUM,), 2, "31"),  # 62 are
        ((PER_UNIT, COMMIT), 0, "100"),
        ((PER_UNIT, COMMIT), 2, "100"),
        ((PER_UNIT, COMMIT.replace("100", "20")), 2, "31"),
        ((FEE, PER_UNIT, COMMIT), 0, "149"),
        ((PER_UNIT + 'cap = "12.00"\n',), 2, "12"),
        ((WINDOW, TIERS), 2, "42"),  # 62, of which 20 are free
    ],
)
def test_minimum_commitment_cap_and_tiers_go_by_the_use_that_is_foreseen(
    shop: Shop, blocks: tuple[str, ...], a_day: int, end: str
) -> None:
    shop.plan(*blocks)
    shop.use()
    each_day(shop, "2026-01", range(1, 11), a_day)

    assert usd_text(projected_total(shop.bill("2026-01-11")) or 0) == end


def test_what_a_term_commits_to_is_foreseen_at_its_end_less_what_was_spent(shop: Shop) -> None:
    shop.plan(PER_UNIT, COMMIT + 'true_up = "term"\nterm = "P2M"\n')
    shop.use()
    each_day(shop, "2026-01", range(1, 11), 2)

    assert usd_text(projected_total(shop.bill("2026-01-11")) or 0) == "31"
    assert usd_text(projected_total(shop.bill("2026-02-11")) or 0) == "90"


def test_what_was_late_is_due_once(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-02-01")
    shop.talk("2026-01-20T10:00")
    shop.talk("2026-02-01T10:00")

    assert usd_text(projected_total(shop.bill("2026-02-03")) or 0) == "7.5"


def test_credits_used_late_are_beyond_the_included_ones_once(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"1"'), OVERAGE)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-02-01")
    shop.talk("2026-01-20T10:00")
    shop.talk("2026-01-21T10:00")
    shop.talk("2026-02-01T10:00")

    # One of the two late ones took February's credit: each of the others costs $0.12.
    assert shop.bill("2026-02-03").statements[-1].sums.total == 24 * PICO // 100
    # Three in 28 days go on for the 26 that are left: 2.79 at $0.12 besides.
    assert usd_text(projected_total(shop.bill("2026-02-03")) or 0) == "0.57"


def test_overage_goes_on_as_credits_burn_and_packs_are_due_once(shop: Shop) -> None:
    pack = '\n[[topup]]\nid = "pack"\ncredits = "1"\nprice = "9.00"\n'
    shop.plan(CREDITS.replace('"10"', '"1"'), OVERAGE, pack)
    one = shop.use()
    shop.ledger.buy_credits(one, at("2026-01-01"), now=at("2026-01-01"))
    each_day(shop, "2026-01", range(1, 11), 2)

    # 62 in the month, two of them included: 60 at $0.12, and the pack.
    assert usd_text(projected_total(shop.bill("2026-01-11")) or 0) == "16.2"


def test_what_is_short_of_the_month_is_in_what_it_will_come_to(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"40"'), OVERAGE)
    shop.use()
    each_day(shop, "2026-01", range(1, 11), 2)
    found = ahead(shop, "2026-01-11")

    assert found.shortfall == 22 * PICO  # 62 foreseen, 40 included
    assert projected_total(shop.bill("2026-01-11")) == found.shortfall_money


@pytest.mark.parametrize("policy", ["block", "carry", "degrade"])
def test_what_is_not_charged_beyond_the_credits_is_not_foreseen(shop: Shop, policy: str) -> None:
    shop.plan(CREDITS.replace('"10"', '"1"'), f'\n[overage]\npolicy = "{policy}"\n')
    shop.use()
    each_day(shop, "2026-01", range(1, 11), 2)

    assert projected_total(shop.bill("2026-01-11")) == 0


def test_overage_goes_on_at_the_price_of_the_version_in_force(shop: Shop) -> None:
    credits_of_one = CREDITS.replace('"10"', '"1"')
    shop.plan(credits_of_one, OVERAGE)
    dearer = OVERAGE.replace("0.12", "1.00")
    shop.plan(credits_of_one, dearer, version="2", since="2026-01-06", file="second.toml")
    shop.use()
    each_day(shop, "2026-01", range(1, 11))

    # Four beyond the credits at $0.12, five at $1.00, and one a day for the 21 that are left.
    assert usd_text(projected_total(shop.bill("2026-01-11")) or 0) == "26.48"


def test_a_period_without_an_end_has_nothing_to_come_to(shop: Shop) -> None:
    shop.plan('\n[period]\nkind = "none"\n', PER_UNIT)
    shop.use()
    each_day(shop, "2026-01", range(1, 4))
    assert projected_total(shop.bill("2026-01-05")) is None

    shop.ledger.end_plan(shop.subscription(), at("2026-01-09"))
    assert usd_text(projected_total(shop.bill("2026-01-05")) or 0) == "3"
