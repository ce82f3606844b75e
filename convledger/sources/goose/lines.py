"""Reads the files of Goose's older versions: facts of the session, then a message a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.document import Document, Found
from convledger.sources.findings import CUMULATIVE_LIMIT, Call, Figures, Rejected
from convledger.sources.goose.messages import fill, made_up, messages_of
from convledger.sources.json_lines import json_lines
from convledger.sources.lenient import BadLine
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dicts_in, instant_of, name_of, text_of

_AT_ONCE = 300


def read(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield what a session's file of an older version holds: its facts, then a message a line."""
    found = Found()
    rejected = found.texts.rejected if texts else found.figures.rejected
    name = document.relative.rsplit("/", 1)[-1].removesuffix(".jsonl")
    before, first_at, last_at = "", None, None
    head: dict[str, Any] = {}
    prompt = ""
    for line in json_lines(document):
        if isinstance(line, Rejected):
            rejected.append(line)
            continue
        record = line.record
        if "role" not in record:
            head = head or record
            continue
        at = instant_of(record.get("created"))
        first_at, last_at = first_at or at, at or last_at
        blocks = dicts_in(record.get("content"))
        role = text_of(record.get("role"))
        if not texts:
            if not prompt and role == "user":
                prompt = text_of(blocks[0].get("text")) if blocks else ""
            continue
        uuid = name_of(record.get("id")) or made_up(
            name, name_of(record.get("created")), role, blocks
        )
        place = (line.number, at or last_at or document.changed_at)
        found.texts.messages += messages_of(blocks, role, (name, uuid, before), place, 0)
        before = uuid
        if len(found.texts.messages) >= _AT_ONCE:
            found.done = line.end
            yield found
            found = Found()
            rejected = found.texts.rejected
    found.done = document.size
    if not texts:
        _head(found.figures, name, head, (first_at, last_at), prompt, document.changed_at)
    yield found


def _head(
    figures: Figures,
    name: str,
    head: dict[str, Any],
    span: tuple[int | None, int | None],
    prompt: str,
    changed_at: int,
) -> None:
    facts = figures.conversation(name)
    facts.first_at, facts.last_at = span
    facts.project = text_of(head.get("working_dir"))
    facts.entitle(PROMPT, title_line(prompt))
    facts.entitle(GENERATED, title_line(text_of(head.get("description"))))
    at = span[0] or changed_at
    call = Call(f"{name}:carried", name, at, text_of(head.get("model")) or "unknown", 1)
    parts = ("input", "output", "total", "cache_read", "cache_write")
    try:
        fill(
            call, tuple(head.get(f"accumulated_{part}_tokens") for part in parts), CUMULATIVE_LIMIT
        )
    except BadLine as error:
        figures.rejected.append(Rejected(1, 0, str(error)))
        return
    if call.total:
        figures.calls.append(call)
