"""Reads exports that hold a list of conversations: one after the other, in pieces to store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import msgspec

from convledger.sources.content import json_text
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Figures, Message, Rejected
from convledger.sources.glimpse import Glimpse
from convledger.sources.json_pieces import Piece, pieces
from convledger.sources.lenient import BadLine, loads, scrub
from convledger.sources.values import dicts_in, digest

INSIDE = ("conversations",)
_MESSAGES, _TEXT = 500, 1 << 20  # messages and characters that are handed on together
_FIGURES = 500  # conversations and calls
_STRANGERS = 50  # records of another kind after which a file is none of the source's
_BLANK = re.compile(rb'(?:null|[\[\]{}",\s]|\\[nrt])*')
_LONGEST_BLANK = 200
_LONGEST_NAME = 200
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Readable(Protocol):
    """A conversation of an export, as far as it could be read."""

    unreadable: int  # messages of it that could not be decoded


Conversation = TypeVar("Conversation", bound=Readable)


class Reader(Protocol[Conversation]):
    """What knows the conversations of one kind of export."""

    KIND: str

    def conversation(self, data: bytes) -> Conversation | None:
        """Return what a record holds, None where it is no conversation. Raises BadLine."""

    def count(self, conversation: Conversation, figures: Figures) -> str:
        """Add what a conversation counts, and return what is amiss with its times."""

    def messages(self, conversation: Conversation) -> Iterator[list[Message]]:
        """Yield the blocks of each message."""


def read_export(
    document: Document, reader: Reader[Conversation], *, texts: bool
) -> Iterator[Found]:
    """Yield what an export holds, its figures or its texts. Raises NotReadable."""
    found, size, any_known = Found(), 0, False
    strangers: list[Rejected] = []
    for piece in pieces(document.stream(), INSIDE):
        rejected = found.texts.rejected if texts else found.figures.rejected
        if isinstance(piece, Rejected):
            rejected.append(piece)
            continue
        found.done = piece.offset + len(piece.data)
        place = Piece(piece.number, piece.offset, piece.data[:400])
        try:
            conversation = reader.conversation(piece.data)
        except BadLine as error:
            rejected.append(place.rejected(str(error)))
            continue
        finally:
            del piece  # which may be large, and the next one as well
        if conversation is None:
            strangers.append(place.rejected(f"no conversation of {reader.KIND}"))
            if len(strangers) >= _STRANGERS and not any_known:
                break
            continue
        any_known = True
        rejected.extend(strangers)
        strangers.clear()
        if texts:
            for blocks in reader.messages(conversation):
                found.texts.messages.extend(blocks)
                for block in blocks:
                    size += len(block.body)
                if len(found.texts.messages) >= _MESSAGES or size >= _TEXT:
                    yield found
                    found, size = Found(done=found.done), 0
        else:
            if fault := reader.count(conversation, found.figures):
                rejected.append(place.rejected(fault))
            if conversation.unreadable:
                fault = f"{conversation.unreadable} of its messages can't be read"
                rejected.append(place.rejected(fault))
        del conversation
        if len(found.figures.calls) + len(found.figures.conversations) >= _FIGURES:
            yield found
            found = Found(done=found.done)
    if strangers and not any_known:
        raise NotReadable(f"holds no conversation of {reader.KIND}")
    (found.texts if texts else found.figures).rejected.extend(strangers)
    yield found


def first_records(glimpse: Glimpse) -> Iterator[dict[str, Any]]:
    """Yield the records of a first look, also those in the list of a small whole object."""
    for record in glimpse.records:
        for name in INSIDE:
            yield from dicts_in(record.get(name))
        yield record


def value_of(raw: msgspec.Raw) -> Any:
    """Return what raw JSON holds, repaired where needed; None where it can't be decoded."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        pass
    except RecursionError:
        return None
    try:
        return scrub(json.loads(bytes(raw).decode("utf-8", "replace"), strict=False))
    except (ValueError, RecursionError):
        return None


def raw_parts(data: bytes) -> dict[str, msgspec.Raw]:
    """Return an object's values undecoded, by key. Raises BadLine."""
    try:
        return _parts(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {key: encoded(value) for key, value in loads(data).items()}


def encoded(value: Any) -> msgspec.Raw:
    """Return a decoded value as raw JSON again. Raises BadLine."""
    try:
        return msgspec.Raw(msgspec.json.encode(value))
    except RecursionError:
        raise BadLine("nested too deeply") from None


def is_blank(raw: msgspec.Raw) -> bool:
    """Tell whether raw JSON says nothing: absent, null, empty, only spaces."""
    view = memoryview(raw)
    return not len(view) or (len(view) <= _LONGEST_BLANK and _BLANK.fullmatch(view) is not None)


def text_in(raw: msgspec.Raw) -> str:
    """Return the text that raw JSON is, or nothing."""
    value = None if is_blank(raw) else value_of(raw)
    return value if isinstance(value, str) else ""


def name_in_source(conversation: str, native: str) -> str:
    """Return a message's own id where it is unique by nature, else one within its conversation."""
    if len(native) > _LONGEST_NAME:
        native = digest(native)
    return native if _UUID.fullmatch(native) else f"{conversation}:{native}"


def short_name(native: str) -> str:
    """Return an id, or its digest where it is absurdly long."""
    return native if len(native) <= _LONGEST_NAME else digest(native)


def arguments(value: Any) -> str:
    """Return a tool call's arguments as JSON text; what is no object is named its input."""
    if isinstance(value, str):
        if value.lstrip()[:1] == "{":
            try:
                if isinstance(msgspec.json.decode(value), dict):
                    return value
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass
        value = {"input": value}
    elif value is None:
        value = {}
    return json_text(value)


def kilobytes(size: Any) -> str:
    """Return a size in words, with a space before, nothing where it is none."""
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size < 1 << 50:
        return ""
    return f" {max(1, size // 1000)} KB"
