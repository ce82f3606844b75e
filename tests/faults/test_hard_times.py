"""Several writers, a network drive, a clock that jumps, a ledger that goes: told, and no harm."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest

from convledger.clock import DAY, HOUR, SECOND
from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.store import mounts
from convledger.store.audit_check import verify
from convledger.store.backup_notes import backup_at
from convledger.store.connection import connect
from convledger.store.mounts import network_kind
from tests.faults.deeds import NOW, roots_of
from tests.faults.fleet import doer, every_backup_is_good, filled
from tests.ingest.logs import everything, line, prompt, reply, session, turns

# ---- several at once


def test_four_writers_at_once_lose_nothing(workspace: Path, home: Path) -> None:
    filled(workspace, home)
    times, writers = 8, range(1, 5)
    with ExitStack() as stack:
        processes = [stack.enter_context(doer()) for _ in writers]
        for who, process in zip(writers, processes, strict=True):
            order = {"deed": "write_much", "args": [str(workspace), who, times]}
            assert process.stdin is not None
            process.stdin.write(json.dumps({**order, "how": "", "moment": 0}) + "\n")
            process.stdin.flush()
        for process in processes:
            assert process.stdout is not None
            ended = json.loads(process.stdout.readline())
            assert (ended["status"], ended["said"]) == (0, "")

    with Ledger.open(workspace) as ledger:
        one = ledger.connection
        assert one.execute("SELECT count(*) FROM label").fetchone() == (len(writers) * times,)
        assert one.execute("SELECT count(*) FROM entry").fetchone() == (len(writers) * times,)
        again = "SELECT count(*) FROM entry_version WHERE number=2"
        assert one.execute(again).fetchone() == (len(writers) * times,)
        assert verify(one).is_sound
        assert ledger.check(deep=True) == []
    assert every_backup_is_good(workspace) == len(writers)


# ---- a ledger that goes


def ruined(workspace: Path) -> None:
    path = workspace / "ledger.db"
    os.truncate(path, path.stat().st_size // 2)


def test_damage_names_the_newest_backup_that_is_good(workspace: Path, home: Path) -> None:
    filled(workspace, home)
    with Ledger.open(workspace) as ledger:
        then = everything(ledger.connection)
        good, bad = (ledger.back_up(now=NOW + days * DAY) for days in (0, 3))
    with bad.path.open("r+b") as stream:
        stream.seek(20_000)
        stream.write(b"\xa5" * 64)
    ruined(workspace)

    with pytest.raises(WorkspaceError, match="damaged") as raised:
        Ledger.open(workspace).check(deep=True)
    told = str(raised.value)
    assert f"`convledger restore {good.name}`" in told
    assert "of 2026-11-22" in told
    assert "Move it aside and run `convledger import`" in told

    from convledger.moving.restoring import Restore

    found = backup_at(good.path)
    assert found is not None
    with Restore(workspace, found) as restoring:
        restoring.prospect()
        restoring.bring_back(now=NOW + 4 * DAY)
    with Ledger.open(workspace) as ledger:
        assert everything(ledger.connection) == then
        assert ledger.check(deep=True) == []


def test_damage_without_a_backup_names_the_other_way(workspace: Path, home: Path) -> None:
    filled(workspace, home)
    ruined(workspace)

    with pytest.raises(WorkspaceError) as raised:
        Ledger.open(workspace).check(deep=True)
    assert "brings back the newest good backup" not in str(raised.value)
    assert "`sqlite3 ledger.db .recover` gets out the rest" in str(raised.value)


def test_ledger_deleted_while_it_is_open_names_its_backup(workspace: Path, home: Path) -> None:
    with Ledger.open(workspace) as ledger:
        ledger.sync(roots_of(home))
        made = ledger.back_up(now=NOW)
        for path in workspace.glob("ledger.db*"):
            path.unlink()
        with pytest.raises(WorkspaceError, match=f"was deleted.*restore {made.name}"):
            ledger.sync(roots_of(home))


# ---- a drive of another machine

MOUNTS = r"""
22 1 252:1 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /mnt/team\040drive rw,relatime shared:20 - nfs4 server:/books rw,vers=4.2
41 40 0:36 / /mnt/team\040drive/local rw - tmpfs tmpfs rw
42 22 0:37 / /mnt/team rw - ext4 /dev/vdb rw
43 22 0:38 / /media/pc rw - cifs //pc/share rw
44 22 0:39 / /media/pc rw - ext4 /dev/vdc rw
45 22 0:40 / /home/ana/remote rw,nosuid - fuse.sshfs ana@host: rw
46 22 0:41 / /host rw - 9p drvfs rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ana/books", ""),
        ("/mnt/team drive", "nfs4"),
        ("/mnt/team drive/books", "nfs4"),
        ("/mnt/team drive/local/books", ""),
        ("/mnt/teammate", ""),
        ("/mnt/team/books", ""),
        ("/media/pc/books", ""),  # what was mounted later covers what was there
        ("/home/ana/remote/books", "fuse.sshfs"),
        ("/host/c/books", "9p"),
    ],
)
def test_drives_of_other_machines_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, kind: str
) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "mountinfo")

    assert network_kind(Path(folder)) == kind


