"""An erasure in the app that is stopped, blocked, out of room or killed is finished later."""

from __future__ import annotations

import errno
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.memory import erase_file
from convledger.store import scrubbing
from convledger.tui.desk import Desk
from tests.faults.conftest import PROJECT
from tests.faults.test_erase_killed import is_there
from tests.ingest.logs import prompt, reply, session, turns
from tests.tui.erase_parts import (
    agree,
    at_the_log,
    at_the_sweep,
    dialog,
    says,
    sound,
    states,
    stop,
)
from tests.tui.fault_parts import app_of, feeding, look, told, until, watched_bench
from tests.tui.memory_parts import FRIDAYS, listed, memory_in, remembered, stand_on
from tests.tui.pilot import opened, press, screen_text, settled

SMOKE = "after the smoke test"
CUT = "▲ An erasure was cut short: its rows are deleted"


@pytest.fixture
def entry(studio: Path) -> int:
    return remembered(studio)[FRIDAYS]


async def begin(pilot: Pilot[None], entry: int) -> None:
    """Have an entry erased."""
    await memory_in(pilot)
    await stand_on(pilot, entry)
    await press(pilot, "D")
    await agree(pilot, 1)


async def finish(pilot: Pilot[None], workspace: Path) -> None:
    """Try again, and see that it is done and all else is well."""
    await press(pilot, "r")
    assert "✓ Verified: none of" in says(pilot)
    await press(pilot, "escape")
    assert states(workspace) == ["done"]
    assert not is_there(workspace, SMOKE)
    assert not list(workspace.glob("ledger.db.erasing-*"))
    assert sound(workspace)


# ---- the app's own readers


async def test_questions_wait_while_the_log_is_emptied_and_one_under_way_is_waited_for(
    studio: Path, entry: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        app, reads, may_end, answered = app_of(pilot), Event(), Event(), Event()

        def read(ledger: Ledger) -> int:
            rows = ledger.connection.execute("SELECT id FROM message")
            rows.fetchone()
            reads.set()
            may_end.wait(10)
            return len(rows.fetchall())

        def ask() -> None:
            app.desk.ask("meanwhile", lambda _: answered.set(), lambda _: None)
            seen.append(answered.wait(0.05))
            may_end.set()

        seen: list[bool] = []
        await memory_in(pilot)
        await stand_on(pilot, entry)
        await press(pilot, "D", "1")
        app.side_desk.ask("long", read, lambda _: None)
        assert reads.wait(10)
        at_the_log(monkeypatch, ask)
        dialog(pilot).begin()
        await settled(pilot)

        assert seen == [False]
        assert answered.is_set()
        assert "✓ Verified" in says(pilot)


def test_a_desk_that_rests_answers_afterwards(tmp_path: Path) -> None:
    answered = Event()
    desk = Desk(tmp_path / "books", lambda then: then(), lambda _: None)
    desk.rest(True)
    desk.ask("a", lambda _: None, lambda _: answered.set())
    assert not answered.wait(0.05)
    assert not desk.is_idle
    desk.rest(False)

    assert answered.wait(10)
    desk.close()


async def test_the_logs_are_read_on_and_bring_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = watched_bench(tmp_path, monkeypatch)
    secret = bench.claude / "bakery" / f"{session(2)}.jsonl"
    said = prompt(101, "Zanzibar quokka", of=session(2)) + reply(102, "Noted.", of=session(2))
    bench.write(secret, said)
    bench.sync()
    async with feeding(bench.ledger.workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        at_the_log(monkeypatch, lambda: bench.append(bench.log, turns(4, 5)))
        app = app_of(pilot)
        app.open_conversation(bench.ledger.conversation(session(2)).id)
        await settled(pilot)
        await press(pilot, "home", "D", "up", "space", "1", "enter")
        assert "✓ Verified" in says(pilot)
        bench.append(secret, reply(103, "Zanzibar it is.", of=session(2)))
        await press(pilot, "escape", "2")
        await until(pilot, lambda: "5 calls" in screen_text(pilot))
        await until(pilot, lambda: app.feed.state == "live")
    assert not is_there(bench.ledger.workspace, "zanzibar")


# ---- cut short


READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM message").fetchone()
print("reading", flush=True)
sys.stdin.read()
"""


@contextmanager
def reading(workspace: Path) -> Iterator[int]:
    """Let another program read the ledger; yields its number."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(workspace / "ledger.db")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def fails(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, error: Exception) -> None:
    """Let a function fail once."""
    works = getattr(module, name)

    def failing(*_: Any) -> None:
        monkeypatch.setattr(module, name, works)
        raise error

    monkeypatch.setattr(module, name, failing)


async def test_whatever_comes_between_is_told_and_a_key_goes_on(
    studio: Path, entry: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        app_of(pilot).eraser.WAIT = 0.0
        no_room = OSError(errno.ENOSPC, "No space left on device")
        fails(monkeypatch, erase_file, "write", no_room)
        await begin(pilot, entry)
        assert "No space left on device" in says(pilot)
        assert "nothing was erased" in says(pilot)

        at_the_sweep(monkeypatch, lambda: stop(pilot))
        await press(pilot, "r")
        assert says(pilot).startswith("▲ it was stopped.")
        assert is_there(studio, SMOKE)
        assert states(studio) == []

        full = sqlite3.OperationalError("database or disk is full")
        fails(monkeypatch, scrubbing, "merge_index", full)
        await press(pilot, "r")
        assert "▲ Not finished: " in says(pilot)
        assert "the disk is full; nothing was lost" in says(pilot)
        assert states(studio) == ["pending"]

        with reading(studio) as process:
            await press(pilot, "r")
            who = f"({process}) is reading" if sys.platform == "linux" else "is reading"
            assert who in says(pilot)

        at_the_log(monkeypatch, lambda: stop(pilot))
        await press(pilot, "r")
        assert "▲ Not finished: it was stopped." in says(pilot)
        assert "→ r tries again now" in says(pilot)
        await press(pilot, "escape")
        assert CUT in told(pilot)
        assert FRIDAYS not in screen_text(pilot)

        await press(pilot, "ctrl+e")
        await finish(pilot, studio)
        assert "done, verified" in screen_text(pilot)
        await press(pilot, "r")
        assert "Every erasure is finished." in screen_text(pilot)
        assert told(pilot) == ""


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from convledger.memory.erase import Wanted
from convledger.store import scrubbing
from tests.tui.pilot import app_on

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

scrubbing.empty_log = die

async def main():
    app = app_on(Path(sys.argv[1]))
    async with app.run_test(size=(80, 24)):
        work = app.eraser.erase(Wanted(entries=(int(sys.argv[2]),)))
        app.eraser.begin(work, lambda *_: None, lambda *_: None)
        await asyncio.sleep(20)

asyncio.run(main())
"""


async def test_killed_in_the_middle_the_next_start_says_so_and_finishes_it(
    studio: Path, entry: int
) -> None:
    command = [sys.executable, "-c", KILLED, str(studio), str(entry)]
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=60, check=False)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert list(studio.glob("ledger.db.erasing-*"))
    async with opened(studio) as pilot:
        assert CUT in told(pilot)
        screen = await memory_in(pilot)
        assert FRIDAYS not in listed(screen)
        await press(pilot, "ctrl+e")
        assert "r finishes it" in screen_text(pilot)

        await finish(pilot, studio)
        await press(pilot, "escape")
        await look(pilot)
        assert told(pilot) == ""
