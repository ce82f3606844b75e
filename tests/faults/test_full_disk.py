"""A full disk is told at every stage, harms nothing, and lets what makes room through."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from convledger.errors import NoRoom, WorkspaceError
from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.store import ballast, room, scrubbing
from convledger.store.migrations import SCHEMA_VERSION
from tests.faults.deeds import EDITS, NOW, roots_of
from tests.faults.fleet import Fleet, emptied, every_backup_is_good, filled
from tests.ingest.logs import everything
from tests.store.past_ledgers import make_past_ledger

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
PAGES = [0, 1, 2, 4, 8, 16]  # that the ledger may still grow by
WORDS = ("the disk is full", "check the disk", "can't be", "no backup could be made", "can't make")


def limits_of(ledger: Path, seed: int) -> list[int]:
    """Return sizes beyond which no file may grow: none at all, some, all but a little."""
    size = ledger.stat().st_size if ledger.exists() else 1_500_000
    rng = Random(seed)
    return [0, 1 << 14, *(rng.randrange(size) for _ in range(3)), size, size + (1 << 15)]


def is_told(said: str, workspace: Path) -> bool:
    return not said or any(words in said for words in WORDS)


Checked = Callable[[str], object]


def starved(
    fleet: Fleet, workspace: Path, deed: tuple[Any, ...], checked: Checked, anew: Checked
) -> list[str]:
    """Do a deed under one limit after the other; returns what was told."""
    told = []
    limits = [("pages", pages) for pages in PAGES]
    limits += [("bytes", size) for size in limits_of(workspace / "ledger.db", 7)]
    for how, limit in limits:
        said = fleet.order(*deed, how=how, moment=limit)["said"]
        assert is_told(said, workspace), said
        checked(said)
        anew(said)
        if said:
            told.append(said)
    return told


def test_an_import_keeps_what_it_had_room_for(fleet: Fleet, workspace: Path, home: Path) -> None:
    with Ledger.open(workspace.with_name("undisturbed")) as ledger:
        ledger.sync(roots_of(home))
        expected = everything(ledger.connection)

    def checked(_: str) -> None:
        with Ledger.open(workspace) as ledger:
            assert ledger.check(deep=True) == []
            ledger.sync(roots_of(home))
            assert everything(ledger.connection) == expected

    told = starved(
        fleet, workspace, ("read_logs", workspace, home), checked, lambda _: emptied(workspace)
    )
    assert len(told) >= 3
    assert any("full" in said for said in told)


def test_an_edit_is_made_or_told(fleet: Fleet, workspace: Path) -> None:
    Ledger.open(workspace).close()
    seen = [0]

    def checked(said: str) -> None:
        with Ledger.open(workspace) as ledger:
            (changes,) = ledger.connection.execute("SELECT count(*) FROM operation").fetchone()
            assert ledger.check(deep=True) == []
            assert said or changes - seen[-1] == EDITS
            seen.append(changes)

    told = starved(fleet, workspace, ("edit_entries", workspace), checked, lambda _: None)
    assert len(told) >= 3


def test_an_erasure_is_done_or_told_and_taken_up(fleet: Fleet, workspace: Path, home: Path) -> None:
    filled(workspace, home)
    with Ledger.open(workspace) as ledger:
        for number in range(30):
            ledger.memory.remember(Draft(f"The quokka {number} sleeps."), NOW)
    kept = workspace.with_name("kept.db")
    shutil.copyfile(workspace / "ledger.db", kept)

    def checked(_: str) -> None:
        with Ledger.open(workspace) as ledger:
            ledger.resume_erasing(now=NOW)
            assert [each.state for each in ledger.erasures() if each.state != "done"] == []
            assert ledger.check(deep=True) == []
            entries = ledger.connection.execute("SELECT count(*) FROM entry").fetchone()[0]
            assert entries == (29 if ledger.erasures() else 30)

    starved(
        fleet, workspace, ("erase_talk", workspace, 1, 1), checked,
        lambda _: shutil.copyfile(kept, workspace / "ledger.db"),
    )  # fmt: skip


def test_an_update_is_done_or_told(fleet: Fleet, workspace: Path) -> None:
    def older(_: str = "") -> None:
        emptied(workspace)
        workspace.mkdir(mode=0o700)
        make_past_ledger(workspace / "ledger.db", 1)

    def checked(said: str) -> None:
        every_backup_is_good(workspace)
        with Ledger.open(workspace) as ledger:
            assert ledger.connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert ledger.connection.execute("SELECT count(*) FROM call").fetchone() == (5,)
            assert ledger.check(deep=True) == []

    older()
    told = starved(fleet, workspace, ("bring_up_to_date", workspace), checked, older)
    assert len(told) >= 5


def test_a_backup_is_whole_or_told(fleet: Fleet, workspace: Path, home: Path) -> None:
    filled(workspace, home)

    def checked(said: str) -> None:
        assert every_backup_is_good(workspace) == (0 if said else 1)
        assert not list((workspace / "backups").glob(".*"))

    told = starved(
        fleet, workspace, ("back_up", workspace, 0), checked,
        lambda _: emptied(workspace / "backups"),
    )  # fmt: skip
    assert len(told) >= 5


def test_a_checkpoint_fails_without_harm(fleet: Fleet, workspace: Path, home: Path) -> None:
    filled(workspace, home)

    def checked(said: str) -> None:
        with Ledger.open(workspace) as ledger:
            assert ledger.check(deep=True) == []
            labels = ledger.connection.execute("SELECT count(*) FROM label").fetchone()[0]
            assert said or labels == 1

    starved(fleet, workspace, ("empty_the_log", workspace), checked, lambda _: None)


# ---- the room that is held


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the disk have so many free bytes from now on."""
    monkeypatch.setattr(ballast, "BYTES", 8 << 20)

    def has(free: int) -> None:
        monkeypatch.setattr(ballast, "free_bytes", lambda _folder: free)
        monkeypatch.setattr(room, "free_bytes", lambda _folder: free)

    has(1 << 40)
    return has


