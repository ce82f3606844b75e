"""Live with a plan in force: meters, alerts, credits and budgets of what is growing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import DAY, parse_instant
from convledger.ledger import Ledger
from convledger.reports.plan_now import PlanNow
from convledger.tui.screens.alerts import AlertsScreen
from convledger.tui.screens.live import LiveScreen
from convledger.tui.widgets.alert_rows import AlertRows
from convledger.tui.widgets.growing import GrowingHead, GrowingList
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.plan_meters import PlanMeters
from convledger.tui.widgets.topline import TopLine
from tests.tui.fault_parts import look, until
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of
from tests.tui.plan_parts import asked

PLAN = """\
schema = 1
id = "studio-40"
name = "Studio 40"
version = "1"
currency = "USD"
timezone = "UTC"
effective_from = 2026-09-01

[[fee]]
id = "base"
amount = "79.00"

[[unit]]
id = "conversation"
count = "window"
timeout = "30m"

[[charge]]
unit = "conversation"
pay_with = "credits"
credits = "1"

[[unit]]
id = "usage"
count = "sum"
measure = "rated_usd"

[[grant]]
id = "included"
amount = "40"

[[limit]]
id = "weekly"
unit = "usage"
cap = "7.00"
window = "rolling"
duration = "7d"
on_exceed = "degrade"

[[alert]]
on = "allowance"

[[alert]]
on = "unit_budget"
budget = "0.60"
"""


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented books with a plan of 40 credits in force since September."""
    with Ledger.open(studio) as ledger:
        ledger.add_plan(PLAN, "studio-40.toml")
        since = parse_instant("2026-09-01")
        assert since is not None
        ledger.use_plan("studio-40", since, now=NOW)
    return studio


def toasts(app: object) -> list[str]:
    return [each.message for each in app._notifications]  # type: ignore[attr-defined]


