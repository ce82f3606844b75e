"""Cline, Roo Code and Kilo Code: one folder a task, and the sessions of Cline's newer kind."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.cline.sessions import ENDING, read_session
from convledger.sources.cline.tasks import read_task
from convledger.sources.document import Document, Found
from convledger.sources.glimpse import JSON_LIST, JSON_OBJECT, MAYBE, NO, SURE, Glimpse
from convledger.sources.values import dict_of, text_of

_SAYS = ("api_req_started", "text", "task", "tool", "completion_result", "reasoning", "command")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a task's or a session's."""
    records = glimpse.records
    if glimpse.kind == JSON_LIST:
        known = [each for each in records if each.get("type") in ("say", "ask") and "ts" in each]
        says = {text_of(each.get("say")) for each in known}
        if known and says & {"api_req_started"}:
            return SURE
        return MAYBE + 30 if known and says & set(_SAYS) and len(known) == len(records) else NO
    if glimpse.kind == JSON_OBJECT and {"messages", "version"} <= glimpse.keys:
        named = glimpse.keys & {"updated_at", "sessionId", "agent", "origin"}
        counted = any(
            "inputTokens" in dict_of(each.get("metrics")) or "id" in dict_of(each.get("modelInfo"))
            for each in _messages(glimpse)
        )
        return SURE if len(named) > 2 and counted else NO
    return NO


def _messages(glimpse: Glimpse) -> list[dict[str, object]]:
    found = [each for each in glimpse.records if "role" in each]
    for record in glimpse.records:
        inner = record.get("messages")
        if isinstance(inner, list):
            found += [each for each in inner if isinstance(each, dict)]
    return found


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a task or a session holds."""
    if document.relative.endswith(ENDING):
        return read_session(document, texts=texts)
    return read_task(document, texts=texts)
