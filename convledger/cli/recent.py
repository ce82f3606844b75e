"""Conversations of the last weeks, for completion on the command line."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from convledger import clock, paths

DAYS = 30


def recent_conversations(workspace: Path) -> list[tuple[str, str]]:
    """Return (id, title) of conversations with calls in the last weeks; never makes a workspace."""
    if not (workspace / paths.LEDGER).is_file():
        return []
    from convledger.ledger import Ledger
    from convledger.reports.usage import UsageQuery
    from convledger.text.display import display_text

    since = clock.now_us() - DAYS * clock.DAY
    with Ledger.open(workspace) as ledger:
        report = ledger.usage(UsageQuery(("conversation",), UTC, since=since))
    return [
        (display_text(row.keys["conversation"] or ""), display_text(row.title or ""))
        for row in report.rows
    ]
