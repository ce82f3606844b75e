"""What `audit` prints."""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from msgspec.json import encode

from convledger import clock
from convledger.cli import streams
from convledger.cli.names import minute_text
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.money import usd_text
from convledger.reports.render.table import Column
from convledger.store.actors import OUTSIDE
from convledger.store.literals import DIGEST, NOTHING, Value
from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.reports.auditing import BatchLine, EventLine
    from convledger.store.audit import Head
    from convledger.store.audit_check import Verdict

BATCH_ROW = ("first", "last", "at", "actor", "what", "events", "about")
EVENT_ROW = ("seq", "at", "actor", "action", "object", "about", "batch", "erased", "key", "before",
             "after")  # fmt: skip
_AN_INSTANT = 10**15  # microseconds: whatever is larger is no count
_NO_INSTANT = "message_key"
_AMOUNTS = ("amount", "price", "tolerance")  # as text of picounits
_DIGITS = re.compile(r"-?[0-9]{1,40}")
_NONE_THERE = "Nothing was changed that this asks for."


def print_batches(found: list[BatchLine], zone: tzinfo, as_json: bool, as_csv: bool) -> None:
    """Print what was changed together, one line each."""
    documents: list[dict[str, Any]] = [
        {
            "first": each.first,
            "last": each.last,
            "at": clock.iso_text(each.at),
            "actor": each.actor,
            "what": each.what,
            "actions": each.actions,
            "events": each.count,
            "about": veiled(each.about),
        }
        for each in found
    ]
    if as_json:
        print_json({"schema": 1, "batches": documents})
    elif as_csv:
        print_documents_as_csv(documents, BATCH_ROW)
    elif found:
        columns = [
            Column("event", "right"),
            Column("when"),
            Column("who", shrink=True, minimum=6),
            Column("what", shrink=True, minimum=16),
            Column("about", shrink=True, minimum=12),
        ]
        print_table(
            columns,
            [
                [_span(each), minute_text(each.at, zone), each.actor, each.what, veiled(each.about)]
                for each in found
            ],
        )
        if found[-1].first > 1:
            streams.remark(f"what came before: `--before {found[-1].first}`")
    else:
        streams.say(_NONE_THERE)


def _span(each: BatchLine) -> str:
    return str(each.first) if each.first == each.last else f"{each.first}-{each.last}"


def print_events(found: list[EventLine], zone: tzinfo, as_json: bool, as_csv: bool) -> None:
    """Print changes one by one, each with what was there before and after."""
    if as_json or as_csv:
        documents = [_document(each) for each in found]
        if as_json:
            print_json({"schema": 1, "events": documents})
        else:
            rows = [{**each, **_cells(each)} for each in documents]
            print_documents_as_csv(rows, EVENT_ROW)
        return
    if not found:
        streams.say(_NONE_THERE)
    for each in found:
        event = each.event
        words = f"{event.seq}  {minute_text(event.at, zone)}  {event.actor}: {event.action}"
        streams.say(display_text(f"{words}, {veiled(each.about)}"))
        if each.is_erased:
            continue
        key = ", ".join(f"{name} {_shown(name, value)}" for name, value in each.key.items())
        if key:
            streams.say(display_text(f"      {key}"))
        if not each.is_known_before:
            streams.say("      what it said before was erased")
        for name, old, new in each.changed:
            if each.before is None and new in ("", NOTHING):
                continue
            was = f"{_shown(name, old)} → " if each.before is not None else ""
            now = _shown(name, new) if each.after is not None else "(gone)"
            streams.say(display_text(f"      {name}: {was}{now}"))


def _cells(document: dict[str, Any]) -> dict[str, str | None]:
    """Return what a row said as JSON, each as the text of one cell."""
    return {
        name: None if document[name] is None else encode(document[name]).decode()
        for name in ("key", "before", "after")
    }


def _shown(name: str, value: Value) -> str:
    """Return a value for people: of a long text what it is told apart by."""
    if value is None:
        return "–"
    if isinstance(value, int):
        is_instant = value >= _AN_INSTANT and name != _NO_INSTANT
        return clock.iso_text(value) if is_instant else str(value)
    if name in _AMOUNTS and _DIGITS.fullmatch(value):
        return usd_text(int(value))
    if value == NOTHING:
        return "“”"
    if value.startswith(DIGEST) and len(value) == 65:
        return f"(text {value[1:9]})"
    return f"“{veiled(value)}”" if value else "“”"


def _document(each: EventLine) -> dict[str, Any]:
    """Return an event as JSON, with all that it still says."""
    event = each.event
    return {
        "seq": event.seq,
        "at": clock.iso_text(event.at),
        "actor": event.actor,
        "action": event.action,
        "object": event.object,
        "about": veiled(each.about),
        "batch": event.batch,
        "erased": event.is_erased,
        "key": _veiled(each.key),
        "before": _veiled(each.before),
        "after": _veiled(each.after),
    }


def _veiled(values: dict[str, Value] | None) -> dict[str, Value] | None:
    if values is None:
        return None
    return {
        name: veiled(value) if isinstance(value, str) else value for name, value in values.items()
    }


def print_verdict(verdict: Verdict, known: Head | None) -> None:
    """Print that nothing was changed in one line, or each problem with what it means."""
    if verdict.is_sound:
        erased = f"; {verdict.erased:,} without words, which were erased" if verdict.erased else ""
        same = f"; event {known.seq} is the one that was written down" if known is not None else ""
        streams.say(f"{plural(verdict.events, 'event')}, nothing was changed{same}{erased}")
        if verdict.outside:
            streams.note(
                f"{plural(verdict.outside, 'event')} of other programs that have changed the "
                f"ledger: `convledger audit list --actor {OUTSIDE} -v`"
            )
        return
    for each in verdict.problems:
        streams.say(display_text(each.what))
        streams.say(display_text(f"  {each.meaning}"))
    if verdict.more:
        streams.say(f"{plural(verdict.more, 'problem')} more")


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Return what verifying found as JSON."""
    return {
        "schema": 1,
        "sound": verdict.is_sound,
        "events": verdict.events,
        "erased": verdict.erased,
        "outside": verdict.outside,
        "head": str(verdict.head),
        "problems": [{"problem": each.what, "meaning": each.meaning} for each in verdict.problems],
        "more_problems": verdict.more,
    }
