"""The burn-down shows what was left of each lot when, and where it is going."""

from __future__ import annotations

from datetime import UTC

from convledger.clock import DAY
from convledger.money import PICO
from convledger.reports.burning import FORESEEN, STEPS, burn_down
from convledger.reports.plan_figures import BurnDown
from tests.reports.foresight import each_day
from tests.reports.shop import CREDITS, PER_UNIT, Shop, at


def chart(shop: Shop, now: str, pool: str = "") -> BurnDown:
    return burn_down(shop.bill(now), pool, UTC)


def test_levels_rise_in_time_and_end_with_what_is_left(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"'))
    one = shop.use()
    each_day(shop, "2026-01", range(1, 15))
    now = at("2026-01-10T12:00")
    shop.ledger.buy_credits(one, now, now=now, amount=5 * PICO)
    found = chart(shop, "2026-01-15")

    instants = [level.at for level in found.levels]
    assert instants == sorted(instants)
    here = [level for level in found.levels if level.at == found.now]
    assert sum(here[0].left) == sum(here[-1].left) == 11 * PICO
    assert [lot.name for lot in found.lots] == ["included", "top-up of 10 Jan"]
    assert {len(level.left) for level in found.levels} == {2}


def test_no_level_is_ever_below_nothing(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"5"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 15), 3)

    assert all(left >= 0 for level in chart(shop, "2026-01-15").levels for left in level.left)


def test_a_chart_has_no_more_levels_than_can_be_shown(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"5000"'))
    shop.use()
    for hour in range(28 * 24):
        shop.talk(at("2026-01-01") + hour * 3_600_000_000, f"t{hour}")

    assert len(chart(shop, "2026-01-29").levels) < STEPS + FORESEEN + 10


def test_the_past_of_earlier_periods_is_left_out(shop: Shop) -> None:
    shop.plan(CREDITS)
    shop.use()
    each_day(shop, "2026-01", range(1, 5))
    each_day(shop, "2026-02", range(1, 3))
    found = chart(shop, "2026-02-10")

    assert found.since == at("2026-02-01")
    assert min(level.at for level in found.levels) >= found.since
    assert [lot.name for lot in found.lots] == ["included"]


def test_what_will_happen_is_marked(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"'))
    one = shop.use()
    each_day(shop, "2026-01", range(1, 15))
    now = at("2026-01-10")
    shop.ledger.buy_credits(one, now, now=now, amount=PICO, expires_at=at("2026-01-16"))
    found = chart(shop, "2026-01-15")

    assert {mark.kind for mark in found.marks} == {"topup", "expires", "empty", "resets"}
    assert found.until == at("2026-02-01")
    assert found.wasted == PICO


def test_without_a_next_grant_the_chart_ends_a_little_after_the_credits(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"\nper = "once"\nexpires = "never"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 15))

    assert chart(shop, "2026-01-15").until == at("2026-01-23")


def test_nothing_used_is_a_straight_line(shop: Shop) -> None:
    shop.plan(CREDITS)
    shop.use()
    found = chart(shop, "2026-01-15")

    assert {level.left for level in found.levels} >= {(10 * PICO,)}
    assert (found.empty_at, found.burn_per_day, found.confidence) == (None, None, "")


def test_a_pool_that_is_not_there_is_an_empty_chart(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    found = chart(shop, "2026-01-15", "nowhere")

    assert (found.lots, found.marks) == ((), ())


def test_after_the_contract_the_chart_still_stands(shop: Shop) -> None:
    shop.plan(CREDITS)
    shop.use(until=at("2026-01-20"))
    shop.talk("2026-01-05T10:00")
    found = chart(shop, "2026-03-15")

    assert found.until > found.since
    assert all(level.at >= found.since for level in found.levels)


def test_nothing_is_foreseen_of_a_plan_that_is_over(shop: Shop) -> None:
    shop.plan(CREDITS)
    one = shop.use(until=at("2026-01-20"))
    each_day(shop, "2026-01", range(1, 8))
    shop.ledger.buy_credits(one, at("2026-01-10"), now=at("2026-01-10"), amount=5 * PICO)
    found = chart(shop, "2026-01-25")

    assert found.is_over
    assert found.until == at("2026-01-20")
    assert (found.burn_per_day, found.empty_at, found.next_grant_at) == (None, None, None)
    assert (found.shortfall, found.wasted) == (0, 0)
    assert [mark.kind for mark in found.marks] == ["topup"]
    assert max(level.at for level in found.levels) == found.now


def test_nothing_is_foreseen_beyond_the_end_of_a_plan(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"'))
    shop.use(until=at("2026-01-18"))
    each_day(shop, "2026-01", range(1, 15))
    found = chart(shop, "2026-01-15")

    assert not found.is_over
    assert found.until == at("2026-01-18")
    assert (found.empty_at, found.empty_at_without_expiry) == (None, None)
    assert max(level.at for level in found.levels) <= found.until
    assert "empty" not in {mark.kind for mark in found.marks}


def test_the_end_of_time_can_be_drawn(shop: Shop) -> None:
    shop.plan(CREDITS, since="2199-12-01")
    shop.use(since="2199-12-01")
    shop.talk("2199-12-05T10:00")
    found = chart(shop, "2199-12-31T23:00")

    assert found.until - found.now <= 100 * DAY
