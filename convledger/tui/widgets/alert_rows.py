"""Alerts as rows of two lines: what was reached, of what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convledger.reports.render.numbers import doubted
from convledger.text.display import display_text, width
from convledger.tui.actions import bindings
from convledger.tui.amounts import percent
from convledger.tui.credit_words import (
    clock_text,
    credits_text,
    day_text,
    full_moment_text,
    moment_text,
    money_text,
    same_day,
)
from convledger.tui.widgets.canvas import DIM, INK
from convledger.tui.widgets.meter_marks import level_at
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.plan_meters import AlertLine

_STATES = ("open", "expected", "settled")
_MARK = 8  # cells of a mark with its percents
_EDGES = 2  # cells that a list keeps free at its sides
_ROOMY = 3  # lines of a row where all of them have room for a free one


def in_order(alerts: Sequence[AlertLine]) -> list[AlertLine]:
    """Return the newest first, then what is expected, soonest first, then what is settled."""

    def place(alert: AlertLine) -> tuple[int, int, int]:
        state = _STATES.index(alert.state) if alert.state in _STATES else 0
        soon = alert.at if alert.state == "expected" else -alert.at
        return state, soon, -alert.threshold

    return sorted(alerts, key=place)


def alert_figures(alert: AlertLine) -> tuple[str, str]:
    """Return how much of what: "$2.46 of its $2.50", "71 % used"; then in fewer words."""
    if alert.measure == "money":
        used, budget = (money_text(one, alert.currency) for one in (alert.used, alert.budget))
        used = doubted(used, alert.used, alert.doubt)
        return f"{used} of its {budget}", f"{used} of {budget}"
    if alert.measure == "credits":
        used = doubted(credits_text(alert.used), alert.used, alert.doubt)
        figures = f"{used} of {credits_text(alert.budget)}"
        return f"{figures} used", figures
    share = doubted(percent(alert.used, alert.budget), alert.used, alert.doubt)
    return f"{share} used", share


class AlertRows(Rows):
    """The alerts; `show` gives it others, the cursor stays on the one it is on."""

    SCOPE = "alerts"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("alerts")]
    HELP = (
        "Thresholds that were reached, the newest first, then those that are expected, then those "
        "of periods that are settled. △ is 70 %, ▲ 90 %, ◆ 100 %, ◇ expected."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.alerts: list[AlertLine] = []
        self._now = 0
        self._zone: tzinfo = UTC
        self._empty: list[str] = []

    @property
    def chosen(self) -> AlertLine | None:
        """The alert under the cursor."""
        return self.alerts[self.cursor] if 0 <= self.cursor < len(self.alerts) else None

    def show(
        self, alerts: Sequence[AlertLine], now: int, zone: tzinfo, empty: Sequence[str] = ()
    ) -> None:
        """Show other alerts; times of today are told without their day."""
        found = in_order(alerts)
        is_same_day = same_day(now, self._now, zone)
        if (found, zone, list(empty)) == (self.alerts, self._zone, self._empty) and is_same_day:
            return
        chosen = self.chosen
        self.alerts, self._now, self._zone, self._empty = found, now, zone, list(empty)
        place = found.index(chosen) if chosen in found and self.cursor else 0
        self._fit_rows(self.size.height)
        self.renew(cursor=place)

    @dataclass
    class Muted(Message):
        """Somebody puts an alert away."""

        alert: AlertLine

    def action_mute(self) -> None:
        """Put the alert under the cursor away."""
        if self.chosen is not None:
            self.post_message(self.Muted(self.chosen))

    def count(self) -> int:
        """Return how many alerts there are."""
        return len(self.alerts)

    def empty_lines(self) -> list[str]:
        """Return what to say where there is none."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return an alert: mark, percents and name, then figures and when."""
        alert = self.alerts[index]
        mark, colour = level_at(alert.threshold)
        if alert.state == "expected":
            mark, colour = "◇", DIM
        head = f"{mark} {alert.threshold:,} %".ljust(_MARK)
        what = INK if alert.state == "open" else DIM
        room = cells - len(head) - _EDGES
        forms = self._details(alert)
        detail = next((form for form in forms if width(form) <= room), forms[-1])
        return [
            RowLine([(head, f"bold {colour}"), (display_text(alert.what), what)], []),
            RowLine([(" " * len(head), DIM), (detail, DIM)], []),
        ]

    def _details(self, alert: AlertLine) -> list[str]:
        """Return figures and when, in ever fewer words."""
        if alert.state == "expected":
            full = full_moment_text(alert.at, self._zone)
            return [f"expected {full}", f"expected {moment_text(alert.at, self._zone)}", full]
        figures, short = alert_figures(alert)
        when = "settled"
        if alert.state != "settled":
            today = same_day(alert.at, self._now, self._zone)
            when = (clock_text if today else day_text)(alert.at, self._zone)
        return [f"{figures} · {when}", f"{short} · {when}", figures, short]

    def on_resize(self, event: events.Resize) -> None:
        """Give each row a free line where all of them have room for one."""
        self._fit_rows(event.size.height)
        super().on_resize(event)

    def _fit_rows(self, lines: int) -> None:
        roomy = bool(self.alerts) and lines >= _ROOMY * len(self.alerts) - 1
        self.lines_per_row = _ROOMY if roomy else 2
