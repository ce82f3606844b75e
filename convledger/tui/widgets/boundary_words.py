"""What is said about units on a time line: why they began and ended, what they come to."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import DAY
from convledger.plans.certainty import SURE, Doubt
from convledger.reports.render.numbers import doubted
from convledger.text.display import display_text
from convledger.tui.credit_words import (
    clock_text,
    credits_text,
    full_moment_text,
    length_text,
    moment_text,
    money_text,
    of_credits,
    same_day,
    timeout_text,
    weekday_text,
)
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.boundary_scale import messages_between
from convledger.tui.widgets.canvas import BOLD, DIM, INK, MONEY, WARN
from convledger.tui.widgets.rows import Part

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Boundaries, Lane, LaneUnit

_WEEK = 6 * DAY  # from there on a weekday has been twice, or nearly
_ENDED = {"window": "window over", "day": "new day", "close": "closed", "topic": "new topic",
          "plan": "plan changed"}  # fmt: skip
_BEGAN = {"first": "the first", "window": "the window before was over", "day": "a new day",
          "close": "the one before was closed", "topic": "a new topic",
          "plan": "the plan changed"}  # fmt: skip


_UNCHARGED = {"answer": "not charged: no answer", "end": "charged when it ends"}


def is_long(told: Boundaries) -> bool:
    """Tell whether weekdays alone would not say when something happened."""
    said = told.messages
    return len(said) > 1 and said[-1].at - said[0].at > _WEEK


def instant_text(at: int, beside: int | None, zone: tzinfo, *, dated: bool = False) -> str:
    """Return an instant as it is told beside another: "10:28", "Wed 16:36", "17 Nov 09:02"."""
    if beside is not None and same_day(at, beside, zone):
        return clock_text(at, zone)
    far = dated or (beside is not None and abs(at - beside) > _WEEK)
    return moment_text(at, zone) if far else weekday_text(at, zone)


def why_ended(unit: LaneUnit, following: LaneUnit | None, zone: tzinfo) -> tuple[list[str], ...]:
    """Return why a unit ended and when, each in ever fewer words; "" says nothing."""
    if not unit.ended:
        if unit.ends_at is None:
            return ["open", ""], ["until it is closed", "until closed", ""]
        until = instant_text(unit.ends_at, unit.last_at, zone)
        return ["open", ""], [f"until {until}", until, ""]
    when = instant_text(unit.ends_at, unit.last_at, zone) if unit.ends_at is not None else ""
    whens = [f"ended {when}", when, ""] if when else [""]
    if unit.ended == "idle":
        silence = length_text(_silence(unit, following))
        return [f"idle {silence}", silence, "idle", ""], whens
    return [_ENDED.get(unit.ended, display_text(unit.ended)), ""], whens


def _silence(unit: LaneUnit, following: LaneUnit | None) -> int:
    """Return how long nothing was said after a unit: at least as long as its clock ran."""
    if following is not None:
        return following.gap or following.opened_at - unit.last_at
    return (unit.ends_at or unit.last_at) - unit.last_at


def amount_parts(
    credits: int | None,  # noqa: A002
    money: int | None,
    currency: str,
    doubt: Doubt = SURE,
) -> list[Part]:
    """Return what units come to: credits, else money, else "–"."""
    if credits is not None:
        return [(of_credits(doubted(credits_text(credits), credits, doubt)), MONEY)]
    text = doubted(money_text(money, currency), money, doubt)
    return [(text, DIM if money is None else MONEY)]


def lane_name(lane: Lane) -> str:
    """Return what a rule is called: "30 min idle", or what it counts: "6 assistant messages"."""
    return display_text(lane.counted or lane.name)


def count_text(lane: Lane) -> str:
    """Return how many units a rule counts: "4 units"."""
    if lane.counted:
        return "no cuts"
    count = sum(unit.quantity for unit in lane.units)
    return f"{count:,} {plural(count, 'unit')}"


def unit_forms(told: Boundaries, place: int, zone: tzinfo) -> list[list[Part]]:
    """Return a unit of the first rule written out, then in ever fewer words."""
    lane = told.lanes[0]
    unit = lane.units[place]
    name: list[Part] = [
        ("▸ ", MONEY),
        (f"{place + 1:,}" if lane.counted else f"unit {place + 1:,}", BOLD),
        (f" of {len(lane.units):,}", DIM),
    ]
    since = (full_moment_text if is_long(told) else weekday_text)(unit.opened_at, zone)
    until = instant_text(unit.last_at, unit.opened_at, zone, dated=is_long(told))
    span: list[Part] = [(f" · {since}" + (f" to {until}" if until not in since else ""), INK)]
    said = len(messages_between(told, unit.opened_at, unit.last_at))
    counted = display_text(unit.counted) or f"{said:,} {plural(said, 'message')}"
    messages: list[Part] = [(f" · {counted}", DIM)]
    began = _BEGAN.get(unit.began, display_text(unit.began))
    if unit.gap:
        began = f"after {length_text(unit.gap)} of silence"
    why: list[Part] = [(f" · {began}", DIM)] if began else []
    counts: list[Part] = []
    if unit.quantity != 1 and not lane.counted:
        rule = f", {display_text(lane.rule)}" if lane.rule else ""
        counts = [(f" · counts as {unit.quantity:,}{rule}", WARN)]
    amount: list[Part] = []
    if unit.credits is not None or unit.money is not None:
        amount = [(" · ", DIM), *amount_parts(unit.credits, unit.money, told.currency, unit.doubt)]
    elif unit.waits_for:
        amount = [(f" · {_UNCHARGED[unit.waits_for]}", WARN)]
    return [
        [*name, *span, *messages, *counts, *why, *amount],
        [*name, *span, *messages, *counts, *amount],
        [*name, *span, *counts[:1], *amount],
        [*name, *span, *amount],
        [*name, *span],
        name,
    ]


def comparison_forms(told: Boundaries) -> list[list[Part]]:
    """Return the sentence that compares the rules, then the same in fewer words."""
    count = len(told.messages)
    messages = f"{count:,} {plural(count, 'message')}"
    sums: list[Part] = []
    known = False
    for lane in told.lanes:
        known = lane.credits is not None or lane.money is not None
        amount = amount_parts(lane.credits, lane.money, told.currency, lane.doubt)
        sums += [(", ", DIM)] if sums else []
        if lane.counted and not known:
            sums.append((lane_name(lane), INK))
            continue
        sums += amount if known else [(count_text(lane), INK)]
        sums.append((f" {'for' if lane.counted else 'under'} {lane_name(lane)}", DIM))
    if len(told.lanes) == 1:
        units = f", {count_text(told.lanes[0])}" if known else ""
        return [[(f"{messages}{units}: ", DIM), *sums], sums]
    bare = [part for part in sums if not part[0].startswith((" under", " for"))]
    against = [(" against ", DIM) if part[0] == ", " else part for part in bare]
    return [[(f"The same {messages}: ", DIM), *sums], sums, against]


def closest_forms(lane: Lane, zone: tzinfo) -> list[list[Part]]:
    """Return the sentence about the longest silence that did not cut, in ever fewer words."""
    if lane.closest is None:
        return [[]]
    since, length = lane.closest
    silence, when = length_text(length), clock_text(since, zone)
    short = f"{silence} of silence after {when} are too short to end it"
    return [
        [(f"{short}: the clock starts again, the unit stays open", DIM)],
        [(short, DIM)],
        [(f"{silence} after {when}: too short", DIM)],
    ]


def legend_forms(step: int, *, cuts: bool = True) -> list[list[Part]]:
    """Return what the marks mean, in ever fewer words; `step` microseconds are a column.

    Where nothing `cuts`, no mark says where.
    """
    column = f"{timeout_text(step)} a column"
    if not cuts:
        return [
            [("╹", BOLD), (" asked  ", DIM), ("╵", INK), (f" answered, {column}   ", DIM),
             ("╱╱ silence, folded   the plan cuts nothing", DIM)],
            [("╹", BOLD), (f" a message, {column}  ╱╱ silence", DIM)],
            [(column, DIM)],
        ]  # fmt: skip
    cut: list[Part] = [("✂", f"bold {WARN}")]
    runs: list[Part] = [(" ", "on $ghost-1")]
    return [
        [("╹", BOLD), (" asked  ", DIM), ("╵", INK), (f" answered, {column}   ", DIM),
         ("╱╱ silence, folded   ", DIM), *runs, (" the clock runs   ", DIM), *cut,
         (" the unit ends", DIM)],
        [("╹", BOLD), (f" a message, {column}  ", DIM), ("╱╱ silence  ", DIM), *runs,
         (" clock runs  ", DIM), *cut, (" end", DIM)],
        [("╹", BOLD), (f" {column}  ", DIM), ("╱╱ silence  ", DIM), *cut, (" end", DIM)],
        [(column, DIM)],
    ]  # fmt: skip
