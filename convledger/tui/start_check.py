"""Looks once, some time after the start, whether the ledger is sound, in a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from convledger.ledger import Ledger
from convledger.tui.failures import words_of

if TYPE_CHECKING:
    from convledger.store.findings import Finding
    from convledger.tui.app import ConvledgerApp

ABOUT = "check"


class StartCheck:
    """Verifies what can be without adding anything up; silent where all is well."""

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin when the logs have been read and everything is on the screen; only once."""
        if self._thread is not None or self._app.feed.state != "live":
            return
        self._thread = threading.Thread(target=self._work, name="check", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        app, ledger = self._app, None
        try:
            with Ledger.open(app.workspace) as ledger:
                found = ledger.quick_check()
        except Exception as error:  # noqa: BLE001 - a thread that ends tells nobody
            failed = words_of(error, app.workspace, ledger)
            words = failed and f"The ledger could not be checked: {failed}"
        else:
            if not found:
                return
            words = notice_words(found)
        if words:
            app.tell(lambda: app.notice(ABOUT, words))


def notice_words(found: list[Finding]) -> str:
    """Return one line about all that was found: the first of it, and where the rest is."""
    first = found[0]
    more = len(found) - 1
    rest = f" (and {more:,} more)" if more else ""
    return (
        f"A check of the ledger found {first.check}: {first.problem}{rest}. "
        "`convledger check` tells the way out"
    )
