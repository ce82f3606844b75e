"""The dialogs of Plans: choosing a plan and putting it in force, and the way back from each."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.tui.widgets.plan_rows import PlanRows, counts_words
from tests.tui.pilot import NOW, press, screen_text
from tests.tui.plan_parts import (
    SIZES,
    STUDIO,
    TEAM,
    asked,
    choose,
    effect,
    fill,
    go,
    in_force,
    opened,
    put_in_force,
    screen_name,
    shown,
)

# ---- choosing a plan


async def test_chooser_lists_own_plans_before_examples_with_what_each_counts(
    planned: Path,
) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p")
        lines = shown(pilot, "ChooserScreen PlanRows").splitlines()

        assert "Studio 400" in lines[0]
        assert "● in force" in lines[0]
        assert "window, 30 min idle · 30 credits a month · $79.00 a month" in lines[1]
        assert "example" in lines[2]


async def test_terms_of_the_plan_under_the_cursor_stand_beside_the_list(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down")
        terms = shown(pilot, "ChooserScreen TermsView")

        assert "Conversation credits, 30 minutes of silence" in terms
        assert "500 credits a month" in terms


async def test_plan_is_put_in_force_from_a_day_and_the_one_before_ends(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        assert pilot.app.screen.query_one("#since", Input).value == "2026-11-01"
        fill(pilot, "since", "2026-11-15")
        await press(pilot, "tab", "shift+tab")
        assert "in force from 2026-11-15 for all usage · ends studio-400 then" in effect(pilot)
        await press(pilot, "enter")
        await asked(pilot)

        assert screen_name(pilot) == "PlansScreen"
        assert in_force(planned) == ["chat-credits-30min"]
        assert "Conversation credits" in shown(pilot, "#terms")


async def test_undo_puts_the_plan_before_in_force_again(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        before = ledger.plan_book.subscriptions()
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        fill(pilot, "since", "2026-11-15")
        await press(pilot, "enter")
        await asked(pilot)
        assert in_force(planned) == ["chat-credits-30min"]
        await press(pilot, "u")
        await asked(pilot)

        assert "Studio 400" in shown(pilot, "#terms")
    with Ledger.open(planned) as ledger:
        assert ledger.plan_book.subscriptions() == before


async def test_plan_whose_credits_were_bought_later_is_not_ended_and_that_is_told(
    planned: Path,
) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter", "enter")
        await asked(pilot)

        assert screen_name(pilot) == "UseScreen"
        assert "credits of studio-400 were bought or changed by hand after that" in effect(pilot)
    assert in_force(planned) == ["studio-400"]


async def test_undo_brings_back_a_plan_that_was_taken_away(studio: Path) -> None:
    put_in_force(studio, since=NOW - 5 * 86_400 * 1_000_000)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter", "enter")
        assert in_force(studio) == ["chat-credits-30min"]
        await press(pilot, "u")

    assert in_force(studio) == ["studio-400"]


async def test_seats_are_asked_where_the_plan_has_them(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.add_plan(TEAM, "team.toml")
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "enter")
        assert pilot.app.screen.query_one("#seats", Input).value == "3"
        fill(pilot, "seats", "none")
        await press(pilot, "enter")
        assert "seats must be a whole number" in effect(pilot)
        fill(pilot, "seats", "7")
        await press(pilot, "enter")
    with Ledger.open(studio) as ledger:
        assert ledger.plan_book.subscription(None, NOW).seats_at(NOW) == 7


async def test_plan_can_be_for_one_client_beside_the_one_for_all(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        choose(pilot, "client")
        await press(pilot, "tab")
        assert "choose the client below" in effect(pilot)
        fill(pilot, "value", "harbour")
        await press(pilot, "tab", "shift+tab")
        assert "harbour-law" in shown(pilot, "Suggestions")
        fill(pilot, "value", "harbour-law")
        await press(pilot, "tab", "shift+tab")
        assert "for client harbour-law" in effect(pilot)
        await pilot.click("#do")
        await asked(pilot)

    with Ledger.open(planned) as ledger:
        every = ledger.plan_book.subscriptions()
    assert [(one.plan, one.scope, one.ended) for one in every][1] == (
        "chat-credits-30min", {"client": ("harbour-law",)}, None,
    )  # fmt: skip
    assert every[0].ended is None


async def test_plan_that_begins_later_gives_way_and_that_is_said_before(studio: Path) -> None:
    put_in_force(studio, since=NOW - 5 * 86_400 * 1_000_000)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")

        assert "takes the place of studio-400" in effect(pilot)


@pytest.mark.parametrize(
    ("since", "complaint"),
    [("soon", "since must be a day like"), ("2025-01-01", "the plan begins 2026-01-01")],
)
async def test_day_that_cannot_be_is_refused(studio: Path, since: str, complaint: str) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "enter")
        fill(pilot, "since", since)
        await press(pilot, "enter")

        assert complaint in effect(pilot)
        assert screen_name(pilot) == "UseScreen"
        assert in_force(studio) == []


def test_what_each_example_counts_is_said_in_words() -> None:
    from convledger.plans.examples import list_examples
    from convledger.plans.parse import parse_plan

    for example in list_examples():
        words = counts_words(parse_plan(example.text, example.id))
        assert words
        assert "  " not in words


# ---- statements


async def test_no_key_is_offered_from_behind_a_dialog(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert "f1 Help" in screen_text(pilot)
        await press(pilot, "i")
        assert "f1 Help" not in screen_text(pilot)
        assert "Top up" not in screen_text(pilot)
        await press(pilot, "escape")
        assert "f1 Help" in screen_text(pilot)


# ---- sizes and going back


@pytest.mark.parametrize("size", SIZES)
async def test_every_dialog_fits_and_escape_leads_back(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        for keys in ("p", "t", "a", "i", "b", "d enter", "p enter", "i x"):
            await go(pilot, *keys.split())
            assert screen_name(pilot) != "PlansScreen", keys
            lines = screen_text(pilot).split("\n")
            assert len(lines) == size[1], keys
            assert max(map(len, lines)) <= size[0], keys
            for _ in keys.split():
                if screen_name(pilot) != "PlansScreen":
                    await press(pilot, "escape")

            assert screen_name(pilot) == "PlansScreen", keys


async def test_chooser_shows_a_broken_plan_and_enter_edits_it(studio: Path) -> None:
    folder = studio / "plans"
    folder.mkdir()
    (folder / "odd.toml").write_text(STUDIO.replace('"30m"', '"soon"'))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p")
        rows = pilot.app.screen.query_one("ChooserScreen PlanRows", PlanRows)
        assert rows.choices[0].plan is None
        assert "✕ broken" in shown(pilot, "ChooserScreen PlanRows")
        await press(pilot, "enter")

        assert screen_name(pilot) == "EditorScreen"


async def test_undo_opens_a_period_again_that_the_new_plan_had_cut_short(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        fill(pilot, "since", "2026-11-10")
        await press(pilot, "tab", "shift+tab", "enter")
        await asked(pilot)
        await press(pilot, "u")
        await asked(pilot)
    with Ledger.open(planned) as ledger:
        one = ledger.plan_book.subscription(None, NOW)
        bill = ledger.plan_book.bill(one, NOW)

    assert [each.state for each in bill.statements] == ["settled", "settled", "live"]
