"""Compare: one's own usage under several plans, their timeouts, and where they break even."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.compare_stock import Stock
from convledger.tui.screens import compare_words as words
from convledger.tui.screens.compare_below import Below
from convledger.tui.screens.compare_words import Sight
from convledger.tui.widgets.compare_rows import CompareRows
from tests.tui.compare_parts import (
    SIZES,
    app_of,
    chart,
    chosen,
    counts,
    go,
    names,
    opened,
    place,
    plan_text,
    rows,
    slider,
    table,
    with_plans,
)
from tests.tui.pilot import press, screen_text, settled, text_of

BOTH = [(80, 24), (140, 45)]


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented books with three plans, of which Studio 20 is in force."""
    with_plans(studio)
    return studio


# ---- the table


@pytest.mark.parametrize("size", BOTH)
async def test_plans_stand_by_their_totals_for_the_last_closed_month(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot)

        assert names(pilot) == ["Studio 60", "Studio 20", "Tokens at list price"]
        assert [row.total for row in rows(pilot).plans if row.total is not None] == [
            950 * PICO // 100,
            1125 * PICO // 100,
            sum(row.total or 0 for row in rows(pilot).plans[2:]),
        ]
        text = screen_text(pilot)
        assert "October 2026, closed" in text
        assert "37 conversations" in text
        assert "100 % priced" in text
        assert "★ cheapest" in text
        assert "● in force" in text


async def test_difference_is_to_the_plan_in_force(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)

        cheapest, held, _ = rows(pilot).plans
        assert held.is_in_force
        assert held.difference is None
        assert cheapest.difference == -175 * PICO // 100
        assert "−$1.75" in table(pilot)


async def test_dim_line_says_what_expires(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert "23 credits expire unused" in table(pilot)


async def test_fee_of_a_month_is_due_once_whatever_the_zone_of_the_plan(planned: Path) -> None:
    async with opened(planned, size=(140, 45), timezone="America/New_York") as pilot:
        await go(pilot)
        assert {row.plan_id: row.fees for row in rows(pilot).plans}["studio-60"] == 950 * (
            PICO // 100
        )


async def test_cursor_begins_on_the_plan_in_force_and_stays_where_it_is_put(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert chosen(pilot) == "studio-20"

        await press(pilot, "up", "o", "O")
        assert chosen(pilot) == "studio-60"


async def test_examples_stand_in_where_there_are_fewer_than_two_plans(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)

        assert len(names(pilot)) > 15
        assert {row.currency for row in rows(pilot).plans} == {"USD"}
        assert "example · window, 24 h fixed" in table(pilot)


async def test_one_plan_stands_among_examples_of_its_currency(studio: Path) -> None:
    text = plan_text("own", "5.00", 10).replace('"USD"', '"EUR"')
    with Ledger.open(studio) as ledger:
        ledger.add_plan(text, "own.toml")
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)

        assert {row.currency for row in rows(pilot).plans} == {"EUR"}
        own = [row for row in rows(pilot).plans if not row.rule.startswith("example")]
        assert [row.name for row in own] == ["Own"]


async def test_empty_history_says_what_to_do(tmp_path: Path) -> None:
    async with opened(tmp_path / "empty", size=(80, 24)) as pilot:
        await go(pilot)
        text = screen_text(pilot)

        assert "No usage to compare yet." in text
        assert "8 shows which logs are read; there i reads a file or folder." in text
        await press(pilot, "m", "v", "P", "o", "enter")
        assert "No usage to compare yet." in screen_text(pilot)


async def test_names_of_plans_are_shown_harmlessly(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        for number in (1, 2):
            text = plan_text(f"odd-{number}", "5.00", 10)
            ledger.add_plan(text.replace("Odd", "[bold]\\u001b[31mOdd"), f"{number}.toml")
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)

        assert "[bold]" in table(pilot)
        assert "\x1b" not in screen_text(pilot)


async def test_broken_plan_is_told_and_the_others_are_compared(planned: Path) -> None:
    (planned / "plans" / "bad.toml").write_text("schema = 1\nid = 7\n")
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)

        assert "bad.toml" in screen_text(pilot)
        assert len(names(pilot)) == 3


# ---- months


async def test_months_are_gone_through_and_end_in_all_time(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "o")
        assert "all time" in counts(pilot, "plans-panel")
        everything = rows(pilot).plans[0]

        await press(pilot, "O", "O")
        assert "November 2026, so far" in counts(pilot, "plans-panel")
        november = {row.plan_id: row for row in rows(pilot).plans}
        await press(pilot, "o")
        october = {row.plan_id: row for row in rows(pilot).plans}
        assert everything.units == (
            november[everything.plan_id].units + october[everything.plan_id].units
        )


async def test_before_the_first_month_and_after_the_last_is_nothing(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "O", "O")
        assert "Nothing was used later." in screen_text(pilot)
        await press(pilot, "o", "o", "o")
        assert "Nothing was used before." in screen_text(pilot)


