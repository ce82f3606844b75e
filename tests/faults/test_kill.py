"""An import that is killed at any instant loses nothing and repeats nothing."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from random import Random

import pytest

from convledger.ingest import sync as sync_module
from convledger.ingest.sync import Progress
from convledger.ledger import Ledger
from tests.faults.conftest import IMPORT, Start, roots
from tests.ingest.logs import everything

# Ends itself without a farewell after so many statements of SQLite.
KILLED_AT = (
    """
import os, signal, sys
from convledger import ledger as ledger_module
from convledger.store import connection as connection_module
from convledger.store.connection import connect

def counted(path, **named):
    connection = connect(path, **named)
    left = int(sys.argv[4])

    def tick():
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    connection.set_progress_handler(tick, 100)
    return connection

ledger_module.connect = counted
"""
    + IMPORT
)


def test_killed_again_and_again_it_ends_like_an_undisturbed_import(
    tmp_path: Path, made_home: Path, undisturbed: dict[str, list[object]], start: Start
) -> None:
    """Killed after a seeded number of SQLite's steps, wherever that is: 15 times on the way."""
    workspace = tmp_path / "workspace"
    rng = Random(5)
    figures_killed = texts_killed = 0
    for _ in range(15):
        process = start(KILLED_AT, workspace, made_home, 40_000, rng.randrange(60, 700))
        process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
        with Ledger.open(workspace) as ledger:
            assert ledger.check(deep=True) == []
            counted = "SELECT count(*) FROM file WHERE texts_offset>0"
            (with_texts,) = ledger.connection.execute(counted).fetchone()
            figures_killed += not with_texts
            texts_killed += bool(with_texts)
    with Ledger.open(workspace) as ledger:
        ledger.sync(roots(made_home))
        assert ledger.check(deep=True) == []
        found = everything(ledger.connection)

    assert figures_killed >= 1
    assert texts_killed >= 1
    for name, rows in undisturbed.items():
        assert found[name] == rows, name


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_a_random_moment(
    tmp_path: Path,
    made_home: Path,
    undisturbed: dict[str, list[object]],
    start: Start,
    seed: int,
) -> None:
    """By the clock, from outside: in the middle of a write, a read or anything else."""
    workspace = tmp_path / "workspace"
    process = start(IMPORT, workspace, made_home, 20_000)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    timer = threading.Timer(Random(seed).uniform(0.02, 0.6), process.kill)
    timer.start()
    process.wait(60)
    timer.cancel()
    with Ledger.open(workspace) as ledger:
        assert ledger.check(deep=True) == []
        ledger.sync(roots(made_home))
        assert ledger.check(deep=True) == []
        found = everything(ledger.connection)

    for name, rows in undisturbed.items():
        assert found[name] == rows, name


def test_asked_to_stop_it_stops_after_a_batch_and_goes_on_later(
    tmp_path: Path,
    made_home: Path,
    undisturbed: dict[str, list[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_BYTES", 60_000)
    sittings = 0
    asked: list[int] = []

    def stopping() -> bool:
        asked.append(sittings)
        return asked.count(sittings) > 1  # after the second batch of this sitting

    with Ledger.open(tmp_path / "workspace") as ledger:
        while True:
            result = ledger.sync(roots(made_home), stopping=stopping)
            sittings += 1
            assert ledger.check() == []
            if not result.stopped:
                break
            assert result.read_bytes < 400_000
        found = everything(ledger.connection)

    assert sittings > 5
    for name, rows in undisturbed.items():
        assert found[name] == rows, name


def test_figures_come_before_texts_and_newest_first(
    tmp_path: Path, made_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_BYTES", 60_000)
    monkeypatch.setattr(sync_module, "TICK_SECONDS", 0.0)
    told: list[Progress] = []
    with Ledger.open(tmp_path / "workspace") as ledger:
        first = ledger.sync(roots(made_home), texts=False)
        assert first.calls > 0
        assert first.messages == 0
        assert first.pending_files == first.files
        ledger.sync(roots(made_home), listener=told.append)
        assert {progress.stage for progress in told} == {"texts"}
        files = [progress.files_done for progress in told]
        assert files == sorted(files)
        assert told[-1].bytes_done == told[-1].bytes
    assert len(told) > 20


def test_index_merges_as_usual_after_a_large_import_was_stopped(
    tmp_path: Path, made_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = "SELECT k, v FROM said_config WHERE k IN ('automerge', 'crisismerge') ORDER BY k"
    with Ledger.open(tmp_path / "workspace") as ledger:
        monkeypatch.setattr(sync_module, "BATCH_BYTES", 60_000)
        ledger.sync(roots(made_home), texts=False)
        assert ledger.sync(roots(made_home), stopping=lambda: True).stopped
        monkeypatch.undo()
        ledger.sync(roots(made_home))

        assert ledger.connection.execute(options).fetchall() == [
            ("automerge", 8),
            ("crisismerge", 1999),
        ]


def test_titles_from_other_logs_survive_a_stop_behind_the_last_text(
    tmp_path: Path, made_home: Path, undisturbed: dict[str, list[object]]
) -> None:
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync(roots(made_home), texts=False)
        ledger.sync(roots(made_home), stopping=lambda: True)
        ledger.sync(roots(made_home))

        assert everything(ledger.connection)["conversations"] == undisturbed["conversations"]
