"""Pi: sessions as lines of entries that form a tree; a fork's file repeats those of its parent."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.line_passes import any_record, each_record, told
from convledger.sources.pi.figures import Counting
from convledger.sources.pi.records import counted_entry
from convledger.sources.pi.texts import Tree
from convledger.sources.values import dict_of

_ROLES = ("user", "assistant", "toolResult", "bashExecution")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a session of Pi."""
    if glimpse.kind not in (JSON_LINES, JSON_OBJECT):
        return NO
    first = glimpse.first
    if first.get("type") == "session" and {"id", "timestamp"} <= first.keys():
        own = {"cwd", "version", "parentSession", "branchedFrom", "modelId"} & first.keys()
        return SURE if own else LIKELY
    for record in glimpse.records:
        message = dict_of(record.get("message"))
        if record.get("type") == "message" and message.get("role") in _ROLES:
            usage = dict_of(message.get("usage"))
            if "parentId" in record and ("stopReason" in message or "totalTokens" in usage):
                return LIKELY
    return NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a session holds."""
    yield from _said(document) if texts else _counted(document)


def _counted(document: Document) -> Iterator[Found]:
    counting = Counting(document.relative, document.changed_at)
    for found in each_record(document, counted_entry, counting.entry):
        found.figures.calls, counting.calls = counting.calls, []
        if counting.facts.first_at is not None or found.figures.calls or counting.facts.title:
            found.figures.conversations[counting.session] = counting.facts
        yield found


def _said(document: Document) -> Iterator[Found]:
    tree = Tree(document.relative, document.changed_at)
    yield from each_record(document, any_record, tree.add, texts=True)
    yield from told(tree.messages(), document.size)
