"""Backs the ledger up while the app is open, once a week, in a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from convledger.ledger import Ledger
from convledger.tui.failures import words_of

if TYPE_CHECKING:
    from convledger.tui.app import ConvledgerApp

_LOOK_EVERY = 3600  # looks, which come about once a second


class WeeklyBackup:
    """Looks at the start, and then about every hour, whether the last good copy is too old."""

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self._left = 0
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin a copy where one is due; nothing while logs are read or before they were."""
        app = self._app
        if self._left > 0:
            self._left -= 1
            return
        if not app.config.backup_weekly or app.feed.state != "live":
            return
        self._left = _LOOK_EVERY
        self._thread = threading.Thread(
            target=self._work, args=(app.now(), app.config.backups_kept), name="backup", daemon=True
        )
        self._thread.start()

    def _work(self, now: int, kept: int) -> None:
        app, ledger = self._app, None
        try:
            with Ledger.open(app.workspace) as ledger:
                made = None if ledger.is_sealed else ledger.back_up_when_due(now=now, kept=kept)
        except Exception as error:  # noqa: BLE001 - a thread that ends tells nobody
            words = words_of(error, app.workspace, ledger)
            if words:
                app.tell(lambda: app.notice("backup", f"No weekly backup: {words}"))
            return
        if made is not None:
            words = f"The ledger was backed up: {made.name}"
            app.tell(lambda: app.say(words))
