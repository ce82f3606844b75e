"""The timeout slider: a column a step, the knob, and what the bill would be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import on
from textual.app import App, ComposeResult

from convledger.money import PICO
from convledger.reports.plan_figures import Sensitivity, TimeoutStep
from convledger.tui.credit_words import MINUTE
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.timeout_slider import TimeoutSlider, flat_from

COUNTED = ((5, 812), (10, 671), (15, 588), (20, 541), (30, 489), (45, 441), (60, 402), (90, 371),
           (120, 348), (180, 327), (240, 309), (360, 287), (480, 276), (720, 263),
           (1440, 252))  # fmt: skip
TOLD = Sensitivity(
    "Studio 400",
    "units",
    tuple(
        TimeoutStep(minutes * MINUTE, units, 79 * PICO + max(0, units - 400) * PICO // 4)
        for minutes, units in COUNTED
    ),
    own=4,
)


def slider_of(told: Sensitivity | None, place: int | None = None) -> TimeoutSlider:
    slider = TimeoutSlider()
    slider.show(told)
    if place is not None:
        slider._place = place
    return slider


def painted(slider: TimeoutSlider, width: int, height: int, *, strict: bool = True) -> Canvas:
    canvas = Canvas(width, height, strict=strict)
    slider.draw(canvas)
    return canvas


def drawn(slider: TimeoutSlider, width: int, height: int, *, strict: bool = True) -> list[str]:
    plain = painted(slider, width, height, strict=strict).content().plain
    return [line.rstrip() for line in plain.split("\n")]


def test_counts_stand_above_their_columns_and_the_knob_under_the_chosen() -> None:
    canvas = painted(slider_of(TOLD), 68, 21)
    lines = [line.rstrip() for line in canvas.content().plain.split("\n")]

    for _, units in COUNTED:
        assert any(str(units) in line for line in lines[:15])
    track = next(line for line in lines if "●" in line)
    x = track.index("●")
    row = next(y for y, line in enumerate(lines) if "489" in line)
    assert lines[row][x - 1 : x + 2] == "489"
    assert canvas.cells[row + 2][x][1].endswith("$accent")


def test_examples_are_the_chosen_the_next_and_where_the_bill_stays() -> None:
    lines = [line.strip() for line in drawn(slider_of(TOLD), 68, 21)[-3:]]

    assert lines == [
        "● 30 min          489 units  = $101.25       ← → move the slider",
        "45 min          441 units  = $89.25",
        "from 90 min on  371 units  = $79.00, the fee alone",
    ]


def test_another_timeout_is_compared_with_the_plans_own() -> None:
    text = "\n".join(drawn(slider_of(TOLD, 7), 76, 16))

    assert "● 90 min          371 units  = $79.00  −$22.25" in text
    assert "○ 30 min          489 units  = $101.25" in text
    assert any("○" in line and "●" in line for line in text.splitlines())


def test_bill_that_never_settles_or_is_not_known_has_no_last_example() -> None:
    rising = replace(TOLD, steps=TOLD.steps[:6])
    unknown = replace(TOLD, steps=tuple(replace(step, total=None) for step in TOLD.steps))

    assert flat_from(TOLD) == 7
    assert flat_from(rising) is None
    assert flat_from(unknown) is None
    text = "\n".join(drawn(slider_of(unknown), 68, 21))
    assert "= –" in text
    assert "$" not in text


def test_other_currencies_and_units_are_named() -> None:
    text = "\n".join(drawn(slider_of(replace(TOLD, currency="EUR", unit_name="sessions")), 80, 21))

    assert "489 sessions  = €101.25" in text


def test_long_counts_are_written_short_where_they_would_touch() -> None:
    steps = tuple(replace(step, units=step.units * 1_000) for step in TOLD.steps)

    assert any("489k" in line for line in drawn(slider_of(replace(TOLD, steps=steps)), 68, 21))


def test_more_steps_than_columns_are_shown_around_the_knob() -> None:
    steps = tuple(TimeoutStep(n * MINUTE, 500 - n, None) for n in range(1, 200))
    lines = drawn(slider_of(Sensitivity("p", "units", steps, own=150)), 40, 12)

    assert any("●" in line for line in lines)
    assert any("151 min" in line for line in lines)


def test_without_steps_it_says_so() -> None:
    assert any("No timeout to move." in line
               for line in drawn(slider_of(replace(TOLD, steps=())), 60, 8))  # fmt: skip
    assert slider_of(replace(TOLD, steps=())).place is None


def test_knob_stays_on_its_timeout_while_the_figures_change() -> None:
    slider = slider_of(TOLD, 2)
    slider.show(replace(TOLD, steps=TOLD.steps[1:], own=3))
    assert slider.place == 1

    slider.show(replace(TOLD, plan_name="other", own=5))
    assert slider.place == 5


class Stage(App[None]):
    """The slider alone."""

    def __init__(self) -> None:
        super().__init__()
        self.slider = slider_of(TOLD)
        self.heard: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.slider

    @on(TimeoutSlider.Moved)
    def note(self, event: TimeoutSlider.Moved) -> None:
        self.heard.append(event.place)


async def test_moves_and_clicks_tell_where_the_knob_is() -> None:
    app = Stage()
    async with app.run_test(size=(68, 21)) as pilot:
        app.slider.action_longer()
        app.slider.action_shorter()
        app.slider.action_shorter()
        await pilot.pause()
        assert app.heard == [5, 4, 3]

        app.slider.choose(0)
        app.slider.action_shorter()
        assert app.slider._columns is not None
        await pilot.click(TimeoutSlider, offset=(app.slider._columns.place(9) + 1, 12))
        await pilot.pause()
        assert app.heard == [5, 4, 3, 0, 9]


@pytest.mark.parametrize("width", [26, 30, 40, 68, 76, 140])
@pytest.mark.parametrize("height", [1, 2, 4, 6, 9, 14, 21, 40])
def test_nothing_is_cut_or_covered(width: int, height: int) -> None:
    for place in range(len(COUNTED)):
        text = "\n".join(drawn(slider_of(TOLD, place), width, height))
        if height >= 4:
            assert "…" not in text
            assert "●" in text


@settings(max_examples=120, deadline=None)
@given(
    steps=st.lists(
        st.builds(
            TimeoutStep,
            st.integers(0, 10**13),
            st.integers(0, 10**9),
            st.none() | st.integers(0, 10**18),
        ),
        max_size=40,
    ).map(tuple),
    own=st.integers(-2, 45),
    place=st.integers(0, 39),
    width=st.integers(0, 130),
    height=st.integers(0, 34),
)
def test_no_size_and_no_figures_break_it(
    steps: tuple[TimeoutStep, ...], own: int, place: int, width: int, height: int
) -> None:
    slider = slider_of(Sensitivity("p", "units", steps, own))
    slider._place = min(place, max(0, len(steps) - 1))

    drawn(slider, width, height, strict=width >= 24)
