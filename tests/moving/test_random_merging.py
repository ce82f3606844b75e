"""Whatever two people change in books that were the same: merged both ways they are the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.store import costs, labels, subscriptions
from convledger.store.audit_check import verify
from convledger.store.connection import transaction
from convledger.store.costs import HourlyRate, WorkedTime
from convledger.store.entries import entries_where
from convledger.store.subscriptions import CreditFact
from tests.ingest.logs import Bench, session
from tests.moving.books import NOW, Two, filled, findings, label, said

Change = Callable[[Ledger, int], None]
WORDS = ("acme", "bolt", "zinc")


def _client(ledger: Ledger, seed: int) -> None:
    label(ledger, 1 + seed % 3, "client", WORDS[seed // 3 % 3])


def _no_client(ledger: Ledger, seed: int) -> None:
    _unlabel(ledger, seed, "client")


def _tag(ledger: Ledger, seed: int) -> None:
    label(ledger, 1 + seed % 3, "tag", WORDS[seed // 3 % 3])


def _no_tag(ledger: Ledger, seed: int) -> None:
    _unlabel(ledger, seed, "tag")


def _unlabel(ledger: Ledger, seed: int, name: str) -> None:
    number = ledger.conversation(session(1 + seed % 3)).id
    with transaction(ledger.connection):
        labels.remove_label(ledger.connection, [number], name, None)


def _scenario(ledger: Ledger, seed: int) -> None:
    with transaction(ledger.connection):
        text = None if seed % 4 == 0 else f"model = {seed % 4}"
        costs.set_text(ledger.connection, "scenario", WORDS[seed // 4 % 2], text, NOW)


def _rate(ledger: Ledger, seed: int) -> None:
    day = date(2026, 1 + seed % 2, 1)
    with transaction(ledger.connection):
        if seed % 5:
            costs.set_hourly_rate(ledger.connection, HourlyRate(day, seed % 5, "EUR"), NOW)
        else:
            costs.drop_hourly_rate(ledger.connection, day)


def _cost(ledger: Ledger, seed: int) -> None:
    with transaction(ledger.connection):
        costs.set_gone(ledger.connection, "cost_item", [1], NOW if seed % 2 else None)


def _time(ledger: Ledger, seed: int) -> None:
    number = ledger.conversation(session(1 + seed % 3)).id
    with transaction(ledger.connection):
        costs.add_worked(ledger.connection, WorkedTime(0, number, NOW, 60 * (1 + seed % 2)))


def _booking(ledger: Ledger, seed: int) -> None:
    if subscriptions.subscriptions(ledger.connection):
        with transaction(ledger.connection):
            fact = CreditFact(0, NOW + seed % 3 * SECOND, "topup", 7, made_at=NOW + seed)
            subscriptions.add_fact(ledger.connection, 1, fact)


def _seats(ledger: Ledger, seed: int) -> None:
    if subscriptions.subscriptions(ledger.connection):
        with transaction(ledger.connection):
            at = NOW + seed % 2 * DAY
            subscriptions.set_seats(ledger.connection, 1, at, 1 + seed % 3)


def _remember(ledger: Ledger, seed: int) -> None:
    keeping.remember(ledger.connection, Draft(f"Oven {WORDS[seed % 3]} is cleaned."), NOW + seed)


def _archive(ledger: Ledger, seed: int) -> None:
    (entry,) = entries_where(ledger.connection, "id=2")
    if seed % 2 and entry.state != "archived":
        keeping.archive(ledger.connection, [2], NOW + seed)
    elif entry.state == "archived":
        keeping.restore(ledger.connection, [2], NOW + seed)


CHANGES: tuple[Change, ...] = (
    _client, _no_client, _tag, _no_tag, _scenario, _rate, _cost, _time, _booking, _seats, _remember,
    _archive,
)  # fmt: skip
SITTING = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 30)), max_size=6)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with something of every sort, closed."""
    bench = Bench(tmp_path_factory.mktemp("books"))
    ledger = filled(bench)
    ledger.close()
    return ledger.workspace


def open_two(books: Path, folder: Path) -> Two:
    for name in ("a", "b"):
        shutil.copytree(books, folder / name)
    return Two(Ledger.open(folder / "a"), Ledger.open(folder / "b"), folder / "between")


@given(st.lists(st.tuples(SITTING, SITTING), min_size=1, max_size=2))
@settings(max_examples=20)
def test_books_merged_both_ways_are_the_same(
    books: Path, rounds: list[tuple[list[tuple[Change, int]], list[tuple[Change, int]]]]
) -> None:
    with TemporaryDirectory() as place:
        two = open_two(books, Path(place))
        with two.a, two.b:
            for of_a, of_b in rounds:
                for ledger, sitting in ((two.a, of_a), (two.b, of_b)):
                    for change, seed in sitting:
                        change(ledger, seed)
                two.carry(two.b, two.a, theirs=True)
                last = two.carry(two.a, two.b, theirs=True)

                assert said(two.a) == said(two.b)
                # What one took away and the other changed is back where it was taken away.
                assert all(each.endswith("it is back") for each in last.apart)
                for source, target in ((two.a, two.b), (two.b, two.a)):
                    again = two.carry(source, target)
                    assert (again.is_change, again.apart) == (False, [])
            for ledger in (two.a, two.b):
                assert verify(ledger.connection).is_sound
                assert findings(ledger) == []


@given(SITTING, SITTING)
@settings(max_examples=10)
def test_nothing_of_ours_is_lost_and_twice_is_once(
    books: Path, of_a: list[tuple[Change, int]], of_b: list[tuple[Change, int]]
) -> None:
    with TemporaryDirectory() as place:
        two = open_two(books, Path(place))
        with two.a, two.b:
            for ledger, sitting in ((two.a, of_a), (two.b, of_b)):
                for change, seed in sitting:
                    change(ledger, seed)
            done = two.carry(two.a, two.b)
            after = said(two.b)

            assert two.carry(two.a, two.b).is_change is False
            assert said(two.b) == after
            if not done.apart:
                two.carry(two.b, two.a)
                assert said(two.a) == after
