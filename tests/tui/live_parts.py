"""What tests of Live share: figures, bars and conversations made up for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot

from convledger.clock import DAY, SECOND
from convledger.ingest.sync import Progress
from convledger.reports.live import Bar, Growing, Spend
from convledger.tui.feeder import Feed
from convledger.tui.screens.live import LiveScreen
from tests.tui.pilot import NOW

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
