"""Verifies the totals: that they are what the calls come to, and count none that is gone."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from convledger.money import usd_display
from convledger.store.calls import LOW, LOW_BITS, SUMS, USAGE, rebuilt_sums, rebuilt_usage, whole
from convledger.store.findings import FIX, Finding
from convledger.store.findings import SUMS as SUMS_REPAIR
from convledger.words import plural

_RESTORE = (
    "`convledger restore` brings a backup back; without one, move the file aside and run "
    "`convledger import`: the logs still hold what they held. `--fix` leaves the totals as they "
    "are, for they alone tell of it"
)
_WAY_OUT = f"{FIX}; `convledger check --deep` says whether the cost of a call was changed"

Row = tuple[int, ...]


class Totals(NamedTuple):
    """Totals that are kept beside the calls, and where in a row of them what stands."""

    stored: Iterable[Row]
    rebuilt: Iterable[Row]
    conversation: int
    calls: int
    tokens: tuple[int, ...]
    pico: int

    def is_same(self) -> bool:
        """Whether what is stored is what the calls give."""
        return all(have == want for have, want in zip_longest(self.stored, self.rebuilt))

    def difference(self) -> str:
        """Say how what is stored differs from what the calls give."""
        have, want = set(self.stored), set(self.rebuilt)
        talks = len({row[self.conversation] for row in have ^ want})
        off = [self._amounts(have - want, at) - self._amounts(want - have, at)
               for at in ((self.calls,), self.tokens, (self.pico,))]  # fmt: skip
        told = [
            f"{amount} too {'many' if off[place] > 0 else 'few'}"
            for place, amount in enumerate(
                (plural(abs(off[0]), "call"), plural(abs(off[1]), "token"))
            )
            if off[place]
        ]
        if off[2]:
            told.append(f"{usd_display(abs(off[2]))} too {'much' if off[2] > 0 else 'little'}")
        words = f"the totals of {plural(talks, 'conversation')} are not what the calls come to"
        return f"{words}: {', '.join(told)}" if told else words

    def _amounts(self, rows: Iterable[Row], at: tuple[int, ...]) -> int:
        return sum(row[place] for row in rows for place in at)


def sums_findings(connection: sqlite3.Connection) -> list[Finding]:
    """Compare the roll-up and the sums by conversation with the calls in them.

    Where both count more calls than there are, calls were lost: working the totals out anew would
    make that good for ever.
    """
    for totals in (_roll_up, _sums):
        if not totals(connection).is_same():
            lost = _lost(connection)
            if lost:
                return [Finding("sums", lost, _RESTORE)]
            problem = totals(connection).difference()
            return [Finding("sums", problem, _WAY_OUT, repair=SUMS_REPAIR)]
    return []


def _roll_up(connection: sqlite3.Connection) -> Totals:
    """Return the roll-up by quarter hour, conversation and model."""
    stored = connection.execute(
        f"SELECT quarter, conversation_id, model_id, {USAGE} FROM usage ORDER BY 1, 2, 3"
    )
    return Totals(stored, rebuilt_usage(connection), 1, 3, (6, 7, 9, 10, 11), 13)


def _sums(connection: sqlite3.Connection) -> Totals:
    """Return the sums by conversation and model."""
    stored = connection.execute(
        f"SELECT conversation_id, model_id, {SUMS} FROM conversation_sum ORDER BY 1, 2"
    )
    return Totals(_joined(stored), _joined(rebuilt_sums(connection)), 0, 2, (5,), 6)


def _joined(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield sums with one amount for its two halves."""
    for *others, high, low in rows:
        yield (*others, whole(high, low))


def _lost(connection: sqlite3.Connection) -> str:
    """Say which calls both totals count and are not there, "" where none is missing."""
    rolled: Counter[Row] = Counter()
    for conversation_id, model_id, calls in connection.execute(
        "SELECT conversation_id, model_id, calls FROM usage"
    ):
        rolled[conversation_id, model_id] += calls
    # Not by an index: one that lags behind its rows would make them look gone.
    there = {
        (conversation_id, model_id): (calls, whole(high or 0, low or 0))
        for conversation_id, model_id, calls, high, low in connection.execute(
            f"SELECT conversation_id, model_id, count(*), sum(list_pico >> {LOW_BITS}), "
            f"sum(list_pico & {LOW}) FROM call NOT INDEXED GROUP BY 1, 2"
        )
    }
    count, pico, talks = 0, 0, set()
    for conversation_id, model_id, calls, high, low in connection.execute(
        "SELECT conversation_id, model_id, calls, list_high, list_low FROM conversation_sum"
    ):
        have, cost = there.get((conversation_id, model_id), (0, 0))
        missing = min(calls, rolled[conversation_id, model_id]) - have
        if missing > 0:
            count += missing
            pico += whole(high, low) - cost
            talks.add(conversation_id)
    if not count:
        return ""
    worth = f" and {usd_display(pico)}" if pico else ""
    return (
        f"calls were lost: the totals tell of {plural(count, 'call')}{worth} more than there are, "
        f"in {plural(len(talks), 'conversation')}"
    )
