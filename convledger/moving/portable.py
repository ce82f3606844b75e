"""A ledger's rows without its own numbers, each with the states that it has been in.

Conversations are named by reader and their source's name, entries by theirs, all else by a hash
of what makes it itself. What states there have been is told by the audit log.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote

from msgspec.json import Encoder

from convledger.moving.carried import CONVERSATION, ENTRY, Carried
from convledger.moving.deciding import GONE

Name = tuple[str, str]  # a conversation's reader and own name
_canonical = Encoder(order="deterministic").encode
_BY_HAND = re.compile(r"by hand (\d+)")
_UNIT = re.compile(r"([^/]+)/(\d+)/([mc].+)", re.DOTALL)  # of one conversation, from one event on
_UNIT_SENT = re.compile(r"([^/]+)/@([^/:]+):([^/]+)/(.+)", re.DOTALL)
_BOOKING_SENT = re.compile(r"by hand @([0-9a-f]{16})")


class Unknown(Exception):
    """A row names something that is not there."""


@dataclass(slots=True)
class Row:
    """A row as it travels: its name, its values, and its states with the present one last."""

    ref: str
    values: dict[str, Any]
    before: list[str] = field(default_factory=list)
    local: int | None = None  # its number in this ledger

    @property
    def is_gone(self) -> bool:
        """Whether it was taken away."""
        return self.before[-1] == GONE


def ref_of(spec: Carried, values: Mapping[str, Any], nth: int = 1) -> str:
    """Return the name of a row: the `nth` of those that say the same."""
    said = [spec.name, *(values[name] for name in spec.key), nth]
    return sha256(_canonical(said)).hexdigest()[:16]


def state_of(spec: Carried, values: Mapping[str, Any]) -> str:
    """Return the name of a row's state."""
    return sha256(_canonical([values[name] for name in spec.facts])).hexdigest()[:12]


@dataclass(slots=True)
class Numbers:
    """What the numbers of a ledger stand for, in words that hold everywhere."""

    conversations: dict[int, Name]
    entries: dict[int, str]
    rows: dict[str, dict[int, str]] = field(default_factory=dict)  # by table

    @classmethod
    def load(cls, connection: sqlite3.Connection) -> Numbers:
        """Return the numbers of conversations and entries."""
        conversations = connection.execute(
            "SELECT conversation.id, reader.name, native FROM conversation "
            "JOIN reader ON reader.id=reader_id"
        )
        entries = connection.execute("SELECT id, name FROM entry")
        return cls({row[0]: (row[1], row[2]) for row in conversations}, dict(entries))

    def outward(self, spec: Carried, row: Mapping[str, Any], columns: tuple[str, ...]) -> Any:
        """Return the values of a local row as they travel. Raises Unknown."""
        return {name: self._out(spec, name, row[name]) for name in columns}

    def _out(self, spec: Carried, column: str, value: Any) -> Any:
        named = spec.references.get(column)
        if value is not None and named is not None:
            return self._named(named, value)
        if spec.table == "credit_fact" and column == "target":
            return self.target_out(value)
        if isinstance(value, bytes):
            from convledger.moving.moved_statements import sent

            return sent(value, self.target_out)
        return value

    def _named(self, table: str, number: int) -> Any:
        try:
            if table == CONVERSATION:
                reader, native = self.conversations[number]
                return {"reader": reader, "id": native}
            return self.entries[number] if table == ENTRY else self.rows[table][number]
        except KeyError:
            raise Unknown(f"{table} {number}") from None

    def target_out(self, target: str) -> str:
        """Return what a booking or a billed unit is about without this ledger's numbers."""
        if found := _BY_HAND.fullmatch(target):
            known = self.rows.get("credit_fact", {}).get(int(found[1]))
            return f"by hand @{known}" if known else target
        if found := _UNIT.fullmatch(target):
            name = self.conversations.get(int(found[2]))
            if name is not None:
                reader, native = (quote(part, safe="") for part in name)
                return f"{found[1]}/@{reader}:{native}/{found[3]}"
        return target


def target_in(
    target: str, conversation: Callable[[str, str], int], booking: Callable[[str], int | None]
) -> str:
    """Return what a booking or a billed unit is about with the numbers of a ledger."""
    if found := _BOOKING_SENT.fullmatch(target):
        number = booking(found[1])
        return f"by hand {number}" if number is not None else target
    if found := _UNIT_SENT.fullmatch(target):
        number = conversation(unquote(found[2]), unquote(found[3]))
        return f"{found[1]}/{number}/{found[4]}"
    return target
