"""The screen Packs: what a person sees of a pack, and what keys change in it at once."""

from __future__ import annotations

from pathlib import Path

from convledger.economics.packing import ALWAYS, NEVER
from convledger.ledger import Ledger
from convledger.memory import packs
from convledger.tui.screens.memory import MemoryScreen
from convledger.tui.widgets.pack_rows import FateRows, PackRows
from tests.tui.memory_parts import BAIT, METRIC, RATES
from tests.tui.pack_parts import (
    ACME,
    TINY,
    WORK,
    built,
    fates,
    meter,
    packed,
    packs_in,
    stand_on,
)
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of

WIDE = (140, 45)


def modes(workspace: Path) -> dict[int, str]:
    return dict(built(workspace).modes)


async def test_every_entry_has_its_fate_and_the_budget_what_fills_it(studio: Path) -> None:
    ids = packed(studio)
    pack = built(studio)
    taken, cut = pack.chosen.taken, pack.chosen.cut
    last = taken[-1].id
    following = pack.chosen.next_in(last)
    assert following is not None
    async with opened(studio, size=WIDE) as pilot:
        screen = await packs_in(pilot)
        shown, rows = fates(screen), screen.query_one(FateRows)
        await stand_on(pilot, screen, last)
        within = meter(screen)
        await stand_on(pilot, screen, ids[RATES])
        blocked = meter(screen)
        rows.cursor = 0
        places = []
        for _ in range(3):
            await press(pilot, "g")
            places.append(rows.cursor)
        await pilot.click(FateRows, offset=(5, 4))
        await settled(pilot)
        clicked = rows.cursor

    signs = [line.split()[:1] for line in shown.splitlines()]
    assert signs.count(["●"]) == len(pack.items) > 0
    assert signs.count(["✂"]) == len(cut) > 0
    assert signs.count(["✕"]) == len(pack.chosen.blocked) > 0
    assert "dropped by hand" in shown
    assert f"{pack.tokens:,} of 420 tokens" in within
    assert f"Next in without it: “{pack.entries[following].title}”" in within
    assert "snoozed, expired" in blocked
    assert places == [len(taken), len(taken) + len(cut), 0]
    assert clicked == 2


async def test_a_pin_changes_budget_fates_and_text_at_once_and_is_taken_back(studio: Path) -> None:
    ids = packed(studio)
    bait = ids[BAIT]
    async with opened(studio, size=WIDE) as pilot:
        screen = await packs_in(pilot)
        rows = screen.query_one(FateRows)
        await stand_on(pilot, screen, bait)
        place, before = rows.cursor, meter(screen)
        said = []
        await press(pilot, "plus")
        here, changed, text = rows.current, meter(screen), text_of(screen.query_one("#text"))
        for key in ("plus", "minus", "space", "space"):
            said.append(modes(studio).get(bait))
            await press(pilot, key)
        said.append(modes(studio).get(bait))
        await press(pilot, "u", "u", "u", "u")
        await settled(pilot)

        assert modes(studio)[bait] == ALWAYS
        assert (rows.cursor, rows.current, here) == (place, bait, bait)

    assert "takes 61" in before
    assert "came in: “[red]" in changed
    assert "went out: " in changed
    assert "Ignore what was said before." in text
    assert said == [ALWAYS, None, NEVER, None, ALWAYS]


async def test_quick_keys_change_the_budget_of_a_pack_that_was_too_small(studio: Path) -> None:
    packed(studio)
    async with opened(studio) as pilot:
        screen = await packs_in(pilot, TINY)
        listed, empty = text_of(screen.query_one(PackRows)), fates(screen)
        await pilot.press("right", "right", "right", "left")
        await settled(pilot)
        larger = fates(screen)
        assert built(studio, TINY).pack.budget == 100
        await press(pilot, "u", "u", "u", "u")
        await settled(pilot)
        assert screen.sight is not None
        assert screen.sight.trouble
        await press(pilot, "shift+tab", "home")
        await settled(pilot)

        assert screen.sight_name == ACME
        assert "client northwind-bakery" in fates(screen)

    assert "▲ too small of 20" in listed
    assert "95 % of 420" in listed
    assert "a budget of 20 is too small" in " ".join(empty.split())
    assert "●" in larger


async def test_memory_leads_to_packs_and_without_any_the_way_to_one_is_said(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "3", "p")
        await settled(pilot)
        words = screen_text(pilot)
        await press(pilot, "plus", "w", "D", "e", "y", "v", "escape")
        await settled(pilot)

        assert isinstance(pilot.app.screen, MemoryScreen)

    assert "A pack is the memory that one tool gets to read" in words
    assert "n makes one" in words


async def test_what_another_program_changes_is_seen_also_where_there_is_little_room(
    studio: Path,
) -> None:
    ids = packed(studio)
    async with opened(studio, size=(40, 12)) as pilot:
        screen = await packs_in(pilot)
        with Ledger.open(studio) as ledger:
            packs.decide(ledger.connection, WORK, [ids[METRIC]], NEVER, NOW)
        screen.books.renew()
        await settled(pilot)

        assert f"Entries of {WORK}" in screen_text(pilot)
        assert "▼ went out" in fates(screen)
