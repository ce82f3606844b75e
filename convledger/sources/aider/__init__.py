"""Aider: the chat history it keeps as Markdown in a repository, and its exact analytics log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convledger.sources.aider import analytics, history
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.glimpse import HEAD, JSON_LINES, JSON_OBJECT, SURE, TEXT, Glimpse
from convledger.sources.unicode_bytes import as_utf8

_REQUESTS = re.compile(rb"\s*(?:TO LLM|LLM RESPONSE) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\r?\n")
_EVENTS = frozenset({"event", "properties", "user_id", "time"})
_OWN = ("aider_version", "main_model", "edit_format")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is one of Aider's."""
    if glimpse.kind == TEXT:
        known = _REQUESTS.match(glimpse.head) or history.BEGINS.search(glimpse.head)
        return SURE if known else 0
    if glimpse.kind in (JSON_LINES, JSON_OBJECT):
        own = [each for each in glimpse.records if each.keys() >= _EVENTS]
        properties = [each["properties"] for each in own if isinstance(each["properties"], dict)]
        return SURE if any(name in each for each in properties for name in _OWN) else 0
    return 0


def read(document: Document, _: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a chat history or an analytics log holds. Raises NotReadable."""
    head = as_utf8(document.stream().read(HEAD))
    if _REQUESTS.match(head):
        raise NotReadable(
            "a log of whole requests (--llm-history-file): it tells no tokens, and repeats what "
            "the chat history holds; import .aider.chat.history.md or an --analytics-log instead"
        )
    if head.lstrip(b" \t\r\n\0").startswith(b"{"):
        yield from analytics.read(document, texts=texts)
    elif not head.strip(b" \t\r\n\0") or history.BEGINS.search(head):
        yield from history.read(document, texts=texts)
    elif head.lstrip(b" \t\r\n\0")[:15].lower().startswith((b"<!doctype", b"<html")):
        raise NotReadable("a web page, not a chat history of Aider")
    else:
        raise NotReadable('not a chat history of Aider: it has no "# aider chat started at" line')
