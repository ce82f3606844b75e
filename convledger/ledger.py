"""The one door to a workspace: opens it, brings it up to date, answers questions about it.

What a question needs is imported when it is asked: the commands that run every few seconds from a
prompt must not wait for the parts that they do not use.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.errors import WorkspaceError
from convledger.store.connection import connect, in_words, transaction, unreadable
from convledger.store.migrations import migrate

if TYPE_CHECKING:
    from convledger.ingest.rates import Rates
    from convledger.ingest.rerate import Rerating
    from convledger.ingest.result import SyncResult as SyncResult
    from convledger.ingest.sync import Listener
    from convledger.reports.conversations import Conversation, Entry
    from convledger.reports.explain import Explanation
    from convledger.reports.runs import RatingRun
    from convledger.reports.sources import FileLine, RejectedLine, SourceLine, UnpricedModel
    from convledger.reports.usage import UsageQuery, UsageReport
    from convledger.store.checks import Finding
    from convledger.store.search import SearchQuery, SearchResult

WAIT_SECONDS = 10.0


class Ledger:
    """An open workspace."""

    def __init__(self, workspace: Path, connection: sqlite3.Connection) -> None:
        self.workspace = workspace
        self.connection = connection
        self._rates: Rates | None = None
        self._inode = self.path.stat().st_ino

    @classmethod
    def open(cls, workspace: Path | None = None) -> Ledger:
        """Open a workspace, making it (mode 0700) where there is none. Raises WorkspaceError."""
        folder = workspace or paths.default_workspace()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{folder}: can't make the workspace: {error.strerror}") from error
        path = folder / paths.LEDGER
        connection = connect(path)
        try:
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(folder, connection)

    def close(self) -> None:
        """Close the workspace."""
        self.connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self.workspace / paths.LEDGER

    @property
    def rates(self) -> Rates:
        """The prices in force, loaded when first needed."""
        if self._rates is None:
            from convledger.ingest.rates import load_rates

            self._rates = load_rates(self.workspace / paths.PRICES)
        return self._rates

    def known_roots(self) -> list[tuple[str, Path]]:
        """Return (reader, folder) of each place where logs may be on this machine.

        Folders that were imported by name stay sources and are looked at again.
        """
        from convledger.sources.registry import known_roots

        roots = known_roots(os.environ, paths.home(), sys.platform)
        asked = {(reader, str(root)) for reader, root in roots}
        for reader, root in self.connection.execute(
            "SELECT name, root FROM source JOIN reader ON reader.id=reader_id WHERE state='kept'"
        ):
            if (reader, root) not in asked:
                roots.append((reader, Path(root)))
        return roots

    def sync(
        self,
        roots: Iterable[tuple[str, Path]] | None = None,
        *,
        texts: bool = True,
        listener: Listener | None = None,
        stopping: Callable[[], bool] = lambda: False,
        wait_seconds: float = WAIT_SECONDS,
    ) -> SyncResult:
        """Bring the ledger up to date with the logs: figures, and unless told else the texts too.

        Safe to stop at any instant; the next call goes on. Raises WorkspaceError, ConfigError.
        """
        from convledger.ingest.lock import ingest_lock
        from convledger.ingest.result import SyncResult

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

        try:
            with ingest_lock(self.workspace / paths.LOCK, WAIT_SECONDS) as held:
                if not held:
                    return SyncResult(busy=True)
                return self._sync(None, changed, True, None, lambda: False)
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error

    @in_words
    def import_paths(
        self,
        named: list[Path],
        source: str | None = None,
        *,
        texts: bool = True,
        listener: Listener | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> SyncResult:
        """Import files, folders, homes and archives that a person names; they stay sources.

        Raises UsageProblem where a path holds nothing that a reader knows.
        """
        from convledger.clock import now_us
        from convledger.ingest.choose import roots_in
        from convledger.store.catalog import Catalog

        roots = [root for path in named for root in roots_in(path, source)]
        with transaction(self.connection):
            catalog = Catalog(self.connection)
            for reader, root in roots:
                source_id = catalog.source(reader, str(root), now_us())
                self.connection.execute("UPDATE source SET state='kept' WHERE id=?", (source_id,))
        return self.sync(roots, texts=texts, listener=listener, stopping=stopping)

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
        from convledger.store.files import texts_pending

        self._require_file()
        result = SyncResult()
        if roots is None:
            roots = self.known_roots()
        if changed is None:
            plan = make_plan(self.connection, roots)
        else:
            plan = plan_of_paths(self.connection, roots, changed)
        result.scans = plan.scans
        result.rerated = self._follow_prices()
        pending, pending_bytes = texts_pending(self.connection)
        if plan.works or (texts and pending):
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
            result.rejected, result.files = tally.rejected, tally.files
            result.read_bytes, result.conversations = tally.read_bytes, len(tally.conversations)
            pending, pending_bytes = texts_pending(self.connection)
        for scanned in plan.scans:
            if scanned.reader == "codex" and scanned.present:
                from convledger.ingest.side_files import take_titles

                take_titles(self.connection, scanned.root)
        result.pending_files, result.pending_bytes = pending, pending_bytes
        return result

    def _require_file(self) -> None:
        """Raise WorkspaceError where the open file is no longer the ledger: writes were lost."""
        try:
            inode = self.path.stat().st_ino
        except OSError:
            inode = None
        if inode != self._inode:
            raise WorkspaceError(
                f"{self.path}: was deleted or replaced while it was open; run the command again, "
                "the logs still hold what they held"
            )

    def _follow_prices(self) -> str:
        """Rate everything anew where the prices have changed; says in words what that did."""
        from convledger.ingest import stamps

        seen = stamps.stamp(self.workspace / paths.PRICES)
        if stamps.is_current(self.connection, seen):
            return ""
        from convledger.ingest.rerate import rerate

        self._rates = None  # those in memory are the old ones
        changed = rerate(self.connection, self.rates, "the prices have changed")
        stamps.keep(self.connection, seen)
        return changed.words() if changed is not None and changed.changed_calls else ""

    def usage(self, query: UsageQuery) -> UsageReport:
        """Answer a question for usage."""
        from convledger.reports.usage import usage

        try:
            return usage(self.connection, query)
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error

    def doubtful_models(self, query: UsageQuery) -> tuple[list[str], list[str]]:
        """Return the models in the answer to `query` without a price, and those estimated."""
        from convledger.reports.usage import doubtful_models

        return doubtful_models(self.connection, query)

    @in_words
    def conversation(self, name: str) -> Conversation:
        """Return the conversation whose id is or begins with `name`; raises UsageProblem."""
        from convledger.reports.conversations import find

        return find(self.connection, name)

    def conversation_names(self, query: UsageQuery) -> list[str]:
        """Return the names of the conversations that fit the filters of `query`."""
        from convledger.reports.conversations import names

        return names(self.connection, query)

    def transcript(self, conversation_id: int, *, hidden: bool = False) -> Iterator[Entry]:
        """Yield what was said in a conversation, with what each turn cost."""
        from convledger.reports.conversations import transcript

        return transcript(self.connection, conversation_id, hidden=hidden)

    @in_words
    def search(self, query: SearchQuery) -> SearchResult:
        """Search everything that was said."""
        from convledger.store.search import search

        return search(self.connection, query)

    @in_words
    def explain(self, name: str) -> list[Explanation]:
        """Explain the cost of a call, or of each call of a conversation; raises UsageProblem."""
        from convledger.reports.explain import explain

        return explain(self.connection, self.rates.rater, name)

    @in_words
    def sources(self) -> list[SourceLine]:
        """Return each source with its counts."""
        from convledger.reports import sources

        return sources.sources(self.connection)

    @in_words
    def files(self, *, only_troubled: bool = False) -> list[FileLine]:
        """Return each log file and how far it is read."""
        from convledger.reports import sources

        return sources.files(self.connection, only_troubled=only_troubled)

    @in_words
    def rejected(self, limit: int = 1000) -> list[RejectedLine]:
        """Return the lines that could not be used."""
        from convledger.reports import sources

        return sources.rejected(self.connection, limit)

    @in_words
    def unpriced(self) -> list[UnpricedModel]:
        """Return the models that have no price."""
        from convledger.reports import sources

        return sources.unpriced(self.connection)

    @in_words
    def status(self) -> dict[str, int]:
        """Return what was spent today and in the last 7 and 30 days, in picodollars, with calls."""
        import time

        from convledger.reports.status import status

        return status(self.connection, time.time())

    @in_words
    def check(self, *, deep: bool = False) -> list[Finding]:
        """Verify everything; return what is wrong."""
        from convledger.store.checks import check

        self._require_file()
        return check(self.connection, self.path, deep=deep)

    @in_words
    def repair(self) -> None:
        """Work out anew what can be: the roll-up from the calls, the index from the messages."""
        from convledger.store.calls import rebuild_usage
        from convledger.store.messages import rebuild_index

        with transaction(self.connection):
            rebuild_usage(self.connection)
            rebuild_index(self.connection)

    @in_words
    def rerate(self, *, dry_run: bool = False) -> Rerating | None:
        """Rate every call with the prices as they stand; None where nothing could change."""
        from convledger.ingest import stamps
        from convledger.ingest.rerate import rerate

        self._rates = None
        seen = stamps.stamp(self.workspace / paths.PRICES)
        found = rerate(self.connection, self.rates, "asked for", dry_run=dry_run)
        if not dry_run:
            stamps.keep(self.connection, seen)
        return found

    def rating_runs(self) -> list[RatingRun]:
        """Return the times that calls were rated, the last one first."""
        from convledger.reports.runs import rating_runs

        return rating_runs(self.connection)

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

    @in_words
    def conversation_ids(
        self, *, names: Iterable[str] = (), projects: Iterable[str] = (), source: str = ""
    ) -> list[int]:
        """Return the conversations that are named, or whose project matches (with * and ?)."""
        from convledger.store.labels import matching

        found = [self.conversation(name).id for name in names]
        return found + matching(self.connection, list(projects), source)
