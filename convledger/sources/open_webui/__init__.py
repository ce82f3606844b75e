"""Open WebUI: exported chats as JSON, and the database that the server keeps them in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.document import Document, Found
from convledger.sources.glimpse import JSON_LIST, JSON_OBJECT, SQLITE, SURE, Glimpse
from convledger.sources.json_pieces import pieces
from convledger.sources.open_webui import database
from convledger.sources.open_webui.findings import Reading
from convledger.sources.open_webui.records import row_of
from convledger.sources.values import dict_of

_SQLITE = b"SQLite format 3\0"
_OWN = (b'"childrenIds"', b'"parentId"', b'"history"')


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is Open WebUI's."""
    if glimpse.kind == SQLITE:
        return SURE if glimpse.tables.get("chat", frozenset()) >= database.COLUMNS else 0
    if glimpse.kind not in (JSON_LIST, JSON_OBJECT):
        return 0
    if any(_is_own(record) for record in glimpse.records):
        return SURE
    # The first chat may be longer than what was looked at.
    is_cut = not glimpse.records and not glimpse.whole
    return SURE if is_cut and all(mark in glimpse.head for mark in _OWN) else 0


def _is_own(record: dict[str, Any]) -> bool:
    chat = dict_of(record.get("chat")) or record
    messages = dict_of(chat.get("history")).get("messages")
    if isinstance(messages, dict) and not {"mapping", "conversationId"} & record.keys():
        return True
    return "chat" in record and {"user_id", "title"} <= record.keys() and "messages" in chat


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the chats of an export, or those of a database that are new since `state`."""
    if document.stream().read(len(_SQLITE)) == _SQLITE:
        yield from database.read(document, state, texts=texts)
        return
    reading = Reading(document.changed_at, texts=texts)
    for piece in pieces(document.stream(), inside=("chats",)):
        row = row_of(piece, reading.reject)
        if row is not None:
            reading.take(row, piece)
        if reading.is_full():
            yield reading.found(reading.done)
    yield reading.found(document.size)
