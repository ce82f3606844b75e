"""A history of a few hundred kilobytes, and processes that import it and may be ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from convledger.demo import make_history
from convledger.ledger import Ledger
from tests.faults.fleet import Fleet, doer, make_home
from tests.ingest.logs import START, Bench, everything

PROJECT = Path(__file__).parents[2]

# Imports the home of the second argument into the workspace of the first, in small batches.
IMPORT = """
import sys
from pathlib import Path
from convledger.ingest import sync
from convledger.ledger import Ledger
sync.BATCH_BYTES = int(sys.argv[3])
home = Path(sys.argv[2])
print("begun", flush=True)
with Ledger.open(Path(sys.argv[1])) as ledger:
    ledger.sync([("claude-code", home / ".claude" / "projects"), ("codex", home / ".codex")])
print("done", flush=True)
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def quick_ledgers() -> None:
    """Let ledgers be made and written as they are."""


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with the invented history, which no test changes."""
    home = tmp_path_factory.mktemp("made") / "home"
    make_history(home, START)
    return home


def roots(home: Path) -> list[tuple[str, Path]]:
    return [("claude-code", home / ".claude" / "projects"), ("codex", home / ".codex")]


@pytest.fixture(scope="session")
def undisturbed(
    made_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[object]]:
    """Return everything that an undisturbed import of the home gives."""
    with Ledger.open(tmp_path_factory.mktemp("undisturbed") / "workspace") as ledger:
        ledger.sync(roots(made_home))
        return everything(ledger.connection)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python program; none outlives the test."""
    begun: list[subprocess.Popen[str]] = []

    def run(
        program: str, *arguments: object, python: Sequence[str] = (sys.executable,)
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*python, "-c", program, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def process() -> Iterator[subprocess.Popen[str]]:
    with doer() as process:
        yield process


@pytest.fixture
def fleet(process: subprocess.Popen[str]) -> Fleet:
    """Return the way to have deeds done by processes that are killed or starved."""
    return Fleet(process)


@pytest.fixture
def workspace(quick_path: Path) -> Path:
    return quick_path / "workspace"


@pytest.fixture
def home(quick_path: Path) -> Path:
    return make_home(quick_path / "home")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME", "CONVLEDGER_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    yield made
    made.ledger.close()
