"""Does what rules say while the app follows the logs, in a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from convledger import paths
from convledger.ledger import Ledger
from convledger.tui.failures import words_of
from convledger.zones import machine_zone

if TYPE_CHECKING:
    from convledger.tui.app import ConvledgerApp

_GAP, _AT_LEAST_EVERY = 5, 60  # looks, which come about once a second


class TriggerWatch:
    """Takes the inbox and fires rules soon after something came in, and about every minute."""

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self._passed = _AT_LEAST_EVERY  # looks since the last time
        self._asked = False
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Have the rules looked at soon: something has changed."""
        self._asked = True

    def look(self) -> None:
        """Begin where it is time, there is anything to look at, and logs are followed."""
        self._passed += 1
        due = self._passed >= _AT_LEAST_EVERY or (self._asked and self._passed >= _GAP)
        busy = self._thread is not None and self._thread.is_alive()
        if not due or busy or self._app.feed.state != "live":
            return
        self._passed, self._asked = 0, False
        workspace = self._app.workspace or paths.default_workspace()
        if not any((workspace / name).is_dir() for name in (paths.RULES, paths.INBOX)):
            return
        now = self._app.now()
        self._thread = threading.Thread(
            target=self._work, args=(now,), name="triggers", daemon=True
        )
        self._thread.start()

    def _work(self, now: int) -> None:
        from convledger.workflow.firing import AT_ONCE, SECONDS_AT_ONCE

        app, ledger = self._app, None
        zone = machine_zone()[0]
        try:
            with Ledger.open(app.workspace) as ledger:
                taken = ledger.take_inbox(now=now, zone=zone)
                fired = ledger.fire_triggers(
                    now=now, zone=zone, most=AT_ONCE, seconds=SECONDS_AT_ONCE
                )
        except Exception as error:  # noqa: BLE001 - a thread that ends tells nobody
            words = words_of(error, app.workspace, ledger)
            if words:
                app.tell(lambda: app.notice("triggers", f"No rule was looked at: {words}"))
            return
        for refused in taken.refused:
            self._tell(f"inbox {refused.name}", f"inbox: {refused.name} was refused: "
                       f"{refused.reasons[0] if refused.reasons else ''}")  # fmt: skip
        for rule, why in dict(fired.failed).items():
            self._tell(f"rule {rule}", f"rule {rule} failed: {why}")
        for trouble in fired.troubles:
            self._tell(f"rule {trouble}", trouble)

    def _tell(self, about: str, words: str) -> None:
        self._app.tell(lambda: self._app.notice(about, words))
