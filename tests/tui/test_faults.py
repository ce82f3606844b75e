"""Whatever happens around the app, it goes on and says in words what happened."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.clock import DAY, HOUR, SECOND
from convledger.config import Config
from convledger.ingest import watch
from convledger.ledger import Ledger
from convledger.store import connection as connection_module
from convledger.tui.app import ConvledgerApp
from convledger.tui.clock_watch import ClockWatch, Lapse
from convledger.tui.feeder import Feed
from convledger.tui.notices import MOST, Notice, Notices
from convledger.tui.screens.help import HelpScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.start import made_app
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.notice_line import NoticeLine
from tests.faults.test_trouble import without_privileges
from tests.hostile import unsafe_in
from tests.ingest.logs import Bench, prompt, reply, session, turns
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of
from tests.tui.terminal import Terminal

SECONDS = 30.0
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


def told(pilot: Pilot[None]) -> str:
    """Return the line of notices on the numbered screen that is shown, in one line."""
    place = app_of(pilot).place()
    assert place is not None
    line = place.query_one(NoticeLine)
    return " ".join(text_of(line).split()) if line.display else ""


async def look(pilot: Pilot[None]) -> None:
    """Let the app look at everything, as it does each second."""
    app_of(pilot)._look()
    await settled(pilot)


async def until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    """Wait for what a thread of the app or the file system brings about."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end, screen_text(pilot)
        await settled(pilot)


@asynccontextmanager
async def feeding(workspace: Path) -> AsyncIterator[Pilot[None]]:
    """Run the app with its feeder."""
    app = ConvledgerApp(workspace, Config(timezone="UTC", animation=False), now=lambda: NOW)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await settled(pilot)
        yield pilot


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A home with one log that is read, and its workspace."""
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.setattr(watch, "LOOK_EVERY", 0.05)
    monkeypatch.setattr("convledger.tui.feeder.RETRY_SECONDS", 0.05)
    made.write(made.log, turns(1, 3))
    made.sync()
    return made


def titles(workspace: Path, title: str) -> None:
    """Give all conversations a title, as another program does that writes into the ledger."""
    connection = sqlite3.connect(workspace / "ledger.db")
    with connection:
        connection.execute("UPDATE conversation SET title=?", (title,))
    connection.close()


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
        await until(pilot, lambda: "today $2.48" in screen_text(pilot))

        assert "can be read again" in screen_text(pilot)


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

        assert "#Acme" in screen_text(pilot)


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


async def test_deleted_workspace_is_told_and_filled_from_the_logs_again(bench: Bench) -> None:
    workspace = bench.ledger.workspace
    bench.ledger.close()
    async with feeding(workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        shutil.rmtree(workspace)
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


# ---- settings


@pytest.fixture
def settings(own_home: Path) -> Path:
    """A folder of settings with a mistake of each kind."""
    folder = own_home / ".config" / "convledger"
    (folder / "themes").mkdir(parents=True)
    shipped = Path(__file__).parents[2] / "themes" / "ledger-ink.toml"
    bad = re.sub(r'(?m)^accent = ".*"', 'accent = "reddish"', shipped.read_text())
    (folder / "themes" / "mine.toml").write_text(bad.replace("ledger-ink", "mine"))
    (folder / "config.toml").write_text(
        'config_version = 9\nfuture = "yes"\ntheme = "mine"\n'
        '[keys]\n"app.sources" = "q"\n"app.live" = "f5"\n'
    )
    return folder


async def test_every_mistake_in_the_settings_is_told_and_the_rest_used(
    studio: Path, settings: Path
) -> None:
    async with made_app(studio).run_test(size=(140, 45), notifications=True) as pilot:
        await settled(pilot)
        said = []
        for _ in range(5):
            said.append(told(pilot))
            await press(pilot, "escape")
        await press(pilot, "f5")

        assert "studio › Live" in screen_text(pilot)
    text = "\n".join(said)
    assert "config.toml: is of version 9, this program knows 1" in text
    assert "left out:" in text
    assert "future" in text
    assert 'mine.toml: line 6: "accent" is not a colour: "reddish"' in text
    assert "there is no theme 'mine'; ledger-ink is shown" in text
    assert "'q' is the key of app.quit already" in text
    assert said[-1]


async def test_theme_that_becomes_bad_while_it_is_shown_is_told(
    studio: Path, settings: Path
) -> None:
    (settings / "themes" / "mine.toml").unlink()
    async with opened(studio) as pilot:
        (settings / "themes" / "other.toml").write_text('name = "other"\ndark = 1\n')
        await look(pilot)

        assert "other.toml" in told(pilot)
        assert pilot.app.theme == "ledger-ink"


async def test_settings_that_cannot_be_written_are_told(studio: Path, own_home: Path) -> None:
    (own_home / "settings").write_text("a file where a folder should be")
    async with opened(studio, path=own_home / "settings" / "config.toml") as pilot:
        app_of(pilot).use_theme("ledger-paper")
        await settled(pilot)

        assert pilot.app.theme == "ledger-paper"
        assert "settings" in told(pilot)


# ---- too much


@pytest.fixture(scope="module")
def too_much(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of a conversation of 100,000 messages, a message of 10 MB, a title of marks."""
    folder = tmp_path_factory.mktemp("too_much")
    logs = folder / "logs" / "p"
    logs.mkdir(parents=True)
    one = prompt(1, "line -", of=session(1))
    ids = b"11111111-0000-4000-8000-000000000001", b"11111111-0000-4000-8000-%012d"
    with (logs / f"{session(1)}.jsonl").open("wb") as stream:
        for number in range(1, 100_001):
            line = one.replace(b"line -", b"line %d" % number)
            stream.write(line.replace(ids[0], ids[1] % number))
    large = prompt(300, f"Large: {'x' * 10_000_000} end", of=session(2))
    (logs / f"{session(2)}.jsonl").write_bytes(large.replace(b"11111111-", b"33333333-"))
    marked = prompt(200, "e" + "\u0301" * 5_000 + " marked", of=session(3))
    (logs / f"{session(3)}.jsonl").write_bytes(marked.replace(b"11111111-", b"44444444-"))
    with Ledger.open(folder / "books") as ledger:
        ledger.sync([("claude-code", folder / "logs")])
    return folder / "books"


