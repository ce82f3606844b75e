"""Brings the ledger up to date with the logs: figures first and newest first, then texts."""

from __future__ import annotations

import gc
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from convledger.ingest.lines import NotReadable
from convledger.ingest.plan import Plan, Work
from convledger.ingest.read import Job, Part, read_figures, read_texts, totals_in
from convledger.ingest.write import Rates, Writer
from convledger.paths import real_path
from convledger.sources.codex import thread_of
from convledger.sources.codex.forks import Totals
from convledger.store.connection import transaction
from convledger.store.files import births, files_without_texts, load_file, set_state
from convledger.store.messages import index_in_bulk, resolve_summaries

BATCH_BYTES = 24 << 20
TICK_SECONDS = 0.1


@dataclass(slots=True)
class Progress:
    """How far an import is: `stage` is figures or texts; bytes of all files that it must read."""

    stage: str
    files_done: int
    files: int
    bytes_done: int
    bytes: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """The time it will still take at the pace so far; None before there is one."""
        if not self.bytes_done or self.seconds < TICK_SECONDS:
            return None
        return self.seconds * max(0, self.bytes - self.bytes_done) / self.bytes_done


class Stopped(Exception):
    """The import was asked to stop; everything up to the last batch is stored."""


Listener = Callable[[Progress], None]


class Importer:
    """Reads what is new in the logs into an open ledger; the caller holds the ingest lock.

    Every batch is one transaction: findings, roll-up, index and positions together, so that an
    end at any instant loses nothing and repeats nothing.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        rates: Rates,
        listener: Listener | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._connection = connection
        self._listener = listener
        self._stopping = stopping
        self._writer = Writer(connection, rates, births(connection))
        self._rollouts: dict[str, str] = {}
        self._totals: dict[str, frozenset[Totals] | None] = {}
        self._told = 0.0
        self.tally = self._writer.tally

    def figures(self, plan: Plan) -> None:
        """Count what is new in the files of `plan`. Raises Stopped."""
        self._rollouts |= {thread_of(name): path for name, path in plan.rollouts.items()}

        def parts(work: Work) -> Iterator[Part]:
            row = load_file(self._connection, work.file_id)
            job = Job(work.reader, work.path, work.relative, row)
            for part in read_figures(job, self._family):
                self._writer.add_figures(job, part)
                yield part

        self._run("figures", plan.works, parts)
        self.tally.files += len(plan.works)

    def texts(self) -> None:
        """Store and index what was said in every file whose texts are behind. Raises Stopped."""
        works = []
        for file_id, reader, root in files_without_texts(self._connection):
            row = load_file(self._connection, file_id)
            path = str(real_path(row.path))
            relative = path.removeprefix(root).lstrip("!/\\") or Path(path).name
            size = max(0, row.size - row.texts_offset)
            works.append(Work(reader, path, relative, file_id, size, row.mtime_ns))
        if not works:
            return

        def parts(work: Work) -> Iterator[Part]:
            row = load_file(self._connection, work.file_id)
            job = Job(work.reader, work.path, work.relative, row)
            for part in read_texts(job):
                self._writer.add_texts(job, part)
                yield part

        bulk = sum(work.bytes for work in works) > BATCH_BYTES
        with transaction(self._connection):
            index_in_bulk(self._connection, bulk=bulk)
        self._run("texts", works, parts)
        with transaction(self._connection):
            index_in_bulk(self._connection, bulk=False)
            resolve_summaries(self._connection)

    def _run(self, stage: str, works: list[Work], parts: Callable[[Work], Iterator[Part]]) -> None:
        """Read `works` in batches, each a transaction of its own."""
        if not works:
            return
        begun = time.monotonic()
        whole = sum(work.bytes for work in works)
        done = 0
        queue = iter(enumerate(works))
        pending = next(queue, None)
        with collection_paused():
            while pending is not None:
                batch = 0
                with self._batch():
                    while pending is not None and batch < BATCH_BYTES:
                        place, work = pending
                        try:
                            for part in parts(work):
                                batch += part.read_bytes
                                done += part.read_bytes
                                if batch >= BATCH_BYTES:
                                    self._writer.flush()
                                    self._connection.execute("COMMIT")
                                    self._check_stop()
                                    self._connection.execute("BEGIN IMMEDIATE")
                                    batch = 0
                                self._tell(stage, place, works, done, whole, begun)
                        except NotReadable as error:
                            set_state(self._connection, work.file_id, "unreadable", str(error))
                        pending = next(queue, None)
                self._check_stop()
        self._tell(stage, len(works), works, whole, whole, begun, final=True)

    @contextmanager
    def _batch(self) -> Iterator[None]:
        try:
            with transaction(self._connection):
                yield
                self._writer.flush()
        except BaseException:
            self._writer.forget()
            raise

    def _check_stop(self) -> None:
        if self._stopping():
            raise Stopped

    def _tell(
        self,
        stage: str,
        place: int,
        works: list[Work],
        done: int,
        whole: int,
        begun: float,
        *,
        final: bool = False,
    ) -> None:
        now = time.monotonic()
        if self._listener is None or (not final and now - self._told < TICK_SECONDS):
            return
        self._told = now
        self._listener(Progress(stage, place, len(works), done, max(whole, done), now - begun))

    def _family(self, thread: str) -> frozenset[Totals] | None:
        """Return the cumulative totals of a thread's token counts, from its file or the ledger."""
        if thread not in self._totals:
            path = self._rollouts.get(thread) or self._known_path(thread)
            found = totals_in(Path(path)) if path else None
            self._totals[thread] = found if found is not None else self._stored_totals(thread)
        return self._totals[thread]

    def _known_path(self, thread: str) -> str | None:
        """Return where a thread's rollout was when it was last read."""
        found = self._connection.execute(
            "SELECT path FROM file WHERE state='live' AND path LIKE ?", (f"%{thread}.jsonl%",)
        ).fetchone()
        return str(real_path(found[0])) if found else None

    def _stored_totals(self, thread: str) -> frozenset[Totals] | None:
        """Return the totals that the calls of a thread and of its ancestors are named by."""
        found: set[Totals] = set()
        seen: set[str] = set()
        while thread and thread not in seen:
            seen.add(thread)
            for (key,) in self._connection.execute(
                "SELECT key FROM call WHERE reader_id=(SELECT id FROM reader WHERE name='codex') "
                "AND key BETWEEN ? AND ?",
                (f"{thread}:", f"{thread};"),
            ):
                numbers = key.rpartition(":")[2].split("/")
                if len(numbers) == 5 and all(number.isdigit() for number in numbers):
                    first, second, third, fourth, fifth = map(int, numbers)
                    found.add((first, second, third, fourth, fifth))
            parent = self._connection.execute(
                "SELECT parent_native FROM conversation WHERE native=?", (thread,)
            ).fetchone()
            thread = parent[0] if parent else ""
        return frozenset(found) or None


@contextmanager
def collection_paused() -> Iterator[None]:
    """Keep the garbage collector from walking through millions of short-lived records."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
