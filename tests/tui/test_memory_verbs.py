"""What a person does to entries on the screen Memory: verbs, undo, an editor of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.clock import DAY
from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.memory.words import ACTIVE, ARCHIVED, PROPOSED, SNOOZED
from convledger.tui.widgets.memory_facets import MemoryFacets
from tests.tui.memory_parts import (
    FRIDAYS,
    RATES,
    VPN,
    entry_of,
    memory_in,
    opened,
    remembered,
    stand_on,
    state,
)
from tests.tui.pilot import NOW, press, said, screen_text, settled, text_of

NIGHT = "Night trains belong to the day they left"
TESTS = "Tests run with -n auto"
WIDE = (140, 45)


# ---- verbs


VERBS: list[tuple[str, str, Callable[[str], bool]]] = [
    ("x", FRIDAYS, lambda now: now == ARCHIVED),
    ("a", TESTS, lambda now: now == ACTIVE),
    ("y", RATES, lambda now: now == ACTIVE),
]


@pytest.mark.parametrize(("key", "title", "wanted"), VERBS)
async def test_one_key_does_a_verb_and_u_takes_it_back_on_disk(
    studio: Path, key: str, title: str, wanted: Callable[[str], bool]
) -> None:
    ids = remembered(studio)
    before = entry_of(studio, ids[title])
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[title])
        await press(pilot, key)
        await settled(pilot)

        assert wanted(state(studio, ids[title]))
        assert "u takes it back" in screen_text(pilot)
        await press(pilot, "u")
        await settled(pilot)
        assert entry_of(studio, ids[title]) == before
        assert f"Undone: “{title}”" in screen_text(pilot)


async def test_what_an_earlier_sitting_did_can_be_taken_back(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await press(pilot, "u")
        await settled(pilot)

        assert state(studio, ids[RATES]) == ACTIVE
        assert f"Undone: snoozed {RATES}, 1 day ago" in screen_text(pilot)


async def test_verbs_work_on_all_marked_rows_as_one_change(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        screen = await memory_in(pilot)
        await press(pilot, "space", "space", "x")
        await settled(pilot)

        assert [state(studio, ids[each]) for each in (TESTS, NIGHT)] == [ARCHIVED] * 2
        assert "2 entries archived" in screen_text(pilot)
        assert not screen.rows.marks
        await press(pilot, "u")
        await settled(pilot)
        assert [state(studio, ids[each]) for each in (TESTS, NIGHT)] == [PROPOSED, ACTIVE]


async def test_x_takes_archived_entries_back(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        screen.query_one(MemoryFacets).focus()
        await press(pilot, "down", "down", "down", "enter", "escape", "x")
        await settled(pilot)

        assert state(studio, ids[VPN]) == ACTIVE


async def test_a_memory_that_is_all_archived_says_so(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        entry, _ = ledger.memory.remember(Draft("Old news"), NOW)
        ledger.memory.archive([entry.id], NOW)
    async with opened(studio) as pilot:
        screen = await memory_in(pilot)

        assert "All entries are archived." in text_of(screen.rows)


async def test_accept_says_that_nothing_waits_for_it(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        await press(pilot, "a")
        await settled(pilot)

        assert "only proposed entries" in screen_text(pilot)


@pytest.mark.parametrize(("key", "days"), [("1", 7), ("2", 30), ("3", 91)])
async def test_snooze_asks_for_how_long(studio: Path, key: str, days: int) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        await press(pilot, "s", key)
        await settled(pilot)
        found = entry_of(studio, ids[FRIDAYS])

        assert (found.state, found.review_at) == (SNOOZED, NOW + days * DAY)


async def test_the_footer_offers_to_accept_what_is_proposed(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[TESTS])
        assert "a Accept" in screen_text(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        assert "a Accept" not in screen_text(pilot)
        assert "y Still true" in screen_text(pilot)


async def test_the_review_opens_from_memory(studio: Path) -> None:
    remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await press(pilot, "v")
        await settled(pilot)

        assert type(pilot.app.screen).__name__ == "ReviewScreen"


# ---- an editor of one's own


def with_editor(
    monkeypatch: pytest.MonkeyPatch, pilot: Pilot[None], tmp_path: Path, code: str
) -> None:
    """Let EDITOR be a program that changes the file."""
    program = tmp_path / "edit.py"
    program.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{code}\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f'"{sys.executable}" "{program}"'.replace("\\", "/"))
    monkeypatch.setattr(pilot.app, "suspend", nullcontext)


async def test_ones_own_editor_makes_the_next_version(
    studio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        change = "path.write_text(path.read_text().replace('15:00', '16:00'))"
        with_editor(monkeypatch, pilot, tmp_path, change)
        await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        await press(pilot, "E")
        await settled(pilot)
        found = entry_of(studio, ids[FRIDAYS])

        assert "before 16:00" in found.body
        assert (found.title, found.version) == (FRIDAYS, 3)
        await press(pilot, "u")
        await settled(pilot)
        assert "before 15:00" in entry_of(studio, ids[FRIDAYS]).body


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit(3)", "ended with 3: nothing was changed"),
        ("path.unlink()", "left no file"),
        ("path.write_bytes(b'\\xff\\xfe')", "no UTF-8"),
        ("path.write_text('')", "no text below its title"),
        ("pass", "Nothing was changed."),
    ],
)
async def test_an_editor_that_fails_changes_nothing(
    studio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    ids = remembered(studio)
    before = entry_of(studio, ids[FRIDAYS])
    async with opened(studio) as pilot:
        with_editor(monkeypatch, pilot, tmp_path, code)
        await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        await press(pilot, "E")
        await settled(pilot)

        assert words in said(pilot)
        assert entry_of(studio, ids[FRIDAYS]) == before


async def test_without_an_editor_it_says_how_to_name_one(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(studio)
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await press(pilot, "E")
        await settled(pilot)

        assert "set EDITOR" in said(pilot)
