"""The last line names the keys that work here, and a click on one presses it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.tui.widgets.keys_line import KeysLine, ShownKey, fitting
from tests.tui.memory_parts import memory_in, remembered
from tests.tui.pilot import opened, press, settled


def key(label: str, action: str = "") -> ShownKey:
    return ShownKey("x", "x", label, action or label, "", enabled=True)


KEYS = [key("Open"), key("Filter"), key("Help", "help"), key("Quit")]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (100, ["Open", "Filter", "Help", "Quit"]),
        (36, ["Open", "Filter", "Help", "Quit"]),
        (35, ["Open", "Filter", "Help"]),
        (20, ["Open", "Help"]),
        (10, ["Help"]),
        (3, []),
    ],
)
def test_keys_without_room_are_left_out_and_help_last(cells: int, labels: list[str]) -> None:
    kept, is_cut = fitting(KEYS, cells)

    assert [one.label for one in kept] == labels
    assert is_cut == (len(labels) < len(KEYS))


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (100, ["Open", "Export", "Filter", "Measure", "Help", "Quit"]),
        (50, ["Open", "Export", "Filter", "Help", "Quit"]),
        (40, ["Open", "Filter", "Help", "Quit"]),
    ],
)
def test_spare_keys_are_shown_only_beside_all_others(cells: int, labels: list[str]) -> None:
    spare = [replace(key(name), is_spare=True) for name in ("Export", "Measure")]
    kept, is_cut = fitting([KEYS[0], spare[0], KEYS[1], spare[1], *KEYS[2:]], cells)

    assert [one.label for one in kept] == labels
    assert not is_cut


def line_of(pilot: Pilot[None]) -> str:
    widget = pilot.app.screen.query_one(KeysLine)
    return widget.render_line(0).text.rstrip()


async def test_line_follows_the_focus(studio: Path) -> None:
    async with opened(studio, size=(120, 36)) as pilot:
        await press(pilot, "2")
        rows = line_of(pilot)
        await press(pilot, "f")

        assert rows.startswith(" ⏎ Open   f Filter")
        assert rows.endswith("q Quit")
        assert line_of(pilot) != rows


async def test_click_presses_the_key_under_the_pointer(studio: Path) -> None:
    async with opened(studio, size=(120, 36)) as pilot:
        await press(pilot, "2")
        place = line_of(pilot).index("/ Search")
        await pilot.click(KeysLine, offset=(place + 3, 0))
        await settled(pilot)

        assert type(pilot.app.screen).__name__ == "SearchScreen"


async def test_click_beside_the_keys_does_nothing(studio: Path) -> None:
    async with opened(studio, size=(120, 36)) as pilot:
        await press(pilot, "2")
        before = pilot.app.screen
        await pilot.click(KeysLine, offset=(119, 0))
        await settled(pilot)

        assert pilot.app.screen is before


async def test_what_is_cut_is_said(studio: Path) -> None:
    async with opened(studio, size=(40, 10)) as pilot:
        await press(pilot, "2")

        assert line_of(pilot).endswith("f1 Help …")


@pytest.mark.parametrize(("size", "has_packs"), [((80, 24), False), ((120, 36), True)])
async def test_memory_says_how_to_review_and_how_to_leave(
    studio: Path, size: tuple[int, int], has_packs: bool
) -> None:
    remembered(studio)
    async with opened(studio, size=size) as pilot:
        await memory_in(pilot)
        line = line_of(pilot)

        assert all(each in line for each in (" v Review ", " e Edit ", "f1 Help", " q Quit"))
        assert ("p Packs" in line) is has_packs
