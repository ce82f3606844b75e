"""Nothing that could act on a terminal passes the guard."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from convledger.tui.guard import TerminalGuard

BLACK = Color(0, 0, 0)
BAD = [
    *map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u2066", "\u200b", "\u200e",
    "\u2028", "\ufeff", "\ud800", "\U000e0041", "\u061c",
]  # fmt: skip


@pytest.mark.parametrize("character", BAD, ids=ascii)
def test_unsafe_character_becomes_a_dot(character: str) -> None:
    (segment,) = TerminalGuard().apply([Segment(f"a{character}b", Style(bold=True))], BLACK)

    assert segment.text == "a·b"
    assert segment.style == Style(bold=True)


def test_clean_line_is_handed_on_as_it_is() -> None:
    line = [Segment("$7.20 – é 漢 👍"), Segment("│")]

    assert TerminalGuard().apply(line, BLACK) is line
