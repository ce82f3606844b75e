"""The entries of Pi's sessions, as far as they are counted, and how they are named."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.content import json_text
from convledger.sources.findings import Tokens
from convledger.sources.lenient import scrub

_ENDING = re.compile(r"\.jsonl(\.zst)?\Z")
# Ids by which providers name a response are long; some local servers count or draw short ones.
UNIQUE_LENGTH = 20
Instant = str | int | float | None


class Cost(Struct, gc=False, rename="camel"):
    """What Pi itself worked out that a request cost, in dollars."""

    total: Any = None


class Usage(Struct, gc=False, rename="camel"):
    """What one request used; its buckets are disjoint."""

    input: Tokens = None
    output: Tokens = None
    cache_read: Tokens = None
    cache_write: Tokens = None
    reasoning: Tokens = None
    cost: Cost | None = None


class CountedMessage(Struct, gc=False, rename="camel"):
    """What counting needs of a message."""

    role: str | None = None
    content: Raw = Raw(b"")
    usage: Usage | None = None
    provider: str | None = None
    model: str | None = None
    response_id: str | None = None
    stop_reason: str | None = None
    timestamp: Instant = None


class CountedEntry(Struct, gc=False, rename="camel"):
    """What counting needs of an entry."""

    type: str | None = None
    id: str | None = None
    timestamp: Instant = None
    message: CountedMessage | None = None
    usage: Usage | None = None
    provider: str | None = None
    model: str | None = None
    model_id: str | None = None
    cwd: str | None = None
    version: int | str | None = None
    parent_session: str | None = None
    branched_from: str | None = None
    name: str | None = None
    title: str | None = None
    custom_title: str | None = None


def session_of_path(path: str) -> str:
    """Return the id in a session file's name, which begins with an instant."""
    name = _ENDING.sub("", path.replace("\\", "/").rsplit("/", 1)[-1])
    return str(scrub(name.partition("_")[2] or name))


def entry_uuid(session: str, name: str, stamp: Instant, line: int, said: bytes = b"") -> str:
    """Return what an entry is called among those of all sessions; its copies in forks alike.

    What is `said` names it with its instant: the ids of entries are short, unique within a session
    alone, and given to older sessions only when a newer version opens them.
    """
    if stamp and said:
        return f"{stamp}:{blake2b(said, digest_size=12).hexdigest()}"
    return f"{name}@{stamp}" if name and stamp else f"{session}:{name or f'#{line}'}"


def said_in(role: str, content: Any) -> bytes:
    """Return what a message's decoded content says, in bytes that only it has."""
    return f"{role}{json_text(content)}".encode("utf-8", "replace") if content else b""


counted_entry = msgspec.json.Decoder(CountedEntry)
