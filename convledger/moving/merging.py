"""Brings the rows of two workspaces together, and says what nobody but a person can decide."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from convledger.errors import WorkspaceError
from convledger.moving.carried import CARRIED, Carried
from convledger.moving.deciding import Choice, decide
from convledger.moving.manifest import Manifest
from convledger.moving.placing import Placing, Refused
from convledger.moving.portable import Row, Unknown, ref_of
from convledger.moving.telling import TAKE_THEIRS, facts_words, row_words
from convledger.moving.viewing import View
from convledger.store.erasing import has


@dataclass(slots=True)
class TakenIn:
    """What came of an export: rows by what they are, and what a person may want to look at."""

    manifest: Manifest
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    same: int = 0
    ours_later: int = 0
    erased: int = 0  # of things that were erased here
    left_out: int = 0  # about what is not here and does not travel
    waiting: int = 0  # conversations whose logs are still to be read
    apart: list[str] = field(default_factory=list)
    tombstones: int = 0
    erased_there: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def is_change(self) -> bool:
        """Whether anything is other than before."""
        return bool(self.new or self.changed or self.removed or self.tombstones)


class Taking:
    """An export that is being taken in."""

    def __init__(
        self, connection: sqlite3.Connection, ours: View, done: TakenIn, theirs: bool
    ) -> None:
        self._connection = connection
        self._ours = ours
        self._theirs = theirs
        self.done = done
        numbers: dict[str, dict[str, int]] = {}
        for spec in CARRIED:
            if spec.number:
                known = numbers.setdefault(spec.table, {})
                for row in ours.rows[spec.file].values():
                    if row.local is not None:
                        known[row.ref] = row.local
        self.placing = Placing(connection, numbers)

    def conversation_or_none(self, reader: str, native: str) -> int | None:
        """Return the number of a conversation, None where it was erased."""
        try:
            return self.placing.conversation(reader, native)
        except Refused:
            return None

    def take(self, rows: dict[str, list[Row]]) -> None:
        """Take in the rows of all tables; what is taken away goes last."""
        there = [spec for spec in CARRIED if has(self._connection, spec.table)]
        gone: list[tuple[Carried, Row]] = []
        for spec in there:
            for row in rows[spec.file]:
                if self._one(spec, row):
                    gone += [(spec, row)]
        for group in self._groups(gone):
            self._remove(group)

    def _groups(self, gone: list[tuple[Carried, Row]]) -> list[list[tuple[Carried, Row]]]:
        """Put what is taken away with what it hangs on, itself first."""
        roots: dict[str, str] = {}
        groups: dict[str, list[tuple[Carried, Row]]] = {}
        for spec, row in gone:
            above = [row.values[name] for name in spec.references if name in row.values]
            root = next((roots[each] for each in above if isinstance(each, str) and each in roots),
                        row.ref)  # fmt: skip
            roots[row.ref] = root
            groups.setdefault(root, []).append((spec, row))
        return list(groups.values())

    def _remove(self, group: list[tuple[Carried, Row]]) -> None:
        """Take away all of a group or nothing of it, what hangs on others first."""
        self._connection.execute("SAVEPOINT removing")
        try:
            for spec, row in reversed(group):
                self.placing.remove(spec, row)
        except (Refused, Unknown) as why:
            self._connection.execute("ROLLBACK TO removing")
            self.done.apart.append(f"{row_words(*group[0])} was taken away there; it stays: {why}")
        else:
            self.done.removed.update(spec.name for spec, _ in group)
        finally:
            self._connection.execute("RELEASE removing")

    def _one(self, spec: Carried, row: Row) -> bool:
        """Take in one row; returns whether it is to be taken away."""
        here = self._ours.rows[spec.file].get(row.ref)
        if here is None:
            if not row.is_gone and not self._is_taken(spec, row):
                self._put(spec, row, self.placing.add, self.done.new)
            return False
        choice = decide(here.before, row.before)
        if choice is Choice.APART and _are_gone(here, row):
            choice = Choice.SAME  # each was taken away at its own time: there is nothing to decide
        if choice is Choice.SAME:
            if not row.is_gone and any(here.values[x] != row.values[x] for x in spec.kept_whole):
                self.done.apart.append(f"{row_words(spec, row)} is another one there: ours stays")
            if spec.joined and not row.is_gone and self.placing.join(spec, here, row):
                self.done.changed[spec.name] += 1
            else:
                self.done.same += 1
            return False
        if choice is Choice.OURS:
            self.done.ours_later += 1
            return False
        if choice is Choice.APART:
            choice = self._settled(spec, here, row)
        if choice is not Choice.THEIRS:
            return False
        if row.is_gone:
            return True
        if here.is_gone:
            self._put(spec, row, self.placing.add, self.done.new)
        else:
            self._put(spec, row, self.placing.change, self.done.changed)
        return False

    def _is_taken(self, spec: Carried, row: Row) -> bool:
        """Tell whether another row is in force where only one may be."""
        if not spec.alone or row.values["gone_at"] is not None:
            return False
        of_ours = (each for each in self._ours.rows[spec.file].values() if not each.is_gone)
        for each in of_ours:
            is_one = each.values[spec.alone] == row.values[spec.alone]
            if is_one and each.values["gone_at"] is None:
                self.done.apart.append(f"{row_words(spec, each)} is another one there: ours stays")
                return True
        return False

    def _settled(self, spec: Carried, here: Row, row: Row) -> Choice:
        """Say what both have become, and which one counts."""
        words = row_words(spec, row)
        if row.is_gone:
            self.done.apart.append(f"{words} was taken away there and changed here: it stays")
            return Choice.OURS
        if here.is_gone:
            self.done.apart.append(f"{words} was taken away here and changed there: it is back")
            return Choice.THEIRS
        if self._theirs:
            self.done.apart.append(f"{words}: {facts_words(spec, here)} here, theirs is taken: "
                                   f"{facts_words(spec, row)}")  # fmt: skip
            return Choice.THEIRS
        if spec.is_named and self._keep_both(spec, row):
            return Choice.OURS
        ours, other = facts_words(spec, here), facts_words(spec, row)
        self.done.apart.append(f"{words}: {ours} stays, {other} there; {TAKE_THEIRS}")
        return Choice.OURS

    def _keep_both(self, spec: Carried, row: Row) -> bool:
        """Keep theirs under another name, made of what it says; told where it is so already."""
        name = f"{row.values['name']} ~{row.before[-1][:4]}"
        values = {**row.values, "name": name}
        copy = Row(ref_of(spec, values), values, row.before[-1:])
        if copy.ref not in self._ours.rows[spec.file]:
            self._put(spec, copy, self.placing.add, self.done.new)
        self.done.apart.append(
            f"{row_words(spec, row)} is another one there: it is kept as {name!r}"
        )
        return True

    def _put(self, spec: Carried, row: Row, put: Any, counted: Counter[str]) -> None:
        try:
            put(spec, row)
        except Refused:
            self.done.erased += 1
        except Unknown:
            self.done.left_out += 1
        except (ValueError, TypeError, KeyError, msgspec.ValidationError) as error:
            raise WorkspaceError(
                f"{spec.file}: {row_words(spec, row)} can't be read: {error}. Nothing was taken in"
            ) from error
        else:
            counted[spec.name] += 1


def _are_gone(here: Row, row: Row) -> bool:
    """Tell whether both ledgers keep a row only to say that it was taken away."""
    return all(not each.is_gone and each.values.get("gone_at") is not None for each in (here, row))
