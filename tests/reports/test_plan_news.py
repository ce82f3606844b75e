"""A look at the plans in force closes what is over and speaks up once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path

import pytest

from convledger.errors import ConfigError, WorkspaceError
from convledger.ledger import Ledger
from convledger.money import usd_text
from convledger.plans.statement import digest_of, thawed
from convledger.reports.plan_news import PlanNews
from tests.reports.shop import CREDITS, PASSED_ON, PER_UNIT, Shop, at, document

SPEND = '\n[[alert]]\non = "spend"\nat = [50, 100]\nbudget = "2.00"\n'
ALLOWANCE = '\n[[alert]]\non = "allowance"\nat = [50, 100]\n'
BALANCE = '\n[[alert]]\non = "balance"\nat = [50, 100]\n'
BY_GRANT = ALLOWANCE.replace("at = ", 'rearm = "grant"\nat = ')


def told(news: PlanNews) -> list[tuple[str, int]]:
    """Return what alerts were given, by what they watch and their threshold."""
    return [(each.watched.scope, each.threshold) for each in news.alerts]


def closed(news: PlanNews) -> list[str]:
    return [each.name for each in news.closed]


def kept(shop: Shop) -> list[tuple[str, str]]:
    """Return the frozen statements with what they come to."""
    return [
        (name, usd_text(thawed(content).statement.due))
        for name, content in shop.connection.execute(
            "SELECT name, content FROM statement ORDER BY subscription_id, since"
        )
    ]


@pytest.fixture
def other(shop: Shop) -> Iterator[Ledger]:
    """A second program on the same workspace."""
    with Ledger.open(shop.folder) as ledger:
        yield ledger


def test_a_month_that_is_over_is_closed_once(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")

    assert closed(shop.follow("2026-01-31T23:59")) == []
    assert closed(shop.follow("2026-02-01")) == ["2026-01"]
    assert closed(shop.follow("2026-02-01")) == []
    assert kept(shop) == [("2026-01", "0.5")]


def test_months_that_passed_unseen_are_closed_together(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-02-05T10:00")

    assert closed(shop.follow("2026-04-15")) == ["2026-01", "2026-02", "2026-03"]
    assert kept(shop) == [("2026-01", "0"), ("2026-02", "0.5"), ("2026-03", "0")]


def test_nothing_is_closed_while_texts_are_still_to_be_read(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.connection.execute("UPDATE file SET size=100")

    assert closed(shop.follow("2026-02-03")) == []
    shop.connection.execute("UPDATE file SET texts_size=100")
    assert closed(shop.follow("2026-02-03")) == ["2026-01"]


def test_the_bytes_of_a_statement_are_those_of_its_digest(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-02-03")

    digest, content = shop.connection.execute("SELECT digest, content FROM statement").fetchone()
    assert digest_of(content) == digest
    assert [each.is_intact for each in shop.ledger.kept_statements(shop.subscription())] == [True]


def test_a_subscription_that_ended_is_closed_to_its_end_and_left_alone(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use(until=at("2026-02-10"))
    shop.talk("2026-02-05T10:00")

    assert closed(shop.follow("2026-03-03")) == ["2026-01", "2026-02"]
    news = shop.follow("2026-03-04")
    assert (closed(news), news.bills) == ([], {})


def test_a_clock_that_is_set_back_opens_nothing_again(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.talk("2026-02-05T10:00")
    shop.follow("2026-03-03")
    before = kept(shop)

    news = shop.follow("2026-01-10")
    assert (closed(news), news.troubles) == ([], [])
    news = shop.follow("2026-03-03")
    assert (closed(news), news.troubles) == ([], [])
    assert kept(shop) == before == [("2026-01", "0.5"), ("2026-02", "0.5")]


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


def test_one_plan_that_cannot_be_worked_out_leaves_the_others_alone(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.plan(PER_UNIT, plan="other")
    shop.use()
    shop.use("other", scope={"client": ("acme",)})
    shop.follow("2026-02-03")
    shop.connection.execute("UPDATE statement SET content=x'00' WHERE subscription_id=1")

    news = shop.follow("2026-03-03")
    assert [type(each) for each in news.troubles] == [WorkspaceError]
    assert closed(news) == ["2026-02"]


def test_a_broken_plan_file_is_among_the_troubles(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    (shop.folder / "plans" / "bad.toml").write_text("id = [")
    shop.ledger.plan_book.forget()

    troubles = shop.follow("2026-02-03").troubles
    assert [isinstance(each, ConfigError) for each in troubles] == [True]


def test_two_programs_close_a_month_and_speak_up_once_between_them(
    shop: Shop, other: Ledger
) -> None:
    shop.plan(PER_UNIT, SPEND)
    shop.use()
    shop.talk("2026-01-05T10:00")
    for day in (1, 2, 3):
        shop.talk(f"2026-02-0{day}T10:00")
    ledgers = [shop.ledger, other]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: one.follow_plans(at("2026-02-10"), UTC), ledgers))

    assert sorted(name for news in found for name in closed(news)) == ["2026-01"]
    assert sorted(each for news in found for each in told(news)) == [("spend", 50)]
    assert kept(shop) == [("2026-01", "0.5")]


def test_what_another_program_closed_between_looks_stays_as_it_closed_it(
    shop: Shop, other: Ledger
) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.bill("2026-02-03")
    other.follow_plans(at("2026-02-03"), UTC)
    shop.talk("2026-01-06T10:00")

    assert closed(shop.follow("2026-03-03")) == ["2026-02"]
    assert kept(shop) == [("2026-01", "0.5"), ("2026-02", "0.5")]


def test_a_statement_that_another_program_closed_meanwhile_is_not_told_as_news(
    shop: Shop, other: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    book = shop.ledger.plan_book
    worked_out = book.bill

    def bill(*args: object, **more: object) -> object:
        found = worked_out(*args, **more)  # type: ignore[arg-type]
        other.follow_plans(at("2026-02-03"), UTC)
        return found

    monkeypatch.setattr(book, "bill", bill)
    assert closed(shop.follow("2026-02-03")) == []


def test_a_workspace_that_may_only_be_looked_at_says_so_in_words(
    shop: Shop, tmp_path: Path
) -> None:
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    uri = f"{shop.ledger.path.as_uri()}?mode=ro"
    sealed = Ledger(shop.folder, sqlite3.connect(uri, uri=True, isolation_level=None))
    with pytest.raises(WorkspaceError, match="can't be written"):
        sealed.follow_plans(at("2026-02-03"), UTC)
    assert (
        sealed.plan_book.bill(shop.subscription(), at("2026-02-03")).statements[0].due == 5 * 10**11
    )
    sealed.close()


def test_a_plan_with_nothing_in_it_is_followed(shop: Shop) -> None:
    shop.plan()
    shop.use()
    shop.talk("2026-01-05T10:00")

    assert closed(shop.follow("2026-02-03")) == ["2026-01"]
    assert kept(shop) == [("2026-01", "0")]


def test_a_plan_edited_into_a_broken_one_goes_on_as_it_was(shop: Shop) -> None:
    path = shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-01-06")
    path.write_text(document(PER_UNIT).replace("0.50", "much"))
    shop.ledger.plan_book.forget()

    news = shop.follow("2026-02-03")
    assert closed(news) == ["2026-01"]
    assert len(news.troubles) == 1
    assert kept(shop) == [("2026-01", "0.5")]
