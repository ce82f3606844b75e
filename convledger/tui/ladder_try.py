"""A ladder being tried on what has happened: how far it is, and a way to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.errors import ConvledgerError
from convledger.tui.widgets.rows import Part
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.reports.unit_costs.budget_ladder import LadderRun
    from convledger.tui.screens.place import PlaceScreen

TELL_EVERY = 0.25  # seconds: nobody reads figures that change more often
_METER = 16  # cells


class _Stopped(Exception):
    """A person no longer wants the answer."""


class _Running:
    """One try; the thread that works on it looks here whether it is still wanted."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.is_wanted = True


class LadderTry:
    """Tries a ladder in another thread; `changed` hears how far it is, `then` of its end."""

    def __init__(
        self,
        screen: PlaceScreen,
        changed: Callable[[], None],
        then: Callable[[LadderRun | ConvledgerError], None],
    ) -> None:
        self._screen = screen
        self._changed = changed
        self._then = then
        self._running: _Running | None = None

    @property
    def is_running(self) -> bool:
        """Whether one is being tried."""
        return self._running is not None

    def begin(self, terms: BudgetTerms, query: CostQuery) -> None:
        """Try a budget's ladder on the conversations of a stretch of time."""
        self.stop()
        running = self._running = _Running()

        def work(ledger: Ledger) -> LadderRun | ConvledgerError | None:
            try:
                return ledger.budget_ladder(terms, query, heed=self._heed_of(running))
            except _Stopped:
                return None
            except ConvledgerError as error:
                return error

        self._screen.ask("ladder", work, lambda run: self._took(running, run), slow=True)
        self._changed()

    def stop(self) -> None:
        """Stop; nothing of it is kept."""
        if self._running is not None:
            self._running.is_wanted = False
            self._running = None
            self._changed()

    def _heed_of(self, running: _Running) -> Callable[[int, int], None]:
        told = time.monotonic()

        def heed(done: int, total: int) -> None:
            nonlocal told
            if not running.is_wanted:
                raise _Stopped
            running.done, running.total = done, total
            if time.monotonic() - told >= TELL_EVERY:
                told = time.monotonic()
                self._screen.books.tell(self._progressed)

        return heed

    def _progressed(self) -> None:
        if self._running is not None and self._screen.is_ready:
            self._changed()

    def _took(self, running: _Running, run: LadderRun | ConvledgerError | None) -> None:
        if running is self._running and run is not None:
            self._running = None
            self._then(run)

    def words(self) -> list[Part]:
        """Return how far it is."""
        running = self._running
        if running is None:
            return []
        if not running.total:
            return [("Looking at what conversations cost… ", "$foreground"), ("l stops", "$accent")]
        return [
            *thin_meter(running.done, running.total, _METER),
            (f" {running.done:,} of {running.total:,} conversations · ", "$muted"),
            ("l stops", "$accent"),
        ]
