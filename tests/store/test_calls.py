"""Each request counts once, whichever files tell of it, and the roll-up stays in step."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import QUARTER
from convledger.store.calls import (
    SUMS,
    USAGE,
    CallBook,
    CallRow,
    rebuild_usage,
    rebuilt_sums,
    rebuilt_usage,
    whole,
)
from convledger.store.connection import transaction
from tests.workspaces import empty_tables

BIRTHS = {number: (0, number, number, f"file {number}") for number in range(1, 5)}
LATEST = 1_795_000_000_000_000


def database() -> sqlite3.Connection:
    return empty_tables()


def row(**facts: Any) -> CallRow:
    """Return a call of 10 tokens in file and conversation 1, but for `facts`."""
    known: dict[str, Any] = {
        "reader_id": 1, "key": "k", "variant": "", "conversation_id": 1, "agent_id": None,
        "file_id": 1, "line": 1, "at": LATEST, "model_id": 1, "context": "", "sidechain": 0,
        "approximate": 0, "input": 0, "output": 10, "reasoning": 0, "cache_read": 0,
        "cache_write_5m": 0, "cache_write_1h": 0, "web_searches": 0, "list_pico": 1000,
        "price_state": 1, "reported_pico": None,
    }  # fmt: skip
    return CallRow(**(known | facts))


def copy(place: int, output: int = 10, **facts: Any) -> CallRow:
    """Return the call as the file and conversation `place` tell of it."""
    return row(
        **{"conversation_id": place, "file_id": place, "line": place, "output": output, **facts}
    )


def store(connection: sqlite3.Connection, *batches: Iterable[CallRow]) -> int:
    """Store batches of calls as an import does; return how many were new."""
    fresh = 0
    for batch in batches:
        with transaction(connection):
            book = CallBook(connection, BIRTHS)
            book.add([CallRow(*one.values()) for one in batch])  # type: ignore[arg-type]
            fresh += book.write()
    return fresh


def calls(connection: sqlite3.Connection, columns: str = "conversation_id, output") -> list[Any]:
    return connection.execute(f"SELECT {columns} FROM call ORDER BY key, variant, id").fetchall()


def rolled_up(connection: sqlite3.Connection) -> list[tuple[int, ...]]:
    return connection.execute(
        f"SELECT quarter, conversation_id, model_id, {USAGE} FROM usage ORDER BY 1, 2, 3"
    ).fetchall()


def summed(connection: sqlite3.Connection, rows: Iterable[tuple[int, ...]] = ()) -> list[Any]:
    """Return sums by conversation and model, those stored unless others are given."""
    stored = connection.execute(
        f"SELECT conversation_id, model_id, {SUMS} FROM conversation_sum ORDER BY 1, 2"
    )
    return [(*others, whole(high, low)) for *others, high, low in rows or stored]


@pytest.fixture
def ledger() -> Iterable[sqlite3.Connection]:
    connection = database()
    yield connection
    connection.close()


def test_call_counts_once_however_often_it_is_told(ledger: sqlite3.Connection) -> None:
    assert store(ledger, [row(), row()], [row()], [row(), row()]) == 1
    assert calls(ledger) == [(1, 10)]
    assert rolled_up(ledger) == list(rebuilt_usage(ledger))
    assert summed(ledger) == summed(ledger, rebuilt_sums(ledger))


@pytest.mark.parametrize("together", [True, False])
def test_fullest_copy_gives_the_numbers(ledger: sqlite3.Connection, together: bool) -> None:
    for order, key in zip(itertools.permutations((3, 70, 20)), "abcdef", strict=True):
        copies = [row(key=key, output=output, list_pico=output) for output in order]
        store(ledger, *([copies] if together else [[one] for one in copies]))

    assert calls(ledger, "output, list_pico") == [(70, 70)] * 6
    assert rolled_up(ledger) == list(rebuilt_usage(ledger))
    assert summed(ledger) == summed(ledger, rebuilt_sums(ledger))


@pytest.mark.parametrize("together", [True, False])
def test_file_that_was_begun_first_owns_the_call(
    ledger: sqlite3.Connection, together: bool
) -> None:
    """The numbers are those of the fullest copy, wherever that stands."""
    for order, key in zip(
        itertools.permutations((copy(1, 10), copy(2, 30), copy(3, 20))), "abcdef", strict=True
    ):
        copies = [CallRow(*one.values()) for one in order]  # type: ignore[arg-type]
        for one in copies:
            one.key = key
        store(ledger, *([copies] if together else [[one] for one in copies]))

    assert calls(ledger, "conversation_id, file_id, line, output") == [(1, 1, 1, 30)] * 6
    assert rolled_up(ledger) == list(rebuilt_usage(ledger))
    assert summed(ledger) == summed(ledger, rebuilt_sums(ledger))


def test_background_file_owns_nothing_that_stands_elsewhere(ledger: sqlite3.Connection) -> None:
    births = {**BIRTHS, 1: (1, 1, 1, "background")}
    for one in (copy(1), copy(2)):
        book = CallBook(ledger, births)
        book.add([one])
        book.write()

    assert calls(ledger) == [(2, 10)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("place", [1, 3])
def test_side_chain_yields_to_the_main_one(
    ledger: sqlite3.Connection, order: tuple[int, int], place: int
) -> None:
    """Even where its copy is fuller, and whichever is read first."""
    main, side = copy(2, 10), copy(place, 30, sidechain=1)
    store(ledger, *([(main, side)[which]] for which in order))

    assert calls(ledger, "conversation_id, sidechain, output") == [(2, 0, 30)]
    assert rolled_up(ledger) == list(rebuilt_usage(ledger))
    assert summed(ledger) == summed(ledger, rebuilt_sums(ledger))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_side_chain_of_the_same_conversation_yields_too(
    ledger: sqlite3.Connection, order: tuple[int, int]
) -> None:
    main, side = copy(2, 10, line=5), copy(2, 30, line=9, sidechain=1)
    store(ledger, *([(main, side)[which]] for which in order))

    assert calls(ledger, "sidechain, line, output") == [(0, 5, 30)]


def test_variants_of_a_common_id_are_calls_of_their_own(ledger: sqlite3.Connection) -> None:
    assert store(ledger, [row(variant="a"), row(variant="b")], [row(variant="a", output=20)]) == 2
    assert calls(ledger, "variant, output") == [("a", 20), ("b", 10)]


def test_copy_without_a_variant_is_one_of_those_with(ledger: sqlite3.Connection) -> None:
    store(ledger, [row(variant="a")], [row(variant="")])

    assert len(calls(ledger)) == 1


def test_what_the_source_reported_is_kept_from_whichever_copy(ledger: sqlite3.Connection) -> None:
    store(ledger, [row(output=30)], [row(output=10, reported_pico=5)], [row(output=40)])

    assert calls(ledger, "output, reported_pico") == [(40, 5)]
    assert rolled_up(ledger) == list(rebuilt_usage(ledger))
    assert summed(ledger) == summed(ledger, rebuilt_sums(ledger))


def test_moved_call_leaves_no_empty_row_behind(ledger: sqlite3.Connection) -> None:
    store(ledger, [copy(3)], [copy(2, at=LATEST + QUARTER)], [copy(1, output=90, model_id=2)])

    (only,) = rolled_up(ledger)
    assert only[:4] == (LATEST // QUARTER, 1, 2, 1)


def test_rebuilt_roll_up_is_the_one_that_grew(ledger: sqlite3.Connection) -> None:
    store(ledger, [copy(3), row(key="x", list_pico=None)], [copy(1, output=30)])
    before = rolled_up(ledger)
    with transaction(ledger):
        rebuild_usage(ledger)

    assert rolled_up(ledger) == before


amounts = st.integers(0, 2**60)
rows = st.builds(
    lambda side, variant, **facts: row(sidechain=side, variant="" if side else variant, **facts),
    side=st.integers(0, 1),
    variant=st.sampled_from(["", "", "a", "b", "c"]),
    key=st.sampled_from(["k", "l"]),
    conversation_id=st.integers(1, 3),
    file_id=st.integers(1, 4),
    line=st.integers(1, 9),
    at=st.sampled_from([LATEST, LATEST + 1, LATEST + QUARTER]),
    model_id=st.integers(1, 2),
    input=st.integers(0, 3),
    output=st.sampled_from([1, 2, 2**27 - 1]),
    list_pico=st.none() | amounts,
    price_state=st.integers(0, 3),
    reported_pico=st.none() | amounts,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(rows, max_size=6), max_size=6))
def test_roll_up_is_in_step_after_any_sequence(batches: list[list[CallRow]]) -> None:
    connection = database()
    fresh = store(connection, *batches)

    assert rolled_up(connection) == list(rebuilt_usage(connection))
    assert summed(connection) == summed(connection, rebuilt_sums(connection))
    assert len(calls(connection)) == fresh
    connection.close()


def test_a_call_may_take_the_name_that_another_had_until_now() -> None:
    connection = database()
    told = [
        [row(variant="b", conversation_id=1, file_id=3)],
        [
            row(conversation_id=2, file_id=2),
            row(variant="a", conversation_id=1, file_id=1),
            row(variant="b", conversation_id=1, file_id=3),
        ],
    ]

    assert store(connection, *told) == 2
    assert rolled_up(connection) == list(rebuilt_usage(connection))
    connection.close()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 1), st.integers(1, 5)), max_size=5),
    st.randoms(use_true_random=False),
)
def test_order_of_reading_does_not_matter(told: list[tuple[int, int, int]], rng: Any) -> None:
    """For copies of one request, of which each file holds one."""
    copies = [
        copy(place, output, input=output, sidechain=side, list_pico=output)
        for place, side, output in {one[0]: one for one in told}.values()
    ]
    found = []
    for _ in range(2):
        connection = database()
        store(connection, *([one] for one in copies))
        found.append(
            calls(connection, "conversation_id, file_id, line, sidechain, input, output, list_pico")
        )
        connection.close()
        rng.shuffle(copies)

    assert found[0] == found[1]
