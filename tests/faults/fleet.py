"""Orders to the process that does deeds, and what all of them work on."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from convledger.ledger import Ledger
from convledger.store.backup_notes import backups_of, digest_of
from convledger.store.backups import damage_of
from tests.faults.deeds import roots_of
from tests.ingest.logs import ROLLOUT, rollout, session, turns

PROJECT = Path(__file__).parents[2]
BY_CLOCK = 4  # moments by the clock, of each kind of work; they may come too late


class Fleet:
    """Processes that do a deed and are killed at a moment."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.killed = 0

    def order(self, deed: str, *args: object, how: str = "", moment: int = 0) -> dict[str, Any]:
        """Have a deed done; returns how that ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"deed": deed, "args": args, "how": how, "moment": moment}
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()
        ended: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert ended["status"] in (0, -signal.SIGKILL), (deed, args, how, moment)
        self.killed += ended["status"] != 0
        return ended

    def moments(self, seed: int, deed: str, *args: object, of: Callable[[], object]) -> Moments:
        """Count what an undisturbed deed does, and choose moments of it; `of` sets it back."""
        counts = {}
        for how in ("calls", "steps"):
            counts[how] = self.order(deed, *args, how=how)["count"]
            of()
        counts["clock"] = self.order(deed, *args)["took"]
        of()
        return Moments(Random(seed), counts)


class Moments:
    """Moments of a deed: one of its calls of Python, of its steps of SQLite, of its time in µs."""

    def __init__(self, rng: Random, counts: dict[str, int]) -> None:
        self.rng, self._counts = rng, counts
        self._clocks = BY_CLOCK

    def next(self) -> dict[str, Any]:
        """Return the next one; the first few are by the clock."""
        self._clocks -= 1
        how = "clock" if self._clocks >= 0 else self.rng.choice(("calls", "steps"))
        return {"how": how, "moment": self.rng.randint(1, self._counts[how])}


@contextmanager
def doer() -> Iterator[subprocess.Popen[str]]:
    """Start the process that forks, with everything loaded."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.deeds"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        yield process


def emptied(folder: Path) -> None:
    """Remove a folder with all that is in it."""
    shutil.rmtree(folder, ignore_errors=True)


def make_home(home: Path) -> Path:
    """Make a home with a few logs of both tools."""
    for number in range(1, 5):
        log = home / ".claude" / "projects" / "bakery" / f"{session(number)}.jsonl"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(turns(number * 100, number * 100 + 20, of=session(number)) + b"no line\n")
    log = home / ".codex" / "sessions" / ROLLOUT
    log.parent.mkdir(parents=True)
    log.write_bytes(rollout(12))
    return home


def filled(workspace: Path, home: Path) -> None:
    """Read the logs of a home into a workspace."""
    with Ledger.open(workspace) as ledger:
        ledger.sync(roots_of(home))


def every_backup_is_good(workspace: Path) -> int:
    """See that each backup that counts as one is whole; returns how many there are."""
    found = backups_of(workspace / "ledger.db")
    for backup in found:
        assert backup.note is not None, backup.name
        assert digest_of(backup.path) == backup.note.sha256
        assert backup.path.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(f"file:{backup.path}?immutable=1", uri=True)) as copy:
            assert damage_of(copy) == ""
    return len(found)
