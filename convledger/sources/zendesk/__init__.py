"""Reads what Zendesk gives out: conversations of AI agents (data export v3), tickets, comments.

Neither tells tokens: Zendesk bills automated resolutions, so that there are no calls. Which kind a
record is, is told by its keys; one file may hold several.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.document import Document, Found
from convledger.sources.findings import Rejected
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.support.dialogue import Batch
from convledger.sources.support.records import Record, records
from convledger.sources.values import dict_of, dicts_in
from convledger.sources.zendesk import agents, tickets
from convledger.sources.zendesk.comments import Comments

_STREAMED = ("tickets", "ticket_events", "conversations", "results")
_PAGES = (*_STREAMED, "comments")  # comments may lie within the ticket that they belong to
TEST = "a test of the AI agent (test_mode): left out"


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file holds Zendesk's conversations or tickets."""
    if glimpse.kind not in (JSON_LIST, JSON_OBJECT, JSON_LINES):
        return NO
    best = NO
    for record in glimpse.records[:5]:
        for each in [record, *_unfolded(record)]:
            if agents.is_conversation(each):
                return SURE
            best = max(best, tickets.likeness(each), Comments.likeness(each))
    if best == LIKELY and glimpse.keys & {"end_of_stream", "after_cursor", "next_page"}:
        return SURE
    return best


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the conversations of a document: outcomes and details, or messages."""
    batch = Batch(document.changed_at, texts=texts)
    comments = Comments(document.relative)
    for record in records(document, _STREAMED):
        if isinstance(record, Rejected):
            batch.reject(record)
            continue
        _take(record, batch, comments)
        yield from batch.taken(record.done)
    yield from batch.taken(document.size, last=True)


def _take(record: Record, batch: Batch, comments: Comments) -> None:
    page = record.value
    for each in _held(page):
        if agents.is_conversation(each):
            found = agents.dialogue(each)
            if found is None:
                batch.reject(record.rejected(TEST))
            else:
                batch.add(found, record)
        elif tickets.is_one(each):
            batch.add(tickets.dialogue(each, dicts_in(page.get("users"))), record)
        elif (said := comments.dialogue(each, page)) is not None:
            batch.add(said, record)
        else:
            batch.reject(record.rejected("neither a conversation, a ticket nor a comment with one"))


def _held(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is to be taken from a record: what its page holds, else itself."""
    held = list(_unfolded(record))
    if held or any(record.get(key) == [] for key in _PAGES):
        return held
    return [record]


def _unfolded(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a page of the interface holds, or the one ticket under its name."""
    if agents.is_conversation(record) or tickets.is_one(record) or Comments.likeness(record):
        return
    if isinstance(record.get("ticket"), dict):
        ticket = dict_of(record["ticket"])
        yield {**ticket, "comments": record["comments"]} if "comments" in record else ticket
        return
    for key in _PAGES:
        for each in dicts_in(record.get(key)):
            yield {"ticket_id": record["ticket_id"], **each} if "ticket_id" in record else each
