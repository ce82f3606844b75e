"""Verdicts of a review: what each does to the ledger, for one or many, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import TextArea

from convledger.clock import DAY
from convledger.ledger import Ledger
from convledger.tui.widgets.sitting_bars import VerdictKeys
from tests.tui import review_parts
from tests.tui.pilot import NOW, opened, press, said, screen_text, settled
from tests.tui.review_parts import (
    FRIDAYS,
    HOUSE,
    LOGIN,
    MEETING,
    METRIC,
    NO_FRIDAYS,
    RATES,
    STAGING,
    STYLE,
    entries,
    operations,
    reviewing,
    shown,
    sitting,
    titles,
    upon,
)

SIZES = [(80, 24), (100, 30), (120, 36), (140, 45), (200, 60)]
ALL = {FRIDAYS, NO_FRIDAYS, HOUSE, STYLE, RATES, LOGIN, STAGING, MEETING, METRIC}


# ---- verdicts


async def test_still_true_confirms_and_goes_on_to_the_next(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        second = titles(screen)[1]
        await press(pilot, "y")

        assert entries(memory)[FRIDAYS].verified_at == NOW
        assert sitting(screen).current is not None
        assert titles(screen)[0] == second
        assert second in shown(pilot, "#entry")
        assert f"✓ 1 decided, last: still true “{FRIDAYS[:8]}" in screen_text(pilot)


async def test_new_entry_is_accepted(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        await upon(pilot, screen, METRIC)
        assert "y  accept" in " ".join(shown(pilot, "#verdicts").split(" "))
        await press(pilot, "y")

        assert entries(memory)[METRIC].state == "active"
        assert operations(memory)[0] == ("accept", False)


async def test_archive_tells_what_is_no_longer_carried(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot, "x")
        tally = shown(pilot, "#tally")

        assert entries(memory)[FRIDAYS].state == "archived"
        assert "1 of 9" in tally
        assert "−212 tokens · −$0.94/mo est." in tally
        assert "1 archived" in tally


@pytest.mark.parametrize(("key", "days"), [("1", 7), ("2", 30), ("3", 90)])
async def test_snooze_puts_out_of_sight_for_a_week_a_month_or_three(
    memory: Path, key: str, days: int
) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "s", key)
        found = entries(memory)[FRIDAYS]

        assert (found.state, found.review_at) == ("snoozed", NOW + days * DAY)
        assert FRIDAYS not in titles(screen)
        assert "1 snoozed" in shown(pilot, "#tally")


async def test_edit_makes_the_next_version_and_confirms_it(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        await upon(pilot, screen, STAGING)
        await press(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "staging-3 listens on 8082."
        await press(pilot, "ctrl+s")
        found = entries(memory)[STAGING]

        assert (found.body, found.version) == ("staging-3 listens on 8082.", 2)
        assert found.verified_at == NOW
        assert STAGING not in titles(screen)
        await press(pilot, "u")
        assert entries(memory)[STAGING].body == "staging-2 listens on 8081."
        assert STAGING in titles(screen)


async def test_edit_that_changes_nothing_is_no_verdict(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "e", "ctrl+s")

        assert len(titles(screen)) == 9
        assert "The text is as it was" in said(pilot)


async def test_line_ends_of_an_untouched_text_stay(memory: Path) -> None:
    with Ledger.open(memory) as ledger:
        review_parts.kept(ledger, "Windows", "one\r\ntwo\r\n\x0bthree", NOW, state="proposed")
    before = entries(memory)["Windows"].body
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        await upon(pilot, screen, "Windows")
        await press(pilot, "e", "shift+tab", "end", *"!", "ctrl+s")

        assert entries(memory)["Windows!"].body == before


async def test_merge_shows_the_text_before_it_stands_for_two(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        await upon(pilot, screen, HOUSE)
        await press(pilot, "m")
        area = pilot.app.screen.query_one(TextArea)
        assert area.text == (
            "Release notes are in the present tense.\nNo ticket numbers.\nOne line a change."
        )
        await press(pilot, "ctrl+s")
        found = entries(memory)

        assert found[HOUSE].state == "archived"
        assert found[HOUSE].superseded_by == found[STYLE].id
        assert found[STYLE].body.endswith("One line a change.")
        assert "1 merged" in shown(pilot, "#tally")
        assert HOUSE not in titles(screen)


async def test_winner_of_a_conflict_is_confirmed_and_the_loser_ends(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "c", "2")
        found = entries(memory)

        assert found[FRIDAYS].state == "archived"
        assert found[FRIDAYS].valid_to == NOW
        assert found[NO_FRIDAYS].verified_at == NOW
        assert not {FRIDAYS, NO_FRIDAYS} & set(titles(screen))
        assert "2 of 9" in shown(pilot, "#tally")
        assert "1 conflict settled" in shown(pilot, "#tally")


async def test_dismissed_pair_leaves_by_that_reason_alone(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "n")

        assert FRIDAYS in titles(screen)  # it is due as well
        assert NO_FRIDAYS not in titles(screen)
        assert "≠" not in shown(pilot, "#entry")
        await press(pilot, "u")
        assert {FRIDAYS, NO_FRIDAYS} <= set(titles(screen))
        assert "≠ conflict?" in shown(pilot, "#entry")


async def test_without_a_pair_its_keys_say_so_and_do_nothing(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        await upon(pilot, screen, MEETING)
        before = operations(memory)
        await press(pilot, "m", "c", "n")

        assert pilot.app.screen is screen
        assert operations(memory) == before
        assert "not one of a pair" in said(pilot)


async def test_a_click_on_a_verdict_does_what_its_key_does(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot)
        x = shown(pilot, "#verdicts").index("archive")
        await pilot.click(VerdictKeys, offset=(x, 0))
        await settled(pilot)

        assert entries(memory)[FRIDAYS].state == "archived"


# ---- marks, again, undo


async def test_same_verdict_again_for_the_next(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "s", "3")
        second = titles(screen)[0]
        await press(pilot, "full_stop")

        assert entries(memory)[second].review_at == NOW + 90 * DAY


async def test_same_verdict_for_all_marked_is_one_change(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "x")
        await press(pilot, "space", "down", "space")
        marked = {one.entry.title for one in sitting(screen).marked()}
        assert len(marked) == 2
        assert "2 marked" in screen_text(pilot)
        await press(pilot, "full_stop")
        found = entries(memory)

        assert all(found[title].state == "archived" for title in marked)
        assert not marked & set(titles(screen))
        assert not sitting(screen).marks
        await press(pilot, "u")
        assert marked <= set(titles(screen))
        assert all(entries(memory)[title].state != "archived" for title in marked)
        assert entries(memory)[FRIDAYS].state == "archived"


async def test_nothing_is_repeated_that_wants_a_look_at_each(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "full_stop")
        assert "Nothing was decided yet" in said(pilot)
        await press(pilot, "c", "1", "full_stop")

        assert len(titles(screen)) == 7
        assert "wants a look at each" in said(pilot)


async def test_undo_is_on_disk_and_the_entry_comes_back_in_its_place(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        before, found = titles(screen), entries(memory)
        await press(pilot, "x", "y", "c", "1")
        assert len(titles(screen)) < 7
        await press(pilot, "u", "u", "u")

        assert titles(screen) == before
        assert entries(memory) == found
        assert "0 of 9" in shown(pilot, "#tally")
        assert operations(memory)[:3] == [("undo", False)] * 3


async def test_undo_of_the_app_reaches_the_verdict_after_leaving(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        before = titles(screen)
        await press(pilot, "x", "escape", "u")
        assert entries(memory)[FRIDAYS].state == "active"
        screen = await reviewing(pilot)

        assert titles(screen) == before
        assert "0 of 9" in shown(pilot, "#tally")


async def test_a_change_of_an_earlier_sitting_is_undone_only_when_asked_twice(memory: Path) -> None:
    with Ledger.open(memory) as ledger:
        ledger.memory.archive([entries(memory)[STAGING].id], NOW - DAY)
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot, "u")
        assert entries(memory)[STAGING].state == "archived"
        assert STAGING in said(pilot)
        await press(pilot, "u")

        assert entries(memory)[STAGING].state == "active"


async def test_keys_may_be_typed_ahead(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        first = titles(screen)[:4]
        await pilot.press("y", "y", "x", "y")
        await settled(pilot)
        found = entries(memory)

        assert [found[title].state for title in first] == ["active", "active", "archived", "active"]
        assert len(titles(screen)) == 5
