"""A backup that is killed leaves a temporary file at most, which the next one removes."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from convledger.clock import SECOND
from convledger.store.backup_notes import backups_of
from tests.ingest.logs import Bench, turns

NOW = 1_795_322_220 * SECOND
_BACKUP = """
import os, signal, sys
from pathlib import Path
from convledger.store import backups
where, path = sys.argv[1], Path(sys.argv[2])

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if where.isdigit():
    left = int(where)
    def heed(*_):
        global left
        left -= 1
        if left < 0:
            die()
    backups._PAGES = 1
    backups.back_up(path, now=int(sys.argv[3]), heed=heed)
else:
    if where == "between":
        Path.replace = lambda part, to, old=Path.replace: (
            die() if not to.name.endswith("json") else old(part, to))
    else:
        setattr(backups, where, die)
    backups.back_up(path, now=int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    "where", ["0", "1", "7", "20", "_must_be_sound", "digest_of", "write_note", "between"]
)
def test_what_a_killed_backup_leaves_is_swept_away(bench: Bench, where: str) -> None:
    bench.write(bench.log, turns(1, 60))
    bench.sync()
    path = bench.ledger.path
    killed = subprocess.run([sys.executable, "-c", _BACKUP, where, str(path), str(NOW)])
    folder = path.parent / "backups"

    assert killed.returncode == -signal.SIGKILL
    left = sorted(each.name for each in folder.iterdir())
    assert f".ledger-{stamp()}.db.part" in left
    assert backups_of(path) == []
    assert bench.is_sound()
    made = bench.ledger.back_up(now=NOW + SECOND)
    assert sorted(each.name for each in folder.iterdir()) == [made.name, f"{made.name}.json"]


def stamp() -> str:
    return "20261122T043700Z"
