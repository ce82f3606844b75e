"""What a plan's meters show, as it stands."""

from __future__ import annotations

from convledger.money import PICO
from convledger.reports.plan_meters import CreditsMeter
from convledger.reports.plan_screen import meters, plan_view
from tests.reports.shop import CREDITS, WINDOW, Shop, at

CARRY = '\n[overage]\npolicy = "carry"\n'


def credits_at(shop: Shop, now: str) -> tuple[int, int, int]:
    """Return what came in, what went and what is left, in whole credits."""
    book, one = shop.ledger.plan_book, shop.subscription()
    found = meters(book, shop.connection, one, at(now)).credits
    assert isinstance(found, CreditsMeter)
    return found.granted // PICO, found.used // PICO, found.left // PICO


def test_credits_that_are_owed_are_less_than_nothing_left(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"2"'), CARRY)
    shop.use()
    for hour in range(10, 16):
        shop.talk(f"2026-01-05T{hour}:00")

    assert credits_at(shop, "2026-01-06") == (2, 6, -4)
    assert credits_at(shop, "2026-02-06") == (2, 4, -2)
    assert credits_at(shop, "2026-04-06") == (2, 0, 2)


def test_the_credits_of_one_pool_are_told_apart_from_those_of_another(shop: Shop) -> None:
    of_pools = """
[[unit]]
id = "question"
count = "event"
event = "user_message"

[[charge]]
unit = "conversation"
credits = "1"
pool = "a"

[[charge]]
unit = "question"
credits = "5"
pool = "b"

[[grant]]
id = "few"
amount = "10"
pool = "a"

[[grant]]
id = "many"
amount = "50"
pool = "b"
"""
    shop.plan(WINDOW, of_pools)
    shop.use()
    for hour in range(10, 14):
        shop.talk(f"2026-01-05T{hour}:00")

    assert credits_at(shop, "2026-01-06") == (10, 4, 6)
    assert credits_at(shop, "2026-02-01") == (10, 0, 10)


def test_of_a_plan_that_is_over_no_meter_foresees_anything(shop: Shop) -> None:
    weekly = '[[limit]]\nid = "weekly"\nunit = "conversation"\ncap = 9\non_exceed = "degrade"'
    weekly += '\nwindow = "rolling"\nduration = "7d"\n'
    shop.plan(CREDITS, weekly)
    shop.use(until=at("2026-01-20"))
    shop.talk("2026-01-05T10:00")
    book, one = shop.ledger.plan_book, shop.subscription()
    before, after = (
        meters(book, shop.connection, one, at(day)) for day in ("2026-01-06", "2026-01-21")
    )

    assert before.runway is not None
    assert before.windows
    assert (after.runway, after.windows) == (None, ())


def test_credits_that_are_paid_besides_the_fee_say_their_price(shop: Shop) -> None:
    shop.plan(CREDITS, 'kind = "purchased"\nper = "once"\nexpires = "never"\ncost_basis = "1.50"\n')
    shop.use()
    found = plan_view(shop.ledger.plan_book, shop.subscription(), at("2026-01-06")).terms

    assert ("bought", "10 credits once for $15.00") in found


def test_a_limit_that_rolls_has_no_end_to_foresee(shop: Shop) -> None:
    weekly = '[[limit]]\nid = "weekly"\nunit = "conversation"\ncap = 9\non_exceed = "degrade"'
    shop.plan(CREDITS, weekly + '\nwindow = "rolling"\nduration = "7d"\n')
    shop.use()
    shop.talk("2026-01-05T10:00")
    (window,) = meters(
        shop.ledger.plan_book, shop.connection, shop.subscription(), at("2026-01-06")
    ).windows

    assert (window.since, window.share_at_end) == (None, None)
    assert window.until == at("2026-01-12T10:00")


def test_what_expired_within_the_period_went_too(shop: Shop) -> None:
    shop.plan(CREDITS)
    one = shop.use()
    now = at("2026-01-02")
    shop.ledger.adjust_credits(one, now, 5 * PICO, now=now, expires_at=at("2026-01-03"))
    shop.talk("2026-01-05T10:00")

    assert credits_at(shop, "2026-01-06") == (15, 6, 9)
