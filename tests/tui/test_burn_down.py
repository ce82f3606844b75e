"""The burn-down: steps by lot, marks that never overlap, and what comes of it in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, SECOND
from convledger.money import PICO
from convledger.reports.plan_figures import BurnDown, Level, LotName, Mark
from convledger.tui.widgets.burn_down import BurnDownChart, lot_groups
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.chart_flags import Field, Flag, draw_flags
from convledger.tui.widgets.time_axis import instants


def at(day: int, hour: int = 0) -> int:
    """Return an hour of a day in November 2026, or of 1 December as the 31st."""
    return (
        int(datetime(2026, 11, 1, tzinfo=UTC).timestamp()) * SECOND + (day - 1) * DAY + hour * HOUR
    )


SINCE, UNTIL, NOW = at(1), at(31), at(20, 14)
LOTS = (
    LotName("a", "included", "included"),
    LotName("b", "promo", "promo"),
    LotName("c", "top-up", "topup"),
)


def falling(granted: int = 400, topup: int = 100) -> tuple[Level, ...]:
    """Return levels that fall by a step a day, with a top-up on the 12th and an expiry."""
    levels = []
    for day in range(1, 31):
        included = max(0, granted - 19 * (day - 1)) * PICO
        promo = 60 * PICO if day < 24 else 0
        bought = topup * PICO if day >= 12 else 0
        later = max(0, bought - max(0, day - 24) * 20 * PICO)
        levels.append(Level(at(day), (included, promo, later)))
    return tuple(levels)


BURN = BurnDown(
    since=SINCE,
    until=UNTIL,
    now=NOW,
    lots=LOTS,
    levels=falling(),
    marks=(
        Mark(SINCE, "grant", 400 * PICO, "included"),
        Mark(at(12, 10), "topup", 100 * PICO, "top-up"),
        Mark(at(24), "expires", -26 * PICO),
        Mark(at(28, 23), "empty", 0),
    ),
    burn_per_day=Fraction(201 * PICO, 10),
    empty_at=at(28, 23),
    empty_at_without_expiry=at(30),
    next_grant_at=at(31),
    next_grant=400 * PICO,
    shortfall=41 * PICO,
    shortfall_money=1025 * PICO // 100,
    confidence="high",
)


def drawn(burn: BurnDown | None, width: int, height: int, *, strict: bool = True) -> str:
    return text_of(painted(burn, width, height, strict=strict))


def painted(burn: BurnDown | None, width: int, height: int, *, strict: bool = True) -> Canvas:
    chart = BurnDownChart()
    chart.show(burn, UTC)
    canvas = Canvas(width, height, strict=strict)
    chart.draw(canvas)
    return canvas


def text_of(canvas: Canvas) -> str:
    return "\n".join(line.rstrip() for line in canvas.content().plain.split("\n"))


def test_chart_says_what_is_left_what_expires_and_when_it_is_empty() -> None:
    text = drawn(BURN, 94, 18)

    assert "■ included  ■ promo  ■ top-up, burnt from the top  ■■■ foreseen at 20.1 a day" in text
    for words in ("12 Nov", "+100 top-up", "now", "199 left", "24 Nov", "26 expire", "empty",
                  "28 Nov 23:00"):  # fmt: skip
        assert words in text
    assert [day for day in ("1 Nov", "8 Nov", "15 Nov", "22 Nov") if day in text.splitlines()[-3]]
    assert text.splitlines()[-1].strip() == (
        "41 credits short until +400 on 1 Dec = $10.25 overage est. · without the expiry: 30 Nov"
    )


def test_sentence_gets_shorter_with_the_room() -> None:
    assert drawn(BURN, 62, 10).splitlines()[-1].strip() == (
        "41 credits short until +400 on 1 Dec = $10.25 overage est."
    )
    assert drawn(BURN, 30, 8).splitlines()[-1].strip() == "41 credits short = $10.25 est."
    assert drawn(BURN, 18, 4).splitlines()[-1].strip() == "41 credits short"


def test_sentence_takes_two_lines_where_there_are_enough() -> None:
    last = drawn(BURN, 76, 18).splitlines()[-2:]

    assert " ".join(line.strip() for line in last).endswith("without the expiry: 30 Nov")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shortfall": 0, "empty_at": None, "wasted": 12 * PICO},
         "lasts to the reset; 12 expire unused · +400 on 1 Dec"),
        ({"burn_per_day": None}, "no use yet · 199 credits left"),
        ({"shortfall": 0, "empty_at_without_expiry": None, "next_grant_at": None},
         "empty 28 Nov 23:00, in 8 days"),
        ({"shortfall": PICO, "shortfall_money": None}, "1 credit short until +400 on 1 Dec"),
        ({"confidence": "low", "empty_at_without_expiry": None}, "few days to go by"),
        ({"is_over": True, "now": UNTIL + DAY}, "no longer in force"),
        ({"currency": "EUR"}, "€10.25 overage est."),
    ],
)  # fmt: skip
def test_sentence_for_each_outcome(change: dict[str, object], words: str) -> None:
    assert words in drawn(replace(BURN, **change), 100, 20)  # type: ignore[arg-type]


def test_booked_is_solid_and_foreseen_is_pale() -> None:
    canvas = painted(BURN, 64, 18)
    base = 13
    styles = [canvas.cells[base][x][1] for x in range(4, 64)]
    now = (NOW - SINCE) * 60 // (UNTIL - SINCE)

    assert set(styles[:20]) == {"on $series-2"}  # the promo lies lowest until the top-up
    assert set(styles[24:now]) == {"on $series-3"}
    assert all("$ghost" in style for style in styles[now + 1 : now + 8])


def filled(canvas: Canvas) -> dict[tuple[int, int], tuple[str, str]]:
    return {
        (x, y): cell
        for y, row in enumerate(canvas.cells)
        for x, cell in enumerate(row)
        if y and ("$series" in cell[1] or "$ghost" in cell[1])
    }


def test_marks_and_their_words_never_cover_the_chart() -> None:
    bare = replace(BURN, marks=(), now=SINCE - 1)
    pale = replace(BURN, marks=BURN.marks, now=SINCE - 1)
    for width in range(30, 121, 7):
        for height in range(8, 31, 3):
            assert filled(painted(bare, width, height)) == filled(painted(pale, width, height))


def test_marks_without_room_lose_their_words_but_not_their_line() -> None:
    crowd = tuple(Mark(at(21 + n // 6, n % 6), "expires", -PICO) for n in range(40))
    text = drawn(replace(BURN, marks=crowd), 40, 10)

    assert "now" in text
    assert text.count("expire") < 10
    assert text.count("│") > text.count("expire")


def test_top_ups_without_room_leave_nothing() -> None:
    many = tuple(Mark(at(2 + n // 2, 12 * (n % 2)), "topup", PICO) for n in range(30))
    text = drawn(replace(BURN, marks=many), 60, 14)

    assert text.count("│") <= 14 * 8


def test_more_lots_than_colours_are_one_at_the_end() -> None:
    lots = tuple(LotName(str(n), f"top-up {n}", "topup") for n in range(9))

    groups = lot_groups(lots, set(range(9)))

    assert [group.name for group in groups] == ["top-up 0", "top-up 1", "top-up 2", "6 more lots"]
    assert groups[-1].places == (3, 4, 5, 6, 7, 8)


def test_lots_of_one_name_are_one_and_empty_ones_none() -> None:
    lots = (LotName("a", "top-up", "topup"), LotName("b", "promo", "promo"),
            LotName("c", "top-up", "topup"))  # fmt: skip

    assert [group.places for group in lot_groups(lots, {0, 2})] == [(0, 2)]


def test_names_from_outside_are_safe() -> None:
    lots = (LotName("a", "\x1b[31mred", "included"),)
    levels = (Level(SINCE, (PICO,)),)
    text = drawn(replace(BURN, lots=lots, levels=levels, marks=()), 80, 18)

    assert "\x1b" not in text
    assert "␛[31mred" in text


def test_without_credits_it_says_what_to_do() -> None:
    assert "No credits yet." in drawn(replace(BURN, levels=()), 60, 10)
    assert drawn(None, 20, 3).strip() == ""


@pytest.mark.parametrize("granted", [0, 1, 1_900_000])
@pytest.mark.parametrize("size", [(30, 8), (80, 18), (120, 30)])
def test_grants_of_any_size(granted: int, size: tuple[int, int]) -> None:
    text = drawn(replace(BURN, levels=falling(granted, 0), marks=BURN.marks[2:]), *size)

    assert "41 credits short" in text
    assert ("1M" in text or "2M" in text) == (granted > 1_000_000)


@pytest.mark.parametrize(
    ("days", "names"),
    [
        (2, ["1 Nov", "06:00", "12:00", "18:00", "2 Nov", "06:00", "12:00", "18:00"]),
        (30, ["1 Nov", "8 Nov", "15 Nov", "22 Nov", "29 Nov"]),
        (90, ["1 Nov", "15 Nov", "29 Nov", "13 Dec", "27 Dec", "10 Jan", "24 Jan"]),
        (330, ["1 Nov", "Jan 2027", "1 Mar", "1 May", "1 Jul", "1 Sep"]),
        (0, []),
    ],
)
def test_time_axis_names_hours_days_or_months(days: int, names: list[str]) -> None:
    assert [name for _, name in instants(SINCE, SINCE + days * DAY, 80, UTC)] == names


def test_flag_moves_to_the_other_side_at_the_edge() -> None:
    canvas = Canvas(20, 6, strict=True)

    draw_flags(canvas, Field(0, 0, 20, 5, lambda _: 6), [Flag(18, ("28 Nov", "empty"), "$error")])

    lines = text_of(canvas).splitlines()
    assert "           28 Nov │" in lines
    assert "            empty │" in lines


levels_of_any_kind = st.lists(
    st.tuples(st.integers(-40, 60), st.lists(st.integers(0, 10**19), max_size=6)), max_size=12
).map(lambda found: tuple(Level(at(day), tuple(left)) for day, left in sorted(found)))
marks_of_any_kind = st.lists(
    st.builds(
        Mark,
        st.integers(-10, 50).map(at),
        st.sampled_from(["grant", "topup", "expires", "empty", "resets", "odd"]),
        st.integers(-(10**19), 10**19),
        st.text(max_size=12),
    ),
    max_size=8,
).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    levels=levels_of_any_kind,
    marks=marks_of_any_kind,
    width=st.integers(0, 130),
    height=st.integers(0, 34),
    days=st.integers(-1, 800),
    short=st.integers(0, 10**18),
)
def test_no_size_and_no_figures_break_it(
    levels: tuple[Level, ...],
    marks: tuple[Mark, ...],
    width: int,
    height: int,
    days: int,
    short: int,
) -> None:
    lots = tuple(LotName(str(n), f"lot {n}", "topup") for n in range(5))
    burn = replace(
        BURN, lots=lots, levels=levels, marks=marks, until=SINCE + days * DAY, shortfall=short
    )

    drawn(burn, width, height, strict=width >= 30 and height >= 6)
