"""Reads hand-offs from a table or from JSON Lines, and tells which of them the books have."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from hashlib import sha256

from convledger.clock import parse_instant, to_datetime
from convledger.economics.work_text import seconds_of
from convledger.errors import UsageProblem
from convledger.store.handoffs import IMPORTED, INFERRED, TOLD, StoredHandoff
from convledger.store.tombstones import Erased
from convledger.workflow import reason_codes
from convledger.workflow.entered_text import LONGEST_LINE, checked_instant, one_line
from convledger.workflow.file_rows import Cells, read_rows
from convledger.workflow.handing_over import checked, is_early
from convledger.workflow.handoff_rows import compare

# What each meaning is called, the likeliest first. Lengths may have their unit in their name.
CALLED = {
    "conversation": "conversation conversationid ticket ticketid thread threadid caseid chatid",
    "at": "at handedoffat handoffat escalatedat when timestamp time date createdat",
    "model": "from model frommodel bot",
    "person": "to person agent assignee operator team toperson who",
    "reason": "reason reasoncode code category",
    "note": "note notes comment comments details",
    "wait": "wait waiting waittime waitingtime",
    "handle": "handle handling handletime handlingtime worked",
    "outcome": "outcome result resolution",
    "key": "id handoffid handoff externalid eventid",
    "reader": "source reader",
    "origin": "origin",
}
HEADER = (
    *("conversation", "source", "at", "from", "to", "reason", "note", "wait_seconds"),
    *("handle_seconds", "outcome"),
)
_UNITS = {"seconds": 1, "secs": 1, "s": 1, "minutes": 60, "mins": 60, "m": 60, "hours": 3600}
_WALL = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?")
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
Find = Callable[[str], tuple[int, int]]


@dataclass(slots=True)
class HandoffImport:
    """What a file brings: new hand-offs, those they take the place of, and lines that are wrong.

    `known` counts rows that the books have, `away` those of them that people have changed or taken
    away since; `unread` are headers that nothing is taken from.
    """

    digest: str
    new: list[StoredHandoff] = field(default_factory=list)
    replaced: list[StoredHandoff] = field(default_factory=list)
    known: int = 0
    away: int = 0
    told: int = 0  # rows that say of themselves that a source tells them
    erased: int = 0  # rows about conversations that were erased
    rejected: list[tuple[int, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # reasons that are to be added
    early: list[int] = field(default_factory=list)  # lines from before the conversation opened


def read_handoffs(
    connection: sqlite3.Connection,
    content: bytes,
    zone: tzinfo,
    now: int,
    find: Find,
    *,
    new_codes: bool = False,
) -> HandoffImport:
    """Return what a file brings; `find` gives a conversation's id by its name.

    With `new_codes` reasons that are not on the list are taken too. Raises UsageProblem where the
    file as a whole can't be read.
    """
    rows = read_rows(content)
    found = HandoffImport(sha256(content).hexdigest(), rejected=rows.rejected)
    places = _places(rows.headers)
    taken = set(places.values())
    found.unread = [name for key, name in rows.headers.items() if key not in taken and name]
    known = reason_codes.reasons(connection, reason_codes.HANDOFFS)
    codes = list(known)
    read: list[tuple[int, StoredHandoff]] = []
    early: list[int] = []
    erased = _erased(connection)
    for line, cells in rows.rows:
        if cells.get(places.get("origin", ""), "").strip() in (TOLD, INFERRED):
            found.told += 1
            continue
        try:
            row, opened = _row(_meant(cells, places), zone, now, find, f"{found.digest}:{line}")
            if row.conversation_id in erased:
                found.erased += 1
                continue
            if new_codes and row.reason.strip():
                codes = list(dict.fromkeys([*codes, reason_codes.code_of(row.reason)]))
            read.append((line, checked(row, max(now, row.at), codes)))
            if is_early(row.at, opened, zone):
                early.append(line)
        except UsageProblem as problem:
            found.rejected.append((line, str(problem)))
    compare(connection, found, read)
    found.rejected.sort()
    fresh = {int(each.provenance.rpartition(":")[2]) for each in found.new}
    found.early = [line for line in early if line in fresh]
    used = {each.reason for each in found.new}
    found.codes = [code for code in codes if code in used and code not in known]
    return found


def _erased(connection: sqlite3.Connection) -> set[int]:
    """Return the conversations that were erased and are known by their figures."""
    erased = Erased.load(connection)
    if erased is None:
        return set()
    rows = connection.execute(
        "SELECT conversation.id, reader.name, native FROM conversation "
        "JOIN reader ON reader.id=reader_id"
    )
    return {row[0] for row in rows if erased.conversation(row[1], row[2]) is not None}


def _places(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the plain header of each meaning."""
    found: dict[str, str] = {}
    for meaning, words in CALLED.items():
        ends = ["", *_UNITS] if meaning in ("wait", "handle") else [""]
        for name in (word + end for word in words.split() for end in ends):
            if name in headers and name not in found.values():
                found[meaning] = name
                break
    if "handle" not in found:
        named = next((name for name in ("minutes", "seconds", "hours") if name in headers), None)
        if named is not None:
            found["handle"] = named
    missing = [meaning for meaning in ("conversation", "at") if meaning not in found]
    if missing:
        listed = ", ".join(name for name in headers.values() if name)
        raise UsageProblem(
            f"no column {' and none '.join(missing)}. The file has {listed:.400}; known are "
            f"{', '.join(HEADER)}"
        )
    return found


