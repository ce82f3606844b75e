"""Counting only what changed comes to the same as counting everything anew."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.errors import UsageProblem, WorkspaceError
from convledger.money import PICO, usd_text
from convledger.plans.billing import Bill
from convledger.reports.plan_book import PlanBook
from tests.reports.shop import (
    CREDITS,
    OUTCOME,
    PASSED_ON,
    PER_UNIT,
    WINDOW,
    Shop,
    at,
)

BY_MODEL = (
    WINDOW
    + '\n[[charge]]\nunit = "conversation"\nmodel = "rate_card"\nrate_card = '
    + '[{ match = { model = "opus" }, price = "2" }, { match = { model = "*" }, price = "1" }]\n'
)
HOUR = 3_600_000_000


def due(bill: Bill) -> dict[str, str]:
    """Return what is due by period, as text of money."""
    return {each.name: usd_text(each.due) for each in bill.statements}


def anew(shop: Shop, now: str | int) -> Bill:
    """Return the bill as a book has it that has never counted before."""
    book = PlanBook(shop.connection, shop.folder)
    return book.bill(book.subscriptions()[-1], at(now) if isinstance(now, str) else now)


def same(shop: Shop, now: str | int) -> Bill:
    """Return the bill, which is the same as counted anew."""
    found, fresh = shop.bill(now), anew(shop, now)
    assert found.statements == fresh.statements
    assert sorted(each.id for each in found.billed) == sorted(each.id for each in fresh.billed)
    assert len(found.pending) == len(fresh.pending)
    return found


def ready(shop: Shop, *parts: str, now: str = "2026-01-20", **more: Any) -> Shop:
    """Put a plan in force and count three conversations."""
    shop.plan(*parts)
    shop.use(**more)
    for name in ("a", "b", "c"):
        shop.talk(f"2026-01-0{ord(name) - 95}T10:00", name)
        shop.spend(f"2026-01-0{ord(name) - 95}T10:00:04", "1.00", name)
    same(shop, now)
    return shop


def test_a_conversation_that_goes_on_is_counted_with_what_was_said_before(shop: Shop) -> None:
    ready(shop, PER_UNIT)
    shop.talk("2026-01-02T10:20", "a")  # within the half hour
    assert due(same(shop, "2026-01-20")) == {"2026-01": "1.5"}
    shop.talk("2026-01-02T12:20", "a")
    assert due(same(shop, "2026-01-20")) == {"2026-01": "2"}


def test_messages_that_were_said_before_and_arrive_later_are_counted(shop: Shop) -> None:
    ready(shop, PER_UNIT)
    shop.talk("2026-01-10T10:00", "d", older=True)
    shop.talk("2026-01-02T09:00", "a", older=True)
    assert due(same(shop, "2026-01-20")) == {"2026-01": "2.5"}


def test_a_label_can_put_a_conversation_under_the_plan_and_take_it_away(shop: Shop) -> None:
    ready(shop, PER_UNIT, scope={"client": ("acme",)})
    assert due(same(shop, "2026-01-20")) == {"2026-01": "0"}
    shop.label(shop.thread("a"), "client", "acme")
    assert due(same(shop, "2026-01-20")) == {"2026-01": "0.5"}
    shop.label(shop.talk("2026-01-12T10:00", "new"), "client", "acme")
    assert due(same(shop, "2026-01-20")) == {"2026-01": "1"}
    shop.ledger.unlabel([shop.thread("a")], "client")
    assert due(same(shop, "2026-01-20")) == {"2026-01": "0.5"}


def test_calls_that_are_rated_anew_cost_what_they_cost_now(shop: Shop) -> None:
    ready(shop, PASSED_ON)
    shop.connection.execute("UPDATE call SET list_pico=list_pico*2 WHERE id=1")
    shop.connection.execute(
        "INSERT INTO rating_run (at, book_digest, engine_version, reason) VALUES (0, '', '', '')"
    )
    assert due(same(shop, "2026-01-20")) == {"2026-01": "4"}


def test_an_old_call_that_is_told_anew_with_more_tokens_is_counted_anew(shop: Shop) -> None:
    ready(shop, PASSED_ON)
    shop.spend("2026-01-15T10:00", "1.00", "other")
    same(shop, "2026-01-20")
    shop.connection.execute("UPDATE call SET output=50, list_pico=list_pico*3 WHERE id=1")
    shop.roll_up()
    assert due(same(shop, "2026-01-20")) == {"2026-01": "6"}


def test_a_call_that_turns_out_to_be_another_conversations_moves_there(shop: Shop) -> None:
    ready(shop, PASSED_ON, scope={"client": ("acme",)})
    shop.label(shop.thread("a"), "client", "acme")
    shop.talk("2026-01-15T10:00", "b")
    shop.spend("2026-01-15T10:00", "1.00", "b")
    assert due(same(shop, "2026-01-20")) == {"2026-01": "1"}
    shop.connection.execute(
        "UPDATE call SET conversation_id=? WHERE conversation_id=?",
        (shop.thread("c"), shop.thread("a")),
    )
    shop.roll_up()
    assert due(same(shop, "2026-01-20")) == {"2026-01": "0"}


def test_messages_that_turn_out_to_be_copies_are_no_longer_counted(shop: Shop) -> None:
    """A resumed conversation repeats what was said; the file it was said in may be read later."""
    ready(shop, PER_UNIT)
    keys = [
        row[0]
        for row in shop.connection.execute(
            "SELECT key FROM message WHERE conversation_id=? ORDER BY at", (shop.thread("a"),)
        )
    ]
    origin = shop.conversation("where it was said")
    for place, key in enumerate(keys):
        moment = at("2026-01-02T10:00") + place * 5_000_000
        shop.say(origin, "x", at=moment, kind=place + 1, key=key)
        shop.connection.execute(
            "UPDATE message SET flags=flags|4 WHERE key=? AND conversation_id!=?", (key, origin)
        )
    assert due(same(shop, "2026-01-20")) == {"2026-01": "1.5"}


def test_outcomes_settle_as_time_passes(shop: Shop) -> None:
    ready(shop, OUTCOME, now="2026-01-02T10:10")
    for now, expected in (
        ("2026-01-02T20:00", "0"),
        ("2026-01-03T10:01", "0.99"),
        ("2026-01-04T10:01", "1.98"),
        ("2026-01-09", "2.97"),
    ):
        assert due(same(shop, now)) == {"2026-01": expected}


def test_what_was_said_ahead_of_the_clock_counts_once_the_clock_is_there(shop: Shop) -> None:
    """The machine that wrote the log may have another clock than the one that asks."""
    shop.plan(OUTCOME)
    shop.use()
    shop.talk("2026-01-05T10:00", "a")
    assert same(shop, "2026-01-05T09:58").billed == []
    assert due(same(shop, "2026-01-06T10:01")) == {"2026-01": "0.99"}


def test_a_clock_that_is_set_back_takes_back_what_had_settled(shop: Shop) -> None:
    ready(shop, OUTCOME, now="2026-01-20")
    assert due(same(shop, "2026-01-03T10:01")) == {"2026-01": "0.99"}
    assert due(same(shop, "2026-01-20")) == {"2026-01": "2.97"}


def test_an_edited_plan_counts_everything_anew(shop: Shop) -> None:
    ready(shop, PER_UNIT)
    shop.talk("2026-01-02T10:50", "a")
    assert due(same(shop, "2026-01-20")) == {"2026-01": "2"}
    shop.plan(PER_UNIT.replace("30m", "2h"))
    assert due(same(shop, "2026-01-20")) == {"2026-01": "1.5"}


def test_a_conversation_that_was_taken_out_of_the_ledger_is_not_counted_any_more(
    shop: Shop,
) -> None:
    ready(shop, PER_UNIT)
    shop.connection.execute("DELETE FROM message WHERE conversation_id=?", (shop.thread("a"),))
    shop.connection.execute("DELETE FROM call WHERE conversation_id=?", (shop.thread("a"),))
    assert due(same(shop, "2026-01-20")) == {"2026-01": "1"}


def test_a_conversation_that_is_taken_away_after_closing_is_given_back(shop: Shop) -> None:
    ready(shop, PER_UNIT)
    shop.follow("2026-02-02")
    shop.connection.execute("DELETE FROM message WHERE conversation_id=?", (shop.thread("a"),))
    assert due(same(shop, "2026-02-03")) == {"2026-01": "1.5", "2026-02": "-0.5"}


def test_a_conversation_moved_to_another_client_after_closing_is_given_back(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use(scope={"client": ("acme",)})
    shop.label(shop.talk("2026-01-05T10:00", "a"), "client", "acme")
    shop.follow("2026-02-02")
    shop.ledger.label([shop.thread("a")], "client", "beta")
    assert due(same(shop, "2026-02-03")) == {"2026-01": "0.5", "2026-02": "-0.5"}


Change = Callable[[Shop, int, int], object]


def _rate_anew(shop: Shop, thread: int, moment: int) -> None:
    shop.connection.execute("UPDATE call SET list_pico=? WHERE id%4=?", (moment, thread))
    shop.connection.execute(
        "INSERT INTO rating_run (at, book_digest, engine_version, reason) VALUES (0, '', '', '')"
    )
    shop.roll_up()


def _tell_anew(shop: Shop, thread: int, moment: int) -> None:
    shop.connection.execute(
        "UPDATE call SET output=output+1, list_pico=? WHERE id%4=?", (moment, thread)
    )
    shop.roll_up()


CHANGES: dict[str, Change] = {
    "said": lambda shop, thread, moment: shop.talk(moment, f"t{thread}"),
    "said before": lambda shop, thread, moment: shop.talk(moment, f"t{thread}", older=True),
    "called": lambda shop, thread, moment: shop.spend(moment, "0.25", f"t{thread}"),
    "called without a price": lambda shop, thread, moment: shop.spend(moment, None, f"t{thread}"),
    "client": lambda shop, thread, moment: shop.ledger.label(
        [shop.thread(f"t{thread}")], "client", "acme" if moment % 2 else "beta"
    ),
    "outcome": lambda shop, thread, moment: shop.ledger.label(
        [shop.thread(f"t{thread}")], "outcome", "escalated" if moment % 2 else "resolved"
    ),
    "rated anew": _rate_anew,
    "told anew": _tell_anew,
    "time": lambda shop, thread, moment: None,
}
SEQUENCE = st.lists(
    st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 3), st.integers(0, 2_000)),
    max_size=12,
)


@pytest.mark.parametrize("scope", [{}, {"client": ("acme",)}])
@pytest.mark.parametrize("parts", [(PER_UNIT, PASSED_ON), (OUTCOME,), (BY_MODEL,)])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=SEQUENCE)
def test_any_changes_in_any_order_come_to_the_same_as_counting_anew(
    parts: tuple[str, ...], scope: dict[str, tuple[str, ...]], steps: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder) / "workspace")
        try:
            shop.plan(*parts)
            shop.use(scope=scope)
            now = at("2026-01-10")
            for what, thread, quarter in steps:
                CHANGES[what](shop, thread, at("2026-01-05") + quarter * HOUR // 4 + quarter % 2)
                same(shop, now)
                now += 9 * HOUR
                same(shop, now)
        finally:
            shop.ledger.close()


def test_the_plan_in_force_is_meant_where_none_is_named(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.plan(CREDITS, plan="other")
    book = shop.ledger.plan_book
    with pytest.raises(UsageProblem, match="no plan is in use"):
        book.subscription(None, at("2026-01-05"))
    first = shop.use(since="2026-01-01")
    scoped = shop.use("other", "2026-02-01", scope={"client": ("acme",)})

    assert book.subscription(None, at("2026-03-01")).id == first.id
    assert book.subscription("other", at("2026-03-01")).id == scoped.id
    assert book.subscription(str(first.id), at("2026-03-01")).id == first.id
    with pytest.raises(UsageProblem, match="In use are: other, short"):
        book.subscription("shrot", at("2026-03-01"))


def test_seats_that_are_named_later_leave_the_plans_own_number_until_then(shop: Shop) -> None:
    shop.plan('\n[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\nseats = 3\n')
    subscription = shop.use()
    shop.ledger.set_seats(subscription, at("2026-02-01"), 5)

    assert due(shop.bill("2026-02-10")) == {"2026-01": "30", "2026-02": "50"}


def test_seats_of_nobody_cost_nothing(shop: Shop) -> None:
    shop.plan('\n[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\nseats = 3\n')
    subscription = shop.use(seats=10_000)
    shop.ledger.set_seats(subscription, at("2026-02-01"), 0)

    assert due(shop.bill("2026-02-10")) == {"2026-01": "100000", "2026-02": "0"}


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"{}", b'{"statement": 1}', b"[" * 9000])
def test_a_damaged_statement_is_told_with_the_way_out(shop: Shop, content: bytes) -> None:
    ready(shop, PER_UNIT)
    shop.follow("2026-02-02")
    shop.connection.execute("UPDATE statement SET content=?", (content,))

    with pytest.raises(WorkspaceError, match=r"2026-01 is damaged .*backup"):
        shop.bill("2026-02-03")
    assert [type(each) for each in shop.follow("2026-02-03").troubles] == [WorkspaceError]


def test_a_text_that_is_no_plan_any_more_leaves_its_closed_months_alone(shop: Shop) -> None:
    ready(shop, PER_UNIT)
    shop.follow("2026-02-02")
    shop.plan(PER_UNIT.replace("0.50", "9.00"))
    shop.connection.execute("UPDATE plan_text SET content='schema = 99'")
    shop.ledger.plan_book.forget()

    assert due(same(shop, "2026-02-10")) == {"2026-01": "1.5", "2026-02": "0"}


def test_a_plan_that_is_gone_in_every_form_is_told_in_words(shop: Shop) -> None:
    shop.plan(PER_UNIT).unlink()
    shop.connection.execute(
        "INSERT INTO subscription (plan, began, anchor, made_at) VALUES ('short', 1, 1, 1)"
    )
    shop.ledger.plan_book.forget()

    with pytest.raises(UsageProblem, match="no such plan: 'short'"):
        shop.bill("2026-02-03")
    assert len(shop.follow("2026-02-03").troubles) == 1


def test_credits_in_the_trillions_are_kept_exactly(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"1000000000000"'))
    subscription = shop.use()
    shop.ledger.adjust_credits(subscription, at("2026-01-02"), 10**24 + 1, now=at("2026-01-02"))
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-02-02")

    assert shop.bill("2026-02-03").statements[0].sums.left == 2 * 10**24 + 1 - PICO - (
        10**24 - PICO
    )
