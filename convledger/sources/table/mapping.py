"""What each column of a table means: the same in a file, on the screen and for a reader."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from msgspec import Struct, field

MESSAGES, CALLS, CONVERSATIONS = "messages", "calls", "conversations"
ROWS = {
    MESSAGES: "one row is one message",
    CALLS: "one row is one request to a model",
    CONVERSATIONS: "one row is a whole conversation",
}
ROLES = ("user", "assistant", "human_agent", "system", "tool", "ignore")
RESOLUTIONS = (
    "resolved_confirmed", "resolved_assumed", "escalated", "abandoned", "open", "unknown",
)  # fmt: skip

# What a column can mean, in the order in which they are shown.
MEANINGS = {
    "conversation": "id of the conversation",
    "message": "id of the message",
    "request": "provider's id of the request",
    "at": "instant, or start",
    "ended_at": "end of the conversation",
    "role": "who speaks",
    "text": "text of the message",
    "prompt": "text of the prompt",
    "answer": "text of the answer",
    "tool": "name of the tool",
    "model": "model",
    "provider": "who sells the model",
    "input": "input tokens",
    "cached": "input tokens read from a cache",
    "cache_write": "input tokens written to a cache",
    "output": "output tokens",
    "reasoning": "reasoning tokens",
    "cost": "cost that the table claims",
    "currency": "currency of the cost",
    "status": "status of the conversation",
    "escalated": "whether a person took over",
    "handed_off_at": "when a person took over",
    "resolved_at": "when it was resolved",
    "rating": "customer's rating",
    "channel": "channel",
    "bot_messages": "messages of the bot",
    "human_messages": "messages of human agents",
    "customer_messages": "messages of the customer",
    "title": "title",
    "project": "project",
    "user": "user",
}
TOKENS = ("input", "cached", "cache_write", "output", "reasoning")
COUNTS = ("bot_messages", "human_messages", "customer_messages")
INSTANTS = ("at", "ended_at", "handed_off_at", "resolved_at")
TEXTS = ("text", "prompt", "answer")
SEVERAL = ("role",)  # may be told by several columns together
JOINT = " / "  # between the values of these


class Mapping(Struct, frozen=True):
    """How a table is read. Columns of no meaning become details of their conversations.

    `instants`, `decimal`, `currency` empty, and `input_holds_cached`, `output_holds_reasoning`
    None are not decided yet. `headers` are those that the mapping is remembered by.
    """

    name: str
    rows: str = MESSAGES
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    instants: str = ""
    zone: str = "UTC"
    decimal: str = ""
    currency: str = ""
    input_holds_cached: bool | None = None
    output_holds_reasoning: bool | None = None
    roles: dict[str, str] = field(default_factory=dict)
    resolutions: dict[str, str] = field(default_factory=dict)
    yes: tuple[str, ...] = ()
    rating_of: int | None = None
    delimiter: str = ""
    encoding: str = ""
    note: str = ""
    headers: tuple[tuple[str, ...], ...] = ()

    def has(self, *meanings: str) -> bool:
        """Tell whether one of these is told by a column."""
        return any(meaning in self.columns for meaning in meanings)

    def column(self, meaning: str) -> str:
        """Return the column that tells this, the first of several; nothing where none does."""
        columns = self.columns.get(meaning)
        return columns[0] if columns else ""

    def meaning_of(self, column: str) -> str:
        """Return what a column means, nothing where it is a detail."""
        return next((name for name, columns in self.columns.items() if column in columns), "")

    @property
    def used(self) -> frozenset[str]:
        """The columns that mean something."""
        return frozenset(column for columns in self.columns.values() for column in columns)


def fingerprint(header: Iterable[str]) -> str:
    """Return what names a header, in whatever order and case its columns stand."""
    names = sorted({" ".join(name.split()).casefold() for name in header})
    text = "\n".join(names).encode("utf-8", "replace")
    return blake2b(text, digest_size=12).hexdigest()


def remembers(mapping: Mapping, header: Iterable[str]) -> bool:
    """Tell whether a mapping is remembered by a header."""
    wanted = fingerprint(header)
    return any(fingerprint(each) == wanted for each in mapping.headers)


def missing_columns(mapping: Mapping, header: Iterable[str]) -> list[str]:
    """Return the columns that a mapping reads and a header lacks."""
    there = {_plain(name) for name in header}
    return sorted(column for column in mapping.used if _plain(column) not in there)


def places(mapping: Mapping, header: list[str]) -> dict[str, tuple[int, ...]]:
    """Return which cells of a row tell what, in whatever case the header writes its names."""
    at: dict[str, int] = {}
    for place, name in enumerate(header):
        at.setdefault(_plain(name), place)
    found = {}
    for meaning, columns in mapping.columns.items():
        cells = tuple(at[_plain(column)] for column in columns if _plain(column) in at)
        if len(cells) == len(columns) and cells:
            found[meaning] = cells
    return found


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def as_table(mapping: Mapping) -> dict[str, Any]:
    """Return a mapping as the values of a TOML file."""
    columns = {
        meaning: mapping.columns[meaning][0]
        if len(mapping.columns[meaning]) == 1
        else list(mapping.columns[meaning])
        for meaning in MEANINGS
        if mapping.columns.get(meaning)
    }
    found: dict[str, Any] = {"name": mapping.name, "rows": mapping.rows}
    if mapping.note:
        found["note"] = mapping.note
    found["columns"] = columns
    if mapping.has(*INSTANTS):
        found["instants"] = {"format": mapping.instants, "zone": mapping.zone}
    if mapping.decimal:
        found["numbers"] = {"decimal": mapping.decimal}
    if mapping.has("cost") and (mapping.currency or not mapping.has("currency")):
        found["cost"] = {"currency": mapping.currency}
    tokens = {
        key: value
        for key, value in (
            ("input_holds_cached", mapping.input_holds_cached),
            ("output_holds_reasoning", mapping.output_holds_reasoning),
        )
        if value is not None
    }
    table: dict[str, Any] = {"headers": [list(each) for each in mapping.headers]}
    for key in ("delimiter", "encoding"):
        if getattr(mapping, key):
            table[key] = getattr(mapping, key)
    for key, values in (
        ("tokens", tokens),
        ("roles", dict(mapping.roles)),
        ("resolutions", dict(mapping.resolutions)),
        ("escalated", {"yes": list(mapping.yes)} if mapping.yes else {}),
        ("rating", {"of": mapping.rating_of} if mapping.rating_of else {}),
        ("table", table),
    ):
        found |= {key: values} if values else {}
    return found
