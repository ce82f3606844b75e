"""What was found in a workspace: every question about findings, and every decision about them."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from convledger.clock import seconds_passed
from convledger.memory import findings
from convledger.memory.erase_course import Course, Heed
from convledger.memory.erase_findings import (
    Redaction,
    RedactionOutlook,
    redact,
    redaction_outlook,
)
from convledger.memory.finding_rows import (
    ENTRY,
    MESSAGE,
    OPEN,
    Finding,
    findings_numbered,
    findings_where,
    standing,
    text_with,
)
from convledger.memory.findings import Scanned
from convledger.store.connection import in_words
from convledger.text.secrets import KINDS, veiled

if TYPE_CHECKING:
    from convledger.memory.erase import Outcome

KIND, PLACE, RULE = "kind", "place", "rule"
FACETS = (KIND, PLACE, RULE)
FOUND_KINDS = ("secret", "personal", "bait")
PLACES = {ENTRY: "entries", MESSAGE: "conversations"}
AROUND = 1_200  # characters before and behind a finding
_AT_ONCE = 20  # entries that are looked at while somebody waits
_PARTS = {"body": "text"}
_SAID_BY = {1: "you", 2: "assistant", 3: "thinking", 4: "tool call", 5: "tool result"}


@dataclass(frozen=True, slots=True)
class FindingQuery:
    """Which open findings: of these kinds, places and rules; of all where there is none."""

    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingListing:
    """The findings that a list shows, in order, and what they can be narrowed by.

    `open` counts all there are, `unseen` the messages that these rules have not looked at.
    """

    ids: array[int]
    open: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    unseen: int = 0


class FindingLine(NamedTuple):
    """What a list says of a finding; nothing in it tells more of the thing than `redacted`.

    `part` is which text of an entry, or who said it; `title` that of the entry or conversation.
    """

    id: int
    kind: str
    rule: str
    redacted: str
    place: str
    title: str
    part: str
    at: int | None
    object_id: int
    conversation_id: int | None


class FindingSight(NamedTuple):
    """A finding with the text around it, in which nothing else that is found can be read.

    `found` is in full where `is_whole`; `is_gone` where it stands there no more.
    """

    line: FindingLine
    before: str
    found: str
    after: str
    is_whole: bool
    is_gone: bool


class Findings:
    """Secrets, personal data and bait; instants are UTC microseconds."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        alone: Callable[[float], AbstractContextManager[None]],
    ) -> None:
        self._connection = connection
        self._path = path
        self._alone = alone

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self._path

    # ---- questions

    @in_words
    def listing(self, query: FindingQuery) -> FindingListing:
        """Return the open findings that a query means: secrets first, entries, then the newest."""
        rows = self._connection.execute(
            "SELECT id, rule, object FROM finding WHERE status=? ORDER BY id DESC", (OPEN,)
        ).fetchall()
        asked = {KIND: query.kinds, PLACE: query.places, RULE: query.rules}
        facets = {name: Counter[str]() for name in FACETS}
        ids: list[tuple[int, bool, int]] = []
        for place, (_, rule, what) in enumerate(rows):
            mine = {KIND: KINDS.get(rule, "secret"), PLACE: what, RULE: rule}
            misses = [name for name in FACETS if asked[name] and mine[name] not in asked[name]]
            if not misses:
                ids.append((FOUND_KINDS.index(mine[KIND]), what != ENTRY, place))
            for name in FACETS:
                if not misses or misses == [name]:
                    facets[name][mine[name]] += 1
        ids.sort()
        return FindingListing(
            array("q", (rows[place][0] for *_, place in ids)),
            len(rows),
            {name: dict(counts) for name, counts in facets.items()},
            findings.unseen(self._connection),
        )

    @in_words
    def lines(self, numbers: Iterable[int]) -> list[FindingLine]:
        """Return what a list says of findings, those that there are."""
        marks = ",".join("?" * len(wanted := list(numbers)))
        found = findings_where(self._connection, f"id IN ({marks})", wanted)
        return [self._line(each) for each in found]

    @in_words
    def sight(self, number: int, *, whole: bool = False) -> FindingSight | None:
        """Return a finding in its text, in full for a person who asked for that."""
        found = next(findings_where(self._connection, "id=?", (number,)), None)
        if found is None:
            return None
        text = text_with(self._connection, found)
        start, end = found.start, found.start + found.length
        stands = number in standing(self._connection, found.object, found.object_id)
        if not stands:
            return FindingSight(self._line(found), "", found.redacted, "", False, True)
        hidden = veiled(text, FOUND_KINDS[:2])
        return FindingSight(
            self._line(found),
            hidden[max(0, start - AROUND) : start],
            (text if whole else hidden)[start:end],
            hidden[end : end + AROUND],
            whole,
            False,
        )

    def _line(self, found: Finding) -> FindingLine:
        title, at, conversation_id = "", None, None
        part = _PARTS.get(found.field, found.field.partition(" ")[0])
        if found.object == MESSAGE:
            row = self._connection.execute(
                "SELECT conversation.title, message.at, message.kind, conversation_id FROM message "
                "JOIN conversation ON conversation.id=conversation_id WHERE message.id=?",
                (found.object_id,),
            ).fetchone()
            if row is not None:
                title, at, kind, conversation_id = row
                part = _SAID_BY.get(kind, "note")
        else:
            row = self._connection.execute(
                "SELECT title, coalesce(source_date, recorded_at) FROM entry WHERE id=?",
                (found.object_id,),
            ).fetchone()
            if row is not None:
                title, at = row
        return FindingLine(
            found.id, found.kind, found.rule, found.redacted, found.object,
            veiled(title or "", FOUND_KINDS[:2]), part, at, found.object_id, conversation_id,
        )  # fmt: skip

    # ---- decisions

    @in_words
    def dismiss(self, numbers: Sequence[int], now: int) -> int:
        """Say that findings are none; return how many were open."""
        return findings.dismiss_findings(self._connection, numbers, now)

    @in_words
    def outlook(self, wanted: Redaction, now: int) -> RedactionOutlook:
        """Return what a redaction would take out."""
        return redaction_outlook(self._connection, self._path, wanted, now)

    @in_words
    def redact(
        self,
        wanted: Redaction,
        *,
        now: int,
        wait_seconds: float = 10.0,
        heed: Heed | None = None,
    ) -> Outcome | None:
        """Take findings out for good, and look whether they are gone; None where none was there.

        `heed` hears of each step and may stop it. Nothing takes it back.
        """
        course = Course(seconds_passed, heed)
        with self._alone(wait_seconds):
            outcome = redact(
                self._connection, self._path, wanted, now, course, wait_seconds=wait_seconds
            )
        if outcome is not None:
            self._look_for_pairs(wanted, now)
        return outcome

    def _look_for_pairs(self, wanted: Redaction, now: int) -> None:
        """Look for pairs of entries whose texts are others now."""
        from convledger.memory.pairing import refresh_pairs

        found = findings_numbered(self._connection, wanted.findings)
        mine = (each.object_id for each in found if each.object == ENTRY)
        entries = list(dict.fromkeys((*wanted.entries, *mine)))
        if 0 < len(entries) <= _AT_ONCE:
            refresh_pairs(self._connection, entries, now)

    # ---- looking

    @in_words
    def look_at_entries(self, now: int) -> int:
        """Look through all entries; return how many findings in them are open."""
        return findings.scan_entries(self._connection, None, now)

    @in_words
    def look_further(
        self,
        now: int,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Scanned:
        """Look through the messages that were not looked at so far, from where that was left."""
        return findings.scan_messages(
            self._connection, now, is_stopped=is_stopped, progress=progress
        )
