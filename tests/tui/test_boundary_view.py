"""The time line: messages to scale, silences folded, units by rule, and why each ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import on
from textual.app import App, ComposeResult

from convledger.clock import DAY, HOUR, SECOND
from convledger.money import PICO
from convledger.plans.certainty import Doubt
from convledger.reports.plan_figures import Boundaries, Lane, LaneUnit, Said
from convledger.tui.credit_words import MINUTE
from convledger.tui.widgets.boundary_scale import scale_of
from convledger.tui.widgets.boundary_view import BoundaryView
from convledger.tui.widgets.canvas import Canvas

TUESDAY = int(datetime(2026, 11, 17, tzinfo=UTC).timestamp()) * SECOND
BURSTS = ((542, (0, 3, 9, 22, 36, 39)), (628, (0, 4, 11, 24)), (810, (0, 7, 36, 41, 56)),
          (24 * 60 + 996, (0, 2, 9, 15, 22)))  # fmt: skip


def at(minutes: int) -> int:
    return TUESDAY + minutes * MINUTE


def unit(
    opened: int,
    last: int,
    ends: int | None,
    ended: str,
    gap: int = 0,
    *,
    quantity: int = 1,
    costs: int | None = PICO,
    money: int | None = None,
) -> LaneUnit:
    """Return a unit of a rule, with instants in minutes of that Tuesday."""
    began = "idle" if gap else "first"
    return LaneUnit(at(opened), at(last), None if ends is None else at(ends), quantity, began,
                    ended, gap * MINUTE, costs, money)  # fmt: skip


MESSAGES = tuple(
    Said(at(start + minute), ("user", "assistant")[place % 2])
    for start, minutes in BURSTS
    for place, minute in enumerate(minutes)
)
HALF_HOUR = Lane(
    "30 min idle",
    (
        unit(542, 581, 611, "idle"),
        unit(628, 652, 682, "idle", 47),
        unit(810, 866, 896, "idle", 158),
        unit(2436, 2458, 2488, "", 1570),
    ),
    credits=4 * PICO,
    closest=(at(817), 29 * MINUTE),
)
DAY_LONG = Lane(
    "24 h idle",
    (unit(542, 866, 866 + 1440, "idle"), unit(2436, 2458, 2458 + 1440, "", 1570)),
    credits=2 * PICO,
)
TOLD = Boundaries(7, "Split the invoice parser", "claude-code", MESSAGES, (HALF_HOUR, DAY_LONG))


def view_of(told: Boundaries | None, chosen: int = 0) -> BoundaryView:
    view = BoundaryView()
    view.show(told, UTC, chosen=chosen)
    return view


def drawn(
    view: BoundaryView | Boundaries | None, width: int, height: int, *, strict: bool = True
) -> str:
    view = view if isinstance(view, BoundaryView) else view_of(view)
    canvas = Canvas(width, height, strict=strict)
    view.draw(canvas)
    return "\n".join(line.rstrip() for line in canvas.content().plain.split("\n"))


def one_rule(*units: LaneUnit, **facts: object) -> Boundaries:
    lane = replace(Lane("30 min idle", units), **facts)  # type: ignore[arg-type]
    ends = tuple(Said(one, "user") for one in sorted({at for unit in units
                 for at in (unit.opened_at, unit.last_at)}))  # fmt: skip
    return Boundaries(1, "A talk", "codex", ends, (lane,))


def test_units_of_both_rules_stand_under_the_same_messages() -> None:
    lines = drawn(TOLD, 114, 20).splitlines()

    assert lines[0] == "Split the invoice parser  claude-code · 20 messages"
    assert lines[2].split() == ["Tue", "09:02", "10:28", "13:30", "Wed", "16:36"]
    assert lines[3].count("╱╱") == 3
    assert lines[5].startswith("30 min idle ▸unit 1")
    first, second = lines[5], lines[10]
    assert [first.index(f"unit {n}") for n in (1, 4)] == [second.index(f"unit {n}") for n in (1, 2)]
    assert first.index("unit 2") - 1 == lines[2].index("10:28")
    assert first.count("✂") == 3
    assert second.count("✂") == 1


def test_rule_that_cuts_nothing_shows_what_it_counts_and_no_end() -> None:
    answers = tuple(
        LaneUnit(said.at, said.at, None, 1, "", "counted", credits=PICO,
                 counted="1 assistant message")
        for said in MESSAGES if said.role == "assistant"
    )  # fmt: skip
    lane = Lane("event, assistant message", answers, credits=len(answers) * PICO,
                counted=f"{len(answers)} assistant messages")  # fmt: skip
    text = drawn(replace(TOLD, lanes=(lane,)), 114, 20)

    assert "✂" not in text
    assert "the plan cuts nothing" in text
    assert "\n9 assistant messages " in text
    assert "\nno cuts" in text
    assert "▸ 1 of 9 · Tue 09:05 · 1 assistant message · 1 credit" in text
    assert "20 messages, no cuts: 9 credits for 9 assistant messages" in text
    beside = drawn(replace(TOLD, lanes=(lane, DAY_LONG)), 114, 20)
    assert "9 credits for 9 assistant messages, 2 credits under 24 h idle" in beside
    assert beside.count("✂") == 2


def test_unit_that_nobody_answered_says_so() -> None:
    waiting = replace(unit(0, 20, 30, "idle"), credits=None, waits_for="answer")
    assert "not charged: no answer" in drawn(one_rule(waiting), 100, 16)


def test_each_end_says_why_and_when() -> None:
    text = drawn(TOLD, 114, 20)

    for words in ("idle 47 min", "ended 10:11", "idle 2 h 38 min", "ended 11:22",
                  "idle 26 h 10 min", "ended Wed 14:26", "open", "until 17:28",
                  "until Thu 16:58"):  # fmt: skip
        assert words in text
    assert "29 min of silence after 13:37 are too short to end it: the clock starts again" in text


def test_sums_and_the_comparison_are_told() -> None:
    text = drawn(TOLD, 114, 20)

    assert "\n4 credits" in text
    assert "\n2 credits" in text
    assert "The same 20 messages: 4 credits under 30 min idle, 2 credits under 24 h idle" in text


def test_chosen_unit_is_written_out() -> None:
    assert (
        "▸ unit 2 of 4 · Tue 10:28 to 10:52 · 4 messages · after 47 min of silence · 1 credit"
    ) in drawn(view_of(TOLD, 1), 114, 20)


@pytest.mark.parametrize(
    ("ended", "words"),
    [("window", "window over"), ("day", "new day"), ("close", "closed"), ("topic", "new topic"),
     ("plan", "plan changed"), ("\x1b[1mmoon", "␛[1mmoon")],
)  # fmt: skip
def test_every_reason_has_words(ended: str, words: str) -> None:
    told = one_rule(unit(0, 20, 30, ended), unit(60, 80, 110, "", 40))

    assert words in drawn(told, 100, 16)


def test_a_unit_that_only_a_close_ends_stays_open() -> None:
    told = one_rule(unit(0, 20, None, ""), name="until closed")

    text = drawn(told, 100, 16)
    assert "until it is closed" in text
    assert "✂" not in text.splitlines()[5]


def test_quantities_money_and_what_is_not_known() -> None:
    twice = unit(0, 90, 120, "idle", quantity=2, costs=None, money=3 * PICO // 2)
    text = drawn(one_rule(twice, money=3 * PICO // 2, rule="2 of 40 messages each"), 110, 18)
    assert "×2" in text
    assert "counts as 2, 2 of 40 messages each" in text
    assert "$1.50" in text
    assert "2 units" in text

    unknown = drawn(one_rule(unit(0, 90, 120, "idle", costs=None)), 100, 18)
    assert "\n–" in unknown
    assert "$" not in unknown


def test_narrow_screen_folds_names_above_their_bars() -> None:
    lines = drawn(TOLD, 40, 16).splitlines()

    assert "30 min idle · 4 credits · 4 units" in lines
    assert "1–3 of 4 ›" in lines[0]
    assert "4 credits against 2 credits" in lines[-2]


def test_little_height_keeps_bars_and_names() -> None:
    assert "unit 1" in drawn(TOLD, 80, 3)
    assert drawn(TOLD, 80, 2).count("unit 1") == 2
    assert "unit 1" in drawn(TOLD, 80, 1)


def test_one_message_is_a_unit() -> None:
    told = replace(one_rule(unit(0, 0, 30, "")), messages=(Said(at(0), "user"),))

    text = drawn(told, 80, 14)
    assert "unit 1" in text
    assert "1 message" in text
    assert "1 messages" not in text


def test_silences_are_folded_and_what_happened_is_to_scale() -> None:
    scale = scale_of(TOLD, 114, 10, 8)

    assert len(scale.stretches) == 4
    assert scale.width <= 114
    assert scale.column(at(581)) - scale.column(at(542)) == 39 * MINUTE // scale.step
    assert scale.bar_end(at(581)) == scale.stretches[0].end


def test_a_bar_fills_a_stretch_that_was_made_wider_for_its_name() -> None:
    scale = scale_of(TOLD, 84, 10, 8)
    second = scale.stretches[1]

    assert (second.until - second.since) // scale.step + 1 < second.width == 8
    assert scale.bar_end(at(652)) == second.end


def many(count: int) -> Boundaries:
    """Return a conversation of many units, of two hours each with a day's distance."""
    units = tuple(
        unit(n * 1440, n * 1440 + 120, n * 1440 + 150, "idle", 1320) for n in range(count)
    )
    messages = tuple(Said(at(n * 1440 + 20 * k), "user") for n in range(count) for k in range(7))
    return Boundaries(1, "Long", "codex", messages, (Lane("30 min idle", units),))


