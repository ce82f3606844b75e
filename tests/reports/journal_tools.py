"""The tools of plain text accounting, asked what they make of a journal."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HLEDGER = shutil.which("hledger")

needs_hledger = pytest.mark.skipif(HLEDGER is None, reason="the program hledger is not installed")


def beancount(name: str) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(f"beancount.{name}")


def bean_check(text: str) -> tuple[list[Any], list[str]]:
    """Return the entries of a file, and what beancount has against it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entries, errors, _ = beancount("loader").load_string(text)
    return entries, [each.message for each in errors]


def hledger(text: str, place: Path, *command: str) -> str:
    """Return what hledger prints of a journal; fail where it refuses it."""
    assert HLEDGER is not None
    journal = place / "statements.journal"
    journal.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [HLEDGER, "--file", str(journal), *command],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
