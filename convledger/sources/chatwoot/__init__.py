"""Reads Chatwoot: conversations and messages of its interface, webhooks, rows of its tables.

Chatwoot tells no tokens: there are no calls. A conversation is put together from all that a file
says of it, as lists of conversations hold the last message only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.chatwoot.known import Known
from convledger.sources.chatwoot.spoken import is_message, turn_of
from convledger.sources.document import Document, Found
from convledger.sources.findings import Rejected
from convledger.sources.glimpse import (
    JSON_LINES,
    JSON_LIST,
    JSON_OBJECT,
    LIKELY,
    MAYBE,
    NO,
    SURE,
    Glimpse,
)
from convledger.sources.support.dialogue import Batch, Dialogue
from convledger.sources.support.records import Record, records
from convledger.sources.values import dict_of, dicts_in, name_of, text_of

_STREAMED = ("payload", "conversations")
_PAGES = (*_STREAMED, "messages")  # messages may lie within the conversation they belong to
_STATUSES = ("open", "resolved", "pending", "snoozed")
_REPORTS = ("conversation_bot_handoff", "conversation_bot_resolved", "conversation_resolved",
            "conversation_opened", "first_response", "reply_time")  # fmt: skip
_OWN = ("inbox_id", "account_id", "contact_last_seen_at", "agent_last_seen_at", "can_reply",
        "last_activity_at", "first_reply_created_at", "contact_inbox", "display_id",
        "last_non_activity_message", "unread_count")  # fmt: skip


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file holds Chatwoot's conversations or messages."""
    if glimpse.kind not in (JSON_LIST, JSON_OBJECT, JSON_LINES):
        return NO
    if {"inbox_id", "messages", "meta"} <= glimpse.keys:
        return SURE
    return max((_likeness(each) for record in glimpse.records[:5] for each in _held(record)),
               default=NO)  # fmt: skip


def _likeness(record: dict[str, Any]) -> int:
    if _is_conversation(record):
        return SURE if "meta" in record or "contact_inbox" in record else LIKELY
    if is_message(record):
        own = sum(name in record for name in ("inbox_id", "sender_type", "content_type", "private"))
        return SURE if own == 4 else LIKELY if own >= 2 else MAYBE
    return LIKELY if _is_report(record) else NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the conversations of a document: outcomes and details, or messages."""
    batch = Batch(document.changed_at, texts=texts)
    known: dict[str, Known] = {}
    touched: dict[str, Known] = {}
    for record in records(document, _STREAMED):
        if isinstance(record, Rejected):
            batch.reject(record)
            continue
        used = False
        for each in _held(record.value):
            native = _take(each, known, batch, record, texts=texts)
            if native:
                used = True
                touched[native] = known[native]
        if not used and not any(record.value.get(key) == [] for key in _PAGES):
            batch.reject(record.rejected("neither a conversation nor a message of one"))
        if len(touched) >= 200 or record.done >= document.size:
            _hand_on(touched, batch, document, texts=texts)
        yield from batch.taken(record.done)
    _hand_on(touched, batch, document, texts=texts)
    yield from batch.taken(document.size, last=True)


def _hand_on(touched: dict[str, Known], batch: Batch, document: Document, *, texts: bool) -> None:
    if not texts:
        for each in touched.values():
            batch.know(each.facts(document.changed_at))
    touched.clear()


def _take(
    record: dict[str, Any], known: dict[str, Known], batch: Batch, place: Record, *, texts: bool
) -> str:
    """Take in a record that stands at `place`.

    Returns the conversation it is of, nothing where it is of none.
    """
    messages: list[dict[str, Any]] = []
    if is_message(record):
        whole = dict_of(record.get("conversation"))
        native = native_of(record, record.get("conversation_id") or whole.get("id"))
        messages = [record]
    elif _is_conversation(record):
        whole = record
        native = native_of(record, record.get("id"))
        messages = dicts_in(record.get("messages"))
    elif _is_report(record):
        whole = {}
        native = native_of(record, record.get("conversation_id"))
    else:
        return ""
    if not native:
        return ""
    one = known.setdefault(native, Known(native))
    if whole:
        one.learn(whole, event=text_of(record.get("event")))
    if not messages and not whole:
        one.report(record)
    turns = [turn_of(message) for message in messages]
    for turn, message in zip(turns, messages, strict=True):
        one.hear(turn, message)
    said = Dialogue(native, first_at=one.near_at, turns=turns, odd=one.odd, is_whole=False)
    if texts:
        batch.add(said, place)
    else:
        batch.doubt(said, place)
    return native


def native_of(record: dict[str, Any], number: Any) -> str:
    """Return the name of a conversation; numbers begin anew in each account."""
    name = name_of(number)
    account = name_of(record.get("account_id")) or name_of(dict_of(record.get("account")).get("id"))
    if not account:
        first = next(iter(dicts_in(record.get("messages"))), {})
        account = name_of(first.get("account_id"))
    return f"{account}/{name}" if account and name else name


def _held(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a record holds: itself, or what a page of the interface does."""
    if is_message(record) or _is_conversation(record) or _is_report(record):
        yield record
        return
    for page in (record, dict_of(record.get("data"))):
        for key in _PAGES:
            yield from dicts_in(page.get(key))


def _is_conversation(record: dict[str, Any]) -> bool:
    status = record.get("status")
    if not name_of(record.get("id")) or (status not in _STATUSES and status not in (0, 1, 2, 3)):
        return False
    if "content" in record or isinstance(status, bool):
        return False
    return sum(name in record for name in _OWN) >= 2


def _is_report(record: dict[str, Any]) -> bool:
    return record.get("name") in _REPORTS and bool(name_of(record.get("conversation_id")))