def test_without_a_list_of_mounts_no_drive_is_suspected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "none")

    assert network_kind(tmp_path) == ""


@pytest.fixture
def on_a_network_drive(quick_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = os.fsdecode(os.fsencode(quick_path)).replace(" ", r"\040")
    (tmp_path / "mountinfo").write_text(f"40 22 0:35 / {real} rw - nfs4 server:/books rw\n")
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "mountinfo")


@pytest.mark.usefixtures("on_a_network_drive")
def test_a_ledger_on_a_network_drive_is_kept_without_the_shared_log(
    workspace: Path, home: Path
) -> None:
    filled(workspace, home)
    with Ledger.open(workspace) as ledger:
        assert ledger.network == "nfs4"
        assert ledger.connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        ledger.memory.remember(Draft("The drive is slow."), NOW)
        ledger.back_up(now=NOW)
        assert ledger.check(deep=True) == []
    assert not list(workspace.glob("ledger.db-*"))


def test_a_ledger_that_moves_to_a_network_drive_loses_its_log(
    workspace: Path, home: Path, request: pytest.FixtureRequest
) -> None:
    filled(workspace, home)
    with closing(connect(workspace / "ledger.db")) as one:
        assert one.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    request.getfixturevalue("on_a_network_drive")
    with Ledger.open(workspace) as ledger, Ledger.open(workspace) as second:
        for each in (ledger, second):
            assert each.connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert ledger.check(deep=True) == []


