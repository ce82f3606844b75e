"""Puts rows that have travelled into a ledger, with its own numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from msgspec import json

from convledger.moving.carried import CARRIED, CONVERSATION, ENTRY, Carried
from convledger.moving.moved_statements import received
from convledger.moving.portable import Row, Unknown, target_in
from convledger.store.catalog import Catalog
from convledger.store.tombstones import Erased

_LONGEST_NAME = 4000
# What else hangs on a plan in use and is worked out anew.
_WORKED_OUT = {"subscription": ("plan_figures", "alert")}


class Refused(Exception):
    """A row is not taken in, for a reason."""


class Placing:
    """A ledger that rows are put into; belongs into a transaction.

    A conversation that is not there yet is made, empty: the next import of its log fills it.
    """

    def __init__(self, connection: sqlite3.Connection, rows: dict[str, dict[str, int]]) -> None:
        self._connection = connection
        self._rows = rows  # by table and name: the number here
        self._erased = Erased.load(connection)
        self._conversations: dict[tuple[str, str], int] = {}
        self.entries: dict[str, int] = dict(connection.execute("SELECT name, id FROM entry"))
        self.added: set[str] = set()  # the names of rows that are new
        self.made: list[int] = []  # conversations that wait for their log

    def conversation(self, reader: str, native: str) -> int:
        """Return the number of a conversation. Raises Refused where it was erased."""
        name = (reader, native)
        if name not in self._conversations:
            self._conversations[name] = self._found(reader, native)
        return self._conversations[name]

    def _found(self, reader: str, native: str) -> int:
        if not all(
            isinstance(part, str) and 0 < len(part) < _LONGEST_NAME for part in (reader, native)
        ):
            raise Refused("it names no conversation")
        self._refuse_erased(reader, native)
        query = (
            "SELECT conversation.id FROM conversation JOIN reader ON reader.id=reader_id "
            "WHERE reader.name=? AND native=?"
        )
        row = self._connection.execute(query, (reader, native)).fetchone()
        if row is not None:
            return int(row[0])
        made = self._connection.execute(
            "INSERT INTO conversation (reader_id, native) VALUES (?, ?)",
            (Catalog(self._connection).reader(reader), native),
        )
        self.made.append(int(made.lastrowid or 0))
        return self.made[-1]

    def _refuse_erased(self, reader: str, native: str) -> None:
        if self._erased is not None and self._erased.conversation(reader, native) is not None:
            raise Refused("erased")

    def number(self, table: str, ref: str) -> int | None:
        """Return the number of a row by the name that it travels by."""
        return self._rows.get(table, {}).get(ref)

    def add(self, spec: Carried, row: Row) -> None:
        """Put in a row that is not here. Raises Refused, Unknown."""
        if spec.part_of and row.values[spec.part_of] not in self.added:
            raise Unknown(f"{spec.words} of what is here already")
        if spec.table == "review_item":  # it may name a conversation that its books did not have
            self._refuse_erased(row.values["reader"], row.values["native"])
        values = self._inward(spec, row.values)
        if spec.table == "statement":
            values["digest"] = sha256(values["content"]).hexdigest()
        marks = ", ".join("?" * len(values))
        made = self._connection.execute(
            f"INSERT INTO {spec.table} ({', '.join(values)}) VALUES ({marks})", [*values.values()]
        )
        self.added.add(row.ref)
        if spec.number:
            self._rows.setdefault(spec.table, {})[row.ref] = int(made.lastrowid or 0)

    def change(self, spec: Carried, row: Row) -> None:
        """Give a row that is here the facts of another. Raises Refused, Unknown."""
        values = self._inward(spec, row.values)
        if spec.table == "label":  # its value is what it is known by here
            self._delete(spec, values)
            self.add(spec, row)
            return
        sets = ", ".join(f"{name}=?" for name in spec.facts)
        where, which = self._which(spec, row.ref, values)
        self._connection.execute(
            f"UPDATE {spec.table} SET {sets} WHERE {where}",
            [*(values[name] for name in spec.facts), *which],
        )

    def join(self, spec: Carried, here: Row, row: Row) -> bool:
        """Add the names of another row's list to those of one that is here; tell if any is new.

        Raises ValueError where it is no list.
        """
        ours, theirs = (
            json.decode(each.values[spec.joined], type=list[str]) for each in (here, row)
        )
        both = list(dict.fromkeys([*ours, *theirs]))
        if both == ours:
            return False
        self._connection.execute(
            f"UPDATE {spec.table} SET {spec.joined}=? WHERE {spec.number}=?",
            (json.encode(both).decode(), here.local),
        )
        return True

    def remove(self, spec: Carried, row: Row) -> None:
        """Take a row away. Raises Refused where others hang on it that stay."""
        if not spec.number:
            self._delete(spec, self._inward(spec, row.values, spec.key))
            return
        number = self.number(spec.table, row.ref)
        for other in CARRIED:
            for column, table in other.references.items():
                if (
                    table == spec.table
                    and self._connection.execute(
                        f"SELECT 1 FROM {other.table} WHERE {column}=?", (number,)
                    ).fetchone()
                ):
                    raise Refused(f"{other.words} of it is here")
        for table in _WORKED_OUT.get(spec.table, ()):
            self._connection.execute(f"DELETE FROM {table} WHERE {spec.table}_id=?", (number,))
        self._connection.execute(f"DELETE FROM {spec.table} WHERE {spec.number}=?", (number,))

    def _delete(self, spec: Carried, values: Mapping[str, Any]) -> None:
        where, which = self._which(spec, "", values)
        self._connection.execute(f"DELETE FROM {spec.table} WHERE {where}", which)

    def _which(self, spec: Carried, ref: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        if spec.number:
            return f"{spec.number}=?", [self.number(spec.table, ref)]
        return (
            " AND ".join(f"{name} IS ?" for name in spec.key),
            [values[name] for name in spec.key],
        )

    def _inward(
        self, spec: Carried, values: Mapping[str, Any], columns: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the values of a row with the numbers of this ledger."""
        found = {name: self._in(spec, name, values) for name in columns or spec.columns}
        if spec.pair is not None:
            low, high = sorted(found[name] for name in spec.pair)
            found.update(zip(spec.pair, (low, high), strict=True))
        return found

    def _in(self, spec: Carried, column: str, values: Mapping[str, Any]) -> Any:
        value = values[column]
        named = spec.references.get(column)
        if value is not None and named is not None:
            return self._numbered(named, value)
        if spec.table == "credit_fact" and column == "target":
            return self._target(value)
        if spec.table == "statement" and column == "content":
            contract = self._numbered("subscription", values["subscription_id"])
            return received(value, self._target, str(contract))
        return value

    def _target(self, target: str) -> str:
        return target_in(target, self.conversation, lambda ref: self.number("credit_fact", ref))

    def _numbered(self, table: str, value: Any) -> int:
        if table == CONVERSATION:
            return self.conversation(value["reader"], value["id"])
        found = self.entries.get(value) if table == ENTRY else self.number(table, value)
        if found is None:
            raise Unknown(f"{table} {value}")
        return found
