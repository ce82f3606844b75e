"""What a plan's meters show, as it stands."""

from __future__ import annotations

from datetime import UTC

from convledger.money import PICO
from convledger.reports.plan_meters import CreditsMeter
from convledger.reports.plan_screen import meters
from tests.reports.shop import CREDITS, Shop, at

CARRY = '\n[overage]\npolicy = "carry"\n'


def credits_at(shop: Shop, now: str) -> tuple[int, int, int]:
    """Return what came in, what went and what is left, in whole credits."""
    book, one = shop.ledger.plan_book, shop.subscription()
    found = meters(book, shop.connection, one, at(now), UTC).credits
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
