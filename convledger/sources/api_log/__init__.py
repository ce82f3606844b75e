"""Logs of the APIs of OpenAI, Anthropic and those that speak like them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.api_log.figures import FiguresReader as FiguresReader
from convledger.sources.api_log.texts import TextsReader as TextsReader
from convledger.sources.document import Document, Found
from convledger.sources.exchanges import lined
from convledger.sources.exchanges.lined import is_document as is_document
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.values import dict_of, text_of

_OBJECTS = frozenset((
    "chat.completion", "chat.completion.chunk", "response", "text_completion",
))  # fmt: skip
_EVENTS = frozenset(("message_start", "content_block_delta", "message_delta"))
_SMALL_EVENTS = frozenset(("content_block_start", "content_block_stop", "message_stop", "ping"))
_WEAK = 1  # a mark that says something only beside a better one
# What other tools write beside the same words.
_OTHERS = frozenset((
    "sessionId", "session_meta", "uuid", "parentUuid", "call_type", "traceId", "trace_id",
    "request_body", "response_body", "resourceSpans", "api_key", "spend",
))  # fmt: skip


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a log of requests to a model: 0 to 100."""
    if glimpse.kind not in (JSON_LINES, JSON_LIST, JSON_OBJECT) or not glimpse.records:
        return NO
    marks = [_mark(record) for record in glimpse.records]
    known = [mark for mark in marks if mark]
    if not known or len(known) * 2 < len(marks) or max(known) == _WEAK:
        return NO
    return max(known)


def _mark(record: dict[str, Any]) -> int:
    if not _OTHERS.isdisjoint(record):
        return NO
    if mark := _body_mark(record):
        return mark
    if text_of(record.get("type")) in _EVENTS and (
        "message" in record or "delta" in record or "usage" in record
    ):
        return LIKELY
    if text_of(record.get("type")) in _SMALL_EVENTS:
        return _WEAK
    if str(record.get("type")).startswith("response.") and "sequence_number" in record:
        return SURE
    result, answer = record.get("result"), record.get("response")
    if isinstance(record.get("custom_id"), str) and (isinstance(result, dict) or "error" in record):
        batch = dict_of(result).get("type") in ("succeeded", "errored", "expired", "canceled")
        return SURE if batch or "response" in record else NO
    if "request" not in record:
        return LIKELY if _body_mark(dict_of(answer)) == SURE else NO
    if not isinstance(answer, dict | str | None):
        return NO
    request, answer = dict_of(record["request"]), dict_of(answer)
    request = dict_of(request.get("body")) or request
    if _body_mark(dict_of(answer.get("body")) or answer):
        return SURE
    return LIKELY if "model" in request and ("messages" in request or "input" in request) else NO


def _body_mark(record: dict[str, Any]) -> int:
    usage = record.get("usage")
    if text_of(record.get("object")) in _OBJECTS and "model" in record:
        return SURE if "choices" in record or "output" in record else NO
    if not isinstance(usage, dict) or not isinstance(record.get("model"), str):
        return NO
    if not isinstance(record.get("id"), str):
        return NO
    if record.get("type") == "message" and record.get("role") == "assistant":
        return SURE if isinstance(record.get("content"), list | str) else NO
    if record.get("object") == "list" or "choices" in record:
        return LIKELY
    is_bare = "input_tokens" in usage or "prompt_tokens" in usage
    return LIKELY if is_bare and len(record) <= 12 else NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a log holds that is read as a whole: one of lines too."""
    at = document.changed_at
    if texts:
        reader = TextsReader(document.relative, b"", at)
        yield from lined.read(document, None, reader)
    else:
        counter = FiguresReader(document.relative, b"", at)
        yield from lined.read(document, counter, None)
