"""A process that has everything loaded and forks a child for each deed, to kill it or starve it.

Run as a program it takes orders as lines of JSON and answers each with how its child ended.
`how` is one of: calls (of Python), steps (of SQLite), clock (µs), after which the child is killed;
pages (of the ledger) and bytes (of any file), beyond which it may not write.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from convledger.clock import SECOND
from convledger.errors import WorkspaceError
from convledger.ingest import sync
from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.moving.restoring import Restore
from convledger.store import backups, connection, scrubbing
from convledger.store.backup_notes import backup_at

NOW = 1_795_322_220 * SECOND
BATCH = 3_000  # bytes that an import reads between two commits
STEPS_APART = 20  # instructions of SQLite between two of its steps
EDITS = 6  # changes that one sitting of edits makes


def read_logs(workspace: str, home: str) -> None:
    """Import the logs of a home."""
    sync.BATCH_BYTES = BATCH
    with Ledger.open(Path(workspace)) as ledger:
        ledger.sync(roots_of(Path(home)))


def roots_of(home: Path) -> list[tuple[str, Path]]:
    """Return the folders of logs in a home."""
    return [("claude-code", home / ".claude" / "projects"), ("codex", home / ".codex")]


def edit_entries(workspace: str) -> None:
    """Go on with changes of entries: the number of those that were made says which is next."""
    with Ledger.open(Path(workspace)) as ledger:
        memory = ledger.memory
        (done,) = ledger.connection.execute("SELECT count(*) FROM operation").fetchone()
        for number in range(done, done + EDITS):
            now, fact = NOW + number * SECOND, number // 3
            if number % 3 == 0:
                memory.remember(Draft(f"Fact {fact} stands."), now)
            elif number % 3 == 1:
                memory.edit(fact + 1, now, body=f"Fact {fact} was told anew.")
            else:
                memory.archive([fact + 1], now)


def erase_talk(workspace: str, conversation: int, entry: int) -> str:
    """Erase a conversation and an entry; returns why that is not finished."""
    wanted = Wanted(entries=(entry,), conversations=(conversation,))
    with Ledger.open(Path(workspace)) as ledger:
        return ledger.erase(wanted, now=NOW).blocked


def bring_up_to_date(workspace: str) -> None:
    """Open a ledger of an earlier version."""
    Ledger.open(Path(workspace)).close()


def back_up(workspace: str, seconds: int) -> None:
    """Make a backup, in many small steps."""
    backups._PAGES = 2
    backups._REST = 0.0
    backups.back_up(Path(workspace) / "ledger.db", now=NOW + seconds * SECOND)


def restore(workspace: str, place: str, seconds: int) -> None:
    """Bring a backup back."""
    backup = backup_at(Path(place))
    assert backup is not None
    with Restore(Path(workspace), backup) as one:
        one.prospect()
        one.bring_back(now=NOW + seconds * SECOND)


def empty_the_log(workspace: str) -> None:
    """Write a setting, and bring all that is in the log into the ledger."""
    with Ledger.open(Path(workspace)) as ledger:
        ledger.label([1], "client", "Acme")
        try:
            scrubbing.empty_log(ledger.connection)
        except sqlite3.Error as error:
            raise connection.unreadable(ledger.path, error) from error


def write_much(workspace: str, who: int, times: int) -> None:
    """Label, remember, edit and read, so many times, beside others who do the same."""
    with Ledger.open(Path(workspace)) as ledger:
        for number in range(times):
            ledger.label([who], "tag", f"w{who}-{number}")
            entry, _ = ledger.memory.remember(Draft(f"Writer {who} said {number}."), NOW)
            ledger.memory.edit(entry.id, NOW + number, body=f"Writer {who} said {number} again.")
            ledger.back_up(now=NOW + who) if number == times // 2 else ledger.status()


_ALL = (
    *(read_logs, edit_entries, erase_talk, bring_up_to_date, back_up, restore),
    *(empty_the_log, write_much),
)
DEEDS: dict[str, Callable[..., str | None]] = {each.__name__: each for each in _ALL}


class Counter:
    """Counts the calls of Python, or the steps of SQLite, and kills the process at one of them."""

    def __init__(self, how: str, moment: int) -> None:
        self.how, self.moment, self.count = how, moment, 0

    def tick(self, *_: object) -> int:
        """Count one; the last thing that this process may do."""
        self.count += 1
        if self.count == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def _heard(self, frame: FrameType, event: str, what: Any) -> None:
        del frame, what
        if event in ("call", "c_call"):
            self.tick()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count what the block does."""
        real = connection._connected

        def watched(*args: Any) -> Any:
            made = real(*args)
            if self.how == "steps":
                made.set_progress_handler(self.tick, STEPS_APART)
            else:
                (pages,) = made.execute("PRAGMA page_count").fetchone()
                made.execute(f"PRAGMA max_page_count={max(1, pages + self.moment)}")
            return made

        if self.how in ("steps", "pages"):
            connection._connected = watched  # type: ignore[assignment]
        if self.how == "bytes":
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.moment, resource.RLIM_INFINITY))
        if self.how == "calls":
            sys.setprofile(self._heard)
        try:
            yield
        finally:
            sys.setprofile(None)


def child(order: dict[str, Any], told: int) -> None:
    """Do a deed and tell how often was counted; never returns."""
    try:
        counter = Counter(order["how"], order["moment"])
        said = ""
        with counter.at_work():
            try:
                said = DEEDS[order["deed"]](*order["args"]) or ""
            except WorkspaceError as error:
                said = str(error)
        os.write(told, json.dumps({"count": counter.count, "said": said}).encode())
    except BaseException:  # noqa: BLE001 - told by the exit code, and nothing goes on here
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child that does a deed, kill it where the clock says so, and wait for its end."""
    listen, told = os.pipe()
    begun = time.monotonic()
    process = os.fork()
    if not process:
        child(order, told)
    os.close(told)
    if order["how"] == "clock":
        time.sleep(order["moment"] / 1e6)  # the moment itself, which is what is tried here
        os.kill(process, signal.SIGKILL)
    with os.fdopen(listen, "rb") as stream:
        report = json.loads(stream.read() or "{}")
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    took = int((time.monotonic() - begun) * 1e6)
    return {"status": status, "count": 0, "said": "", "took": took, **report}


def serve() -> None:
    """Take orders until there are no more."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
