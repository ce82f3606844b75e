"""The threads of Amp, as far as they are counted: taken apart once, so that no part spoils all."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.document import NotReadable
from convledger.sources.findings import Tokens
from convledger.sources.lenient import BadLine, loads, scrub
from convledger.sources.values import dict_of, list_of, text_of

_ENDING = re.compile(r"\.json\Z")


class Usage(Struct, gc=False, rename="camel"):
    """What the request of a message used; its buckets are disjoint."""

    model: str | None = None
    timestamp: str | int | float | None = None
    input_tokens: Tokens = None
    output_tokens: Tokens = None
    cache_creation_input_tokens: Tokens = None
    cache_read_input_tokens: Tokens = None


class CountedMessage(Struct, gc=False, rename="camel"):
    """What counting needs of a message."""

    role: str | None = None
    message_id: int | str | None = None
    content: Raw = Raw(b"")
    usage: Usage | None = None
    meta: Raw = Raw(b"")


class EventTokens(Struct, gc=False):
    """What the ledger of a thread says that a request used."""

    input: Tokens = None
    output: Tokens = None
    total: Tokens = None


class Event(Struct, gc=False, rename="camel"):
    """A request in the ledger of a thread."""

    id: int | str | None = None
    timestamp: str | int | float | None = None
    model: str | None = None
    credits: Any = None
    tokens: EventTokens | None = None
    operation_type: str | None = None
    to_message_id: int | str | None = None


class _Ledger(Struct, gc=False):
    events: list[Raw] | None = None


class Thread(Struct, gc=False, rename="camel"):
    """A thread of which the messages and the ledger's events are still to be read."""

    id: str | None = None
    created: str | int | float | None = None
    title: str | None = None
    messages: list[Raw] | None = None
    usage_ledger: _Ledger | None = None
    env: Raw = Raw(b"")

    @property
    def events(self) -> list[Raw]:
        """The ledger's events."""
        return (self.usage_ledger.events or []) if self.usage_ledger else []


_thread = msgspec.json.Decoder(Thread)
counted_message = msgspec.json.Decoder(CountedMessage)
event = msgspec.json.Decoder(Event)


def thread_of(content: bytes) -> Thread:
    """Return the thread that a file holds. Raises NotReadable."""
    try:
        return _thread.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        whole = object_of(content)
    ledger = dict_of(whole.get("usageLedger"))
    created = whole.get("created")
    try:
        return Thread(
            text_of(whole.get("id")),
            created if isinstance(created, str | int | float) else None,
            text_of(whole.get("title")),
            [Raw(msgspec.json.encode(one)) for one in list_of(whole.get("messages"))],
            _Ledger([Raw(msgspec.json.encode(one)) for one in list_of(ledger.get("events"))]),
            Raw(msgspec.json.encode(whole.get("env"))),
        )
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as error:
        raise NotReadable(f"not a thread: {error}") from None


def object_of(content: bytes) -> dict[str, Any]:
    """Return the object that a file holds. Raises NotReadable."""
    try:
        return loads(content)
    except BadLine as error:
        start = content.lstrip()[:200].lower()
        if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
            raise NotReadable("a web page, not a thread") from None
        if start.startswith(b"{"):
            raise NotReadable(
                "not whole, as while it is being written; it is read again when it changes "
                f"({error})"
            ) from None
        raise NotReadable(str(error)) from None


def name_by_path(relative: str) -> str:
    """Return the thread's id by its file's name."""
    return str(scrub(_ENDING.sub("", relative.rsplit("/", 1)[-1])))


def message_uuid(thread: str, message_id: object, place: int) -> str:
    """Return what a message is called among those of all threads; `place` counts from 1."""
    is_named = isinstance(message_id, str | int) and not isinstance(message_id, bool)
    return f"{thread}:{message_id}" if is_named else f"{thread}:#{place}"
