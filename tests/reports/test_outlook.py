"""How long credits last is foreseen from what was burnt."""

from __future__ import annotations

import pytest

from convledger.money import PICO, usd_text
from convledger.reports.outlook import daily_burn
from tests.reports.foresight import OVERAGE, ahead, each_day
from tests.reports.shop import CREDITS, INCLUDED, OUTCOME, WINDOW, Shop, at

CARRY = '\n[overage]\npolicy = "carry"\n'

NO_GRANT = CREDITS.split("[[grant]]", maxsplit=1)[0]


def test_one_credit_a_day_lasts_as_many_days_as_there_are_credits(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 15))
    found = ahead(shop, "2026-01-15")

    assert found.balance == 6 * PICO
    assert found.burn_per_day == PICO
    assert found.empty_at == at("2026-01-21")
    assert (found.reset_at, found.next_grant) == (at("2026-02-01"), 20 * PICO)
    assert found.shortfall == 11 * PICO
    assert found.shortfall_money is None


def test_what_is_missing_has_the_price_of_overage(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"'), OVERAGE)
    shop.use()
    each_day(shop, "2026-01", range(1, 15))

    assert usd_text(ahead(shop, "2026-01-15").shortfall_money or 0) == "1.32"


def test_credits_that_last_to_the_next_grant_are_never_empty(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"500"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 15))
    found = ahead(shop, "2026-01-15")

    assert found.empty_at is None
    assert found.shortfall == 0
    assert found.runway.will_expire_unused == (500 - 14 - 17) * PICO


def test_nothing_burnt_lasts_for_ever_and_no_rate_is_made_up(shop: Shop) -> None:
    shop.plan(CREDITS)
    shop.use()
    found = ahead(shop, "2026-01-15")

    assert (found.empty_at, found.daily, found.burn_per_day) == (None, (), None)
    assert found.confidence == ""


def test_in_the_first_second_nothing_is_foreseen(shop: Shop) -> None:
    shop.plan(CREDITS)
    shop.use()
    shop.talk("2026-01-01T00:00")
    found = ahead(shop, "2026-01-01T00:00")

    assert (found.balance, found.daily, found.empty_at) == (9 * PICO, (), None)


def test_the_last_four_weeks_count_and_no_more(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"500"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 11), 5)
    each_day(shop, "2026-02", range(1, 29), 1)
    found = ahead(shop, "2026-03-01")

    assert len(found.daily) == 28
    assert found.burn_per_day == PICO


@pytest.mark.parametrize(
    ("now", "daily"),
    [
        ("2026-01-05T10:00", []),
        ("2026-01-05T10:01", [1]),
        ("2026-01-06T10:00", [1]),
        ("2026-01-06T10:01", [1, 0]),
        ("2026-01-07T10:00", [1, 0]),
        ("2026-02-02T10:00", [1] + [0] * 27),
        ("2026-02-02T10:01", [0] * 28),
    ],
)
def test_a_day_of_burn_begins_with_its_first_instant(
    shop: Shop, now: str, daily: list[int]
) -> None:
    shop.plan(CREDITS)
    shop.use()
    shop.talk("2026-01-05T10:00")

    assert list(daily_burn(shop.bill(now))) == [each * PICO for each in daily]


