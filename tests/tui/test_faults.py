"""Whatever happens around the app, it goes on and says in words what happened."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.clock import DAY, HOUR, SECOND
from convledger.ledger import Ledger
from convledger.store import connection as connection_module
from convledger.tui.clock_watch import ClockWatch, Lapse
from convledger.tui.feeder import Feed
from convledger.tui.notices import MOST, Notice, Notices
from convledger.tui.widgets.notice_line import NoticeLine
from tests.faults.test_trouble import without_privileges
from tests.ingest.logs import Bench, prompt, reply, session, turns
from tests.tui.fault_parts import (
    app_of,
    delete,
    feeding,
    look,
    needs_pty,
    told,
    until,
    watched_bench,
)
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of
from tests.tui.terminal import Terminal


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return watched_bench(tmp_path, monkeypatch)


# ---- notices


def test_what_lasts_is_told_once_until_it_is_over() -> None:
    notices = Notices()
    locked = Notice("ledger", "locked", lasts=True)

    assert notices.tell(locked)
    assert not notices.tell(locked)
    notices.put_away()
    assert not notices.tell(locked)
    assert notices.shown() == (None, 0)
    assert notices.settle("ledger")
    assert not notices.settle("ledger")
    assert notices.tell(locked)


def test_what_happens_again_is_told_again_when_it_was_read() -> None:
    notices = Notices()
    failed = Notice("label", "locked")

    assert notices.tell(failed)
    assert not notices.tell(failed)
    notices.put_away()
    assert notices.tell(failed)


def test_a_later_notice_takes_the_place_of_one_about_the_same() -> None:
    notices = Notices()
    for words in ("gone", "not readable"):
        notices.tell(Notice("root", words))
    notices.tell(Notice("clock", "set back"))

    assert notices.shown() == (Notice("clock", "set back"), 1)
    assert notices.shown(without_watch=True) == (Notice("clock", "set back"), 0)
    notices.put_away()
    assert notices.shown() == (Notice("root", "not readable"), 0)


def test_only_so_many_notices_are_kept() -> None:
    notices = Notices()
    for number in range(MOST + 5):
        notices.tell(Notice(str(number), f"fault {number}"))

    assert notices.shown()[1] == MOST - 1


async def test_a_notice_stands_on_every_screen_until_it_is_put_away(studio: Path) -> None:
    async with opened(studio) as pilot:
        app_of(pilot).notice("a", "the first thing")
        app_of(pilot).notice("b", "the \x1b[2Jsecond [bold]thing", severity="error")
        for keys in ("8", "2", "enter", "escape"):
            await press(pilot, keys)
            assert told(pilot) == "▲ the ␛[2Jsecond [bold]thing · 1 more · esc puts it away"
        await press(pilot, "escape")
        assert told(pilot) == "▲ the first thing · esc puts it away"
        await press(pilot, "escape")
        assert told(pilot) == ""
        await press(pilot, "2")
        assert told(pilot) == ""


async def test_what_the_watcher_said_is_told_by_screens_that_come_later(studio: Path) -> None:
    async with opened(studio) as pilot:
        words = "/srv/logs: can't be watched"
        app_of(pilot)._fed(Feed("live", words=words))
        app_of(pilot)._fed(Feed("reading"))
        app_of(pilot)._fed(Feed("live"))
        await press(pilot, "2")
        assert words in told(pilot)
        await press(pilot, "8")

        assert screen_text(pilot).splitlines()[1].strip() == f"● live  ▲ {words}"
        assert told(pilot) == ""


async def test_a_notice_keeps_to_few_lines_and_shows_where_it_is_cut(studio: Path) -> None:
    async with opened(studio, size=(40, 10)) as pilot:
        app_of(pilot).notice("a", "a long path " * 20)
        await settled(pilot)
        line = app_of(pilot).screen.query_one(NoticeLine)

        assert line.size.height == 2
        assert text_of(line).endswith("…")
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        assert "…" not in text_of(line)
        assert " ".join(text_of(line).split()).count("a long path") == 20


# ---- the ledger


async def test_what_another_process_imports_appears(
    studio: Path, tmp_path: Path, own_home: Path
) -> None:
    import subprocess

    log = tmp_path / "export" / f"{session(5)}.jsonl"
    log.parent.mkdir()
    log.write_bytes(prompt(1, "Imported elsewhere", of=session(5)) + reply(1, of=session(5)))
    async with opened(studio) as pilot:
        await press(pilot, "2")
        await look(pilot)
        command = [sys.executable, "-m", "convledger", "--workspace", str(studio), "import"]
        subprocess.run([*command, str(log)], check=True, capture_output=True)
        await look(pilot)
        await until(pilot, lambda: "76 conversations" in screen_text(pilot))


async def test_damaged_ledger_is_told_once_and_read_when_it_is_well(studio: Path) -> None:
    whole = (studio / "ledger.db").read_bytes()
    (studio / "ledger.db").write_bytes(b"not a database" * 1000)
    async with opened(studio) as pilot:
        app = app_of(pilot)
        assert "▲ ledger.db: it is damaged. Move it aside" in told(pilot)
        app.clear_notifications()
        for _ in range(3):
            await look(pilot)
        assert len(app._notifications) == 0
        await press(pilot, "escape")
        await look(pilot)
        assert told(pilot) == ""
        await press(pilot, "2", "1")
        (studio / "ledger.db").write_bytes(whole)
        await look(pilot)
        await until(pilot, lambda: "can be read again" in screen_text(pilot))
        await until(pilot, lambda: "today $2.48" in screen_text(pilot))


async def test_ledger_that_another_program_keeps_to_itself_is_told(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.0)
    other = sqlite3.connect(studio / "ledger.db", isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    async with opened(studio) as pilot:
        assert "another program holds it locked" in told(pilot)
        await press(pilot, "2", "enter", "1")
        await look(pilot)
        other.close()
        await look(pilot)
        await until(pilot, lambda: "today $2.48" in screen_text(pilot))

        assert told(pilot) == ""


async def test_ledger_locked_for_writing_can_be_read_and_says_why_a_change_fails(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.0)
    async with opened(studio) as pilot:
        other = sqlite3.connect(studio / "ledger.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        await press(pilot, "2", "l")
        await pilot.press(*"Acme")
        await press(pilot, "enter")
        assert "another program holds it locked" in screen_text(pilot)
        await press(pilot, "escape", "down")
        assert "Waiting list for Saturdays" in screen_text(pilot)
        other.execute("ROLLBACK")
        other.close()
        await press(pilot, "l")
        await pilot.press(*"Acme")
        await press(pilot, "enter")

        await until(pilot, lambda: "#Acme" in screen_text(pilot))
        assert told(pilot) == ""


async def test_locked_while_logs_grow_is_trouble_until_the_lock_is_gone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.0)
    async with feeding(bench.ledger.workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        other = sqlite3.connect(bench.ledger.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        bench.append(bench.log, turns(4, 5))
        await until(pilot, lambda: "another program holds it locked" in told(pilot))
        other.execute("ROLLBACK")
        other.close()
        await until(pilot, lambda: not told(pilot))
        await press(pilot, "2")
        await until(pilot, lambda: "5 calls" in screen_text(pilot))

        assert "locked" not in screen_text(pilot)


async def test_deleted_workspace_is_told_and_filled_from_the_logs_again(bench: Bench) -> None:
    workspace = bench.ledger.workspace
    bench.ledger.close()
    async with feeding(workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        delete(workspace)
        await look(pilot)
        assert "ledger.db was deleted or replaced; it is opened anew" in told(pilot)
        await press(pilot, "2")
        await until(pilot, lambda: "3 calls" in screen_text(pilot))

        assert (workspace / "ledger.db").exists()


@needs_pty
@pytest.mark.parametrize("what", ["folder", "file"])
def test_read_only_workspace_is_told_and_the_app_goes_on(
    studio: Path, terminal_of: Callable[..., Terminal], what: str
) -> None:
    sizes = {path.name: path.stat().st_size for path in studio.iterdir()}
    for path in studio.iterdir():
        path.chmod(0o400)
    if what == "folder":
        studio.chmod(0o500)
    command = without_privileges(sys.executable, "-m", "convledger", "--workspace", str(studio))
    through = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    terminal = terminal_of(["-c", through, *command])
    try:
        terminal.wait_for(rb"can't be (written|opened)|Permission denied")
        since = len(terminal.bytes)
        terminal.send(b"2")
        terminal.wait_for(b"Conversations", since=since)
        terminal.send(b"q")
        assert terminal.wait_end() == 0
    finally:
        studio.chmod(0o700)
    assert {path.name: path.stat().st_size for path in studio.iterdir() if path.name in sizes} == (
        sizes
    )


async def test_failure_of_a_question_is_told_and_the_app_goes_on(studio: Path) -> None:
    def fails(_: Ledger) -> None:
        raise PermissionError(13, "Permission denied", "/books/prices.toml")

    async with opened(studio) as pilot:
        app_of(pilot).ask("bad", fails, lambda _: None)
        await settled(pilot)
        assert told(pilot).startswith("▲ /books/prices.toml: Permission denied")
        app_of(pilot).ask("bad", lambda ledger: ledger.connection.execute("x"), lambda _: None)
        await settled(pilot)
        assert 'near "x": syntax error' in told(pilot)
        await press(pilot, "2")

        assert "Waiting list for Saturdays" in screen_text(pilot)


# ---- folders of logs


async def test_vanished_folder_is_told_and_read_again_when_it_is_back(bench: Bench) -> None:
    away = bench.home / "away"
    async with feeding(bench.ledger.workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        bench.claude.rename(away)
        gone = "~/.claude/projects is gone; what was read from it is kept"
        await until(pilot, lambda: gone in told(pilot))
        await press(pilot, "2")
        assert gone in told(pilot)
        assert "3 calls" in screen_text(pilot)
        away.rename(bench.claude)
        await until(pilot, lambda: not told(pilot))
        bench.append(bench.log, turns(4, 5))
        await until(pilot, lambda: "5 calls" in screen_text(pilot))


# ---- time


class Clocks:
    """A clock that can be set, and one that counts seconds."""

    def __init__(self) -> None:
        self.now, self.passed = NOW, 1000.0
        self.watch = ClockWatch(lambda: self.now, lambda: self.passed)

    def go_on(self, seconds: float, *, jump: int = 0) -> Lapse | None:
        """Let time go by, and the clock jump by microseconds; look."""
        self.passed += seconds
        self.now += int(seconds * SECOND) + jump
        return self.watch.look()


def test_clock_watch_tells_sleep_from_a_clock_that_was_set() -> None:
    clocks = Clocks()

    assert clocks.go_on(1.0) is None
    assert clocks.go_on(12.0, jump=5 * SECOND) is None
    assert clocks.go_on(3600.0) == Lapse(slept=HOUR)
    assert clocks.go_on(1.0, jump=3 * DAY) == Lapse(jumped=3 * DAY)
    assert clocks.go_on(1.0, jump=-HOUR) == Lapse(jumped=-HOUR)
    assert clocks.go_on(7200.0, jump=-HOUR) == Lapse(slept=2 * HOUR, jumped=-HOUR)
    assert clocks.go_on(1.0) is None


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def follow(pilot: Pilot[None], clocks: Clocks) -> None:
    """Let the app live by these clocks."""
    app = app_of(pilot)
    app.now = lambda: clocks.now
    app._lookout.clock = clocks.watch


def shows(pilot: Pilot[None], words: str) -> bool:
    return words in screen_text(pilot)


async def test_suspended_machine_is_told_and_the_logs_looked_at(
    studio: Path, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        app, looked = app_of(pilot), list[str]()
        monkeypatch.setattr(app.feeder, "look", lambda: looked.append("looked"))
        follow(pilot, clocks)
        clocks.passed, clocks.now = clocks.passed + 7 * 3600, NOW + 7 * HOUR
        await look(pilot)

        assert "For 7 h the machine slept or the app was held up; the logs are" in told(pilot)
        assert looked == ["looked"]
        await until(pilot, lambda: "The last one was 7 h ago." in screen_text(pilot))


async def test_clock_that_jumps_is_told_and_every_screen_follows_it(
    studio: Path, clocks: Clocks
) -> None:
    far = int(datetime(2199, 1, 1, tzinfo=UTC).timestamp()) * SECOND
    async with opened(studio, size=(100, 24)) as pilot:
        follow(pilot, clocks)
        for to, words, today in (
            (NOW + 2 * DAY, "The clock was set forward by 2 days; today and all", "$0.00"),
            (NOW - 3 * DAY, "The clock was set back by 5 days; today and all", "$0.11"),
            (0, "The clock was set back by 56 years", "$0.00"),
            (far, "The clock was set forward by 229 years", "$0.00"),
            (NOW, "The clock was set back by 172 years", "$2.48"),
        ):
            clocks.now = to
            await look(pilot)
            await until(pilot, partial(shows, pilot, f"today {today}"))
            assert words in told(pilot)
            if to in (0, far):
                await press(pilot, "2", "8", "1")
