"""Takes the cells of a row for what their columns mean; an impossible one is told as BadLine."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal

from convledger.money import pico_from_usd
from convledger.sources.lenient import BadLine
from convledger.sources.table.delimited import Row
from convledger.sources.table.instants import Read, reader_of
from convledger.sources.table.mapping import COUNTS, JOINT, TOKENS, Mapping, places
from convledger.sources.table.numbers import POINT, amount_of, count_of
from convledger.sources.table.words import NO, YES

OfConversation = tuple[list[int | None], list[int | None], bool | None]
_OF_CONVERSATION = ("ended_at", "handed_off_at", "resolved_at", *COUNTS, "escalated")
NOTHING: OfConversation = ([None] * 3, [None] * 3, None)
_MOST_ROLES = 1000


class Cells:
    """The meanings of a table's columns, by which each row is taken apart."""

    def __init__(self, mapping: Mapping, header: list[str], zone: tzinfo, *, is_json: bool) -> None:
        self._mapping = mapping
        self._places = places(mapping, header)
        self._read: Read = reader_of(mapping.instants, zone)
        self._mark = mapping.decimal or (POINT if is_json else "")
        self._roles = {value.strip().casefold(): role for value, role in mapping.roles.items()}
        self._one = {name: cells[0] for name, cells in self._places.items() if len(cells) == 1}
        self._tokens = [name for name in TOKENS if name in self._places]
        self._tells_conversation = any(name in self._places for name in _OF_CONVERSATION)
        # Where columns tell the numbers of messages, rows are not counted.
        self.counts_messages = any(name in self._places for name in COUNTS)
        self._known_roles: dict[str, str] = {}
        self._yes = YES | {value.strip().casefold() for value in mapping.yes}

    @property
    def used(self) -> set[int]:
        """The cells that mean something."""
        return {place for cells in self._places.values() for place in cells}

    def text(self, row: Row, meaning: str) -> str:
        """Return the cell that tells this, an empty text where none does."""
        place = self._one.get(meaning)
        if place is not None:
            return row.cells[place]
        several = self._places.get(meaning)
        return JOINT.join(row.cells[place].strip() for place in several) if several else ""

    def instant(self, row: Row, meaning: str) -> int | None:
        """Return an instant as UTC microseconds, None where the cell is empty."""
        text = self.text(row, meaning)
        if not text:
            return None
        found = self._read(text)
        if found is None:
            if not text.strip() or text.strip().casefold() in NO:
                return None
            raise BadLine(
                f"{text.strip()!r:.60} in {self._mapping.column(meaning)} is no instant "
                f"as {self._mapping.instants}"
            )
        return found

    def role(self, row: Row) -> str:
        """Return who speaks in a row, nothing where no column says it."""
        if "role" not in self._places:
            return ""
        written = self.text(row, "role")
        role = self._known_roles.get(written)
        if role is not None:
            return role
        written = written.strip()
        role = self._roles.get(written.casefold())
        if role is None:
            role = self._roles.get("*")
        if role is None and not written and not self.text(row, "text").strip():
            return ""  # a row of the conversation in which nobody speaks
        if role is None:
            raise BadLine(
                f"{written!r:.60} in {self._mapping.column('role')} is nobody the mapping names"
            )
        if len(self._known_roles) < _MOST_ROLES:
            self._known_roles[self.text(row, "role")] = role
        return role

    def tokens(self, row: Row) -> tuple[int, int, int, int, int] | None:
        """Return input, output, reasoning, cache read and write; None where the row tells none."""
        if not self._tokens:
            return None
        counts = {name: count_of(self.text(row, name), self._mark) for name in self._tokens}
        if all(count is None for count in counts.values()):
            return None
        given = {name: counts.get(name) or 0 for name in TOKENS}
        plain, output, reasoning = given["input"], given["output"], given["reasoning"]
        read, write = given["cached"], given["cache_write"]
        if self._mapping.input_holds_cached:
            read = min(read, plain)
            write = min(write, plain - read)
            plain -= read + write
        if self._mapping.output_holds_reasoning:
            reasoning = min(reasoning, output)
        else:
            output += reasoning
        return plain, output, reasoning, read, write

    def tells_input(self, row: Row) -> bool:
        """Tell whether a row says how many tokens were sent."""
        sent = ("input", "cached", "cache_write")
        return any(self.text(row, name).strip() for name in sent if name in self._tokens)

    def cost(self, row: Row) -> tuple[int | None, tuple[Decimal, str] | None]:
        """Return what the row claims to have cost: picodollars, or another currency's amount."""
        found = amount_of(self.text(row, "cost"), self._mark) if "cost" in self._places else None
        if found is None:
            return None, None
        amount, written = found
        named = self.text(row, "currency").strip().upper() or self._mapping.currency
        currency = named or written
        if written and named and written != named:
            raise BadLine(f"an amount in {written} where {named} is said")
        if not currency:
            raise BadLine("an amount without a currency")
        return (pico_from_usd(amount), None) if currency == "USD" else (None, (amount, currency))

    def said(self, row: Row, role: str) -> list[tuple[str, str]]:
        """Return who says what in a row."""
        found = []
        if role and "text" in self._places:
            found.append((role, self.text(row, "text")))
        for each, meaning in (("user", "prompt"), ("assistant", "answer")):
            if meaning in self._places:
                found.append((each, self.text(row, meaning)))
        return [(each, text) for each, text in found if text.strip()]

    def facts(self, row: Row) -> OfConversation:
        """Return instants, counts and the flag that a row tells of its whole conversation."""
        if not self._tells_conversation:
            return NOTHING
        instants = [
            self.instant(row, name) for name in ("ended_at", "handed_off_at", "resolved_at")
        ]
        counts = [count_of(self.text(row, name), self._mark) for name in COUNTS]
        escalated = self.text(row, "escalated").strip().casefold()
        flag = None
        if escalated in self._yes:
            flag = True
        elif escalated in NO:
            flag = False
        return instants, counts, flag
