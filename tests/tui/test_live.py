"""Live: the figures, the chart, what grows, and what stands there when there is nothing yet."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Size
from textual.pilot import Pilot

from convledger.clock import DAY, HOUR, SECOND
from convledger.ingest.discover import Scan
from convledger.ingest.sync import Progress
from convledger.ledger import Ledger
from convledger.reports.listing import ListQuery
from convledger.reports.live import Bar, Growing, Spend
from convledger.tui.feeder import Feed
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.live import LiveScreen
from convledger.tui.screens.live_words import series_names
from convledger.tui.screens.why import WhyScreen
from convledger.tui.widgets.bar_names import bar_name, foot_label, short_names
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.cost_chart import BarParts, Charted, CostChart
from convledger.tui.widgets.growing import GrowingList, trend_text
from convledger.tui.widgets.intake import Intake, time_left
from convledger.tui.widgets.spend import Figure, SpendFigures, coverage
from tests.ingest.logs import line
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of

MINUTE = 60 * SECOND
TODAY = NOW // DAY * DAY
DOLLAR = 10**12


def live(pilot: Pilot[None]) -> LiveScreen:
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    return screen


def at(pilot: Pilot[None], instant: int) -> None:
    """Let the app's clock stand at another instant."""
    pilot.app.now = lambda: instant  # type: ignore[attr-defined]


def feed(pilot: Pilot[None], state: str, **more: Any) -> None:
    pilot.app._fed(Feed(state, **more))  # type: ignore[attr-defined]


def reading(seconds: float, done: int = 300, stage: str = "figures") -> Feed:
    return Feed("reading", Progress(stage, 3, 12, done << 20, 1200 << 20, seconds))


def spend(**values: Any) -> Spend:
    return Spend(
        **{
            "list_pico": DOLLAR,
            "calls": 4,
            "unpriced_calls": 0,
            "estimated_calls": 0,
            "conversations": 1,
            **values,
        }
    )


def grown(number: int, **values: Any) -> Growing:
    found = Growing(
        id=number,
        source="claude-code",
        native=f"n{number}",
        title=f"Talk {number}",
        model="opus",
        last_at=NOW - number * MINUTE,
        list_pico=number * DOLLAR,
        recent_pico=DOLLAR // 2,
        trend=(0,) * 9 + (1,),
        unpriced_calls=0,
        calls=3,
    )
    return replace(found, **values)


def days(count: int, *parts: int, unpriced: int = 0) -> tuple[Bar, ...]:
    first = TODAY - (count - 1) * DAY
    return tuple(
        Bar(first + n * DAY, first + (n + 1) * DAY, str(n), parts, unpriced) for n in range(count)
    )


# ---- the figures


async def test_spend_is_what_the_ledger_says(studio: Path) -> None:
    async with opened(studio) as pilot:
        shown = screen_text(pilot)

    assert all(name in shown for name in ("today, $", "7 days, $", "30 days, $", "last hour, $"))
    assert "58 calls in 5 conversations" in shown
    assert "598 calls, 10 unpriced" in shown
    assert "list cost · 98 % of calls priced" in shown


