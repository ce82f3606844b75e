"""Files of editors' assistants as tests write them, and a look at those of others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from convledger.ingest.documents import opened_document
from convledger.sources.findings import Call
from convledger.sources.glimpse import SQLITE, Glimpse
from convledger.sources.registry import module_of
from tests.sources.documents import glimpse_at

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
_DATABASES = (".db", ".vscdb")


def lines(*records: Any) -> bytes:
    """Return records as the lines of a log."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def look(path: Path, root: Path) -> Glimpse:
    """Return the first look at a file, of a database with its tables."""
    relative = path.relative_to(root).as_posix()
    if path.suffix in _DATABASES and path.read_bytes().startswith(b"SQLite format 3"):
        with opened_document(str(path), relative) as document:
            return Glimpse(relative, SQLITE, tables=dict(document.tables()))
    return glimpse_at(path, relative)


def recognised(source: str, root: Path) -> set[str]:
    """Return the files below a folder that a reader takes for its own."""
    module = module_of(source)
    return {
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*"))
        if path.is_file() and module.recognises(look(path, root)) >= 30
    }


def counts(call: Call) -> tuple[int, int, int, int]:
    """Return fresh, read, written and output tokens of a call."""
    written = call.cache_write_5m + call.cache_write_1h
    return call.input, call.cache_read, written, call.output


def database(path: Path, script: str, *inserts: tuple[str, Iterable[tuple[Any, ...]]]) -> Path:
    """Make a database, or add rows to one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(script)
        for statement, rows in inserts:
            connection.executemany(statement, rows)
    return path
