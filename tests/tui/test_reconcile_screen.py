"""Reconcile: a provider's bill chosen, compared, opened down to calls, and kept as a balance."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from convledger.ledger import Ledger
from convledger.tui.screens.bill_calls import BillCallsScreen, BilledCallRows
from convledger.tui.screens.bill_path import BillPathScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.reconcile import ReconcileScreen, SumsLines
from convledger.tui.screens.table_choice import TableChoiceScreen
from convledger.tui.screens.why import WhyScreen
from convledger.tui.widgets.compared_rows import BalanceRows, ComparedRows
from tests.tui.budget_parts import BILLS, effect, fill
from tests.tui.pilot import press, said, screen_text, settled, text_of
from tests.tui.source_parts import opened

BOTH = [(80, 24), (140, 45)]
SIZES = [(40, 10), (80, 24), (100, 28), (140, 45), (200, 60)]
STRANGE = 'Leistung,Produkt,Netto\n20.11.2026,Claude Opus 5.5,"1,60"\n'


@pytest.fixture
def bills(studio: Path) -> Path:
    """The invented books, and bills of providers in the home folder."""
    for each in BILLS.iterdir():
        shutil.copy(each, os.environ["HOME"])
    return studio


async def compared(pilot: Pilot[None], name: str, **lines: str) -> None:
    """Choose a file of the home folder and compare it."""
    await press(pilot, "c", "i")
    assert isinstance(pilot.app.screen, BillPathScreen)
    fill(pilot, path=f"~/{name}", **lines)
    await settled(pilot)
    await press(pilot, "enter")
    await settled(pilot)


def place(pilot: Pilot[None]) -> ReconcileScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ReconcileScreen)
    return screen


def rows(pilot: Pilot[None]) -> ComparedRows:
    return place(pilot).query_one(ComparedRows)


def kept(pilot: Pilot[None]) -> BalanceRows:
    return place(pilot).query_one(BalanceRows)


def what(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#what", Static).content)


@pytest.mark.parametrize("size", BOTH)
async def test_differences_of_a_bill_are_shown_and_opened_down_to_calls(
    bills: Path, size: tuple[int, int]
) -> None:
    async with opened(bills, size=size) as pilot:
        await compared(pilot, "anthropic-usage.csv")
        text = text_of(rows(pilot))
        assert "▼ 20 Nov 2026  claude-opus-5-5" in text
        assert "missing here" in text
        assert "1,040,904" in text
        assert rows(pilot).count() == 1
        await press(pilot, "f")
        assert rows(pilot).count() == 3
        assert "= 18 Nov 2026  claude-haiku-4-5-20251001" in text_of(rows(pilot))

        await press(pilot, "end", "enter")
        assert isinstance(pilot.app.screen, BillCallsScreen)
        assert pilot.app.screen.query_one(BilledCallRows).count() == 22
        assert "▼ output 32,306 there, 32,106 here  missing here" in screen_text(pilot)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        await press(pilot, "escape", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_sums_say_what_is_compared_and_what_is_not(bills: Path) -> None:
    async with opened(bills, size=(140, 45)) as pilot:
        await compared(pilot, "anthropic-usage.csv")
        text = " ".join(text_of(place(pilot).query_one(SumsLines)).split())
        assert "usage export of the Anthropic console, 2026-11-18 to 2026-11-20 (UTC)" in text
        assert "3 days and models compared: 2 equal, 1 missing here" in text
        assert "tokens: 2,526,422 there, 2,524,222 here" in text
        assert "Not compared: 36 other calls" in text


async def test_bill_that_agrees_says_so_and_shows_all_of_it(bills: Path) -> None:
    async with opened(bills, size=(140, 45)) as pilot:
        await compared(pilot, "openai-activity.csv")
        assert rows(pilot).count() == 2
        assert "2 days and models compared: all equal" in screen_text(pilot)
        await press(pilot, "f")
        assert "All days and models are equal." in screen_text(pilot)


async def test_kind_is_picked_where_a_file_is_not_recognised(bills: Path) -> None:
    (Path(os.environ["HOME"]) / "strange.csv").write_text(STRANGE)
    async with opened(bills, size=(140, 45)) as pilot:
        await press(pilot, "c", "i")
        fill(pilot, path="~/strange.csv")
        await settled(pilot)
        assert "not understood" in what(pilot)
        assert "columns day=COLUMN,model=COLUMN,cost=COLUMN" in what(pilot)
        assert "--" not in what(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TableChoiceScreen)
        await press(pilot, "end", "enter")
        await settled(pilot)
        assert pilot.app.screen.query_one("#kind", Input).value == "table"
        fill(pilot, columns="day=Leistung, model=Produkt, cost=Netto", numbers="comma")
        await settled(pilot)
        assert "say currency USD" in what(pilot)
        fill(pilot, currency="usd")
        await settled(pilot)
        assert "● table · 1 row · 2026-11-20 · ⏎ compares it" in what(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert rows(pilot).count() == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"currency": "EURO"}, "currency EURO is no code"),
        ({"dates": "dym"}, "order of dates"),
        ({"numbers": "dot"}, "mark in numbers"),
        ({"columns": "day"}, "columns 'day' is no MEANING=COLUMN"),
        ({"kind": "antropic"}, "did you mean anthropic?"),
        ({"input": "some"}, "kind of input"),
        ({"zone": "Nowhere/Land"}, "Nowhere/Land"),
    ],
)
async def test_what_is_wrong_with_a_line_is_said(
    bills: Path, lines: dict[str, str], words: str
) -> None:
    async with opened(bills, size=(80, 24)) as pilot:
        await press(pilot, "c", "i")
        fill(pilot, path="~/anthropic-usage.csv", **lines)
        await settled(pilot)
        assert words in what(pilot)
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, ReconcileScreen)


async def test_calls_of_one_source_are_compared_alone(bills: Path) -> None:
    async with opened(bills, size=(140, 45)) as pilot:
        await compared(pilot, "anthropic-usage.csv", source="codex")
        assert "3 days and models compared: 3 missing here" in screen_text(pilot)
        await press(pilot, "enter")
        assert "No call here" in screen_text(pilot)


@pytest.mark.parametrize("size", BOTH)
async def test_balance_is_kept_forgotten_and_brought_back(
    bills: Path, size: tuple[int, int]
) -> None:
    async with opened(bills, size=size) as pilot:
        await compared(pilot, "anthropic-cost.csv")
        await press(pilot, "a")
        assert "anthropic-cost.csv: cost export of the Anthropic console" in effect(pilot)
        fill(pilot, note="November")
        await press(pilot, "enter")
        await settled(pilot)
        assert "Balance 1 kept" in said(pilot)
        assert [each.assertion.note for each in kept(pilot).balances] == ["November"]
        with Ledger.open(bills) as ledger:
            assert [one.check for one in ledger.check()] == ["balances"]

        await press(pilot, "a", "enter")
        await settled(pilot)
        assert "it is kept already, as balance 1" in effect(pilot)
        await press(pilot, "escape")
        kept(pilot).focus()
        await press(pilot, "enter")
        assert "note: November" in screen_text(pilot)
        await press(pilot, "escape", "D")
        await settled(pilot)
        assert "forgotten" in text_of(kept(pilot))
        await press(pilot, "u")
        await settled(pilot)
        assert "differs" in text_of(kept(pilot))
        await press(pilot, "u")
        await settled(pilot)
        with Ledger.open(bills) as ledger:
            assert ledger.balances() == []
            assert ledger.check() == []


async def test_comparison_is_written_for_a_spreadsheet(bills: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    async with opened(bills, size=(140, 45)) as pilot:
        await compared(pilot, "anthropic-usage.csv")
        await press(pilot, "f", "x")
        fill(pilot, path=str(out))
        await press(pilot, "enter")
        await settled(pilot)
    found = list(csv.DictReader(out.read_text().splitlines()))
    assert {row["day"] for row in found} == {"2026-11-18", "2026-11-19", "2026-11-20"}
    assert [row["difference"] for row in found if row["verdict"] != "equal"] == ["-2000", "-200"]


@pytest.mark.parametrize("size", BOTH)
async def test_nothing_compared_says_what_to_do_and_survives_every_key(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path / "empty", size=size) as pilot:
        await press(pilot, "c")
        assert "No file is compared yet." in screen_text(pilot)
        await press(pilot, "f", "a", "x", "D", "enter", "tab", "enter", "tab", "enter")
        assert isinstance(pilot.app.screen, ReconcileScreen)


async def test_file_that_went_away_is_named_with_the_way_out(bills: Path) -> None:
    file = Path(os.environ["HOME"]) / "anthropic-usage.csv"
    async with opened(bills, size=(140, 45)) as pilot:
        await press(pilot, "c", "i")
        fill(pilot, path=str(file))
        await settled(pilot)
        file.unlink()
        await press(pilot, "enter")
        await settled(pilot)
        text = screen_text(pilot)
        assert "anthropic-usage.csv can't be compared." in text
        assert "i chooses another" in text


async def test_models_and_files_are_shown_harmlessly(bills: Path) -> None:
    nasty = "[bold]\x1b[31mopus\u202e[/]"
    name = "b[red].csv"
    (Path(os.environ["HOME"]) / name).write_text(f"Date,Model,Cost USD\n2026-11-20,{nasty},1.00\n")
    with Ledger.open(bills) as ledger:
        ledger.connection.execute("UPDATE conversation SET title=?", (nasty,))
        ledger.connection.commit()
    async with opened(bills, size=(140, 45)) as pilot:
        await compared(pilot, name)
        for keys in ((), ("enter",), ("escape", "a"), ("enter",), ("tab", "tab"), ("enter",)):
            await press(pilot, *keys)
            await settled(pilot)
            text = screen_text(pilot)
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert "[red]" in text or "[bold]" in text


@pytest.mark.parametrize("size", SIZES)
async def test_reconcile_is_drawn_at_any_size(bills: Path, size: tuple[int, int]) -> None:
    async with opened(bills, size=size) as pilot:
        await compared(pilot, "anthropic-usage.csv")
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await settled(pilot)
        assert rows(pilot).count() == 1
