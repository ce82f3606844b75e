"""The alerts of the plan in force, where a screen has no room for a panel of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from convledger.tui.screens import live_words as words
from convledger.tui.widgets.alert_rows import AlertRows
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.reports.plan_meters import AlertLine


class AlertsScreen(Dialog["tuple[str, AlertLine]"]):
    """A list of alerts; answers ("open" or "mute", alert)."""

    HELP = "Thresholds that were reached. Enter shows what is behind one, m puts it away."
    DEFAULT_CSS = """
    AlertsScreen > #frame { max-width: 60; padding: 0 1; }
    AlertsScreen AlertRows { height: auto; max-height: 18; background: $surface; }
    """

    def __init__(self, alerts: list[AlertLine], now: int, zone: tzinfo) -> None:
        super().__init__("Alerts", "⏎ Open · m Mute · esc Back")
        self._alerts, self._now, self._zone = alerts, now, zone

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [AlertRows()]

    def on_mount(self) -> None:
        """Show the alerts."""
        rows = self.query_one(AlertRows)
        rows.show(self._alerts, self._now, self._zone, words.NO_ALERTS)
        rows.styles.height = max(2, 2 * len(self._alerts))
        rows.focus()

    @on(Rows.Opened)
    def _open(self) -> None:
        alert = self.query_one(AlertRows).chosen
        if alert is not None:
            self.dismiss(("open", alert))

    @on(AlertRows.Muted)
    def _mute(self, event: AlertRows.Muted) -> None:
        event.stop()
        self.dismiss(("mute", event.alert))