def held(workspace: Path) -> int:
    """Return how many bytes are held, as the disk counts them."""
    place = workspace / "ballast"
    return place.stat().st_blocks * 512 if place.exists() else 0


@pytest.mark.usefixtures("disk")
def test_a_new_workspace_holds_room_for_its_owner_alone(workspace: Path) -> None:
    Ledger.open(workspace).close()

    assert held(workspace) >= 8 << 20
    assert (workspace / "ballast").stat().st_mode & 0o777 == 0o600


def test_no_room_is_held_where_there_is_little(
    workspace: Path, disk: Callable[[int], None]
) -> None:
    disk(32 << 20)
    Ledger.open(workspace).close()
    assert held(workspace) == 0

    disk(1 << 30)
    Ledger.open(workspace).close()
    assert held(workspace) >= 8 << 20


def test_erasing_on_a_full_disk_uses_it_and_says_so(
    workspace: Path, home: Path, disk: Callable[[int], None]
) -> None:
    filled(workspace, home)
    disk(1 << 20)
    with Ledger.open(workspace) as ledger:
        done = ledger.erase(Wanted(conversations=(1,)), now=NOW)

    assert done.is_done
    assert "8.4 MB that were held for this are free now" in done.freed
    assert held(workspace) == 0
    disk(1 << 30)
    with Ledger.open(workspace) as ledger:
        assert held(workspace) >= 8 << 20
        assert ledger.erase(Wanted(conversations=(2,)), now=NOW).freed == ""
    assert held(workspace) >= 8 << 20


def test_importing_on_a_full_disk_is_refused_and_leaves_it_held(
    workspace: Path, home: Path, disk: Callable[[int], None]
) -> None:
    Ledger.open(workspace).close()
    disk(1 << 20)
    with Ledger.open(workspace) as ledger:
        with pytest.raises(NoRoom, match=r"reading .* needs .* are free.*convledger erase"):
            ledger.sync(roots_of(home))
        assert ledger.connection.execute("SELECT count(*) FROM call").fetchone() == (0,)
    assert held(workspace) >= 8 << 20
    disk(1 << 30)
    filled(workspace, home)


def test_a_failure_for_want_of_room_lets_go_of_it(
    workspace: Path, disk: Callable[[int], None]
) -> None:
    disk(1 << 30)
    with Ledger.open(workspace) as ledger:
        (pages,) = ledger.connection.execute("PRAGMA page_count").fetchone()
        ledger.connection.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(WorkspaceError, match=r"the disk is full.* 8\.4 MB that were held"):
            ledger.memory.remember(Draft("word " * 40_000), NOW)
        assert held(workspace) == 0


def test_writing_the_ledger_anew_needs_room(
    workspace: Path, home: Path, disk: Callable[[int], None]
) -> None:
    filled(workspace, home)
    disk(1 << 20)
    with (
        Ledger.open(workspace) as ledger,
        pytest.raises(NoRoom, match="writing the ledger anew needs"),
    ):
        scrubbing.vacuum(ledger.connection)


# ---- a disk that is really full

_SMALL_DISK = """
import os, sys
from pathlib import Path
from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from tests.faults.deeds import NOW, roots_of
disk, home = Path(sys.argv[1]), Path(sys.argv[2])
workspace, filler = disk / "workspace", disk / "filler"

def told(work):
    try:
        return work() or "done"
    except WorkspaceError as error:
        return str(error)

with Ledger.open(workspace) as ledger:
    print("held", (workspace / "ballast").stat().st_size)
    ledger.sync(roots_of(home))
    ledger.memory.remember(Draft("The quokka sleeps."), NOW)
with filler.open("wb") as stream:
    try:
        for size in (1 << 16, 1 << 12):
            while True:
                stream.write(b"x" * size)
                stream.flush()
    except OSError:
        pass
log = next((home / ".claude" / "projects" / "bakery").iterdir())
log.write_bytes(log.read_bytes().replace(b"req_", b"req_more_").replace(b"msg_", b"msg_more_"))
with Ledger.open(workspace) as ledger:
    print("import:", told(lambda: ledger.sync(roots_of(home)) and ""))
    wanted = Wanted(conversations=(1, 2), entries=(1,))
    print("erase:", told(lambda: ledger.erase(wanted, now=NOW).blocked))
    print("check:", ledger.check(deep=True))
print("held", (workspace / "ballast").exists())
filler.unlink()
with Ledger.open(workspace) as ledger:
    print("held", (workspace / "ballast").exists())
    print("import:", told(lambda: ledger.sync(roots_of(home)) and ""))
    print("check:", ledger.check(deep=True))
"""


def test_a_disk_that_is_really_full(tmp_path: Path, home: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=80m none '{disk}'"
    inside = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-m", "sh", "-c"]
    if subprocess.run([*inside, mount], capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    command = [*inside, f'{mount} && exec "$@"', "sh", sys.executable, "-c", _SMALL_DISK]
    ended = subprocess.run(
        [*command, str(disk), str(home)], capture_output=True, text=True, timeout=120
    )
    said = ended.stdout.splitlines()

    assert ended.stderr == ""
    assert said[0] == "held 8388608"
    assert said[1].startswith("import: ")
    assert "needs" in said[1] or "full" in said[1]
    assert said[2:5] == ["erase: done", "check: []", "held False"]
    assert said[5:] == ["held True", "import: done", "check: []"]