def test_eight_hundred_units_are_reached_one_by_one() -> None:
    told = many(800)
    view = view_of(told)
    assert "1–" in drawn(view, 120, 16).splitlines()[0]

    view.choose(799)
    text = drawn(view, 120, 16)
    assert "unit 800" in text
    assert "of 800" in text.splitlines()[0]
    assert "›" not in text.splitlines()[0]


def test_a_unit_longer_than_the_screen_is_walked_through() -> None:
    messages = tuple(Said(at(20 * n), "user") for n in range(5_000))
    long = unit(0, 20 * 4_999, None, "")
    short = [120_000 + 1_440 * n for n in range(30)]
    after = [unit(start, start + 10, start + 40, "idle", 1_430) for start in short]
    lane = Lane("until closed", (long, *after))
    view = view_of(Boundaries(1, "Long", "codex", messages, (lane,)))
    first = drawn(view, 100, 14)

    view.action_later()
    second = drawn(view, 100, 14)
    assert view.chosen == 0
    assert first.splitlines()[2] != second.splitlines()[2]

    view.action_earlier()
    assert drawn(view, 100, 14) == first
    steps = 0
    while view.chosen == 0 and steps < 2_000:
        view.action_later()
        drawn(view, 100, 14)
        steps += 1
    assert view.chosen == 1


