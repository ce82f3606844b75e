"""Takes the files of the inbox, each by the reader of its kind, each whole or not at all."""

from __future__ import annotations

import sqlite3
from datetime import tzinfo

from convledger.errors import ConvledgerError, UsageProblem
from convledger.reports.inbox_rows import READERS, RowsRefused, Taker
from convledger.store.actors import as_actor
from convledger.workflow.inbox import (
    LARGEST,
    Inbox,
    InboxReport,
    NotYet,
    RefusedFile,
    TakenFile,
    Waiting,
)


def take_inbox(connection: sqlite3.Connection, inbox: Inbox, now: int, zone: tzinfo) -> InboxReport:
    """Take what may be taken. A file that was taken but not moved brings nothing twice."""
    report = InboxReport()
    for waiting in inbox.waiting():
        try:
            content = inbox.read(waiting, now)
        except NotYet:
            continue
        try:
            new, known = _take(Taker(connection, now, zone), waiting, content)
        except RowsRefused as refused:
            reasons = [f"line {line}: {why}" for line, why in sorted(refused.rows)]
        except ConvledgerError as problem:
            reasons = [str(problem)]
        else:
            inbox.put_taken(waiting)
            report.taken.append(TakenFile(waiting.name, waiting.kind, new, known))
            continue
        inbox.put_refused(waiting, reasons)
        report.refused.append(RefusedFile(waiting.name, reasons))
    return report


def _take(taker: Taker, waiting: Waiting, content: bytes) -> tuple[int, int]:
    """Return how many rows were new and how many known. Raises RowsRefused, ConvledgerError."""
    if len(content) > LARGEST:
        raise UsageProblem(f"the file is larger than {LARGEST >> 20} MB; cut it in parts")
    read = READERS[waiting.kind](taker, content)
    with as_actor("inbox", waiting.kind):
        return read()
