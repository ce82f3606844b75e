"""The records of Gemini CLI's sessions, as far as they are read; Qwen Code's old ones are alike."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct, field

from convledger.sources.findings import Tokens

ANSWERS = ("gemini", "qwen", "model", "assistant")  # the types of what a model said
Content = str | list[Any] | dict[str, Any] | None


class TokenCounts(Struct, gc=False, rename="camel"):
    """What one request used, as Google's API tells it."""

    input: Tokens = None
    output: Tokens = None
    cached: Tokens = None
    thoughts: Tokens = None
    tool: Tokens = None
    total: Tokens = None

    @property
    def any(self) -> bool:
        """Tell whether any token was used."""
        return bool(self.input or self.output or self.cached or self.thoughts or self.tool)


class Update(Struct, gc=False, rename="camel"):
    """What a `$set` changes of a session; its list of messages is not counted."""

    session_id: str | None = None
    last_updated: str | None = None
    summary: str | None = None
    directories: list[str] | None = None
    kind: str | None = None
    messages: Raw = Raw(b"")


class CountedRecord(Struct, gc=False, rename="camel"):
    """What counting needs of a message, a header or an operation."""

    id: str | None = None
    type: str | None = None
    timestamp: str | None = None
    model: str | None = None
    tokens: TokenCounts | None = None
    content: Raw = Raw(b"")
    display_content: Raw = Raw(b"")
    tool_calls: Raw = Raw(b"")
    session_id: str | None = None
    project_hash: str | None = None
    start_time: str | None = None
    last_updated: str | None = None
    summary: str | None = None
    directories: list[str] | None = None
    kind: str | None = None
    update: Update | None = field(name="$set", default=None)


class CountedSession(Struct, gc=False, rename="camel"):
    """What counting needs of an older session, which is one object."""

    session_id: str | None = None
    project_hash: str | None = None
    start_time: str | None = None
    last_updated: str | None = None
    summary: str | None = None
    directories: list[str] | None = None
    kind: str | None = None
    messages: list[CountedRecord] | None = None


class Buckets(NamedTuple):
    """Disjoint tokens of one request."""

    input: int
    output: int
    reasoning: int
    cache_read: int


def buckets_of(tokens: TokenCounts) -> Buckets:
    """Return disjoint tokens: the prompt holds what was cached, thoughts are beside the output.

    A total that counts the cached tokens apart shows a file whose prompt excludes them.
    """
    prompt, cached = tokens.input or 0, tokens.cached or 0
    thoughts, tool, output = tokens.thoughts or 0, tokens.tool or 0, tokens.output or 0
    apart = prompt + output + thoughts + tool + cached
    if cached <= prompt and (not cached or tokens.total != apart):
        prompt -= cached
    return Buckets(prompt + tool, output + thoughts, thoughts, cached)


counted_record = msgspec.json.Decoder(CountedRecord)
counted_session = msgspec.json.Decoder(CountedSession)
