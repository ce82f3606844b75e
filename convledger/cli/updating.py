"""Brings the ledger up to date for a command, and says on standard error what that met."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.cli import streams
from convledger.cli.progress import ProgressLine, Stop, size_text, stoppable
from convledger.errors import NoRoom, WorkspaceError

if TYPE_CHECKING:
    from convledger.ledger import Ledger, SyncResult

SOON_BYTES = 8 * 1000 * 1000
STOPPED = (
    "Stopped. What was read is kept and nothing is lost; the next `convledger import` goes on here."
)


def bring_up_to_date(ledger: Ledger, *, texts: bool) -> SyncResult:
    """Read what is new in the logs; ctrl+c stops it between two batches and ends the command.

    Where nothing may or can be written, what the ledger holds is told, and why not more.
    """
    tell_of_network(ledger)
    try:
        result = with_progress(
            lambda line, stop: ledger.sync(texts=texts, listener=line, stopping=stop)
        )
    except WorkspaceError as error:
        if not ledger.is_sealed and not isinstance(error, NoRoom):
            raise
        from convledger.ingest.result import SyncResult
        from convledger.text.display import display_text

        streams.note(f"{display_text(str(error))}. The figures are as of the last import.")
        return SyncResult()
    if result.stopped:
        raise KeyboardInterrupt
    tell(result)
    return result


def tell_of_network(ledger: Ledger) -> None:
    """Warn of a workspace that lies on another machine."""
    if ledger.network:
        from convledger.store.mounts import network_words
        from convledger.text.display import display_text

        streams.note(display_text(network_words(ledger.workspace, ledger.network)))


def with_progress(work: Callable[[ProgressLine, Stop], SyncResult]) -> SyncResult:
    """Run an import under a progress line; says so where it was stopped."""
    line = ProgressLine()
    with stoppable() as stop:
        try:
            result = work(line, stop)
        finally:
            line.clear()
    if result.stopped:
        streams.note(STOPPED)
    return result


def tell(result: SyncResult) -> None:
    """Say what a person should know before trusting the figures."""
    if result.busy:
        streams.note(
            "Another convledger is importing into this workspace; "
            "the figures are as of its last batch."
        )
    if result.rejected:
        streams.note(rejected_words(result.rejected))
    if result.rerated:
        from convledger.text.display import display_text

        streams.note(display_text(result.rerated[:1].upper() + result.rerated[1:]) + ".")


def rejected_words(count: int) -> str:
    """Say how many lines could not be used, and where they are listed."""
    lines = "1 line" if count == 1 else f"{count:,} lines"
    return f"{lines} could not be used: `convledger sources --rejected` lists them."


def store_texts_after(ledger: Ledger, result: SyncResult, *, all_of_them: bool = False) -> None:
    """Store what was said once the answer is out: a little at once, much when asked for."""
    if not result.pending_files or result.busy:
        return
    sys.stdout.flush()
    if all_of_them or result.pending_bytes <= SOON_BYTES:
        stored = with_progress(
            lambda line, stop: ledger.sync(listener=line, stopping=stop, wait_seconds=0)
        )
        if stored.stopped:
            raise KeyboardInterrupt
    elif streams.is_terminal(sys.stderr):
        streams.note(
            f"What was said in {size_text(result.pending_bytes)} of logs is not searchable yet: "
            "`convledger import` stores it."
        )
