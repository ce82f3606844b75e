"""Writes a conversation as a page of Markdown in which what was said can do nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import iso_text, to_datetime
from convledger.money import usd_text
from convledger.reports.render.wording import MARKS, call_cost, who_says
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.reports.conversations import CallLine, Conversation, Entry

FENCED = ("tool_call", "tool_result", "attachment", "thinking")
_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_HEADING = re.compile(r"( {0,3})(#{1,6}(?:\s|$))")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
_FENCE_RUNS = re.compile(r"`{3,}")


def page_lines(
    found: Conversation, entries: Iterable[Entry], zone: tzinfo, zone_name: str
) -> Iterator[str]:
    """Yield the lines of a page: a head of facts, then what each said."""
    yield from _front_matter(found)
    yield ""
    yield f"# {one_line(found.title or 'Untitled')}"
    day = ""
    for entry in entries:
        moment = to_datetime(entry.at).astimezone(zone) if entry.at else None
        if moment is not None and moment.date().isoformat() != day:
            day = moment.date().isoformat()
            yield ""
            yield f"*{day}, times in {zone_name}*"
        yield ""
        yield from _entry(entry, moment.strftime("%H:%M") if moment is not None else "")


def _front_matter(found: Conversation) -> Iterator[str]:
    """Yield the facts as lines that YAML readers take: every value is a quoted string."""
    facts: list[tuple[str, object]] = [
        ("conversation", found.native),
        ("title", found.title),
        ("source", found.source),
        ("project", found.project),
        ("branch", found.branch),
        ("first_at", iso_text(found.first_at) if found.first_at else ""),
        ("last_at", iso_text(found.last_at) if found.last_at else ""),
        ("models", found.models),
        ("calls", found.calls),
        ("tokens", found.tokens),
        ("list_cost_usd", "" if found.list_pico is None else usd_text(found.list_pico)),
        ("unpriced_calls", found.unpriced_calls or ""),
        ("estimated_calls", found.estimated_calls or ""),
        ("parent", found.parent),
        *found.labels.items(),
    ]
    yield "---"
    for name, value in facts:
        if value not in ("", []):
            yield f"{name}: {quoted(value)}"
    yield "---"


def quoted(value: object) -> str:
    """Return a value as JSON, which YAML reads too, with nothing unseen in it."""
    if isinstance(value, list):
        return "[" + ", ".join(quoted(each) for each in value) + "]"
    if isinstance(value, int):
        return str(value)
    return json.dumps(display_text(str(value)), ensure_ascii=False)


def _entry(entry: Entry, time: str) -> Iterator[str]:
    """Yield a heading, the text, and what the call cost."""
    who = who_says(entry)
    name = f" {one_line(entry.name)}" if entry.name else ""
    agent = f"agent {one_line(entry.agent)}: " if entry.agent else ""
    notes = [text for flag, text in MARKS if entry.flags & flag]
    note = f" ({', '.join(notes)})" if notes else ""
    yield f"## {agent}{who}{name} · {time}{note}".rstrip(" ·")
    if entry.body:
        yield ""
        body = display_text(entry.body.strip("\n"), lines=True)
        yield from _fenced(body) if entry.kind in FENCED else inert(body)
    if entry.call is not None:
        yield ""
        yield f"*{_cost(entry.call)}*"


def _cost(call: CallLine) -> str:
    return f"{call_cost(call)} · {call.context:,} in · {call.output:,} out · {one_line(call.model)}"


def one_line(text: str) -> str:
    """Return foreign text for a heading: no markup, no links, no tags."""
    return re.sub(r"([\\`*_\[\]<>#|!])", r"\\\1", display_text(text))


def _fenced(body: str) -> Iterator[str]:
    """Yield text as a block of code, its fence longer than any inside."""
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCE_RUNS.findall(body)), default=0))
    yield fence + "text"
    yield from body.split("\n")
    yield fence


def inert(body: str) -> Iterator[str]:
    """Yield Markdown as it was said, without what loads, runs or poses as one of our headings.

    Only code whose fence begins in the first column is left as it is: everywhere else a reader
    may see the end of the code before we do.
    """
    fence = ""
    before = ""
    for line in body.split("\n"):
        found = _FENCE.fullmatch(line)
        if fence:
            closing = line.rstrip()
            if len(closing) >= len(fence) and set(closing) == {fence[0]}:
                fence = ""
            yield line
        elif found:
            fence = found[1] or found[2]
            yield line
        else:
            safe = _TAG.sub(r"\\<", line).replace("![", "!\\[")
            safe = _HEADING.sub(r"\1\\\2", safe)
            if before.strip() and _UNDERLINE.fullmatch(safe):
                safe = "\\" + safe.lstrip()
            yield safe
        before = line
    if fence:
        yield fence
