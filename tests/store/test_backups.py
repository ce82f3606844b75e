"""Backups are whole, verified, for their owner only, and harm neither ledger nor command."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections import namedtuple
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from convledger.clock import DAY, SECOND
from convledger.errors import WorkspaceError
from convledger.store import backups
from convledger.store.backup_notes import MIGRATION, WEEKLY, backup_at, backups_of, note_of
from convledger.store.backups import alone, back_up, rotate
from convledger.store.connection import APPLICATION_ID, connect
from convledger.store.migrations import SCHEMA_VERSION
from convledger.store.weekly_backups import back_up_weekly, is_due
from tests.ingest.logs import Bench, everything, turns

NOW = 1_795_322_220 * SECOND  # 2026-11-22T04:37:00Z


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.write(bench.log, turns(1, 40))
    bench.sync()
    return bench


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_backup_holds_what_the_ledger_holds(filled: Bench) -> None:
    made = back_up(filled.ledger.path, now=NOW)

    assert made.path == filled.ledger.workspace / "backups" / "ledger-20261122T043700Z.db"
    with closing(connect(made.path, read_only=True)) as copy:
        assert everything(copy) == everything(filled.ledger.connection)
        assert copy.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert sorted(each.name for each in made.path.parent.iterdir()) == [
        "ledger-20261122T043700Z.db", "ledger-20261122T043700Z.db.json",
    ]  # fmt: skip


def test_the_note_beside_it_tells_digest_versions_and_counts(filled: Bench) -> None:
    made = back_up(filled.ledger.path, now=NOW)
    note = made.note

    assert note is not None
    assert note.sha256 == sha256(made.path.read_bytes()).hexdigest()
    assert (note.bytes, note.tables, note.made_at) == (made.bytes, SCHEMA_VERSION, NOW)
    assert (note.holdings.counts["calls"], note.holdings.counts["messages"]) == (40, 80)
    assert note.holdings.newest["calls"] > 0
    assert backup_at(made.path) == made


def test_backup_is_for_its_owner_only(filled: Bench) -> None:
    made = back_up(filled.ledger.path, now=NOW)

    assert (mode(made.path.parent), mode(made.path), mode(note_of(made.path))) == (
        0o700, 0o600, 0o600,
    )  # fmt: skip


def test_two_in_a_second_have_names_of_their_own(filled: Bench) -> None:
    names = {back_up(filled.ledger.path, now=NOW).name for _ in range(3)}

    assert names == {
        "ledger-20261122T043700Z.db", "ledger-20261122T043700Z.2.db", "ledger-20261122T043700Z.3.db"
    }  # fmt: skip


def test_who_writes_meanwhile_is_not_held_up_and_is_not_in_it(filled: Bench) -> None:
    ledger = filled.ledger
    written = []

    def write(left: int, of: int) -> None:
        if left:
            ledger.label([1], "tag", f"during-{left}-of-{of}")
            written.append(left)

    backups_pages, backups._PAGES = backups._PAGES, 2
    try:
        made = back_up(ledger.path, now=NOW, heed=write)
    finally:
        backups._PAGES = backups_pages

    assert len(written) > 3
    assert written == sorted(written, reverse=True)  # it did not begin anew
    assert made.note is not None
    assert made.note.holdings.counts["labels"] == 0
    with closing(connect(made.path, read_only=True)) as copy:
        assert copy.execute("SELECT count(*) FROM label").fetchone() == (0,)
    assert ledger.connection.execute("SELECT count(*) FROM label").fetchone() == (len(written),)
    assert ledger.check(deep=True) == []


_WRITER = """
import sys
from pathlib import Path
from convledger.ledger import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger:
    print("ready", flush=True)
    number = 0
    while not Path(sys.argv[2]).exists():
        number += 1
        ledger.label([1], "tag", f"t{number}")
        ledger.unlabel([1], "tag", f"t{number - 5}")
