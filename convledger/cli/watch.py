"""The command `watch`: follows the logs in the foreground and prints what arrives."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import INTERRUPTED
from convledger.cli.weekly import Hourly

if TYPE_CHECKING:
    from convledger.ingest.watch import Watcher
    from convledger.ledger import Ledger, SyncResult

RECENT = 120 * clock.SECOND


@click.command(short_help="Follow the logs and print what arrives.")
@options.json_flag
def watch(as_json: bool) -> int:
    """Keep the ledger up to date until ctrl+c, with a line for everything that arrives.

    With --json each line is an object. What the logs hold already is read first. Where plans are
    in force, an alert that is reached and a period that is over are told too. The ledger is backed
    up when the last good copy is older than a week.
    """
    from convledger.cli.updating import tell_of_network
    from convledger.ingest.watch import Watcher

    with chosen.open_ledger() as ledger:
        tell_of_network(ledger)
        show = _json_line if as_json else _line

        def notice(text: str) -> None:
            from convledger.text.display import display_text

            streams.note(display_text(text))

        def arrived(result: SyncResult) -> None:
            sys.stdout.write(show(ledger, result) + "\n")
            sys.stdout.flush()
            for line in _plan_lines(ledger, as_json, notice):
                sys.stdout.write(line + "\n")
            sys.stdout.flush()

        told: set[str] = set()
        backups = Hourly()

        def once(text: str) -> None:
            if text not in told:
                told.add(text)
                notice(text)

        def act() -> None:
            for line in _trigger_lines(ledger, as_json, once):
                sys.stdout.write(line + "\n")
            sys.stdout.flush()

        def settled(result: SyncResult) -> None:
            if not result.busy:
                act()
                backups.look()

        def glanced() -> None:
            if ledger.inbox.waiting():
                act()

        if streams.is_terminal(sys.stderr):
            streams.note("Watching. Ctrl+c ends it.")
        watcher = Watcher(ledger, arrived, notice, settled=settled, glanced=glanced)
        return _until_interrupted(watcher)


def _until_interrupted(watcher: Watcher) -> int:
    """Run `watcher` in a thread until a signal comes or it fails."""
    stopping, ended = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            watcher.run(stopping)
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            failures.append(error)
        finally:
            ended.set()

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        threading.Thread(target=work, name="watch", daemon=True).start()
        # Not by joining: a join that was interrupted takes the thread for ended, in Python 3.11.
        ended.wait()
    except KeyboardInterrupt:
        stopping.set()
        watcher.wake()
        ended.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    if failures:
        raise failures[0]
    return INTERRUPTED


def _plan_lines(ledger: Ledger, as_json: bool, notice: Callable[[str], None]) -> list[str]:
    """Return what is new about the plans in force as lines, or each as an object."""
    from convledger.cli import following
    from convledger.cli.printing import json_text

    news = following.follow_quietly(ledger, notice)
    if not as_json:
        clock_words = _clock_words()
        return [f"{clock_words}  {line}" for line in following.lines_of(news)]
    found = following.documents_of(news)
    return [
        *(json_text({"alert": each}) for each in found["alerts"]),
        *(json_text({"closed_period": each}) for each in found["closed_periods"]),
    ]


def _trigger_lines(ledger: Ledger, as_json: bool, tell: Callable[[str], None]) -> list[str]:
    """Take the inbox, do what rules say, and return what came of both as lines or objects."""
    from convledger.cli import trigger_running
    from convledger.cli.printing import json_text

    fired, taken = trigger_running.fire_quietly(ledger, tell)
    lines = trigger_running.lines_of(fired, taken)
    if not as_json:
        return [f"{_clock_words()}  {line}" for line in lines]
    found = {
        "triggers": trigger_running.fired_document(fired),
        "inbox": trigger_running.inbox_document(taken),
    }
    return [json_text(found)] if lines else []


def _clock_words() -> str:
    from datetime import datetime

    return datetime.now().astimezone().strftime("%H:%M:%S")


def _line(ledger: Ledger, result: SyncResult) -> str:
    """Return what arrived as a line for people."""
    from convledger.cli.status import spent_today
    from convledger.text.display import clip, display_text

    parts = [_clock_words()]
    for count, one, many in (
        (result.calls, "call", "calls"),
        (result.messages, "message", "messages"),
        (result.rejected, "rejected line", "rejected lines"),
    ):
        if count:
            parts.append(f"+{count:,} {one if count == 1 else many}")
    parts.append(f"{spent_today(ledger.status())} today")
    titles = _titles(ledger, result)
    if titles:
        parts.append(clip(display_text(", ".join(titles)), 60))
    if result.rerated:
        parts.append(display_text(result.rerated))
    return "  ".join(parts)


def _json_line(ledger: Ledger, result: SyncResult) -> str:
    """Return what arrived as one line of JSON."""
    from convledger.cli.printing import json_text
    from convledger.cli.status import document

    found: dict[str, Any] = {
        "at": clock.iso_text(clock.now_us()),
        "calls": result.calls,
        "messages": result.messages,
        "conversations": result.conversations,
        "rejected_lines": result.rejected,
        "titles": _titles(ledger, result),
        "today": document(ledger.status())["today"],
    }
    return json_text(found)


def _titles(ledger: Ledger, result: SyncResult) -> list[str]:
    """Return the titles of the conversations that grew, where they can be told from others."""
    from datetime import UTC

    from convledger.reports.usage import UsageQuery

    if not 0 < result.conversations <= 3:
        return []
    since = clock.now_us() - RECENT
    rows = ledger.usage(UsageQuery(("conversation",), UTC, since=since)).rows
    return [row.title for row in rows if row.title] if len(rows) == result.conversations else []
