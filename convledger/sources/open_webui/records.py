"""The records of Open WebUI, as far as they are used; their values are looked at later."""

# The fields are named as in the files.
# ruff: noqa: N815

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from convledger.sources.findings import Rejected
from convledger.sources.json_pieces import Piece
from convledger.sources.lenient import BadLine, loads, scrub
from convledger.sources.values import dict_of, dicts_in, name_of

_EMPTY = Raw(b"null")
_RESULTS = (b"_output", b"code_interpreter")
_NOTHING = (b"", b"null", b'""', b"[]", b"{}")


class Entry(Struct):
    """A message of a chat."""

    parentId: Any = None
    role: Any = None
    model: Any = None
    timestamp: Any = None
    usage: Any = None
    info: Any = None
    error: Any = None
    content: Raw = _EMPTY
    output: Raw = _EMPTY
    files: Raw = _EMPTY

    @property
    def is_answered(self) -> bool:
        """Tell whether anything was said in it."""
        return not (is_nothing(self.content) and is_nothing(self.output))

    @property
    def has_steps(self) -> bool:
        """Tell whether tools may have been used in it, so that it took several requests."""
        return any(mark in bytes(self.output) for mark in _RESULTS) or (
            is_nothing(self.output) and b"<details" in bytes(self.content)
        )


class History(Struct):
    """A tree of messages, and the last one of the path that is shown."""

    currentId: Any = None
    messages: dict[str, Entry] = field(default_factory=dict)


class Chat(Struct):
    """What stands in a chat's own JSON."""

    title: Any = None
    models: Any = None
    history: History = field(default_factory=History)
    messages: Raw = _EMPTY
    originalChatId: Any = None
    branchPointMessageId: Any = None


class Row(Struct):
    """A chat with what the server notes beside it."""

    id: Any = None
    title: Any = None
    chat: Chat | None = None
    created_at: Any = None
    updated_at: Any = None
    meta: Any = None


_row = msgspec.json.Decoder(Row)
_chat = msgspec.json.Decoder(Chat)
_FAILS = (msgspec.MsgspecError, ValueError, RecursionError)


def is_nothing(raw: Raw) -> bool:
    """Tell whether a value is none, or an empty one."""
    data = bytes(memoryview(raw)[:8])
    return data in _NOTHING


def value_of(raw: Raw | bytes) -> Any:
    """Return a value that was left undecoded; None where it is beyond repair."""
    try:
        return msgspec.json.decode(raw)
    except _FAILS:
        pass
    try:
        return scrub(json.loads(bytes(raw).decode("utf-8", "replace"), strict=False))
    except (ValueError, RecursionError):
        return None


def row_of(piece: Piece | Rejected, reject: Callable[[Rejected], None]) -> Row | None:
    """Return the chat in an element of an export; None, and it is rejected, where it holds none."""
    if isinstance(piece, Rejected):
        reject(piece)
        return None
    try:
        row = _row.decode(piece.data)
    except _FAILS:
        try:
            row = _repaired(loads(piece.data))
        except BadLine as error:
            reject(piece.rejected(str(error)))
            return None
    if row.chat is None:  # exported without the row around it
        chat = chat_of(piece.data)
        row.chat = chat if chat and settled(chat).history.messages else None
    if row.chat is None:
        reject(piece.rejected("no chat of Open WebUI"))
        return None
    return row


def chat_of(data: bytes) -> Chat | None:
    """Return a chat's own JSON, also one kept as a text in JSON; None where it is none."""
    try:
        return _chat.decode(data)
    except _FAILS:
        value = value_of(data)
    if isinstance(value, str):
        value = value_of(value.encode("utf-8", "replace"))
    return _repaired_chat(value) if isinstance(value, dict) else None


def settled(chat: Chat) -> Chat:
    """Return a chat with a tree of messages, taken from its plain list where it has none."""
    if not chat.history.messages and not is_nothing(chat.messages):
        chat.history = _linear(dicts_in(value_of(chat.messages)), chat.history)
    return chat


def _linear(messages: list[dict[str, Any]], history: History) -> History:
    """Return a plain list of messages as a tree; where none names its parent, it is the last."""
    found: dict[str, Entry] = {}
    last = ""
    for number, message in enumerate(messages, 1):
        name = name_of(message.get("id")) or str(number)
        entry = _entry(message)
        if "parentId" not in message:
            entry.parentId = last or None
        if name not in found:
            found[name] = entry
            last = name
    return History(history.currentId or last, found)


def _repaired(value: dict[str, Any]) -> Row:
    chat = value.get("chat")
    if isinstance(chat, str):
        chat = value_of(chat.encode("utf-8", "replace"))
    return Row(
        value.get("id"), value.get("title"),
        _repaired_chat(chat) if isinstance(chat, dict) else None,
        value.get("created_at"), value.get("updated_at"), value.get("meta"),
    )  # fmt: skip


def _repaired_chat(chat: dict[str, Any]) -> Chat:
    history = dict_of(chat.get("history"))
    entries = {
        name: _entry(each)
        for name, each in dict_of(history.get("messages")).items()
        if isinstance(each, dict)
    }
    return Chat(
        chat.get("title"), chat.get("models"), History(history.get("currentId"), entries),
        _raw(chat.get("messages")), chat.get("originalChatId"), chat.get("branchPointMessageId"),
    )  # fmt: skip


def _entry(message: dict[str, Any]) -> Entry:
    entry = Entry(message.get("parentId"), message.get("role"), message.get("model"))
    entry.timestamp, entry.error = message.get("timestamp"), message.get("error")
    entry.usage, entry.info = message.get("usage"), message.get("info")
    entry.content = _raw(message.get("content"))
    entry.output = _raw(message.get("output"))
    entry.files = _raw(message.get("files"))
    return entry


def _raw(value: Any) -> Raw:
    try:
        return Raw(msgspec.json.encode(value))
    except (*_FAILS, OverflowError, TypeError):
        return _EMPTY