@pytest.mark.usefixtures("on_a_network_drive")
def test_a_command_warns_of_a_network_drive(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from convledger.cli.app import run

    monkeypatch.setenv("HOME", str(home))
    assert run(["--workspace", str(workspace), "import"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert f"{workspace} lies on a network drive (nfs4)" in told
    assert "two machines must not write at once" in told


# ---- a clock that jumps


def jumping(seed: int, count: int) -> list[int]:
    """Return instants as a clock gives them that is set forth and back by up to a year."""
    rng, now, found = Random(seed), NOW, []
    for _ in range(count):
        now += rng.choice((SECOND, HOUR, -HOUR, 30 * DAY, -30 * DAY, 360 * DAY, -360 * DAY))
        found.append(now)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_changes_stay_in_their_order_whatever_the_clock_says(
    workspace: Path, home: Path, seed: int
) -> None:
    filled(workspace, home)
    instants = jumping(seed, 24)
    with Ledger.open(workspace) as ledger:
        entry, _ = ledger.memory.remember(Draft("Version 0."), instants[0])
        for number, now in enumerate(instants[1:], 1):
            ledger.memory.edit(entry.id, now, body=f"Version {number}.")
        versions = ledger.memory.versions(entry.id)
        bodies = [each.body for each in sorted(versions, key=lambda each: each.number)]
        assert bodies == [f"Version {number}." for number in range(24)]
        history = [each.verb for each in ledger.memory.history()]
        assert history == ["edit"] * 23 + ["remember"]
        for number in range(22, 19, -1):  # the last change is the last one that was made
            ledger.memory.undo(instants[number])
            assert ledger.memory.entry(entry.name).body == f"Version {number}."
        assert verify(ledger.connection).is_sound
        for place, now in enumerate(instants[:4]):
            ledger.back_up(now=now)
            assert len(ledger.backups()) == place + 1
        assert ledger.check(deep=True) == []


def test_a_log_whose_clock_jumped_back_has_no_negative_spans(
    workspace: Path, quick_path: Path
) -> None:
    home = quick_path / "home"
    log = home / ".claude" / "projects" / "bakery" / f"{session()}.jsonl"
    log.parent.mkdir(parents=True)
    minutes = [0, 500, 3, 2, 900, -4000, 5]
    said = b""
    for number, minute in enumerate(minutes, 1):
        said += stamped(prompt(number), minute) + stamped(reply(number), minute - 1)
    log.write_bytes(said)
    with Ledger.open(workspace) as ledger:
        ledger.sync(roots_of(home))
        first, last = ledger.connection.execute(
            "SELECT first_at, last_at FROM conversation"
        ).fetchone()
        assert last - first == (900 + 4001) * 60 * SECOND
        conversation = ledger.conversation(session())
        texts = [entry.body for entry in ledger.transcript(conversation.id) if entry.body]
        outline = ledger.outline(conversation.id)
        assert ledger.check(deep=True) == []
    assert len(texts) == 2 * len(minutes)
    assert outline is not None
    with Ledger.open(workspace) as ledger:
        log.write_bytes(said + turns(20, 21))
        assert ledger.sync(roots_of(home)).calls == 2


def stamped(said: bytes, minute: int) -> bytes:
    from tests.ingest.logs import instant

    record = json.loads(said)
    record["timestamp"] = instant(minute)
    return line(record)


# ---- books that are only looked at


def newer(workspace: Path) -> None:
    with closing(connect(workspace / "ledger.db")) as one:
        one.execute("ALTER TABLE conversation ADD COLUMN mood TEXT NOT NULL DEFAULT ''")
        one.execute("CREATE TABLE tomorrow (id INTEGER PRIMARY KEY) STRICT")
        one.execute("PRAGMA user_version=99")


def test_a_newer_ledger_can_be_looked_at_and_nothing_is_written(
    workspace: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from convledger.cli.app import run
    from convledger.store import connection

    filled(workspace, home)
    newer(workspace)
    monkeypatch.setenv("HOME", str(home))
    before = (workspace / "ledger.db").read_bytes()
    with pytest.raises(WorkspaceError, match="look at it with `convledger --read-only`"):
        Ledger.open(workspace)

    asked = ["--workspace", str(workspace), "--read-only"]
    assert run([*asked, "report", "--by", "source", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["total"]["calls"] == 96
    assert "The figures are as of the last import" in told.err
    assert run([*asked, "search", "question"]) == 0
    assert "question" in capsys.readouterr().out
    for change in (["import"], ["label", session(1), "--client", "Acme"]):
        with pytest.raises(WorkspaceError, match="leave out --read-only"):
            run([*asked, *change])
    assert (workspace / "ledger.db").read_bytes() == before
    connection._looked_at.clear()
    with pytest.raises(WorkspaceError, match="newer convledger"):
        Ledger.open(workspace)


def test_nothing_is_made_where_there_is_nothing_to_look_at(workspace: Path) -> None:
    from convledger.cli.app import run

    with pytest.raises(WorkspaceError, match="there is no ledger to look at"):
        run(["--workspace", str(workspace), "--read-only", "report"])
    assert not workspace.exists()
