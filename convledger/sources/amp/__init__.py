"""Amp: each thread is one JSON object that is rewritten as it grows."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.amp.figures import Counting
from convledger.sources.amp.records import name_by_path, object_of, thread_of
from convledger.sources.amp.texts import messages_of
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.glimpse import JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.line_passes import told
from convledger.sources.values import dict_of, dicts_in, text_of


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a thread of Amp."""
    if glimpse.kind != JSON_OBJECT or not {"id", "messages"} <= glimpse.keys:
        return NO
    if text_of(glimpse.first.get("id")).startswith("T-"):
        return SURE
    own = {"created", "usageLedger", "nextMessageId", "agentMode", "env"} & glimpse.keys
    inner = [*glimpse.records, *dicts_in(glimpse.first.get("messages"))]
    used = any("totalInputTokens" in dict_of(one.get("usage")) for one in inner)
    numbered = any("messageId" in one and "role" in one for one in inner)
    if "usageLedger" in own or used:
        return SURE if "created" in own else LIKELY
    return LIKELY if "created" in own and numbered else NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a thread holds."""
    content = document.content()
    if not content.strip(b" \t\r\n\0"):
        return
    if not texts:
        thread = thread_of(content)
        if thread.messages is None and not thread.events:
            raise NotReadable("no thread: it has no messages")
        name = thread.id or name_by_path(document.relative)
        figures = Counting(thread, name, content, document.changed_at).figures()
        yield Found(figures, done=document.size)
        return
    whole = object_of(content)
    name = text_of(whole.get("id")) or name_by_path(document.relative)
    yield from told(messages_of(whole, name, document.changed_at), document.size)