def test_many_rules_are_drawn_as_far_as_there_is_room() -> None:
    lanes = tuple(replace(HALF_HOUR, name=f"rule {n}", closest=None) for n in range(6))
    text = drawn(replace(TOLD, lanes=lanes), 110, 12)

    assert "rule 0" in text
    assert "rule 5" in text


def test_without_units_it_says_so_and_where_tokens_are_unknown_that() -> None:
    assert "No unit was counted here." in drawn(replace(TOLD, lanes=()), 60, 8)
    assert drawn(None, 10, 2).strip() == ""
    dark = replace(HALF_HOUR, units=(), closest=None, doubt=Doubt(uncounted=2))
    text = drawn(replace(TOLD, lanes=(dark,)), 60, 8)
    assert "The tokens of 2 calls are unknown." in text
    assert "No unit was counted" not in text


def test_titles_from_outside_are_safe_and_cut() -> None:
    text = drawn(replace(TOLD, title="\x1b]0;x\x07" + "long " * 60), 60, 14)

    assert "\x1b" not in text
    assert "…" in text.splitlines()[0]


class Stage(App[None]):
    """The time line alone."""

    def __init__(self) -> None:
        super().__init__()
        self.view = view_of(TOLD)
        self.heard: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield self.view

    @on(BoundaryView.Chosen)
    def note(self, event: BoundaryView.Chosen) -> None:
        self.heard.append(("chosen", event.index))

    @on(BoundaryView.Opened)
    def note_opened(self, event: BoundaryView.Opened) -> None:
        self.heard.append(("opened", event.index))


