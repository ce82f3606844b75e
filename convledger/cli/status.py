"""The one line of `status`. Imports no command line parser: it runs at every prompt."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from convledger import paths
from convledger.cli import chosen
from convledger.money import usd_display, usd_text

SPANS = (("today", "today"), ("days_7", "7 days"), ("days_30", "30 days"))
NOTHING_YET = "no ledger yet · convledger import"


def show_status(workspace: str | None, as_json: bool) -> int:
    """Print what was spent today, in 7 and in 30 days; never reads a log, never makes a file."""
    chosen.choose(workspace)
    found: dict[str, int] | None = None
    if (chosen.folder() / paths.LEDGER).exists():
        found = _figures(chosen.folder() / paths.LEDGER)
    if as_json:
        import json

        text = json.dumps(document(found or {}), indent=2)
    else:
        text = NOTHING_YET if found is None else line(found)
    sys.stdout.write(text + "\n")
    return 0


def _figures(path: Path) -> dict[str, int]:
    """Return the figures of the ledger at `path`.

    Opening the whole ledger takes a third of the time there is: only one of another version is
    opened so, to be brought up to this one or refused.
    """
    import sqlite3

    from convledger.reports.status import status
    from convledger.store.connection import connect, unreadable
    from convledger.store.migrations import SCHEMA_VERSION, schema_version

    connection = connect(path)
    try:
        if schema_version(connection, path) == SCHEMA_VERSION:
            return status(connection, time.time())
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    finally:
        connection.close()
    with chosen.open_ledger() as ledger:
        return ledger.status()


def line(found: dict[str, int]) -> str:
    """Return the figures as one line: "$4.12 today · $31.80 7 days · 3 calls unpriced"."""
    parts = [f"{usd_display(_pico(found, name))} {words}" for name, words in SPANS]
    unpriced = found.get("days_30_unpriced_calls", 0)
    if unpriced:
        parts.append(f"{unpriced:,} {'call' if unpriced == 1 else 'calls'} unpriced")
    return " · ".join(parts)


def document(found: dict[str, int]) -> dict[str, object]:
    """Return the figures as JSON says them."""
    result: dict[str, object] = {"schema": 1}
    for name, _ in SPANS:
        pico = _pico(found, name)
        result[name] = {
            "list_cost_usd": None if pico is None else usd_text(pico),
            "calls": found.get(f"{name}_calls", 0),
            "unpriced_calls": found.get(f"{name}_unpriced_calls", 0),
        }
    return result


def _pico(found: dict[str, int], name: str) -> int | None:
    """Return the cost of a span; None where there are calls and none of them has a price."""
    calls, unpriced = found.get(f"{name}_calls", 0), found.get(f"{name}_unpriced_calls", 0)
    return None if calls and calls == unpriced else found.get(f"{name}_pico", 0)


def spent_today(found: dict[str, int]) -> str:
    """Return today's cost for people."""
    return usd_display(_pico(found, "today"))
