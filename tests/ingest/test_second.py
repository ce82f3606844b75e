"""A second process reads beside the first, and whatever becomes of it nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.demo import make_history
from convledger.ingest import sync as sync_module
from convledger.ingest.second import Reading, SecondReader
from tests.ingest.logs import ROLLOUT, START, Bench, everything, rollout, turns


@pytest.fixture
def history(bench: Bench) -> Bench:
    make_history(bench.home.parent / "made", START)
    made = bench.home.parent / "made"
    (bench.claude / "bakery").rmdir()
    bench.claude.rmdir()
    (bench.codex / "sessions").rmdir()
    bench.codex.rmdir()
    (bench.home / ".claude").rmdir()
    for name in (".claude", ".codex"):
        (made / name).rename(bench.home / name)
    return bench


@pytest.fixture(autouse=True)
def always_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "SECOND_FROM", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[SecondReader]:
    """Every second reader that was started."""
    found: list[SecondReader] = []
    real = SecondReader.__init__

    def note(reader: SecondReader, *arguments: object) -> None:
        found.append(reader)
        real(reader, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(SecondReader, "__init__", note)
    return found


def alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[object]]:
    """Return everything that one process alone makes of the same logs."""
    monkeypatch.setattr(sync_module, "SECOND_FROM", 1 << 60)
    from convledger.ledger import Ledger

    with Ledger.open(bench.home.parent / "alone") as ledger:
        ledger.sync(bench.roots)
        return everything(ledger.connection)


def test_two_processes_find_what_one_finds(
    history: Bench, started: list[SecondReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    history.sync()

    assert len(started) == 1
    assert not started[0].undone
    assert everything(history.ledger.connection) == alone(history, monkeypatch)
    assert history.is_sound()


@pytest.mark.parametrize("after", [0, 17])
def test_first_finishes_what_a_killed_second_left(
    history: Bench,
    started: list[SecondReader],
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    monkeypatch.setattr(sync_module, "OWN_SHARE", 40)
    real = SecondReader.readings
    come: list[Reading] = []

    def kill_after(reader: SecondReader, *, waiting: bool) -> Iterator[Reading]:
        process = reader._process
        assert process is not None
        if after == 0:
            os.kill(process.pid, signal.SIGKILL)
        for reading in real(reader, waiting=waiting):
            come.append(reading)
            if len(come) == after:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
            yield reading

    monkeypatch.setattr(SecondReader, "readings", kill_after)
    history.sync()
    monkeypatch.setattr(SecondReader, "readings", real)

    assert len(started) == 1
    assert everything(history.ledger.connection) == alone(history, monkeypatch)
    assert history.is_sound()


def test_first_does_it_all_where_no_second_can_be_started(
    history: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    history.sync()

    monkeypatch.undo()
    assert everything(history.ledger.connection) == alone(history, monkeypatch)


def test_second_that_talks_nonsense_is_not_believed(
    history: Bench, started: list[SecondReader], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    talker = tmp_path / "talker"
    talker.write_text("#!/bin/sh\ncat > /dev/null\nprintf '\\004\\000\\000\\000nonsense'\n")
    talker.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(talker))
    history.sync()

    assert len(started[0].undone) > 0
    monkeypatch.undo()
    assert everything(history.ledger.connection) == alone(history, monkeypatch)


def test_names_that_are_not_unicode_do_not_stop_it(
    bench: Bench, started: list[SecondReader]
) -> None:
    bench.write(bench.log, turns(1, 2))
    strange = os.fsdecode(b"caf\xe9-")
    for number in range(4):
        thread = f"019a0000-0000-7000-8000-00000000000{number}"
        name = f"{strange if number % 2 else ''}rollout-{thread}.jsonl"
        bench.write(bench.codex / "sessions" / name, rollout(2, thread))
    bench.sync()

    assert bench.calls() == 10
    assert not started[0].undone


def test_second_runs_nothing_from_the_folder_one_stands_in(
    bench: Bench, started: list[SecondReader], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("msgspec", "struct", "zstandard", "sitecustomize"):
        (trap / f"{name}.py").write_text(f"open({str(trap / 'sprung')!r}, 'w')\n")
    monkeypatch.chdir(trap)
    for number in range(1, 6):
        bench.write(bench.log.with_name(f"{number}.jsonl"), turns(number, number))
    bench.sync()

    assert bench.calls() == 5
    assert not (trap / "sprung").exists()
    assert not started[0].undone


def test_no_process_is_left_behind(bench: Bench, started: list[SecondReader]) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(2))
    asked: list[subprocess.Popen[bytes] | None] = []

    def stopping() -> bool:
        asked.extend(reader._process for reader in started)
        return True

    result = bench.ledger.sync(bench.roots, stopping=stopping)

    assert result.stopped
    assert all(process is None or process.poll() is not None for process in asked)
    assert started[0]._process is None
