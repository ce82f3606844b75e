"""Budgets: terms, who stands where, the list over budget, the form, and the ladder tried."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.unit_costs.asked import CostQuery
from convledger.tui.screens.budget_form import BudgetFormScreen
from convledger.tui.screens.budgets import BudgetsScreen, TermsLines
from convledger.tui.screens.economics import EconomicsScreen
from convledger.tui.screens.ladder_touched import TouchedRows, TouchedScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.why import WhyScreen
from tests.tui.budget_parts import (
    PRO,
    budgets,
    effect,
    fill,
    ladder,
    levels,
    place,
    placed,
    with_budgets,
)
from tests.tui.economics_parts import OCTOBER_INSTANTS, go, opened
from tests.tui.pilot import NOW, press, said, screen_text, settled, text_of

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms

BOTH = [(80, 24), (140, 45)]
SIZES = [(40, 10), (80, 24), (100, 28), (120, 36), (140, 45), (200, 60)]


@pytest.fixture
def budgeted(studio: Path) -> Path:
    """The invented books with costs and three budgets."""
    with_budgets(studio)
    return studio


def names(workspace: Path) -> list[str]:
    with Ledger.open(workspace) as ledger:
        return [one.name for one in ledger.budgets()]


# ---- what is shown


async def test_budgets_stand_with_what_they_leave_and_how_many_are_over(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B")
        text = text_of(budgets(pilot))
        assert "$1.50 each" in text
        assert "machine cost · client harbour-law" in text
        assert "wet  ◆ under water" in text
        assert "18 of 36 over" in text
        await press(pilot, "down")
        whole = screen_text(pilot)
        assert "$10.00 a month × (1 - 40 % margin) = $6.00" in whole
        assert "$0.98 a conversation (divided by 6 expected)" in whole
        assert "36 conversations, 18 over budget · $73.24 spent" in whole


async def test_conversations_stand_at_levels_and_the_list_follows(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "down")
        found = {one.name: len(one.placed) for one in levels(pilot).levels}
        assert found == {"under 70 %": 16, "70 to 90 %": 0, "90 to 100 %": 2, "100 % and more": 18}
        assert placed(pilot).count() == 18
        assert "1,833 %" in text_of(placed(pilot)).splitlines()[0]
        levels(pilot).focus()
        await press(pilot, "up")
        assert placed(pilot).count() == 2
        await press(pilot, "up")
        assert "No conversation stands at 70 to 90 %." in text_of(placed(pilot))
        await press(pilot, "home", "enter", "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_under_water_is_said_with_its_arithmetic(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "end")
        text = screen_text(pilot)
        assert "under water: it leaves nothing for conversations" in text
        assert [len(one.placed) for one in levels(pilot).levels] == [0, 0, 0, 36]


async def test_enter_reads_a_conversation_over_budget_and_w_explains_it(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "enter")
        assert pilot.app.focused is placed(pilot)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        await press(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, EconomicsScreen)


async def test_costs_that_nobody_knows_stand_apart(studio: Path) -> None:
    with_budgets(studio, pro=PRO.replace('price = "10"', 'currency = "EUR"\nprice = "10"'))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "B")
        found = {one.name: len(one.placed) for one in levels(pilot).levels}
        assert found["not known"] == 36
        await press(pilot, "tab", "end")
        assert "–" in text_of(placed(pilot)).splitlines()[0]
        terms = text_of(place(pilot).query_one(TermsLines))
        assert "no rate to EUR is known" in " ".join(terms.split())


async def test_another_time_is_chosen(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "o", "home", "enter")
        assert "November 2026" in str(place(pilot).query_one("#levels-panel").border_subtitle)
        assert "36 conversations" not in screen_text(pilot)


# ---- setting, changing, removing


@pytest.mark.parametrize("size", BOTH)
async def test_budget_is_set_changed_removed_and_every_step_taken_back(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot, "B")
        assert "No budget is set yet." in screen_text(pilot)
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, BudgetFormScreen)
        fill(pilot, name="pro", price="19", margin="70%", other="2.70", expected="6")
        await settled(pilot)
        assert "$0.50 a conversation (divided by 6 expected)" in effect(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BudgetsScreen)
        assert [one.name for one in budgets(pilot).budgets] == ["pro"]

        await press(pilot, "e")
        fill(pilot, expected="3", scope="client=harbour-law", steps="50=downgrade, 80=end", at="50")
        await press(pilot, "enter")
        await settled(pilot)
        terms = budgets(pilot).budgets[0].terms
        assert terms is not None
        assert terms.per_unit == 1
        assert terms.scope == {"client": ("harbour-law",)}
        assert [(step.at, step.action) for step in terms.steps] == [(50, "downgrade"), (80, "end")]

        await press(pilot, "D")
        await settled(pilot)
        assert "removed" in text_of(budgets(pilot))
        assert names(studio) == []
        await press(pilot, "u")
        await settled(pilot)
        assert names(studio) == ["pro"]
        await press(pilot, "u", "u")
        await settled(pilot)
    assert names(studio) == []


async def test_budget_that_was_removed_is_brought_back_by_the_same_key(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "D")
        await settled(pilot)
        assert names(budgeted) == ["pro", "wet"]
        await press(pilot, "end", "e")
        assert "D brings it back" in said(pilot)
        await press(pilot, "D")
        await settled(pilot)
    assert names(budgeted) == ["desk", "pro", "wet"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"price": "19"}, "Say how many conversations"),
        ({"price": "19", "expected": "6"}, "Give it a name."),
        ({"price": "2,70", "expected": "6"}, "price is no number: 2,70"),
        ({"price": "19", "amount": "1", "expected": "6"}, "leave one of them empty"),
        ({"amount": "1", "margin": "70%"}, "go with a price"),
        ({"amount": "1", "steps": "70=downgrad"}, 'did you mean "downgrade"?'),
        ({"amount": "1", "steps": "soon=end"}, "ladder: the percent of “soon=end”"),
        ({"amount": "1", "at": "often"}, "alerts at are percents"),
        ({"amount": "1", "counts": "ful"}, "did you mean full?"),
        ({"amount": "1", "scope": "clientele=x"}, "clientele"),
        ({"amount": "1", "currency": "XYZ"}, "ISO 4217"),
        ({"amount": "1", "since": "soon"}, "from is no day"),
        ({"price": "9", "expected": "1", "margin": "120"}, "margin is a share"),
        ({"price": "9", "expected": "1", "margin": "50%", "other": "9", "name": "x"},
         "under water: it leaves nothing"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_terms_is_said_where_they_are_typed(
    studio: Path, values: dict[str, str], words: str
) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "B", "n")
        fill(pilot, **values)
        await settled(pilot)
        assert words in effect(pilot)


async def test_name_that_is_taken_is_refused(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "n")
        fill(pilot, name="pro", amount="5")
        await press(pilot, "enter")
        await settled(pilot)
        assert "there is a budget pro already: e changes it" in effect(pilot)
    with Ledger.open(budgeted) as ledger:
        assert ledger.budget("pro").text == PRO


async def test_form_has_every_line_in_reach_on_a_small_screen(budgeted: Path) -> None:
    async with opened(budgeted, size=(80, 24)) as pilot:
        await go(pilot, "B", "e", *["tab"] * 15)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "summary"
        assert "what of the history stays" in screen_text(pilot)


# ---- the ladder


async def test_ladder_is_tried_and_its_steps_lead_to_conversations(budgeted: Path) -> None:
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "down")
        assert "l tries them on 36" in screen_text(pilot)
        await press(pilot, "l")
        await settled(pilot)
        run = place(pilot).sight.run
        assert run is not None
        with Ledger.open(budgeted) as ledger:
            terms = ledger.readable_budgets(["pro"])[0]
            query = CostQuery(*OCTOBER_INSTANTS, NOW, UTC)
            same = ledger.budget_ladder(terms, query)
        assert (run.today, run.spent) == (same.today, same.spent)
        shown = text_of(ladder(pilot))
        assert "70 % drop retrieval" in shown
        assert "13 conv." in shown
        assert "today $73.24 · with the ladder $49.98 · saved $23.26 (32 %)" in screen_text(pilot)

        await press(pilot, "down", "down", "enter")
        assert isinstance(pilot.app.screen, TouchedScreen)
        rows = pilot.app.screen.query_one(TouchedRows)
        assert rows.count() == 10
        assert "before turn 2, 19 Oct 09:42: smaller model, drop retrieval, summarise" in text_of(
            rows
        )
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_ladder_tells_how_far_it_is_and_is_stopped(
    budgeted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = Event(), Event()

    def tried(
        ledger: Ledger, terms: BudgetTerms, query: CostQuery, *, heed: Callable[[int, int], None]
    ) -> None:
        del ledger, terms, query
        heed(5, 36)
        begun.set()
        stopped.wait(10)
        heed(6, 36)
        raise AssertionError("it went on after it was stopped")

    monkeypatch.setattr(Ledger, "budget_ladder", tried)
    async with opened(budgeted, size=(140, 45)) as pilot:
        await go(pilot, "B", "down")
        screen = place(pilot)
        screen.action_ladder()
        assert await asyncio.to_thread(begun.wait, 10)
        words = "".join(text for text, _ in screen.trying.words())
        assert words.endswith("5 of 36 conversations · l stops")
        screen.action_ladder()
        stopped.set()
        await settled(pilot)
        assert "Stopped: nothing of it is kept." in said(pilot)
        assert screen.sight.run is None
        assert not screen.trying.is_running


def test_ladder_tells_each_conversation_and_stops_where_it_is_told(budgeted: Path) -> None:
    told: list[tuple[int, int]] = []

    def heed(done: int, total: int) -> None:
        told.append((done, total))
        if done == 7:
            raise KeyError("enough")

    with Ledger.open(budgeted) as ledger:
        terms = ledger.readable_budgets(["pro"])[0]
        with pytest.raises(KeyError):
            ledger.budget_ladder(terms, CostQuery(*OCTOBER_INSTANTS, NOW, UTC), heed=heed)
    assert told == [(done, 36) for done in range(8)]


async def test_ladder_without_money_for_one_says_what_to_do(studio: Path) -> None:
    with_budgets(studio, none=PRO.replace("= 6", "= 0"))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "B", "l")
        assert "expects no conversation" in said(pilot)
        terms = text_of(place(pilot).query_one(TermsLines))
        assert "no conversation is expected, so there is no budget for one: –" in " ".join(
            terms.split()
        )


# ---- hostile and small


async def test_names_titles_and_problems_are_shown_harmlessly(studio: Path) -> None:
    nasty = "[bold]\x1b[31mOdd\u202e[/]"
    with_budgets(studio, pro=PRO, odd='amount = "1"\n')
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("UPDATE conversation SET title=?", (nasty,))
        ledger.connection.execute(
            "UPDATE unit_budget SET content=? WHERE name='odd'", (f'price = "{nasty[0:6]}"\nx=1',)
        )
        ledger.connection.commit()
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "B")
        assert "can't be read" in text_of(budgets(pilot))
        for keys in ((), ("down", "enter"), ("l",), ("enter",)):
            await press(pilot, *keys)
            text = screen_text(pilot)
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert not keys or "[bold]" in text


@pytest.mark.parametrize("size", SIZES)
async def test_budgets_are_drawn_at_any_size(budgeted: Path, size: tuple[int, int]) -> None:
    async with opened(budgeted, size=size) as pilot:
        await go(pilot, "B", "down", "l")
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await settled(pilot)
        assert place(pilot).sight.run is not None
        assert place(pilot).sight.run.today > 70 * PICO  # type: ignore[union-attr]


async def test_panels_are_shown_one_at_a_time_where_room_is_short(budgeted: Path) -> None:
    async with opened(budgeted, size=(80, 24)) as pilot:
        await go(pilot, "B")
        titles = []
        for _ in range(4):
            titles.append(screen_text(pilot).splitlines()[2].split("─")[1].strip())
            await press(pilot, "tab")
    assert titles == ["Budgets", "Where they stand", "◆ 100 % and more", "Ladder"]
