"""Writes calls: each request once, whichever files tell of it, with the roll-up kept in step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import astuple

from convledger.clock import QUARTER

_COLUMNS = (
    "reader_id, key, variant, conversation_id, agent_id, file_id, line, at, model_id, context, "
    "sidechain, approximate, input, output, reasoning, cache_read, cache_write_5m, "
    "cache_write_1h, web_searches, list_pico, price_state, reported_pico"
)
PRICED, ESTIMATED, UNPRICED = 1, 3, 4  # price states; of an estimate price or tokens are a guess
# Why the tokens of a call are in doubt: bits of `approximate`, beside 1 for a copy that may count.
ROUNDED, MISSING, COUNTED = 2, 4, 8
_IN_STEP = 500

# Of two copies of a call, the one in the file that was begun first belongs there.
Birth = tuple[int, int, int, str]


class CallRow(Struct, gc=False):
    """A call as it is stored; amounts are picodollars, `at` UTC microseconds."""

    reader_id: int
    key: str
    variant: str
    conversation_id: int
    agent_id: int | None
    file_id: int
    line: int
    at: int
    model_id: int
    context: str
    sidechain: int
    approximate: int
    input: int
    output: int
    reasoning: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_searches: int
    list_pico: int | None
    price_state: int
    reported_pico: int | None
    id: int = 0
    dirty: bool = False

    @property
    def total(self) -> int:
        """All tokens of the call."""
        return (
            self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h
        )

    def values(self) -> tuple[object, ...]:
        """The stored columns, in their order."""
        return astuple(self)[:22]


@dataclass(slots=True)
class CallBook:
    """The calls of one batch on their way into the ledger, beside those that they may repeat."""

    connection: sqlite3.Connection
    births: dict[int, Birth] = field(default_factory=dict)
    met: int = 0  # calls of this batch that were stored already
    _known: dict[tuple[int, str], list[CallRow]] = field(default_factory=dict)
    _deltas: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)

    def add(self, rows: list[CallRow]) -> None:
        """Take in `rows`, merging each with a stored copy of the same request."""
        self._load({(row.reader_id, row.key) for row in rows} - self._known.keys())
        for row in rows:
            group = self._known[row.reader_id, row.key]
            twin = _twin(group, row)
            self.met += twin is not None and twin.id > 0
            if twin is None:
                row.dirty = True
                group.append(row)
            elif self._differs(twin, row):
                if twin.id:
                    self._count(twin, -1)
                self._merge(twin, row)
                if twin.id:
                    self._count(twin, 1)

    def change(self, row: CallRow, **values: int | None) -> None:
        """Change what is stored of a call."""
        self._known.setdefault((row.reader_id, row.key), []).append(row)
        self._count(row, -1)
        for name, value in values.items():
            setattr(row, name, value)
        self._count(row, 1)
        row.dirty = True

    def _load(self, names: set[tuple[int, str]]) -> None:
        by_reader: dict[int, list[str]] = {}
        for reader_id, key in names:
            self._known[reader_id, key] = []
            by_reader.setdefault(reader_id, []).append(key)
        for reader_id, keys in by_reader.items():
            for start in range(0, len(keys), _IN_STEP):
                some = keys[start : start + _IN_STEP]
                marks = ",".join("?" * len(some))
                found = self.connection.execute(
                    f"SELECT {_COLUMNS}, id FROM call WHERE reader_id=? AND key IN ({marks})",
                    (reader_id, *some),
                )
                for values in found:
                    self._known[reader_id, values[1]].append(CallRow(*values))

    def _differs(self, twin: CallRow, row: CallRow) -> bool:
        return (
            _is_fuller(row, twin)
            or (row.reported_pico is not None and twin.reported_pico is None)
            or self._owns(row, twin)
        )

    def _owns(self, row: CallRow, twin: CallRow) -> bool:
        """Tell whether `row`, rather than the stored copy, stands in the original conversation."""
        if row.sidechain != twin.sidechain:
            return row.sidechain < twin.sidechain
        if row.conversation_id == twin.conversation_id:
            return False
        last = (1, 0, 0, "")
        return self.births.get(row.file_id, last) < self.births.get(twin.file_id, last)

    def _merge(self, twin: CallRow, row: CallRow) -> None:
        """Make the stored call that of its owner, with the numbers of the fuller copy."""
        owns, fuller = self._owns(row, twin), _is_fuller(row, twin)
        if fuller or (owns and row.total == twin.total):
            for name in (
                "at", "model_id", "context", "approximate", "input", "output", "reasoning",
                "cache_read", "cache_write_5m", "cache_write_1h", "web_searches", "list_pico",
                "price_state",
            ):  # fmt: skip
                setattr(twin, name, getattr(row, name))
        same = (row.conversation_id, row.sidechain) == (twin.conversation_id, twin.sidechain)
        if owns or (fuller and same):
            for name in ("conversation_id", "agent_id", "file_id", "line", "sidechain", "variant"):
                setattr(twin, name, getattr(row, name))
        if twin.reported_pico is None:
            twin.reported_pico = row.reported_pico
        twin.dirty = True

    def _count(self, row: CallRow, sign: int) -> None:
        name = (row.at // QUARTER, row.conversation_id, row.model_id)
        total = self._deltas.get(name)
        if total is None:
            total = self._deltas[name] = [0] * 13
        for place, value in enumerate(usage_of(row)):
            if value:
                total[place] += sign * value

    def write(self) -> int:
        """Store what is new or changed and return how many calls are new."""
        dirty = [row for group in self._known.values() for row in group if row.dirty]
        fresh = [row for row in dirty if not row.id]
        marks = ",".join("?" * 22)
        last = int(self.connection.execute("SELECT coalesce(max(id), 0) FROM call").fetchone()[0])
        names = ", ".join(f"{name.strip()}=?" for name in _COLUMNS.split(","))
        self.connection.executemany(
            f"UPDATE call SET {names} WHERE id=?",
            ((*row.values(), row.id) for row in dirty if row.id),
        )
        # Behind the changes: a new call may have the name that a changed one had until now.
        self.connection.executemany(
            f"INSERT INTO call ({_COLUMNS}) VALUES ({marks})",
            (row.values() for row in fresh),
        )
        add_usage(self.connection, self._deltas)
        add_usage_of_calls(self.connection, last)
        add_sums(self.connection, self._deltas)
        add_sums_of_calls(self.connection, last)
        self._known.clear()
        self._deltas.clear()
        self.met = 0
        return len(fresh)


def uncount(connection: sqlite3.Connection, conversation_ids: Iterable[int]) -> None:
    """Make the tokens unknown that were counted from texts of conversations, to count them anew."""
    book = CallBook(connection)
    for conversation_id in conversation_ids:
        rows = connection.execute(
            f"SELECT {_COLUMNS}, id FROM call WHERE conversation_id=? AND approximate & 8 != 0",
            (conversation_id,),
        ).fetchall()
        for values in rows:
            row = CallRow(*values)
            book.change(
                row, input=0, output=0, approximate=row.approximate & ~COUNTED, list_pico=None,
                price_state=UNPRICED,
            )  # fmt: skip
    book.write()


def in_doubt(doubt: int, pico: int | None, state: int) -> tuple[int | None, int]:
    """Return a call's cost and price state by how its tokens are known: `approximate` of it."""
    if doubt & MISSING and not doubt & COUNTED:
        return None, UNPRICED
    return pico, ESTIMATED if state == PRICED and doubt & (ROUNDED | COUNTED) else state


