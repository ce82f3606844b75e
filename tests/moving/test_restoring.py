"""A backup comes back whole, what is there now is kept, and what was erased stays away."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.memory.erase_findings import Redaction
from convledger.memory.findings import scan_entries, scan_ledger
from convledger.moving.restoring import Prospect, Restore, Restored
from convledger.store.audit_check import verify
from convledger.store.audit_events import events
from convledger.store.backup_notes import Backup, backup_at, backups_of, note_of
from convledger.store.connection import connect
from convledger.store.entries import entries_where
from tests.ingest.logs import Bench, bodies, everything, prompt, reply, session, turns

NOW = 1_795_322_220 * SECOND
LATER = NOW + 3600 * SECOND


@pytest.fixture
def backed_up(bench: Bench) -> tuple[Bench, Backup]:
    """Three turns, a label and two entries, in a backup; then one turn and a label more."""
    bench.write(bench.log, turns(1, 3))
    said = prompt(101, "The zebrafinch code is 7741.", of=session(2)) + reply(102, of=session(2))
    bench.write(bench.claude / "bakery" / f"{session(2)}.jsonl", said)
    bench.sync()
    ledger = bench.ledger
    ledger.label([ledger.conversation(session()).id], "client", "acme")
    keeping.remember(ledger.connection, Draft("The bakery opens at seven."), NOW)
    keeping.remember(ledger.connection, Draft("The vault is behind the walrus."), NOW)
    made = ledger.back_up(now=NOW)
    bench.append(bench.log, turns(4, 4))
    bench.sync()
    ledger.label([ledger.conversation(session()).id], "tag", "later")
    return bench, made


def bring_back(bench: Bench, backup: Backup) -> tuple[Prospect, Restored]:
    """Restore, with nobody else there, and open the ledger again."""
    workspace = bench.ledger.workspace
    bench.ledger.close()
    try:
        with Restore(workspace, backup) as restoring:
            return restoring.prospect(), restoring.bring_back(now=LATER, wait_seconds=0)
    finally:
        bench.ledger = Ledger.open(workspace)


def test_the_ledger_is_as_the_backup_was(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    with closing(connect(backup.path, read_only=True)) as copy:
        expected = everything(copy)
    found, done = bring_back(bench, backup)

    assert everything(bench.ledger.connection) == expected
    assert bench.is_sound()
    assert verify(bench.ledger.connection).is_sound
    assert bench.ledger.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert stat.S_IMODE(bench.ledger.path.stat().st_mode) == 0o600
    assert done.erased == {}
    assert found.now is not None
    assert (found.then.counts["calls"], found.now.counts["calls"]) == (4, 5)
    assert (found.then.counts["labels"], found.now.counts["labels"]) == (1, 2)


def test_what_was_there_is_kept_and_can_be_brought_back(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    before = everything(bench.ledger.connection)
    _, done = bring_back(bench, backup)

    assert done.before is not None
    kept = backup_at(done.before)
    assert kept is not None
    assert kept.why == "before-restore"
    bring_back(bench, kept)
    assert everything(bench.ledger.connection) == before


def test_logs_that_grew_since_are_read_on(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    before = everything(bench.ledger.connection)
    bring_back(bench, backup)
    bench.sync()

    assert everything(bench.ledger.connection) == before


def test_the_restore_stands_in_the_audit_log(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    bring_back(bench, backup)

    assert "restore: setting added" in [each.action for each in events(bench.ledger.connection)]


def test_nothing_is_left_beside_the_ledger(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    before = backup.path.read_bytes()
    bring_back(bench, backup)
    bench.ledger.close()

    assert sorted(each.name for each in bench.ledger.workspace.iterdir()) == [
        "backup.lock", "backups", "ingest.lock", "ledger.db",
    ]  # fmt: skip
    assert backup.path.read_bytes() == before


def test_what_was_erased_since_does_not_come_back(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    ledger = bench.ledger
    walrus = next(each.id for each in entries_where(ledger.connection) if "walrus" in each.body)
    ledger.erase(
        Wanted(conversations=(ledger.conversation(session(2)).id,), entries=(walrus,)), now=NOW
    )
    one = bodies(ledger.connection)[0]
    (key,) = ledger.connection.execute("SELECT id FROM message WHERE line=1").fetchone()
    ledger.erase(Wanted(messages=(key,)), now=NOW)
    _, done = bring_back(bench, backup)

    ledger = bench.ledger
    assert done.erased == {"conversations": 1, "messages": 1, "entries": 1}
    assert [each.body for each in entries_where(ledger.connection)] == [
        "The bakery opens at seven."
    ]
    assert ledger.conversation(session(2)).title == ""
    assert not [body for body in bodies(ledger.connection) if "zebrafinch" in body or body == one]
    assert len(ledger.erasures()) == 2
    assert bench.is_sound()
    ledger.close()
    held = bench.ledger.path.read_bytes().lower()
    assert b"zebrafinch" not in held
    assert b"walrus" not in held


def test_figures_that_were_erased_since_do_not_come_back(
    backed_up: tuple[Bench, Backup],
) -> None:
    bench, backup = backed_up
    number = bench.ledger.conversation(session(2)).id
    bench.ledger.erase(Wanted(conversations=(number,), figures=True), now=NOW)
    bring_back(bench, backup)
    bench.sync()

    connection = bench.ledger.connection
    natives = {row[0] for row in connection.execute("SELECT native FROM conversation")}
    assert natives == {session(1)}
    assert bench.is_sound()


def test_what_was_redacted_since_does_not_come_back(bench: Bench) -> None:
    secret = "ghp_" + "Ab3dE6gH9jK2mN5pQ8sT1vW4xY7zB0cD3fG6"
    bench.write(bench.log, prompt(1, f"use {secret} there") + reply(1))
    bench.sync()
    ledger = bench.ledger
    keeping.remember(ledger.connection, Draft(f"The token is {secret} for now."), NOW)
    backup = ledger.back_up(now=NOW)
    scan_ledger(ledger.connection, NOW)
    scan_entries(ledger.connection, None, NOW)
    tokens = ledger.connection.execute("SELECT id FROM finding WHERE status='open'").fetchall()
    wanted = Redaction(findings=tuple(row[0] for row in tokens))
    ledger.findings.redact(wanted, now=NOW)
    _, done = bring_back(bench, backup)

    assert done.erased == {"messages": 1, "entries": 1}
    (entry,) = entries_where(bench.ledger.connection)
    assert secret not in entry.body
    assert entry.body.startswith("The token is [redacted: GitHub token]")
    assert not [body for body in bodies(bench.ledger.connection) if secret in body]


def test_an_erasure_before_the_backup_is_no_work(backed_up: tuple[Bench, Backup]) -> None:
    bench, _ = backed_up
    number = bench.ledger.conversation(session(2)).id
    bench.ledger.erase(Wanted(conversations=(number,)), now=NOW)
    bench.ledger.label([number], "tag", "since")
    _, done = bring_back(bench, bench.ledger.back_up(now=LATER))

    assert done.erased == {}
    labels = bench.ledger.connection.execute("SELECT value FROM label WHERE name='tag'")
    assert {row[0] for row in labels} == {"since", "later"}


def test_a_ledger_that_is_gone_or_damaged_is_replaced(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    workspace, path = bench.ledger.workspace, bench.ledger.path
    bench.ledger.close()
    path.write_bytes(b"not the books" * 999)
    with Restore(workspace, backup) as restoring:
        found = restoring.prospect()
        done = restoring.bring_back(now=LATER)

    assert found.now is None
    assert "damaged" in found.trouble
    assert done.before is not None
    assert done.before.name.endswith("-damaged.db")
    assert done.before.read_bytes() == b"not the books" * 999
    path.unlink()
    with Restore(workspace, backup) as restoring:
        assert restoring.prospect().now is None
        assert restoring.bring_back(now=LATER).before is None
    with Ledger.open(workspace) as ledger:
        assert ledger.check(deep=True) == []


def test_a_backup_comes_into_a_folder_that_is_not_there_yet(
    backed_up: tuple[Bench, Backup], tmp_path: Path
) -> None:
    _, backup = backed_up
    with Restore(tmp_path / "new" / "books", backup) as restoring:
        restoring.prospect()
        restoring.bring_back(now=LATER)

    with Ledger.open(tmp_path / "new" / "books") as ledger:
        assert ledger.connection.execute("SELECT count(*) FROM call").fetchone() == (4,)


def refused(bench: Bench, place: Path) -> str:
    """Return why a file is not brought back; the ledger stays as it was."""
    backup = backup_at(place)
    assert backup is not None
    before = everything(bench.ledger.connection)
    with Restore(bench.ledger.workspace, backup) as restoring, pytest.raises(WorkspaceError) as why:
        restoring.prospect()
    assert everything(bench.ledger.connection) == before
    assert not list(bench.ledger.workspace.glob("*.restoring*"))
    assert str(place) in str(why.value)
    return str(why.value)


def test_damaged_foreign_newer_and_empty_files_are_refused_in_words(
    backed_up: tuple[Bench, Backup], tmp_path: Path
) -> None:
    bench, backup = backed_up
    whole = backup.path.read_bytes()
    place = tmp_path / "copy.db"

    place.write_bytes(whole[: len(whole) // 2])
    assert "it is damaged" in refused(bench, place)
    place.write_bytes(whole[:32768] + bytes(32768) + whole[65536:])
    assert "it is damaged" in refused(bench, place)
    place.write_bytes(whole[:32768] + b"\xa5" * 32768 + whole[65536:])
    words = refused(bench, place)
    assert "it is damaged (" in words
    assert "\n" not in words
    assert "***" not in words
    place.write_bytes(b"a letter to the bakery" * 500)
    assert "it is damaged" in refused(bench, place)
    place.write_bytes(whole)
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA user_version=99")
    assert "made by a newer convledger" in refused(bench, place)
    place.unlink()
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE note (text)")
    assert "is not a ledger" in refused(bench, place)
    place.write_bytes(b"")
    assert "there is nothing in it" in refused(bench, place)


def test_a_backup_that_is_not_as_its_note_says_is_refused(
    backed_up: tuple[Bench, Backup],
) -> None:
    bench, backup = backed_up
    with closing(sqlite3.connect(backup.path)) as connection:
        connection.execute("UPDATE label SET value='other'")
        connection.commit()

    assert "its SHA-256 is another one than the note" in refused(bench, backup.path)


def test_a_ledger_that_somebody_has_open_is_not_replaced(backed_up: tuple[Bench, Backup]) -> None:
    bench, backup = backed_up
    workspace = bench.ledger.workspace
    bench.ledger.close()
    script = (
        "import sys; from pathlib import Path; from convledger.ledger import Ledger\n"
        "ledger = Ledger.open(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(workspace)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        other.stdout.readline()
        with Restore(workspace, backup) as restoring:
            restoring.prospect()
            with pytest.raises(WorkspaceError, match="has it open; end that") as why:
                restoring.bring_back(now=LATER, wait_seconds=0)
        assert other.stdin is not None
        other.stdin.close()
    if sys.platform.startswith("linux"):
        assert f"({other.pid})" in str(why.value)
    with Ledger.open(workspace) as ledger:
        assert ledger.connection.execute("SELECT count(*) FROM call").fetchone() == (5,)


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    backed_up: tuple[Bench, Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    from convledger.store import migrations

    bench, backup = backed_up
    bench.ledger.close()
    steps = (*migrations.MIGRATIONS, lambda connection: connection.execute("CREATE TABLE t (a)"))
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", len(steps))
    found, _ = bring_back(bench, backup)

    assert found.tables == len(steps) - 1
    version = bench.ledger.connection.execute("PRAGMA user_version").fetchone()
    assert version == (len(steps),)
    assert len(backups_of(bench.ledger.path)) == 2  # the backup, and what was there before


def test_an_earlier_backup_beside_the_ledger_comes_back_too(
    backed_up: tuple[Bench, Backup],
) -> None:
    bench, backup = backed_up
    earlier = bench.ledger.path.with_name("ledger.db.v9.bak")
    shutil.copy(backup.path, earlier)
    note_of(backup.path).unlink()
    backup.path.unlink()

    (found,) = backups_of(bench.ledger.path)
    assert (found.path, found.why) == (earlier, "migration")
    bring_back(bench, found)
    assert bench.calls() == 4


def test_no_restore_is_begun_without_room(
    backed_up: tuple[Bench, Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, backup = backed_up
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage())

    with Restore(bench.ledger.workspace, backup) as restoring, pytest.raises(WorkspaceError) as why:
        restoring.prospect()
    assert "restoring needs" in str(why.value)


class _Usage:
    free = 1000