async def test_credits_left_stand_in_the_top_line_of_every_screen(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        for key in ("1", "2", "8"):
            await press(pilot, key)
            line = text_of(pilot.app.screen.query_one(TopLine))
            assert "credits 2 · until 21 N" in line


async def test_a_look_at_the_plans_leads_to_no_other(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    plan_now = Ledger.plan_now

    def counted(ledger: Ledger, *args: Any, **told: Any) -> PlanNow:
        looks.append(args)
        return plan_now(ledger, *args, **told)

    monkeypatch.setattr(Ledger, "plan_now", counted)
    async with opened(planned, size=(140, 45)) as pilot:
        await look(pilot)
        assert len(looks) == 1

        with Ledger.open(planned) as other:
            other.label([1], "tag", "changed elsewhere")
        await look(pilot)
        await until(pilot, lambda: len(looks) == 2)
        for _ in range(5):
            await look(pilot)
            await asked(pilot)
        assert len(looks) == 2


async def test_meters_show_credits_runway_and_windows(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        shown = text_of(pilot.app.screen.query_one("#meters", PlanMeters))

    assert "2 of 40 left" in shown
    assert "Runway" in shown
    assert "weekly" in shown
    assert "$79.00" in shown


async def test_meters_name_days_in_the_zone_of_the_plan(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.add_plan(PLAN.replace('"UTC"', '"Pacific/Auckland"'), "studio-40.toml")
        since = parse_instant("2026-08-31T12:00:00")
        assert since is not None
        ledger.use_plan("studio-40", since, now=NOW)
    async with opened(studio, size=(140, 45)) as pilot:
        shown = text_of(pilot.app.screen.query_one("#meters", PlanMeters))
        counts = str(pilot.app.screen.query_one("#plan", Panel).border_subtitle)

    assert counts == "Studio 40 · November, Auckland"
    assert "by 1 Dec" in shown
    assert "30 Nov" not in shown


@pytest.mark.parametrize("size", [(76, 24), (80, 24), (100, 30), (129, 40)])
async def test_meters_stand_beside_the_chart_where_there_is_no_side(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        folded = pilot.app.screen.query_one("#folded", PlanMeters)
        assert folded.region.width > 20
        assert "2 of 40" in text_of(folded)


@pytest.mark.parametrize("size", [(40, 10), (60, 20)])
async def test_a_small_screen_keeps_the_credits_in_its_top_line_or_not_at_all(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        assert pilot.app.screen.query_one("#folded").region.width == 0
        assert "No plan" not in screen_text(pilot)


async def test_without_a_plan_live_says_how_to_get_one(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        shown = screen_text(pilot)

    assert "No plan yet" in shown
    assert "4 puts one in force" in shown.replace("\n", " ")


async def test_an_alert_is_told_once_by_its_highest_threshold(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        told = [words for words in toasts(pilot.app) if "Included credits" in words]
        assert told == ["▲ 90 % Included credits: 38 of 40 used"]
    async with opened(planned, size=(140, 45)) as pilot:
        assert not [words for words in toasts(pilot.app) if "Included credits" in words]
        assert "Included credits" in text_of(pilot.app.screen.query_one(AlertRows))


async def test_a_period_that_is_over_is_closed_and_said(planned: Path) -> None:
    async with opened(planned) as pilot:
        assert "Studio 40: 2026-10 is closed, $79.00 due." in toasts(pilot.app)
    with Ledger.open(planned) as ledger:
        names = ledger.connection.execute("SELECT name FROM statement ORDER BY since").fetchall()
    assert names == [("2026-09",), ("2026-10",)]


async def test_conversations_that_grow_show_credits_and_budget(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        head = text_of(pilot.app.screen.query_one(GrowingHead))
        rows = text_of(pilot.app.screen.query_one(GrowingList)).splitlines()

    assert head.split() == ["conversation", "30", "min", "of", "its", "budget", "credits",
                            "list", "cost"]  # fmt: skip
    assert rows[0].split()[-3:] == ["%", "1", "$0.57"]
    assert "of $0.60 · $0.57" in rows[1]


async def test_without_a_head_credits_stand_with_their_noun(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        rows = text_of(pilot.app.screen.query_one(GrowingList)).splitlines()

    assert rows[0].split()[-3:] == ["1", "credit", "$0.57"]


async def test_an_alert_is_muted_and_shown_again_by_undo(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        rows = pilot.app.screen.query_one(AlertRows)
        before = rows.count()
        rows.focus()
        await press(pilot, "m")
        assert rows.count() == before - 1
        await press(pilot, "u")
        assert rows.count() == before


async def test_alerts_are_listed_on_a_small_screen(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        counts = str(pilot.app.screen.query_one("#growing", Panel).border_subtitle)
        assert counts.startswith("▲ ")
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AlertsScreen)
        assert "Included credits" in text_of(pilot.app.screen.query_one(AlertRows))
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, LiveScreen)


async def test_alert_about_a_conversation_opens_it(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        rows = pilot.app.screen.query_one(AlertRows)
        rows.cursor = next(
            place for place, one in enumerate(rows.alerts) if one.key[0].startswith("unit:")
        )
        rows.focus()
        await press(pilot, "enter")
        assert type(pilot.app.screen).__name__ == "ReaderScreen"


async def test_without_a_plan_there_are_no_alerts_to_list(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, LiveScreen)
        assert any("No plan is in force" in words for words in toasts(pilot.app))


async def test_a_broken_plan_is_a_notice_and_the_last_good_one_stays(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        path = planned / "plans" / "studio-40.toml"
        path.write_text(PLAN.replace('amount = "40"', "amount = 4.5"))
        pilot.app.plan_watch.wish(at_once=True)  # type: ignore[attr-defined]
        await settled(pilot)
        shown = screen_text(pilot)

    assert "studio-40.toml: line " in shown
    assert "2 of 40 left" in shown


async def test_time_alone_ends_a_period(planned: Path) -> None:
    instants = [NOW]
    clock: Callable[[], int] = lambda: instants[-1]  # noqa: E731 - one line says it best
    async with opened(planned, size=(140, 45)) as pilot:
        pilot.app.now = clock  # type: ignore[attr-defined]
        instants.append(NOW + 11 * DAY)
        pilot.app.plan_watch.wish(at_once=True)  # type: ignore[attr-defined]
        await settled(pilot)
        assert "40 of 40 left" in text_of(pilot.app.screen.query_one("#meters", PlanMeters))
        assert "Studio 40: 2026-11 is closed, $79.00 due." in toasts(pilot.app)