async def test_moves_and_clicks_choose_units_and_tell() -> None:
    app = Stage()
    async with app.run_test(size=(114, 20)) as pilot:
        app.view.action_later()
        app.view.action_later()
        app.view.action_earlier()
        app.view.action_earlier()
        app.view.action_earlier()
        await pilot.pause()
        assert app.heard == [("chosen", n) for n in (1, 2, 1, 0)]

        place = next(bar.start for bar in app.view._bars if bar.place == 2)
        await pilot.click(BoundaryView, offset=(12 + place + 1, 5))
        await pilot.click(BoundaryView, offset=(12 + place + 1, 5))
        await pilot.pause()
        assert app.heard[-2:] == [("chosen", 2), ("opened", 2)]


def test_the_same_conversation_keeps_its_chosen_unit() -> None:
    view = view_of(TOLD)
    view.choose(2)
    view.show(replace(TOLD, lanes=(HALF_HOUR,)), UTC)
    assert view.chosen == 2

    view.show(replace(TOLD, lanes=(DAY_LONG,)), UTC)
    assert view.chosen == 1
    view.show(replace(TOLD, conversation_id=8), UTC)
    assert view.chosen == 0


units_of_any_kind = st.lists(
    st.builds(
        unit,
        st.integers(-5_000, 90_000),
        st.integers(-5_000, 90_000),
        st.none() | st.integers(-5_000, 90_000),
        st.sampled_from(["", "idle", "window", "day", "close", "topic", "plan", "x"]),
        st.integers(0, 9_000),
        quantity=st.integers(-1, 4),
        costs=st.none() | st.integers(-(10**14), 10**14),
        money=st.none() | st.integers(-(10**14), 10**14),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    lanes=st.lists(units_of_any_kind, max_size=5),
    said=st.lists(st.integers(-5_000, 90_000), max_size=40),
    width=st.integers(0, 130),
    height=st.integers(0, 34),
    chosen=st.integers(0, 20),
)
def test_no_size_and_no_units_break_it(
    lanes: list[list[LaneUnit]], said: list[int], width: int, height: int, chosen: int
) -> None:
    made = tuple(
        Lane(f"rule {n}", tuple(sorted(units, key=lambda one: one.opened_at)), n * PICO, None,
             (at(5), 9 * MINUTE))
        for n, units in enumerate(lanes)
    )  # fmt: skip
    messages = tuple(Said(at(minute), "user") for minute in sorted(said))
    view = view_of(Boundaries(1, "A talk", "codex", messages, made), chosen)

    for _ in range(3):
        drawn(view, width, height, strict=width >= 36 and height >= 4)
        view.action_later()


def test_hours_and_days_of_a_long_silence() -> None:
    told = one_rule(
        unit(0, 10, 40, "idle"), unit(8 * 1440, 8 * 1440 + 5, 8 * 1440 + 35, "", 11_510)
    )

    text = drawn(told, 100, 16)
    assert "idle 7 days 23 h" in text
    assert DAY > HOUR
    assert "25 Nov" in text
