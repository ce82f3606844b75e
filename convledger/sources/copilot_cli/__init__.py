"""Copilot CLI: the events of its sessions, and the database in which it keeps all requests."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.copilot_cli.figures import read_figures
from convledger.sources.copilot_cli.store import read_store
from convledger.sources.copilot_cli.texts import read_texts
from convledger.sources.document import Document, Found
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, NO, SQLITE, SURE, Glimpse
from convledger.sources.values import text_of

_TYPES = (
    "session.start", "session.resume", "user.message", "assistant.message", "assistant.turn_start",
    "session.shutdown", "session.usage_record", "tool.execution_start", "tool.execution_complete",
)  # fmt: skip


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is Copilot CLI's."""
    if glimpse.kind == SQLITE:
        wanted = {"assistant_usage_events", "sessions"}
        return SURE if wanted <= set(glimpse.tables) else NO
    if glimpse.kind in (JSON_LINES, JSON_OBJECT):
        is_any = any(
            text_of(record.get("type")) in _TYPES and isinstance(record.get("data"), dict)
            for record in glimpse.records
        )
        return SURE if is_any and not glimpse.any_has("uuid", "sessionId") else NO
    return NO


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a session's events hold, or what is new in the database."""
    if document.relative.endswith(".db"):
        return read_store(document, state, texts=texts)
    return read_texts(document) if texts else read_figures(document)
