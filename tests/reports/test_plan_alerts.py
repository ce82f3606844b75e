"""A look at the plans in force speaks up once where an alert's threshold is reached."""

from __future__ import annotations

import pytest

from tests.reports.news_parts import SPEND, closed, told
from tests.reports.shop import CREDITS, PASSED_ON, PER_UNIT, Shop, at, document

ALLOWANCE = '\n[[alert]]\non = "allowance"\nat = [50, 100]\n'
BALANCE = '\n[[alert]]\non = "balance"\nat = [50, 100]\n'
BY_GRANT = ALLOWANCE.replace("at = ", 'rearm = "grant"\nat = ')


def test_an_alert_is_given_once_a_period(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND)
    shop.use()
    for day in (5, 6):
        shop.talk(f"2026-01-0{day}T10:00")
    assert told(shop.follow("2026-01-10")) == [("spend", 50)]
    assert told(shop.follow("2026-01-10")) == []
    for day in (11, 12):
        shop.talk(f"2026-01-{day}T10:00")
    assert told(shop.follow("2026-01-20")) == [("spend", 100)]
    for day in (1, 2, 3, 4):
        shop.talk(f"2026-02-0{day}T10:00")
    assert told(shop.follow("2026-02-20")) == [("spend", 50), ("spend", 100)]


ONE, TWO = (
    f'\n[[alert]]\non = "spend"\nat = [100]\nbudget = "{budget}"\n' for budget in ("1.00", "2.00")
)


def test_each_of_several_budgets_has_its_own_alert(shop: Shop) -> None:
    shop.plan(PER_UNIT, ONE, TWO)
    shop.use()
    for day in (5, 6):
        shop.talk(f"2026-01-0{day}T10:00")
    assert told(shop.follow("2026-01-10")) == [("spend:1 USD", 100)]
    for day in (11, 12):
        shop.talk(f"2026-01-{day}T10:00")
    assert told(shop.follow("2026-01-20")) == [("spend:2 USD", 100)]
    assert told(shop.follow("2026-01-21")) == []


def test_a_budget_beside_another_or_alone_again_is_not_told_anew(shop: Shop) -> None:
    path = shop.plan(PER_UNIT, ONE)
    shop.use()
    for day in (5, 6):
        shop.talk(f"2026-01-0{day}T10:00")
    assert told(shop.follow("2026-01-10")) == [("spend", 100)]
    for rules in ((ONE, TWO), (ONE,)):
        path.write_text(document(PER_UNIT, *rules))
        shop.ledger.plan_book.forget()
        assert told(shop.follow("2026-01-11")) == []


def test_a_commitment_is_not_spent_on_its_first_day(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND, '\n[commit]\nminimum_amount = "2.00"\n')
    shop.use()

    assert told(shop.follow("2026-01-02")) == []


def test_an_alert_is_not_given_again_after_a_dip(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND)
    shop.use()
    first = shop.talk("2026-01-05T10:00")
    shop.talk("2026-01-06T10:00")
    assert told(shop.follow("2026-01-10")) == [("spend", 50)]
    shop.connection.execute("DELETE FROM message WHERE conversation_id=?", (first,))
    assert told(shop.follow("2026-01-11")) == []
    shop.talk("2026-01-12T10:00")
    assert told(shop.follow("2026-01-13")) == []


def rate(shop: Shop, factor: int) -> None:
    """Rate every call anew."""
    shop.connection.execute("UPDATE call SET list_pico=list_pico*?", (factor,))
    shop.connection.execute(
        "INSERT INTO rating_run (at, book_digest, engine_version, reason, changed_calls) "
        "VALUES (0, '', '', '', (SELECT count(*) FROM call))"
    )
    shop.roll_up()


def test_prices_that_change_tell_nobody_now_or_later(shop: Shop) -> None:
    shop.plan(PASSED_ON, SPEND)
    shop.use()
    shop.spend("2026-01-05T10:00", "0.60")
    assert told(shop.follow("2026-01-10")) == []
    rate(shop, 2)
    assert told(shop.follow("2026-01-10")) == []
    assert told(shop.follow("2026-01-11")) == []
    shop.spend("2026-01-12T10:00", "0.80")
    assert told(shop.follow("2026-01-13")) == [("spend", 100)]


