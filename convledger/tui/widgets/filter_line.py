"""Filters as a person sees them: the line one types in, and the others in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from convledger.clock import DAY, to_datetime
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.widgets.facet_rows import FACETS

if TYPE_CHECKING:
    from convledger.reports.listing import ListQuery


class LeadingInput(Input):
    """A line to type in from which the down key leads on to the list below."""

    DEFAULT_CSS = "LeadingInput { width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        one for one in bindings("list") if one.action == "down"
    ]

    def __init__(self, value: str = "", *, max_length: int = 0, replaces: bool = True) -> None:
        super().__init__(value, max_length=max_length, select_on_focus=replaces)
        # Here, as the stylesheet of the app gives every other line to type in a frame.
        self.styles.border = ("none", "transparent")
        self.styles.height = 1
        self.styles.padding = 0

    def action_down(self) -> None:
        """Go to what is below."""
        self.screen.focus_next()


class FilterInput(LeadingInput):
    """The line that narrows a list; enter, escape and down go back to the list."""

    HELP = "Each letter narrows the list. Enter goes to the list, where the filter stays in force."
    BINDINGS: ClassVar[list[BindingType]] = [
        replace(one, description="List", show=True)
        for one in bindings("app")
        if one.action == "back"
    ]

    def __init__(self) -> None:
        super().__init__(replaces=False)  # who comes back goes on typing

    @dataclass
    class Left(Message):
        """The person is done with the line."""

        line: FilterInput

    def action_back(self) -> None:
        """Go back to the list."""
        self.post_message(self.Left(self))

    def action_down(self) -> None:
        """Go on to the list."""
        self.post_message(self.Left(self))

    async def action_submit(self) -> None:
        """Go to the list; it is narrowed already."""
        self.post_message(self.Left(self))


def filter_words(query: ListQuery, zone: tzinfo) -> list[str]:
    """Return the filters of a query but for its text, each in words: "model sonnet"."""
    words = []
    span = span_text(query.since, query.until, zone)
    if span:
        words.append(span)
    for name in FACETS:
        values: tuple[str, ...] = getattr(query, name)
        if values:
            words.append(f"{name} {' or '.join(display_text(value) or 'none' for value in values)}")
    return words


def span_text(since: int | None, until: int | None, zone: tzinfo) -> str:
    """Return a span of time in `zone`: "20 Nov 2026", "Nov 2026", "since 3 Nov 2026"."""
    first = _local(since, zone)
    end = _local(until, zone)
    if first is None and end is None:
        return ""
    if end is None:
        return f"since {_moment_text(first)}"
    if first is None:
        return f"before {_moment_text(end)}"
    if not (_is_midnight(first) and _is_midnight(end)):
        return f"{_moment_text(first)} – {_moment_text(end)}"
    if (first.day, end.day) == (1, 1) and _next_month(first) == end:
        return f"{first:%b %Y}"
    # The day that holds the last instant: days have 23 to 25 hours where clocks change.
    last = _local((until or 0) - DAY // 2, zone)
    if last is None or last.date() == first.date():
        return _day_text(first)
    return f"{_day_text(first)} – {_day_text(last)}"


def _local(instant: int | None, zone: tzinfo) -> datetime | None:
    return None if instant is None else to_datetime(instant).astimezone(zone).replace(tzinfo=None)


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=31)).replace(day=1)


def _day_text(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _moment_text(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return _day_text(moment) if _is_midnight(moment) else f"{_day_text(moment)} {moment:%H:%M}"
