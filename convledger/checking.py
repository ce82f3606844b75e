"""Whether a workspace is sound: all of it verified, and what can be repaired repaired."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.auditing import Auditing
from convledger.errors import WorkspaceError
from convledger.store.connection import in_words, is_sealed, unreadable

if TYPE_CHECKING:
    from convledger.store.findings import Finding


@dataclass(slots=True)
class Fixed:
    """What was repaired, in words, and the backup that was made before, if one was."""

    done: list[str] = field(default_factory=list)
    backup: Path | None = None


class Checking(Auditing):
    """Verifying everything, and repairing what follows from the rest."""

    @in_words
    def check(self, *, deep: bool = False) -> list[Finding]:
        """Verify everything; return what is wrong."""
        from convledger.memory.evidence_check import evidence_findings
        from convledger.store.checks import check

        self._require_file()
        findings = check(self.connection, self.path, deep=deep)
        if any(each.check == "file" for each in findings):
            return findings
        if deep:
            from convledger.ingest.ratings_check import rating_findings

            findings += rating_findings(self.connection)
        findings += evidence_findings(self.connection)
        findings += self._credit_findings()
        if not any(each.check == "currencies" for each in findings):  # else they can't be read
            findings = self.with_balances(findings)
        return findings + self._assertion_findings()

    @in_words
    def quick_check(self) -> list[Finding]:
        """Verify what can be without adding anything up, while others go on with their work."""
        from convledger.store.checks import quick_check

        self._require_file()
        return quick_check(self.connection, self.path)

    def _credit_findings(self) -> list[Finding]:
        from convledger.store.subscriptions import subscriptions

        if not subscriptions(self.connection):
            return []
        from convledger import clock
        from convledger.reports.credit_checks import credit_findings

        return credit_findings(self.connection, self.plan_book, clock.now_us())

    def _assertion_findings(self) -> list[Finding]:
        from convledger.reports.reconciling.asserted import FILE, assertion_findings

        if not (self.workspace / FILE).exists():
            return []
        from convledger.sources.registry import PLACES

        return assertion_findings(self.connection, self._model_names, self.workspace, PLACES)

    def fix(self, findings: Sequence[Finding], *, now: int) -> Fixed:
        """Repair what can be of what a check found, after a backup; the rest needs a person.

        Raises WorkspaceError where the file itself is damaged: then nothing is changed.
        """
        from convledger.store.findings import EVIDENCE, MODE
        from convledger.store.repairs import DONE, close_places, must_not_be_damaged, repair

        must_not_be_damaged(findings, self.path)
        wanted = {each.repair for each in findings if each.repair}
        fixed = Fixed()
        if not wanted:
            return fixed
        if is_sealed(self.path):
            raise unreadable(self.path, sqlite3.OperationalError("readonly database"))
        if wanted - {MODE}:
            from convledger.store.backup_notes import BEFORE_REPAIR
            from convledger.store.backups import protect

            fixed.backup = protect(self.path, BEFORE_REPAIR, now).path
            fixed.done += self._repaired(repair, wanted)
        if EVIDENCE in wanted:
            fixed.done += self._marked(DONE[EVIDENCE])
        if MODE in wanted:
            fixed.done += self._closed(close_places)
        return fixed

    @in_words
    def _repaired(
        self, work: Callable[[sqlite3.Connection, Iterable[str]], list[str]], what: set[str]
    ) -> list[str]:
        return work(self.connection, what)

    @in_words
    def _marked(self, words: str) -> list[str]:
        from convledger.memory.evidence import check_sources

        check_sources(self.connection)
        return [words]

    @in_words
    def _closed(self, work: Callable[[sqlite3.Connection, Path], list[str]]) -> list[str]:
        try:
            return work(self.connection, self.path)
        except OSError as error:
            where = error.filename or self.workspace
            raise WorkspaceError(f"{where}: {error.strerror}; its owner can close it") from error

    @in_words
    def repair(self) -> None:
        """Work out anew what can be: the roll-up from the calls, the indexes from what they hold.

        Raises WorkspaceError.
        """
        from convledger.store.repairs import REPAIRS, repair

        repair(self.connection, REPAIRS)
