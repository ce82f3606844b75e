"""All that people made in a ledger, as rows that can travel."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from convledger.moving.carried import CARRIED, SETTINGS, Carried
from convledger.moving.deciding import GONE
from convledger.moving.portable import Numbers, Row, Unknown, ref_of, state_of
from convledger.store.erasing import has
from convledger.store.labels import SINGLE
from convledger.store.literals import values_in

Found = dict[str, dict[str, Row]]  # by file, then by name


@dataclass(slots=True)
class View:
    """The rows of a ledger by file, and what its numbers stand for."""

    rows: Found
    numbers: Numbers


def view(connection: sqlite3.Connection) -> View:
    """Return everything that travels but memory; what was taken away is there with its states."""
    numbers = Numbers.load(connection)
    found = View({each.file: {} for each in CARRIED}, numbers)
    there = [each for each in CARRIED if has(connection, each.table)]
    past = _Past(numbers)
    past.replay(connection, there)
    for spec in there:
        found.rows[spec.file] = _present(connection, spec, numbers, past)
    return found


def local_rows(connection: sqlite3.Connection, spec: Carried) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table with the columns that travel, those made first before others."""
    columns = [*dict.fromkeys((spec.number, *spec.columns) if spec.number else spec.columns)]
    order = spec.number or ", ".join(spec.key)
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM {spec.table} WHERE {spec.only} ORDER BY {order}"
    )
    for row in rows:
        yield dict(zip(columns, row, strict=True))


def _present(
    connection: sqlite3.Connection, spec: Carried, numbers: Numbers, past: _Past
) -> dict[str, Row]:
    """Return the rows of a table as they stand, and those that are gone."""
    found: dict[str, Row] = {}
    named = numbers.rows.setdefault(spec.table, {}) if spec.number else {}
    for row in local_rows(connection, spec):
        local = row[spec.number] if spec.number else None
        try:
            values = numbers.outward(spec, row, spec.columns)
        except Unknown:  # what it is about was erased, or does not travel
            continue
        nth = 1
        while (ref := ref_of(spec, values, nth)) in found:
            nth += 1
        if local is not None:
            named[local] = ref
        state = state_of(spec, values)
        before = list(past.states[spec.file].get(ref, ()))
        if not before or before[-1] != state:  # changed beside the log, or not noted in it
            before.append(state)
        found[ref] = Row(ref, values, before, local)
    for ref, states in past.states[spec.file].items():
        if ref not in found and states[-1] == GONE and len(states) > 1:
            found[ref] = Row(ref, past.keys[ref], states)
    return found


@dataclass(slots=True)
class _Past:
    """The states that rows have been in, as the audit log tells them."""

    numbers: Numbers
    states: dict[str, dict[str, list[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)  # by name: what makes it itself
    _live: dict[tuple[str, tuple[Any, ...]], str] = field(default_factory=dict)
    _held: dict[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)
    _went: dict[str, int] = field(default_factory=dict)  # by name: the batch that took it away

    def replay(self, connection: sqlite3.Connection, specs: list[Carried]) -> None:
        """Go through the log from its beginning."""
        if not has(connection, "audit_content"):
            return
        by_table: dict[str, list[Carried]] = defaultdict(list)
        for spec in specs:
            by_table[spec.table].append(spec)
        rows = connection.execute(
            "SELECT about, content, batch FROM audit_content JOIN audit_event USING (seq) "
            "ORDER BY seq"
        )
        for about, content, batch in rows:
            table, _, named = about.partition(" ")
            for spec in by_table.get(table, ()):
                names = values_in(named)
                key = tuple(names.values())
                if content is None:
                    self._removed(spec, key, batch)
                else:
                    self._stood(spec, key, names | values_in(content), batch)

    def _stood(self, spec: Carried, key: tuple[Any, ...], row: dict[str, Any], batch: int) -> None:
        if any(name not in row for name in (*spec.key, *spec.facts)) or not _is_among(spec, row):
            return
        try:
            values = self.numbers.outward(spec, row, (*spec.key, *spec.facts))
        except Unknown:
            return
        states = self.states[spec.file]
        place, nth = (spec.file, key), 1
        while self._held.get(ref := ref_of(spec, values, nth), place) != place:
            nth += 1
        if self._live.get(place, ref) != ref:
            self._removed(spec, key, batch)
        self._live[place], self._held[ref] = ref, place
        self.keys.setdefault(ref, {name: values[name] for name in spec.key})
        if spec.number:
            self.numbers.rows.setdefault(spec.table, {})[key[0]] = ref
        state = state_of(spec, values)
        if self._went.pop(ref, None) == batch and states[ref][-1:] == [GONE]:
            states[ref].pop()  # replaced within one change
        if states[ref][-1:] != [state]:
            states[ref].append(state)

    def _removed(self, spec: Carried, key: tuple[Any, ...], batch: int) -> None:
        ref = self._live.pop((spec.file, key), None)
        if ref is not None:
            self._held.pop(ref, None)
            self.states[spec.file][ref].append(GONE)
            self._went[ref] = batch


def _is_among(spec: Carried, row: dict[str, Any]) -> bool:
    """Tell whether a row of the log is one of those that travel under this name."""
    if spec.table == "label":
        return (row["name"] in SINGLE) == bool(spec.facts)
    return spec.table != "setting" or row["name"] in SETTINGS
