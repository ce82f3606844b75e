"""What OpenCode writes of sessions and messages, as far as it is read."""

# ruff: noqa: N815 - names as they stand in the files

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from convledger.sources.findings import Tokens

Number = int | float | str | None


class Cache(Struct):
    """Tokens that were read from the provider's cache, or written to it."""

    read: Tokens = None
    write: Tokens = None


class Usage(Struct):
    """Tokens of a message or of one of its steps."""

    total: Tokens = None
    input: Tokens = None
    output: Tokens = None
    reasoning: Tokens = None
    cache: Cache | None = None


class Times(Struct):
    """When something began, ended and was last changed, in milliseconds."""

    created: Number = None
    completed: Number = None
    updated: Number = None


class Where(Struct):
    """The folder that a message was written in."""

    cwd: str | None = None


class Record(Struct):
    """A message, without what it says; a database keeps its ids in columns of their own."""

    id: str | None = None
    sessionID: str | None = None
    role: str | None = None
    parentID: str | None = None
    modelID: str | None = None
    providerID: str | None = None
    path: Where | None = None
    cost: Number = None
    tokens: Usage | None = None
    time: Times | None = None
    finish: str | None = None
    error: Raw = Raw(b"")
    summary: Raw = Raw(b"")

    @property
    def failed(self) -> bool:
        """An error ended it."""
        return bytes(self.error) not in (b"", b"null")

    @property
    def is_summary(self) -> bool:
        """It sums up what came before, to make room."""
        return bytes(self.summary) == b"true"

    @property
    def is_over(self) -> bool:
        """Nothing more will be added to it."""
        return self.failed or bool(self.finish) or bool(self.time and self.time.completed)


class Revert(Struct):
    """From which message on a session was taken back."""

    messageID: str | None = None


class Session(Struct):
    """A session as a file or an export keeps it."""

    id: str | None = None
    directory: str | None = None
    parentID: str | None = None
    title: str | None = None
    version: str | None = None
    time: Times | None = None
    revert: Revert | None = None


class Entry(Struct):
    """A message of an export."""

    info: Record | None = None
    parts: list[Raw] = []


class Export(Struct):
    """What `opencode export` writes."""

    info: Session | None = None
    messages: list[Entry] = []


class Step(Struct):
    """A part that ends one request of a message."""

    type: str | None = None
    tokens: Usage | None = None


record = msgspec.json.Decoder(Record)
session = msgspec.json.Decoder(Session)
revert = msgspec.json.Decoder(Revert)
export = msgspec.json.Decoder(Export)
step = msgspec.json.Decoder(Step)
