"""A workspace for tests about the full cost of conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.unit_costs.costbook import CostBook


@pytest.fixture
def books(tmp_path: Path) -> Iterator[CostBook]:
    made = CostBook(tmp_path / "workspace")
    yield made
    made.ledger.close()
