"""Charts are right to an eighth of a cell, on a canvas of any size, for any figures."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.money import PICO
from convledger.tui.amounts import Axis, axis_steps
from convledger.tui.widgets.canvas import BOLD, GRID, INK, MONEY, SERIES, Canvas
from convledger.tui.widgets.charts import (
    RISING,
    Columns,
    cost_columns,
    legend,
    meter,
    stacked_bar,
    stacked_column,
    trend,
)

ONE, TWO, THREE = SERIES[:3]
DAYS = [f"{day} Nov" if day % 7 == 2 else "" for day in range(1, 31)]


def lines(canvas: Canvas) -> list[str]:
    return [line.rstrip() for line in canvas.content().plain.split("\n")]


def height_at(canvas: Canvas, x: int, base: int) -> int:
    """Return how high a column stands on row `base`, in eighths of a cell."""
    eighths = 0
    for row in range(base, -1, -1):
        glyph, style = canvas.cells[row][x]
        if "$series" not in style:
            break
        eighths += 8 if "on $series" in style else RISING.index(glyph)
    return eighths


def bars_of(*dollars: int) -> list[list[int]]:
    return [[amount * PICO] for amount in dollars]


def painted(canvas: Canvas, y: int, first: int, end: int) -> list[str]:
    """Return the background colours of some cells, "" for none."""
    return [canvas.cells[y][x][1].partition("on ")[2] for x in range(first, end)]


def test_chart_has_axis_lines_bars_and_names_under_them() -> None:
    canvas = Canvas(30, 7, strict=True)

    drawn = cost_columns(
        canvas, bars_of(2, 12, 5, 7, 10), ["2 Nov", "", "4 Nov"], last_label="today"
    )

    assert drawn == Columns(first=0, shown=5, left=4, pitch=4, thickness=3)
    assert lines(canvas) == [
        "",
        "$10 ▁▁▁▁▆▆▆▁▁▁▁▁▁▁▁▁▁▁▁",
        "",
        " $5 ▁▁▁▁   ▁▁▁▁▁▆▆▆▁",
        "",
        "    ▆▆▆",
        " $0 2 Nov▔▔▔4 Nov▔today",
    ]
    assert [height_at(canvas, drawn.place(bar), 5) for bar in range(5)] == [6, 38, 16, 22, 32]
    assert canvas.cells[3][4] == ("▁", GRID)
    assert canvas.cells[6][18][1] == BOLD


def test_parts_of_a_column_lie_on_each_other_in_eighths() -> None:
    canvas = Canvas(2, 4, strict=True)

    stacked_column(canvas, 0, 3, 2, [(12, ONE), (4, TWO), (5, THREE)], Axis(8, 1, 4))

    assert [row[0] for row in canvas.cells] == [
        (" ", INK),
        ("▅", THREE),
        ("▄", f"{ONE} on {TWO}"),
        (" ", f"on {ONE}"),
    ]
    assert all(row[0] == row[1] for row in canvas.cells)


def test_cell_with_three_colours_shows_the_two_that_fill_it_most() -> None:
    canvas = Canvas(1, 1, strict=True)

    stacked_column(canvas, 0, 0, 1, [(1, ONE), (3, TWO), (4, THREE)], Axis(8, 1, 1))

    assert canvas.cells[0][0] == ("▄", f"{TWO} on {THREE}")


def test_top_cell_has_one_colour_and_the_right_height() -> None:
    canvas = Canvas(1, 1, strict=True)

    stacked_column(canvas, 0, 0, 1, [(1, ONE), (3, TWO), (1, THREE)], Axis(8, 1, 1))

    assert canvas.cells[0][0] == ("▅", TWO)


def test_a_little_is_seen_and_nothing_is_not() -> None:
    canvas = Canvas(4, 3)

    cost_columns(canvas, [[1], [0], [10**15], [0, 1]], widest=1)

    assert [height_at(canvas, x, 1) for x in range(4)] == [1, 0, 16, 1]


def test_oldest_bars_go_where_there_is_no_room_and_the_axis_is_that_of_the_rest() -> None:
    canvas = Canvas(21, 6, strict=True)

    drawn = cost_columns(canvas, bars_of(900, *[4] * 14))

    assert (drawn.first, drawn.shown, drawn.left) == (1, 14, 3)
    assert [line[:5] for line in lines(canvas)] == ["$4 ▁▁", "", "$2", "", "", "$0 ▔▔"]
    assert {height_at(canvas, x, 4) for x in range(3, 17)} == {32}


@pytest.mark.parametrize(
    ("width", "pitch", "thickness"),
    [(15, 4, 3), (14, 3, 2), (11, 3, 2), (10, 2, 1), (7, 2, 1), (6, 1, 1)],
)
def test_bars_are_as_wide_as_the_room_allows(width: int, pitch: int, thickness: int) -> None:
    canvas = Canvas(width, 1, strict=True)

    drawn = cost_columns(canvas, bars_of(3, 1, 4, 1))

    assert (drawn.shown, drawn.pitch, drawn.thickness) == (4, pitch, thickness)


def test_few_bars_may_be_wider_with_wider_gaps() -> None:
    canvas = Canvas(23, 1, strict=True)

    drawn = cost_columns(canvas, bars_of(3, 1, 4), widest=9)

    assert (drawn.pitch, drawn.thickness) == (8, 6)
    assert "".join("x" if height_at(canvas, x, 0) else "." for x in range(23)) == (
        "xxxxxx..xxxxxx..xxxxxx."
    )


def test_bar_is_found_at_its_column_and_in_the_gap_behind_it() -> None:
    drawn = Columns(first=5, shown=2, left=4, pitch=3, thickness=2)

    assert [drawn.bar_at(x) for x in range(3, 11)] == [None, 5, 5, 5, 6, 6, 6, None]
    assert (drawn.place(6), drawn.end) == (7, 9)


@pytest.mark.parametrize("bars", [[], [[], []], [[0, 0], [0]], [[-3]]])
def test_chart_of_nothing_is_its_base(bars: list[list[int]]) -> None:
    canvas = Canvas(12, 4, strict=True)

    cost_columns(canvas, bars, last_label="today", cursor=7)

    assert lines(canvas)[:3] == ["", "", ""]
    assert lines(canvas)[3].startswith("$0 ")
    assert all(style in (INK, GRID, "$muted", BOLD) for row in canvas.cells for _, style in row)


def foot(cursor: int | None, label: str = "", width: int = 40) -> str:
    canvas = Canvas(width, 5, strict=True)
    bars = bars_of(*[5] * 30)
    cost_columns(canvas, bars, DAYS, last_label="today", cursor=cursor, cursor_label=label)
    return lines(canvas)[4]


def test_names_stand_under_their_bars_and_never_touch() -> None:
    assert foot(None) == "$0 ▔2 Nov▔▔9 Nov▔▔16 Nov▔▔▔▔today"


@pytest.mark.parametrize(
    ("cursor", "label", "width", "shown"),
    [
        (11, "12 Nov", 40, "$0 ▔2 Nov▔▔▔▔▔▲ 12 Nov▔▔▔▔▔▔today"),
        (8, "", 40, "$0 ▔2 Nov▔▔▲ 9 Nov▔▔▔▔▔▔▔▔▔▔today"),
        (9, "", 40, "$0 ▔2 Nov▔▔▔▲▔▔▔▔▔16 Nov▔▔▔▔today"),
        (29, "", 40, "$0 ▔2 Nov▔▔9 Nov▔▔16 Nov▔23 Nov▔▲ today"),
        (29, "30 Nov", 34, "$0 ▔2 Nov▔▔9 Nov▔▔16 Nov▔30 Nov ▲"),
        (14, "a name too long for either side", 34, "$0 ▔2 Nov▔▔9 Nov▔▲▔▔▔▔▔▔▔▔▔▔today"),
    ],
)
def test_marked_bar_has_its_mark_under_it_and_its_name_beside(
    cursor: int, label: str, width: int, shown: str
) -> None:
    assert foot(cursor, label, width) == shown


def test_marked_bar_stands_on_a_brighter_ground() -> None:
    canvas = Canvas(14, 3, strict=True)

    cost_columns(canvas, bars_of(8, 4, 8), cursor=1, x=2)

    shaded = [x for x in range(14) if "on $cursor" in canvas.cells[0][x][1]]
    assert shaded == [8, 9]
    assert canvas.cells[2][8] == ("▲", MONEY)


def test_chart_keeps_to_its_part_of_the_canvas() -> None:
    canvas = Canvas(30, 9, strict=True)

    cost_columns(canvas, bars_of(*range(40)), DAYS, x=5, y=2, width=20, height=5, cursor=38)

    used = {(x, y) for y in range(9) for x in range(30) if canvas.cells[y][x] != (" ", INK)}
    assert {y for _, y in used} == {2, 3, 4, 5, 6}
    assert (min(x for x, _ in used), max(x for x, _ in used)) == (5, 24)


BARS = st.lists(st.lists(st.integers(-5, 10**15) | st.integers(0, 50), max_size=5), max_size=40)
NAMES = st.lists(st.sampled_from(["", "2 Nov", "week of 16 November", "日本"]), max_size=45)


@settings(deadline=None)
@given(
    st.integers(0, 120),
    st.integers(0, 30),
    BARS,
    NAMES,
    st.integers(1, 9),
    st.sampled_from(["", "today"]),
    st.none() | st.integers(-1, 45),
)
def test_any_chart_on_any_canvas_stays_inside_and_is_right_to_an_eighth(
    width: int,
    height: int,
    bars: list[list[int]],
    names: list[str],
    widest: int,
    last: str,
    cursor: int | None,
) -> None:
    canvas = Canvas(width, height, strict=True)

    drawn = cost_columns(
        canvas, bars, names, widest=widest, last_label=last, cursor=cursor, cursor_label="2 Nov"
    )

    if not width or not height:
        assert drawn.shown == 0
        return
    base = max(0, height - 2)
    assert drawn.first + drawn.shown == len(bars)
    assert drawn.end <= width
    totals = [sum(max(0, part) for part in bar) for bar in bars[drawn.first :]]
    heights = [height_at(canvas, drawn.place(bar), base) for bar in range(drawn.first, len(bars))]
    axis = axis_steps(max(totals, default=0), base + 1)
    for total, shown in zip(totals, heights, strict=True):
        exact = Fraction(total * axis.every * 8, axis.step)
        assert abs(shown - exact) <= Fraction(1, 2) or (shown == 1 and 0 < exact < 1)
    by_total = sorted(zip(totals, heights, strict=True))
    assert all(one[1] <= other[1] for one, other in pairwise(by_total))


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 8, "━━━━:"),
        (1, 1000, "╸:━━━"),
        (3, 8, "━╸:━━"),
        (1, 2, "━━:━━"),
        (999, 1000, "━━━╸:"),
        (8, 8, "━━━━:"),
        (9, 8, "━━━━:"),
        (Fraction(1, 2), 0, "━━━━:"),
    ],
)
def test_meter_is_empty_or_full_only_where_that_is_exact(
    part: int | Fraction, whole: int, shown: str
) -> None:
    canvas = Canvas(4, 1, strict=True)

    meter(canvas, 0, 0, 4, part, whole, MONEY)

    used = "".join(glyph for glyph, style in canvas.cells[0] if style == MONEY)
    track = "".join(glyph for glyph, style in canvas.cells[0] if style == "$rule")
    assert f"{used}:{track}" == (":━━━━" if not part or not whole else shown)


def test_bar_shows_parts_of_a_whole_in_eighths() -> None:
    canvas = Canvas(6, 1, strict=True)

    stacked_bar(canvas, 1, 0, 4, [(12, ONE), (8, TWO), (3, THREE), (0, ONE)], 32)

    assert canvas.cells[0] == [
        (" ", INK),
        (" ", f"on {ONE}"),
        ("▌", f"{ONE} on {TWO}"),
        ("▉", TWO),
        (" ", INK),
        (" ", INK),
    ]


def test_bar_never_grows_beyond_its_width_and_needs_a_whole() -> None:
    canvas = Canvas(3, 1, strict=True)

    stacked_bar(canvas, 0, 0, 3, [(50, ONE), (60, TWO)], 20)
    stacked_bar(canvas, 0, 0, 0, [(50, TWO)], 20)
    stacked_bar(canvas, 0, 0, 3, [(50, TWO)], 0)

    assert painted(canvas, 0, 0, 3) == [ONE] * 3


@settings(deadline=None)
@given(st.lists(st.integers(-3, 100), max_size=5), st.integers(0, 300), st.integers(-1, 12))
def test_any_bar_is_right_to_an_eighth(parts: list[int], whole: int, width: int) -> None:
    canvas = Canvas(max(0, width), 1, strict=True)

    stacked_bar(canvas, 0, 0, width, [(part, ONE) for part in parts], whole)
    meter(Canvas(max(0, width), 1, strict=True), 0, 0, width, sum(parts), whole)

    levels = {"▏": 1, "▎": 2, "▍": 3, "▌": 4, "▋": 5, "▊": 6, "▉": 7}
    eighths = sum(levels.get(glyph, 8) if ONE in style else 0 for glyph, style in canvas.cells[0])
    total = sum(max(0, part) for part in parts)
    exact = Fraction(8 * max(0, width) * total, whole) if whole else Fraction(0)
    exact = min(exact, Fraction(8 * max(0, width)))
    assert abs(eighths - exact) <= Fraction(1, 2) or (eighths == 1 and exact < 1)


def trend_of(width: int, *values: int, top: int = 0) -> str:
    canvas = Canvas(6, 1, strict=True)
    trend(canvas, 0, 0, width, values, top=top)
    return lines(canvas)[0]


def test_trend_is_to_scale_and_shows_a_little() -> None:
    assert trend_of(6, 0, 1, 4, 8) == " ▁▄█"
    assert trend_of(6, 1, 1000) == "▁█"
    assert trend_of(6, 4, top=8) == "▄"


def test_trend_keeps_the_newest_and_draws_nothing_of_nothing() -> None:
    assert trend_of(2, 8, 8, 4, 8) == "▄█"
    assert trend_of(0, 8) == trend_of(-1, 8) == trend_of(3) == trend_of(3, 0, 0) == ""


NAMED = ["opus-4.8", "gpt-5.4-codex", "sonnet-5", "other"]


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        (60, "   opus-4.8      gpt-5.4-codex      sonnet-5      other"),
        (50, "■ opus-4.8  ■ gpt-5.4-codex  ■ sonnet-5  ■ other"),
        (40, "■ opus-4.8 ■ gpt-5.4… ■ sonnet-5 ■ other"),
        (27, "■ opu… ■ gpt… ■ son… ■ oth…"),
        (26, "■ opus-4.8 +3"),
        (12, "■ opus-4.8…"),
        (6, "■ opu…"),
        (0, ""),
    ],
)
def test_legend_is_shorter_where_room_is_short(end: int, shown: str) -> None:
    canvas = Canvas(60, 1, strict=True)

    after = legend(canvas, 0, 0, NAMED, end=end)

    assert lines(canvas)[0] == shown
    assert after == len(shown)


def test_legend_has_the_colours_of_the_stack() -> None:
    canvas = Canvas(30, 2, strict=True)
    legend(canvas, 0, 0, ["a", "b"])
    legend(canvas, 0, 1, ["cost", "more"], end=13)
    legend(canvas, 0, 1, [])

    assert painted(canvas, 0, 0, 9) == [ONE, ONE, "", "", "", "", "", TWO, TWO]
    assert [canvas.cells[1][x] for x in (0, 7)] == [("■", ONE), ("■", TWO)]
