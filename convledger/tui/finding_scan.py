"""A scan of everything in portions: it can be stopped, and others are answered meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.tui.widgets.rows import Part
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.findings import Scanned
    from convledger.tui.screens.place import PlaceScreen

PORTION = 0.4  # seconds
_METER = 16  # cells


class FindingScan:
    """Looks through entries, then through messages, from where it was left; tells `changed`."""

    def __init__(self, screen: PlaceScreen, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._changed = changed
        self._stops = False
        self._total = 0
        self._done = 0
        self.is_running = False

    def begin(self) -> None:
        """Begin, or go on with what is left."""
        self.is_running, self._stops, self._total, self._done = True, False, 0, 0
        self._ask(self._first)

    def stop(self) -> None:
        """Stop soon; what was looked at stays so."""
        self._stops = True

    def _ask(self, portion: Callable[[Ledger], Scanned]) -> None:
        self._screen.ask("scan", portion, self._took, slow=True)
        self._changed()

    def _first(self, ledger: Ledger) -> Scanned:
        ledger.findings.look_at_entries(self._screen.books.now())
        return self._further(ledger)

    def _further(self, ledger: Ledger) -> Scanned:
        ends = time.monotonic() + PORTION
        totals: list[int] = []
        scanned = ledger.findings.look_further(
            self._screen.books.now(),
            is_stopped=lambda: self._stops or (bool(totals[1:]) and time.monotonic() > ends),
            progress=lambda _, total: totals.append(total),
        )
        self._total = max(self._total, totals[0])
        return scanned

    def _took(self, scanned: Scanned) -> None:
        self._done += scanned.messages
        self.is_running = not (scanned.finished or self._stops)
        if self.is_running:
            self._ask(self._further)
        else:
            self._screen.renew()
            self._changed()

    def words(self) -> list[Part]:
        """Return how far it is."""
        if not self._total:
            return [("Looking through entries … ", "$foreground"), ("s stops", "$accent")]
        share = f" {100 * self._done // self._total} % "
        return [
            *thin_meter(self._done, self._total, _METER),
            (share, "$foreground"),
            (f"{self._done:,} of {self._total:,} messages · ", "$muted"),
            ("s stops", "$accent"),
        ]
