"""Draws a conversation as lines: its head, then each entry with what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.cli.names import minute_text, plural, tilde
from convledger.cli.streams import bold, dim
from convledger.cli.wrapping import wrapped
from convledger.clock import to_datetime
from convledger.money import usd_display
from convledger.reports.render.numbers import marked
from convledger.reports.render.outcome_words import detail_words, outcome_words
from convledger.reports.render.wording import MARKS, call_cost, who_says
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.reports.conversations import CallLine, Conversation, Entry

SHORTENED = {"tool_call": 4, "tool_result": 6, "thinking": 12, "attachment": 4}
INDENT = "  "


@dataclass(frozen=True, slots=True)
class Look:
    """How a transcript is drawn."""

    width: int
    zone: tzinfo
    zone_name: str
    shows_calls: bool = False
    shows_thinking: bool = True
    shows_all: bool = False


def head_lines(
    found: Conversation, look: Look, more: Iterable[tuple[str, str]] = ()
) -> Iterator[str]:
    """Yield what a conversation is, and what it comes to; `more` are facts known elsewhere."""
    yield from (bold(line) for line in wrapped(found.title or "Untitled", look.width))
    rows = [*facts(found, look.zone, look.zone_name), *more]
    size = max(len(name) for name, _ in rows)
    for name, value in rows:
        lines = list(wrapped(value, look.width - size - 2)) or [""]
        yield f"{name.ljust(size)}  {lines[0]}"
        yield from (" " * (size + 2) + line for line in lines[1:])


def facts(found: Conversation, zone: tzinfo, zone_name: str) -> list[tuple[str, str]]:
    """Return what is known of a conversation, as names and foreign text."""
    cost = usd_display(found.list_pico, estimated=bool(found.estimated_calls))
    if found.estimated_calls:
        cost += f"  ({plural(found.estimated_calls, 'call')} estimated)"
    if found.unpriced_calls:
        cost += f"  ({plural(found.unpriced_calls, 'call')} without a price or tokens)"
    project = tilde(found.project) + (f"  ({found.branch})" if found.branch else "")
    first, last = minute_text(found.first_at, zone), minute_text(found.last_at, zone)
    until = last[11:] if last[:10] == first[:10] else last
    rows = [
        ("conversation", found.native),
        ("source", " ".join(part for part in (found.source, found.version) if part)),
        ("project", project),
        ("time", f"{first} to {until}  {zone_name}"),
        ("models", ", ".join(found.models)),
        ("messages", f"{found.messages:,}"),
        ("calls", f"{found.calls:,}"),
        (
            "tokens",
            marked(f"{found.tokens:,}", found.tokens, counted=found.counted, lacking=found.lacking),
        ),
        ("list cost", cost),
    ]
    if found.reported_pico is not None:
        rows.append(("reported", usd_display(found.reported_pico)))
    if found.parent:
        relation = f"  ({found.relation})" if found.relation else ""
        rows.append(("parent", found.parent + relation))
    if found.children:
        rows.append(("children", ", ".join(found.children)))
    for label, values in found.labels.items():
        rows.append((label, ", ".join(values)))
    rows += outcome_words(found.outcome, lambda at: minute_text(at, zone))
    rows += detail_words(found.details)
    return [(name, value) for name, value in rows if value]


def transcript_lines(entries: Iterable[Entry], look: Look) -> Iterator[str]:
    """Yield the lines of each entry, a date where the day changes."""
    day = ""
    for entry in entries:
        if entry.kind == "thinking" and not look.shows_thinking and entry.call is None:
            continue
        moment = to_datetime(entry.at).astimezone(look.zone) if entry.at else None
        if moment is not None and moment.date().isoformat() != day:
            day = moment.date().isoformat()
            yield ""
            yield dim(f"── {moment:%A} {day} ".ljust(look.width, "─"))
        yield ""
        time = moment.strftime("%H:%M") if moment is not None else "     "
        yield from _entry_lines(entry, time, look)


def _entry_lines(entry: Entry, time: str, look: Look) -> Iterator[str]:
    margin = INDENT * 2 if entry.agent else ""
    room = max(20, look.width - len(margin) - len(INDENT))
    notes = [text for flag, text in MARKS if entry.flags & flag]
    if entry.hidden:
        notes.append("not shown in the tool")
    name = display_text(entry.name) if entry.name else ""
    who = who_says(entry) + (f" {name}" if name else "")
    agent = f"agent {display_text(entry.agent_name or entry.agent)} · " if entry.agent else ""
    note = f"  ({', '.join(notes)})" if notes else ""
    yield f"{margin}{dim(time)}  {agent}{bold(who)}{dim(note)}"
    if entry.body and (entry.kind != "thinking" or look.shows_thinking):
        most = None if look.shows_all else SHORTENED.get(entry.kind)
        fainter = entry.kind in ("thinking", "tool_result")
        for line in wrapped(entry.body, room, most=most):
            yield (margin + INDENT + (dim(line) if fainter else line)).rstrip()
    if entry.call is not None:
        yield margin + INDENT + dim(_call_text(entry.call, look))


def _call_text(call: CallLine, look: Look) -> str:
    """Return what a call took and cost, as one line."""
    if call.lacks_tokens and not call.estimated:
        known = [display_text(call.model)] + ([display_text(call.key)] if look.shows_calls else [])
        return " · ".join([call_cost(call), *known])
    parts = [
        call_cost(call),
        f"{call.context:,} in ({call.cache_read:,} cached)" if call.cache_read else
        f"{call.context:,} in",
        f"{call.output:,} out",
        display_text(call.model),
    ]  # fmt: skip
    if look.shows_calls:
        parts.append(display_text(call.key))
    return " · ".join(parts)
