"""The app on a real terminal: what it writes is its own, whatever the logs say."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from tests.hostile import unsafe_in
from tests.hostile_home import make_hostile_home
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

# What Textual itself writes: colours, cursor, modes, the pointer, queries of abilities.
OWN = re.compile(
    r"\x1b\[[0-9;:]*m|\x1b\[[0-9;]*[HJKABCDGrtq]|\x1b\[\?[0-9;]*[hl]|\x1b\[\?[0-9;]*\$p"
    r"|\x1b\]22;[a-z-]*\x07|\x1b\[>[0-9;]*[uqmc]?|\x1b\[<u|\x1b\[=?[0-9;]*[cn]|\x1b[78=>]|\x1b\[\?u"
)


def foreign_in(output: bytes) -> list[str]:
    """Return what in a terminal's input neither Textual nor a picture of text would write."""
    text = OWN.sub("", output.decode("utf-8", "surrogateescape"))
    return unsafe_in(text.replace("\r", ""))


@pytest.fixture
def environment(own_home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TZ", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "TEXTUAL_ANIMATIONS": "none"}


@pytest.fixture
def terminal(environment: dict[str, str], own_home: Path) -> Iterator[Terminal]:
    make_hostile_home(own_home)
    with Ledger.open() as ledger:
        ledger.sync()
    terminal = Terminal(["-m", "convledger"], environment, (140, 45))
    yield terminal
    terminal.close()


def test_finder_finds_what_a_log_could_smuggle_in() -> None:
    assert foreign_in(b"\x1b[2;3Hfine \x1b[38;2;1;2;3mtext\x1b[0m") == []
    for bad in (b"\x1b]52;c;eA==\x07", b"\x1bPq", "\u202e".encode(), "\u009b2J".encode(), b"\x07"):
        assert foreign_in(b"a" + bad) != []


def test_app_ends_when_its_window_is_gone(environment: dict[str, str], own_home: Path) -> None:
    terminal = Terminal(["-m", "convledger"], environment)
    try:
        terminal.wait_for(rb"today")
        assert terminal.hang_up() != 0
    finally:
        terminal.close()


def test_no_screen_lets_anything_through(terminal: Terminal) -> None:
    terminal.wait_for(rb"today")
    terminal.quiet()
    tour = [
        *(b"\t", b"\x1b[B", b"\x1b[C", b"p", b"g", b"g", b"g", b"g", b"d"),
        *(b"2", b"\x1b[B", b"\x1b[F", b"\x1b[H", b"\t", b"\x1b[B", b"\t", b"s", b"s"),
        *(b"w", b"\x1b[B", b"\x1b", b"l", b"x", b"\x1b", b"f", b"ne", b"\r"),
        *(b"\r", b"z", b"\x1b[F", b"\x1b[H", b"n", b"n", b"\r", b"H", b"t", b"\x1b", b"w", b"\x1b"),
        *(b"f", b"needle\r", b"n", b"n", b"\x1b", b"\x1b", b"\x1b", b"x"),
        *(b"8", b"\t", b"\x1b[B", b"\r", b"\x1b", b"\t", b"\x1b[B", b"\r", b"\x1b", b"\t"),
        *(b"p", b"\x1b[B", b"1", b"\x1b", b"a", b"\x1b[B", b"\x1b", b"i", b"/", b"\x1b[B", b"\x1b"),
        *(b"/", b"needle", b"\x1b[B", b"\x1b[F", b"\r", b"\x1b", b"\x1b"),
        *(b"\x10", b"nee", b"\x1b", b"\x0f", b"\x1b", b"?", b"\x1b[B", b"\x1b"),
    ]
    for keys in tour:
        terminal.send(keys)
        terminal.quiet(0.15)
        assert terminal.process.poll() is None, terminal.text()[-3000:]
    assert "needle" in terminal.text()
    terminal.send(b"q")
    terminal.wait_end()

    assert foreign_in(terminal.bytes) == []
