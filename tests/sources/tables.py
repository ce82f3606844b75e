"""Builders for tests of tables."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from convledger.sources.findings import Rejected
from convledger.sources.table.delimited import Row
from convledger.sources.table.guess import Guess, guess
from convledger.sources.table.mapping import as_table
from convledger.sources.table.mapping_file import parse_mapping
from convledger.sources.table.rows import Table
from convledger.sources.table.sample import Sample, sample_of
from tests.sources.documents import Read, read

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "table"


def mapping_at(path: Path) -> dict[str, Any]:
    """Return the values of a mapping's file."""
    return as_table(parse_mapping(path.read_text("utf-8"), path.name))


def read_fixture(name: str) -> Read:
    """Return what the fixture of this name tells by the mapping beside it."""
    path = FIXTURES / name
    return read("table", path, mapping=mapping_at(path.with_suffix(".toml")))


def read_text(folder: Path, text: str | bytes, file: str = "table.csv", **mapping: Any) -> Read:
    """Return what a table tells by a mapping; its `name` is "t" unless said otherwise."""
    path = folder / file
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read("table", path, mapping={"name": "t", **mapping})


def rows_of(content: bytes | str) -> tuple[list[str], list[list[str]], list[Rejected]]:
    """Return header, rows and rejections of a table."""
    table = Table(io.BytesIO(content.encode() if isinstance(content, str) else content))
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    for row in table:
        if isinstance(row, Row):
            rows.append(row.cells)
        else:
            rejected.append(row)
    return table.header, rows, rejected


def sample(content: bytes | str) -> Sample:
    """Return the first rows of a table."""
    return sample_of(Table(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def guessed(content: bytes | str) -> Guess:
    """Return what a table is guessed to mean."""
    return guess(sample(content), "t")