async def test_figures_are_lines_where_the_screen_is_narrow(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        figures = text_of(live(pilot).query_one(SpendFigures))

    assert figures.split() == [
        *("today", "$2.48", "7", "days", "$5.29", "30", "days", "$58.76", "last", "hour", "$0.57"),
    ]


@pytest.mark.parametrize(
    ("spent", "amount"),
    [
        (spend(), "$1.00"),
        (spend(list_pico=None, unpriced_calls=4), "–"),
        (spend(list_pico=None, calls=0), "$0.00"),
        (spend(estimated_calls=1), "~$1.00"),
    ],
)
def test_an_unknown_amount_is_a_dash_and_nothing_called_costs_nothing(
    spent: Spend, amount: str
) -> None:
    assert Figure("today", spent, 0).amount == amount


def test_coverage_is_told_in_words() -> None:
    assert coverage(spend()) == "list cost · every call priced"
    assert coverage(spend(unpriced_calls=1)) == "list cost · 75 % of calls priced"
    assert coverage(spend(estimated_calls=1)) == "list cost · every call priced · ~ estimated"
    assert coverage(spend(calls=0)) == "list cost · no calls"


# ---- the chart


async def test_the_last_bar_is_chosen_and_written_out(studio: Path) -> None:
    async with opened(studio) as pilot:
        chart = text_of(live(pilot).query_one(CostChart))

        assert "today $2.48  = ■ claude-opus-5-5 $1.60 + ■ other $0.88" in chart
        assert "$20" in chart
        assert "16 Nov" in chart

        await press(pilot, "shift+tab", "left")
        assert "Thu 19 Nov $1.86  = ■ claude-opus-5-5 $1.86" in text_of(
            live(pilot).query_one(CostChart)
        )


async def test_range_period_and_group_go_round(studio: Path) -> None:
    async with opened(studio, range_days=14) as pilot:
        panel = live(pilot).query_one("#chart")

        def words() -> str:
            return f"{panel.border_title} · {panel.border_subtitle}"

        assert words() == "Cost by day · list cost by model · 14 days, 7 Nov – 20 Nov · UTC"
        for ranges in ("30 days", "90 days", "365 days", "14 days"):
            await press(pilot, "d")
            assert f"model · {ranges}" in words()
        for period in ("week · list cost by model · 26", "month · list cost by model · 12"):
            await press(pilot, "p")
            assert f"Cost by {period}" in words()
        await press(pilot, "p")
        assert "Cost by hour · list cost by model · 48 hours, 18 Nov – 20 Nov" in words()
        await press(pilot, "p")
        for group in ("source", "project", "client", "model"):
            await press(pilot, "g")
            assert f"list cost by {group} · 14 days" in words()


async def test_the_range_of_the_settings_is_among_the_others(studio: Path) -> None:
    async with opened(studio, range_days=45) as pilot:
        panel = live(pilot).query_one("#chart")
        seen = []
        for _ in range(6):
            seen.append(str(panel.border_subtitle).split(" · ")[1].split(" ")[0])
            await press(pilot, "d")

    assert seen == ["45", "90", "365", "14", "30", "45"]


async def test_parts_are_named_by_project_and_client(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "g", "g")
        assert "■ booking" in text_of(live(pilot).query_one(CostChart))
        await press(pilot, "g")
        assert "no client" in text_of(live(pilot).query_one(CostChart))


async def test_enter_on_a_bar_opens_the_conversations_of_its_day(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "shift+tab", "left", "enter")

        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.query_shown == ListQuery(since=TODAY - DAY, until=TODAY)


async def test_why_on_a_bar_lists_the_dearest_first(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "shift+tab", "w")

        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.query_shown == ListQuery(since=TODAY, until=TODAY + DAY, sort="cost")


async def test_enter_on_a_figure_opens_what_is_behind_it(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "tab", "right", "enter")

        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.query_shown == ListQuery(since=TODAY - 6 * DAY)


async def test_a_click_chooses_a_figure_and_a_second_one_opens_it(studio: Path) -> None:
    async with opened(studio) as pilot:
        figures = live(pilot).query_one(SpendFigures)
        place = (figures.size.width - 4, 2)
        await pilot.click(SpendFigures, offset=place)
        await settled(pilot)
        assert figures.chosen is not None
        assert figures.chosen.label == "last hour"
        assert figures.chosen.since == NOW - HOUR

        await pilot.click(SpendFigures, offset=place)
        await settled(pilot)
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_a_click_chooses_a_bar(studio: Path) -> None:
    async with opened(studio) as pilot:
        chart = live(pilot).query_one(CostChart)
        assert chart._columns is not None
        await pilot.click(CostChart, offset=(chart._columns.place(3), 5))
        await settled(pilot)

        assert chart.place == 3
        assert "Sun 25 Oct" in text_of(chart)


async def test_bars_without_room_are_counted_and_reached(studio: Path) -> None:
    async with opened(studio, size=(80, 24), range_days=365) as pilot:
        chart = live(pilot).query_one(CostChart)
        assert "earlier" in text_of(chart).splitlines()[0]

        chart.choose(0)
        await settled(pilot)

        text = text_of(chart)
        assert "later ›" in text.splitlines()[0]
        assert chart._columns is not None
        assert chart._columns.first == 0
        assert "▲" in text


def test_a_chosen_bar_stays_chosen_when_a_new_day_begins() -> None:
    chart = CostChart()
    chart.show(Charted("day", ("a",), days(10, DOLLAR), UTC), [])
    chart._chosen = 4
    begins = chart.charted.bars[4].begins

    chart.show(Charted("day", ("a",), days(11, DOLLAR)[1:], UTC), [])
    moved = tuple(replace(bar, begins=bar.begins + DAY) for bar in days(10, DOLLAR))
    chart.show(Charted("day", ("a",), moved, UTC), [])

    assert chart.chosen is not None
    assert chart.chosen.begins == begins


def test_the_last_bar_is_followed() -> None:
    chart = CostChart()
    chart.show(Charted("day", ("a",), days(10, DOLLAR), UTC), [])
    later = tuple(replace(bar, begins=bar.begins + DAY) for bar in days(10, DOLLAR))
    chart.show(Charted("day", ("a",), later, UTC), [])

    assert chart.place == 9


@pytest.mark.parametrize("width", [24, 40, 73, 98, 160])
@pytest.mark.parametrize("height", [4, 6, 8, 14, 30])
def test_nothing_in_the_chart_is_cut_or_covered(width: int, height: int) -> None:
    chart = CostChart()
    names = ("claude-opus-5-5-20251101", "gpt-5.4-codex", "claude-sonnet-5", "other")
    bars = days(30, 12 * DOLLAR, 3 * DOLLAR, DOLLAR // 3, 1234, unpriced=3)
    chart.show(Charted("day", names, bars, UTC), [])

    canvas = Canvas(width, height, strict=width >= 40)
    chart.draw(canvas)

    text = canvas.content().plain
    assert "$15.33" in text
    if width >= 73 and height >= 6:
        assert all(amount in text for amount in ("$12.00", "$3.00", "$0.33", "<$0.0001"))


def test_a_bar_of_unpriced_calls_alone_costs_no_known_amount() -> None:
    chart = CostChart()
    chart.show(
        Charted("day", ("a",), (*days(3, 5 * DOLLAR)[:2], days(3, 0, unpriced=2)[2]), UTC), []
    )
    canvas = Canvas(80, 12)
    chart.draw(canvas)

    assert "today –  · 2 calls unpriced" in canvas.content().plain


def test_the_parts_of_a_bar_are_shares_of_it() -> None:
    parts = BarParts()
    parts.show(Charted("day", ("opus", "haiku"), days(2, 3 * DOLLAR, DOLLAR), UTC), 1)
    canvas = Canvas(34, 12, strict=True)
    parts.draw(canvas)

    lines = [row.rstrip() for row in canvas.content().plain.splitlines()]
    assert lines[0].split() == ["■", "opus", "$3.00"]
    assert lines[1].endswith("75 %")
    assert lines[3].split() == ["■", "haiku", "$1.00"]
    assert lines[4].endswith("25 %")


async def test_a_range_without_calls_says_when_the_last_one_was(studio: Path) -> None:
    async with opened(studio) as pilot:
        at(pilot, NOW + 60 * DAY)
        live(pilot).renew()
        await settled(pilot)

        text = screen_text(pilot)
        assert "No call in these 30 days." in text
        assert "The last one was 8 weeks ago, on 20 Nov 2026. d shows more." in text
        assert "No call in the last 30 minutes." in text


def test_bars_and_their_feet_are_named_by_period() -> None:
    bar = Bar(TODAY - 4 * DAY, 0, "", (), 0)  # Monday 16 November

    assert bar_name(bar, "day", UTC, False) == "Mon 16 Nov"
    assert bar_name(bar, "week", UTC, False) == "week of 16 Nov"
    assert bar_name(bar, "month", UTC, False) == "November 2026"
    assert bar_name(bar, "hour", UTC, False) == "00:00 16 Nov"
    assert [bar_name(bar, one, UTC, True) for one in ("day", "hour")] == ["today", "this hour"]
    assert foot_label(bar, "day", UTC) == "16 Nov"
    assert foot_label(replace(bar, begins=bar.begins + DAY), "day", UTC) == ""
    assert foot_label(replace(bar, begins=bar.begins + 6 * HOUR), "hour", UTC) == "06:00"
    assert foot_label(replace(bar, begins=bar.begins + 7 * HOUR), "hour", UTC) == ""


def test_names_are_short_only_where_they_stay_different() -> None:
    assert short_names(["claude-opus-5", "gpt-5"]) == ["opus-5", "gpt-5"]
    assert short_names(["claude-x-20250101", "claude-x-20250202"]) == [
        "claude-x-20250101",
        "claude-x-20250202",
    ]
    assert series_names(["/a/shop", "/b/shop", "/c/site", ""], "project") == (
        *("/a/shop", "/b/shop", "site", "no project"),
    )
    assert series_names(["\x1b[31mred"], "model") == ("␛[31mred",)


# ---- what grows


async def test_a_growing_conversation_opens_by_enter(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        asked: list[int] = []
        monkeypatch.setattr(pilot.app, "open_conversation", asked.append)
        listed = live(pilot).query_one(GrowingList)
        await press(pilot, "enter")

        assert asked == [listed.growing[0].id]
        shown = text_of(listed)
        assert "claude-code · claude-opus-5-5 · 0 s ago" in shown
        assert "$0.57 in 30 min" in shown


async def test_why_explains_the_growing_conversation(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "w")

        assert isinstance(pilot.app.screen, WhyScreen)
        assert "list cost of 10 calls" in screen_text(pilot)


async def test_ages_grow_without_figures_being_asked(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        listed = live(pilot).query_one(GrowingList)
        asked: list[object] = []
        monkeypatch.setattr(pilot.app, "ask", lambda *given, **_: asked.append(given))
        at(pilot, NOW + 12 * SECOND)
        live(pilot)._look()
        await pilot.pause()

        assert "· 12 s ago" in text_of(listed)
        assert asked == []


async def test_figures_are_asked_anew_when_calls_may_have_left_the_hour(
    studio: Path,
) -> None:
    async with opened(studio) as pilot:
        at(pilot, NOW + 31 * MINUTE)
        live(pilot)._look()
        await settled(pilot)

        assert live(pilot).query_one(GrowingList).count() == 0
        assert "The last one was 31 min ago." in screen_text(pilot)


async def test_only_rows_whose_age_reads_otherwise_are_drawn(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        listed = live(pilot).query_one(GrowingList)
        listed.show([grown(n) for n in range(1, 4)], NOW, [])
        drawn: list[object] = []
        monkeypatch.setattr(listed, "refresh", lambda *regions, **_: drawn.append(regions))

        listed.tick(NOW + SECOND)
        assert drawn == []

        listed.tick(NOW + MINUTE)
        assert len(drawn) == 3


async def test_the_cursor_stays_on_its_conversation(studio: Path) -> None:
    async with opened(studio, size=(120, 40)) as pilot:
        listed = live(pilot).query_one(GrowingList)
        listed.show([grown(1), grown(2), grown(3)], NOW, [])
        listed.cursor = 1
        listed.show([grown(9), grown(1), grown(2)], NOW, [])

        assert listed.chosen is not None
        assert listed.chosen.id == 2


async def test_an_unpriced_conversation_shows_a_dash_and_the_way_out(studio: Path) -> None:
    async with opened(studio) as pilot:
        listed = live(pilot).query_one(GrowingList)
        title = "see \x1b[2J[bold]here"
        listed.show([grown(1, list_pico=None, unpriced_calls=3, title=title)], NOW, [])
        await pilot.pause()

        shown = text_of(listed)
        assert "see ␛[2J[bold]here" in shown
        assert "no price: press w" in shown
        assert "$" not in shown


def test_a_trend_is_drawn_to_its_own_scale() -> None:
    assert trend_text((0, 1, 8, 4)) == "       ▁█▄"
    assert trend_text((0, 0)) == " " * 10


# ---- renewal


async def test_the_same_figures_draw_nothing(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        drawn: list[str] = []
        for kind in (SpendFigures, CostChart, GrowingList, BarParts):
            widget = live(pilot).query_one(kind)
            monkeypatch.setattr(
                widget, "refresh", lambda *_, _name=kind.__name__, **__: drawn.append(_name)
            )
        live(pilot).renew()
        await settled(pilot)

        assert drawn == []


async def test_a_new_call_appears_when_the_ledger_has_it(studio: Path, tmp_path: Path) -> None:
    async with opened(studio) as pilot:
        folder = tmp_path / "home" / ".claude" / "projects" / "-home-ana-bakery"
        folder.mkdir(parents=True)
        moment = "2026-11-20T14:31:00.000Z"
        usage = {"input_tokens": 1_000_000, "output_tokens": 0}
        message = {"id": "msg_new", "model": "claude-sonnet-5", "role": "assistant", "usage": usage}
        common = {"sessionId": "5e55", "timestamp": moment, "cwd": "/home/ana/bakery"}
        prompt = {"role": "user", "content": "Bread prices"}
        (folder / "5e55.jsonl").write_bytes(
            line({"type": "user", "uuid": "u1", "message": prompt, **common})
            + line(
                {"type": "assistant", "uuid": "u2", "requestId": "r", "message": message, **common}
            )
        )
        with Ledger.open(studio) as ledger:
            ledger.sync([("claude-code", folder.parent)])
        live(pilot).renew()
        await settled(pilot)

        text = screen_text(pilot)
        assert "Bread prices" in text
        assert "2 conversations" in text
        assert "today $4.48" in text


# ---- nothing yet, and reading


@pytest.fixture
def void(tmp_path: Path) -> Path:
    """A workspace without a single call."""
    folder = tmp_path / "empty"
    Ledger.open(folder).close()
    return folder


async def test_an_empty_ledger_says_where_it_looked_and_what_to_press(void: Path) -> None:
    async with opened(void, size=(80, 24)) as pilot:
        feed(pilot, "nothing", found=[Scan("codex", Path("/srv/\x1b[31mlogs"))])
        await settled(pilot)

        text = screen_text(pilot)
        assert "No logs were found" in text
        assert "/srv/␛[31mlogs" in text
        assert "8 then i imports a file or folder" in text
        assert "convledger demo" in text
        assert not live(pilot).query_one(CostChart).region.area


async def test_the_first_call_brings_the_panels(void: Path, studio: Path) -> None:
    async with opened(void, size=(80, 24)) as pilot:
        assert "Cost by day" not in screen_text(pilot)
        pilot.app.desk.reopen()  # type: ignore[attr-defined]
        await settled(pilot)
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (void / name).unlink(missing_ok=True)
        shutil.copy(studio / "ledger.db", void / "ledger.db")
        live(pilot).renew()
        await settled(pilot)

        assert "today $2.48" in screen_text(pilot)
        assert isinstance(pilot.app.focused, GrowingList)


async def test_reading_shows_files_bytes_and_time_left(studio: Path) -> None:
    async with opened(studio, size=(100, 32)) as pilot:
        pilot.app._fed(reading(2.0))  # type: ignore[attr-defined]
        await settled(pilot)
        text = screen_text(pilot)

        assert "Reading what was spent  3 of 12 files · 315 MB of 1.26 GB" in text
        assert "6 s left · 8 then x stops" in text
        assert "━" in text

        feed(pilot, "live")
        await settled(pilot)
        assert not live(pilot).query_one(Intake).display


async def test_reading_that_takes_no_time_moves_nothing(studio: Path) -> None:
    async with opened(studio) as pilot:
        pilot.app._fed(reading(0.1))  # type: ignore[attr-defined]
        await settled(pilot)

        assert not live(pilot).query_one(Intake).display


async def test_progress_is_drawn_four_times_a_second_at_most(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        intake = live(pilot).query_one(Intake)
        intake.show(reading(0.9, done=9))
        drawn: list[object] = []
        monkeypatch.setattr(intake, "refresh", lambda *given, **_: drawn.append(given))
        for tenth in range(10, 30):
            intake.show(reading(tenth / 10, done=tenth))

        assert len(drawn) == 6  # at 1.2, 1.5, 1.8 …
        intake.show(reading(2.95, done=1200))
        assert len(drawn) == 7  # the end is always shown


def test_the_time_left_is_told_roughly() -> None:
    told = [time_left(seconds) for seconds in (0.2, 42.4, 61, 3600, 5400)]

    assert told == ["1 s left", "42 s left", "2 min left", "1 h 0 min left", "1 h 30 min left"]


# ---- sizes


@pytest.mark.parametrize(
    "size", [(20, 5), (40, 10), (60, 20), (80, 24), (100, 32), (120, 36), (140, 45), (220, 70)]
)
async def test_live_fits_every_size(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        screen = live(pilot)
        await press(pilot, "d", "p", "g", "tab", "tab", "tab")

        assert screen.query_one("#side").display == (size[0] >= 130)
        assert pilot.app.focused is not None
        if size[1] >= 20:
            regions = [
                screen.query_one(f"#{name}").region for name in ("spend", "chart", "growing")
            ]
            assert all(screen.region.contains_region(region) for region in regions)
            assert screen.query_one(GrowingList).size.height >= 2


async def test_a_resize_keeps_the_screen_whole(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        assert live(pilot).query_one(SpendFigures).size.height == 5
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert live(pilot).query_one(SpendFigures).size == Size(76, 1)
        assert "30 days by model" in screen_text(pilot)

        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        assert live(pilot).query_one(SpendFigures).size.height == 5
        assert "No plan is set" in screen_text(pilot)
