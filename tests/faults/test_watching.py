"""Whatever a writer of logs does, and whatever a watcher of them misses, each call arrives once."""

from __future__ import annotations

import mmap
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from convledger.ingest import watch as watch_module
from convledger.ingest.discover import of_database
from convledger.ingest.result import SyncResult
from convledger.ingest.watch import Watcher, watches_held
from convledger.ledger import Ledger
from tests.ingest.logs import Bench, session, turns
from tests.ingest.watched import PATIENCE, watching

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="speaks of inotify")


@pytest.fixture
def bench(quick_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(quick_path)
    monkeypatch.setenv("HOME", str(made.home))
    yield made
    made.ledger.close()


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "LOOK_EVERY", 0.05)


def other(bench: Bench, number: int, *, folder: str = "bakery") -> Path:
    return bench.claude / folder / f"{session(number)}.jsonl"


# ---- what writers do; each begins with three calls in the log, and ends with so many in all

Deed = Callable[[Bench], None]


def append(bench: Bench) -> None:
    bench.append(bench.log, turns(4, 5))


def hold_open_and_flush(bench: Bench) -> None:
    with bench.log.open("ab") as stream:
        for number in range(4, 24):
            stream.write(turns(number, number))
            stream.flush()


def replace_within(bench: Bench) -> None:
    bench.write(bench.log.with_name("new.tmp"), turns(1, 5))
    bench.log.with_name("new.tmp").replace(bench.log)


def replace_from_outside(bench: Bench) -> None:
    outside = bench.home / "outside.jsonl"
    bench.write(outside, turns(1, 5))
    outside.replace(bench.log)


def move_out_and_in(bench: Bench) -> None:
    away = bench.home / "away.jsonl"
    bench.log.replace(away)
    bench.append(away, turns(4, 5))
    away.replace(bench.log)


def rotate(bench: Bench) -> None:
    bench.log.rename(bench.log.with_name(f"old-{bench.log.name}"))
    bench.write(bench.log, turns(4, 5))


def copy_and_truncate(bench: Bench) -> None:
    shutil.copy(bench.log, bench.log.with_suffix(".1"))
    os.truncate(bench.log, 0)
    bench.append(bench.log, turns(4, 5))


def copy_and_truncate_and_outgrow(bench: Bench) -> None:
    os.truncate(bench.log, 0)
    bench.append(bench.log, turns(4, 15))


def rewrite_in_the_same_size(bench: Bench) -> None:
    bench.log.write_bytes(turns(4, 6))


def make_folders_and_a_file_at_once(bench: Bench) -> None:
    for depth in (1, 3, 6):
        folder = bench.claude.joinpath(f"new-{depth}", *"abcdef"[: depth - 1])
        bench.write(folder / f"{session(10 + depth)}.jsonl", turns(50 + depth, 50 + depth))


def move_a_folder_in(bench: Bench) -> None:
    outside = bench.home / "outside"
    bench.write(outside / "deep" / f"{session(2)}.jsonl", turns(4, 5, of=session(2)))
    outside.rename(bench.claude / "inside")
    bench.append(bench.claude / "inside" / "deep" / f"{session(2)}.jsonl", turns(6, 6))


def rename_a_folder(bench: Bench) -> None:
    bench.log.parent.rename(bench.claude / "renamed")
    bench.append(bench.claude / "renamed" / bench.log.name, turns(4, 5))


def move_a_folder_out(bench: Bench) -> None:
    """What is written to it there is no log any more."""
    bench.log.parent.rename(bench.home / "out")
    bench.append(bench.home / "out" / bench.log.name, turns(4, 4))
    bench.write(other(bench, 3, folder="rail"), turns(7, 8, of=session(3)))


def delete_the_root_and_make_it_anew(bench: Bench) -> None:
    shutil.rmtree(bench.claude)
    bench.write(bench.log, turns(4, 5))


def write_by_mapping(bench: Bench) -> None:
    """Write as no event tells of: only the date of the file changes."""
    new = turns(4, 5)
    with bench.log.open("ab") as stream:
        stream.write(b" " * len(new))
    with bench.log.open("r+b") as there, mmap.mmap(there.fileno(), 0) as mapped:
        mapped[-len(new) :] = new
        mapped.flush()


DEEDS: list[tuple[Deed, int]] = [
    (append, 5),
    (hold_open_and_flush, 23),
    (replace_within, 5),
    (replace_from_outside, 5),
    (move_out_and_in, 5),
    (rotate, 5),
    (copy_and_truncate, 5),
    (copy_and_truncate_and_outgrow, 15),
    (rewrite_in_the_same_size, 6),
    (make_folders_and_a_file_at_once, 6),
    (move_a_folder_in, 6),
    (rename_a_folder, 5),
    (move_a_folder_out, 5),
    (delete_the_root_and_make_it_anew, 5),
]