async def test_titles_of_marks_are_cut_and_the_list_stays_whole(too_much: Path) -> None:
    async with opened(too_much, size=(100, 24)) as pilot:
        await press(pilot, "2")
        shown = screen_text(pilot)

        assert "3 conversations" in shown
        assert re.search("e\u0301{8}‹[0-9,]+ marks›", shown)
        assert unsafe_in(shown.replace("\n", "")) == []
        assert len(shown) < 40_000


async def test_message_of_ten_megabytes_opens_and_says_what_is_left_out(too_much: Path) -> None:
    async with opened(too_much, size=(100, 24)) as pilot:
        await press(pilot, "2", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ReaderScreen)
        assert "Large: xxx" in screen_text(pilot)
        await press(pilot, "end")
        assert "… 9.94 MB more; e exports all of it" in screen_text(pilot)
        await press(pilot, "y")

        assert "Copied the prompt: the first 1.00 MB of 10.0 MB" in screen_text(pilot)


async def test_conversation_of_100_000_messages_is_read_from_end_to_end(too_much: Path) -> None:
    async with opened(too_much, size=(100, 24)) as pilot:
        await press(pilot, "2", "down", "down", "enter")
        assert "100,000 messages" in screen_text(pilot)
        await press(pilot, "end")
        assert "line 100000" in screen_text(pilot)
        await press(pilot, "home")

        assert "line 1" in screen_text(pilot)


# ---- the terminal


@pytest.fixture
def terminal_of(own_home: Path) -> Iterator[Callable[..., Terminal]]:
    """Start programs on a pseudo-terminal of 200x40; they end with the test."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TZ", "LANG") if name in os.environ}
    project = str(Path(__file__).parents[2])
    environment = {**kept, "PYTHONPATH": project, "TEXTUAL_ANIMATIONS": "none"}
    begun: list[Terminal] = []

    def begin(arguments: list[str], **more: str) -> Terminal:
        begun.append(Terminal(arguments, {**environment, **more}, (200, 40)))
        return begun[-1]

    yield begin
    for terminal in begun:
        terminal.close()


@needs_pty
def test_no_color_is_obeyed_and_a_resized_terminal_is_filled(
    studio: Path, terminal_of: Callable[..., Terminal]
) -> None:
    terminal = terminal_of(["-m", "convledger", "--workspace", str(studio)], NO_COLOR="1")
    terminal.wait_for(b"Spend")
    terminal.send(b"2")
    terminal.wait_for(b"75 conversations")
    since = len(terminal.bytes)
    terminal.resize(40, 10)
    terminal.wait_for(b"Conversations", since=since)
    since = len(terminal.bytes)
    terminal.resize(180, 50)
    terminal.wait_for(b"75 conversations", since=since)
    terminal.send(b"q")
    assert terminal.wait_end() == 0

    exact = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")
    colours = set(exact.findall(terminal.bytes))
    assert colours
    assert [colour for colour in colours if len(set(colour)) > 1] == []
    others = re.findall(rb"\x1b\[([\d;]*)m", exact.sub(b"", terminal.bytes))
    assert [
        one for one in others if re.search(rb"(^|;)(3[1-6]|4[1-6]|9[1-6]|[34]8)(;|$)", one)
    ] == []


# ---- help and typing


async def test_f1_explains_a_dialog_and_comes_back_to_it(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "2")
        for key, title in (("l", "Help · Label"), ("slash", "Help · Search")):
            await press(pilot, key)
            dialog = pilot.app.screen
            assert isinstance(dialog, Dialog)
            await press(pilot, "f1")
            assert isinstance(pilot.app.screen, HelpScreen)
            shown = screen_text(pilot)
            await press(pilot, "escape")
            assert pilot.app.screen is dialog
            await press(pilot, "escape")

            assert title in shown
            assert re.search(r"esc\b.* Back", shown)
            assert "Keys in this dialog" in shown
            assert "Keys everywhere" not in shown


async def test_footer_names_no_key_that_is_a_letter_where_one_types(studio: Path) -> None:
    async with opened(studio, size=(100, 24)) as pilot:
        for keys in (("2", "f"), ("enter", "f")):
            await press(pilot, *keys)
            typed = pilot.app.focused
            assert isinstance(typed, Input)
            foot = screen_text(pilot).splitlines()[-1]
            assert "Search" not in foot
            assert "f1 Help" in foot
            await pilot.press("slash")
            assert typed.value == "/"
            await press(pilot, "backspace", "escape")

            assert "/ Search" in screen_text(pilot).splitlines()[-1]
