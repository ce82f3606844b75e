"""The one door to a workspace: opens it, brings it up to date, answers questions about it.

What a question needs is imported when it is asked: the commands that run every few seconds from a
prompt must not wait for the parts that they do not use.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.errors import WorkspaceError
from convledger.store.actors import IMPORT, ITSELF, as_actor
from convledger.store.connection import (
    connect,
    in_words,
    is_looked_at,
    is_sealed,
    transaction,
    unreadable,
)
from convledger.store.journal import without_log
from convledger.store.migrations import migrate
from convledger.store.mounts import network_kind
from convledger.store.presence import gone_in_words, make_folder
from convledger.triggering import Triggering

if TYPE_CHECKING:
    from convledger.ingest.discover import Scan
    from convledger.ingest.front_door import Holding
    from convledger.ingest.rates import Rates
    from convledger.ingest.rerate import Rerating
    from convledger.ingest.result import SyncResult as SyncResult
    from convledger.ingest.roots import Leaving
    from convledger.ingest.sync import Listener
    from convledger.memory.erase import Outcome, Outlook, Wanted
    from convledger.memory.erase_course import Heed
    from convledger.memory.finding_shelf import Findings
    from convledger.store.erasures import Erasure

WAIT_SECONDS = 10.0


class Ledger(Triggering):
    """An open workspace."""

    def __init__(self, workspace: Path, connection: sqlite3.Connection) -> None:
        self.workspace = workspace
        self.connection = connection
        self._rates: Rates | None = None
        self._rates_seen = ""  # the stamp of the prices when those in memory were let go of
        self.network = ""  # the kind of the network drive that it lies on
        self.freed = ""  # what an erasure had to let go of on a full disk, in words
        self._inode = self.path.stat().st_ino

    @classmethod
    def open(cls, workspace: Path | None = None) -> Ledger:
        """Open a workspace, making it (mode 0700) where there is none. Raises WorkspaceError."""
        folder = workspace or paths.default_workspace()
        path = folder / paths.LEDGER
        if is_looked_at(path) and not path.exists():
            raise WorkspaceError(f"{path}: there is no ledger to look at")
        make_folder(path)
        network = network_kind(folder)
        connection = connect(path)
        try:
            with gone_in_words(path):
                migrate(connection, path)
                if network and not is_sealed(path):
                    without_log(connection, path)
                if not (folder / paths.BALLAST).exists() and not is_sealed(path):
                    from convledger.store.ballast import lay_in

                    lay_in(path)
                ledger = cls(folder, connection)
        except BaseException:
            connection.close()
            raise
        ledger.network = network
        return ledger

    def close(self) -> None:
        """Close the workspace."""
        self.connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def known_roots(self) -> list[tuple[str, Path]]:
        """Return (reader, folder) of each place of logs on this machine, and of those imported."""
        from convledger.ingest.roots import known_roots

        return known_roots(self.connection)

    @property
    def leaving(self) -> Leaving:
        """What a person keeps from being read, and the way to change that."""
        from convledger.ingest.roots import Leaving

        return Leaving(self.connection, self.path)

    def sync(
        self,
        roots: Iterable[tuple[str, Path]] | None = None,
        *,
        texts: bool = True,
        listener: Listener | None = None,
        stopping: Callable[[], bool] = lambda: False,
        wait_seconds: float = WAIT_SECONDS,
    ) -> SyncResult:
        """Bring the ledger up to date with the logs, safe to stop at any instant.

        Figures, and unless told else the texts too. Raises WorkspaceError, ConfigError.
        """
        from convledger.ingest.lock import ingest_lock
        from convledger.ingest.result import SyncResult

        self._must_be_open()
        try:
            with ingest_lock(self.workspace / paths.LOCK, wait_seconds) as held:
                if not held:
                    return SyncResult(busy=True)
                return self._sync(roots, None, texts, listener, stopping)
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error

    def sync_paths(self, changed: Iterable[str]) -> SyncResult:
        """Read what is new in the files at these paths, without looking at all the others."""
        from convledger.ingest.lock import ingest_lock
        from convledger.ingest.result import SyncResult

        self._must_be_open()
        try:
            with ingest_lock(self.workspace / paths.LOCK, WAIT_SECONDS) as held:
                if not held:
                    return SyncResult(busy=True)
                return self._sync(None, changed, True, None, lambda: False)
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error

    @in_words
    def import_found(
        self,
        found: Iterable[Holding],
        *,
        texts: bool = True,
        listener: Listener | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> SyncResult:
        """Import what `find` of the front door has found; it stays a source."""
        from convledger.ingest.front_door import keep

        found = list(found)
        spared = self.leaving.spared(found)
        roots = keep(self.connection, [each for each in found if each not in spared])
        return self.sync(roots, texts=texts, listener=listener, stopping=stopping)

    def import_paths(
        self, named: list[Path], source: str | None = None, *, texts: bool = True
    ) -> SyncResult:
        """Import what a person names. Raises UsageProblem where nothing in it is known."""
        from convledger.ingest.front_door import find

        return self.import_found(find(named, source), texts=texts)

    @as_actor(IMPORT)
    def _sync(
        self,
        roots: Iterable[tuple[str, Path]] | None,
        changed: Iterable[str] | None,
        texts: bool,
        listener: Listener | None,
        stopping: Callable[[], bool],
    ) -> SyncResult:
        from convledger.ingest.plan import make_plan, plan_of_paths
        from convledger.ingest.result import SyncResult
        from convledger.store.ballast import must_have_room_to_read
        from convledger.store.files import texts_pending

        self._require_file()
        self._finish_erasing()
        if (self.workspace / paths.MAPPINGS).is_dir():
            from convledger.ingest.mappings import follow_mappings

            follow_mappings(self.connection, self.workspace)
        roots = self.known_roots() if roots is None else roots
        if changed is None:
            plan = make_plan(self.connection, roots)
        else:
            plan = plan_of_paths(self.connection, roots, changed)
        result = SyncResult(scans=plan.scans)
        result.rerated = self._follow_prices()
        pending, pending_bytes = texts_pending(self.connection)
        if plan.works or (texts and pending):
            must_have_room_to_read(self.path, max(plan.bytes, pending_bytes * texts))
            from convledger.ingest.sync import Importer, Stopped

            importer = Importer(self.connection, self.path, self.rates, listener, stopping)
            try:
                importer.figures(plan)
                if texts:
                    importer.texts()
            except Stopped:
                result.stopped = True
            tally = importer.tally
            result.calls, result.messages = tally.calls, tally.messages
            result.known_calls, result.known_messages = tally.known_calls, tally.known_messages
            result.new_conversations, result.unreadable = tally.new_conversations, tally.unreadable
            result.rejected, result.files = tally.rejected, tally.files
            result.read_bytes, result.conversations = tally.read_bytes, len(tally.conversations)
            pending, pending_bytes = texts_pending(self.connection)
        if texts and not result.stopped:
            from convledger.ingest.estimates import follow

            result.estimated = follow(self.connection, lambda: self.rates, stopping, listener)
        for root in plan.with_titles:
            from convledger.ingest.side_files import take_titles

            take_titles(self.connection, root)
        result.pending_files, result.pending_bytes = pending, pending_bytes
        return result

    @as_actor(ITSELF)
    def _finish_erasing(self) -> None:
        """Take up an erasure that was cut short; a reader in the way is not waited for."""
        from convledger.store.erasures import is_pending

        if is_pending(self.connection):
            from convledger.clock import now_us, seconds_passed
            from convledger.memory.erase import resume
            from convledger.memory.erase_course import Course

            course = Course(seconds_passed)
            resume(self.connection, self.path, now_us(), course, wait_seconds=0)

    def erasures(self) -> list[Erasure]:
        """Return every erasure, pending and done, the latest first."""
        from convledger.memory.erase import past

        return past(self.connection)

    def belongings(self, client: str) -> Wanted:
        """Return what erasing a client would take: its conversations, the entries of its scope."""
        from convledger.memory.erase import of_client

        return of_client(self.connection, client)

    @in_words
    def note_exports(self, conversation_ids: Sequence[int], file: str) -> None:
        """Keep that conversations are about to be written to a file, so that erasing names it."""
        from convledger.store.exports import note_exports

        note_exports(self.connection, conversation_ids, file)

    @in_words
    def erase_outlook(self, wanted: Wanted) -> Outlook:
        """Return what an erasure would take; changes nothing."""
        from convledger.memory.erase import outlook

        return outlook(self.connection, self.path, wanted)

    @in_words
    def erase(
        self,
        wanted: Wanted,
        *,
        now: int,
        wait_seconds: float = WAIT_SECONDS,
        heed: Heed | None = None,
    ) -> Outcome:
        """Erase for good, and look whether it is gone; nothing takes it back.

        `heed` hears of each step and may stop it. Raises WorkspaceError where another program kept
        reading the logs all the time, Stopped where it was stopped before anything went.
        """
        from convledger.clock import seconds_passed
        from convledger.memory.erase import erase
        from convledger.memory.erase_course import Course

        course = Course(seconds_passed, heed)
        with self._erasing(wait_seconds):
            one = erase(self.connection, self.path, wanted, now, course, wait_seconds=wait_seconds)
            one.freed = self.freed
            return one

    @property
    def findings(self) -> Findings:
        """Secrets and personal data that were found."""
        from convledger.memory.finding_shelf import Findings

        return Findings(self.connection, self.path, self._erasing)

    @in_words
    def resume_erasing(
        self,
        *,
        now: int,
        wait_seconds: float = WAIT_SECONDS,
        backups: str | None = None,
        heed: Heed | None = None,
    ) -> list[Outcome]:
        """Finish the erasures that were cut short."""
        from convledger.clock import seconds_passed
        from convledger.memory.erase import resume
        from convledger.memory.erase_course import Course

        course = Course(seconds_passed, heed)
        with self._erasing(wait_seconds):
            return resume(
                self.connection, self.path, now, course,
                wait_seconds=wait_seconds, backups=backups,
            )  # fmt: skip

    @contextmanager
    def _erasing(self, wait_seconds: float) -> Iterator[None]:
        """Keep imports away: they know what was erased from their beginning only."""
        from convledger.ingest.lock import ingest_lock

        self._must_be_open()
        with ingest_lock(self.workspace / paths.LOCK, wait_seconds) as held:
            if not held:
                raise WorkspaceError(
                    f"{self.workspace}: another convledger is reading the logs; try again when it "
                    "has ended. Nothing was erased"
                )
            self._require_file()
            from convledger.store.ballast import lay_in, let_go_where_tight

            self.freed = let_go_where_tight(self.path)
            yield
            lay_in(self.path)

    def discover(self) -> list[Scan]:
        """Return what the log folders of this machine hold, without reading any of it."""
        from convledger.ingest.discover import scan

        return [scan(reader, root) for reader, root in self.known_roots()]

    @as_actor(ITSELF)
    def _follow_prices(self) -> str:
        """Rate everything anew where the prices have changed; says in words what that did."""
        from convledger.ingest import stamps

        seen = stamps.stamp(self.workspace / paths.PRICES)
        if seen != self._rates_seen:  # those in memory are the old ones
            self._rates, self._rates_seen = None, seen
        if stamps.is_current(self.connection, seen):
            return ""
        from convledger.ingest.rerate import rerate

        changed = rerate(self.connection, self.rates, "the prices have changed")
        stamps.keep(self.connection, seen)
        return changed.words() if changed is not None and changed.changed_calls else ""

    @in_words
    def rerate(self, *, dry_run: bool = False) -> Rerating | None:
        """Rate every call with the prices as they stand; None where all cost that already."""
        from convledger.ingest import stamps
        from convledger.ingest.rerate import rerate

        self._rates = None
        seen = stamps.stamp(self.workspace / paths.PRICES)
        found = rerate(self.connection, self.rates, "asked for", dry_run=dry_run, compare=True)
        if not dry_run:
            stamps.keep(self.connection, seen)
        return found

    @in_words
    def label(self, conversation_ids: Iterable[int], name: str, value: str) -> int:
        """Give conversations a label; but for a tag it replaces an earlier one of its name."""
        from convledger.store.labels import set_label

        with transaction(self.connection):
            return set_label(self.connection, list(conversation_ids), name, value)

    @in_words
    def unlabel(self, conversation_ids: Iterable[int], name: str, value: str | None = None) -> int:
        """Take labels away; without `value` all of that name."""
        from convledger.store.labels import remove_label

        with transaction(self.connection):
            return remove_label(self.connection, list(conversation_ids), name, value)
