"""The table of plans: two lines each, columns that fold, what is not known as –."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from convledger.money import PICO
from convledger.reports.plan_figures import Compared
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.compare_columns import difference_of, layout_of, note_of
from convledger.tui.widgets.compare_rows import CompareHead, CompareRows, draw_plan
from tests.tui.pilot import text_of

CENT = PICO // 100


def plan(
    name: str, units: int, unit_name: str, fees: int, usage: int | None, **facts: object
) -> Compared:
    """Return a plan whose amounts are in cents; the plan in force costs $101.25."""
    total = None if usage is None else (fees + usage) * CENT
    made = Compared(
        plan_id=name,
        name=name,
        version="3",
        rule=f"what {name} counts",
        unit_name=unit_name,
        units=units,
        included=None,
        over=units,
        fees=fees * CENT,
        usage=None if usage is None else usage * CENT,
        breakage=0,
        breakage_money=0,
        reversals=0,
        total=total,
        per_conversation=None if total is None else total // 214,
        per_message=None if total is None else total // 6_000,
        difference=None if total is None else total - 10_125 * CENT,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


ROWS = (
    plan("Studio 600", 489, "credits", 9_500, 0, included=600, over=0, is_cheapest=True,
         breakage=111 * PICO),
    plan("Studio 400", 489, "credits", 7_900, 2_225, included=400, over=89, is_in_force=True),
    plan("Day pass", 261, "sessions", 0, 11_745, note="no fee, $0.45 each"),
    plan("Resolved only", 151, "resolved", 2_900, 8_909, reversals=6),
    plan("Voice", 12, "minutes", 1_200, None, unpriced_calls=1),
)  # fmt: skip


def lines_of(row: Compared, cells: int, *, strict: bool = True) -> list[str]:
    canvas = Canvas(cells, 2, strict=strict)
    draw_plan(canvas, row, layout_of(ROWS, cells), 12_000 * CENT)
    return [line.rstrip() for line in canvas.content().plain.split("\n")]


class Table(App[None]):
    """The head and the rows alone."""

    def __init__(self, rows: tuple[Compared, ...] = ROWS) -> None:
        super().__init__()
        self.head, self.plans = CompareHead(), CompareRows()
        self._rows = rows

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.plans

    def on_mount(self) -> None:
        self.head.show(self._rows)
        self.plans.show(self._rows, ["No plan yet."])


def test_wide_table_has_all_columns() -> None:
    first, second = lines_of(ROWS[0], 134)

    assert [word for word in first.split() if word[0] not in "▏▎▍▌▋▊▉"] == [
        *("Studio", "600", "★", "cheapest", "489", "credits", "600", "0", "$95.00", "$0.00"),
        *("$95.00", "$0.44", "−$6.25"),
    ]
    assert second.split("  ")[0] == "what Studio 600 counts"
    assert second.endswith("111 credits expire unused")


def test_plan_in_force_is_marked_and_has_no_difference() -> None:
    first, _ = lines_of(ROWS[1], 134)

    assert "● in force" in first
    assert first.endswith("–")


def test_difference_has_its_sign_and_colour() -> None:
    assert difference_of(ROWS[0]) == ("−$6.25", "$success")
    assert difference_of(ROWS[2]) == ("+$16.20", "$error")
    assert difference_of(ROWS[1]) == ("–", "$muted")
    assert difference_of(replace(ROWS[2], difference=0)) == ("$0.00", "$muted")


def test_what_is_not_known_is_a_dash() -> None:
    first, second = lines_of(ROWS[4], 134)

    assert first.split()[-3:] == ["–", "–", "–"]
    assert "$0.00" not in first
    assert second.endswith("1 call unpriced")


def test_eighty_columns_fold_fees_and_usage_into_the_second_line() -> None:
    first, second = lines_of(ROWS[1], 76)

    assert "489 credits" in first
    assert "$101.25" in first
    assert "$79.00" not in first
    assert second.startswith("what Studio 400 counts")
    assert second.endswith("fees $79.00 + usage $22.25")
    assert lines_of(ROWS[4], 76)[1].endswith("fees $12.00 + usage – · 1 call unpriced")


def test_forty_columns_keep_name_total_units_and_difference() -> None:
    first, second = lines_of(ROWS[2], 36)

    assert first.startswith("Day pass")
    assert first.endswith("$117.45")
    assert second.endswith("261 sessions  +$16.20")


def test_bar_shows_fee_and_usage_to_scale() -> None:
    canvas = Canvas(134, 2, strict=True)
    layout = layout_of(ROWS, 134)
    draw_plan(canvas, ROWS[1], layout, 2 * 10_125 * CENT)
    bar = layout.column("bar")
    assert bar is not None
    styles = [canvas.cells[0][x][1] for x in range(bar.start, bar.end)]

    assert styles[:7] == ["on $series-1"] * 7
    assert styles[8:10] == ["on $series-2"] * 2
    assert not any("series" in style for style in styles[11:])


def test_notes_tell_what_else_is_to_be_known() -> None:
    assert note_of(ROWS[0]) == "111 credits expire unused"
    assert (
        note_of(replace(ROWS[0], note="111 credits expire unused")) == "111 credits expire unused"
    )
    assert note_of(replace(ROWS[3], blocked=3)) == "6 reversed · some use refused"
    assert note_of(replace(ROWS[2], note="\x1b[1m")) == "␛[1m"


async def test_head_stands_above_its_columns() -> None:
    app = Table()
    async with app.run_test(size=(140, 20)) as pilot:
        await pilot.pause()
        head, first = text_of(app.head), text_of(app.plans).splitlines()[0]

    assert head.startswith(" plan and what it counts")
    assert head.index("total") + len("total") == first.index("$95.00", 90) + len("$95.00")
    assert head.rstrip().endswith("vs now")
    assert len(head.rstrip()) == len(first.rstrip())
    assert "fee ■ usage ■" in head


async def test_rows_get_a_free_line_where_all_have_room() -> None:
    app = Table()
    async with app.run_test(size=(140, 16)) as pilot:
        await pilot.pause()
        assert app.plans.lines_per_row == 3
        await pilot.resize_terminal(80, 12)
        await pilot.pause()
        assert app.plans.lines_per_row == 2
        assert "fees $95.00" in text_of(app.plans)


async def test_cursor_stays_on_its_plan() -> None:
    app = Table()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("down", "down")
        assert app.plans.chosen == ROWS[2]
        app.plans.show(ROWS[1:])
        await pilot.pause()
        assert app.plans.chosen == ROWS[2]
        app.plans.show(ROWS[:1])
        assert app.plans.chosen == ROWS[0]


async def test_without_plans_it_says_what_to_do() -> None:
    app = Table(())
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        assert "No plan yet." in text_of(app.plans)


@pytest.mark.parametrize("cells", [18, 30, 36, 50, 76, 98, 118, 134, 160])
def test_names_of_any_length_and_script_fit(cells: int) -> None:
    wide = replace(
        ROWS[0], name="計画" * 40, rule="규칙 " * 40, note="مرحبا " * 30, is_in_force=True
    )

    assert len(lines_of(wide, cells)) == 2


amounts = st.none() | st.integers(-(10**19), 10**19)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.builds(
            plan,
            st.text(max_size=30),
            st.integers(0, 10**9),
            st.text(max_size=12),
            st.integers(-(10**9), 10**9),
            st.none() | st.integers(-(10**9), 10**9),
            note=st.text(max_size=40),
            included=st.none() | st.integers(0, 10**9),
            per_message=amounts,
            difference=amounts,
            is_cheapest=st.booleans(),
            is_in_force=st.booleans(),
            currency=st.sampled_from(["USD", "EUR", "CHF"]),
        ),
        min_size=1,
        max_size=5,
    ),
    cells=st.integers(0, 180),
    dearest=st.integers(0, 10**18),
)
def test_no_width_and_no_figures_break_it(rows: list[Compared], cells: int, dearest: int) -> None:
    layout = layout_of(rows, cells)
    for row in rows:
        canvas = Canvas(cells, 2)
        draw_plan(canvas, row, layout, dearest)
        assert all(one.start < one.end <= cells or cells == 0 for one in layout.columns)