async def test_table_is_renewed_when_the_ledger_changes(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        before = place(pilot)._sight.found
        with Ledger.open(planned) as ledger:
            ledger.connection.execute("UPDATE call SET list_pico=NULL")
            ledger.connection.commit()
        place(pilot).renew()
        await settled(pilot)

        after = place(pilot)._sight.found
        assert before is not None
        assert after is not None
        assert (before.unpriced_calls, after.unpriced_calls) == (0, after.calls)
        assert "0 % priced" in counts(pilot, "plans-panel")


async def test_what_is_known_is_not_worked_out_again(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: list[int] = []
    whole = Stock._work_out

    def counting(self, connection, shelf, candidates, look):  # type: ignore[no-untyped-def]
        worked_out.append(len(candidates))
        whole(self, connection, shelf, candidates, look)

    monkeypatch.setattr(Stock, "_work_out", counting)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert sum(worked_out) >= 3
        worked_out.clear()
        place(pilot).renew()
        await settled(pilot)
        assert sum(worked_out) == 0


# ---- timeouts


@pytest.mark.parametrize("size", BOTH)
async def test_timeouts_of_the_plan_under_the_cursor_with_their_bills(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot, "tab")
        text = text_of(slider(pilot))

        assert "● 30 min  37 conversations" in text
        assert "= $11.25" in text
        assert "Studio 20" in counts(pilot, "slider-panel")


async def test_knob_moves_to_shorter_and_longer_timeouts(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "tab")
        own = slider(pilot).place
        await press(pilot, "left", "left")
        assert slider(pilot).place == (own or 0) - 2
        assert "● 15 min" in text_of(slider(pilot))
        await press(pilot, "right")
        assert "● 20 min" in text_of(slider(pilot))


async def test_knob_stays_when_the_same_plan_is_counted_anew(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "tab", "left", "left")
        before = slider(pilot).place
        with Ledger.open(planned) as ledger:
            ledger.connection.execute("UPDATE call SET list_pico=NULL")
            ledger.connection.commit()
        place(pilot).renew()
        await settled(pilot)
        assert slider(pilot).place == before


@pytest.mark.parametrize("size", BOTH)
async def test_plan_without_timeout_says_which_ones_have_one(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot, "end", "tab")
        text = screen_text(pilot)

        assert "No silence ends what Tokens at list price counts." in text
        assert "Studio 60, Studio 20 do end so: put the cursor there." in text


async def test_bills_stay_when_counts_come_after_them(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        screen = place(pilot)
        plan, look = screen._sight.plan("studio-20"), screen._look()
        assert plan is not None
        assert look is not None
        with Ledger.open(planned) as ledger:
            late = Stock().counted(ledger.connection, plan.plan, look)
        screen.query_one(Below)._show_timed("studio-20", late)
        await settled(pilot)
        assert "= $11.25" in text_of(slider(pilot))


async def test_counts_are_there_before_the_bills(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        screen = place(pilot)
        plan = screen._sight.plan("studio-20")
        look = screen._look()
        assert plan is not None
        assert look is not None
        with Ledger.open(planned) as ledger:
            quick = Stock().counted(ledger.connection, plan.plan, look)
            exact = Stock().timed(ledger.connection, plan.candidate, look)

        assert quick is not None
        assert [one.units for one in quick.steps] == [one.units for one in exact.steps]
        assert {one.total for one in quick.steps} == {None}
        assert None not in {one.total for one in exact.steps}


# ---- break-even


async def test_break_even_lines_mark_own_months_and_the_best_plan(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        text = text_of(chart(pilot))

        assert "37 in October ▲" in text
        assert "in November est." in text
        assert "Studio 20" in text
        assert "Studio 60" in text
        assert "best" in text
        assert "over conversations" in counts(pilot, "chart-panel")


# ---- layout


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_spills_at_any_size(planned: Path, size: tuple[int, int]) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot)
        for _ in range(3):
            lines = screen_text(pilot).splitlines()
            assert len(lines) == size[1]
            assert max(map(len, lines)) <= size[0]
            await press(pilot, "tab")


async def test_small_screen_shows_one_panel_and_tab_the_next(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot)
        assert "Plans 3   Timeout   Break-even" in screen_text(pilot)
        for title in ("─ Own usage under three plans ─", "─ Inactivity timeout ─",
                      "─ Break-even ─"):  # fmt: skip
            assert title in screen_text(pilot)
            await press(pilot, "tab")


async def test_click_on_a_tab_shows_its_panel(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot)
        await pilot.click("TabStrip", offset=(14, 0))
        await settled(pilot)
        assert "─ Inactivity timeout ─" in screen_text(pilot)


async def test_panels_unfold_when_the_terminal_grows(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "tab")
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        text = screen_text(pilot)
        for title in ("Own usage under three plans", "Inactivity timeout", "Break-even"):
            assert f"─ {title} ─" in text

        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "─ Inactivity timeout ─" in screen_text(pilot)
        assert "─ Own usage" not in screen_text(pilot)


async def test_workspace_that_goes_away_is_told_in_words(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        shutil.rmtree(planned / "plans")
        place(pilot).renew()
        await settled(pilot)
        assert isinstance(rows(pilot), CompareRows)
        assert app_of(pilot).is_running


def test_counts_use_the_words_that_have_room() -> None:
    sight = Sight()
    assert words.table_counts(sight, 80) == ""
    assert words.nothing_words(sight) == ["Looking at the plans…"]


@pytest.mark.parametrize(
    ("name", "several"),
    [("conversation", "conversations"), ("active_user", "active users"), ("credits", "credits"),
     ("resolved", "resolved"), ("reply", "replies"), ("day", "days"), ("", "")],
)  # fmt: skip
def test_units_are_named_for_several(name: str, several: str) -> None:
    assert words.unit_words(name) == several
