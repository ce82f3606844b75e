"""The verbs of memory: each is one change, each can be taken back, on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft, checked
from convledger.memory.words import new_name, scope_of, tags_of, text_hash, title_of
from convledger.store.entries import (
    Entry,
    EntrySource,
    entry_by_id,
    matching,
    sources_of,
    versions_of,
)
from convledger.store.operations import operations, undo

NOW = 1_790_000_000 * SECOND
FRIDAYS = Draft("Deploys go out on Fridays before noon.", tags=("#Ops", "release"))


def kept(ledger: Ledger, draft: Draft = FRIDAYS, **more: Any) -> int:
    entry_id, is_new = keeping.remember(ledger.connection, draft, NOW, **more)
    assert is_new
    return entry_id


def entry(ledger: Ledger, entry_id: int) -> Entry:
    found = entry_by_id(ledger.connection, entry_id)
    assert found is not None
    return found


def everything(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows that a person can change, and what the index knows of them."""
    tables = ("entry", "entry_version", "entry_source", "entry_pair", "pack", "pack_item")
    rows = {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in tables}  # fmt: skip
    connection.execute("INSERT INTO remembered (remembered, rank) VALUES ('integrity-check', 1)")
    return rows


def test_what_is_remembered_is_found(ledger: Ledger) -> None:
    one = kept(ledger)
    found = entry(ledger, one)

    assert (found.title, found.tags) == (
        "Deploys go out on Fridays before noon.",
        ("ops", "release"),
    )
    assert (found.state, found.verified_at, found.recorded_at) == ("active", NOW, NOW)
    assert [number for number, _ in matching(ledger.connection, '"fridays"', 9)] == [one]
    assert [version.number for version in versions_of(ledger.connection, one)] == [1]


def test_the_same_text_is_kept_once_and_gains_a_source(ledger: Ledger) -> None:
    one = kept(ledger)
    source = EntrySource(kind="url", place="https://example.org/a")
    again = Draft("deploys  go out on FRIDAYS\nbefore noon.", sources=(source,))

    for _ in range(2):
        assert keeping.remember(ledger.connection, again, NOW + 1) == (one, False)
    assert [each.place for each in sources_of(ledger.connection, [one])[one]] == [source.place]
    other, is_new = keeping.remember(
        ledger.connection, Draft(FRIDAYS.body, scope="client:Acme"), NOW
    )
    assert is_new
    assert other != one


def test_an_edit_is_a_version_and_the_index_follows(ledger: Ledger) -> None:
    one = kept(ledger)

    assert keeping.edit(ledger.connection, one, NOW, title="Deploys", body="Deploys: Thursdays.",
                        reason="new rule")  # fmt: skip
    assert not keeping.edit(ledger.connection, one, NOW, body="Deploys: Thursdays.")
    texts = [(past.body, past.reason) for past in versions_of(ledger.connection, one)]
    assert texts == [(FRIDAYS.body, ""), ("Deploys: Thursdays.", "new rule")]
    assert not matching(ledger.connection, '"noon"', 9)
    assert matching(ledger.connection, '"thursdays"', 9)
    assert entry(ledger, one).version == 2


def test_what_is_still_true_is_asked_again_after_twice_the_time(ledger: Ledger) -> None:
    one = kept(ledger, state="proposed", actor="import")
    assert entry(ledger, one).verified_at is None
    intervals = []
    for number in range(6):
        keeping.confirm(ledger.connection, [one], NOW + number)
        found = entry(ledger, one)
        assert found.review_days is not None
        intervals.append(found.review_days)
        assert found.review_at == NOW + number + found.review_days * DAY

    assert intervals == [30, 60, 120, 240, 360, 360]
    assert entry(ledger, one).state == "active"


def test_one_entry_stands_for_two_after_a_merge(ledger: Ledger) -> None:
    one = kept(ledger)
    source = EntrySource(kind="url", place="https://example.org/b")
    other = kept(ledger, Draft("We deploy on Fridays.", tags=("later",), value=5, sources=(source,),
                               source_date=NOW - DAY))  # fmt: skip
    keeping.merge(ledger.connection, other, one, NOW, body="Deploys go out on Fridays, before 12.")
    winner, loser = entry(ledger, one), entry(ledger, other)

    assert (loser.state, loser.superseded_by) == ("archived", one)
    assert (winner.tags, winner.value) == (("ops", "release", "later"), 5)
    assert (winner.source_date, winner.version) == (NOW - DAY, 2)
    assert [each.place for each in sources_of(ledger.connection, [one])[one]] == [source.place]
    with pytest.raises(UsageProblem, match="into itself"):
        keeping.merge(ledger.connection, one, one, NOW)


def test_the_loser_of_a_conflict_held_until_now(ledger: Ledger) -> None:
    one, other = kept(ledger), kept(ledger, Draft("No deploys on Fridays"))
    keeping.choose(ledger.connection, other, one, NOW)

    assert (entry(ledger, one).state, entry(ledger, one).valid_to) == ("archived", NOW)
    assert entry(ledger, one).superseded_by == other
    keeping.restore(ledger.connection, [one], NOW)
    assert (entry(ledger, one).state, entry(ledger, one).superseded_by) == ("active", None)