@pytest.mark.parametrize(("deed", "calls"), DEEDS, ids=[deed.__name__ for deed, _ in DEEDS])
def test_what_a_writer_does_arrives_once(bench: Bench, deed: Deed, calls: int) -> None:
    bench.write(bench.log, turns(1, 3))
    with watching(bench) as held:
        deed(bench)
        held.wait_for(calls)
        # And what comes after it, in a place that was there before and in one that was not.
        log = other(bench, 8, folder="after")
        bench.write(log, turns(90, 90, of=session(8)))
        held.wait_for(calls + 1)
        bench.append(log, turns(91, 91, of=session(8)))
        held.wait_for(calls + 2)

    assert bench.calls() == calls + 2
    assert bench.is_sound()


def test_what_no_event_tells_of_is_found_by_the_next_scan(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "SCAN_EVERY", 0.2)
    bench.write(bench.log, turns(1, 3))
    with watching(bench) as held:
        write_by_mapping(bench)
        held.wait_for(5)

    assert bench.is_sound()


def test_root_that_is_missing_at_the_start_is_read_when_it_comes(bench: Bench) -> None:
    shutil.rmtree(bench.claude.parent)
    with watching(bench) as held:
        bench.write(bench.log, turns(1, 2))
        held.wait_for(2)
        bench.append(bench.log, turns(3, 3))
        held.wait_for(3)
    assert held.notices == []


_COMMIT = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as one:
    one.execute("INSERT INTO note VALUES (1)")
    one.commit()
    sys.stdin.readline()  # keeps it open, so that nothing is brought from the log into the file
"""


def test_commit_of_another_program_wakes_for_its_database(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = bench.claude / "tool.db"
    with closing(sqlite3.connect(place)) as one:
        one.execute("PRAGMA journal_mode=WAL")
        one.execute("CREATE TABLE note (number)")
        seen: set[str] = set()
        woken = threading.Event()
        real = Ledger.sync_paths

        def note(ledger: Ledger, paths: set[str]) -> SyncResult:
            seen.update(paths)
            if f"{place}-wal" in paths:
                woken.set()
            return real(ledger, paths)

        monkeypatch.setattr(Ledger, "sync_paths", note)
        bench.write(bench.log, turns(1, 1))
        with watching(bench):
            command = [sys.executable, "-c", _COMMIT, str(place)]
            with subprocess.Popen(command, stdin=subprocess.PIPE) as tool:
                assert woken.wait(PATIENCE)
                tool.communicate(b"\n")

    assert of_database(f"{place}-wal") == str(place)


# ---- many at once

_STORM = """
import sys
from pathlib import Path
from tests.ingest.logs import session, turns
root, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for number in range(first, first + count):
    folder = root / f"s{number}" / "a" / "b" / "c"
    folder.mkdir(parents=True)
    (folder / f"{session(number)}.jsonl").write_bytes(turns(number, number, of=session(number)))
"""


def test_storm_of_processes_that_make_folders_and_files_leaves_none_out(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    each, writers = 40, 4
    with watching(bench) as held:
        storm = [
            subprocess.Popen(
                [sys.executable, "-c", _STORM, str(bench.claude), str(1000 * n), str(each)],
                cwd=Path(__file__).parents[2],
            )
            for n in range(1, writers + 1)
        ]
        assert [process.wait(60) for process in storm] == [0] * writers
        held.wait_for(1 + each * writers)
        for log in sorted(bench.claude.rglob("c/*.jsonl")):
            number = int(log.stem[-12:])
            with log.open("ab") as stream:
                stream.write(turns(number + 500, number + 500, of=session(number)))
        held.wait_for(1 + 2 * each * writers)

    assert bench.is_sound()


def test_five_thousand_folders_are_watched_in_peace(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5000):
        (bench.claude / f"f{number % 50}" / f"g{number}").mkdir(parents=True)
    bench.write(bench.log, turns(1, 1))
    looks = threading.Semaphore(0)
    work: list[str] = []
    real_look, real_scan, real_paths = Watcher._look, Ledger.sync, Ledger.sync_paths

    def look(watcher: Watcher) -> bool:
        looks.release()
        return real_look(watcher)

    def scan(ledger: Ledger, *args: object, **named: object) -> SyncResult:
        work.append("scan")
        return real_scan(ledger, *args, **named)  # type: ignore[arg-type]

    def paths(ledger: Ledger, changed: set[str]) -> SyncResult:
        work.append("paths")
        return real_paths(ledger, changed)

    monkeypatch.setattr(Watcher, "_look", look)
    monkeypatch.setattr(Ledger, "sync", scan)
    monkeypatch.setattr(Ledger, "sync_paths", paths)
    with watching(bench) as held:
        assert watches_held() >= 5000
        before = len(work)
        while looks.acquire(blocking=False):
            pass
        begun = time.process_time()
        for _ in range(20):
            assert looks.acquire(timeout=PATIENCE)
        assert work[before:] == []  # nobody wakes a watcher that has nothing to do
        assert time.process_time() - begun < 0.5
        for number in (0, 2500, 4999):
            name = f"{session(number + 10)}.jsonl"
            log = bench.claude / f"f{number % 50}" / f"g{number}" / name
            bench.write(log, turns(number + 10, number + 10, of=session(number + 10)))
        held.wait_for(4)
        assert "scan" not in work[before:]  # the files themselves were told of

    assert held.notices == []
