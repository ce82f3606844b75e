"""Settings with mistakes, far too much, odd terminals: the app shows what it can and says why."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.tui.screens.help import HelpScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.start import made_app
from convledger.tui.widgets.dialog import Dialog
from tests.hostile import unsafe_in
from tests.ingest.logs import prompt, session
from tests.tui.fault_parts import (
    app_of,
    look,
    needs_pty,
    told,
)
from tests.tui.pilot import opened, press, screen_text, settled
from tests.tui.terminal import Terminal

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