def test_usage_beyond_the_credits_is_burn_like_any_other(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"2"'), OVERAGE)
    shop.use()
    each_day(shop, "2026-01", range(1, 9))

    assert list(daily_burn(shop.bill("2026-01-09"))) == [PICO] * 8


def test_credits_owed_are_burnt_when_they_are_used_and_not_again_when_repaid(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"2"'), CARRY)
    shop.use()
    each_day(shop, "2026-01", range(1, 9))

    assert list(daily_burn(shop.bill("2026-01-09"))) == [PICO] * 8
    # February's grant pays two of the six that are owed.
    assert set(daily_burn(shop.bill("2026-02-10"))) == {0}


@pytest.mark.parametrize("policy", [OVERAGE, CARRY])
@pytest.mark.parametrize("amount", ["10", "1"])
def test_what_is_given_back_is_no_burn(shop: Shop, amount: str, policy: str) -> None:
    """The day on which a resolution is reversed has burnt less, whoever had paid for it."""
    shop.plan(
        OUTCOME.split("[[charge]]", maxsplit=1)[0],
        '[[charge]]\nunit = "outcome"\ncredits = "1"\n',
        f'[[grant]]\nid = "included"\namount = "{amount}"\n',
        policy,
    )
    shop.use()
    for name in ("a", "b"):
        shop.talk("2026-01-02T10:00", name)
    shop.talk("2026-01-05T10:00", "b")

    # Both settle on the 3rd, one comes back on the 5th and settles again on the 6th.
    assert sum(daily_burn(shop.bill("2026-01-05T12:00"))) == PICO
    assert sum(daily_burn(shop.bill("2026-01-08"))) == 2 * PICO


def test_the_shorter_and_the_longer_runway_stand_on_either_side(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"100"\nexpires = "never"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 22), 1)
    each_day(shop, "2026-01", range(22, 29), 3)
    found = ahead(shop, "2026-01-29")

    assert found.week_burn == 3 * PICO
    assert (found.shortest.days or 0) < (found.runway.days or 0) <= (found.longest.days or 0)


def test_a_topup_prolongs_the_runway_and_its_expiry_shortens_it(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"'))
    one = shop.use()
    each_day(shop, "2026-01", range(1, 15))
    now = at("2026-01-14")
    shop.ledger.adjust_credits(one, now, 100 * PICO, now=now, expires_at=at("2026-01-18"))
    found = ahead(shop, "2026-01-15")

    assert found.empty_at is not None
    assert found.empty_at < (found.without_expiry.depletes_at or 0)


def test_what_will_not_be_rolled_over_is_told(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"40"\nrollover_max = "5"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 15))
    found = ahead(shop, "2026-01-15")

    assert found.runway.will_expire_unused == (40 - 14 - 5 - 17) * PICO


def test_what_will_not_be_rolled_over_is_told_of_the_whole_family(shop: Shop) -> None:
    """Of 40 rolled over and 40 new the reset keeps 50 in all, not of each."""
    shop.plan(CREDITS.replace('"10"', '"40"\nrollover_max = "50"'))
    shop.use()
    each_day(shop, "2026-02", range(1, 15))
    found = ahead(shop, "2026-02-15")
    assert found.balance == (80 - 14) * PICO

    lost = found.runway.will_expire_unused
    assert found.burn_per_day == PICO
    assert lost == (80 - 14 - 14 - 50) * PICO
    assert shop.bill("2026-03-01").statements[1].sums.expired == lost + 14 * PICO


def test_what_expires_before_the_reset_is_not_left_at_it(shop: Shop) -> None:
    promo = (
        '\n[[grant]]\nid = "gift"\namount = "100"\nper = "once"\nexpires = "P5D"\npriority = 9\n'
    )
    shop.plan(CREDITS, promo)
    shop.use()
    each_day(shop, "2026-01", range(1, 4))
    found = ahead(shop, "2026-01-04")

    assert found.empty_at == at("2026-01-11")
    assert found.reset is not None
    assert not found.reset.survives
    assert found.reset.forfeited == 0
    assert found.reset.shortfall == found.shortfall == 21 * PICO


def test_a_plan_without_a_next_grant_looks_to_the_end(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"20"\nper = "once"\nexpires = "never"'))
    shop.use()
    each_day(shop, "2026-01", range(1, 15))
    found = ahead(shop, "2026-01-15")

    assert (found.reset_at, found.next_grant, found.reset) == (None, 0, None)
    assert found.empty_at == at("2026-01-21")


def test_a_contract_that_ends_gets_nothing_afterwards(shop: Shop) -> None:
    shop.plan(CREDITS)
    shop.use(until=at("2026-01-20"))
    shop.talk("2026-01-05T10:00")

    assert ahead(shop, "2026-01-15").reset_at is None


def test_the_end_of_time_is_not_looked_beyond(shop: Shop) -> None:
    shop.plan(CREDITS, since="2199-12-01")
    shop.use(since="2199-12-01")
    shop.talk("2199-12-05T10:00")
    found = ahead(shop, "2199-12-31T23:00")

    assert found.balance == 9 * PICO
    assert found.burn_per_day is not None


def test_a_plan_whose_charges_burn_from_nothing_is_empty_at_once(shop: Shop) -> None:
    shop.plan(NO_GRANT, OVERAGE)
    shop.use()
    each_day(shop, "2026-01", range(1, 15))
    found = ahead(shop, "2026-01-15")

    assert (found.balance, found.empty_at) == (0, at("2026-01-15"))


def test_seats_decide_what_comes_next(shop: Shop) -> None:
    shop.plan(WINDOW, INCLUDED + 'amount = "10"\nper = "seat"\n')
    shop.use(seats=7)
    assert ahead(shop, "2026-01-15").next_grant == 70 * PICO
