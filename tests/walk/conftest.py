"""The desk of the story, on which every command was used: told once for all tests that look."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Deed:
    """What one command line did."""

    words: list[str]
    leaf: tuple[str, ...]
    expected: int
    code: int
    err: str
    written: list[str]
    started: list[str]
    connected: list[str]
    left: list[str]


def run_watched(desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an empty home on a desk of its own."""
    for name in ("home", "tmp"):
        (desk / name).mkdir(mode=0o700)
    environment = {
        "PATH": os.environ["PATH"], "TZ": "UTC", "LOGNAME": "mira", "HOME": str(desk / "home"),
        "TMPDIR": str(desk / "tmp"), "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=desk, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk").resolve()


@pytest.fixture(scope="session")
def deeds(desk: Path) -> list[Deed]:
    """Return what each line of the story of every command did, told once for all tests."""
    ended = run_watched(desk, "-m", "tests.walk", str(desk))
    assert ended.returncode == 0, ended.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return [Deed(**{**each, "leaf": tuple(each["leaf"])}) for each in found]


@pytest.fixture(scope="session")
def hostile_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile").resolve()


@pytest.fixture(scope="session")
def said(hostile_desk: Path) -> list[dict[str, Any]]:
    """Return what the commands said on a desk on which every word acts; full, it is in `full`."""
    ended = run_watched(hostile_desk, "-m", "tests.walk", str(hostile_desk), "hostile")
    assert ended.returncode == 0, ended.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found
