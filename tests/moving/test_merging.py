"""Two people's books become one: nothing is doubled, nothing later is lost, doubts are told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from convledger.clock import DAY
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.store import closings, costs, subscriptions
from convledger.store.closings import ClosedDivision, Closing
from convledger.store.connection import transaction
from convledger.store.entries import entries_where
from tests.ingest.logs import Bench, session
from tests.moving.books import NOW, Two, filled, label, said


@pytest.fixture
def two(bench: Bench, tmp_path: Path) -> Iterator[Two]:
    """Two workspaces that were the same yesterday."""
    ledger = filled(bench)
    ledger.close()
    shutil.copytree(ledger.workspace, tmp_path / "b")
    bench.ledger = Ledger.open(ledger.workspace)
    with Ledger.open(tmp_path / "b") as other:
        yield Two(bench.ledger, other, tmp_path / "between")


def client(ledger: Ledger, number: int = 1) -> str | None:
    row = ledger.connection.execute(
        "SELECT value FROM label JOIN conversation ON conversation.id=conversation_id "
        "WHERE native=? AND name='client'",
        (session(number),),
    ).fetchone()
    return str(row[0]) if row else None


def test_the_same_books_have_nothing_to_tell(two: Two) -> None:
    before = said(two.a)
    done = two.carry(two.a, two.b)

    assert (done.is_change, done.apart, done.ours_later) == (False, [], 0)
    assert said(two.b) == before


def test_both_ways_end_with_the_same_books(two: Two) -> None:
    label(two.a, 1, "client", "bolt")
    label(two.b, 3, "client", "zinc")
    two.a.unlabel([two.a.conversation(session(2)).id], "tag", "night")
    with transaction(two.b.connection):
        costs.set_text(two.b.connection, "scenario", "dearer", "model = 2", NOW)
        costs.set_gone(two.b.connection, "cost_item", [1], NOW)
    with transaction(two.a.connection):
        (plan,) = subscriptions.subscriptions(two.a.connection)
        subscriptions.set_seats(two.a.connection, plan.id, NOW, 5)
    keeping.remember(two.a.connection, Draft("Rye is out on Mondays."), NOW)
    keeping.archive(two.b.connection, [2], NOW)
    keeping.edit(two.b.connection, 1, NOW, body="The bakery opens at five.")
    two.folder.mkdir()
    shutil.copytree(two.a.workspace, two.folder / "a")
    with Ledger.open(two.folder / "a") as copy:
        into_a = two.carry(two.b, copy)
        into_b = two.carry(two.a, two.b)

        assert said(copy) == said(two.b)
        assert (into_a.apart, into_b.apart) == ([], [])
        assert two.carry(two.b, copy).is_change is False
        assert two.carry(copy, two.b).is_change is False
    assert (client(two.b, 1), client(two.b, 3)) == ("bolt", "zinc")
    bodies = {each.body: each.state for each in entries_where(two.b.connection)}
    assert bodies == {
        "The bakery opens at five.": "active",
        "Deliveries come through the yard.": "archived",
        "Rye is out on Mondays.": "active",
    }


def test_what_is_later_here_is_not_overwritten(two: Two) -> None:
    two.a.move_out(two.folder / "before", now=NOW)
    label(two.a, 1, "client", "bolt")
    two.a.unlabel([two.a.conversation(session(2)).id], "tag", "night")
    keeping.edit(two.a.connection, 1, NOW, body="The bakery opens at five.")
    before = said(two.a)
    done = two.a.take_in(two.folder / "before", now=NOW)

    assert said(two.a) == before
    assert done.ours_later >= 2
    assert done.apart == []


def test_the_same_label_of_two_people_is_one(two: Two) -> None:
    for books in (two.a, two.b):
        label(books, 3, "client", "zinc")
        label(books, 3, "tag", "long")
    done = two.carry(two.a, two.b)

    assert (done.is_change, done.apart) == (False, [])


def test_of_two_labels_ours_stays_and_is_told(two: Two) -> None:
    label(two.a, 1, "client", "bolt")
    label(two.b, 1, "client", "zinc")
    done = two.carry(two.a, two.b)

    assert client(two.b) == "zinc"
    told = f"label of conversation {session(1)} client: 'zinc' stays, 'bolt' there"
    assert done.apart == [f"{told}; `--theirs` takes that"]
    assert two.carry(two.a, two.b).is_change is False


def test_of_two_labels_theirs_is_taken_where_that_is_asked_for(two: Two) -> None:
    label(two.a, 1, "client", "bolt")
    label(two.b, 1, "client", "zinc")
    done = two.carry(two.a, two.b, theirs=True)

    assert client(two.b) == "bolt"
    assert done.changed == {"labels": 1}
    assert two.carry(two.b, two.a).apart == []
    assert client(two.a) == "bolt"


def test_a_label_that_went_to_and_fro_is_the_later_one(two: Two) -> None:
    label(two.a, 1, "client", "bolt")
    two.carry(two.a, two.b)
    label(two.a, 1, "client", "acme")
    done = two.carry(two.a, two.b)

    assert (client(two.b), done.apart) == ("acme", [])


def test_rates_that_went_apart_are_told_as_money_and_percent(two: Two) -> None:
    day = date(2026, 10, 1)
    for books, dollars, share in ((two.a, 40, "0"), (two.b, 50, "0.25")):
        rate = costs.HourlyRate(day, dollars * 10**12, "USD", Decimal(share))
        books.set_hourly_rate(rate, now=NOW)
        books.set_exchange_rate("EUR", "USD", day, Decimal(dollars) / 40, now=NOW)

    hourly = "hourly rate 2026-10-01: $40.00 an hour stays, $50.00 an hour and 25% on top there"
    assert two.carry(two.b, two.a).apart == [
        f"{hourly}; `--theirs` takes that",
        "exchange rate EUR USD 2026-10-01: 1 stays, 1.25 there; `--theirs` takes that",
    ]
    two.carry(two.b, two.a, theirs=True)
    assert two.carry(two.b, two.a).apart == []


def test_what_is_gone_in_both_is_no_conflict(two: Two) -> None:
    for number, books in enumerate((two.a, two.b)):
        with transaction(books.connection):
            costs.set_gone(books.connection, "cost_item", [1], NOW + number)

    for source, target in ((two.a, two.b), (two.b, two.a)):
        done = two.carry(source, target)
        assert (done.is_change, done.apart) == (False, [])


def test_named_things_that_went_apart_are_both_kept(two: Two) -> None:
    for books, text in ((two.a, "model = 2"), (two.b, "model = 3")):
        with transaction(books.connection):
            costs.set_text(books.connection, "scenario", "cheaper", text, NOW)
    done = two.carry(two.a, two.b)

    found = costs.texts(two.b.connection, "scenario")
    assert found["cheaper"] == "model = 3"
    (other,) = found.keys() - {"cheaper"}
    assert found[other] == "model = 2"
    assert other in done.apart[0]
    assert two.carry(two.a, two.b).is_change is False


def test_entries_edited_in_both_are_both_kept(two: Two) -> None:
    keeping.edit(two.a.connection, 1, NOW, body="The bakery opens at five.")
    keeping.edit(two.b.connection, 1, NOW, body="The bakery opens at eight.")
    done = two.carry(two.a, two.b)

    bodies = {each.body: each.state for each in entries_where(two.b.connection)}
    assert bodies["The bakery opens at eight."] == "active"
    assert bodies["The bakery opens at five."] == "proposed"
    assert "was edited in both" in done.apart[0]
    assert two.carry(two.a, two.b).is_change is False


def test_the_same_text_remembered_by_two_is_one_entry(two: Two) -> None:
    for books in (two.a, two.b):
        keeping.remember(books.connection, Draft("Rye is out on Mondays."), NOW)
    two.carry(two.a, two.b)

    assert len(list(entries_where(two.b.connection))) == 3


def test_the_same_booking_typed_by_two_is_one(two: Two) -> None:
    from convledger.store.subscriptions import CreditFact, add_fact

    for number, books in enumerate((two.a, two.b)):
        with transaction(books.connection):
            add_fact(books.connection, 1, CreditFact(0, NOW, "topup", 7, made_at=NOW + number))
    done = two.carry(two.a, two.b)

    assert done.is_change is False
    with transaction(two.a.connection):  # a second one, which is meant
        add_fact(two.a.connection, 1, CreditFact(0, NOW, "topup", 7, made_at=NOW))
    two.carry(two.a, two.b)
    rows = two.b.connection.execute("SELECT count(*) FROM credit_fact WHERE amount='7'")
    assert rows.fetchone() == (2,)


def test_a_plan_that_was_dropped_goes_with_all_that_hangs_on_it(two: Two) -> None:
    with transaction(two.a.connection):
        subscriptions.remove(two.a.connection, 1)
    done = two.carry(two.a, two.b)

    assert subscriptions.subscriptions(two.b.connection) == []
    assert done.removed == {"plans-in-use": 1, "seats": 1, "credit-bookings": 4}
    assert two.carry(two.b, two.a).is_change is False


def test_a_plan_that_was_dropped_there_and_used_here_stays(two: Two) -> None:
    from convledger.store.subscriptions import CreditFact, add_fact

    with transaction(two.a.connection):
        subscriptions.remove(two.a.connection, 1)
    with transaction(two.b.connection):
        add_fact(two.b.connection, 1, CreditFact(0, NOW + DAY, "topup", 7, made_at=NOW))
    done = two.carry(two.a, two.b)

    (plan,) = subscriptions.subscriptions(two.b.connection)
    assert plan.seats_at(NOW) == 2
    assert len(subscriptions.facts(two.b.connection, plan.id)) == 5
    assert any("plan in use studio" in each and "it stays" in each for each in done.apart)


def test_plan_files_that_differ_are_both_there(two: Two) -> None:
    (two.a.workspace / "plans" / "studio.toml").write_text("plan = 2\n")
    done = two.carry(two.a, two.b)

    plans = two.b.workspace / "plans"
    (beside,) = plans.glob("*.theirs-*")
    assert ((plans / "studio.toml").read_text(), beside.read_text()) == ("plan = 1\n", "plan = 2\n")
    assert beside.name in done.apart[0]
    two.carry(two.a, two.b, theirs=True)
    assert (plans / "studio.toml").read_text() == "plan = 2\n"
    assert [each.read_text() for each in plans.glob("*.ours-*")] == ["plan = 1\n"]


def test_a_month_is_closed_once(two: Two) -> None:
    one = closings.closings(two.a.connection)[0]
    for ledger, rate in ((two.a, "1.1"), (two.b, "1.2")):
        rates = (("EUR", "USD", date(2026, 1, 1), Decimal(rate)),)
        later = Closing(0, one.id, date(2026, 12, 1), NOW, rates, NOW)
        division = ClosedDivision(1, None, "Server", "2026-11-01", "2026-12-01", 7, "USD", ())
        with transaction(ledger.connection):
            closings.add_closing(ledger.connection, later, [division], [])
    before = said(two.b)
    done = two.carry(two.a, two.b)

    assert said(two.b) == before
    assert any(each.startswith("closing of costs 2026-12-01") for each in done.apart)
