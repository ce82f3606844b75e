"""Looks at the plans while the app is open: closes periods, tells of alerts, keeps the meters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from convledger.reports.render.numbers import doubted
from convledger.tui.credit_words import credits_text, money_text
from convledger.tui.widgets.meter_marks import level_at

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.plan_news import GivenAlert
    from convledger.reports.plan_now import PlanNow
    from convledger.tui.app import ConvledgerApp

EVERY = 60.0  # seconds: time alone ends periods and windows
QUICK = 0.05  # seconds: a look that took no longer may be had again at once
IDLE = 400  # times as long as a look took pass before time alone is worth another
REST = 15  # times as long as a longer one took pass before the next
GIVEN_UP = 120.0  # seconds after which a look is no longer waited for: it failed
_SHOWN = 3  # alerts told one by one; more are counted


class PlanWatch:
    """Asks for the plans once at a time, no more of the time than they are worth."""

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self._asked: float | None = None
        self._again = False
        self._looked = 0.0
        self._took = 0.0
        self._troubles: set[str] = set()  # that stand in a notice
        self.told: PlanNow | None = None

    def tick(self) -> None:
        """Look where enough time has passed: periods and windows end although nothing happens."""
        if time.monotonic() - self._looked >= max(EVERY, self._took * IDLE):
            self.wish()

    def wish(self, *, at_once: bool = False) -> None:
        """Look soon: the ledger, a plan or the time has changed. `at_once`: a person did it."""
        moment = time.monotonic()
        if self._asked is not None and moment - self._asked < GIVEN_UP and not at_once:
            self._again = True
            return
        self._asked, self._again = moment, False
        now, zone = self._app.now(), self._app.zone

        def look(ledger: Ledger) -> PlanNow:
            return ledger.plan_now(now, zone)

        self._app.ask("plan watch", look, self._arrived, slow=True, patient=True)

    def _arrived(self, told: PlanNow) -> None:
        self._looked = time.monotonic()
        took = self._took = self._looked - (self._asked or self._looked)
        self.told = told
        self._tell(told)
        self._app.show_plan(told)
        if took < QUICK:
            self._rested()
        else:
            self._asked = time.monotonic()
            self._app.set_timer(took * REST, self._rested)

    def _rested(self) -> None:
        self._asked = None
        if self._again:
            self.wish()

    def _tell(self, told: PlanNow) -> None:
        """Say what has happened: each alert once, and which period was closed."""
        # Of several thresholds of one thing that were passed at once the highest says it all.
        alerts = list({each.watched.scope: each for each in told.news.alerts}.values())
        for alert in alerts[:_SHOWN]:
            self._app.say(alert_words(alert), severity="warning", seconds=10.0)
        if len(alerts) > _SHOWN:
            self._app.say(f"{len(alerts) - _SHOWN:,} more alerts: see Live.", severity="warning")
        if told.news.closed:
            last = told.news.closed[-1]
            amount = money_text(last.due, last.currency)
            self._app.say(f"{last.plan_name}: {last.name} is closed, {amount} due.")
        troubles = {str(trouble) for trouble in told.news.troubles}
        for words in self._troubles - troubles:
            self._app.notices.settle(f"plan {words}")
        for words in troubles:
            self._app.notice(f"plan {words}", words, severity="error", lasts=True)
        if troubles != self._troubles:
            self._troubles = troubles
            self._app.show_notices()


def alert_words(alert: GivenAlert) -> str:
    """Return an alert as a line: "▲ 90 % Included credits: 366 of 400 used"."""
    mark, _ = level_at(alert.threshold)
    watched = alert.watched
    head = f"{mark} {alert.threshold:,} % {watched.what}"
    if watched.measure == "share":
        return f"{head} ({alert.plan})"
    amounts = (watched.used, watched.budget)
    if watched.measure == "credits":
        used, budget = (credits_text(one) for one in amounts)
    else:
        used, budget = (money_text(one, alert.currency) for one in amounts)
    return f"{head}: {doubted(used, watched.used, alert.doubt)} of {budget} used"
