"""SQLite notes every change of the rows that people make, whoever makes it, and no other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.store import audited
from convledger.store.actors import as_actor, set_person
from convledger.store.audit import chain_drafts, note_deed
from convledger.store.audit_check import verify, verify_last
from convledger.store.audit_events import Asked, before, events
from convledger.store.connection import transaction
from convledger.store.costs import set_text
from convledger.store.operations import operations
from convledger.store.settings import note

NOW = 1_790_000_000 * SECOND


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def books(ledger: Ledger) -> sqlite3.Connection:
    return ledger.connection


def do(connection: sqlite3.Connection, sql: str) -> None:
    with transaction(connection):
        connection.execute(sql)


def actions(connection: sqlite3.Connection) -> list[str]:
    return [each.action for each in events(connection)][::-1]


def test_a_row_with_another_key_is_another_row(books: sqlite3.Connection) -> None:
    do(books, "INSERT INTO scenario VALUES ('one', '{}', 1)")
    do(books, "UPDATE scenario SET name='two'")

    assert actions(books) == ["scenario added", "scenario removed", "scenario changed"]
    assert verify(books).problems == []


def test_what_is_found_is_noted_once_a_person_decides(books: sqlite3.Connection) -> None:
    found = (
        "INSERT INTO finding (object, object_id, field, start, length, rule, rules, redacted, at) "
        "VALUES ('entry', 1, 'body', 0, 4, 'r', 1, 'x', 1)"
    )
    do(books, found)
    assert actions(books) == []
    do(books, "UPDATE finding SET status='dismissed'")
    do(books, "UPDATE finding SET status='open'")
    do(books, "UPDATE finding SET status='fixed'")
    do(books, "DELETE FROM finding")
    do(books, found)

    assert actions(books) == [
        "finding decided", "finding open again", "finding decided", "finding removed",
    ]  # fmt: skip
    assert verify(books).problems == []


def test_a_source_is_noted_from_when_it_is_kept(books: sqlite3.Connection) -> None:
    books.execute("INSERT INTO reader (id, name) VALUES (1, 'codex')")
    do(books, "INSERT INTO source (reader_id, root, added_at) VALUES (1, '/logs', 1)")
    do(books, "UPDATE source SET state='kept'")
    do(books, "UPDATE source SET scanned_at=2")
    do(books, "UPDATE source SET state='gone'")

    assert actions(books) == ["source added", "source let go"]
    assert verify(books).problems == []


def test_the_programs_own_notes_are_no_events(books: sqlite3.Connection) -> None:
    for value in ("1", "2"):
        with transaction(books):
            note(books, "where something is", value)
            note(books, "minutes of a hand-off", value)
    with transaction(books):
        note(books, "minutes of a hand-off", "2")

    assert actions(books) == ["setting added", "setting changed"]
    assert verify(books).problems == []


@pytest.mark.parametrize("table", ["scenario", "unit_budget"])
def test_what_is_kept_again_is_changed_and_not_added(books: sqlite3.Connection, table: str) -> None:
    for content in ("a", "b", "b"):
        with transaction(books):
            set_text(books, table, "lean", content, NOW)

    assert [each.split()[-1] for each in actions(books)] == ["added", "changed"]
    assert verify(books).problems == []


def test_before_is_what_the_row_said_last(books: sqlite3.Connection) -> None:
    for content in ("a", "b", None, "c"):
        with transaction(books):
            set_text(books, "scenario", "lean", content, NOW)
    shown = list(events(books, Asked(before=5)))

    assert before(books, shown) == {
        1: None, 2: "content='a'", 3: "content='b'", 4: None,
    }  # fmt: skip


def test_all_about_a_conversation_or_an_entry_is_found(ledger: Ledger) -> None:
    books = ledger.connection
    books.execute("INSERT INTO reader (id, name) VALUES (1, 'codex')")
    books.execute(
        "INSERT INTO conversation (id, reader_id, native) VALUES (7, 1, 'a'), (77, 1, 'b')"
    )
    for number in (7, 77):
        ledger.label([number], "client", "acme")
        ledger.note_exports([number], "/out")
    one, _ = keeping.remember(books, Draft("Thursdays"), NOW)
    keeping.archive(books, [one], NOW)

    def found(about: str) -> list[int]:
        return [each.seq for each in events(books, Asked(about=about))][::-1]

    assert found("conversation/7") == [1, 2]
    assert found("label") == [1, 3]
    assert found("label/77") == [3]
    assert found(f"entry/{one}") == [5, 6]
    assert found("lab") == []


def test_a_rule_within_a_rule_keeps_what_that_is_about(books: sqlite3.Connection) -> None:
    with as_actor("rule near-limit", "budget.crossed"):
        keeping.remember(books, Draft("Thursdays"), NOW)

    assert actions(books)[0] == "budget.crossed: remember: entry added"
    assert {each.actor for each in events(books)} == {"rule near-limit"}
    assert [each.actor for each in operations(books)] == ["rule near-limit"]


def test_a_person_has_a_name_in_both_logs(books: sqlite3.Connection) -> None:
    set_person("mira")
    try:
        keeping.remember(books, Draft("Thursdays"), NOW)
    finally:
        set_person("")

    assert {each.actor for each in events(books)} == {"mira"}
    assert [each.actor for each in operations(books)] == ["mira"]


def test_what_changes_no_row_is_noted_by_its_name(books: sqlite3.Connection) -> None:
    with transaction(books):
        note_deed(books, "file of a plan written", "plan", file="it's.toml", size=3, none=None)

    (event,) = events(books)
    assert (event.action, event.object) == ("file of a plan written", "plan")
    assert event.content == "file='it''s.toml',size=3,none=NULL"
    assert verify(books).problems == []


def test_what_is_noted_in_another_way_is_adopted_anew(
    books: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(books, "INSERT INTO scenario VALUES ('one', '{}', 1)")
    other = tuple(
        replace(each, columns=("content", "made_at")) if each.table == "scenario" else each
        for each in audited.AUDITED
    )
    monkeypatch.setattr(audited, "AUDITED", other)
    assert "triggers that note changes" in verify(books).problems[-1].what

    books.execute("BEGIN IMMEDIATE")
    audited.watch(books)
    chain_drafts(books, actor="convledger")
    books.execute("COMMIT")

    assert actions(books) == ["scenario added", "scenario found there"]
    assert verify(books).problems == []


def test_many_changes_are_one_batch_in_their_turn(books: sqlite3.Connection) -> None:
    with transaction(books):
        books.executemany(
            "INSERT INTO scenario VALUES (?, '{}', 1)", [(f"{each}",) for each in range(12_000)]
        )

    found = verify(books)
    assert (found.events, found.problems) == (12_000, [])
    assert {each.batch for each in events(books)} == {1}


def test_the_last_events_are_verified_alone(books: sqlite3.Connection) -> None:
    for number in range(30):
        do(books, f"INSERT INTO scenario VALUES ('{number}', '{{}}', 1)")
    found = verify_last(books, 10)
    assert (found.events, found.head.seq, found.problems) == (10, 30, [])

    books.execute("UPDATE audit_event SET actor='nobody' WHERE seq=5")
    assert verify_last(books, 10).problems == []
    books.execute("UPDATE audit_event SET actor='nobody' WHERE seq=25")
    assert [each.what[:8] for each in verify_last(books, 10).problems] == ["event 25"]
    books.execute("DELETE FROM audit_event WHERE seq=20")
    assert verify_last(books, 10).problems[0].what == "event 20 is missing"


def test_a_check_looks_at_the_end_and_a_deep_one_at_all(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.store.checks.LAST_EVENTS", 5)
    for number in range(20):
        do(ledger.connection, f"INSERT INTO scenario VALUES ('{number}', '{{}}', 1)")
    assert ledger.check() == []
    assert ledger.check(deep=True) == []
    ledger.connection.execute("UPDATE audit_event SET at=at+1 WHERE seq=3")

    assert ledger.check() == []
    (found,) = ledger.check(deep=True)
    assert (found.check, found.problem[:30]) == ("audit", "event 3 is not as it was writt")
    assert "compare the ledger with a backup" in found.way_out
    ledger.connection.execute("DROP TRIGGER audit_label_insert")
    assert [each.check for each in ledger.check()] == ["audit"]


def test_text_that_is_no_text_is_told(books: sqlite3.Connection) -> None:
    for number in range(3):
        do(books, f"INSERT INTO scenario VALUES ('{number}', '{{}}', 1)")
    books.execute("UPDATE audit_event SET actor=CAST(x'ff' AS TEXT) WHERE seq=2")

    assert verify(books).problems[0].what == "an event can't be read"


def test_more_than_a_few_problems_are_counted(books: sqlite3.Connection) -> None:
    for number in range(30):
        do(books, f"INSERT INTO scenario VALUES ('{number}', '{{}}', 1)")
    books.execute("UPDATE audit_event SET actor='nobody'")

    found = verify(books)
    assert (len(found.problems), found.more) == (20, 10)
