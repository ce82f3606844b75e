"""Live: the figures, what grows, and what stands there when there is nothing yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.geometry import Size

from convledger.clock import DAY, SECOND
from convledger.ingest.discover import Scan
from convledger.ledger import Ledger
from convledger.reports.live import Spend
from convledger.tui.screens.why import WhyScreen
from convledger.tui.widgets.cost_chart import BarParts, CostChart
from convledger.tui.widgets.growing import GrowingList, trend_text
from convledger.tui.widgets.intake import Intake, time_left
from convledger.tui.widgets.spend import Figure, SpendFigures, coverage
from tests.ingest.logs import line
from tests.tui.live_parts import MINUTE, at, feed, grown, live, reading, spend
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of

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


async def test_keys_of_figures_are_offered_only_where_there_are_any(
    void: Path, studio: Path
) -> None:
    shown = {}
    for workspace in (void, studio):
        async with opened(workspace, size=(100, 30)) as pilot:
            shown[workspace] = screen_text(pilot).splitlines()[-1]

    for label in ("Range", "Period", "Group", "Why"):
        assert label in shown[studio]
        assert label not in shown[void]
    assert "Search" in shown[void]


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


async def test_a_clock_before_all_calls_is_told(studio: Path) -> None:
    async with opened(studio, size=(100, 30)) as pilot:
        at(pilot, NOW - 400 * DAY)
        live(pilot).renew()
        await settled(pilot)
        shown = screen_text(pilot)
        at(pilot, NOW)
        live(pilot).renew()
        await settled(pilot)

        assert "All calls lie ahead of this machine's clock" in shown
        assert "It says 16 Oct 2025 14:32" in shown
        assert "Growing now" in screen_text(pilot)


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
        assert "no plan yet" in screen_text(pilot)

        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        assert live(pilot).query_one(SpendFigures).size.height == 5
        assert "No plan yet" in screen_text(pilot)
