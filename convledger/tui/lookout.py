"""Looks about once a second for what nobody announces, and says what it finds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from convledger import paths
from convledger.clock import SECOND, now_us
from convledger.errors import LedgerGone
from convledger.store.mounts import network_words
from convledger.tui.amounts import ago, nearest
from convledger.tui.clock_watch import ClockWatch, Lapse
from convledger.tui.start_check import StartCheck
from convledger.tui.themes import ThemeWatch, load_themes
from convledger.tui.trigger_watch import TriggerWatch
from convledger.tui.weekly_backup import WeeklyBackup
from convledger.tui.widgets.inks import forget_inks

if TYPE_CHECKING:
    from pathlib import Path

    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp

LOOK_EVERY = 1.0  # seconds
MINUTE = 60 * SECOND


class Lookout:
    """Sees what other processes write, a ledger that goes or fails, themes, clock and sleep."""

    def __init__(self, app: ConvledgerApp, themes_folder: Path) -> None:
        self._app = app
        self._themes_folder = themes_folder
        self._themes = ThemeWatch(themes_folder)
        self._version: int | None = None
        self._network = ""  # what was said of a network drive
        self._had_terminal = not app.is_headless and _is_terminal()
        self._weekly = WeeklyBackup(app)
        self._triggers = TriggerWatch(app)
        self._check = StartCheck(app)
        # Only the machine's own clock goes on while the machine sleeps, and can be set.
        self.clock = ClockWatch(app.now) if app.now is now_us else None

    def look(self) -> None:
        """Look at everything; what the ledger has to say comes a little later."""
        if self._had_terminal and not _is_terminal():
            # The window was closed and nobody was told: reading from it would go on for ever.
            self._app.exit(return_code=1)
            return
        self._app.desk.ask("look", _standing, self._looked, failed=self._failed)
        # The side desk writes down how the plans stand: its own connection does not see that as a
        # change, and no look at the plans leads to the next one.
        self._app.side_desk.ask("look", _version_of, self._seen, failed=lambda _: None)
        if self._themes.has_changed():
            self._reload_themes()
        self._weekly.look()
        self._triggers.look()
        self._check.look()
        lapse = self.clock.look() if self.clock is not None else None
        if lapse is not None:
            self._tell_lapse(lapse)

    # ---- the ledger

    def _looked(self, seen: tuple[bool, str, str]) -> None:
        in_place, offered, network = seen
        app = self._app
        if network != self._network:
            self._network = network
            app.notice("network", network)
        if app.notices.settle("ledger"):
            app.show_notices()
            app.say(f"{app.workspace / paths.LEDGER} can be read again.")
            app.renew()
        if not in_place:
            self.lost(offered)

    def lost(self, offered: str = "") -> None:
        """Say that the ledger was deleted or replaced, and have everybody open it anew."""
        app = self._app
        app.notice(
            "deleted",
            f"{app.workspace / paths.LEDGER} was deleted or replaced; it is opened anew, and "
            f"the logs still hold what they held{offered and f'. {offered}'}",
            severity="error",
        )
        app.desk.reopen()
        app.side_desk.reopen()
        app.feeder.look()
        self._version = None
        app.renew()

    def _seen(self, version: int) -> None:
        known, self._version = self._version, version
        if known is not None and known != version:
            self._triggers.ask()
            self._app.renew(fed=True)

    def _failed(self, error: Exception) -> None:
        self._version = None
        if isinstance(error, LedgerGone):
            return  # the app hears of that from the desk
        self._app.notice("ledger", str(error), severity="error", lasts=True)

    # ---- time

    def _tell_lapse(self, lapse: Lapse) -> None:
        app = self._app
        if lapse.slept:
            app.notice(
                "sleep",
                f"For {ago(lapse.slept)} the machine slept or the app was held up; the logs are "
                "looked at again",
            )
        if lapse.jumped:
            way, span = "forward" if lapse.jumped > 0 else "back", ago(_minutes(lapse.jumped))
            app.notice(
                "clock",
                f"The clock was set {way} by {span}; today and all ages follow it, and what the "
                "logs say stays as it is",
            )
        app.feeder.look()
        app.renew()

    # ---- themes

    def _reload_themes(self) -> None:
        app = self._app
        loaded = load_themes(self._themes_folder)
        for theme in loaded.themes.values():
            app.register_theme(theme)
        for problem in loaded.problems:
            app.notice(f"theme {problem}", problem)
        forget_inks()
        app.refresh_css(animate=False)
        app.screen.refresh(layout=True)


def _is_terminal() -> bool:
    try:
        return os.isatty(0)
    except OSError:
        return False


def _minutes(jump: int) -> int:
    """Return a jump in whole minutes, as the seconds around it are those of the look."""
    return nearest(abs(jump), MINUTE) * MINUTE


def _standing(ledger: Ledger) -> tuple[bool, str, str]:
    """Return whether a ledger is in its place, else from what it comes back; and of its drive."""
    from convledger.store.backup_offer import offer_of  # most never need it

    in_place = ledger.is_in_place()
    network = network_words(ledger.workspace, ledger.network) if ledger.network else ""
    return in_place, "" if in_place else offer_of(ledger.path), network


def _version_of(ledger: Ledger) -> int:
    return ledger.data_version()
