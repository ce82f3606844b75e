"""The command `check`: what it finds on the invented history, what it repairs, what it says."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from convledger import paths
from convledger.ledger import Ledger
from convledger.manual import page_text
from convledger.store.audit_events import events
from tests.cli.conftest import Cli


def damage(*statements: str) -> None:
    """Change the ledger behind its own back."""
    connection = sqlite3.connect(paths.default_workspace() / paths.LEDGER, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0
    connection.close()


def kept(cli: Cli) -> None:
    """Keep what a conversation of the history says as an entry, with what it quotes."""
    assert cli("memory", "add", "--of", "01a1f8b3").code == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE entry SET body='other'", "the text of entry 1 is not the one"),
        ("UPDATE entry SET hash='00'", "the text of entry 1 is not the one"),
        ("UPDATE entry_source SET quote='never said'", "what entry 1 quotes is not what"),
        ("DELETE FROM message WHERE key=(SELECT message_key FROM entry_source)", "no longer"),
    ],
)
def test_evidence_that_is_not_what_was_kept_is_found(
    other: Cli, statement: str, words: str
) -> None:
    kept(other)
    assert other("check").out == ""

    damage(statement)

    answer = other("check")
    assert answer.code == 1
    assert any(line.startswith("evidence: ") and words in line for line in answer.out.splitlines())


def test_an_old_version_that_was_changed_is_found(other: Cli) -> None:
    assert other("memory", "add", "Thursdays").code == 0
    assert other("memory", "edit", "1", "--body", "Fridays").code == 0
    assert other("check").out == ""

    damage("UPDATE entry_version SET body='Mondays' WHERE number=1")

    assert "version 1 of entry 1 is not the one" in other("check").out


def test_a_fix_says_what_it_did_and_notes_it(
    other: Cli, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "mira")
    damage("DELETE FROM usage", "DELETE FROM conversation_sum")

    answer = other("check", "--fix")

    assert (answer.code, answer.out) == (0, "")
    assert "Fixed: sums worked out anew from the calls." in answer.err
    assert "backups/ledger-" in answer.err
    with Ledger.open(paths.default_workspace()) as ledger:
        last = next(iter(events(ledger.connection)))
    assert (last.actor, last.action) == (
        "mira",
        "check: sums worked out anew from the calls",
    )
    assert other("check", "--deep").out == ""
    assert other("audit", "verify").code == 0


def test_a_fix_of_a_sound_ledger_leaves_nothing_behind(other: Cli) -> None:
    with Ledger.open(paths.default_workspace()) as ledger:
        before = len(list(events(ledger.connection)))
    answer = other("check", "--fix")

    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert not (paths.default_workspace() / "backups").exists()
    with Ledger.open(paths.default_workspace()) as ledger:
        assert len(list(events(ledger.connection))) == before


def test_what_needs_a_person_is_left_and_told(other: Cli) -> None:
    damage("DELETE FROM usage", "UPDATE call SET line=-1 WHERE id=1")

    answer = other("check", "--fix", "--json")

    assert answer.code == 1
    document = json.loads(answer.out)
    assert document["fixed"] == ["sums worked out anew from the calls"]
    assert document["backup"].endswith("-before-repair.db")
    assert [(each["check"], each["fixable"]) for each in document["findings"]] == [
        ("provenance", False)
    ]


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_permissions_are_repaired_without_a_backup(other: Cli) -> None:
    workspace = paths.default_workspace()
    workspace.chmod(0o755)
    (workspace / paths.LEDGER).chmod(0o644)

    answer = other("check", "--fix")

    assert answer.code == 0
    assert " places closed to others." in answer.err
    assert workspace.stat().st_mode & 0o777 == 0o700
    assert not (workspace / "backups").exists()


def test_a_damaged_file_is_not_repaired(other: Cli) -> None:
    place = paths.default_workspace() / paths.LEDGER
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name='call_by_conversation'"
        ).fetchone()
    connection.close()
    with place.open("r+b") as stream:
        stream.seek((page - 1) * 16384)
        stream.write(b"\xa5" * 64)
    damaged = place.read_bytes()

    answer = other("check", "--fix")

    assert answer.code == 1
    assert "damaged" in answer.err
    assert "convledger restore" in answer.err
    assert place.read_bytes() == damaged


def test_a_fix_of_a_folder_that_can_not_be_written_says_so(
    other: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage("DELETE FROM usage")
    monkeypatch.setattr("convledger.checking.is_sealed", lambda _: True)

    answer = other("check", "--fix")

    assert answer.code == 1
    assert "can't be written" in answer.err


def test_rows_are_compared_with_the_audit_log_by_a_deep_check_alone(other: Cli) -> None:
    assert other("memory", "add", "Thursdays", "--title", "Deploys").code == 0
    noting = "SELECT sql FROM sqlite_schema WHERE name='audit_entry_update'"
    with sqlite3.connect(paths.default_workspace() / paths.LEDGER) as connection:
        (trigger,) = connection.execute(noting).fetchone()
    connection.close()
    damage("DROP TRIGGER audit_entry_update", "UPDATE entry SET pinned=1", trigger)

    assert other("check").out == ""
    assert "entry 1 is not as the log says" in other("check", "--deep").out
    page = " ".join(page_text("check").split())
    assert "Rows are not compared with the log then" in page
