"""How a watch ends: what it is at is finished before its ledger is closed."""

from __future__ import annotations

import os
import signal
import threading

from convledger.cli.watch import _until_interrupted
from convledger.ingest.watch import Watcher


class Busy(Watcher):
    """A watcher that is in the middle of something when it is told to stop."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.is_done = False

    def run(self, stopping: threading.Event) -> None:
        """Interrupt the thread that waits, and go on until long after."""
        threading.Event().wait(0.1)  # by now the other thread waits for this one
        os.kill(os.getpid(), signal.SIGINT)
        assert stopping.wait(10)
        assert self.told.wait(10)
        threading.Event().wait(0.3)  # it has a file half read
        self.is_done = True

    def wake(self) -> None:
        """Hear that there is something to look at."""
        self.told.set()


def test_an_interrupted_watch_waits_until_the_watcher_is_done() -> None:
    watcher = Busy()

    assert _until_interrupted(watcher) == 130
    assert watcher.is_done
