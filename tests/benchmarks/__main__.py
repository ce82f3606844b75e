"""Measures every promise of speed, memory and size on a generated history, and prints a table.

    python -m tests.benchmarks CORPUS [--keep WORKSPACE]

CORPUS is a home folder with logs, such as the reference corpora of 1 GB. Not part of the tests:
what it prints depends on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import app

COMMAND = [sys.executable, "-m", "convledger"]
RUNS = 15
IDLE_SECONDS = 60.0
QUERIES = [
    "import",
    "asyncio",
    "socket",
    "exception",
    "handler",
    "queue",
    "class",
    "self",
    "return",
    "pytest",
    "git",
    "FAILED",
    "PASSED",
    "naïve",
    "größer",
    "日本語",
    "README.md",
    "setup.cfg",
    "value",
    "timeout",
    "connection",
    "buffer",
    "decode",
    "utf-8",
    "yield",
    "lambda",
    "parser",
    "argument",
    "thread",
    "lock",
    "event",
]


def run(home: Path, workspace: Path, *arguments: str) -> float:
    """Run convledger once and return the seconds it took."""
    begun = time.perf_counter()
    subprocess.run(
        [*COMMAND, "--workspace", str(workspace), *arguments],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begun


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which the corpus is the home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLAUDE_", "CODEX_", "XDG_", "CONVLEDGER_"))
    }
    return kept | {"HOME": str(home), "NO_COLOR": "1", "TZ": "UTC"}


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes started and ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median_of(home: Path, workspace: Path, *arguments: str) -> float:
    """Return the median seconds of many runs."""
    run(home, workspace, *arguments)
    return statistics.median(run(home, workspace, *arguments) for _ in range(RUNS))


@contextmanager
def watching(home: Path, workspace: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `convledger watch` beside the block."""
    process = subprocess.Popen(
        [*COMMAND, "--workspace", str(workspace), "watch"],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(5)
        yield process
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the CPU seconds that a running process has used."""
    parts = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def append_latency(home: Path, workspace: Path) -> float:
    """Return the median seconds from an appended line to its call in the ledger."""
    log = home / ".claude" / "projects" / "-bench" / "99999999-9999-4999-8999-999999999999.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    database = sqlite3.connect(workspace / "ledger.db")
    found = []
    try:
        time.sleep(1)
        for number in range(RUNS):
            key = f"msg_01bench{time.time_ns():020d}"
            line = {
                "type": "assistant",
                "uuid": f"99999999-9999-4999-8999-{time.time_ns() % 10**12:012d}",
                "sessionId": log.stem,
                "timestamp": "2026-11-20T12:00:00Z",
                "requestId": f"req_{number}",
                "message": {
                    "id": key,
                    "role": "assistant",
                    "model": "claude-opus-5-5",
                    "content": [{"type": "text", "text": f"measured {number}"}],
                    "usage": {"input_tokens": 1, "output_tokens": 1},
                },
            }
            with log.open("a") as stream:
                stream.write(json.dumps(line) + "\n")
            begun = time.perf_counter()
            while not database.execute("SELECT 1 FROM call WHERE key=?", (key,)).fetchone():
                if time.perf_counter() - begun > 10:
                    raise SystemExit("an appended line never arrived")
                time.sleep(0.001)
            found.append(time.perf_counter() - begun)
            time.sleep(0.2)
    finally:
        database.close()
        shutil.rmtree(log.parent)
    return statistics.median(found)


def search_p95(workspace: Path) -> float:
    """Return the 95th percentile of the seconds that a search takes, words and pairs of words."""
    from convledger.ledger import Ledger
    from convledger.store.search import SearchQuery

    texts = [*QUERIES, *(" ".join(pair) for pair in zip(QUERIES, QUERIES[7:], strict=False))]
    taken = []
    with Ledger.open(workspace) as ledger:
        for text in texts * 2:
            begun = time.perf_counter()
            ledger.search(SearchQuery(text))
            taken.append(time.perf_counter() - begun)
    return sorted(taken)[int(len(taken) * 0.95)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--keep", type=Path, help="use and keep this workspace")
    chosen = parser.parse_args()
    home = chosen.corpus.resolve()
    folder = Path(tempfile.mkdtemp())
    workspace = chosen.keep or folder / "workspace"
    logs = sum(path.stat().st_size for path in home.rglob("*.jsonl*"))
    rows: list[tuple[str, str, str]] = []

    def note(what: str, found: str, promised: str) -> None:
        rows.append((what, found, promised))
        print(f"{what:<44}{found:>14}{promised:>14}", flush=True)

    print(f"{home}: {logs / 1e6:,.0f} MB of logs")
    note("", "measured", "promised")
    try:
        first = statistics.median(run(home, folder / f"new{n}", "report") for n in range(3))
        note("report on a new workspace", f"{first:.2f} s", "3 s")
        before = cpu_of_children()
        run(home, workspace, "import")
        note("all stored and indexed, CPU", f"{cpu_of_children() - before:.1f} s", "18 s")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        note("peak memory of the import", f"{peak:.0f} MB", "200 MB")
        size = sum(path.stat().st_size for path in workspace.glob("ledger.db*"))
        note("database, of the logs", f"{size / logs:.1%}", "38 %")
        note("report, nothing new", f"{median_of(home, workspace, 'report'):.3f} s", "0.12 s")
        note("status", f"{median_of(home, workspace, 'status'):.3f} s", "0.06 s")
        note("search, p95", f"{search_p95(workspace) * 1000:.0f} ms", "20 ms")
        with watching(home, workspace) as watcher:
            seconds = append_latency(home, workspace)
            note("appended line in the ledger", f"{seconds * 1000:.0f} ms", "100 ms")
            used, begun = cpu_seconds(watcher), time.monotonic()
            time.sleep(IDLE_SECONDS)
            idle = (cpu_seconds(watcher) - used) / (time.monotonic() - begun)
            note("watching, idle CPU", f"{idle:.2%}", "0.30 %")
        app.measure(home, workspace, folder, environment(home), note)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
