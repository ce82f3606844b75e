"""Looks at new entries while the app is open, in a thread with a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.clock import now_us
from convledger.ledger import Ledger
from convledger.tui.failures import failure_of

if TYPE_CHECKING:
    from convledger.tui.feeder import Feed

_AT_WORK, _AT_REST = 0.02, 0.01  # seconds of a processor, and of rest: screens come first
_TELL_EVERY = 0.5  # seconds
_RETRY = 5.0  # seconds after which it is looked whether another window is done


class MemoryWorker:
    """Counts tokens and finds secrets and pairs of entries that came in or were changed.

    It sleeps until `look`, and ends at once at `stop`: what it has found is kept, and the rest is
    found the next time. `tell` hears how many percent are done, None at the end, and `trouble` of a
    failure; both in the worker's own thread.
    """

    def __init__(
        self,
        workspace: Path | None,
        tell: Callable[[int | None], object],
        trouble: Callable[[Exception], object],
    ) -> None:
        self._workspace = workspace
        self._tell = tell
        self._trouble = trouble
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._is_paused = self._is_held = False
        self._seen = -1  # the last change that was looked at
        self._rested = self._told = 0.0
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def look(self) -> None:
        """Look whether anything was changed; that alone costs next to nothing."""
        self._wanted.set()

    def fed(self, feed: Feed) -> None:
        """Go on where the logs are read, and rest while a person has paused that."""
        self._is_paused = feed.state == "paused"
        if feed.state in ("live", "elsewhere", "nothing"):
            self.look()

    def hold(self) -> None:
        """Rest at once, until `go_on`: somebody needs the ledger alone."""
        self._is_held = True

    def go_on(self) -> None:
        """Go on where `hold` stopped it."""
        self._is_held = False
        self.look()

    @property
    def _holds(self) -> bool:
        return self._is_paused or self._is_held

    def stop(self) -> None:
        """End the thread; nobody needs to wait for it."""
        self._stopping.set()
        self._wanted.set()

    def _run(self) -> None:
        retry: float | None = None
        while True:
            self._wanted.wait(retry)
            self._wanted.clear()
            if self._stopping.is_set():
                return
            retry = None
            if self._holds:
                continue
            ledger: Ledger | None = None
            try:
                with Ledger.open(self._workspace) as ledger:
                    retry = None if self._catch_up(ledger) else _RETRY
            except Exception as error:  # noqa: BLE001 - a thread that ends tells nobody
                self._trouble(failure_of(error, self._workspace, ledger) or error)

    def _catch_up(self, ledger: Ledger) -> bool:
        """Look at what was changed; False where another process is at it."""
        latest = ledger.latest_memory_change()
        if latest in (0, self._seen):  # nothing was ever changed, or nothing since
            return True
        try:
            if not ledger.memory.catch_up(now_us(), self._stops, self._progress):
                return self._stops()
        finally:
            self._tell(None)
        self._seen = latest
        return True

    def _stops(self) -> bool:
        """Tell whether to stop, and rest now and then on the way."""
        if time.thread_time() - self._rested > _AT_WORK:
            self._stopping.wait(_AT_REST)
            self._rested = time.thread_time()
        return self._stopping.is_set() or self._holds

    def _progress(self, done: int, of: int) -> None:
        if time.monotonic() - self._told >= _TELL_EVERY:
            self._told = time.monotonic()
            self._tell(done * 100 // max(1, of))
