"""Counts what OpenCode's messages say was billed: one request an assistant's message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from convledger.sources.findings import Call, ConversationFacts, Measure
from convledger.sources.lenient import BadLine, decode_line
from convledger.sources.opencode import records
from convledger.sources.opencode.records import Record, Session, Usage
from convledger.sources.titles import GENERATED, SUMMARY, title_line
from convledger.sources.values import instant_of, pico_of

_NO_TITLE = re.compile(r"(New|Child) session - \d{4}-")

Steps = Callable[[], Iterable[bytes]]


def describe(facts: ConversationFacts, session: Session, *, outdated: bool = False) -> bool:
    """Note what a session says of itself; returns whether that names it."""
    facts.project = session.directory or ""
    facts.version = session.version or ""
    if session.parentID:
        facts.parent, facts.relation = session.parentID, "subagent"
    if session.time is not None:
        facts.first_at = instant_of(session.time.created)
        facts.last_at = instant_of(session.time.updated) or facts.first_at
    title = title_line(session.title or "")
    if not title or _NO_TITLE.match(title):
        return False
    facts.entitle(SUMMARY if outdated else GENERATED, title)
    return True


def instant(record: Record, fallback: int) -> int:
    """Return when a message was begun."""
    time = record.time
    found = instant_of(time.created) or instant_of(time.completed) if time else None
    return found or fallback


def call_of(
    record: Record, uuid: str, session: str, line: int, at: int, steps: Steps
) -> Call | None:
    """Return the request that a message stands for, None where it is none or not over.

    Its key is what a fork copies of it, so that the copies are the same request. Raises BadLine.
    """
    if record.role != "assistant" or not record.is_over:
        return None
    usage = record.tokens or Usage()
    call = Call("", session, at, record.modelID or "unknown", line)
    call.provider = record.providerID or ""
    _count(call, usage)
    if not call.total and not record.failed:
        for step in steps():
            _add(call, step)
    if not call.total:
        if record.failed:
            return None
        call.key, call.measure = uuid, int(Measure.MISSING)
        return call
    began = record.time.created if record.time and record.time.created else uuid
    cache = usage.cache or records.Cache()
    counts = (usage.input, usage.output, usage.reasoning, cache.read, cache.write)
    if not any(counts):
        counts = (call.input, call.output, call.reasoning, call.cache_read, call.cache_write_5m)
    told = "/".join(str(count or 0) for count in counts)
    call.key = f"{began}:{call.provider}/{call.model}:{told}"
    try:
        call.reported = pico_of(record.cost) or None  # 0 is what a subscription is told to cost
    except BadLine:
        call.reported = None
    return call


def _count(call: Call, usage: Usage) -> None:
    """Add tokens to a call: with a total, the output leaves reasoning out; without, not."""
    output, reasoning = usage.output or 0, usage.reasoning or 0
    call.input += usage.input or 0
    call.output += output + reasoning if usage.total is not None else output
    call.reasoning += reasoning if usage.total is not None else min(reasoning, output)
    if usage.cache is not None:
        call.cache_read += usage.cache.read or 0
        call.cache_write_5m += usage.cache.write or 0


def _add(call: Call, part: bytes) -> None:
    if b"step-finish" not in part:
        return
    step = decode_line(records.step, part)
    if step.type == "step-finish" and step.tokens is not None:
        _count(call, step.tokens)
