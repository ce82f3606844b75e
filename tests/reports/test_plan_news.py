"""A look at the plans in force closes what is over, once, whatever hinders it."""

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
from tests.reports.news_parts import SPEND, closed, told
from tests.reports.shop import PER_UNIT, Shop, at, document


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
