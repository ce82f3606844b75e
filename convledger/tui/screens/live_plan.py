"""Live's half about the plan: meters, alerts, and what it makes of conversations that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from convledger.text.display import clip, display_text
from convledger.tui.credit_words import are_apart
from convledger.tui.screens import live_words as words
from convledger.tui.screens.live_words import zone_name
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.undo import Step
from convledger.tui.widgets.alert_rows import AlertRows
from convledger.tui.widgets.growing import GrowingHead, GrowingList
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.plan_meters import PlanMeters
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.reports.plan_meters import AlertLine, Meters
    from convledger.reports.plan_now import PlanNow


class LivePlan(PlaceScreen):
    """A screen with panels of a plan: "plan", "beside" for where it is narrow, and "alerts"."""

    _plan: PlanNow | None = None

    def open_alerts(self) -> str:
        """Return how many alerts are open, where no panel says so."""
        meters = None if self._plan is None else self._plan.meters
        count = 0 if meters is None else sum(one.state == "open" for one in meters.alerts)
        if not count or self.has_class("-broad"):
            return ""
        return f"▲ {count:,} {'alert' if count == 1 else 'alerts'}"

    def plan_shown(self) -> None:
        """Do what hangs on whether there is a plan."""

    def plan_told(self, told: PlanNow) -> None:
        """Show how the plan in force stands."""
        self._plan, meters = told, told.meters
        if (meters is not None) != self.has_class("-planned"):
            self.set_class(meters is not None, "-planned")
            self.refresh_bindings()
        for part in self.query(PlanMeters):
            part.show(meters, self.books.zone if meters is None else meters.zone)
        self.query_one(GrowingList).show_uses(told.uses)
        self.query_one(GrowingHead).show_uses(told.uses)
        if meters is not None:
            self._show_plan(meters)
        else:
            self.query_one("#plan", Panel).show_counts("none yet")
        self.plan_shown()

    def _show_plan(self, meters: Meters) -> None:
        name = display_text(meters.plan_name)
        for place, cells in (("#plan", 32), ("#beside", 22)):
            period = f" · {meters.period_name}" if cells > 30 else ""
            if period and are_apart(meters.zone, self.books.zone, self.books.now()):
                city = zone_name(meters.zone, self.books.now()).rpartition("/")[2]
                period += f", {city.replace('_', ' ')}"
            counts = clip(name, max(8, cells - len(period))) + period
            self.query_one(place, Panel).show_counts(counts)
        alerts = self.query_one(AlertRows)
        alerts.show(meters.alerts, self.books.now(), self.books.zone, words.NO_ALERTS)
        self.query_one("#alerts", Panel).show_counts(words.alert_counts(meters.alerts))
        self.share_side()

    def share_side(self) -> None:
        """Give the meters the lines that they can fill, and the alerts the rest."""
        meters = self.query_one("#meters", PlanMeters)
        most = max(3, self.size.height - 12)
        height = min(meters.full_height(), most)
        if meters.styles.height is None or meters.styles.height.value != height:
            meters.styles.height = height

    @on(Rows.Opened, "#alert-rows")
    def _open_alert(self) -> None:
        alert = self.query_one(AlertRows).chosen
        if alert is not None:
            self._show_cause(alert)

    def _show_cause(self, alert: AlertLine) -> None:
        kind, _, name = alert.key[0].partition(":")
        if kind == "unit" and name.isdigit():
            self.books.open_conversation(int(name))
        else:
            self.books.go("plans")

    def action_alerts(self) -> None:
        """List the alerts."""
        from convledger.tui.screens.alerts import AlertsScreen

        meters = None if self._plan is None else self._plan.meters
        if meters is None:
            self.books.say("No plan is in force, so nothing is watched. 4 puts one in force.")
            return
        screen = AlertsScreen(list(meters.alerts), self.books.now(), self.books.zone)
        self.app.push_screen(screen, self._answered)

    def _answered(self, answer: tuple[str, AlertLine] | None) -> None:
        if answer is not None:
            what, alert = answer
            (self._show_cause if what == "open" else self._put_away)(alert)

    @on(AlertRows.Muted)
    def _mute(self, event: AlertRows.Muted) -> None:
        self._put_away(event.alert)

    def _put_away(self, alert: AlertLine) -> None:
        """Mute an alert; undo shows it again."""
        told = self._plan
        if told is None:
            return
        number, key, books = told.subscription_id, alert.key, self.books

        def done(_: None) -> None:
            books.undoing.push(
                Step(
                    f"{alert.what} is no longer muted",
                    lambda ledger: ledger.mute_alerts(number, key, muted=False),
                )
            )
            books.say(f"{alert.what}: muted. It stays in `convledger credits alerts`.")
            books.plan_watch.wish(at_once=True)

        self.ask("mute", lambda ledger: ledger.mute_alerts(number, key), done)
