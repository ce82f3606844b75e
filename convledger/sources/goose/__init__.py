"""Goose: its database, where each request has a row in a ledger, and the older files of lines."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, LIKELY, NO, SQLITE, SURE, Glimpse


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is Goose's."""
    if glimpse.kind == SQLITE:
        messages, sessions = glimpse.tables.get("messages", ()), glimpse.tables.get("sessions", ())
        is_own = {"session_id", "content_json"} <= {*messages} and "working_dir" in sessions
        return SURE if is_own else NO
    if glimpse.kind in (JSON_LINES, JSON_OBJECT):
        first = glimpse.first
        if "working_dir" in first and {"message_count", "accumulated_total_tokens"} & first.keys():
            return SURE
        if "working_dir" in first and "description" in first and "id" not in first:
            return LIKELY
    return NO


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a document holds: its figures, or its texts where `texts`."""
    if document.relative.endswith(".db") or document.stream().read(15) == b"SQLite format 3":
        from convledger.sources.goose import database

        return database.read(document, state, texts=texts)
    from convledger.sources.goose import lines

    return lines.read(document, texts=texts)
