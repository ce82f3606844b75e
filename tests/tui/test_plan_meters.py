"""The plan's meters on Live: credits by lot, runway, windows, the bill, and the alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from convledger.clock import DAY, HOUR, SECOND
from convledger.money import PICO
from convledger.reports.plan_meters import (
    AlertLine,
    CreditsMeter,
    Expiry,
    LotLeft,
    Meters,
    RunwayMeter,
    SpendMeter,
    WindowMeter,
)
from convledger.tui.credit_words import MINUTE
from convledger.tui.widgets.alert_rows import AlertRows, in_order
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.meter_marks import level_at, level_of
from convledger.tui.widgets.plan_meters import PlanMeters
from convledger.tui.widgets.topline import plan_pulse
from tests.tui.pilot import text_of

CENT = PICO // 100


def at(day: int, hour: int = 0, minute: int = 0) -> int:
    """Return an instant of November 2026."""
    moment = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    return int(moment) * SECOND + (day - 1) * DAY + hour * HOUR + minute * MINUTE


NOW = at(20, 14, 32)
CREDITS = CreditsMeter(560 * PICO, 366 * PICO, 194 * PICO, (
    LotLeft("included", 34 * PICO), LotLeft("promo", 60 * PICO), LotLeft("top-up", 100 * PICO),
))  # fmt: skip
RUNWAY = RunwayMeter(
    NOW,
    burn_per_day=Fraction(201 * PICO, 10),
    empty_at=at(28, 23, 9),
    expiries=(Expiry(at(24), 26 * PICO),),
    next_grant_at=at(31),
    next_grant=400 * PICO,
)
FIVE_HOURS = WindowMeter("5-hour window", Fraction(62, 100), NOW, at(20, 11, 4), at(20, 16, 4),
                         share_at_end=Fraction(89, 100))  # fmt: skip
WEEK = WindowMeter("Weekly window", Fraction(71, 100), NOW, at(16, 9), at(23, 9),
                   full_at=at(22, 8), covers="all models")  # fmt: skip
SPEND = SpendMeter(8_725 * CENT, 10_100 * CENT, 12_000 * CENT, at(31))
METERS = Meters("Studio 400", "November", "USD", CREDITS, RUNWAY, (FIVE_HOURS, WEEK), SPEND)


def meters_of(meters: Meters | None) -> PlanMeters:
    widget = PlanMeters()
    widget.show(meters, UTC)
    return widget


def painted(meters: Meters | None, width: int, height: int, *, strict: bool = True) -> Canvas:
    canvas = Canvas(width, height, strict=strict)
    meters_of(meters).draw(canvas)
    return canvas


def drawn(meters: Meters | None, width: int, height: int, *, strict: bool = True) -> list[str]:
    plain = painted(meters, width, height, strict=strict).content().plain
    return [line.rstrip() for line in plain.split("\n")]


def test_everything_is_told_in_the_side_panel() -> None:
    height = meters_of(METERS).full_height()
    lines = drawn(METERS, 34, height)

    words = [" ".join(line.split()) for line in (lines[0], *lines[2:]) if line]
    assert [line for line in words if "━" not in line] == [
        "Credits 194 of 560 left",
        "■ used 366 ■ included 34",
        "■ promo 60 ■ top-up 100",
        "Runway 8.3 days at 20.1 a day",
        "now 24 Nov 28 Nov 1 Dec",
        "26 expire empty +400",
        "5-hour window 62 % used",
        "11:04 to 16:04 · 1 h 32 min left",
        "at this rate 89 % at its end",
        "Weekly window △ 71 % used",
        "resets Mon 23 Nov 09:00",
        "at this rate full Sun 08:00",
        "Billed $87.25 of $120.00",
        "$101.00 est. by 1 Dec",
    ]


def test_runway_is_a_line_from_now_to_the_next_grant() -> None:
    line = next(line for line in drawn(METERS, 60, 24) if line.startswith("●"))

    assert line[-1] == "┤"
    assert len(line) == 60
    span = at(31) - NOW
    assert line.index("╋") == round(59 * (at(24) - NOW) / span)
    assert line.index("✕") == round(59 * (at(28, 23, 9) - NOW) / span)
    assert set(line[line.index("✕") + 1 : -1]) == {"┈"}


def test_bar_is_to_scale_by_lot() -> None:
    canvas = painted(METERS, 56, 24)
    styles = [style for _, style in canvas.cells[1]]

    assert styles.count("on $rule") == 36
    assert styles.count("on $series-3") == 10
    assert styles[-1] == "on $series-3"


def test_runway_without_use_or_without_end() -> None:
    unused = replace(METERS, runway=RunwayMeter(NOW), windows=(), spend=None)
    assert "Runway              no use yet" in drawn(unused, 30, 8)

    lasting = replace(RUNWAY, empty_at=None, expiries=())
    text = "\n".join(drawn(replace(METERS, runway=lasting, windows=(), spend=None), 34, 12))
    assert "lasts at 20.1 a day" in text
    assert "✕" not in text
    assert "+400" in text


def test_credits_that_are_gone_have_no_days_left() -> None:
    spent = CreditsMeter(granted=560 * PICO, used=366 * PICO, left=0)
    empty = replace(RUNWAY, empty_at=NOW, expiries=(), next_grant_at=None)
    gone = replace(METERS, credits=spent, runway=empty, windows=(), spend=None)

    lines = drawn(gone, 44, 12)
    assert "Runway                       nothing is left" in lines
    assert not any("✕" in line for line in lines)
    assert drawn(gone, 60, 1) == ["credits 0 of 560 · runway empty"]
    assert plan_pulse(gone) == ("0", "")
    assert plan_pulse(METERS) == ("194", "28 Nov")

    granted_soon = replace(empty, next_grant_at=at(30), next_grant=400 * PICO)
    text = "\n".join(drawn(replace(gone, runway=granted_soon), 44, 12))
    assert "nothing is left" in text
    assert "+400" in text


def test_less_room_takes_words_first_and_keeps_every_meter() -> None:
    lines = drawn(METERS, 25, 7)

    assert lines[0].startswith("Credits")
    assert any(line.startswith("Runway") and "8.3 days" in line for line in lines)
    assert any("━" in line and line.endswith("62 %") for line in lines)
    assert any("━" in line and line.endswith("△ 71 %") for line in lines)
    assert any(line.startswith("Billed") for line in lines)


def test_two_lines_and_one_line_in_words() -> None:
    assert drawn(METERS, 90, 1) == [
        "credits 194 of 560 · until 28 Nov · 26 expire · 5-hour window 62 % · Weekly window △ 71 %",
    ]
    assert drawn(METERS, 76, 2) == [
        "credits 194 of 560 · until 28 Nov · 26 expire · 5-hour window 62 %",
        "Weekly window △ 71 % · billed $87.25",
    ]


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (replace(WEEK, share=Fraction(1)), "full until then"),
        (replace(FIVE_HOURS, share_at_end=None, full_at=at(20, 15, 30)), "at this rate full 15:30"),
        (replace(WEEK, covers="opus alone"), "resets Mon 23 Nov 09:00 · opus alone"),
        (replace(WEEK, until=None), "no window is open"),
        (replace(WEEK, since=None, until=at(20, 18)), "oldest use leaves 18:00"),
        (replace(WEEK, name="\x1b[31mred"), "␛[31mred"),
    ],
)
def test_windows_say_when_they_end_and_what_is_foreseen(window: WindowMeter, words: str) -> None:
    alone = Meters("p", "November", windows=(window,))

    assert words in "\n".join(drawn(alone, 40, 5))


def test_marks_of_seventy_ninety_and_a_hundred() -> None:
    marks = [level_of(Fraction(n, 1000))[0] for n in (699, 700, 899, 900, 999, 1000, 1500)]
    assert marks == ["", "△", "△", "▲", "▲", "◆", "◆"]
    assert [level_at(n)[0] for n in (50, 70, 90, 100, 120)] == ["△", "△", "▲", "◆", "◆"]


def test_bill_that_is_not_known_is_a_dash() -> None:
    alone = Meters("p", "November", "EUR", spend=SpendMeter(None, None, 50 * PICO))
    text = "\n".join(drawn(alone, 30, 4))

    assert "– of €50.00" in text
    assert "$" not in text


def test_debt_and_nothing_granted() -> None:
    owed = Meters("p", "November", credits=CreditsMeter(0, 12 * PICO, -12 * PICO))
    assert "−12 of 0 left" in drawn(owed, 30, 4)[0]
    nothing = Meters("p", "November", credits=CreditsMeter(0, 0, 0))
    assert "0 of 0 left" in drawn(nothing, 30, 4)[0]


def test_many_lots_share_the_last_colour() -> None:
    lots = tuple(LotLeft(f"lot {n}", PICO) for n in range(9))
    alone = Meters("p", "November", credits=CreditsMeter(9 * PICO, 0, 9 * PICO, lots))

    assert "6 more 6" in "\n".join(drawn(alone, 34, 6))


def test_without_a_plan_it_says_what_to_do() -> None:
    assert "No plan is in force." in "\n".join(drawn(None, 40, 6))
    assert "Studio: nothing to count down." in "\n".join(drawn(Meters("Studio", "x"), 40, 6))


ALERTS = (
    AlertLine(100, "October: included credits", 489 * PICO, 400 * PICO, at(-9), state="settled"),
    AlertLine(90, "Included credits", 366 * PICO, 400 * PICO, at(20, 12, 51)),
    AlertLine(90, "Migrate billing service", 246 * CENT, 250 * CENT, at(20, 14, 29), "money"),
    AlertLine(100, "Included credits", 366 * PICO, 400 * PICO, at(22, 7, 2), state="expected"),
    AlertLine(70, "Weekly window", 71, 100, at(19, 13, 40), "share"),
)


class Bell(App[None]):
    """The alerts alone."""

    def __init__(self, alerts: tuple[AlertLine, ...] = ALERTS) -> None:
        super().__init__()
        self.rows, self._alerts = AlertRows(), alerts

    def compose(self) -> ComposeResult:
        yield self.rows

    def on_mount(self) -> None:
        self.rows.show(self._alerts, NOW, UTC, ["No alert.", "They come at 70, 90 and 100 %."])


def test_newest_come_first_then_expected_then_settled() -> None:
    assert [alert.at for alert in in_order(ALERTS)] == [
        *(at(20, 14, 29), at(20, 12, 51), at(19, 13, 40), at(22, 7, 2), at(-9)),
    ]


@pytest.mark.parametrize("size", [(40, 11), (40, 16)])
async def test_alerts_say_what_of_what_and_when(size: tuple[int, int]) -> None:
    app = Bell()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        lines = [line.strip() for line in text_of(app.rows).splitlines() if line.strip()]

    assert lines == [
        *("▲ 90 %  Migrate billing service", "$2.46 of its $2.50 · 14:29"),
        *("▲ 90 %  Included credits", "366 of 400 used · 12:51"),
        *("△ 70 %  Weekly window", "71 % used · 19 Nov"),
        *("◇ 100 % Included credits", "expected Sun 22 Nov 07:02"),
        *("◆ 100 % October: included credits", "489 of 400 used · settled"),
    ]


async def test_narrow_alerts_keep_the_time() -> None:
    app = Bell()
    async with app.run_test(size=(34, 20)) as pilot:
        await pilot.pause()
        text = text_of(app.rows)

    assert "$2.46 of $2.50 · 14:29" in text
    assert "expected 22 Nov 07:02" in text


async def test_without_alerts_it_says_when_they_come() -> None:
    app = Bell(())
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.pause()
        assert "They come at 70, 90 and 100 %." in text_of(app.rows)


shares = st.fractions(min_value=0, max_value=20)
instants = st.none() | st.integers(NOW - 40 * DAY, NOW + 400 * DAY)
amounts = st.integers(-(10**19), 10**19)


@settings(max_examples=150, deadline=None)
@given(
    left=st.none()
    | st.builds(
        CreditsMeter,
        amounts,
        amounts,
        amounts,
        st.lists(st.builds(LotLeft, st.text(max_size=20), amounts), max_size=7).map(tuple),
    ),
    runway=st.none()
    | st.builds(
        RunwayMeter,
        st.just(NOW),
        st.none() | st.fractions(min_value=-5, max_value=10**15),
        instants,
        st.lists(
            st.builds(Expiry, st.integers(NOW - DAY, NOW + 90 * DAY), amounts), max_size=6
        ).map(tuple),
        instants,
        amounts,
    ),
    windows=st.lists(
        st.builds(
            WindowMeter,
            st.text(max_size=30),
            shares,
            st.just(NOW),
            instants,
            instants,
            st.none() | shares,
            instants,
            st.text(max_size=30),
        ),
        max_size=5,
    ).map(tuple),
    spend=st.none()
    | st.builds(
        SpendMeter, st.none() | amounts, st.none() | amounts, st.none() | amounts, instants
    ),
    width=st.integers(0, 130),
    height=st.integers(0, 40),
)
def test_no_size_and_no_figures_break_it(
    left: CreditsMeter | None,
    runway: RunwayMeter | None,
    windows: tuple[WindowMeter, ...],
    spend: SpendMeter | None,
    width: int,
    height: int,
) -> None:
    meters = Meters("p", "November", "USD", left, runway, windows, spend)

    drawn(meters, width, height, strict=width >= 30 and height >= 1)
