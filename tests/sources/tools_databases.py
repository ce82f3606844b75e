"""Makes databases as coding tools keep them, row by row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from convledger.ingest.documents import opened_document
from convledger.sources.registry import module_of
from tests.sources.documents import Read


def write(path: Path, *statements: str) -> Path:
    """Run statements on the database at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for statement in statements:
            connection.executescript(statement)
    return path


def put(path: Path, table: str, *rows: Mapping[str, Any]) -> Path:
    """Put rows into a table; objects and lists are kept as JSON text."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for row in rows:
            values = [
                json.dumps(value) if isinstance(value, dict | list) else value
                for value in row.values()
            ]
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", values)
    return path


class Again:
    """A database that is read again and again, each time from where the reader stopped."""

    def __init__(self, source: str, path: Path) -> None:
        self._source, self._path = source, path
        self._states = {False: b"", True: b""}

    def read(self) -> Read:
        found = Read()
        for texts in (False, True):
            with opened_document(str(self._path), self._path.name) as document:
                reader = module_of(self._source)
                for part in reader.read(document, self._states[texts], texts=texts):
                    if part.state is not None:
                        self._states[texts] = part.state
                    found.calls += part.figures.calls
                    found.messages += part.texts.messages
                    for facts in part.figures.conversations.values():
                        found.learn(facts)
                    found.rejected += [*part.figures.rejected, *part.texts.rejected]
        return found
