"""What `convledger` alone shows: the last 30 days, or what to do where there is nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from convledger.cli import chosen
from convledger.cli.streams import say
from convledger.cli.updating import bring_up_to_date, store_texts_after

if TYPE_CHECKING:
    from pathlib import Path

    from convledger.ingest.discover import Scan
    from convledger.ledger import Ledger
    from convledger.store.left_out import LeftOut

DAYS = 30
NAMED = 4  # tools whose places are named where none has logs


def show_overview() -> None:
    """Bring the ledger up to date, print the last 30 days, then store what was said."""
    with chosen.open_ledger() as ledger:
        result = bring_up_to_date(ledger, texts=False)
        if not any(scan.files for scan in result.scans) and not has_calls(ledger):
            say_no_logs(result.scans)
            return
        print_days(ledger, ("day",))
        sys.stdout.flush()
        store_texts_after(ledger, result, all_of_them=True)


def has_calls(ledger: Ledger) -> bool:
    """Tell whether the ledger holds any call."""
    from datetime import UTC

    from convledger.reports.usage import UsageQuery

    return bool(ledger.usage(UsageQuery((), UTC)).total.calls)


def print_days(ledger: Ledger, keys: tuple[str, ...]) -> None:
    """Print the usage of the last 30 days by `keys`."""
    from convledger.cli.report_answer import make_query
    from convledger.cli.usage_table import print_usage

    answer = ledger.usage(make_query(keys, f"{DAYS}d", None, None, {}))
    if not answer.rows:
        say(f"No calls in the last {DAYS} days. `convledger report` shows all days.")
        return
    say(f"The last {DAYS} days")
    say()
    print_usage(ledger, answer)


def say_no_logs(scans: Iterable[Scan], left_out: Sequence[LeftOut] = ()) -> None:
    """Say that no logs were found, where they were looked for, and what to do."""
    from convledger.cli.leaving import words_of
    from convledger.text.display import display_text

    say("No logs of AI conversations were found on this machine. Looked in:")
    first: dict[str, Path] = {}
    for scan in scans:
        first.setdefault(scan.reader, scan.root)
    for reader in list(first)[:NAMED]:
        say(f"  {display_text(str(first[reader]))}  ({reader})")
    if len(first) > NAMED:
        say(f"  and the places of {len(first) - NAMED} more: convledger sources --discover")
    for entry in left_out:
        say(f"  but not in what is left out: {words_of(entry)}")
    say()
    say("  convledger demo          try it on an invented history; leaves no trace")
    say("  convledger import PATH   read logs from somewhere else")
    say("  convledger help sources  what is read, and where it is looked for")
