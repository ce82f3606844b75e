"""Pairs of entries: found among a few and among thousands, proposed, settled, proposed anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.ledger import Ledger
from convledger.memory import keeping, pairing
from convledger.memory.drafts import Draft
from convledger.memory.pairing import Search, find_all_pairs, open_pairs, refresh_pairs
from convledger.memory.sketches import Sketcher, like_places
from convledger.store.operations import operations, undo
from tests.memory.planted import NOW, Planted, keep_all, planted

SLOW = "Nightly backups of the shop take 5 minutes."
SLOWER = "Nightly backups of the shop take 15 minutes."
OTHER = "Anna prefers dark themes and small type."


def kept(ledger: Ledger, text: str, **more: Any) -> int:
    return keeping.remember(ledger.connection, Draft(text, **more), NOW)[0]


def told(ledger: Ledger) -> list[tuple[int, int, str, str]]:
    return [
        (pair.first_id, pair.second_id, pair.kind, pair.reason)
        for pair in open_pairs(ledger.connection)
    ]


def refreshed(ledger: Ledger, *entry_ids: int) -> int:
    return refresh_pairs(ledger.connection, entry_ids, NOW)


Finder = Callable[[Ledger, int], object]


def found_by_words(ledger: Ledger, entry_id: int) -> object:
    return refreshed(ledger, entry_id)


def found_among_all(ledger: Ledger, entry_id: int) -> object:
    return find_all_pairs(ledger.connection, NOW)


@pytest.fixture(params=[found_by_words, found_among_all])
def find(request: pytest.FixtureRequest) -> Finder:
    finder: Finder = request.param
    return finder


def test_another_number_is_told_as_a_conflict(ledger: Ledger, find: Finder) -> None:
    one, _, two = kept(ledger, SLOW), kept(ledger, OTHER), kept(ledger, SLOWER)

    find(ledger, two)

    assert told(ledger) == [(one, two, "conflict", "other number: 5, 15")]
    assert open_pairs(ledger.connection)[0].score < 1000


def test_finding_pairs_is_no_change_that_could_be_undone(ledger: Ledger, find: Finder) -> None:
    kept(ledger, SLOW)
    two = kept(ledger, SLOWER)
    before = operations(ledger.connection)

    find(ledger, two)

    assert operations(ledger.connection) == before


def test_archived_entries_are_in_no_pair(ledger: Ledger, find: Finder) -> None:
    one, two = kept(ledger, SLOW), kept(ledger, SLOWER)
    find(ledger, two)
    keeping.archive(ledger.connection, [one], NOW)
    assert told(ledger) == []

    find(ledger, two)
    assert ledger.connection.execute("SELECT count(*) FROM entry_pair").fetchone() == (0,)
    keeping.restore(ledger.connection, [one], NOW)
    find(ledger, one)

    assert len(told(ledger)) == 1


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("", "", True),
        ("", "project:shop", True),
        ("client:acme", "", True),
        ("project:shop", "project:shop", True),
        ("project:shop", "client:acme", False),
        ("project:shop", "project:stall", False),
    ],
)
def test_like_entries_are_a_pair_where_their_scopes_meet(
    ledger: Ledger, find: Finder, one: str, other: str, meet: bool
) -> None:
    kept(ledger, SLOW, scope=one)

    find(ledger, kept(ledger, SLOWER, scope=other))

    assert bool(told(ledger)) is meet


def test_the_same_text_is_told_across_all_scopes(ledger: Ledger, find: Finder) -> None:
    one = kept(ledger, SLOW, scope="project:shop")
    two = kept(ledger, SLOW, scope="client:acme")

    find(ledger, two)

    reason = "same text in project shop, client acme"
    assert told(ledger) == [(one, two, "duplicate", reason)]


def test_of_many_copies_each_is_told_with_the_next(ledger: Ledger, find: Finder) -> None:
    copies = [kept(ledger, SLOW, scope=f"project:{number}") for number in range(20)]

    for entry_id in copies:
        find(ledger, entry_id)
    pairs = [(one, other) for one, other, _, _ in told(ledger)]
    assert pairs == list(pairwise(copies))

    keeping.archive(ledger.connection, [copies[5]], NOW)
    find(ledger, copies[5])
    assert (copies[4], copies[6]) in [(one, other) for one, other, _, _ in told(ledger)]
    assert len(told(ledger)) == 18


def test_a_dismissed_pair_comes_back_when_a_text_changes(ledger: Ledger, find: Finder) -> None:
    one, two = kept(ledger, SLOW), kept(ledger, SLOWER)
    find(ledger, two)
    keeping.dismiss(ledger.connection, one, two, NOW)

    find(ledger, two)
    assert told(ledger) == []

    keeping.edit(ledger.connection, two, NOW, body=SLOWER.replace("15", "25"))
    find(ledger, two)
    assert told(ledger) == [(one, two, "conflict", "other number: 5, 25")]


def test_a_pair_that_is_no_longer_like_is_dropped(ledger: Ledger, find: Finder) -> None:
    one, two = kept(ledger, SLOW), kept(ledger, SLOWER)
    find(ledger, two)

    keeping.edit(ledger.connection, one, NOW, body="Lunch is at the harbour.")
    assert told(ledger) == []
    find(ledger, one)

    assert ledger.connection.execute("SELECT count(*) FROM entry_pair").fetchone() == (0,)


def test_open_pairs_are_judged_by_the_texts_of_now(ledger: Ledger) -> None:
    one, two = kept(ledger, SLOW), kept(ledger, SLOWER)
    refreshed(ledger, two)

    keeping.edit(ledger.connection, one, NOW, body=SLOW.replace("5", "7"))

    assert told(ledger) == [(one, two, "conflict", "other number: 7, 15")]


def test_a_merge_and_its_undoing_leave_the_pair_as_it_was(ledger: Ledger) -> None:
    one, two = kept(ledger, SLOW), kept(ledger, SLOWER)
    refreshed(ledger, two)
    before = told(ledger)

    keeping.merge(ledger.connection, one, two, NOW)
    refreshed(ledger, one, two)
    assert told(ledger) == []
    undo(ledger.connection, NOW)
    refreshed(ledger, one, two)

    assert told(ledger) == before


def test_conflicts_come_before_duplicates(ledger: Ledger) -> None:
    ids = [kept(ledger, SLOW), kept(ledger, f"Note that {SLOW}"), kept(ledger, SLOWER)]
    refreshed(ledger, *ids)

    assert [kind for _, _, kind, _ in told(ledger)] == ["conflict", "conflict", "duplicate"]


def test_two_titles_make_two_entries_of_like_bodies(ledger: Ledger) -> None:
    body = "The port is 5432."
    kept(ledger, body, title="Database of the shop")
    refreshed(ledger, kept(ledger, "The port is 6432.", title="Printer on the second floor"))

    assert told(ledger) == []


@pytest.mark.parametrize(
    "text", ["OR AND NOT", '" OR "', "a* NEAR(b c)", "\0 x\0y", "title:x", "0"]
)
def test_no_text_is_taken_for_a_query(ledger: Ledger, text: str) -> None:
    ids = [kept(ledger, f"{text} {number}") for number in range(3)]

    refreshed(ledger, *ids, 99)
    found = find_all_pairs(ledger.connection, NOW)
    assert (found.entries, found.is_finished) == (3, True)


@given(st.lists(st.text(min_size=1, max_size=40).filter(str.strip), min_size=2, max_size=5))
@settings(max_examples=25, deadline=None)
def test_any_texts_are_compared(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    with Ledger.open(tmp_path_factory.mktemp("any") / "workspace") as ledger:
        ids = keep_all(ledger.connection, texts)
        refreshed(ledger, *ids)

        assert find_all_pairs(ledger.connection, NOW).is_finished


def test_a_stopped_search_goes_on_where_it_was(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "_BATCH", 10)
    example = planted(60, each=10)
    ids = keep_all(ledger.connection, example.texts)
    done: list[tuple[int, int]] = []
    stop = lambda: bool(done) and done[-1][0] >= 100  # noqa: E731

    first = find_all_pairs(ledger.connection, NOW, stop, lambda *step: done.append(step))
    there = ledger.connection.execute("SELECT count(*) FROM entry_pair").fetchone()[0]
    second = find_all_pairs(ledger.connection, NOW)

    assert not first.is_finished
    assert there == first.proposed > 0
    assert second.is_finished
    assert second.proposed + first.proposed >= 30
    assert 0 < second.compared < find_all_pairs(ledger.connection, NOW).compared
    assert done == sorted(done)
    assert {total for _, total in done} == {120}
    assert _missing(ledger.connection, example, ids) == set()


def test_a_second_search_finds_nothing_new(ledger: Ledger) -> None:
    keep_all(ledger.connection, planted(60, each=10).texts)
    find_all_pairs(ledger.connection, NOW)

    assert find_all_pairs(ledger.connection, NOW).proposed == 0


def test_an_empty_memory_has_no_pairs(ledger: Ledger) -> None:
    assert find_all_pairs(ledger.connection, NOW) == Search(0, 0, 0, is_finished=True)
    assert open_pairs(ledger.connection) == []


def test_a_long_series_does_not_make_pairs_by_its_square(ledger: Ledger) -> None:
    keep_all(ledger.connection, [f"The ticket {number} is done" for number in range(400)])

    assert 399 <= find_all_pairs(ledger.connection, NOW).proposed <= 400 * 12


@given(st.lists(st.lists(st.sampled_from(["red", "green", "blue", "old", "new"]), min_size=1)))
@settings(deadline=None)
def test_equal_texts_are_always_worth_being_compared(texts: list[list[str]]) -> None:
    sketcher = Sketcher()
    found = like_places([sketcher.sketch(text) for text in texts])

    assert found is not None
    if len(texts) <= 32:
        for one, other in combinations(range(len(texts)), 2):
            if set(texts[one]) == set(texts[other]):
                assert one in found[other]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """5,300 entries of which 300 are made from others."""
    example = planted(5_300)
    with Ledger.open(tmp_path_factory.mktemp("many") / "workspace") as ledger:
        yield ledger, example, keep_all(ledger.connection, example.texts)


def _missing(
    connection: sqlite3.Connection, example: Planted, ids: list[int]
) -> set[tuple[int, int]]:
    there = {(pair.first_id, pair.second_id) for pair in open_pairs(connection)}
    return {(ids[one], ids[other]) for one, other in example.pairs} - there


def _kinds(
    connection: sqlite3.Connection, ids: list[int], pairs: list[tuple[int, int]]
) -> set[str]:
    wanted = {(ids[one], ids[other]) for one, other in pairs}
    return {
        pair.kind for pair in open_pairs(connection) if (pair.first_id, pair.second_id) in wanted
    }


def test_words_find_all_that_was_planted(many: tuple[Ledger, Planted, list[int]]) -> None:
    ledger, example, ids = many
    ledger.connection.execute("DELETE FROM entry_pair")

    refreshed(ledger, *(ids[other] for _, other in sorted(example.pairs)))

    assert _missing(ledger.connection, example, ids) == set()
    assert _kinds(ledger.connection, ids, example.renumbered) == {"conflict"}


def test_a_search_through_everything_finds_all_that_was_planted(
    many: tuple[Ledger, Planted, list[int]],
) -> None:
    ledger, example, ids = many
    ledger.connection.execute("DELETE FROM entry_pair")

    search = find_all_pairs(ledger.connection, NOW)

    assert _missing(ledger.connection, example, ids) == set()
    assert _kinds(ledger.connection, ids, example.renumbered) == {"conflict"}
    assert _kinds(ledger.connection, ids, example.reworded) == {"duplicate"}
    assert _kinds(ledger.connection, ids, example.reordered) == {"duplicate"}
    # Texts of one pattern are not all taken for each other: few beyond the 300.
    assert search.proposed < 600


def test_no_package_for_numbers_is_needed() -> None:
    for module in ("likeness", "guard", "guard_words", "text_forms", "sketches", "pairing"):
        text = Path(pairing.__file__).with_name(f"{module}.py").read_text()
        assert "numpy" not in text
        assert "rapidfuzz" not in text


def test_a_dismissed_pair_stays_so_where_an_edit_changes_nothing_that_was_told_of_it(
    ledger: Ledger,
) -> None:
    one, two = (
        ledger.memory.remember(Draft(f"Deploy the server on Friday, port {port}"), NOW)[0].id
        for port in (8080, 9090)
    )
    ledger.memory.dismiss(one, two, NOW)
    ledger.memory.edit(one, NOW, body="Deploy the server on Friday, port 8080.")
    assert ledger.memory.undo(NOW).verb == "edit"
    told = "SELECT status, reason FROM entry_pair"
    assert ledger.connection.execute(told).fetchall() == [("dismissed", "other number: 8080, 9090")]
    ledger.memory.edit(one, NOW, body="Deploy the server on Friday, port 7070")
    assert ledger.connection.execute(told).fetchall() == [("open", "other number: 7070, 9090")]
