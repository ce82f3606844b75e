"""Break-even: totals as lines, who is cheapest where, and where one's own months stand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.cli.compare_tables import band_lines
from convledger.money import PICO
from convledger.reports.plan_figures import Band, BreakEven, Curve
from convledger.tui.widgets.braille import Dots
from convledger.tui.widgets.break_even_chart import BreakEvenChart, sentence_forms, total_at
from convledger.tui.widgets.canvas import Canvas

STUDIO = Curve("a", "Studio 400", ((0, 79 * PICO), (400, 79 * PICO), (1000, 229 * PICO)))
TOLD = BreakEven(
    "units",
    (
        Curve("t", "Tokens", ((0, 0), (1000, 373 * PICO))),
        STUDIO,
        Curve("b", "Studio 600", ((0, 95 * PICO), (600, 95 * PICO), (1000, 195 * PICO))),
    ),
    (
        Band("t", "Tokens", 0, 212),
        Band("a", "Studio 400", 213, 464),
        Band("b", "Studio 600", 465, None),
    ),
    (("October", 489, False), ("November", 575, True)),
)


def painted(told: BreakEven | None, width: int, height: int, *, strict: bool = True) -> Canvas:
    chart = BreakEvenChart()
    chart.show(told)
    canvas = Canvas(width, height, strict=strict)
    chart.draw(canvas)
    return canvas


def drawn(told: BreakEven | None, width: int, height: int, *, strict: bool = True) -> list[str]:
    plain = painted(told, width, height, strict=strict).content().plain
    return [line.rstrip() for line in plain.split("\n")]


def sentence(told: BreakEven, form: int) -> str:
    return "".join(text for text, _ in sentence_forms(told)[form])


def test_limits_with_estimates_in_them_bear_their_mark() -> None:
    first, second, third = TOLD.bands
    bands = (replace(first, until_is_estimate=True), replace(second, since_is_estimate=True), third)
    told = replace(TOLD, bands=bands)

    assert sentence(told, 0).startswith("up to ~212 units Tokens is cheapest, to 464 Studio 400")
    assert any("~213" in line and "465" in line for line in drawn(told, 100, 14))
    assert band_lines(told) == [
        "  up to ~212: Tokens", "  ~213 to 464: Studio 400", "  from 465: Studio 600",
    ]  # fmt: skip


def test_sentence_says_where_the_last_plan_ends() -> None:
    one, two = (replace(TOLD, bands=TOLD.bands[:count], own=()) for count in (1, 2))

    assert sentence(one, 0) == "Tokens is cheapest for up to 212 units"
    assert sentence(one, 1) == "Tokens is cheapest up to 212"
    assert sentence(two, 0).endswith("above it Studio 400 to 464")
    assert sentence(two, 1).endswith("then Studio 400 to 464")


def test_lines_are_named_at_their_ends_in_their_order() -> None:
    lines = drawn(TOLD, 64, 21)[1:14]

    rows = [next(y for y, line in enumerate(lines) if line.endswith(name))
            for name in ("Tokens", "Studio 400", "Studio 600")]  # fmt: skip
    assert rows == sorted(rows)


def test_axis_and_band_say_who_is_cheapest_where() -> None:
    canvas = painted(TOLD, 64, 21)
    lines = [line.rstrip() for line in canvas.content().plain.split("\n")]
    y = next(y for y, line in enumerate(lines) if line.startswith("best"))

    assert lines[y].split() == ["best", "Tokens", "Studio", "400", "Studio", "600"]
    foot = lines[y - 1]
    assert foot.lstrip().startswith("$0 0 units")
    for number in ("213", "465", "800"):
        assert number in foot
    border = foot.index("213") + 1
    assert canvas.cells[y][border - 2][1].endswith("$series-1")
    assert canvas.cells[y][border + 2][1].endswith("$series-2")


def test_own_months_stand_at_their_units() -> None:
    lines = drawn(TOLD, 64, 21)
    october = next(line for line in lines if "489 in October ▲" in line)
    november = next(line for line in lines if "575 in November est. ▲" in line)

    assert october.index("▲") < november.index("▲")


def test_sentence_in_full_and_in_fewer_words() -> None:
    assert sentence(TOLD, 0) == (
        "up to 212 units Tokens is cheapest, to 464 Studio 400, above it Studio 600"
        " · 489 in October: Studio 600"
    )
    assert sentence(TOLD, 2) == "Tokens to 212, Studio 400 to 464, then Studio 600"
    assert sentence(TOLD, 3) == "489 in October: Studio 600"
    alone = replace(TOLD, bands=(Band("a", "Studio 400", 0, None),), own=())
    assert sentence(alone, 0) == "Studio 400 is cheapest for any number of units"
    assert sentence(replace(TOLD, bands=(), own=()), 0) == "no plan can be priced for these units"


def test_totals_lie_on_the_lines_between_the_points() -> None:
    assert total_at(STUDIO, 200) == 79 * PICO
    assert total_at(STUDIO, Fraction(801, 2)) == 79 * PICO + Fraction(PICO, 8)
    assert total_at(STUDIO, 1000) == 229 * PICO
    assert total_at(STUDIO, 1001) is None
    assert total_at(replace(STUDIO, points=((5, 1), (6, 2))), 4) is None


def test_a_jump_in_a_total_is_drawn_as_one() -> None:
    package = Curve("p", "Packages", ((0, 10), (100, 10), (100, 20), (200, 20)))

    assert [total_at(package, n) for n in (99, 100, 101)] == [10, 20, 20]


def test_names_that_begin_alike_are_told_apart_where_room_is_short() -> None:
    lines = drawn(TOLD, 40, 10)

    assert any(line.endswith(" 400") for line in lines)
    assert any(line.endswith(" 600") for line in lines)


def test_a_line_that_runs_away_does_not_flatten_the_others() -> None:
    steep = replace(TOLD, curves=(Curve("t", "Tokens", ((0, 0), (1000, 9_000 * PICO))),
                                  *TOLD.curves[1:]))  # fmt: skip
    lines = drawn(steep, 64, 21)

    assert not any("$5,000" in line for line in lines)
    assert any("Tokens" in line for line in lines[1:13])


def test_empty_says_what_is_needed() -> None:
    assert any("Nothing to compare yet." in line
               for line in drawn(BreakEven("units", (), ()), 70, 8))  # fmt: skip
    assert drawn(None, 5, 1) == [""]


def test_lines_side_by_side_take_turns_in_a_cell() -> None:
    dots = Dots(4, 1)
    dots.line([0] * 8, "$series-1")
    dots.line([1] * 8, "$series-2")
    canvas = Canvas(4, 1, strict=True)
    dots.draw(canvas, 0, 0)

    assert [style for _, style in canvas.cells[0]] == ["$series-1", "$series-2"] * 2
    assert {glyph for glyph, _ in canvas.cells[0]} == {"⣤"}


def test_steep_lines_have_no_holes() -> None:
    dots = Dots(2, 3)
    dots.line([0, 5, 11, None], "$series-1")
    canvas = Canvas(2, 3, strict=True)
    dots.draw(canvas, 0, 2)

    assert [canvas.cells[y][0][0] for y in (2, 1)] == ["⡸", "⢠"]
    assert canvas.cells[0][1][0] == "⡇"


@pytest.mark.parametrize("size", [(30, 8), (40, 10), (64, 21), (76, 14), (120, 30)])
def test_names_from_outside_are_safe(size: tuple[int, int]) -> None:
    told = replace(TOLD, curves=(replace(STUDIO, name="\x1b[2J" + "x" * 90),),
                   bands=(Band("a", "\x1b[2J" + "x" * 90, 0, None),),
                   own=(("\x1bOctober", 10**9, True),))  # fmt: skip

    assert "\x1b" not in "\n".join(drawn(told, *size))


points = st.lists(
    st.tuples(st.integers(0, 10**7), st.integers(0, 10**18)), min_size=0, max_size=6
).map(lambda found: tuple(sorted(found)))


@settings(max_examples=120, deadline=None)
@given(
    lines=st.lists(points, max_size=6),
    borders=st.lists(st.integers(0, 10**7), max_size=5),
    own=st.lists(st.integers(0, 10**8), max_size=5),
    width=st.integers(0, 130),
    height=st.integers(0, 34),
)
def test_no_size_and_no_figures_break_it(
    lines: list[tuple[tuple[int, int], ...]],
    borders: list[int],
    own: list[int],
    width: int,
    height: int,
) -> None:
    curves = tuple(Curve(str(n), f"plan {n}", found) for n, found in enumerate(lines))
    starts = [0, *sorted(borders)]
    ends = [*starts[1:], None]
    bands = tuple(Band(str(n % 3), f"plan {n % 3}", a, b)
                  for n, (a, b) in enumerate(zip(starts, ends, strict=True)))  # fmt: skip
    months = tuple((f"month {n}", units, n % 2 == 0) for n, units in enumerate(own))

    drawn(BreakEven("units", curves, bands, months), width, height,
          strict=width >= 30 and height >= 5)  # fmt: skip