VERBS: dict[str, Callable[[sqlite3.Connection, int, int], object]] = {
    "accept": lambda c, one, _: keeping.accept(c, [one], NOW),
    "confirm": lambda c, one, other: keeping.confirm(c, [one, other], NOW),
    "snooze": lambda c, one, _: keeping.snooze(c, [one], NOW, 7),
    "archive": lambda c, one, other: keeping.archive(c, [one, other], NOW),
    "restore": lambda c, one, _: keeping.restore(c, [one], NOW),
    "edit": lambda c, one, _: keeping.edit(c, one, NOW, body="Something else"),
    "label": lambda c, one, _: keeping.set_facts(c, [one], NOW, tags=("x",), pinned=True),
    "merge": lambda c, one, other: keeping.merge(c, one, other, NOW, body="Both at once"),
    "choose": lambda c, one, other: keeping.choose(c, one, other, NOW),
    "dismiss": lambda c, one, other: keeping.dismiss(c, one, other, NOW),
    "remember": lambda c, one, other: keeping.remember(c, Draft("A third thing"), NOW),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_can_be_taken_back_after_a_restart(tmp_path: Path, verb: str) -> None:
    with Ledger.open(tmp_path) as ledger:
        one = kept(ledger)
        other = kept(ledger, Draft("We deploy on Fridays."))
        ledger.connection.execute(
            "INSERT INTO entry_pair (first_id, second_id, kind, score, hashes, at) "
            "VALUES (?, ?, 'duplicate', 900, '', 0)", (one, other),
        )  # fmt: skip
        if verb == "restore":
            keeping.archive(ledger.connection, [one], NOW)
        before = everything(ledger.connection)
        VERBS[verb](ledger.connection, one, other)
        after = everything(ledger.connection)
    with Ledger.open(tmp_path) as ledger:
        undone = undo(ledger.connection, NOW + 1)
        assert undone.verb == verb
        assert everything(ledger.connection) == before
        again = undo(ledger.connection, NOW + 2, operations(ledger.connection)[0].id)
        assert again.verb == "undo"
        assert everything(ledger.connection) == after


def test_changes_are_taken_back_latest_first(ledger: Ledger) -> None:
    one = kept(ledger)
    keeping.archive(ledger.connection, [one], NOW)
    keeping.restore(ledger.connection, [one], NOW)
    first = operations(ledger.connection)[-1]

    with pytest.raises(UsageProblem, match="restore number 3 changed the same afterwards"):
        undo(ledger.connection, NOW, first.id)
    for verb in ("restore", "archive", "remember"):
        assert undo(ledger.connection, NOW).verb == verb
    assert entry_by_id(ledger.connection, one) is None
    with pytest.raises(UsageProblem, match="nothing to undo"):
        undo(ledger.connection, NOW)
    with pytest.raises(UsageProblem, match="is undone already"):
        undo(ledger.connection, NOW, first.id)


def test_what_changes_nothing_is_no_change(ledger: Ledger) -> None:
    one = kept(ledger)
    count = len(operations(ledger.connection))

    assert keeping.restore(ledger.connection, [one], NOW) == 0
    assert keeping.set_facts(ledger.connection, [one], NOW, pinned=False) == 0
    assert len(operations(ledger.connection)) == count


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(VERBS)), st.booleans(), st.integers(0, 2)), max_size=12
    )
)
def test_any_sequence_of_changes_can_be_taken_back_step_by_step(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bool, int]]
) -> None:
    with Ledger.open(tmp_path_factory.mktemp("undo")) as ledger:
        connection = ledger.connection
        one, other = kept(ledger), kept(ledger, Draft("We deploy on Fridays."))
        states = [everything(connection)]
        for verb, is_turned, _ in steps:
            count = len(operations(connection, -1))
            pair = (other, one) if is_turned else (one, other)
            VERBS[verb](connection, *pair)
            if len(operations(connection, -1)) > count:
                states.append(everything(connection))
        for before in states[-2::-1]:
            undo(connection, NOW)
            assert everything(connection) == before


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Draft(" \n"), "without a text"),
        (Draft("x" * ((1 << 20) + 1)), "at most 1,048,576"),
        (Draft("x", kind="prefrence"), "did you mean preference"),
        (Draft("x", sensitivity="top"), "is no sensitivity"),
        (Draft("x", value=6), "from 1"),
        (Draft("x", scope="team:a"), "is no scope"),
        (Draft("x", valid_from=2, valid_to=2), "before it begins"),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_refused_in_words(draft: Draft, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        checked(draft)


@given(st.text(max_size=400))
def test_any_text_has_a_title_tags_and_a_hash(text: str) -> None:
    assert 0 < len(title_of(text)) <= 73
    assert "\n" not in title_of(text)
    assert text_hash(text) == text_hash(f"  {text}\t")
    assert text_hash(text.casefold()) == text_hash(text.casefold().casefold())
    assert all(tag and " " not in tag for tag in tags_of(text))
    if text.strip():
        assert checked(Draft(text)).title


def test_names_sort_by_time_and_never_repeat() -> None:
    names = [new_name(NOW + number * SECOND) for number in range(100)]

    assert names == sorted(names)
    assert len({new_name(NOW) for _ in range(100)}) == 100
    assert {len(name) for name in names} == {26}


def test_scopes_are_everywhere_a_project_or_a_client() -> None:
    assert [scope_of(text) for text in ("", "global", "project: a b ", "client:Acme")] == [
        "", "", "project:a b", "client:Acme",
    ]  # fmt: skip