def _meant(cells: Cells, places: Mapping[str, str]) -> dict[str, str]:
    """Return the cells by meaning, lengths as seconds."""
    found = {meaning: cells.get(name, "").strip() for meaning, name in places.items()}
    for meaning in ("wait", "handle"):
        text = found.get(meaning, "")
        if text:
            unit = _unit_of(places[meaning], meaning)
            whole = text.removesuffix(".0") if text.endswith(".0") else text
            found[meaning] = str(seconds_of(whole, f"the time of {meaning}", unit=unit))
    return found


def _unit_of(header: str, meaning: str) -> int:
    """Return the seconds of the unit that a plain header names, those of a minute if none."""
    words = ["", *CALLED[meaning].split()]
    return next(
        (unit for word in words for end, unit in _UNITS.items() if header == word + end), 60
    )


def _row(
    cells: Mapping[str, str], zone: tzinfo, now: int, find: Find, provenance: str
) -> tuple[StoredHandoff, int]:
    """Return what a row says, and when its conversation opened."""
    name = cells["conversation"]
    if not name:
        raise UsageProblem("no conversation")
    reader = cells.get("reader", "")
    number, opened = find(
        name if not reader or name.startswith(f"{reader}:") else f"{reader}:{name}"
    )
    row = StoredHandoff(
        id=0,
        name="",
        replaces="",
        conversation_id=number,
        at=past_instant(cells["at"], zone, now, "the hand-off"),
        model=cells.get("model", ""),
        person=cells.get("person", ""),
        reason=cells.get("reason", ""),
        note=cells.get("note", ""),
        wait_seconds=_seconds(cells, "wait"),
        handle_seconds=_seconds(cells, "handle"),
        outcome=cells.get("outcome", ""),
        origin=IMPORTED,
        provenance=provenance,
        key=one_line(cells.get("key", ""), "the id", LONGEST_LINE),
    )
    return row, opened


def _seconds(cells: Mapping[str, str], name: str) -> int | None:
    return int(cells[name]) if cells.get(name) else None


def instant_of(text: str, zone: tzinfo) -> int:
    """Return an instant as a file writes it; without an offset it is of the zone.

    A day without a time is taken as its noon. Raises UsageProblem.
    """
    written = text.strip()
    if not written:
        raise UsageProblem("no instant: fill in at")
    wall = _WALL.fullmatch(written)
    found = parse_instant(written) if wall is None and _OFFSET.search(written) else None
    if wall is not None:
        found = _on_the_wall(wall, zone)
    if found is None:
        raise UsageProblem(f"no instant: {written!r:.40}. Write it like 2026-11-20 14:05")
    return found


def past_instant(text: str, zone: tzinfo, now: int, what: str) -> int:
    """Return an instant as a file writes it, which must not be ahead of now. Raises UsageProblem.

    Today without a time is taken as its noon in the morning too: the same row later says the same.
    """
    at = instant_of(text, zone)
    is_today = is_day(text) and _day_of(at, zone) == _day_of(now, zone)
    return at if is_today else checked_instant(at, now, what)


def _day_of(at: int, zone: tzinfo) -> date:
    return to_datetime(at).astimezone(zone).date()


def is_day(text: str) -> bool:
    """Tell whether an instant is written as a day without a time."""
    wall = _WALL.fullmatch(text.strip())
    return wall is not None and wall[2] is None


def _on_the_wall(wall: re.Match[str], zone: tzinfo) -> int | None:
    from datetime import datetime, time

    from convledger.clock import EPOCH

    try:
        day = date.fromisoformat(wall[1])
        if wall[2] is None:
            moment = datetime.combine(day, time(12), zone)
        else:
            clock = time(int(wall[2]), int(wall[3]), int(wall[4] or 0))
            moment = datetime.combine(day, clock, zone)
        return int((moment - EPOCH).total_seconds()) * 1_000_000
    except (ValueError, OverflowError):
        return None
