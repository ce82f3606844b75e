"""Workspaces to restore, and to move from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.logs import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A home with logs and a workspace beside it."""
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    yield made
    made.ledger.close()
