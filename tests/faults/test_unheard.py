"""What a watcher is not told: lost events, a stopped process, folders it may not watch."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent
from watchdog.observers import inotify_c

from convledger.ingest import watch as watch_module
from convledger.ingest.watch import Inbox
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
        os.kill(process.pid, signal.SIGSTOP)
        noise = bench.claude / "noise.txt"
        others = bench.claude / "others.txt"
        for _ in range(most // 2 + 500):  # two files by turns: else events of one run together
            noise.write_bytes(b"")
            others.write_bytes(b"")
        bench.append(bench.log, turns(2, 3))
        bench.write(other(bench, 2, folder="late"), turns(4, 4, of=session(2)))
        os.kill(process.pid, signal.SIGCONT)
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