print(number)
"""


def test_another_process_may_write_all_the_time(filled: Bench, tmp_path: Path) -> None:
    end = tmp_path / "end"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(filled.ledger.workspace), str(end)],
        stdout=subprocess.PIPE, text=True,
    ) as writer:  # fmt: skip
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        try:
            made = [back_up(filled.ledger.path, now=NOW + number * SECOND) for number in range(5)]
        finally:
            end.touch()
        count = int(writer.stdout.readline())

    assert count > 5
    for each in made:
        with closing(connect(each.path, read_only=True)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("SELECT count(*) FROM label").fetchone()[0] <= 6


def test_a_backup_that_fails_leaves_nothing(filled: Bench) -> None:
    def stop(left: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(filled.ledger.path, now=NOW, heed=stop)
    assert list((filled.ledger.workspace / "backups").iterdir()) == []
    assert filled.is_sound()


def test_a_copy_that_is_not_good_is_not_kept(
    filled: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "damage_of", lambda _: "page 7 is lost")

    with pytest.raises(WorkspaceError, match="the copy is not good: page 7 is lost; check the"):
        back_up(filled.ledger.path, now=NOW)
    assert list((filled.ledger.workspace / "backups").iterdir()) == []


def test_no_backup_is_begun_without_room(filled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5_000))

    with pytest.raises(WorkspaceError, match=r"needs \d+\.\d MB and 0\.0 MB are free: make room"):
        back_up(filled.ledger.path, now=NOW)
    assert list((filled.ledger.workspace / "backups").iterdir()) == []


def test_one_is_made_at_a_time(filled: Bench) -> None:
    with (
        alone(filled.ledger.path, 0),
        pytest.raises(WorkspaceError, match="another convledger is making a backup"),
    ):
        back_up(filled.ledger.path, now=NOW, wait_seconds=0)


def test_rotation_keeps_what_a_person_asked_for(filled: Bench) -> None:
    path = filled.ledger.path
    kept = [back_up(path, now=NOW).name]
    for week in range(1, 7):
        back_up_weekly(path, now=NOW + week * 7 * DAY)
    for day in range(5):
        back_up(path, MIGRATION, now=NOW + day * DAY)
    rotate(path)

    found = backups_of(path)
    assert [each.name for each in found if each.why == ""] == kept
    weekly = [each.made_at for each in found if each.why == WEEKLY]
    assert weekly == [NOW + week * 7 * DAY for week in (6, 5, 4, 3)]
    assert [each.made_at for each in found if each.why == MIGRATION] == [
        NOW + day * DAY for day in (4, 3, 2)
    ]
    assert len(list((filled.ledger.workspace / "backups").iterdir())) == 2 * 8


def test_a_week_counts_from_the_first_source_and_then_from_the_last_backup(filled: Bench) -> None:
    ledger = filled.ledger
    (began,) = ledger.connection.execute("SELECT min(added_at) FROM source").fetchone()
    week = 7 * DAY

    assert not is_due(ledger.connection, ledger.path, began + week)
    assert is_due(ledger.connection, ledger.path, began + week + 1)
    assert ledger.back_up_when_due(now=began + week + 1, kept=4) is not None
    assert ledger.back_up_when_due(now=began + week + 2, kept=4) is None
    assert is_due(ledger.connection, ledger.path, began + 2 * week + 2)


def test_a_backup_of_a_time_to_come_tells_nothing(filled: Bench) -> None:
    ledger = filled.ledger
    (began,) = ledger.connection.execute("SELECT min(added_at) FROM source").fetchone()
    ledger.back_up(now=began + 900 * DAY)  # the clock was wrong

    assert is_due(ledger.connection, ledger.path, began + 8 * DAY)


def test_a_ledger_without_a_source_needs_no_backup(bench: Bench) -> None:
    assert bench.ledger.back_up_when_due(now=NOW + 900 * DAY, kept=4) is None


def test_a_backup_without_its_note_is_still_known(filled: Bench) -> None:
    made = back_up(filled.ledger.path, WEEKLY, now=NOW)
    note_of(made.path).unlink()

    (found,) = backups_of(filled.ledger.path)
    assert (found.name, found.why, found.made_at, found.note) == (made.name, WEEKLY, NOW, None)


def test_free_pages_of_the_ledger_hold_nothing_in_a_copy(filled: Bench) -> None:
    with filled.ledger.connection as connection:
        connection.execute("CREATE TABLE heap (text TEXT) STRICT")
        connection.execute("INSERT INTO heap VALUES (?)", ("zebrafinch " * 9000,))
        connection.execute("DROP TABLE heap")
    made = back_up(filled.ledger.path, now=NOW)

    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("PRAGMA freelist_count").fetchone()[0] > 0
    assert b"zebrafinch" not in made.path.read_bytes()
