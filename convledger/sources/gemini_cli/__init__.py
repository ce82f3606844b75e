"""Gemini CLI: sessions as lines of operations, older ones as one object, and printed results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Figures, Rejected, Texts
from convledger.sources.gemini_cli import result
from convledger.sources.gemini_cli.figures import Counting
from convledger.sources.gemini_cli.places import parent_of, project_of, stem_of
from convledger.sources.gemini_cli.records import (
    ANSWERS,
    Buckets,
    CountedRecord,
    CountedSession,
    TokenCounts,
    buckets_of,
    counted_record,
    counted_session,
)
from convledger.sources.gemini_cli.texts import Conversation
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.lenient import BadLine, conform, loads
from convledger.sources.line_passes import any_record, each_record, told
from convledger.sources.values import dict_of, dicts_in, text_of

_HEAD = 64 << 10
_TYPES = frozenset(["user", "info", "warning", "error", *ANSWERS])


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a session or result of Gemini CLI."""
    if glimpse.kind == JSON_OBJECT:
        if is_old_session(glimpse):
            return NO if is_of_qwen(glimpse) else SURE
        stats = dict_of(glimpse.first.get("stats"))
        models = [dict_of(used) for used in dict_of(stats.get("models")).values()]
        tokens = [dict_of(used.get("tokens")) for used in models]
        if any("candidates" in counts and "prompt" in counts for counts in tokens):
            return LIKELY + 20
        return NO
    if glimpse.kind != JSON_LINES:
        return NO
    if {"sessionId", "projectHash", "startTime"} <= glimpse.first.keys():
        return SURE
    if glimpse.any_has("$rewindTo") or any(_is_own_update(one) for one in glimpse.records):
        return LIKELY
    return NO


def is_old_session(glimpse: Glimpse) -> bool:
    """Tell whether a file is a session as one object, as the older versions wrote it."""
    return {"sessionId", "messages"} <= glimpse.keys and bool(
        {"projectHash", "startTime", "lastUpdated"} & glimpse.keys
    )


def is_of_qwen(glimpse: Glimpse) -> bool:
    """Tell whether an old session is of Qwen Code, which began as a copy of Gemini CLI."""
    records = [
        *glimpse.records,
        *(one for record in glimpse.records for one in dicts_in(record.get("messages"))),
    ]
    return any(
        record.get("type") == "qwen" or text_of(record.get("model")).startswith("qwen")
        for record in records
    )


def _is_own_update(record: dict[str, Any]) -> bool:
    change = dict_of(record.get("$set"))
    return bool({"lastUpdated", "messages", "sessionId"} & change.keys()) and len(record) == 1


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a session or a printed result holds."""
    yield from read_session(document, buckets_of, texts=texts)


def read_session(
    document: Document, buckets: Callable[[TokenCounts], Buckets], *, texts: bool
) -> Iterator[Found]:
    """Yield what a session holds, its tokens made disjoint by `buckets`."""
    if not is_lines(document):
        yield from _object(document, buckets, texts=texts)
    elif texts:
        yield from _said_in_lines(document)
    else:
        yield from _counted_in_lines(document, buckets)


def is_lines(document: Document) -> bool:
    """Tell whether a document is of lines, by its first record, else by its name."""
    head = document.stream().read(_HEAD)
    first = head.lstrip(b" \t\r\n\0").split(b"\n", 1)[0]
    try:
        record = loads(first)
    except BadLine:
        return ".jsonl" in document.relative
    return not isinstance(record.get("messages"), list) and not result.is_result(record)


def _counted_in_lines(
    document: Document, buckets: Callable[[TokenCounts], Buckets]
) -> Iterator[Found]:
    counting = Counting(stem_of(document.relative), buckets)
    yield from each_record(document, counted_record, partial(_count, counting))
    yield _counted(document, counting)


def _count(counting: Counting, record: CountedRecord, number: int) -> None:
    if record.update is not None:
        counting.update(record.update)
    elif record.id is not None or record.type is not None:
        counting.message(record, number)
    elif record.session_id is not None:
        counting.header(record)


def _counted(document: Document, counting: Counting) -> Found:
    figures = counting.figures(document.changed_at)
    facts = counting.facts
    if document.size:
        project = project_of(document, counting.project_hash)
        facts.project = project or facts.project
    parent = parent_of(document.relative)
    if parent and parent != facts.native:
        facts.parent, facts.relation = parent, "subagent"
    elif counting.kind == "subagent":
        facts.relation = "subagent"
    if not figures.calls and facts.first_at is None and not facts.title:
        figures.conversations.clear()  # a file in which nothing is said
    return Found(figures, done=document.size)


def _said_in_lines(document: Document) -> Iterator[Found]:
    conversation, session = Conversation(), ""

    def take(record: dict[str, Any], line: int) -> None:
        nonlocal session
        session = session or _session_in(record)
        conversation.apply(record, line)

    yield from each_record(document, any_record, take, texts=True)
    session = session or stem_of(document.relative)
    yield from told(conversation.messages(session, document.changed_at), document.size)


def _session_in(record: dict[str, Any]) -> str:
    own = "id" not in record and "type" not in record
    return text_of(dict_of(record.get("$set")).get("sessionId")) or (
        text_of(record.get("sessionId")) if own else ""
    )


def _object(
    document: Document, buckets: Callable[[TokenCounts], Buckets], *, texts: bool
) -> Iterator[Found]:
    """Yield what a session in one object holds, or a printed result."""
    content = document.content()
    if not content.strip(b" \t\r\n\0"):
        return
    if not texts:
        try:
            session = counted_session.decode(content)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            session = None
        if session is not None and session.messages is not None:
            yield _counted_session(document, session, buckets)
            return
    try:
        record = loads(content)
    except BadLine as error:
        raise NotReadable(_why(content, error)) from None
    try:
        if result.is_result(record):
            at = document.changed_at
            if texts:
                yield Found(texts=result.texts_of(record, at), done=document.size)
            else:
                yield Found(result.figures_of(record, at), done=document.size)
        elif not isinstance(record.get("messages"), list):
            raise BadLine("no session: it has no list of messages")
        elif texts:
            yield from _said_in_object(document, record)
        else:
            session = conform(record, CountedSession)
            yield _counted_session(document, session, buckets)
    except BadLine as error:
        rejected = [Rejected(1, 0, str(error), content[:400])]
        yield Found(
            Figures(rejected=[] if texts else rejected),
            Texts(rejected=rejected if texts else []),
            document.size,
        )


def _why(content: bytes, error: BadLine) -> str:
    start = content.lstrip()[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return "a web page, not a session"
    if start.startswith(b"{"):
        return (
            f"not whole, as while it is being written; it is read again when it changes ({error})"
        )
    return str(error)


def _counted_session(
    document: Document, session: CountedSession, buckets: Callable[[TokenCounts], Buckets]
) -> Found:
    counting = Counting(stem_of(document.relative), buckets)
    counting.header(session)
    for number, message in enumerate(session.messages or [], 1):
        counting.message(message, number)
    return _counted(document, counting)


def _said_in_object(document: Document, record: dict[str, Any]) -> Iterator[Found]:
    conversation = Conversation()
    for number, message in enumerate(dicts_in(record["messages"]), 1):
        conversation.put(message, number)
    session = text_of(record.get("sessionId")) or stem_of(document.relative)
    yield from told(conversation.messages(session, document.changed_at), document.size)
