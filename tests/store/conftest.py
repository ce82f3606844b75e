"""A bench for every test: logs, a workspace, and no other home in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.logs import Bench


@pytest.fixture(autouse=True)
def quick_ledgers() -> None:
    """Let ledgers be made and written as they are."""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME", "CONVLEDGER_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    yield made
    made.ledger.close()
