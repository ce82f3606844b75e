"""Logs of agents end in the ledger the same way, however they grew and in whatever order."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.registry import PLACES
from tests.ingest.logs import Bench, everything
from tests.sources.agent_parts import FIXTURES

AGENTS = ("gemini-cli", "qwen-code", "pi", "amp", "droid")
STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15)  # lines of each log that are there at a time


def roots_of(home: Path, source: str) -> list[tuple[str, Path]]:
    return [(source, root) for root in PLACES[source].roots({}, home, "linux") if root.is_dir()]


def logs_of(source: str) -> list[str]:
    start = FIXTURES / source
    return sorted(path.relative_to(start).as_posix() for path in start.rglob("*") if path.is_file())


def put(bench: Bench, source: str, name: str, content: bytes | None = None) -> None:
    whole = (FIXTURES / source / name).read_bytes()
    bench.write(bench.home / name, whole if content is None else content)


def at_once(bench: Bench, folder: Path, source: str) -> dict[str, list[Any]]:
    """Return what a ledger holds into which all logs came whole, at one time."""
    with Ledger.open(folder / "other") as other:
        other.sync(roots_of(bench.home, source))
        return everything(other.connection, places=False)


def begun(source: str, name: str, lines: int) -> bytes | None:
    """Return a log of so many lines and the beginning of the next; None where it is not there."""
    content = (FIXTURES / source / name).read_bytes()
    if name.endswith(".jsonl"):
        every = content.splitlines(keepends=True)
        if b'"forkedFrom"' in content and lines < 8:
            return None  # a copy is made at once
        return b"".join(every[:lines]) + b"".join(every[lines : lines + 1])[:40]
    return content[: len(content) // 2] if name.endswith(".json") and lines < 3 else content


def facts(held: dict[str, list[Any]], source: str) -> dict[str, list[Any]]:
    """Return what must be the same; the instant of a session's total is that of its last reading.

    It is the same at the end where the total grew with the log, as it does.
    """
    if source == "droid":
        held["calls"] = [(*call[:7], *call[8:]) for call in held["calls"]]
    return {name: held[name] for name in ("calls", "usage", "messages", "conversations")}


@pytest.mark.parametrize("source", AGENTS)
def test_log_that_was_read_while_it_grew_ends_like_one_that_was_whole(
    source: str, bench: Bench, tmp_path: Path
) -> None:
    for lines in STEPS:
        for name in logs_of(source):
            content = begun(source, name, lines)
            if content is not None:
                put(bench, source, name, content)
        bench.ledger.sync(roots_of(bench.home, source))
    for name in logs_of(source):
        put(bench, source, name)
    bench.ledger.sync(roots_of(bench.home, source))
    grown = everything(bench.ledger.connection, places=False)

    assert facts(grown, source) == facts(at_once(bench, tmp_path, source), source)
    assert grown["rejected"] == []
    assert bench.is_sound()


@pytest.mark.parametrize("source", AGENTS)
def test_logs_that_came_one_by_one_in_reverse_end_the_same(
    source: str, bench: Bench, tmp_path: Path
) -> None:
    logs = [name for name in logs_of(source) if PLACES[source].is_log(name.partition("/")[2])]
    for name in [name for name in logs_of(source) if name not in logs] + logs[::-1]:
        put(bench, source, name)
        bench.ledger.sync(roots_of(bench.home, source))
    grown = everything(bench.ledger.connection, places=False)

    assert facts(grown, source) == facts(at_once(bench, tmp_path, source), source)


def test_nothing_is_new_where_nothing_changed(bench: Bench) -> None:
    roots = []
    for source in AGENTS:
        shutil.copytree(FIXTURES / source, bench.home, dirs_exist_ok=True)
        roots += roots_of(bench.home, source)
    bench.ledger.sync(roots)
    calls = bench.calls()
    for path in bench.home.rglob("*.json*"):
        bench.touch(path)
    bench.ledger.sync(roots)

    assert calls == bench.calls() == 18
    assert {reason for state, reason in bench.states().values()} == {""}


def test_total_of_a_session_grows_in_place(bench: Bench) -> None:
    for name in logs_of("droid"):
        put(bench, "droid", name)
    (beside,) = bench.home.rglob("*.settings.json")
    roots = roots_of(bench.home, "droid")
    bench.ledger.sync(roots)
    settings = json.loads(beside.read_bytes())
    settings["tokenUsage"]["outputTokens"] = 777
    bench.write(beside, json.dumps(settings).encode())
    bench.ledger.sync(roots)

    assert (bench.calls(), bench.output()) == (1, 777)


def test_thread_that_is_caught_half_written_keeps_what_was_read(bench: Bench) -> None:
    (name,) = logs_of("amp")
    put(bench, "amp", name)
    roots = roots_of(bench.home, "amp")
    bench.ledger.sync(roots)
    put(bench, "amp", name, (FIXTURES / "amp" / name).read_bytes()[:900])
    bench.ledger.sync(roots)

    assert "not whole" in bench.states()[Path(name).name][1]
    assert bench.calls() == 3
    put(bench, "amp", name)
    bench.ledger.sync(roots)
    assert bench.states()[Path(name).name][1] == ""
