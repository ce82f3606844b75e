"""Brings the ledger up to date with the logs: figures first and newest first, then texts."""

from __future__ import annotations

import gc
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.ingest.archives import kept_open
from convledger.ingest.family import Family
from convledger.ingest.lines import NotReadable
from convledger.ingest.mappings import mappings
from convledger.ingest.plan import Plan, Work
from convledger.ingest.read import Job, read_figures, read_texts
from convledger.ingest.second import Reading, SecondReader
from convledger.ingest.write import Rates, Writer
from convledger.paths import real_path
from convledger.sources.places import How
from convledger.sources.registry import PLACES
from convledger.store.connection import BULK_CACHE, CACHE, bulk_writing, transaction
from convledger.store.files import births, files_without_texts, load_file, set_state
from convledger.store.messages import index_in_bulk

if TYPE_CHECKING:
    from convledger.ingest.documents import Mappings

BATCH_BYTES = 16 << 20
DOCUMENT_BATCH = 4 << 20
SECOND_FROM = 48 << 20  # bytes to read from which a second process is worth its start
OWN_SHARE = 7  # of so many files this process reads one itself beside its writing
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
        path: Path,
        rates: Rates,
        listener: Listener | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._connection = connection
        self._listener = listener
        self._stopping = stopping
        self._writer = Writer(connection, rates, births(connection))
        self._path = path
        self._family = Family(connection)
        self._told = 0.0
        self._mappings: Mappings = mappings(path.parent)
        self.tally = self._writer.tally

    def figures(self, plan: Plan) -> None:
        """Count what is new in the files of `plan`. Raises Stopped."""
        self._family.forget()
        self._family.add(plan.rollouts)
        self._run("figures", plan.works, self._figures_of(plan))
        self.tally.files += len(plan.works)

    def _figures_of(self, plan: Plan) -> Iterator[Reading]:
        """Read the files of `plan`, most of them in a second process where there are many."""
        jobs = [self._job(work) for work in plan.works]
        mine = list(range(len(jobs)))
        second = None
        if plan.bytes >= SECOND_FROM and (os.cpu_count() or 1) > 1:
            others = [
                place
                for place, job in enumerate(jobs)
                if place % OWN_SHARE
                and isinstance(job.row.path, str)
                and PLACES[job.reader].HOW is How.LINES
            ]
            mine = sorted(set(mine) - set(others))
            given = [jobs[place] for place in others]
            second = SecondReader(self._path, given, plan.rollouts)
        try:
            for place in mine:
                yield from self._figures_here(place, jobs[place])
                if second is not None:
                    yield from _renumbered(second.readings(waiting=False), others)
            if second is not None:
                yield from _renumbered(second.readings(waiting=True), others)
                for place in [others[number] for number in second.undone]:
                    job = self._job(plan.works[place])
                    yield from self._figures_here(place, job)
        finally:
            if second is not None:
                second.close()

    def _figures_here(self, place: int, job: Job) -> Iterator[Reading]:
        try:
            for part in read_figures(job, self._family, self._mappings):
                yield Reading(place, part)
        except NotReadable as error:
            yield Reading(place, None, str(error))
        else:
            yield Reading(place)

    def _job(self, work: Work) -> Job:
        row = load_file(self._connection, work.file_id)
        return Job(work.reader, work.path, work.relative, row)

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
        with transaction(self._connection):
            bulk = sum(work.bytes for work in works) > BATCH_BYTES
            index_in_bulk(self._connection, bulk=bulk)
        self._run("texts", works, self._texts_of(works))
        with transaction(self._connection):
            index_in_bulk(self._connection, bulk=False)

    def _texts_of(self, works: list[Work]) -> Iterator[Reading]:
        for place, work in enumerate(works):
            try:
                for part in read_texts(self._job(work), self._mappings):
                    yield Reading(place, part)
            except NotReadable as error:
                yield Reading(place, None, str(error))
            else:
                yield Reading(place)

    @kept_open()
    def _run(self, stage: str, works: list[Work], readings: Iterator[Reading]) -> None:
        """Store `readings` of `works` in batches, each a transaction of its own."""
        if not works:
            return
        begun = time.monotonic()
        whole = sum(work.bytes for work in works)
        done = files = 0
        # Large exports are read in the memory that many logs are read faster with.
        has_documents = any(PLACES[work.reader].HOW is How.DOCUMENT for work in works)
        most, cache = (DOCUMENT_BATCH, CACHE) if has_documents else (BATCH_BYTES, BULK_CACHE)
        add = self._writer.add_figures if stage == "figures" else self._writer.add_texts
        with collection_paused(), closing_of(readings), bulk_writing(self._connection, cache):
            more = True
            while more:
                more, batch = False, 0
                with self._batch():
                    for reading in readings:
                        work = works[reading.job]
                        if reading.part is not None:
                            add(work.reader, reading.part)
                            batch += reading.part.read_bytes
                        else:
                            files += 1
                            if reading.problem:
                                self.tally.unreadable.append((work.path, reading.problem))
                                set_state(
                                    self._connection, work.file_id, "unreadable", reading.problem
                                )
                        self._tell(stage, files, len(works), done + batch, whole, begun)
                        if batch >= most:
                            more = True
                            break
                done += batch
                if self._stopping():
                    raise Stopped
        self._told = 0.0
        self._tell(stage, files, len(works), whole, whole, begun)

    @contextmanager
    def _batch(self) -> Iterator[None]:
        try:
            with transaction(self._connection):
                yield
                self._writer.flush()
        except BaseException:
            self._writer.forget()
            raise

    def _tell(
        self, stage: str, files: int, all_files: int, done: int, whole: int, begun: float
    ) -> None:
        now = time.monotonic()
        if self._listener is None or now - self._told < TICK_SECONDS:
            return
        self._told = now
        self._listener(Progress(stage, files, all_files, done, max(whole, done), now - begun))


def _renumbered(readings: Iterator[Reading], places: list[int]) -> Iterator[Reading]:
    for reading in readings:
        reading.job, number = places[reading.job], reading.job
        yield reading
        reading.job = number


@contextmanager
def closing_of(readings: Iterator[Reading]) -> Iterator[None]:
    """End a generator of readings, and with it a second process, however the block ends."""
    try:
        yield
    finally:
        close = getattr(readings, "close", None)
        if close is not None:
            close()


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