def _is_fuller(row: CallRow, twin: CallRow) -> bool:
    """Tell whether a copy knows more of a call's tokens; what is recorded beats what is counted."""
    is_known, was_known = not row.approximate & MISSING, not twin.approximate & MISSING
    if is_known != was_known:
        return is_known
    return row.total > twin.total


def _twin(group: list[CallRow], row: CallRow) -> CallRow | None:
    """Return the stored copy of the same request: by variant, and by id alone for side chains."""
    for other in group:
        if other.variant == row.variant:
            return other
    for other in group:
        if row.sidechain or other.sidechain or not row.variant or not other.variant:
            return other
    return None


def usage_of(row: CallRow) -> tuple[int, ...]:
    """Return what a call adds to the roll-up."""
    return (
        1,
        row.list_pico is None,
        row.price_state == ESTIMATED,
        row.input,
        row.output,
        row.reasoning,
        row.cache_read,
        row.cache_write_5m,
        row.cache_write_1h,
        row.web_searches,
        row.list_pico or 0,
        row.reported_pico is not None,
        row.reported_pico or 0,
    )


USAGE = (
    "calls, unpriced_calls, estimated_calls, input, output, reasoning, cache_read, "
    "cache_write_5m, cache_write_1h, web_searches, list_pico, reported_calls, reported_pico"
)


_NAMES = [name.strip() for name in USAGE.split(",")]
_ADDED = ", ".join(f"{name}={name}+excluded.{name}" for name in _NAMES)
_SUMS = (
    "count(*), sum(list_pico IS NULL), "
    f"sum(price_state={ESTIMATED}), sum(input), sum(output), sum(reasoning), sum(cache_read), "
    "sum(cache_write_5m), sum(cache_write_1h), sum(web_searches), coalesce(sum(list_pico), 0), "
    "sum(reported_pico IS NOT NULL), coalesce(sum(reported_pico), 0)"
)


def add_usage(
    connection: sqlite3.Connection, deltas: dict[tuple[int, int, int], list[int]]
) -> None:
    """Add differences to the roll-up by quarter hour, conversation and model."""
    changes = [(*name, *values) for name, values in deltas.items() if any(values)]
    marks = ",".join("?" * 16)
    connection.executemany(
        f"INSERT INTO usage (quarter, conversation_id, model_id, {USAGE}) VALUES ({marks}) "
        f"ON CONFLICT DO UPDATE SET {_ADDED}",
        changes,
    )
    connection.executemany(
        "DELETE FROM usage WHERE quarter=? AND conversation_id=? AND model_id=? AND calls=0",
        [name for name, values in deltas.items() if values[0] < 0],
    )


