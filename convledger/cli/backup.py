"""The command `backup`: copies the ledger while it is in use, and lists the copies."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.store.backup_notes import Backup

_PAUSE_SECONDS = 0.1


@click.command(short_help="Copy the ledger while it is in use, verified.")
@click.option("--to", "target", metavar="DIR|FILE", help="Where to.  [default: the workspace]")
@click.option("--list", "lists", is_flag=True, help="List the backups that there are.")
@options.json_flag
def backup(target: str | None, lists: bool, as_json: bool) -> int:
    """Copy the ledger as it is at this instant, and verify the copy.

    Imports and the app go on meanwhile. A note beside the copy has its SHA-256 and what it holds.
    Copies in the workspace are made by themselves as well: before the tables are brought up to
    date, and once a week. `convledger restore` brings one back.
    """
    if lists:
        if target is not None:
            raise UsageProblem("--list shows the workspace's own backups; leave --to away")
        return list_backups(as_json=as_json)
    with chosen.open_ledger() as ledger:
        line = CopyLine()
        try:
            now = clock.now_us()
            made = ledger.back_up(now=now, target=_place(target, now), heed=line)
        finally:
            line.clear()
    _tell(made, as_json=as_json)
    return DONE


def _place(target: str | None, now: int) -> Path | None:
    """Return the file that a person means by a file or a folder."""
    if target is None:
        return None
    from convledger.store.backup_notes import MANUAL, backup_name

    place = Path(target).expanduser()
    if place.is_dir() or target.endswith(("/", "\\")):
        return place / backup_name(now, MANUAL, place)
    if place.exists():
        raise UsageProblem(f"{place} is there already; name another file, or a folder")
    if not place.parent.is_dir():
        raise UsageProblem(f"{place.parent} is no folder; a name that ends with / is made one")
    return place


def list_backups(*, as_json: bool) -> int:
    """List the backups of the workspace; there may be no ledger."""
    from convledger import paths
    from convledger.cli import backup_words
    from convledger.cli.printing import print_table
    from convledger.reports.render.table import Column
    from convledger.store.backup_notes import backups_of
    from convledger.store.backup_offer import is_damaged

    found = [(each, is_damaged(each)) for each in backups_of(chosen.folder() / paths.LEDGER)]
    if as_json:
        listed = [backup_words.document(each, is_damaged=state) for each, state in found]
        print_json({"schema": 1, "backups": listed})
        return DONE
    if not found:
        streams.say("There is no backup yet; `convledger backup` makes one.")
        return DONE
    numbers = [Column(word.capitalize(), align="right") for word in ("size", *backup_words.SHOWN)]
    columns = [
        Column("Made"),
        Column("Why"),
        *numbers,
        Column("File", path=True, shrink=True, minimum=20),
    ]
    print_table(columns, backup_words.rows(found))
    if any(state for _, state in found):
        streams.say("A damaged one is other than its note says, and is not brought back.")
    return DONE


def _tell(made: Backup, *, as_json: bool) -> None:
    from convledger.cli import backup_words

    if as_json:
        print_json({"schema": 1, "backup": backup_words.document(made, is_damaged=False)})
    else:
        streams.say(f"Backed up: {backup_words.made_words(made)}")


class CopyLine:
    """How far a copy is, in one line of a terminal."""

    def __init__(self) -> None:
        self._shows = streams.is_terminal(sys.stderr)
        self._drawn = 0.0
        self._length = 0

    def __call__(self, left: int, of: int) -> None:
        """Draw how many of the pages are copied."""
        now = time.monotonic()
        if not self._shows or now - self._drawn < _PAUSE_SECONDS:
            return
        self._drawn = now
        text = f"Copying: {(of - left) * 100 // max(of, 1)} %"
        self._length = len(text)
        sys.stderr.write("\r" + text)
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()
