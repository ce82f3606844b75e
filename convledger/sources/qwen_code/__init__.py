"""Qwen Code: sessions as lines of records; the oldest are kept as Gemini CLI's first were."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from convledger.sources import gemini_cli
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Figures
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, NO, SURE, Glimpse
from convledger.sources.line_passes import any_record, each_record, told
from convledger.sources.qwen_code.figures import Counting
from convledger.sources.qwen_code.records import buckets_of, counted_record
from convledger.sources.qwen_code.texts import Tree
from convledger.sources.values import dict_of, text_of

_TYPES = ("user", "assistant", "tool_result", "system")
_TELEMETRY = b'"input_token_count"'


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a session of Qwen Code."""
    if glimpse.kind == JSON_OBJECT and gemini_cli.is_old_session(glimpse):
        return SURE if gemini_cli.is_of_qwen(glimpse) else NO
    if glimpse.kind not in (JSON_LINES, JSON_OBJECT):
        return NO
    for record in glimpse.records:
        if record.get("type") not in _TYPES or not {"uuid", "sessionId"} <= record.keys():
            continue
        if {"systemPayload", "usageMetadata"} & record.keys():
            return SURE
        if isinstance(dict_of(record.get("message")).get("parts"), list):
            return SURE
    return NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a session, or a sub-agent's transcript, holds."""
    if not gemini_cli.is_lines(document):
        yield from gemini_cli.read_session(document, buckets_of, texts=texts)
    elif texts:
        yield from _said(document)
    else:
        yield from _counted(document)


def _counted(document: Document) -> Iterator[Found]:
    counting = Counting(document.relative)
    yield from each_record(document, counted_record, counting.record)

    def is_counted_elsewhere(session: str) -> bool:
        return _counts(document, session, is_agent=counting.is_agent)

    figures = counting.figures(document.changed_at, is_counted_elsewhere)
    if counting.is_agent:
        _describe_agent(document, figures)
    if not figures.calls and counting.facts.first_at is None and not counting.facts.title:
        figures.conversations.clear()
    yield Found(figures, done=document.size)


def _counts(document: Document, session: str, *, is_agent: bool) -> bool:
    """Tell whether the file of a session counts what another file repeats of it.

    A sub-agent's requests are in the telemetry of its session: only one that is seen to keep none
    leaves them to the transcript.
    """
    folder = document.relative.rpartition("/")[0]
    if is_agent:
        folder = f"{folder.rpartition('subagents/')[0]}chats"
    try:
        content = document.beside(f"{folder}/{session}.jsonl" if folder else f"{session}.jsonl")
    except NotReadable:
        return is_agent
    if is_agent:
        return content is None or _TELEMETRY in content
    return content is not None


def _describe_agent(document: Document, figures: Figures) -> None:
    """Say of a sub-agent what the file beside its transcript knows."""
    for facts in figures.conversations.values():  # what is described is the session's own
        facts.version = facts.branch = ""
    try:
        beside = document.beside(document.relative.removesuffix(".jsonl") + ".meta.json")
        known = dict_of(msgspec.json.decode(beside)) if beside else {}
    except (NotReadable, msgspec.MsgspecError, ValueError, RecursionError):
        return
    for agent in figures.agents:
        agent.kind = text_of(known.get("agentType")) or agent.kind
        agent.description = text_of(known.get("description"))
        agent.tool_use = text_of(known.get("toolUseId"))


def _said(document: Document) -> Iterator[Found]:
    tree = Tree(document.relative, document.changed_at)
    yield from each_record(document, any_record, tree.add, texts=True)
    yield from told(tree.messages(), document.size)
