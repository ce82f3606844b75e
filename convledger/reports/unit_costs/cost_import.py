"""Tells which rows of a table the books have already, and writes the table that reads back so."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from typing import TypeVar

from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.reports import conversations
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.cost_columns import SCOPE_COLUMNS, joined
from convledger.reports.unit_costs.cost_file import CostFile, Find, mark_of_item, mark_of_time
from convledger.reports.unit_costs.entered import near_names
from convledger.store import costs as kept
from convledger.store.costs import HANDED_OVER, StoredItem, WorkedTime

Entry = TypeVar("Entry", StoredItem, WorkedTime)
Row = list[str | int | None]
_MOST_NEAR = 20  # names that are looked for near a wrong one


@dataclass(slots=True)
class CostImport:
    """What a table brings: entries to take, and those that the books have already.

    `away` counts those among the known that were taken away since.
    """

    file: CostFile
    items: list[StoredItem] = field(default_factory=list)
    times: list[WorkedTime] = field(default_factory=list)
    known: int = 0
    away: int = 0


def to_take(connection: sqlite3.Connection, file: CostFile, zone: tzinfo) -> CostImport:
    """Return what of a table is new.

    Equal rows count by their number: a table with two of them brings one more where the books have
    one. A row is known by what it says, also where it was entered by hand, and by its origin where
    it was changed or taken away since.
    """
    found = CostImport(file)
    items = [(mark_of_item(each), each) for each in kept.items(connection, with_gone=True)]
    rows = [(mark_of_item(item), item) for _, item in file.items]
    found.items = list(_new(found, rows, items))
    times = [(mark_of_time(each, zone), each) for each in kept.worked(connection, with_gone=True)]
    worked = [(mark_of_time(time, zone), time) for _, time in file.times]
    found.times = list(_new(found, worked, times))
    return found


def _new(
    found: CostImport, rows: Iterable[tuple[str, Entry]], books: Iterable[tuple[str, Entry]]
) -> Iterator[Entry]:
    by_origin: dict[str, bool] = {}  # and whether the entry was taken away
    by_hand: Counter[str] = Counter()
    for mark, entry in books:
        if entry.origin and not entry.origin.startswith(HANDED_OVER):
            away = entry.gone_at is not None
            by_origin[entry.origin] = away and by_origin.get(entry.origin, True)
        elif entry.gone_at is None:
            by_hand[mark] += 1
    seen: Counter[str] = Counter()
    for mark, entry in rows:
        seen[mark] += 1
        origin = f"csv:{mark}:{seen[mark]}"
        if origin in by_origin:
            found.known += 1
            found.away += by_origin[origin]
        elif by_hand[mark]:
            by_hand[mark] -= 1
            found.known += 1
        else:
            yield replace(entry, origin=origin)


def item_rows(items: Iterable[StoredItem], names: Mapping[int, str]) -> Iterator[Row]:
    """Yield costs as the rows of a table that reads back to the same; `names` by conversation."""
    for item in items:
        until = None if item.until is None else (item.until - timedelta(days=1)).isoformat()
        weights = joined(
            f"{names[number]}={weight}"
            for number, weight in sorted(item.shares.items())
            if number in names
        )
        yield [
            item.kind, item.name, usd_text(item.amount), item.currency, item.every,
            item.since.isoformat(), until, item.rule, item.note, weights if item.shares else "",
            *(joined(item.scope[name]) if item.scope.get(name) else "" for name in SCOPE_COLUMNS),
        ]  # fmt: skip


def time_rows(times: Iterable[WorkedTime], names: Mapping[int, str], zone: tzinfo) -> Iterator[Row]:
    """Yield people's time as the rows of a table that reads back to the same.

    The time of hand-offs is theirs, and goes where they go.
    """
    for time in times:
        if time.origin.startswith(HANDED_OVER):
            continue
        whole, rest = divmod(time.seconds, 60)
        yield [
            names.get(time.conversation_id), f"{time.seconds}s" if rest else str(whole),
            local_day(time.at, zone).isoformat(), time.person, time.note,
        ]  # fmt: skip


def conversations_by_name(connection: sqlite3.Connection) -> Find:
    """Return what finds a conversation's id and opening by its name, remembering each answer.

    It raises UsageProblem where there is none; the first few say which are near.
    """
    answers: dict[str, tuple[int, int] | str] = {}
    missing = 0

    def find(name: str) -> tuple[int, int]:
        nonlocal missing
        answer = answers.get(name)
        if answer is None:
            try:
                answer = _found(connection, name)
            except UsageProblem as problem:
                missing += 1
                near = near_names(connection, name) if missing <= _MOST_NEAR else []
                answer = f"{problem}; near it are {', '.join(near)}" if near else str(problem)
            answers[name] = answer
        if isinstance(answer, str):
            raise UsageProblem(answer)
        return answer

    return find


def _found(connection: sqlite3.Connection, name: str) -> tuple[int, int]:
    number = conversations.find(connection, name).id
    row = connection.execute(
        "SELECT coalesce(first_at, last_at, 0) FROM conversation WHERE id=?", (number,)
    ).fetchone()
    return number, int(row[0])


def conversation_names(connection: sqlite3.Connection) -> dict[int, str]:
    """Return the whole names of all conversations."""
    rows = connection.execute(
        "SELECT conversation.id, reader.name || ':' || native FROM conversation "
        "JOIN reader ON reader.id=reader_id"
    )
    return dict(rows.fetchall())
