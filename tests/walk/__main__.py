"""Runs the story of every command in this process, watched, and prints what each of them did."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from convledger import clock, paths
from convledger.__main__ import _run
from convledger.cli import chosen
from convledger.cli.outcome import finished
from convledger.ingest.watch import Watcher
from tests.cli.plans import NOW
from tests.hostile import unsafe_in
from tests.walk.story import BAIT, FULL, HOSTILE_WORDS, NAMES, STORY, filled, told
from tests.walk.tree import leaf_of, leaves
from tests.walk.watched import Watched, files_below

# What changes the desk, or goes on until it is ended, where it is called without a word.
UNASKED = {
    ("import",), ("watch",), ("demo",), ("backup",), ("prices", "rerate"), ("memory", "undo"),
    ("simulate", "undo"), ("cost", "undo"), ("handoff", "undo"), ("review", "undo"),
    ("memory", "import"), ("memory", "write"), ("memory", "prune"),
}  # fmt: skip


def main(desk: Path, *, hostile: bool) -> None:
    """Run the story on a desk; print a list of what each line did."""
    clock.now_us = lambda: NOW
    time.time = lambda: NOW / 10**6
    _end_each_watch_at_once()
    found = _hostile_deeds(desk) if hostile else _plain_deeds(desk)
    sys.stdout.write(json.dumps(found))


def _plain_deeds(desk: Path) -> list[dict[str, Any]]:
    """Watch what each line writes, starts and connects to."""
    leaves()  # to import a command is no deed of the one that runs first
    tempfile.gettempdir()  # tries once whether it can write there
    known = filled(desk)
    watched = Watched()
    watched.begin()
    found: list[dict[str, Any]] = []
    before = files_below(desk)
    for words, expected, code, _, err in told(_call, known):
        written, started, connected = watched.take()
        after = files_below(desk)
        written += [path for path, facts in after.items() if before.get(path) != facts]
        before = after
        found.append({
            "words": words, "leaf": leaf_of(words), "expected": expected, "code": code, "err": err,
            "written": sorted(set(written)), "started": started, "connected": connected,
            "left": sorted(files_below(desk / "tmp")),
        })  # fmt: skip
    return found


def _hostile_deeds(desk: Path) -> list[dict[str, Any]]:
    """Fill the desk with words that act, then with names that no command takes, then empty it.

    What it is when it is full stays as the folder `full`.
    """
    known = filled(desk, HOSTILE_WORDS)
    full, empty = STORY.split(FULL)
    found = [_said(each) for each in told(_call, known, full)]
    workspace = paths.default_workspace()
    with closing(sqlite3.connect(workspace / paths.LEDGER)) as connection, connection:
        for table, column in NAMES:
            connection.execute(f'UPDATE "{table}" SET "{column}"="{column}" || ?', (BAIT,))
    shutil.copytree(workspace, desk / "full")
    for leaf, command in leaves().items():
        if leaf in UNASKED or any(each.required for each in command.params):
            continue
        asked = [[*leaf]]
        flags = {option for each in command.params for option in each.opts}
        asked += [[*leaf, flag] for flag in ("--json", "--csv", "--all") if flag in flags]
        found += [_said((words, -1, *_call(words))) for words in asked]
    return found + [_said(each) for each in told(_call, known, empty)]


def _said(told: tuple[list[str], int, int, str, str]) -> dict[str, Any]:
    words, expected, code, out, err = told
    return {
        "words": words, "expected": expected, "code": code, "err": err[-2000:],
        "unsafe": unsafe_in(out) + unsafe_in(err), "is_csv": "--csv" in words,
        "formulas": [line for line in out.splitlines() if "--csv" in words and _runs(line)],
    }  # fmt: skip


def _runs(line: str) -> bool:
    """Tell whether a spreadsheet would run a cell of a line."""
    return any(cell[:1] in "=@\t" and cell for cell in next(csv.reader([line]), []))


def _call(words: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = finished(lambda: _run(words))
        finally:
            chosen.choose(None)
    return code, out.getvalue(), err.getvalue()


def _end_each_watch_at_once() -> None:
    """Let a watch look at everything once and end as with ctrl+c."""
    run = Watcher.run

    def once(self: Watcher, stopping: threading.Event) -> None:
        stopping.set()
        run(self, stopping)

    Watcher.run = once  # type: ignore[method-assign]


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    main(Path(sys.argv[1]), hostile="hostile" in sys.argv[2:])
