"""Cursor: the editor's database, its agents' transcripts, the dashboard's table of usage."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.cursor.database import check, read_database
from convledger.sources.cursor.transcript import read_transcript
from convledger.sources.cursor.usage_table import is_header, read_usage
from convledger.sources.cursor.workspace import read_workspace
from convledger.sources.document import Document, Found
from convledger.sources.glimpse import (
    JSON_LINES,
    JSON_OBJECT,
    LIKELY,
    MAYBE,
    NO,
    SQLITE,
    SURE,
    TEXT,
    Glimpse,
    glimpse_of,
)
from convledger.sources.values import dict_of

_LOOKED_AT = 4096
_OTHERS = ("type", "uuid", "sessionId", "payload", "timestamp", "id", "kind", "model")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is Cursor's."""
    if glimpse.kind == SQLITE:
        if {"key", "value"} <= glimpse.tables.get("cursorDiskKV", frozenset()):
            return SURE
        return NO
    if glimpse.kind == TEXT:
        lines = glimpse.text.lstrip("\ufeff").splitlines()
        return SURE if lines and is_header(lines[0]) else NO
    if glimpse.kind in (JSON_LINES, JSON_OBJECT):
        return _transcript(glimpse)
    return NO


def _transcript(glimpse: Glimpse) -> int:
    """Tell whether lines hold only a role and a message, as only Cursor's agents write them."""
    records = [each for each in glimpse.records if each.get("role") in ("user", "assistant")]
    if not records or any(name in each for name in _OTHERS for each in records):
        return NO
    if not all(isinstance(dict_of(each.get("message")).get("content"), list) for each in records):
        return NO
    return LIKELY + 20 if "agent-transcripts/" in glimpse.relative else MAYBE + 30


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a file of Cursor's holds."""
    with_stream = document.relative.endswith((".vscdb", ".db"))
    head = b"" if with_stream else document.stream().read(_LOOKED_AT)
    if with_stream or head.startswith(b"SQLite format 3\0"):
        yield from _database(document, state, texts=texts)
        return
    first = glimpse_of(document.relative, head, whole=False).text.lstrip("\ufeff").split("\n", 1)[0]
    if is_header(first.strip()):
        if not texts:
            yield from read_usage(document)
        return
    yield from read_transcript(document, texts=texts)


def _database(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    tables = document.tables()
    by_folder = "workspaceStorage/" in document.relative or "cursorDiskKV" not in tables
    if by_folder and not texts and {"key", "value"} <= tables.get("ItemTable", frozenset()):
        yield read_workspace(document)
    if by_folder and "cursorDiskKV" not in tables and "ItemTable" in tables:
        return
    check(document)
    yield from read_database(document, state, texts=texts)
