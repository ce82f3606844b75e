"""Two hundred times `kill -9` at seeded moments of every kind of work: the books stay right."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.paths import real_path
from convledger.store.backup_notes import digest_of
from convledger.store.backups import damage_of
from convledger.store.migrations import SCHEMA_VERSION
from tests.faults.deeds import NOW, roots_of
from tests.faults.fleet import Fleet, emptied, every_backup_is_good, filled
from tests.ingest.logs import everything, prompt, reply, session, turns
from tests.store.past_ledgers import make_past_ledger, versions

# How often each kind of work is killed; those by the clock may come too late and count beside.
IMPORTS, EDITS, ERASURES, UPDATES, BACKUPS, RESTORES = 60, 40, 25, 30, 25, 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


# ---- import


def holds_what_its_positions_say(ledger: Ledger) -> bool:
    """Tell whether each log's rows are those of the lines before its position, no more, no less."""
    one = ledger.connection
    files = one.execute("SELECT id, path, figures_offset, texts_offset FROM file").fetchall()
    for file_id, path, figures, texts in files:
        data = real_path(path).read_bytes()
        assert data[:figures].endswith(b"\n") or not figures
        assert data[:texts].endswith(b"\n") or not texts
        usage = b'"usage"' if b"claude" in str(path).encode() else b'"token_count"'
        said = b'"content"'
        for table, mark, offset in (("call", usage, figures), ("message", said, texts)):
            query = f"SELECT count(*) FROM {table} WHERE file_id=?"
            assert one.execute(query, (file_id,)).fetchone()[0] == data[:offset].count(mark), path
    return True


def test_an_import_is_as_its_positions_say(fleet: Fleet, workspace: Path, home: Path) -> None:
    with Ledger.open(workspace.with_name("undisturbed")) as ledger:
        ledger.sync(roots_of(home))
        expected = everything(ledger.connection)
    deed = ("read_logs", workspace, home)
    moments = fleet.moments(1, *deed, of=lambda: emptied(workspace))
    completed = 0
    while fleet.killed < IMPORTS:
        ended = fleet.order(*deed, **moments.next())
        with Ledger.open(workspace) as ledger:
            assert ledger.check(deep=True) == []
            assert holds_what_its_positions_say(ledger)
            if ended["status"] == 0:
                completed += 1
                assert everything(ledger.connection) == expected
        if ended["status"] == 0:
            emptied(workspace)
    assert completed >= 5


# ---- edits of entries


def bodies_after(changes: int) -> list[tuple[str, str]]:
    """Return body and state of every entry after so many changes."""
    found = []
    for fact in range((changes + 2) // 3):
        done = changes - fact * 3
        body = f"Fact {fact} stands." if done < 2 else f"Fact {fact} was told anew."
        found.append((body, "active" if done < 3 else "archived"))
    return found


def test_each_edit_is_there_or_not_and_so_is_its_way_back(fleet: Fleet, workspace: Path) -> None:
    Ledger.open(workspace).close()
    deed = ("edit_entries", workspace)

    def anew() -> None:
        emptied(workspace)
        Ledger.open(workspace).close()

    moments = fleet.moments(2, *deed, of=anew)
    seen = set()
    while fleet.killed < EDITS:
        fleet.order(*deed, **moments.next())
        with Ledger.open(workspace) as ledger:
            one = ledger.connection
            (changes,) = one.execute("SELECT count(*) FROM operation").fetchone()
            found = one.execute("SELECT body, state FROM entry ORDER BY id").fetchall()
            assert found == bodies_after(changes)
            versions = one.execute("SELECT count(*) FROM entry_version").fetchone()[0]
            assert versions == (changes + 2) // 3 + (changes + 1) // 3
            assert ledger.check(deep=True) == []
        seen.add(changes)
    assert len(seen) > EDITS // 2


# ---- erasing


def marker(number: int) -> str:
    return f"quokka{number:03d}zebra"


@pytest.fixture
def talked(workspace: Path, quick_path: Path) -> Path:
    """A workspace of many conversations, and of as many entries, each with a word of its own."""
    projects = quick_path / "home" / ".claude" / "projects" / "bakery"
    projects.mkdir(parents=True)
    with Ledger.open(workspace) as ledger:
        for number in range(1, ERASURES + 8):
            said = prompt(number, f"Say {marker(number)}.", of=session(number))
            said += reply(number, f"It is {marker(number)}.", of=session(number))
            (projects / f"{session(number)}.jsonl").write_bytes(said)
            ledger.memory.remember(Draft(f"The word is {marker(number)}."), NOW)
        ledger.sync(roots_of(quick_path / "home"))
    return workspace


def test_an_erasure_is_taken_up_again_or_was_none(
    fleet: Fleet, talked: Path, quick_path: Path
) -> None:
    def ids(number: int) -> tuple[int, int]:
        with closing(sqlite3.connect(talked / "ledger.db")) as one:
            query = "SELECT id FROM conversation WHERE native=?"
            conversation = one.execute(query, (session(number),)).fetchone()[0]
            query, body = "SELECT id FROM entry WHERE body=?", f"The word is {marker(number)}."
            return conversation, one.execute(query, (body,)).fetchone()[0]

    kept = quick_path / "kept.db"
    shutil.copyfile(talked / "ledger.db", kept)
    moments = fleet.moments(
        3, "erase_talk", talked, *ids(1), of=lambda: shutil.copyfile(kept, talked / "ledger.db")
    )
    there = list(range(1, ERASURES + 8))
    everyone = len(there)
    pending = 0
    while fleet.killed < ERASURES:
        number = there[0]
        fleet.order("erase_talk", talked, *ids(number), **moments.next())
        with Ledger.open(talked) as ledger:
            pending += sum(each.state == "pending" for each in ledger.erasures())
            ledger.resume_erasing(now=NOW)
            assert [each.state for each in ledger.erasures() if each.state != "done"] == []
            assert ledger.check(deep=True) == []
            ledger.sync(roots_of(quick_path / "home"))  # what was erased does not come back
            one = ledger.connection
            erased = not one.execute(
                "SELECT 1 FROM entry WHERE body=?", (f"The word is {marker(number)}.",)
            ).fetchone()
            if erased:
                there.remove(number)
            for table, count in (
                ("entry", len(there)),
                ("message", 2 * len(there)),
                ("call", everyone),  # figures stay
            ):
                assert one.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,), table
        files = [path for path in talked.rglob("*") if path.is_file()]
        if erased:
            for path in files:
                assert marker(number).encode() not in path.read_bytes().lower(), path
        else:
            there.append(there.pop(0))
        assert not [path for path in files if "erasing" in path.name]
    assert pending >= 3


