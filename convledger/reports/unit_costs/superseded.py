"""Finds calls that a later attempt has taken the place of: prompts edited, answers asked anew."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from convledger.economics.ratios import ratio
from convledger.reports.reading import Outline, outline
from convledger.reports.thread import BRANCH, ROLLED_BACK, Head
from convledger.reports.unit_costs.calls import CallFacts

_SAID = "kind BETWEEN 1 AND 4 AND flags & 3 = 0 AND agent_id IS NULL"
_STEPS = "SELECT value FROM json_each(?)"


@dataclass(frozen=True, slots=True)
class Attempts:
    """Calls of one conversation that were superseded, and what they cost (picodollars)."""

    calls: int
    pico: int


@dataclass(frozen=True, slots=True)
class Retries:
    """What attempts cost that a later one took the place of (picodollars), beside those kept.

    `told` are the conversations whose source records which message followed which; of the other
    `untold` ones nobody can say, and they are in neither sum. Both are None where there is no
    conversation of which it can be said.
    """

    superseded: int | None
    kept: int | None
    calls: int
    told: int
    untold: int
    by_talk: Mapping[int, Attempts] = field(default_factory=dict)

    @property
    def overhead(self) -> Fraction | None:
        """What superseded calls cost for each unit of money that kept ones did."""
        if self.superseded is None or self.kept is None:
            return None
        return ratio(self.superseded, self.kept)

    @property
    def multiplier(self) -> Fraction | None:
        """What all calls cost beside what the kept ones alone had."""
        overhead = self.overhead
        return None if overhead is None else 1 + overhead


def retries(connection: sqlite3.Connection, ids: Iterable[int], calls: CallFacts) -> Retries:
    """Return what superseded calls of conversations cost."""
    listed = json.dumps(sorted(ids))
    told = _told(connection, listed)
    by_talk = {}
    for number in sorted(_split(connection, listed) | _taken_back(connection, listed)):
        found = superseded(outline(connection, number))
        if found.calls:
            by_talk[number] = found
            told.add(number)
    own = [talk for number, talk in calls.talks.items() if number in told]
    spent = sum(found.pico for found in by_talk.values())
    known = any(talk.priced for talk in own)
    return Retries(
        superseded=spent if known else None,
        kept=sum(talk.list_pico for talk in own) - spent if known else None,
        calls=sum(found.calls for found in by_talk.values()),
        told=len(own),
        untold=len(calls.talks) - len(own),
        by_talk=by_talk,
    )


def _told(connection: sqlite3.Connection, listed: str) -> set[int]:
    """Return the conversations in which a message names the one that it follows."""
    rows = connection.execute(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM message "
        "WHERE conversation_id=value AND parent_key IS NOT NULL)",
        (listed,),
    )
    return {row[0] for row in rows}


def _split(connection: sqlite3.Connection, listed: str) -> set[int]:
    """Return the conversations in which one message is followed by several of a side."""
    rows = connection.execute(
        "SELECT DISTINCT conversation_id FROM (SELECT conversation_id FROM message WHERE "
        f"parent_key IS NOT NULL AND {_SAID} AND conversation_id IN ({_STEPS}) "
        "GROUP BY conversation_id, parent_key, kind=1 "
        "HAVING min(line) < max(line) OR min(file_id) < max(file_id))",
        (listed,),
    )
    return {row[0] for row in rows}


def _taken_back(connection: sqlite3.Connection, listed: str) -> set[int]:
    rows = connection.execute(
        "SELECT DISTINCT conversation_id FROM message WHERE kind=6 AND name='rolled_back' "
        f"AND conversation_id IN ({_STEPS})",
        (listed,),
    )
    return {row[0] for row in rows}


def superseded(thread: Outline) -> Attempts:
    """Return the calls of a thread that a later attempt took the place of.

    Of the alternates at a point the one that goes on is kept: the last, or where the source tells
    which is shown that one. Everything that follows an alternate goes with it, and so does what
    was taken back.
    """
    heads = thread.heads
    gone = {
        _line(heads[place])
        for branch in thread.branches
        for place in branch.heads
        if place != _kept(heads, branch.heads)
    }
    gone_keys: set[int] = set()
    calls = pico = 0
    for head in heads:
        is_gone = (
            _line(head) in gone or head.parent_key in gone_keys or bool(head.flags & ROLLED_BACK)
        )
        if not is_gone:
            continue
        if head.key is not None:
            gone_keys.add(head.key)
        if head.call is not None:
            calls += 1
            pico += head.call.list_pico or 0
    return Attempts(calls, pico)


def _kept(heads: Sequence[Head], places: Sequence[int]) -> int:
    shown = [place for place in places if not heads[place].flags & BRANCH]
    return shown[-1] if shown else places[-1]


def _line(head: Head) -> tuple[int, int]:
    """The blocks of one line stand together."""
    return head.file_id, head.line
