"""What is erased is gone from the audit log too, which stays whole and tells of the erasure."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.memory.erase_findings import Redaction
from convledger.store.audit_check import verify
from convledger.store.audit_events import events
from convledger.store.connection import transaction
from convledger.store.costs import set_text
from convledger.store.operations import undo
from tests.ingest.logs import Bench, prompt, session
from tests.memory.test_erase import bytes_of, occurs

NOW = 1_790_000_000 * SECOND
CONVERSATIONS = 3
TOKEN = f"ghp_{'Zx9Kq2Lm7Rt4Bv1Ns8Wd3Fg6Hj5Pc0Ya'}ab"
DEEDS = (
    "label", "unlabel", "export", "remember", "tag", "edit", "archive", "undo", "scenario",
    "erase entry", "erase conversation", "erase figures", "erase client",
)  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = talked(tmp_path)
    yield made
    made.ledger.close()


def talked(folder: Path) -> Bench:
    made = Bench(folder)
    for number in range(1, CONVERSATIONS + 1):
        said = prompt(number, f"About the dough number {number}.", of=session(number))
        made.write(made.claude / "bakery" / f"{session(number)}.jsonl", said)
    made.sync()
    return made


def keep_scenario(ledger: Ledger, content: str | None) -> None:
    with transaction(ledger.connection):
        set_text(ledger.connection, "scenario", "lean", content, NOW)


class Doer:
    """Does things to a ledger, each with a word of its own, and knows which words went."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.said: dict[str, set[str]] = {}  # words by the thing that holds or once held them
        self.gone: set[str] = set()
        self.entries: list[int] = []
        self.conversations = [
            ledger.conversation(session(number)).id for number in range(1, CONVERSATIONS + 1)
        ]
        self.count = 0

    def word(self, thing: str) -> str:
        self.count += 1
        made = f"zq{'bcdfghkmnp'[self.count % 10] * 3}{self.count}uniqueword"
        self.said.setdefault(thing, set()).add(made)
        return made

    def do(self, deed: str, which: int) -> None:
        connection = self.ledger.connection
        one = self.conversations[which % len(self.conversations)] if self.conversations else 0
        entry = self.entries[which % len(self.entries)] if self.entries else 0
        if deed == "label" and one:
            self.ledger.label([one], "client", self.word(f"conversation {one}"))
        elif deed == "unlabel" and one:
            self.ledger.unlabel([one], "client")
        elif deed == "export" and one:
            self.ledger.note_exports([one], f"/out/{self.word(f'conversation {one}')}.jsonl")
        elif deed == "remember":
            self.count += 1
            text = f"Something zqremembered{self.count}uniqueword of bread."
            number, is_new = keeping.remember(connection, Draft(text), NOW + self.count)
            assert is_new
            self.said[f"entry {number}"] = {f"zqremembered{self.count}uniqueword"}
            self.entries.append(number)
        elif deed == "tag" and entry:
            tags = [self.word(f"entry {entry}")]
            keeping.set_facts(connection, [entry], NOW, add_tags=tags)
        elif deed == "edit" and entry:
            text = f"Other {self.word(f'entry {entry}')} of bread."
            keeping.edit(connection, entry, NOW, body=text)
        elif deed == "archive" and entry:
            keeping.archive(connection, [entry], NOW)
        elif deed == "undo" and entry:
            self.word("undone")
            keeping.archive(connection, [entry], NOW)
            undo(connection, NOW)
        elif deed == "scenario" and one:
            for content in (*self.clients(one)[:1], None):  # noted once, and taken away
                keep_scenario(self.ledger, content)
        elif deed == "erase entry" and entry:
            self.erase(Wanted(entries=(entry,)), f"entry {entry}")
            self.entries.remove(entry)
        elif deed == "erase conversation" and one:
            self.erase(Wanted(conversations=(one,)), f"conversation {one}")
        elif deed == "erase figures" and one:
            self.erase(Wanted(conversations=(one,), figures=True), f"conversation {one}")
            self.conversations.remove(one)
        elif deed == "erase client" and one:
            for client in self.clients(one):
                self.erase(self.ledger.belongings(client), f"conversation {one}")

    def clients(self, conversation: int) -> list[str]:
        rows = self.ledger.connection.execute(
            "SELECT value FROM label WHERE conversation_id=?", (conversation,)
        )
        return [row[0] for row in rows]

    def erase(self, wanted: Wanted, thing: str) -> None:
        outcome = self.ledger.erase(wanted, now=NOW)
        assert (outcome.blocked, outcome.is_done) == ("", True)
        self.gone |= self.said.pop(thing, set())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 5)), min_size=4, max_size=24))
