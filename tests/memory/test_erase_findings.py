"""What is redacted is gone from every file, as after an erasure, and nothing else is."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import erase_findings, keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Outcome
from convledger.memory.erase_findings import Redaction
from convledger.memory.findings import (
    dismiss_findings,
    open_findings,
    reveal,
    scan_entries,
    scan_ledger,
)
from convledger.store.entries import entry_by_id
from convledger.store.operations import operations, undo
from tests.ingest.logs import Bench, prompt, reply, session
from tests.memory.test_erase import occurs

NOW = 1_790_000_000 * SECOND
CORE = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
TOKEN = "gh" + "p_" + CORE
MARK = "[redacted: GitHub token]"
SHORT = "hunter7!x"


def remember(ledger: Ledger, text: str, **more: Any) -> int:
    entry_id = keeping.remember(ledger.connection, Draft(text, **more), NOW)[0]
    scan_entries(ledger.connection, None, NOW)
    return entry_id


def redact(ledger: Ledger, **wanted: Any) -> Outcome:
    outcome = ledger.findings.redact(Redaction(**wanted), now=NOW)
    assert outcome is not None
    assert outcome.blocked == ""
    assert outcome.is_done
    assert outcome.is_verified
    assert ledger.check(deep=True) == []
    assert not list(ledger.workspace.glob("ledger.db.erasing-*"))
    return outcome


@pytest.fixture
def talked(bench: Bench) -> Bench:
    """A conversation in which a token and a short password are said, between other words."""
    bench.write(
        bench.log,
        prompt(1, f"password = {SHORT} and the key {TOKEN}, mail ana@bakery.co")
        + reply(1, "Noted, sourdough."),
    )
    bench.sync()
    scan_ledger(bench.ledger.connection, NOW)
    return bench


def number_of(ledger: Ledger, rule: str) -> int:
    return next(each.id for each in open_findings(ledger.connection) if each.rule == rule)


def test_bytes_of_an_entry_s_secret_are_gone_from_versions_and_undo(ledger: Ledger) -> None:
    one = remember(ledger, f"The key is {TOKEN}.", tags=("keys",))
    keeping.edit(ledger.connection, one, NOW, body=f"Take {TOKEN}, or password: {SHORT} then.")
    scan_entries(ledger.connection, None, NOW)
    outcome = redact(ledger, entries=(one,))

    assert (outcome.counts["entries"], outcome.verb) == (1, "redact")
    assert outcome.search is not None
    assert outcome.search.pieces > 2
    for text in (CORE, SHORT):
        assert not occurs(ledger, text), text
    assert occurs(ledger, "Take [redacted")


def test_bytes_of_a_message_s_secret_are_gone_and_its_neighbours_stay(talked: Bench) -> None:
    ledger = talked.ledger
    redact(ledger, findings=tuple(each.id for each in open_findings(ledger.connection)))

    for text in (CORE, SHORT, "ana@bakery.co"):
        assert not occurs(ledger, text), text
    assert talked.said()[1] == "Noted, sourdough."
    assert open_findings(ledger.connection) == []


def test_one_finding_goes_and_the_others_stay_open(talked: Bench) -> None:
    ledger = talked.ledger
    redact(ledger, findings=(number_of(ledger, "GitHub token"),))

    assert talked.said()[0] == f"password = {SHORT} and the key {MARK}, mail ana@bakery.co"
    left = {each.rule: reveal(ledger.connection, each.id) for each in
            open_findings(ledger.connection)}  # fmt: skip
    assert left == {"assigned password": SHORT, "e-mail address": "ana@bakery.co"}
    assert not occurs(ledger, CORE)


def test_dismissing_one_password_keeps_no_other_of_its_length(ledger: Ledger) -> None:
    one = remember(ledger, f"password = {SHORT} and passwd = sunset4?y", title="Keys")
    first, second = open_findings(ledger.connection)
    assert first.redacted == second.redacted
    dismiss_findings(ledger.connection, [first.id], NOW)
    redact(ledger, entries=(one,))

    entry = entry_by_id(ledger.connection, one)
    assert entry is not None
    assert entry.body == f"password = {SHORT} and passwd = [redacted: assigned password]"


def test_a_dismissal_holds_for_no_other_password_of_the_same_place(ledger: Ledger) -> None:
    one = remember(ledger, f"password = {SHORT}", title="Keys")
    dismiss_findings(ledger.connection, [open_findings(ledger.connection)[0].id], NOW)
    keeping.edit(ledger.connection, one, NOW, body=f"The password = {SHORT}")
    assert scan_entries(ledger.connection, [one], NOW) == 0
    keeping.edit(ledger.connection, one, NOW, body="The password = sunset4?y")

    assert scan_entries(ledger.connection, [one], NOW) == 1


def test_a_redaction_is_no_step_of_undo_and_earlier_ones_bring_marks_back(ledger: Ledger) -> None:
    one = remember(ledger, f"The key is {TOKEN}.")
    keeping.edit(ledger.connection, one, NOW, body="The key is in the safe.")
    redact(ledger, entries=(one,))

    assert [each.verb for each in operations(ledger.connection)] == ["edit", "remember"]
    undo(ledger.connection, NOW)
    entry = entry_by_id(ledger.connection, one)
    assert entry is not None
    assert entry.body == f"The key is {MARK}."


def test_a_reader_in_the_way_leaves_it_pending_until_it_has_gone(talked: Bench) -> None:
    ledger = talked.ledger
    reader = sqlite3.connect(ledger.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry").fetchone()
    wanted = Redaction(findings=(number_of(ledger, "GitHub token"),))
    outcome = ledger.findings.redact(wanted, now=NOW, wait_seconds=0)

    assert outcome is not None
    assert (outcome.is_done, "reading the ledger" in outcome.blocked) == (False, True)
    reader.execute("COMMIT")
    reader.close()
    (after,) = ledger.resume_erasing(now=NOW)
    assert (after.verb, after.is_done, after.is_verified) == ("redact", True, True)
    assert not occurs(ledger, CORE)


def test_a_crash_after_the_rewriting_is_taken_up(
    talked: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = talked.ledger

    def crash(*_: object, **__: object) -> Outcome:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erase_findings, "finish", crash)
        wanted = Redaction(findings=(number_of(ledger, "GitHub token"),))
        with pytest.raises(KeyboardInterrupt):
            ledger.findings.redact(wanted, now=NOW)
    assert list(ledger.workspace.glob("ledger.db.erasing-*"))
    talked.write(talked.log.with_name(f"{session(2)}.jsonl"), prompt(5, "go on", of=session(2)))
    talked.sync()  # any import takes it up

    assert ledger.resume_erasing(now=NOW) == []
    assert not list(ledger.workspace.glob("ledger.db.erasing-*"))
    assert not occurs(ledger, CORE)


def test_a_failure_before_the_end_of_the_rewriting_changes_nothing(
    talked: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = talked.ledger

    def full(*_: object) -> None:
        raise OSError("no space")

    before = talked.said()
    monkeypatch.setattr("convledger.memory.erase_file.write", full)
    with pytest.raises(OSError, match="no space"):
        ledger.findings.redact(Redaction(findings=(number_of(ledger, "GitHub token"),)), now=NOW)
    assert talked.said() == before
    assert len(open_findings(ledger.connection)) == 3


@pytest.mark.parametrize("how", ["keep", "rewrite", "delete"])
def test_a_backup_is_searched_rewritten_or_removed(talked: Bench, how: str) -> None:
    ledger = talked.ledger
    one = remember(ledger, f"The key is {TOKEN}, says ben@bakery.co.")
    place = ledger.path.with_name("ledger.db.v3.bak")
    copy = sqlite3.connect(place)
    ledger.connection.backup(copy)
    copy.close()
    place.chmod(0o600)
    tokens = [each.id for each in open_findings(ledger.connection) if each.rule == "GitHub token"]
    (left,) = redact(ledger, findings=tuple(tokens), backups=how).backups

    assert (left.state, left.holds) == {
        "keep": ("kept", True),
        "rewrite": ("rewritten", False),
        "delete": ("removed", False),
    }[how]
    assert occurs(ledger, CORE) == (how == "keep")
    if how == "rewrite":
        copy = sqlite3.connect(place)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT body FROM entry WHERE id=?", (one,)).fetchone() == (
            f"The key is {MARK}, says ben@bakery.co.",
        )
        copy.close()


def test_what_stands_elsewhere_too_is_told(talked: Bench) -> None:
    ledger = talked.ledger
    one = remember(ledger, f"The key is {TOKEN}.")
    outcome = redact(ledger, entries=(one,))

    assert outcome.search is not None
    assert outcome.search.conversations == {session(): 1}


def test_erasing_the_conversation_after_a_redaction_is_verified(talked: Bench) -> None:
    from convledger.memory.erase import Wanted

    ledger = talked.ledger
    redact(ledger, findings=(number_of(ledger, "GitHub token"),))
    outcome = ledger.erase(Wanted(conversations=(ledger.conversation(session()).id,)), now=NOW)
    assert (outcome.blocked, outcome.is_verified) == ("", True)


def test_nothing_to_take_out_is_no_erasure(ledger: Ledger, tmp_path: Path) -> None:
    one = remember(ledger, "Deploys go out on Fridays.")

    assert ledger.findings.redact(Redaction(entries=(one,)), now=NOW) is None
    assert ledger.connection.execute("SELECT count(*) FROM erasure").fetchone() == (0,)
    with pytest.raises(UsageProblem, match="no finding number 7"):
        ledger.findings.redact(Redaction(findings=(7,)), now=NOW)


def test_outlook_names_what_goes_and_changes_nothing(talked: Bench) -> None:
    ledger = talked.ledger
    before = talked.said()
    found = ledger.findings.outlook(Redaction(findings=(number_of(ledger, "GitHub token"),)), NOW)

    assert found.counts == {"findings": 1, "messages": 1}
    assert [each.redacted for each in found.findings] == [f"ghp_…{CORE[-4:]}"]
    assert talked.said() == before