def test_use_that_came_with_new_prices_is_told(shop: Shop) -> None:
    shop.plan(PASSED_ON, SPEND)
    shop.use()
    shop.spend("2026-01-05T10:00", "0.60")
    shop.follow("2026-01-10")
    shop.spend("2026-01-11T10:00", "0.60")
    rate(shop, 1)

    assert told(shop.follow("2026-01-12")) == [("spend", 50)]


def test_a_plan_that_is_first_looked_at_after_a_rating_speaks_up(shop: Shop) -> None:
    shop.spend("2026-01-05T10:00", "1.20")
    rate(shop, 1)
    shop.plan(PASSED_ON, SPEND)
    shop.use()

    assert told(shop.follow("2026-01-10")) == [("spend", 50)]


def test_months_that_are_over_are_closed_without_alerts(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND)
    shop.use()
    for day in (5, 6, 7, 8):
        shop.talk(f"2026-01-0{day}T10:00")

    news = shop.follow("2026-02-10")
    assert (closed(news), told(news)) == (["2026-01"], [])


def test_a_grant_within_the_period_arms_an_alert_that_asks_for_it(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"4"'), BY_GRANT)
    subscription = shop.use()
    shop.talk("2026-01-05T10:00")
    shop.talk("2026-01-06T10:00")
    assert told(shop.follow("2026-01-10")) == [("allowance:", 50)]
    now = at("2026-01-11")
    shop.ledger.adjust_credits(subscription, now, 10**12, now=now)
    assert told(shop.follow("2026-01-12")) == [("allowance:", 50)]
    assert told(shop.follow("2026-01-13")) == []


def test_the_balance_is_watched_apart_from_what_was_included(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"4"'), BALANCE, ALLOWANCE)
    subscription = shop.use()
    now = at("2026-01-02")
    shop.ledger.adjust_credits(subscription, now, 4 * 10**12, now=now)
    shop.talk("2026-01-05T10:00")
    shop.talk("2026-01-06T10:00")

    assert told(shop.follow("2026-01-10")) == [("allowance:", 50)]


def test_a_window_that_a_late_message_moves_is_the_same_window_still(shop: Shop) -> None:
    limit = (
        '\n[[limit]]\nid = "five-hour"\nunit = "conversation"\ncap = "4"\nwindow = "fixed"\n'
        'duration = "5h"\non_exceed = "block"\n\n[[alert]]\non = "limit"\nat = [50]\n'
    )
    shop.plan(PER_UNIT, limit)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.talk("2026-01-05T11:00")
    assert told(shop.follow("2026-01-05T11:10")) == [("limit:five-hour", 50)]
    shop.talk("2026-01-05T09:30", older=True)
    assert told(shop.follow("2026-01-05T11:20")) == []
    # From half past two on it is another.
    shop.talk("2026-01-05T15:00")
    shop.talk("2026-01-05T16:00")
    assert told(shop.follow("2026-01-05T16:10")) == [("limit:five-hour", 50)]


FIVE_HOURS = (
    '\n[[limit]]\nid = "five"\nunit = "usage"\ncap = "10"\nwindow = "fixed"\nduration = "5h"\n'
    'on_exceed = "degrade"\n\n[[alert]]\non = "limit"\nat = [90]\n'
)


def periods_told(shop: Shop) -> list[int]:
    """Return the beginnings of the windows that alerts are booked for."""
    query = "SELECT CAST(period AS INTEGER) FROM alert ORDER BY at"
    return [period for (period,) in shop.connection.execute(query)]


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_a_window_after_one_that_a_late_use_moved_has_its_own_alert(
    shop: Shop, is_looked_at: bool
) -> None:
    shop.plan(PASSED_ON, FIVE_HOURS)
    shop.use()
    shop.spend("2026-03-05T10:00", "9.50")
    assert told(shop.follow("2026-03-05T10:30")) == [("limit:five", 90)]
    shop.spend("2026-03-05T08:00", "0.10")  # the window is now that from eight to one
    if is_looked_at:
        assert told(shop.follow("2026-03-05T11:00")) == []
        assert periods_told(shop) == [at("2026-03-05T08:00")]
    shop.spend("2026-03-05T13:30", "9.80")

    assert told(shop.follow("2026-03-05T13:40")) == [("limit:five", 90)]
    assert told(shop.follow("2026-03-05T13:50")) == []


def test_windows_that_a_late_use_moves_all_are_the_same_windows_still(shop: Shop) -> None:
    shop.plan(PASSED_ON, FIVE_HOURS)
    shop.use()
    for hour, usd in (("10:00", "9.50"), ("13:30", "0.20"), ("15:30", "9.60")):
        shop.spend(f"2026-03-05T{hour}", usd)
        shop.follow(at(f"2026-03-05T{hour}") + 60_000_000)
    assert periods_told(shop) == [at("2026-03-05T10:00"), at("2026-03-05T15:30")]
    shop.spend("2026-03-05T08:00", "0.10")  # from 8 to 13, and from 13:30 to 18:30

    assert told(shop.follow("2026-03-05T16:00")) == []
    assert periods_told(shop) == [at("2026-03-05T10:00"), at("2026-03-05T13:30")]
    shop.spend("2026-03-05T18:40", "9.70")
    assert told(shop.follow("2026-03-05T18:50")) == [("limit:five", 90)]


def test_a_window_that_a_late_use_moves_on_is_the_same_window_still(shop: Shop) -> None:
    shop.plan(PASSED_ON, FIVE_HOURS)
    shop.use()
    shop.spend("2026-03-05T10:00", "0.50")
    shop.spend("2026-03-05T12:30", "9.50")
    assert told(shop.follow("2026-03-05T12:40")) == [("limit:five", 90)]
    shop.spend("2026-03-05T07:00", "0.10")  # from 7 to 12: the next one opens with what was told

    assert told(shop.follow("2026-03-05T12:50")) == []
    assert periods_told(shop) == [at("2026-03-05T12:30")]
    shop.spend("2026-03-05T17:40", "9.70")
    assert told(shop.follow("2026-03-05T17:50")) == [("limit:five", 90)]


def aligned(duration: str, align: str) -> str:
    return (
        '\n[[limit]]\nid = "often"\nunit = "usage"\ncap = "1"\nwindow = "fixed"\n'
        f'duration = "{duration}"\nalign = "{align}"\non_exceed = "degrade"\n'
        '\n[[alert]]\non = "limit"\nat = [100]\n'
    )


@pytest.mark.parametrize(
    ("duration", "align", "uses"),
    [
        ("24h", "day", ("03-29T08:00", "03-30T08:00", "03-31T08:00")),  # the 29th has 23 hours
        ("48h", "day", ("03-28T08:00", "03-30T08:00", "04-01T08:00")),
        ("5h", "day", ("02-01T20:30", "02-02T01:30")),  # 21:00 and 01:30 in Berlin
        ("5h", "hour", ("02-01T20:30", "02-02T01:30")),
        ("90m", "hour", ("02-01T20:30", "02-01T21:40")),
        ("20m", "hour", ("02-01T20:55", "02-01T21:05")),
    ],
)
def test_each_window_of_the_clock_has_its_own_alert(
    shop: Shop, duration: str, align: str, uses: tuple[str, ...]
) -> None:
    shop.plan(PASSED_ON, aligned(duration, align), zone="Europe/Berlin")
    shop.use()
    for use in uses:
        shop.spend(f"2026-{use}", "2.00")
        assert told(shop.follow(at(f"2026-{use}") + 60_000_000)) == [("limit:often", 100)]


@pytest.mark.parametrize(("duration", "align"), [("5h", "hour"), ("7d", "day")])
def test_a_window_of_the_clock_that_a_late_use_moves_is_the_same_window_still(
    shop: Shop, duration: str, align: str
) -> None:
    shop.plan(PASSED_ON, aligned(duration, align), zone="Europe/Berlin")
    shop.use()
    shop.spend("2026-02-05T10:00", "2.00")
    assert told(shop.follow("2026-02-05T10:10")) == [("limit:often", 100)]
    shop.spend("2026-02-05T08:10" if align == "hour" else "2026-02-03T10:00", "0.50")
    assert told(shop.follow("2026-02-05T10:20")) == []
