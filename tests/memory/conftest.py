"""A ledger on disk for tests of memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from tests.ingest.conftest import bench as bench
from tests.workspaces import empty_workspace


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with empty_workspace(tmp_path / "workspace") as opened:
        yield opened
