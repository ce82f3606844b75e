"""A watcher at work beside a test, which waits for what arrives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convledger.ingest.result import SyncResult
from convledger.ingest.watch import Watcher
from convledger.ledger import Ledger
from tests.ingest.logs import Bench

PATIENCE = 20.0


class Watching:
    """A watcher at work in a thread of its own, and what it told."""

    def __init__(self, workspace: Path) -> None:
        self.ledger = Ledger.open(workspace)
        self.stopping = threading.Event()
        self.changed = threading.Condition()
        self.calls = 0
        self.notices: list[str] = []
        self.watcher = Watcher(self.ledger, self._take, self.notices.append)
        self.problem: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.watcher.run(self.stopping)
        except BaseException as error:
            self.problem = error
            raise

    def _take(self, result: SyncResult) -> None:
        with self.changed:
            self.calls += result.calls
            self.changed.notify_all()

    def wait_for(self, calls: int) -> None:
        """Wait until so many calls have arrived."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.calls >= calls, PATIENCE), self.calls
            assert self.calls == calls


@contextmanager
def watching(bench: Bench) -> Iterator[Watching]:
    """Watch the home of `bench`; what its logs hold already has arrived."""
    held = Watching(bench.ledger.workspace)
    held.thread.start()
    try:
        held.wait_for(bench_calls(bench))
        yield held
    finally:
        held.stopping.set()
        held.watcher.wake()
        held.thread.join(PATIENCE)
        held.ledger.close()
    assert held.problem is None


def bench_calls(bench: Bench) -> int:
    return sum(path.read_bytes().count(b'"usage"') for path in bench.claude.rglob("*.jsonl"))
