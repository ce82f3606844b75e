"""What opens from Economics: people's rates, costs beside tokens, scenarios, the pivot."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.screens import scenario as scenario_screen
from convledger.tui.screens.cost_item import CostItemScreen
from convledger.tui.screens.cost_items import CostItemRows, CostItemsScreen
from convledger.tui.screens.economics import EconomicsScreen
from convledger.tui.screens.economics_behind import BehindCostScreen
from convledger.tui.screens.economics_people import PeopleScreen
from convledger.tui.screens.scenario import ScenarioScreen
from convledger.tui.screens.scenarios_kept import KeptScenariosScreen, ScenarioRows
from convledger.tui.widgets.return_rows import ReturnRows
from tests.tui.economics_parts import go, item, opened, place, with_costs, with_items
from tests.tui.pilot import press, said, screen_text, settled, text_of

SIZES = [(40, 12), (80, 24), (140, 45)]
BOTH = SIZES[1:]


@pytest.fixture
def costed(studio: Path) -> Path:
    """The invented books with shared costs and people's time in October."""
    with_costs(studio)
    return studio


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work a scenario out without waiting for a pause in typing."""
    monkeypatch.setattr(scenario_screen, "PAUSE", 0.0)


def fill(pilot: Pilot[None], **values: str) -> None:
    for key, value in values.items():
        pilot.app.screen.query_one(f"#{key}", Input).value = value


def effect(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#effect", Static).content)


def answer(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#answer", Static).content)


# ---- what people cost


@pytest.mark.parametrize("size", BOTH)
async def test_rate_and_minutes_make_savings_known_and_undo_takes_them_back(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot, "b")
        assert isinstance(pilot.app.screen, PeopleScreen)
        fill(pilot, hourly="48", overhead="25%", hand_off="20", baseline="9")
        await settled(pilot)
        assert "an hour $60.00 · a hand-off $20.00 · one without a bot $9.00" in effect(pilot)
        await press(pilot, "enter")
        await settled(pilot)

        assert isinstance(pilot.app.screen, EconomicsScreen)
        figures = place(pilot).query_one(ReturnRows).figures
        assert [one.amount for one in figures][:1] == ["~$324.00"]  # 36 × 9 min × $60/h
        await press(pilot, "u")
        await settled(pilot)
        assert not place(pilot).query_one(ReturnRows).figures
    with Ledger.open(studio) as ledger:
        assert ledger.hourly_rates() == []
        assert ledger.usual_minutes() == (None, None)


async def test_known_rate_stands_in_the_lines_and_what_is_wrong_is_said(costed: Path) -> None:
    async with opened(costed, size=(80, 24)) as pilot:
        await go(pilot, "b")
        assert pilot.app.screen.query_one("#hourly", Input).value == "48"
        assert pilot.app.screen.query_one("#baseline", Input).value == "9"
        fill(pilot, hourly="many")
        await settled(pilot)
        assert "an hour is no amount" in effect(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PeopleScreen)
    with Ledger.open(costed) as ledger:
        assert ledger.usual_minutes() == (Fraction(20), Fraction(9))


# ---- costs beside tokens


@pytest.mark.parametrize("size", BOTH)
async def test_cost_is_entered_changed_removed_and_brought_back(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot, "c")
        assert "No cost beside tokens is entered." in screen_text(pilot)
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, CostItemScreen)
        fill(pilot, kind="infrastructure", name="Servers", amount="24", since="2026-10")
        await settled(pilot)
        assert "$24.00 from 2026-10-01 to 2026-10-31, the same for each, over all" in effect(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        rows = pilot.app.screen.query_one(CostItemRows)
        assert [one.amount for one in rows.costs] == [24 * PICO]

        await press(pilot, "e")
        fill(pilot, amount="30", scope="client=northwind-bakery", rule="tokens")
        await press(pilot, "enter")
        await settled(pilot)
        assert rows.costs[0].amount == 30 * PICO
        assert rows.costs[0].scope == {"client": ("northwind-bakery",)}
        await press(pilot, "D")
        await settled(pilot)
        assert rows.costs == []
        await press(pilot, "u")
        await settled(pilot)
        assert [one.amount for one in rows.costs] == [30 * PICO]
        await press(pilot, "u", "u")
        await settled(pilot)
        assert rows.costs == []
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, EconomicsScreen)


async def test_cost_of_one_day_names_it_once(studio: Path) -> None:
    with_items(
        studio, item("tool", "Search", "3.00", since=date(2026, 10, 3), until=date(2026, 10, 4))
    )
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "c")
        shown = text_of(pilot.app.screen.query_one(CostItemRows))
        assert "3 Oct 2026 · the same for each" in shown
        assert " to " not in shown


async def test_entered_cost_is_in_the_full_cost_at_once(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "c", "a")
        fill(pilot, kind="retrieval", name="Store", amount="9.80", since="2026-10")
        await press(pilot, "enter", "escape")
        await settled(pilot)
        assert "+$9.80" in screen_text(pilot)


async def test_what_is_wrong_with_a_cost_is_said_with_the_nearest(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "c", "a")
        assert "rerank, human, other, revenue" in effect(pilot)
        fill(pilot, kind="infrastucture", name="Servers", amount="24", since="2026-10")
        await settled(pilot)
        assert "did you mean infrastructure?" in effect(pilot)
        fill(pilot, kind="infrastructure", rule="hand")
        await settled(pilot)
        assert "Say which conversations bear it" in effect(pilot)
        fill(pilot, rule="equal", until="2026-09-01")
        await settled(pilot)
        assert "ends before it begins: 2026-09-01 is before 2026-10-01" in effect(pilot)


async def test_cost_by_hand_names_its_conversations(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        names = [one.name for one in _talks(ledger)][:2]
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "c", "a")
        fill(
            pilot, kind="tool", name="Audit", amount="3", since="2026-10", rule="hand",
            shares=f"{names[0]}=2, {names[1]}",
        )  # fmt: skip
        await press(pilot, "enter")
        await settled(pilot)
        (one,) = pilot.app.screen.query_one(CostItemRows).costs
        assert sorted(one.shares.values()) == [1, 2]


def _talks(ledger: Ledger):  # type: ignore[no-untyped-def]
    from convledger.reports.unit_costs.talks import read_talks

    return read_talks(ledger.connection, 0, 1 << 60, usual_minutes=None)


async def test_unallocated_part_stands_beside_its_cost(studio: Path) -> None:
    with_items(studio, item("infrastructure", "Idle line", "3.00", scope={"client": ("nobody",)}))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "c")
        assert isinstance(pilot.app.screen, CostItemsScreen)
        shown = text_of(pilot.app.screen.query_one(CostItemRows))
        assert "unallocated $3.00" in shown
        assert "only client nobody" in shown


# ---- scenarios


@pytest.mark.parametrize("size", BOTH)
async def test_scenario_is_worked_out_as_it_is_typed(costed: Path, size: tuple[int, int]) -> None:
    async with opened(costed, size=size) as pilot:
        await go(pilot, "s")
        assert isinstance(pilot.app.screen, ScenarioScreen)
        assert "Type what should be otherwise." in answer(pilot)
        for line in pilot.app.screen.query(Input):
            assert len(line.placeholder) <= line.content_size.width, line.id
        fill(pilot, to="claude-haiku-4-5")
        await settled(pilot)
        found = pilot.app.screen._found
        assert found is not None
        assert found.difference is not None
        assert found.difference < 0
        assert "cheaper, 36 of 36 conversations touched" in answer(pilot)
        before = found.after

        fill(pilot, factor="2")
        await settled(pilot)
        again = pilot.app.screen._found
        assert again is not None
        assert again.after is not None
        assert before is not None
        assert again.after > before
        assert "tokens × 2" in answer(pilot)


async def test_context_policy_is_shown_with_and_without_the_cache(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "s")
        fill(pilot, policy="window", cap="20000")
        await settled(pilot)
        text = answer(pilot)
        assert "uncached" in text
        assert "Full history" in text
        assert "window 20.0k" in text
        assert "first forgotten: “" in text


async def test_fewer_hand_overs_and_shorter_prompts(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "s")
        fill(pilot, escalation="5%", shorter="20%")
        await settled(pilot)
        assert "Handed over 14 % today, 5 % with it" in answer(pilot)
        assert "Shorter prompts" in answer(pilot)


async def test_what_is_wrong_with_a_scenario_is_said(costed: Path) -> None:
    async with opened(costed, size=(80, 24)) as pilot:
        await go(pilot, "s")
        for values, words in (
            ({"policy": "windw"}, "did you mean window?"),
            ({"policy": "window", "cap": ""}, "needs the most tokens"),
            ({"policy": "", "factor": "2"}, "say which model they go to"),
            ({"factor": "", "escalation": "120%"}, "more than all of it"),
            ({"escalation": "", "cap": "soon", "policy": "window"}, "a number of tokens"),
        ):
            fill(pilot, to="claude-haiku-4-5", policy="", cap="", factor="", escalation="")
            await settled(pilot)
            assert "At list prices" in answer(pilot)
            fill(pilot, to="", **values)
            await settled(pilot)
            assert words in effect(pilot), values
            assert "$" not in answer(pilot), values  # of what was typed before


async def test_model_without_a_price_leaves_the_result_unknown_and_says_why(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "s")
        fill(pilot, to="no-such-model-at-all")
        await settled(pilot)
        found = pilot.app.screen._found  # type: ignore[attr-defined]
        assert found.after is None
        (line,) = [line for line in answer(pilot).splitlines() if line.startswith("Full cost")]
        assert line.split()[-2:] == ["–", "–"]


async def test_scenarios_are_saved_compared_opened_deleted_and_brought_back(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "s")
        fill(pilot, to="claude-haiku-4-5", name="leaner")
        await settled(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert "Scenario leaner saved · u takes it back" in said(pilot)
        await press(pilot, "s")
        fill(pilot, escalation="5%", name="fewer")
        await press(pilot, "enter")
        await settled(pilot)

        await press(pilot, "s", "ctrl+o")
        await settled(pilot)
        assert isinstance(pilot.app.screen, KeptScenariosScreen)
        rows = pilot.app.screen.query_one(ScenarioRows)
        assert rows.names == ["fewer", "leaner"]
        shown = text_of(rows)
        assert shown.count("cheaper") == 2
        assert "all models → claude-haiku-4-5" in shown
        await press(pilot, "D")
        await settled(pilot)
        assert rows.names == ["leaner"]
        await press(pilot, "u")
        await settled(pilot)
        assert rows.names == ["fewer", "leaner"]
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, ScenarioScreen)
        assert pilot.app.screen.query_one("#to", Input).value == "claude-haiku-4-5"
        await settled(pilot)
        await press(pilot, "ctrl+t")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BehindCostScreen)


async def test_scenario_is_exported_as_it_is_kept(
    costed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "s")
        fill(pilot, to="claude-haiku-4-5", name="leaner")
        await press(pilot, "enter")
        await settled(pilot)
        await press(pilot, "s", "ctrl+o")
        await settled(pilot)
        await press(pilot, "x", "enter")
        await settled(pilot)
    with Ledger.open(costed) as ledger:
        assert (tmp_path / "leaner.toml").read_text("utf-8") == ledger.scenarios()["leaner"]


# ---- the pivot as a file


async def test_pivot_is_written_and_no_file_is_replaced_unasked(
    costed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "economics-october-2026-by-source.csv"
    async with opened(costed, size=(80, 24)) as pilot:
        await go(pilot, "x", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, EconomicsScreen)
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        assert [row["source"] for row in rows] == ["claude-code", "codex"]
        assert sum(int(row["conversations"]) for row in rows) == 36

        path.write_text("mine", "utf-8")
        await press(pilot, "x", "enter")
        await settled(pilot)
        assert "is there already" in screen_text(pilot)
        assert path.read_text("utf-8") == "mine"
        await press(pilot, "enter")
        assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize("size", SIZES)
async def test_dialogs_are_drawn_at_any_size(costed: Path, size: tuple[int, int]) -> None:
    async with opened(costed, size=size) as pilot:
        await go(pilot)
        for key in ("b", "c", "s", "x", "g", "o", "w", "enter"):
            await press(pilot, key)
            await settled(pilot)
            assert not isinstance(pilot.app.screen, EconomicsScreen), key
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                await settled(pilot)
            await press(pilot, "escape")
            await settled(pilot)
            assert isinstance(pilot.app.screen, EconomicsScreen), key
            await pilot.resize_terminal(*size)
            await settled(pilot)
