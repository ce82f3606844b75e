"""Why an entry is worth another look: reasons that a person can check, never a verdict."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from msgspec import Struct

from convledger.clock import DAY, SECOND, to_datetime
from convledger.memory.dated import (
    newest_versions,
    older_version,
    past_day,
    soon_words,
    telling,
)
from convledger.memory.readers.registry import CARRIED
from convledger.memory.words import ARCHIVED, PROJECT, PROPOSED, SNOOZED
from convledger.store.entries import Entry, entries_where
from convledger.store.packs import NO_PACK
from convledger.store.patterns import any_project, labelled, project_column
from convledger.text.secret_rules import KINDS

UNUSED = 90  # days without a pack or a conversation that carried it
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


class Reason(Struct, frozen=True, gc=False):
    """Why: its `kind`, a few words about this entry, and the other entry of a pair."""

    kind: str
    words: str = ""
    other_id: int | None = None

    @property
    def weight(self) -> int:
        """How much it weighs beside others."""
        return WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True)
class Survey:
    """All entries that are not archived, with why each is worth a look, the weightiest first.

    `reasons` holds those that have any, be they snoozed or not; `asleep` are the snoozed ones.
    """

    entries: Mapping[int, Entry]
    reasons: Mapping[int, Sequence[Reason]]
    asleep: frozenset[int]

    @property
    def awake(self) -> dict[int, Sequence[Reason]]:
        """The reasons of the entries that are not snoozed."""
        return {one: why for one, why in self.reasons.items() if one not in self.asleep}


def survey(connection: sqlite3.Connection, now: int, zone: tzinfo) -> Survey:
    """Look at all entries that are not archived: once for all that is asked about them."""
    entries = {each.id: each for each in entries_where(connection, "state<>?", (ARCHIVED,))}
    asleep = (each.id for each in entries.values() if _is_asleep(each, now))
    found: dict[int, list[Reason]] = defaultdict(list)
    for entry_id, reason in (
        *_pairs(connection),
        *_findings(connection),
        *_sources(connection),
        *_unused(connection, now),
    ):
        if entry_id in entries:
            found[entry_id].append(reason)
    for entry in entries.values():
        for reason in _own(entry, now, zone):
            found[entry.id].append(reason)
    for entry_id, reason in _out_of_date(entries, now, zone):
        found[entry_id].append(reason)
    dated = _with_dates(connection)
    for entry in entries.values():
        if entry.source_date is None and entry.id not in dated:
            found[entry.id].append(Reason(NO_DATE))
    for reasons in found.values():
        if len(reasons) > 1:
            reasons.sort(key=_lightest_last)
    return Survey(entries, found, frozenset(asleep))


def reasons_of(
    connection: sqlite3.Connection, now: int, zone: tzinfo
) -> Mapping[int, Sequence[Reason]]:
    """Return why each entry that is not archived is worth a look, the weightiest reason first.

    One that is snoozed has none until it is due.
    """
    return survey(connection, now, zone).awake


def _lightest_last(reason: Reason) -> int:
    return -WEIGHTS[reason.kind]


def _is_asleep(entry: Entry, now: int) -> bool:
    return entry.state == SNOOZED and (entry.review_at or 0) > now


def _own(entry: Entry, now: int, zone: tzinfo) -> Iterator[Reason]:
    """Yield what is noted of an entry."""
    if entry.state == PROPOSED:
        yield _NEW
    if entry.valid_to is not None and entry.valid_to <= now:
        yield Reason(EXPIRED, f"it held until {_day(entry.valid_to, zone)}")
    if entry.review_at is not None and entry.review_at <= now:
        yield Reason(DUE, f"since {_day(entry.review_at, zone)}")


def _out_of_date(
    entries: Mapping[int, Entry], now: int, zone: tzinfo
) -> Iterator[tuple[int, Reason]]:
    """Yield which texts go out of date by themselves, by what they say."""
    today = to_datetime(now).astimezone(zone).date()
    telling_ones = telling((each.id, _text(each)) for each in entries.values())
    newest = newest_versions(
        (_text(entries[each]), entries[each].recorded_at) for each in telling_ones
    )
    for entry_id in telling_ones:
        entry = entries[entry_id]
        text = _text(entry)
        soon = soon_words(text)
        past = past_day(text, today)
        said = entry.source_date if entry.state == PROPOSED else None
        verified = entry.verified_at or said or entry.recorded_at
        # When a proposed text was said is often not known, and nobody has looked at it since.
        unseen = entry.state == PROPOSED and not (entry.verified_at or said)
        if soon and now - verified > 7 * DAY:
            yield entry_id, Reason(DATED, f"“{soon}”")
        elif past is not None and (unseen or verified < _noon(past, zone)):
            yield entry_id, Reason(DATED, f"{past.isoformat()} is past")
        elif old := older_version(text, newest, _looked_at(entry)):
            yield entry_id, Reason(DATED, old)


_NEW = Reason(NEW, "nobody has looked at it yet")


def _looked_at(entry: Entry) -> int | None:
    """Return when somebody last said that an entry is true; to write it says nothing of others."""
    at = entry.verified_at
    return None if at is None or at <= entry.recorded_at else at


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
    quiet = _quiet_scopes(connection, before)
    rows = connection.execute(
        "SELECT id FROM entry WHERE state='active' AND recorded_at<? AND NOT EXISTS ("
        "SELECT 1 FROM pack_render_item JOIN pack_render ON pack_render.id=render_id "
        f"WHERE entry_id=entry.id AND pack_render.at>=? AND pack_id!={NO_PACK}) AND NOT EXISTS ("
        "SELECT 1 FROM memory_item JOIN memory_file ON memory_file.id=file_id "
        "WHERE entry_id=entry.id AND memory_file.state='live' "
        f"AND format IN ({','.join(map(repr, sorted(CARRIED)))}) "
        f"AND scope NOT IN ({','.join('?' * len(quiet))}))",
        (before, before, *quiet),
    )
    for (entry_id,) in rows:
        yield entry_id, Reason(IDLE, f"in no pack or conversation for {UNUSED} days")


def _quiet_scopes(connection: sqlite3.Connection, since: int) -> list[str]:
    """Return the scopes of files that no conversation was in; none where nothing tells of any."""
    lately = "SELECT 1 FROM conversation WHERE last_at>=?"
    if connection.execute(f"{lately} LIMIT 1", (since,)).fetchone() is None:
        return []
    quiet = []
    for (scope,) in connection.execute("SELECT DISTINCT scope FROM memory_file WHERE scope<>''"):
        kind, _, name = scope.partition(":")
        if f"{kind}:" == PROJECT:
            test, values = any_project(project_column(connection), [name])
        else:
            test, values = labelled("conversation.id", kind, [name])
        found = connection.execute(f"{lately} AND {test} LIMIT 1", (since, *values))
        if found.fetchone() is None:
            quiet.append(scope)
    return quiet
