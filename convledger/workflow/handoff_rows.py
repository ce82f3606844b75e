"""Tells which rows of a file of hand-offs the books have, and which take the place of others."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from convledger.store.handoffs import IMPORTED, TYPED, StoredHandoff, kept_handoffs, last_model
from convledger.workflow.handing_over import taken_back

if TYPE_CHECKING:
    from convledger.workflow.handoff_file import HandoffImport


def compare(
    connection: sqlite3.Connection, found: HandoffImport, read: Iterable[tuple[int, StoredHandoff]]
) -> None:
    """Tell which rows are new; equal ones without an id count by their number.

    A row whose id the books have takes the place of what it said before, unless a person has
    changed or taken that away. What an import brought that was taken back was never there.
    """
    known = _Known(connection)
    seen: Counter[str] = Counter()
    for row in _last_of_each(connection, found, read):
        mark = _mark(connection, row)
        seen[mark] += 1
        name = known.unused(mark, _digest(f"{mark}:{seen[mark]}"))
        before, same = known.of_key(row), known.by_name.get(name)
        is_current = before is not None and before.gone_at is None
        is_away = same is not None and known.is_away(same)
        if before is not None and is_current and before.name == name:
            known.use(before)
            found.known += 1
        elif before is not None and is_current and before.origin == IMPORTED and not is_away:
            known.use(before)
            found.replaced.append(before)
            if same is not None:
                name = known.unused(mark, _digest(f"{mark}:{before.name}"))
            found.new.append(replace(row, name=name, replaces=before.name))
        elif before is not None or same is not None:
            there = same or before
            assert there is not None
            known.use(there)
            found.known += 1
            found.away += there.gone_at is not None or (is_current and before is not same)
        elif known.is_alike(row):
            found.known += 1
        else:
            found.new.append(replace(row, name=name))


def _last_of_each(
    connection: sqlite3.Connection, found: HandoffImport, read: Iterable[tuple[int, StoredHandoff]]
) -> list[StoredHandoff]:
    """Return the rows without those whose id stands in the file once more: the last counts."""
    places: dict[tuple[int, str], int] = {}
    rows: list[tuple[int, StoredHandoff]] = []
    for line, row in read:
        place = places.get((row.conversation_id, row.key)) if row.key else None
        if place is None:
            places[row.conversation_id, row.key] = len(rows)
            rows.append((line, row))
        elif _mark(connection, rows[place][1]) == _mark(connection, row):
            found.rejected.append((line, "the same row stands above"))
        else:
            why = f"its id stands again in line {line}, which counts"
            found.rejected.append((rows[place][0], why))
            rows[place] = (line, row)
    return [row for _, row in rows]


class _Known:
    """The hand-offs that the books have, those too that a person or a file took away."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        undone = taken_back(connection)
        kept = sorted(kept_handoffs(connection, with_gone=True), key=lambda each: each.id)
        self._undone = {each.name for each in kept if each.gone_at and each.id in undone}
        kept = [each for each in kept if each.name not in self._undone]
        self.by_name = {each.name: each for each in kept}
        self._replaced = {each.replaces for each in kept}
        # Of one id what is in force, else what came last: an instant may have been corrected.
        self._of_key = {
            (each.conversation_id, each.key): each
            for each in sorted(kept, key=lambda each: each.gone_at is None)
            if each.key
        }
        self._alike: dict[str, list[StoredHandoff]] = defaultdict(list)
        for each in kept:
            if each.gone_at is None:
                self._alike[self._shown(each)].append(each)

    def unused(self, mark: str, name: str) -> str:
        """Return a row's name, another one where an import that was taken back has that."""
        while name in self._undone:
            name = _digest(f"{mark}:{name}")
        return name

    def of_key(self, row: StoredHandoff) -> StoredHandoff | None:
        """Return what the books have under a row's id."""
        return self._of_key.get((row.conversation_id, row.key)) if row.key else None

    def is_away(self, each: StoredHandoff) -> bool:
        """Tell whether a person took a hand-off away, rather than a file."""
        return each.gone_at is not None and each.name not in self._replaced

    def use(self, each: StoredHandoff) -> None:
        """Let a hand-off stand for one row alone."""
        alike = self._alike[self._shown(each)]
        if each in alike:
            alike.remove(each)

    def is_alike(self, row: StoredHandoff) -> bool:
        """Tell whether the books show a row as it stands, and use that up.

        A list that was written has no ids; a row with one may be what a person has typed.
        """
        for each in self._alike[self._shown(row)]:
            if not row.key or (each.origin == TYPED and not each.key):
                self.use(each)
                return True
        return False

    def _shown(self, row: StoredHandoff) -> str:
        """Return what a row says with the model that was called last where it names none."""
        model = row.model or last_model(self._connection, row.conversation_id, row.at)
        return _mark(self._connection, replace(row, model=model, key=""))


def _mark(connection: sqlite3.Connection, row: StoredHandoff) -> str:
    """Return what tells a row from every other on any machine: what it says."""
    whose = connection.execute(
        "SELECT reader.name, native FROM conversation JOIN reader ON reader.id=reader_id "
        "WHERE conversation.id=?",
        (row.conversation_id,),
    ).fetchone()
    said = (
        *whose, row.key, row.at, row.model, row.person, row.reason, row.note, row.wait_seconds,
        row.handle_seconds, row.outcome,
    )  # fmt: skip
    return _digest(repr(said))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