def test_after_any_changes_and_erasures_the_log_is_whole_without_an_erased_word(
    deeds: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = talked(Path(folder))
        doer = Doer(bench.ledger)
        for deed, which in deeds:
            doer.do(deed, which)

        assert verify(bench.ledger.connection).problems == []
        bench.ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        held = bytes_of(bench.ledger)
        assert [word for word in doer.gone if word.encode() in held] == []
        bench.ledger.close()


def test_a_label_that_was_taken_away_before_goes_too(bench: Bench) -> None:
    ledger = bench.ledger
    number = ledger.conversation(session(1)).id
    ledger.label([number], "client", "Quixotic Ltd")
    ledger.unlabel([number], "client")
    assert occurs(ledger, "Quixotic")

    ledger.erase(Wanted(conversations=(number,)), now=NOW)

    assert not occurs(ledger, "Quixotic")
    found = verify(ledger.connection)
    assert (found.problems, found.erased) == ([], 2)
    assert "words of events erased" in [each.action for each in events(ledger.connection)]


def test_a_label_of_before_goes_from_what_else_named_it(bench: Bench) -> None:
    ledger = bench.ledger
    number = ledger.conversation(session(1)).id
    ledger.label([number], "client", "Quixotic Ltd")
    for content in ("lean for Quixotic Ltd", None):
        keep_scenario(ledger, content)
    ledger.label([number], "client", "Another Ltd")

    ledger.erase(Wanted(conversations=(number,)), now=NOW)

    assert not occurs(ledger, "Quixotic")
    assert verify(ledger.connection).problems == []


def test_a_clients_name_goes_from_what_was_said_of_others(bench: Bench) -> None:
    ledger = bench.ledger
    number = ledger.conversation(session(1)).id
    ledger.label([number], "client", "Qux")
    for content in ("for Qux alone", None):
        keep_scenario(ledger, content)
    ledger.label([ledger.conversation(session(2)).id], "tag", "quxotic")

    ledger.erase(ledger.belongings("Qux"), now=NOW)

    assert not occurs(ledger, "Qux alone")
    assert occurs(ledger, "quxotic")
    assert verify(ledger.connection).problems == []


def test_a_text_that_was_undone_and_erased_later_leaves_no_digest(bench: Bench) -> None:
    connection = bench.ledger.connection
    keeping.remember(connection, Draft("The vault code is 7741."), NOW)
    undo(connection, NOW)
    again, _ = keeping.remember(connection, Draft("The vault code is 7741."), NOW)

    bench.ledger.erase(Wanted(entries=(again,)), now=NOW)

    assert connection.execute(
        "SELECT count(*) FROM audit_content WHERE about LIKE 'entry %' AND content IS NOT NULL"
    ).fetchone() == (0,)
    assert verify(connection).problems == []


def test_a_redacted_entry_stays_in_the_log_as_it_is_now(bench: Bench) -> None:
    ledger = bench.ledger
    number, _ = keeping.remember(
        ledger.connection, Draft(f"The key is {TOKEN}.", tags=("keys",)), NOW
    )
    ledger.findings.redact(Redaction(entries=(number,)), now=NOW)

    assert not occurs(ledger, TOKEN)
    assert verify(ledger.connection).problems == []
    kept = [each for each in events(ledger.connection) if each.about == f"entry id={number}"]
    assert [each.content is None for each in kept] == [False]


@pytest.mark.parametrize("has_log", [True, False])
def test_a_rewritten_backup_has_a_log_that_is_whole(bench: Bench, has_log: bool) -> None:
    ledger = bench.ledger
    number = ledger.conversation(session(1)).id
    ledger.label([number], "client", "Quixotic Ltd")
    place = ledger.path.with_name("ledger.db.v10.bak")
    copy = sqlite3.connect(place)
    ledger.connection.backup(copy)
    if not has_log:
        for kind, name in copy.execute(
            "SELECT type, name FROM sqlite_schema WHERE name LIKE 'audit!_%' ESCAPE '!' "
            "AND type IN ('trigger', 'table') ORDER BY type DESC"
        ).fetchall():
            copy.execute(f"DROP {kind} {name}")
    copy.close()
    place.chmod(0o600)

    outcome = ledger.erase(Wanted(conversations=(number,), backups="rewrite"), now=NOW)

    assert [(each.state, each.holds) for each in outcome.backups] == [("rewritten", False)]
    assert not occurs(ledger, "Quixotic")
    if has_log:
        copy = sqlite3.connect(place)
        assert verify(copy).problems == []
        copy.close()


def test_former_texts_of_an_entry_are_as_the_log_said(bench: Bench) -> None:
    connection = bench.ledger.connection
    number, _ = keeping.remember(connection, Draft("Bread on Mondays."), NOW)
    for day in ("Tuesdays", "Wednesdays"):
        keeping.edit(connection, number, NOW, body=f"Bread on {day}.")
    undo(connection, NOW)
    keeping.edit(connection, number, NOW, body="Bread on Fridays.")
    assert verify(connection).problems == []

    for column in ("title", "body"):
        (before,) = connection.execute(
            f"SELECT {column} FROM entry_version WHERE number=2"
        ).fetchone()
        put = f"UPDATE entry_version SET {column}=? WHERE number=2"
        connection.execute(put, ("Bread never.",))
        (problem,) = verify(connection).problems
        assert problem.what == f"version 2 of entry {number} is not as the log says"
        connection.execute(put, (before,))
    assert verify(connection).problems == []
