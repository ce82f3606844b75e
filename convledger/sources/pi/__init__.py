"""Pi: sessions as lines of entries that form a tree; a fork's file repeats those of its parent."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found
from convledger.sources.findings import Figures, Message, Rejected, Texts
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.json_records import record_blocks
from convledger.sources.lenient import BadLine
from convledger.sources.lenient import records as each
from convledger.sources.line_blocks import line_blocks
from convledger.sources.pi.figures import Counting
from convledger.sources.pi.records import counted_entry
from convledger.sources.pi.texts import Tree
from convledger.sources.values import dict_of

MOST_AT_ONCE = 400
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


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:  # noqa: ARG001
    """Yield what a session holds."""
    yield from _said(document) if texts else _counted(document)


def _counted(document: Document) -> Iterator[Found]:
    counting = Counting(document.relative, document.changed_at)
    for lines in line_blocks(document.stream()):
        if isinstance(lines, Rejected):
            yield Found(Figures(rejected=[lines]), done=lines.offset)
            continue
        found = Figures()
        for number, entry in each(counted_entry, lines, found.rejected):
            try:
                counting.entry(entry, number, found)
            except BadLine as error:
                found.rejected.append(lines.rejected(number, str(error)))
        if counting.facts.first_at is not None or found.calls or counting.facts.title:
            found.conversations[counting.session] = counting.facts
        yield Found(found, done=lines.offset + len(lines.data))


def _said(document: Document) -> Iterator[Found]:
    tree = Tree(document.relative, document.changed_at)
    for entries, rejected, done in record_blocks(document):
        for number, entry in entries:
            tree.add(entry, number)
        yield Found(texts=Texts(rejected=rejected), done=done)
    some: list[Message] = []
    for message in tree.messages():
        some.append(message)
        if len(some) >= MOST_AT_ONCE:
            yield Found(texts=Texts(some), done=document.size)
            some = []
    yield Found(texts=Texts(some), done=document.size)
