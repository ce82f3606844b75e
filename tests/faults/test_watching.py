"""Whatever a writer of logs does, and whatever a watcher of them misses, each call arrives once."""

from __future__ import annotations

import logging
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
from watchdog.events import FileSystemEvent
from watchdog.observers import inotify_c

from convledger.ingest import watch as watch_module
from convledger.ingest.discover import of_database
from convledger.ingest.result import SyncResult
from convledger.ingest.watch import Inbox, Watcher, watches_held
from convledger.ledger import Ledger
from tests.ingest.logs import Bench, session, turns
from tests.ingest.watched import PATIENCE, Watching, watching

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


# ---- what a watcher is not told


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Let no event through while it is deaf, as where the system's queue is full."""
    real = Inbox.on_any_event
    is_deaf = [False]

    def on_any_event(inbox: Inbox, event: FileSystemEvent) -> None:
        if not is_deaf[0]:
            real(inbox, event)

    monkeypatch.setattr(Inbox, "on_any_event", on_any_event)

    def switch(on: bool) -> None:
        is_deaf[0] = on

    return switch


def test_lost_events_are_made_up_for_by_a_scan(bench: Bench, deaf: Callable[[bool], None]) -> None:
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        deaf(True)
        bench.append(bench.log, turns(2, 3))
        bench.write(other(bench, 2, folder="new"), turns(4, 4, of=session(2)))
        # In the words that the library has for it: it tells of an overflow in its log alone.
        logging.getLogger(inotify_c.__name__).warning(
            "Inotify queue overflowed; filesystem events were lost"
        )
        held.wait_for(4)

    assert bench.is_sound()


_STOPPED = """
import os, sys, threading
from pathlib import Path
from convledger.ledger import Ledger
from convledger.ingest import watch

watch.SCAN_EVERY = 100_000.0
watch.LOOK_EVERY = 30_000.0
stopping, calls = threading.Event(), 0
with Ledger.open(Path(sys.argv[1])) as ledger:
    def arrived(result):
        global calls
        calls += result.calls
        print(calls, flush=True)
        if calls >= int(sys.argv[2]):
            stopping.set()
            watcher.wake()
    watcher = watch.Watcher(ledger, arrived)
    watcher.run(stopping)
"""


def test_watcher_that_was_stopped_while_its_queue_overflowed_catches_up(bench: Bench) -> None:
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 20_000:
        pytest.skip("the queue of this system takes too much to be filled")
    bench.write(bench.log, turns(1, 1))
    bench.ledger.close()
    command = [sys.executable, "-c", _STOPPED, str(bench.ledger.workspace), "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        os.kill(process.pid, 19)  # SIGSTOP
        noise = bench.claude / "noise.txt"
        others = bench.claude / "others.txt"
        for _ in range(most // 2 + 500):  # two files by turns: else events of one run together
            noise.write_bytes(b"")
            others.write_bytes(b"")
        bench.append(bench.log, turns(2, 3))
        bench.write(other(bench, 2, folder="late"), turns(4, 4, of=session(2)))
        os.kill(process.pid, 18)  # SIGCONT
        said = process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert said.splitlines()[-1] == "4"


def test_folders_that_the_system_does_not_let_watch_are_looked_at_and_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "POLL_EVERY", 0.05)
    real = inotify_c.InotifyFD.add_callback

    def refuse(self: inotify_c.InotifyFD, path: bytes, *args: object) -> object:
        if path != os.fsencode(bench.claude):
            raise OSError(28, "no space left on device")  # which the library keeps to itself
        return real(self, path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(inotify_c.InotifyFD, "add_callback", refuse)
    bench.write(bench.log, turns(1, 1))
    bench.write(other(bench, 2, folder="rail"), turns(2, 2, of=session(2)))
    with watching(bench) as held:
        bench.append(bench.log, turns(3, 3))
        held.wait_for(3)

    (told,) = [words for words in held.notices if str(bench.claude) in words]
    assert "2 of its folders can't be watched" in told
    assert "fs.inotify.max_user_watches" in told
    assert "it is looked at every" in told


def test_roots_that_need_most_watches_together_are_looked_at(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "limit").write_text("4\n")
    monkeypatch.setattr(watch_module, "MOST_WATCHES", tmp_path / "limit")
    (bench.codex / "sessions" / "2026").mkdir(parents=True)
    bench.write(bench.log, turns(1, 1))
    held = Watching(bench.ledger.workspace)
    held.thread.start()
    held.wait_for(1)
    held.stopping.set()
    held.watcher.wake()
    held.thread.join(PATIENCE)
    held.ledger.close()

    assert any("more folders than the system lets one watch" in words for words in held.notices)
