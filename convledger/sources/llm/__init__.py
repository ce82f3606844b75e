"""llm: the database of Simon Willison's command line tool, both generations of its tables."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.glimpse import NO, SQLITE, SURE, Glimpse
from convledger.sources.sqlite_tables import Mark


class Position(Struct, array_like=True):
    """How far both generations were read."""

    responses: Mark = field(default_factory=Mark)
    turns: Mark = field(default_factory=Mark)
    names: tuple[int, int] = (0, 0)  # how many conversations and threads there were


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is llm's."""
    if glimpse.kind != SQLITE:
        return NO
    old, new = glimpse.tables.get("responses", ()), glimpse.tables.get("turns", ())
    is_old = {"prompt", "response", "conversation_id", "datetime_utc"} <= {*old}
    is_new = {"thread_id", "tip_message_hash", "datetime_utc"} <= {*new}
    return SURE if is_old or is_new else NO


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a database holds: its figures, or its texts where `texts`."""
    from convledger.sources.llm.responses import Responses
    from convledger.sources.llm.turns import Turns

    try:
        position = msgspec.msgpack.decode(state, type=Position) if state else Position()
    except msgspec.MsgspecError:
        position = Position()
    generations = (Responses(document, texts=texts), Turns(document, texts=texts))
    if not any(generation.exists for generation in generations):
        raise NotReadable("not a database of llm: it has neither responses nor turns")
    for generation in generations:
        for found in generation.new(position):
            found.state = msgspec.msgpack.encode(position)
            yield found
    yield Found(done=document.size, state=msgspec.msgpack.encode(position))