def add_usage_of_calls(connection: sqlite3.Connection, after: int) -> None:
    """Add the calls with ids above `after` to the roll-up."""
    connection.execute(
        f"INSERT INTO usage (quarter, conversation_id, model_id, {USAGE}) "
        f"SELECT at/{QUARTER}, conversation_id, model_id, {_SUMS} FROM call WHERE id>? "
        f"GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 ON CONFLICT DO UPDATE SET {_ADDED}",
        (after,),
    )


# Picodollars of many calls can pass 64 bits: the halves are summed apart. How much of a sum stands
# in which half is left open, so that one can be taken off again.
LOW_BITS, LOW = 30, (1 << 30) - 1
SUMS = "calls, unpriced_calls, estimated_calls, tokens, list_high, list_low"
_TOKENS = "input + output + cache_read + cache_write_5m + cache_write_1h"
_SUMS_OF_CALLS = (
    f"count(*), sum(list_pico IS NULL), sum(price_state={ESTIMATED}), sum({_TOKENS}), "
    f"coalesce(sum(list_pico >> {LOW_BITS}), 0), coalesce(sum(list_pico & {LOW}), 0)"
)
_SUMS_ADDED = ", ".join(f"{name}={name}+excluded.{name}" for name in SUMS.split(", "))
_PUT_SUMS = f"INSERT INTO conversation_sum (conversation_id, model_id, {SUMS})"


def whole(high: int, low: int) -> int:
    """Return picodollars whose halves were summed apart."""
    return (high << LOW_BITS) + low


def add_sums(connection: sqlite3.Connection, deltas: dict[tuple[int, int, int], list[int]]) -> None:
    """Add differences of the roll-up to the sums by conversation and model."""
    sums: dict[tuple[int, int], list[int]] = {}
    for (_, conversation_id, model_id), values in deltas.items():
        total = sums.setdefault((conversation_id, model_id), [0] * 6)
        calls, unpriced, estimated, sent, said, _, read, short, long, _, pico, *_ = values
        tokens = sent + said + read + short + long
        parts = (calls, unpriced, estimated, tokens, pico >> LOW_BITS, pico & LOW)
        for place, value in enumerate(parts):
            total[place] += value
    connection.executemany(
        f"{_PUT_SUMS} VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET {_SUMS_ADDED}",
        [(*name, *values) for name, values in sums.items() if any(values)],
    )
    connection.executemany(
        "DELETE FROM conversation_sum WHERE conversation_id=? AND model_id=? AND calls=0",
        [name for name, values in sums.items() if values[0] < 0],
    )


def add_sums_of_calls(connection: sqlite3.Connection, after: int) -> None:
    """Add the calls with ids above `after` to the sums by conversation and model."""
    connection.execute(
        f"{_PUT_SUMS} SELECT conversation_id, model_id, {_SUMS_OF_CALLS} FROM call WHERE id>? "
        f"GROUP BY 1, 2 ORDER BY 1, 2 ON CONFLICT DO UPDATE SET {_SUMS_ADDED}",
        (after,),
    )


def rebuilt_sums(connection: sqlite3.Connection) -> Iterable[tuple[int, ...]]:
    """Yield the sums by conversation and model as the calls give them."""
    return connection.execute(
        f"SELECT conversation_id, model_id, {_SUMS_OF_CALLS} FROM call GROUP BY 1, 2 ORDER BY 1, 2"
    )


def rebuilt_usage(connection: sqlite3.Connection) -> Iterable[tuple[int, ...]]:
    """Yield the roll-up as the calls give it, for `check` to compare with what is stored."""
    return connection.execute(
        f"SELECT at/{QUARTER}, conversation_id, model_id, {_SUMS} FROM call "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )


def rebuild_usage(connection: sqlite3.Connection) -> None:
    """Work the roll-up and all sums out anew from the calls; belongs into a transaction."""
    connection.execute("DELETE FROM usage")
    add_usage_of_calls(connection, 0)
    connection.execute("DELETE FROM conversation_sum")
    add_sums_of_calls(connection, 0)


def rebuild_usage_of(connection: sqlite3.Connection, conversation_ids: str) -> None:
    """Work the roll-up and the sums of some conversations, a JSON list, out anew from the calls."""
    among = "conversation_id IN (SELECT value FROM json_each(?))"
    for table in ("usage", "conversation_sum"):
        connection.execute(f"DELETE FROM {table} WHERE {among}", (conversation_ids,))
    connection.execute(
        f"INSERT INTO usage (quarter, conversation_id, model_id, {USAGE}) "
        f"SELECT at/{QUARTER}, conversation_id, model_id, {_SUMS} FROM call WHERE {among} "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        (conversation_ids,),
    )
    connection.execute(
        f"{_PUT_SUMS} SELECT conversation_id, model_id, {_SUMS_OF_CALLS} FROM call "
        f"WHERE {among} GROUP BY 1, 2 ORDER BY 1, 2",
        (conversation_ids,),
    )
