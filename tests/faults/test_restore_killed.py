"""A restore that is killed leaves the ledger from before or the one that was brought back."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.moving.restoring import Restore
from tests.ingest.logs import Bench, everything, turns

NOW = 1_795_322_220 * SECOND
_RESTORE = """
import os, signal, sys
from pathlib import Path
from convledger.moving import restoring
from convledger.store.backup_notes import backup_at

where, workspace, place, now = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(restoring, where.removeprefix("before "), die)
with restoring.Restore(workspace, backup_at(place)) as one:
    one.prospect()
    one.bring_back(now=now)
"""
STAGES = ["protect", "use_wal", "migrate", "carry_tombstones", "_carry_erasures", "sync_folder"]


@pytest.mark.parametrize("where", [f"before {stage}" for stage in STAGES])
def test_a_killed_restore_changes_all_or_nothing(bench: Bench, where: str) -> None:
    bench.write(bench.log, turns(1, 5))
    bench.sync()
    backup = bench.ledger.back_up(now=NOW)
    then = everything(bench.ledger.connection)
    bench.append(bench.log, turns(6, 8))
    bench.sync()
    now = everything(bench.ledger.connection)
    workspace = bench.ledger.workspace
    bench.ledger.close()
    killed = subprocess.run(
        [sys.executable, "-c", _RESTORE, where, str(workspace), str(backup.path), str(NOW)]
    )

    assert killed.returncode == -signal.SIGKILL
    with Ledger.open(workspace) as ledger:
        assert everything(ledger.connection) == (then if "sync_folder" in where else now)
        assert ledger.check(deep=True) == []
    with Restore(workspace, backup) as restoring:
        restoring.prospect()
        restoring.bring_back(now=NOW + SECOND)
    with Ledger.open(workspace) as ledger:
        assert everything(ledger.connection) == then
        assert ledger.check(deep=True) == []
    assert not list(workspace.glob("*restoring*"))
