"""Keeps every test away from the user's own logs, books and settings."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from convledger.store import ballast, connection
from convledger.who import YOU, set_person

# How long an example takes is the machine's business.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")

# A shell without job control lets what it starts in the background ignore ctrl+c, and so would
# every program that the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Apps and plans make many small objects that refer to each other and last for a test.
gc.set_threshold(200_000, 20, 20)

LEAKS = (
    *("CLAUDE_", "CODEX_", "XDG_", "CONVLEDGER_", "APPDATA", "LOCALAPPDATA", "GEMINI_", "QWEN_"),
    *("OPENCODE_", "COPILOT_", "CLINE_", "GOOSE_", "LLM_", "PI_", "AMP_", "FACTORY_", "DROID_"),
    *("CRUSH_", "AIDER_"),
)
PLAIN = ("NO_COLOR", "COLUMNS", "FORCE_COLOR", "PYTHONIOENCODING")


def pytest_collection_finish() -> None:
    """Keep the tests themselves, which last until the end, out of every search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return folders that are not there yet, one for each test.

    To number the next one pytest itself looks at all that it made before: 7 ms after 6,000 tests.
    """
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is such a thing: no test waits for a disk there."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory, prefix="convledger-") as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path]) -> Iterator[Path]:
    """Give the test an empty home and the zone UTC, and take back what it changes."""
    before = dict(os.environ)
    home = next(homes)
    home.mkdir(mode=0o700)
    for name in list(os.environ):
        if name.startswith(LEAKS) or name in PLAIN:
            del os.environ[name]
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(home)
    os.environ["TZ"] = "UTC"
    os.environ["LOGNAME"] = YOU
    _set_zone()
    set_person("")
    connection._looked_at.clear()
    ballast.BYTES = 0  # which thousands of small workspaces would fill the disk with
    yield home
    set_person("")
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    for name, value in before.items():
        if os.environ.get(name) != value:  # each that is set is told to the system
            os.environ[name] = value
    _set_zone()


@pytest.fixture(autouse=True)
def quick_ledgers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no ledger take the time of its tables, or of the disk."""
    from tests.workspaces import hasten

    hasten(monkeypatch)


def _set_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()
