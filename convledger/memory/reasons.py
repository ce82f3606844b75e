"""Why an entry is worth another look: reasons that a person can check, never a verdict."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from convledger.clock import DAY, SECOND, to_datetime
from convledger.memory.dated import Version, newest_versions, older_version, past_day, soon_words
from convledger.memory.words import ARCHIVED, PROPOSED, SNOOZED
from convledger.store.entries import Entry, entries_where
from convledger.store.packs import NO_PACK
from convledger.text.secret_rules import KINDS

UNUSED = 90  # days without a pack or a file that carries it
SECRET, CONFLICT, EXPIRED, CHANGED, MISSING, NEW, DUE, DATED, DUPLICATE, SUPERSEDED = (
    "secret", "conflict", "expired", "changed", "missing", "new", "due", "dated", "duplicate",
    "superseded",
)  # fmt: skip
BAIT, IDLE, NO_SOURCE, NO_DATE = "bait", "unused", "no source", "no date"
# What weighs most comes first; among equals what costs most.
WEIGHTS = {
    SECRET: 100, BAIT: 90, CONFLICT: 80, EXPIRED: 70, CHANGED: 50, MISSING: 45, NEW: 40, DUE: 35,
    DUPLICATE: 30, SUPERSEDED: 25, DATED: 20, IDLE: 10, NO_SOURCE: 5, NO_DATE: 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: its `kind`, a few words about this entry, and the other entry of a pair."""

    kind: str
    words: str = ""
    other_id: int | None = None

    @property
    def weight(self) -> int:
        """How much it weighs beside others."""
        return WEIGHTS[self.kind]


def reasons_of(
    connection: sqlite3.Connection, now: int, zone: tzinfo, entry_ids: Iterable[int] | None = None
) -> dict[int, list[Reason]]:
    """Return why each entry that is not archived is worth a look, the weightiest reason first.

    All entries are looked at unless some are told. One that is snoozed has none until it is due.
    """
    wanted = None if entry_ids is None else set(entry_ids)
    entries = [
        each
        for each in entries_where(connection, "state<>?", (ARCHIVED,))
        if not (each.state == SNOOZED and (each.review_at or 0) > now)
    ]
    looked_at = [each for each in entries if wanted is None or each.id in wanted]
    found: dict[int, list[Reason]] = defaultdict(list)
    ids = {each.id for each in looked_at}
    for entry_id, reason in (
        *_pairs(connection),
        *_findings(connection),
        *_sources(connection),
        *_unused(connection, now),
    ):
        if entry_id in ids:
            found[entry_id].append(reason)
    today = to_datetime(now).astimezone(zone).date()
    newest = newest_versions(_text(each) for each in entries)
    dated = _with_dates(connection)
    for entry in looked_at:
        found[entry.id] += _own(entry, now, today, zone, newest)
        if entry.source_date is None and entry.id not in dated:
            found[entry.id].append(Reason(NO_DATE))
    for reasons in found.values():
        reasons.sort(key=lambda reason: -reason.weight)
    return {entry_id: reasons for entry_id, reasons in found.items() if reasons}


def _own(
    entry: Entry, now: int, today: date, zone: tzinfo, newest: dict[str, Version]
) -> Iterator[Reason]:
    """Yield what an entry says about itself."""
    if entry.state == PROPOSED:
        yield Reason(NEW, "nobody has looked at it yet")
    if entry.valid_to is not None and entry.valid_to <= now:
        yield Reason(EXPIRED, f"it held until {_day(entry.valid_to, zone)}")
    if entry.review_at is not None and entry.review_at <= now:
        yield Reason(DUE, f"since {_day(entry.review_at, zone)}")
    text = _text(entry)
    soon = soon_words(text)
    past = past_day(text, today)
    verified = entry.verified_at or entry.recorded_at
    if soon and now - verified > 7 * DAY:
        yield Reason(DATED, f"“{soon}”")
    elif past is not None and verified < _noon(past, zone):
        yield Reason(DATED, f"{past.isoformat()} is past")
    else:
        old = older_version(text, newest)
        if old:
            yield Reason(DATED, old)


def _text(entry: Entry) -> str:
    return f"{entry.title}\n{entry.body}"


def _noon(day: date, zone: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp()) * SECOND


def _day(at: int, zone: tzinfo) -> str:
    return to_datetime(at).astimezone(zone).date().isoformat()


def _pairs(connection: sqlite3.Connection) -> Iterator[tuple[int, Reason]]:
    rows = connection.execute(
        "SELECT first_id, second_id, entry_pair.kind, reason, one.source_date, two.source_date "
        "FROM entry_pair JOIN entry AS one ON one.id=first_id "
        "JOIN entry AS two ON two.id=second_id "
        "WHERE status='open' AND one.state<>'archived' AND two.state<>'archived'"
    )
    for first, second, kind, words, first_at, second_at in rows:
        for one, other, own_at, other_at in (
            (first, second, first_at, second_at), (second, first, second_at, first_at)
        ):  # fmt: skip
            yield one, Reason(CONFLICT if kind == CONFLICT else DUPLICATE, words, other)
            dates = own_at is not None and other_at is not None
            if kind == CONFLICT and dates and own_at < other_at:
                yield one, Reason(SUPERSEDED, "the other is newer", other)


def _findings(connection: sqlite3.Connection) -> Iterator[tuple[int, Reason]]:
    # What stands in the title and in the text is one reason.
    rows = connection.execute(
        "SELECT object_id, rule, redacted FROM finding WHERE object='entry' AND status='open' "
        "GROUP BY object_id, rule, redacted ORDER BY object_id, min(id)"
    )
    for entry_id, rule, redacted in rows:
        kind = BAIT if KINDS.get(rule) == "bait" else SECRET
        yield entry_id, Reason(kind, f"{rule}: {redacted}" if redacted else rule)


def _sources(connection: sqlite3.Connection) -> Iterator[tuple[int, Reason]]:
    for entry_id, status, place in connection.execute(
        "SELECT entry_id, status, place FROM entry_source WHERE status IN ('changed', 'missing') "
        "GROUP BY entry_id, status"
    ):
        yield entry_id, Reason(CHANGED if status == "changed" else MISSING, place)
    for (entry_id,) in connection.execute(
        "SELECT id FROM entry WHERE NOT EXISTS (SELECT 1 FROM entry_source WHERE entry_id=entry.id)"
    ):
        yield entry_id, Reason(NO_SOURCE)


def _with_dates(connection: sqlite3.Connection) -> set[int]:
    rows = connection.execute(
        "SELECT DISTINCT entry_id FROM entry_source WHERE source_date IS NOT NULL"
    )
    return {row[0] for row in rows}


def _unused(connection: sqlite3.Connection, now: int) -> Iterator[tuple[int, Reason]]:
    before = now - UNUSED * DAY
    rows = connection.execute(
        "SELECT id FROM entry WHERE state='active' AND recorded_at<? AND NOT EXISTS ("
        "SELECT 1 FROM pack_render_item JOIN pack_render ON pack_render.id=render_id "
        f"WHERE entry_id=entry.id AND pack_render.at>=? AND pack_id!={NO_PACK}) AND NOT EXISTS ("
        "SELECT 1 FROM memory_item JOIN memory_file ON memory_file.id=file_id "
        "WHERE entry_id=entry.id AND memory_file.state='live')",
        (before, before),
    )
    for (entry_id,) in rows:
        yield entry_id, Reason(IDLE, f"in no pack or file for {UNUSED} days")
