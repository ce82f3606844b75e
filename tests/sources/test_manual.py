"""The manual says of each source where its files are and how far its figures can be relied on."""

from __future__ import annotations

import pytest

from convledger.manual import page_text, source_text
from convledger.sources.registry import PLACES

LINES, CELLS = 26, 78


@pytest.mark.parametrize("source", PLACES)
def test_each_source_has_a_page_that_fits_a_terminal(source: str) -> None:
    lines = source_text(source).splitlines()

    assert 3 <= len(lines) <= LINES
    assert max(map(len, lines)) <= CELLS


def test_the_page_on_sources_names_them_all() -> None:
    page = page_text("sources")

    assert [source for source in PLACES if f"`{source}`" not in page] == []
