"""One process writes at a time; the others wait, or say that they are too late."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from convledger.demo import make_history
from convledger.errors import WorkspaceError
from convledger.ingest.lock import ingest_lock
from convledger.ledger import Ledger
from tests.ingest.logs import START, Bench, everything, turns

PROJECT = Path(__file__).parents[2]

_HOLD = """
import sys
from pathlib import Path
from convledger.ingest.lock import ingest_lock
with ingest_lock(Path(sys.argv[1]), 0) as held:
    print("held" if held else "too late", flush=True)
    sys.stdin.readline()
"""

_SYNC = """
import sys
from pathlib import Path
from convledger.ledger import Ledger
print("ready", flush=True)
sys.stdin.readline()
with Ledger.open(Path(sys.argv[1])) as ledger:
    home = Path(sys.argv[2])
    roots = [("claude-code", home / ".claude" / "projects"), ("codex", home / ".codex")]
    result = ledger.sync(roots, wait_seconds=60)
    print(result.busy, result.calls, result.messages)
"""


def python(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )


@contextmanager
def held_elsewhere(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in another process."""
    with python(_HOLD, lock) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_busy_workspace_is_said_to_be_busy(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    with held_elsewhere(bench.ledger.workspace / "ingest.lock"):
        result = bench.ledger.sync(bench.roots, wait_seconds=0)

        assert result.busy
        assert bench.calls() == 0
    assert not bench.sync().busy
    assert bench.calls() == 1


def test_second_waits_for_the_first(bench: Bench) -> None:
    lock = bench.ledger.workspace / "ingest.lock"
    entered = threading.Event()
    with held_elsewhere(lock) as holder:

        def wait() -> None:
            with ingest_lock(lock, 60) as held:
                if held:
                    entered.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not entered.is_set()
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert entered.wait(20)
        waiting.join()


def test_lock_of_a_killed_process_is_free(bench: Bench) -> None:
    lock = bench.ledger.workspace / "ingest.lock"
    with held_elsewhere(lock) as holder:
        holder.kill()
        holder.wait()
        with ingest_lock(lock, 0) as held:
            assert held


def test_lock_is_for_its_owner_only(bench: Bench) -> None:
    bench.sync()

    assert (bench.ledger.workspace / "ingest.lock").stat().st_mode & 0o777 == 0o600


def test_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(WorkspaceError, match="can't be written"),
        ingest_lock(tmp_path / "no folder" / "ingest.lock", 0),
    ):
        pass


def test_several_processes_at_once_import_everything_once(tmp_path: Path) -> None:
    make_history(tmp_path / "home", START)
    workers = [python(_SYNC, tmp_path / "shared", tmp_path / "home") for _ in range(3)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    told = []
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        told.append(worker.communicate(timeout=60)[0].split())
        assert worker.returncode == 0
    roots = [
        ("claude-code", tmp_path / "home" / ".claude" / "projects"),
        ("codex", tmp_path / "home" / ".codex"),
    ]
    with Ledger.open(tmp_path / "alone") as alone, Ledger.open(tmp_path / "shared") as shared:
        result = alone.sync(roots)

        assert everything(shared.connection) == everything(alone.connection)
        assert not shared.check(deep=True)
    assert sum(int(calls) for _, calls, _ in told) == result.calls
    assert sum(int(messages) for _, _, messages in told) == result.messages
    assert all(busy == "False" for busy, _, _ in told)
