"""Credits that appear or vanish are found: in bookings, in closed periods, in the books."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from convledger import paths
from convledger.ledger import Ledger
from convledger.plans.credits import Lot, fold_all
from convledger.plans.facts import Fact
from convledger.plans.statement import frozen_bytes, thawed
from convledger.reports.credit_checks import book_problems
from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("on_the_20th")


def problems(*statements: str) -> list[str]:
    with Ledger.open(paths.default_workspace()) as ledger:
        for statement in statements:
            assert ledger.connection.execute(statement).rowcount == 1, statement
        return [each.problem for each in ledger.check() if each.check == "credits"]


@pytest.fixture
def booked(studio: Cli) -> Cli:
    assert studio("credits", "top-up", "--amount", "250", "--price", "40.00").code == 0
    assert studio("credits", "adjust", "+25", "--note", "gift").code == 0
    assert studio("credits").code == 0
    return studio


def test_what_is_booked_and_closed_adds_up(booked: Cli) -> None:
    assert problems() == []
    with Ledger.open(paths.default_workspace()) as ledger:
        assert ledger.connection.execute("SELECT count(*) FROM statement").fetchone()[0] >= 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE credit_fact SET amount='many' WHERE id=1", "has no amount that can be read"),
        ("UPDATE credit_fact SET price='4e1' WHERE id=1", "has no amount that can be read"),
        ("UPDATE credit_fact SET amount='-5' WHERE id=1", "is of less than nothing"),
        ("UPDATE credit_fact SET corrects=2 WHERE id=1", "takes back one that is not its own"),
    ],
)
def test_a_booking_that_can_not_be_is_found(booked: Cli, statement: str, words: str) -> None:
    (problem,) = problems(statement)

    assert problem.startswith("booking 1 of studio")
    assert words in problem


def test_a_booking_that_was_taken_back_is_none(booked: Cli) -> None:
    assert booked("credits", "undo", "1").code == 0

    assert problems() == []
    (problem,) = problems("UPDATE credit_fact SET amount='-5' WHERE corrects IS NOT NULL")
    assert problem.startswith("booking 3 of studio takes back another amount")


@pytest.mark.parametrize(
    ("name", "words"),
    [("total", "its lines do not come to its total"), ("used", "less than no credits of a sort")],
)
def test_a_closed_period_that_does_not_add_up_is_found_whatever_its_digest(
    booked: Cli, name: str, words: str
) -> None:
    with Ledger.open(paths.default_workspace()) as ledger:
        (content,) = ledger.connection.execute("SELECT content FROM statement LIMIT 1").fetchone()
        frozen = thawed(content)
        sums = msgspec.structs.replace(frozen.statement.sums, **{name: -7})
        statement = msgspec.structs.replace(frozen.statement, sums=sums)
        changed = frozen_bytes(msgspec.structs.replace(frozen, statement=statement))
        ledger.connection.execute(
            "UPDATE statement SET content=?, digest=? WHERE content=?",
            (changed, sha256(changed).hexdigest(), content),
        )

    assert any(words in problem and "studio, " in problem for problem in problems())


def test_a_plan_that_is_gone_is_told(booked: Cli, own_home: Path) -> None:
    found = problems("UPDATE subscription SET plan='gone' WHERE plan='studio'")

    assert found
    assert found[0].startswith("gone can't be worked out: ")


def test_books_that_do_not_add_up_are_found() -> None:
    lot = Lot(id="A", amount=9, effective_at=0)
    fold = fold_all([Fact("u", 1, "usage", 4)], [lot])
    totals, entries = fold.totals(), list(fold.entries())
    assert list(book_problems(totals, entries)) == []

    assert list(book_problems(replace(totals, used=5), entries)) == [
        "granted credits are not used, expired, voided and left together"
    ]
    (one,) = totals.lots
    odd = msgspec.structs.replace(one, remaining=4)
    assert list(book_problems(replace(totals, lots=(odd,)), entries)) == [
        "lot 'A' does not come to its amount"
    ]
    wrong = msgspec.structs.replace(entries[-1], balance=6)
    assert list(book_problems(totals, [*entries[:-1], wrong])) == [
        f"entry {wrong.number} leaves another balance than it says"
    ]