# ---- updates of an older ledger


def facts_of(path: Path) -> tuple[int, list[str], list[Any]]:
    """Return version, tables and a few facts of a ledger, with nothing but SQLite."""
    with closing(sqlite3.connect(path)) as one:
        assert damage_of(one) == ""
        assert one.execute("PRAGMA foreign_key_check").fetchall() == []
        version = one.execute("PRAGMA user_version").fetchone()[0]
        names = [row[0] for row in one.execute("SELECT name FROM sqlite_schema ORDER BY 1")]
        query = "SELECT count(*), sum(input), sum(output), sum(list_pico) FROM call"
        return version, names, one.execute(query).fetchall()


def test_an_update_is_done_or_not_begun(fleet: Fleet, workspace: Path, quick_path: Path) -> None:
    past = [version for version in versions() if version < SCHEMA_VERSION]
    for version in past:
        make_past_ledger(quick_path / f"{version}.db", version)

    def older(version: int) -> None:
        emptied(workspace)
        workspace.mkdir(mode=0o700)
        shutil.copyfile(quick_path / f"{version}.db", workspace / "ledger.db")
        (workspace / "ledger.db").chmod(0o600)

    older(past[0])
    deed = ("bring_up_to_date", workspace)
    moments = fleet.moments(4, *deed, of=lambda: older(past[0]))
    killed_before = killed_after = 0
    while fleet.killed < UPDATES:
        version = past[moments.rng.randrange(len(past))]
        older(version)
        before = facts_of(workspace / "ledger.db")
        for _ in range(3):  # the same one is killed again
            ended = fleet.order(*deed, **moments.next())
            found = facts_of(workspace / "ledger.db")
            backups = every_backup_is_good(workspace)
            assert found[2] == before[2]
            if found[0] == version:
                killed_before += 1
                assert found == before
            else:
                assert found[0] == SCHEMA_VERSION
                assert backups >= 1
                killed_after += ended["status"] != 0
                break
        with Ledger.open(workspace) as ledger:
            assert ledger.check(deep=True) == []
            assert len(ledger.backups()) <= 3
        assert not list((workspace / "backups").glob(".*"))
    assert killed_before > UPDATES // 2


# ---- backups


def test_a_backup_is_whole_or_no_backup(fleet: Fleet, workspace: Path, home: Path) -> None:
    filled(workspace, home)
    before = digest_of(workspace / "ledger.db")
    moments = fleet.moments(5, "back_up", workspace, 0, of=lambda: emptied(workspace / "backups"))
    good = 0
    while fleet.killed < BACKUPS:
        ended = fleet.order("back_up", workspace, fleet.killed, **moments.next())
        now = every_backup_is_good(workspace)
        assert now - good <= 1
        if ended["status"] == 0:
            assert now == good + 1
        good = now
    assert digest_of(workspace / "ledger.db") == before
    with Ledger.open(workspace) as ledger:
        ledger.back_up(now=NOW + 1000)
        assert ledger.check(deep=True) == []
    assert not list((workspace / "backups").glob(".*"))
    assert every_backup_is_good(workspace) == good + 1


# ---- restores


def test_a_restore_brings_all_back_or_nothing(fleet: Fleet, workspace: Path, home: Path) -> None:
    log = home / ".claude" / "projects" / "bakery" / f"{session(1)}.jsonl"
    filled(workspace, home)
    with Ledger.open(workspace) as ledger:
        then = everything(ledger.connection)
        backup = ledger.back_up(now=NOW)
    kept = workspace.with_name("kept.db")
    shutil.copyfile(backup.path, kept)
    with log.open("ab") as stream:
        stream.write(turns(1, 5))
    filled(workspace, home)
    with Ledger.open(workspace) as ledger:
        now = everything(ledger.connection)
    deed = ("restore", workspace, kept, 60)
    moments = fleet.moments(6, *deed, of=lambda: filled(workspace, home))
    while fleet.killed < RESTORES:
        fleet.order("restore", workspace, kept, 100 + fleet.killed, **moments.next())
        with Ledger.open(workspace) as ledger:
            assert ledger.check(deep=True) == []
            found = everything(ledger.connection)
            assert found in (then, now)
            if found == then:  # read the log on, as the app does
                ledger.sync(roots_of(home))
                assert everything(ledger.connection) == now
        every_backup_is_good(workspace)
