"""The audit log holds every change of people's rows, and shows what was changed behind its back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.store import audit
from convledger.store.audit import Head
from convledger.store.audit_check import verify
from convledger.store.audit_events import events
from convledger.store.audit_forget import forget
from convledger.store.audited import AUDITED, Audited
from convledger.store.connection import transaction
from convledger.store.literals import assignments, values_in
from convledger.workflow.reason_codes import HANDOFFS


@pytest.fixture
def books(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with Ledger.open(tmp_path / "workspace") as ledger:
        yield ledger.connection


def keep(connection: sqlite3.Connection, name: str, content: str = "{}") -> None:
    with transaction(connection):
        connection.execute(
            "INSERT INTO scenario VALUES (?, ?, 1) ON CONFLICT (name) DO UPDATE "
            "SET content=excluded.content",
            (name, content),
        )


def said(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return [(each.actor, each.action, each.object) for each in reversed([*events(connection)])]


def test_new_ledger_has_an_empty_and_sound_log(books: sqlite3.Connection) -> None:
    found = verify(books)

    assert (found.events, found.problems, found.head) == (0, [], Head(0, audit.FIRST))


def test_each_change_is_an_event_in_its_turn(books: sqlite3.Connection) -> None:
    keep(books, "cheaper", "a")
    keep(books, "cheaper", "b")
    with transaction(books):
        books.execute("DELETE FROM scenario")

    assert said(books) == [
        ("you", "scenario added", "scenario"),
        ("you", "scenario changed", "scenario"),
        ("you", "scenario removed", "scenario"),
    ]
    assert verify(books).is_sound


def test_changes_of_one_transaction_are_one_batch(books: sqlite3.Connection) -> None:
    keep(books, "first")
    with transaction(books):
        books.execute("INSERT INTO scenario VALUES ('second', '{}', 1), ('third', '{}', 1)")

    assert [(each.seq, each.batch) for each in events(books)] == [(3, 2), (2, 2), (1, 1)]


def test_what_is_rolled_back_is_no_event(books: sqlite3.Connection) -> None:
    keep(books, "cheaper")
    with pytest.raises(sqlite3.IntegrityError), transaction(books):
        books.execute("INSERT INTO scenario VALUES ('never', '{}', 1), ('cheaper', '{}', 1)")

    assert audit.head(books).seq == 1


def test_a_rule_is_named_as_the_one_who_acted(books: sqlite3.Connection) -> None:
    with audit.as_actor("rule near-limit", "budget.crossed"):
        keep(books, "cheaper")

    assert said(books) == [("rule near-limit", "budget.crossed: scenario added", "scenario")]


def test_long_texts_are_committed_to_as_digests(books: sqlite3.Connection) -> None:
    with transaction(books):
        books.execute(
            "INSERT INTO entry (name, kind, title, body, state, recorded_at, hash) "
            "VALUES ('n', 'fact', 'a title', 'a secret body', 'active', 1, 'h')"
        )

    (event,) = events(books)
    assert event.object == "entry/1"
    assert event.content is not None
    assert "secret" not in event.content
    assert verify(books).is_sound


def edit(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE audit_event SET actor='nobody' WHERE seq=2")


def cut_out(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM audit_event WHERE seq=2")


def swap(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE audit_event SET seq=-seq WHERE seq IN (2, 3)")
    connection.execute("UPDATE audit_event SET seq=5+seq WHERE seq<0")


def change_what_was_said(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE audit_content SET content=replace(content, 'b', 'x') WHERE seq=2")


def take_away_what_was_said(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM audit_content WHERE seq=2")


def put_before_the_first(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO audit_event SELECT -1, at, actor, action, object, batch, commitment, hash "
        "FROM audit_event WHERE seq=1"
    )


def leave_words_alone(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM audit_event WHERE seq=3")


def change_a_row(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE scenario SET content='mine'")


def change_a_row_unseen(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TRIGGER audit_scenario_update")
    connection.execute("UPDATE scenario SET content='mine'")


def add_a_row_unseen(connection: sqlite3.Connection) -> None:
    text = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE name='audit_scenario_insert'"
    ).fetchone()[0]
    connection.execute("DROP TRIGGER audit_scenario_insert")
    connection.execute("INSERT INTO scenario VALUES ('smuggled', '{}', 1)")
    connection.execute(text)


def remove_a_row_unseen(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TRIGGER audit_scenario_delete")
    connection.execute("DELETE FROM scenario")


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (edit, "event 2 is not as it was written"),
        (cut_out, "event 2 is missing"),
        (swap, "event 2 is not as it was written"),
        (change_what_was_said, "what event 2 says is not as it was written"),
        (take_away_what_was_said, "what event 2 says is gone, and no erasure tells so"),
        (put_before_the_first, "event -1 stands before the first"),
        (leave_words_alone, "words of event 3 are there, the event is not"),
        (change_a_row, "rows were changed beside the program"),
        (change_a_row_unseen, "scenario is not as the log says"),
        (add_a_row_unseen, "scenario was added beside the log"),
        (remove_a_row_unseen, "scenario was removed beside the log"),
    ],
)
def test_tampering_is_found(
    books: sqlite3.Connection, tamper: Callable[[sqlite3.Connection], None], told: str
) -> None:
    for content in "abc":
        keep(books, "cheaper", content)
    assert verify(books).is_sound

    tamper(books)

    assert any(told in problem.what for problem in verify(books).problems)


def test_what_another_program_changed_and_was_noted_is_told_as_that_alone(
    books: sqlite3.Connection,
) -> None:
    keep(books, "cheaper")
    keep(books, "gone")
    change_a_row(books)
    books.execute("INSERT INTO scenario VALUES ('new', '{}', 1)")
    books.execute("DELETE FROM scenario WHERE name='gone'")
    (problem,) = verify(books).problems

    assert problem.what == "rows were changed beside the program"
    assert "kept" not in problem.meaning
    keep(books, "another")
    assert verify(books).is_sound
    assert verify(books).outside == 4


def test_what_was_kept_from_being_noted_is_found_beside_what_was_noted(
    books: sqlite3.Connection,
) -> None:
    keep(books, "cheaper")
    keep(books, "other")
    books.execute("UPDATE scenario SET content='mine' WHERE name='other'")
    books.execute("DROP TRIGGER audit_scenario_update")
    books.execute("UPDATE scenario SET content='mine'")

    assert [each.what for each in verify(books).problems] == [
        "scenario is not as the log says",
        "1 of the triggers that note changes are missing or others",
        "rows were changed beside the program",
    ]


def test_a_head_that_was_written_down_shows_a_cut_end(books: sqlite3.Connection) -> None:
    for content in "abc":
        keep(books, "cheaper", content)
    known = audit.head(books)
    books.execute("DELETE FROM audit_event WHERE seq=3")
    books.execute("DELETE FROM audit_content WHERE seq=3")

    assert any(
        "but event 3 was written down" in each.what for each in verify(books, known).problems
    )


def test_a_head_that_was_written_down_shows_another_past(books: sqlite3.Connection) -> None:
    keep(books, "cheaper")
    known = audit.head(books)
    keep(books, "cheaper", "b")

    assert verify(books, known).is_sound
    assert not verify(books, replace(known, hash=bytes(32))).is_sound


def test_what_was_changed_beside_the_program_is_named_so(books: sqlite3.Connection) -> None:
    keep(books, "cheaper")
    books.execute("UPDATE scenario SET content='mine'")

    keep(books, "another")

    assert said(books)[1:] == [
        ("outside", "scenario changed", "scenario"),
        ("you", "scenario added", "scenario"),
    ]


def test_the_chain_verifies_when_words_are_erased(books: sqlite3.Connection) -> None:
    keep(books, "cheaper", "for Quixotic")
    keep(books, "another", "of Quixotica")
    with transaction(books):
        books.execute("DELETE FROM scenario WHERE name='cheaper'")
        assert forget(books, names=["quixotic"]) == 1

    found = verify(books)

    assert found.problems == []
    assert (found.events, found.erased) == (4, 1)
    assert [each.is_erased for each in events(books)] == [False, False, False, True]


def test_what_a_row_still_says_is_not_forgotten(books: sqlite3.Connection) -> None:
    for content in ("Quixotic", "other", "Quixotic"):
        keep(books, "cheaper", content)
    keep(books, "cheaper", "Quixotic!")
    with transaction(books):
        assert forget(books, names=["quixotic"]) == 2

    assert verify(books).problems == []
    assert [each.seq for each in events(books) if each.is_erased] == [3, 1]


def test_quoted_values_are_read_as_they_were(books: sqlite3.Connection) -> None:
    values = ["it's, 'so'", "", "NULL", "'',''", 0, -7, 2**63 - 1, None, "äö\n\t☃", "a='b',c=1"]
    names = [f"column_{number}" for number in range(len(values))]
    row = ", ".join(f"? AS {name}" for name in names)
    (text,) = books.execute(
        f"SELECT {assignments('row', names)} FROM (SELECT {row}) AS row", values
    ).fetchone()

    assert values_in(text) == dict(zip(names, values, strict=True))


@pytest.mark.parametrize("each", AUDITED, ids=lambda each: each.table)
def test_what_is_noted_are_columns_of_the_table(books: sqlite3.Connection, each: Audited) -> None:
    names = {row[0] for row in books.execute(f"SELECT name FROM pragma_table_info('{each.table}')")}

    assert {*each.key, *each.noted} <= names


def test_a_log_that_nothing_can_be_added_to_says_why(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.change_reasons(HANDOFFS, ["legal-hold"])
        ledger.connection.execute("DELETE FROM audit_event")

        with pytest.raises(
            WorkspaceError, match=r"changed the audit log.*`convledger audit verify`"
        ):
            ledger.change_reasons(HANDOFFS, ["another"])
        assert ledger.reasons(HANDOFFS)[-1] == "legal-hold"
