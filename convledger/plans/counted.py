"""Billable units as they were counted, each with why it began and ended."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from convledger.plans.events import NOTHING, Thread

# Why a unit began; `gap` says after how long a silence, where there was one.
FIRST, IDLE, WINDOW, DAY, AFTER_CLOSE, NEW_TOPIC = (
    "first",
    "idle",
    "window",
    "day",
    "close",
    "topic",
)
# Why it ended: the same words, or nothing while it is open.
OPEN = ""


class BillableUnit(Struct, frozen=True, gc=False):
    """One unit that a plan counts: instants in UTC microseconds, half-open.

    `billed_at` is the instant whose period it belongs to: that of its opening, for outcomes that
    of settling, for a reversal that of the return. `ends_at` is when it ended or, if nothing more
    happens, will end; None where only a close can end it. `quantity` is 1, more where it was
    split, -1 for a reversal, and the measure's own amount for sums (tokens, picodollars).
    `attributes` are those of the one event that was counted, for a rate card to look at. What was
    measured `is_estimated` where estimated tokens are in it; `uncounted` calls belong to it whose
    tokens nobody knows.
    """

    id: str
    unit: str
    key: str
    thread: Thread
    opened_at: int
    last_at: int
    billed_at: int
    ends_at: int | None = None
    quantity: int = 1
    began: str = FIRST
    ended: str = OPEN
    gap: int = 0
    messages: int = 0
    replied_at: int | None = None
    model: str = ""
    name: str = ""
    reverses: str = ""
    events: tuple[str, ...] = ()
    attributes: Mapping[str, str] = NOTHING
    is_estimated: bool = False
    uncounted: int = 0
