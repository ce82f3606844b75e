"""OpenCode and its kin, Kilo and MiMoCode: their database, the older tree of files, exports."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found
from convledger.sources.glimpse import JSON_OBJECT, LIKELY, NO, SQLITE, SURE, Glimpse
from convledger.sources.values import dict_of, text_of


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is OpenCode's."""
    if glimpse.kind == SQLITE:
        message, part = glimpse.tables.get("message", ()), glimpse.tables.get("part", ())
        is_own = {"session_id", "data"} <= {*message} and {"message_id", "data"} <= {*part}
        return SURE if is_own and "session" in glimpse.tables else NO
    if glimpse.kind != JSON_OBJECT:
        return NO
    if {"info", "messages"} <= glimpse.keys or (not glimpse.whole and "info" in glimpse.keys):
        start = glimpse.head[:4096]
        return SURE if b'"ses_' in start and b'"projectID"' in glimpse.head else NO
    first = glimpse.first
    name = text_of(first.get("id"))
    if {"sessionID", "role"} <= glimpse.keys and "messageID" not in glimpse.keys:
        if name.startswith("msg_"):
            return SURE
        return LIKELY if "modelID" in first or "created" in dict_of(first.get("time")) else NO
    if name.startswith("ses_") and "time" in first:
        return SURE if {"projectID", "directory"} & glimpse.keys else LIKELY
    return NO


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a document holds: its figures, or its texts where `texts`."""
    if document.relative.endswith(".db") or document.stream().read(15) == b"SQLite format 3":
        from convledger.sources.opencode import database

        return database.read(document, state, texts=texts)
    from convledger.sources.opencode import files

    return files.read(document, texts=texts)
