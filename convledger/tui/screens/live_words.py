"""What Live says in words: names of series, periods under the chart, empty places, the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.clock import to_datetime
from convledger.text.display import display_text
from convledger.tui.amounts import ago
from convledger.tui.widgets.bar_names import UNITS, plural, span_text

if TYPE_CHECKING:
    from convledger.reports.live import LiveFigures
    from convledger.reports.plan_meters import AlertLine

PLAN = (
    "Every amount here is list cost: what the calls would cost at token prices.",
    "A plan adds the credits left and until when, and how full its 5-hour and weekly windows are.",
    "4 puts one in force: your own, or one of the examples that come with the program.",
)
NO_ALERTS = ("No alert in this period.", "Thresholds are set in the plan.")


def series_names(series: Sequence[str], group: str) -> tuple[str, ...]:
    """Return the names of a chart's parts as displayed text; projects by the end of their path."""
    unnamed = {"": f"no {group}"}
    if group != "project":
        return tuple(unnamed.get(name) or display_text(name) for name in series)
    short = [name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for name in series]
    return tuple(
        unnamed.get(name) or display_text(end if short.count(end) == 1 else name)
        for name, end in zip(series, short, strict=True)
    )


def chart_counts(
    figures: LiveFigures, period: str, group: str, zone: tzinfo, *, short: bool
) -> str:
    """Return what the chart shows: how many bars, of what, from when to when, in which zone."""
    bars = figures.bars
    count = f"{len(bars):,} {UNITS[period]}"
    if short or not bars:
        return f"{count} by {group}"
    span = span_text(bars[0].begins, bars[-1].begins, zone)
    return f"list cost by {group} · {count}, {span} · {zone_name(zone, bars[-1].begins)}"


def all_ahead(first: int, now: int, zone: tzinfo) -> list[Content]:
    """Return what to say where the clock stands before all calls, the first at `first`."""
    shown = [f"{to_datetime(at).astimezone(zone):%d %b %Y %H:%M}" for at in (now, first)]
    return [
        Content.styled("All calls lie ahead of this machine's clock", "bold $foreground"),
        Content(),
        Content(f"It says {shown[0]}; the first call was made on {shown[1]}."),
        Content("The figures appear when the clock is right; 2 lists the conversations."),
    ]


def zone_name(zone: tzinfo, at: int) -> str:
    """Return the name of a zone, or how it calls itself at an instant."""
    key: str | None = getattr(zone, "key", None)
    return display_text(key or to_datetime(at).astimezone(zone).tzname() or "")


def no_call_in(figures: LiveFigures, period: str, now: int, zone: tzinfo, key: str) -> list[str]:
    """Return what to say of a chart without any call: since when, and what to press."""
    lines = [f"No call in these {len(figures.bars):,} {UNITS[period]}."]
    if figures.last_call_at is not None:
        on = to_datetime(figures.last_call_at).astimezone(zone)
        age = ago(max(0, now - figures.last_call_at))
        lines.append(f"The last one was {age} ago, on {on.day} {on:%b %Y}. {key} shows more.")
    return lines


def not_growing(last_call_at: int | None, now: int) -> list[str]:
    """Return what to say where no conversation grows."""
    lines = ["No call in the last 30 minutes."]
    if last_call_at is not None:
        lines.append(f"The last one was {ago(max(0, now - last_call_at))} ago.")
    return lines


def growing_counts(count: int) -> str:
    """Return how many conversations grow."""
    return f"{count:,} {plural(count, 'conversation')}" if count else ""


def alert_counts(alerts: Sequence[AlertLine]) -> str:
    """Return how many alerts are open and how many settled."""
    states = [alert.state for alert in alerts]
    parts = [f"{states.count(state):,} {state}" for state in ("open", "settled")]
    return " · ".join(part for part in parts if not part.startswith("0 "))


def plan_words() -> Content:
    """Return what is known of the plan: that there is none, and what it would show."""
    lines = [Content.styled("No plan yet", "bold $foreground")]
    for text in PLAN:
        lines += [Content(), Content.styled(text, "$muted")]
    return Content("\n").join(lines)
