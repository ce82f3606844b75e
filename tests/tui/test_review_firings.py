"""Rules on Review: what they did, and how one is confirmed after it was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.tui.screens import review_firings
from convledger.tui.screens.review_firings import FactsScreen
from convledger.tui.widgets.firing_rows import FiringRows, RuleRows
from tests.tui.people_parts import BOTH, opened, screen_of, with_firings
from tests.tui.pilot import click, press, said, screen_text, text_of


def state_of(workspace: Path, name: str) -> str:
    with Ledger.open(workspace) as ledger:
        return ledger.trigger_rule(name).state


@pytest.mark.parametrize("size", BOTH)
async def test_without_a_rule_it_says_how_one_is_kept(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        await press(pilot, *("t" * (2 if size[0] == 140 else 4)))
        text = screen_text(pilot)
        assert "convledger trigger add FILE" in text
        assert "No rule has done anything yet." in text
        await press(pilot, "c")
        assert "There is no rule" in said(pilot)


async def test_it_shows_rules_and_what_they_did(studio: Path) -> None:
    with_firings(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t")
        screen = screen_of(pilot)
        rules, fired = text_of(screen.query_one(RuleRows)), text_of(screen.query_one(FiringRows))
        assert "○ asleep" in rules
        assert "1 done" in rules
        assert "1 failed" in rules
        assert "when handoff.added · outbox · Hand-offs go to the [b]outbox" in rules
        assert "told handoff.added handoff/" in fired
        assert "✕ " in fired
        assert "3 rules · 1 not confirmed" in screen_text(pilot)
        await press(pilot, "f")
        assert screen.query_one(FiringRows).count() == 1
        assert "failed ones alone" in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, FactsScreen)
        assert "/nowhere/to/be/found" in screen_text(pilot)


async def test_a_rule_is_confirmed_only_after_it_was_read(studio: Path) -> None:
    with_firings(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "c")
        assert isinstance(pilot.app.screen, FactsScreen)
        assert "in the last 30 days" in screen_text(pilot)
        await press(pilot, "enter")  # what does nothing has the focus
        assert state_of(studio, "asleep") == "inert"
        await press(pilot, "c")
        await click(pilot, "#do")
        assert state_of(studio, "asleep") == "confirmed"
        assert "asleep acts on what happens from now on" in said(pilot)
        await press(pilot, "c")
        assert not pilot.app.screen.query("#do")


async def test_a_rule_that_was_changed_after_it_was_read_is_not_confirmed(studio: Path) -> None:
    with_firings(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "c")
        path = studio / "rules" / "asleep.toml"
        path.write_text(path.read_text() + "# another word\n")
        await click(pilot, "#do")
        assert state_of(studio, "asleep") == "inert"
        assert "has changed meanwhile" in said(pilot)


async def test_firings_are_read_in_pages(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_firings, "PAGE", 1)
    monkeypatch.setattr("convledger.tui.widgets.log_rows.NEAR", 0)
    with_firings(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "end")
        assert screen_of(pilot).query_one(FiringRows).count() == 2
