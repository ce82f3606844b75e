"""The credit ledger as people read it: nothing missing, each balance right."""

from __future__ import annotations

from datetime import UTC

from convledger.money import PICO
from convledger.reports.credit_lines import CreditLine, credit_lines
from convledger.reports.plan_causes import used_by
from convledger.reports.plan_credits import ledger_lines
from convledger.zones import zone_of
from tests.reports.shop import CREDITS, WINDOW, Shop, at

FIVE = CREDITS.replace('"10"', '"5"')


def ledger(shop: Shop, now: str, *, each: bool = False, zone: str = "UTC") -> list[CreditLine]:
    """Return the ledger, the earliest line first."""
    return credit_lines(shop.bill(now), "", zone_of(zone)[0], each=each)[::-1]


def told(lines: list[CreditLine]) -> list[tuple[str, int, int]]:
    """Return what each line is, what it moved and what was left, in credits."""
    return [(line.what, line.amount // PICO, line.balance // PICO) for line in lines]


def test_usage_of_a_day_is_one_line(shop: Shop) -> None:
    shop.plan(FIVE)
    shop.use()
    for when in ("2026-01-05T10:00", "2026-01-05T12:00", "2026-01-06T10:00"):
        shop.talk(when)

    assert told(ledger(shop, "2026-01-10")) == [
        ("included", 5, 5), ("usage", -2, 3), ("usage", -1, 2),
    ]  # fmt: skip
    assert [line.count for line in ledger(shop, "2026-01-10")] == [1, 2, 1]


def test_each_entry_can_be_a_line_of_its_own(shop: Shop) -> None:
    shop.plan(FIVE)
    shop.use()
    for when in ("2026-01-05T10:00", "2026-01-05T12:00"):
        shop.talk(when)
    lines = ledger(shop, "2026-01-10", each=True)

    assert told(lines) == [("included", 5, 5), ("usage", -1, 4), ("usage", -1, 3)]
    assert [line.cause.split("/")[0] for line in lines[1:]] == ["conversation"] * 2


def test_days_are_those_of_whoever_reads(shop: Shop) -> None:
    shop.plan(FIVE)
    shop.use()
    for when in ("2026-01-05T22:30", "2026-01-05T23:30"):
        shop.talk(when)

    assert len(ledger(shop, "2026-01-10")) == 2
    assert len(ledger(shop, "2026-01-10", zone="Europe/Berlin")) == 3


def test_what_was_used_beyond_the_credits_leaves_the_balance_alone(shop: Shop) -> None:
    shop.plan(FIVE.replace('"5"', '"1"'), '\n[overage]\npolicy = "charge"\nprice = "0.12"\n')
    shop.use()
    for when in ("2026-01-05T10:00", "2026-01-05T12:00", "2026-01-05T14:00"):
        shop.talk(when)
    usage = ledger(shop, "2026-01-10")[1]

    assert (usage.amount, usage.beyond, usage.balance, usage.count) == (-PICO, 2 * PICO, 0, 3)


def test_what_was_refused_is_said(shop: Shop) -> None:
    shop.plan(FIVE.replace('"5"', '"1"'), '\n[overage]\npolicy = "block"\n')
    shop.use()
    for when in ("2026-01-05T10:00", "2026-01-05T12:00"):
        shop.talk(when)
    line = ledger(shop, "2026-01-10")[-1]

    assert (line.what, line.amount, line.beyond) == ("refused", 0, PICO)


def test_bookings_by_hand_show_the_number_by_which_they_can_be_taken_back(shop: Shop) -> None:
    shop.plan(FIVE)
    one = shop.use()
    now = at("2026-01-03")
    bought = shop.ledger.buy_credits(one, now, now=now, amount=7 * PICO, price=3 * PICO)
    taken = shop.ledger.adjust_credits(one, now + 1, -2 * PICO, now=now)
    lines = ledger(shop, "2026-01-10")

    assert told(lines) == [("included", 5, 5), ("topup", 7, 12), ("taken back", -2, 10)]
    assert [line.number for line in lines] == [0, bought, taken]
    assert (lines[1].money, lines[1].lots) == (3 * PICO, ("top-up of 3 Jan",))
    shop.ledger.undo_credits(one, bought, now=now)
    assert told(ledger(shop, "2026-01-10")) == [("included", 5, 5), ("taken back", -2, 3)]


def test_what_expires_and_what_is_rolled_over_is_said(shop: Shop) -> None:
    shop.plan(FIVE.replace('"5"', '"5"\nrollover_max = "2"'))
    shop.use()
    shop.talk("2026-01-05T10:00")
    lines = ledger(shop, "2026-02-10")

    assert {"expired", "rolled over", "included"} <= {line.what for line in lines}
    assert lines[-1].balance == 7 * PICO
    assert sum(line.amount for line in lines) == 7 * PICO


def test_every_balance_is_the_sum_of_what_came_before(shop: Shop) -> None:
    shop.plan(FIVE.replace('"5"', '"5"\nrollover_max = "2"'))
    one = shop.use()
    for month in ("01", "02", "03"):
        for day in range(1, 9):
            shop.talk(f"2026-{month}-{day:02d}T10:00")
    now = at("2026-02-05T12:00")
    shop.ledger.adjust_credits(one, now, 3 * PICO, now=now)
    for each in (False, True):
        running = 0
        for line in ledger(shop, "2026-03-15", each=each):
            running += line.amount
            assert line.balance == running


def test_reservations_are_no_lines(shop: Shop) -> None:
    held = '"30m"\nreserve_at = "open"\ncommit_at = "close"'
    shop.plan(FIVE.replace('"30m"', held))
    shop.use()
    shop.talk("2026-01-05T10:00")

    assert [line.what for line in ledger(shop, "2026-01-05T10:10")] == ["included"]
    assert [line.what for line in ledger(shop, "2026-01-06")] == ["included", "usage"]
    told_on_demand = [
        [line.what for line in ledger_lines(shop.bill("2026-01-06"), UTC, since=None, until=None,
                                            each=each)]
        for each in (False, True)
    ]  # fmt: skip
    assert told_on_demand == [["usage", "included"], ["usage", "released", "reserved", "included"]]


def test_a_pool_that_is_not_there_has_no_lines(shop: Shop) -> None:
    shop.plan(FIVE)
    shop.use()
    assert credit_lines(shop.bill("2026-01-10"), "nowhere", UTC) == []


def test_what_was_refused_on_a_day_is_one_line_behind_its_usage(shop: Shop) -> None:
    charge = '\n[[charge]]\nunit = "conversation"\nmodel = "rate_card"\npay_with = "credits"\n'
    cards = '[{ match = { client = "big" }, credits = "3" }, { match = {}, credits = "1" }]'
    grant = '\n[[grant]]\nid = "included"\namount = "3"\n[overage]\npolicy = "block"\n'
    shop.plan(WINDOW, f"{charge}rate_card = {cards}\n", grant)
    shop.use()
    for hour, is_big in ((10, False), (11, True), (12, False), (13, True)):
        number = shop.talk(f"2026-01-05T{hour}:00")
        if is_big:
            shop.label(number, "client", "big")
    shop.label(shop.talk("2026-01-06T10:00"), "client", "big")
    usage, refused, later = ledger(shop, "2026-01-10")[1:]

    assert (usage.what, usage.count, usage.balance) == ("usage", 2, PICO)
    assert (refused.what, refused.count, refused.beyond) == ("refused", 2, 6 * PICO)
    assert (refused.amount, refused.balance) == (0, PICO)
    assert (later.what, later.count, later.beyond) == ("refused", 1, 3 * PICO)
    found = used_by(shop.connection, shop.bill("2026-01-10"), "", refused)
    assert sorted((one.units, one.amount) for one in found) == [(1, 3 * PICO)] * 2
