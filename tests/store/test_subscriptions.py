"""What is in force for which usage, and what people booked, as it is kept."""

from __future__ import annotations

import sqlite3

import pytest

from convledger.errors import UsageProblem
from convledger.store import subscriptions
from convledger.store.subscriptions import CreditFact, Subscription
from tests.workspaces import empty_tables


@pytest.fixture
def books() -> sqlite3.Connection:
    return empty_tables()


def begin(books: sqlite3.Connection, plan: str, began: int, **more: object) -> int:
    return subscriptions.begin(books, plan, began, now=0, **more)  # type: ignore[arg-type]


def spans(books: sqlite3.Connection) -> list[tuple[str, int, int | None]]:
    return [(one.plan, one.began, one.ended) for one in subscriptions.subscriptions(books)]


def fact(at: int = 5, amount: int = 1, **more: object) -> CreditFact:
    return CreditFact(0, at, "topup", amount, **more)  # type: ignore[arg-type]


def test_a_plan_ends_the_one_before_it(books: sqlite3.Connection) -> None:
    begin(books, "a", 10)
    begin(books, "b", 20)
    assert spans(books) == [("a", 10, 20), ("b", 20, None)]


def test_a_plan_that_had_ended_keeps_its_end(books: sqlite3.Connection) -> None:
    begin(books, "a", 10, ended=15)
    begin(books, "b", 20)
    assert spans(books) == [("a", 10, 15), ("b", 20, None)]


def test_a_plan_that_ended_later_ends_where_the_new_one_begins(books: sqlite3.Connection) -> None:
    begin(books, "a", 10, ended=30)
    begin(books, "b", 20)
    assert spans(books) == [("a", 10, 20), ("b", 20, None)]


def test_a_plan_at_the_same_instant_takes_the_place_of_the_other(
    books: sqlite3.Connection,
) -> None:
    begin(books, "a", 10)
    begin(books, "b", 10)
    assert spans(books) == [("b", 10, None)]


def test_a_plan_that_begins_before_another_takes_its_place(books: sqlite3.Connection) -> None:
    begin(books, "later", 30)
    begin(books, "b", 20)
    assert spans(books) == [("b", 20, None)]


def test_a_plan_that_ends_before_another_begins_leaves_it(books: sqlite3.Connection) -> None:
    begin(books, "later", 30)
    begin(books, "b", 20, ended=30)
    assert spans(books) == [("b", 20, 30), ("later", 30, None)]


def test_plans_for_other_usage_stand_beside_each_other(books: sqlite3.Connection) -> None:
    begin(books, "a", 10)
    begin(books, "b", 20, scope={"client": ("acme",)})
    begin(books, "c", 30, scope={"client": ("acme",), "source": ("codex",)})
    assert spans(books) == [("a", 10, None), ("b", 20, None), ("c", 30, None)]


@pytest.mark.parametrize(
    "scope",
    [
        {"client": ("b", "a")},
        {"client": ("a", "b", "a")},
        {"client": ("a", "b"), "tag": ()},
        {"tag": (), "client": ("a", "b")},
    ],
)
def test_the_same_usage_is_the_same_however_it_is_written(
    books: sqlite3.Connection, scope: dict[str, tuple[str, ...]]
) -> None:
    begin(books, "a", 10, scope={"client": ("a", "b")})
    begin(books, "b", 20, scope=scope)
    assert spans(books) == [("a", 10, 20), ("b", 20, None)]


def test_a_scope_comes_back_as_it_was_given(books: sqlite3.Connection) -> None:
    scope = {"client": ('quo"te', "Ümläut \U0001f600"), "project": ("/home/ana",)}
    begin(books, "a", 10, scope=scope)
    assert subscriptions.subscriptions(books)[0].scope == scope


def test_bookings_by_hand_are_not_taken_away_by_a_plan_that_begins_before(
    books: sqlite3.Connection,
) -> None:
    later = begin(books, "later", 30)
    subscriptions.add_fact(books, later, fact(35))
    with pytest.raises(UsageProblem, match="plan drop later"):
        begin(books, "b", 20)


def test_what_is_removed_leaves_nothing_behind(books: sqlite3.Connection) -> None:
    books.execute("PRAGMA foreign_keys=ON")
    one = begin(books, "a", 10, seats=3)
    first = subscriptions.add_fact(books, one, fact())
    subscriptions.add_fact(books, one, fact(corrects=first))
    books.execute("INSERT INTO statement VALUES (?, 1, 2, 'x', 3, '', x'')", (one,))
    books.execute("INSERT INTO alert VALUES (?, 's', 'p', 0, 70, 1, '1', '1', 0, 0)", (one,))
    books.execute("INSERT INTO plan_figures VALUES (?, 1, '', '')", (one,))
    subscriptions.remove(books, one)

    for table in ("subscription", "seats", "credit_fact", "statement", "alert", "plan_figures"):
        assert books.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_amounts_of_any_size_come_back_exactly(books: sqlite3.Connection) -> None:
    one = begin(books, "a", 10)
    subscriptions.add_fact(books, one, fact(amount=10**24 + 1, price=10**30, note="für \x00"))
    found = subscriptions.facts(books, one)[0]
    assert (found.amount, found.price, found.note) == (10**24 + 1, 10**30, "für \x00")


def test_facts_come_in_the_order_in_which_they_count(books: sqlite3.Connection) -> None:
    one = begin(books, "a", 10)
    for at in (30, 10, 20):
        subscriptions.add_fact(books, one, fact(at))
    assert [each.at for each in subscriptions.facts(books, one)] == [10, 20, 30]


def test_seats_hold_from_their_instant_on(books: sqlite3.Connection) -> None:
    one = begin(books, "a", 10, seats=2)
    subscriptions.set_seats(books, one, 20, 5)
    subscriptions.set_seats(books, one, 20, 7)
    found = subscriptions.subscriptions(books)[0]
    assert [found.seats_at(at) for at in (0, 10, 19, 20, 99)] == [2, 2, 2, 7, 7]


def test_an_end_is_exclusive(books: sqlite3.Connection) -> None:
    one = Subscription(1, "a", 10, 20, 10, {}, (), 0)
    assert [one.is_in_force(at) for at in (9, 10, 19, 20)] == [False, True, True, False]


def test_an_end_can_be_moved_and_taken_back(books: sqlite3.Connection) -> None:
    one = begin(books, "a", 10)
    subscriptions.end(books, one, 20)
    subscriptions.end(books, one, None)
    assert spans(books) == [("a", 10, None)]


def test_the_latest_text_of_a_file_comes_last_even_when_it_came_before(
    books: sqlite3.Connection,
) -> None:
    for now, digest in ((1, "x"), (2, "y"), (3, "x")):
        subscriptions.keep_plan_texts(books, [(digest, "a", "1", "a.toml", digest)], now)
    assert [row[1] for row in subscriptions.plan_texts(books)] == ["y", "x"]
