"""Builders of threads and events for tests about units; minutes from a fixed instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convledger.plans.counted import BillableUnit
from convledger.plans.events import ASSISTANT, CALL, CLOSE, TOPIC, USER, Event, Thread
from convledger.plans.schema import Unit

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_780_308_000 * SECOND  # 2026-06-01T10:00:00Z
TOLD: Mapping[str, str] = {"u": USER, "a": ASSISTANT, "x": CLOSE, "t": TOPIC, "c": CALL}
THREAD = Thread(id="t1", user="ada")


def at(minutes: float) -> int:
    """Return the instant so many minutes after the start."""
    return START + round(minutes * MINUTE)


def said(letter: str, minutes: float, thread: Thread = THREAD, **told: Any) -> Event:
    """Return an event; the letter says its kind: user, assistant, x for close, topic, call."""
    kind = TOLD.get(letter, letter)
    name = told.pop("id", f"{letter}{minutes:g}")
    return Event(id=name, at=at(minutes), kind=kind, thread=thread, **told)


def story(text: str, thread: Thread = THREAD) -> list[Event]:
    """Return events from words like "u0 a5 u40": who, and at which minute."""
    return [said(word[0], float(word[1:]), thread) for word in text.split()]


def window(**told: Any) -> Unit:
    """Return a window of 30 minutes of silence, or as told."""
    return Unit(**{"id": "w", "count": "window", "timeout": 30 * MINUTE, **told})


def always(unit: Unit) -> Callable[[int], Unit | None]:
    """Return the history of a plan that never changed."""
    return lambda _: unit


def ids(units: list[BillableUnit]) -> list[list[str]]:
    """Return which events each unit holds."""
    return [list(unit.events) for unit in units]
