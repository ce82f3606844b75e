"""What was said where an entry comes from: the span of a message, and whether it is still there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from convledger.errors import UsageProblem
from convledger.memory.file_evidence import Passages
from convledger.memory.words import text_hash
from convledger.store.bodies import PageReader
from convledger.store.connection import transaction
from convledger.store.entries import EntrySource, sources_of
from convledger.text.secrets import veiled

MESSAGE, FILE, URL, ROW, MANUAL = "message", "file", "url", "row", "manual"
OK, CHANGED, MISSING = "ok", "changed", "missing"
LONGEST_QUOTE = 20_000  # characters that are kept of what was said


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source with what stands there now.

    `message_id` opens the conversation there. `before`, `quote` and `after` are the message around
    the quoted span as it is today, or the file, whose `line` it begins in; all empty where it is
    gone. `said_by` is "user", "assistant" or what else a message can be, `title` that of its
    conversation.
    """

    source: EntrySource
    message_id: int | None = None
    conversation: str = ""
    title: str = ""
    reader: str = ""
    said_by: str = ""
    at: int | None = None
    before: str = ""
    quote: str = ""
    after: str = ""
    line: int = 0


def quoted(
    connection: sqlite3.Connection, message_id: int, start: int = 0, length: int | None = None
) -> EntrySource:
    """Return a span of a message as the source of an entry, in characters of its body.

    Raises UsageProblem where there is no such message, or nothing in that span.
    """
    row = _message(connection, "message.id=?", (message_id,))
    if row is None:
        raise UsageProblem(f"there is no message number {message_id}")
    body = PageReader(connection).body(*row[-3:])
    ends = len(body) if length is None else start + length
    quote = body[start:ends]
    if not quote.strip():
        raise UsageProblem("there is nothing in that part of the message")
    name, title = row[3], veiled(row[4] or "no title")
    return EntrySource(
        kind=MESSAGE,
        place=f"{name} · {title}",
        conversation_id=row[1],
        message_key=row[2],
        start=start,
        length=len(quote),
        quote=quote[:LONGEST_QUOTE],
        quote_hash=text_hash(quote),
        source_date=row[6],
    )


_KINDS = {1: "user", 2: "assistant"}
_QUERY = (
    "SELECT message.id, conversation_id, key, reader.name, title, native, at, kind, "
    "page_id, start, length FROM message JOIN conversation ON conversation.id=conversation_id "
    "JOIN reader ON reader.id=reader_id WHERE "
)


def _message(
    connection: sqlite3.Connection, condition: str, values: tuple[object, ...]
) -> tuple[int, int, int, str, str, str, int, int, int | None, int, int] | None:
    row = connection.execute(_QUERY + condition, values).fetchone()
    return None if row is None else tuple(row)


def evidence_of(connection: sqlite3.Connection, entry_ids: Iterable[int]) -> list[Evidence]:
    """Return where entries come from, with what stands there today."""
    pages = PageReader(connection)
    files = Passages(connection)
    found = []
    for sources in sources_of(connection, entry_ids).values():
        found += [_seen(connection, pages, files, source) for source in sources]
    return found


def _seen(
    connection: sqlite3.Connection, pages: PageReader, files: Passages, source: EntrySource
) -> Evidence:
    if source.memory_item_id is not None:
        found = files.of_item(source.memory_item_id)
        if found is not None:
            return Evidence(source, at=source.source_date, before=found.before, quote=found.quote,
                            after=found.after, line=found.line)  # fmt: skip
    if source.kind != MESSAGE or source.message_key is None:
        return Evidence(source, quote=source.quote, at=source.source_date)
    row = _message(
        connection,
        "key=? AND conversation_id=?",
        (source.message_key, source.conversation_id),
    )
    if row is None:
        return Evidence(source, at=source.source_date)
    body = pages.body(*row[-3:])
    start = place_in(body, source)
    ends = start + source.length
    return Evidence(
        source=source,
        message_id=row[0],
        conversation=row[5],
        title=veiled(row[4] or ""),
        reader=row[3],
        said_by=_KINDS.get(row[7], "tool"),
        at=row[6],
        before=body[:start],
        quote=body[start:ends],
        after=body[ends:],
    )


def place_in(body: str, source: EntrySource) -> int:
    """Return where a quoted span stands in a message: where it stood, or where it moved to."""
    if text_hash(body[source.start : source.start + source.length]) == source.quote_hash:
        return source.start
    moved = body.find(source.quote)
    return moved if moved >= 0 and source.quote else min(source.start, len(body))


def check_sources(connection: sqlite3.Connection) -> int:
    """Look whether what entries quote is still said word for word; return how many changed.

    That is what the program finds out by itself: no change that a person would undo.
    """
    changes = list(changed_statuses(connection))
    if changes:
        with transaction(connection):
            connection.executemany("UPDATE entry_source SET status=? WHERE id=?", changes)
    return len(changes)


def changed_statuses(connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    """Yield the status and number of each source whose quote is found otherwise than noted."""
    pages = PageReader(connection)
    rows = connection.execute(
        "SELECT entry_source.id, entry_source.conversation_id, message_key, entry_source.start, "
        "entry_source.length, quote, quote_hash, status, message.page_id, message.start, "
        "message.length FROM entry_source LEFT JOIN message ON message.key=message_key "
        "AND message.conversation_id=entry_source.conversation_id "
        "WHERE entry_source.kind='message' AND message_key IS NOT NULL "
        "ORDER BY message.page_id"
    ).fetchall()
    for number, _, _, start, length, quote, digest, status, page, at, size in rows:
        if size is None:
            now = MISSING
        else:
            source = EntrySource(
                kind=MESSAGE, start=start, length=length, quote=quote, quote_hash=digest
            )
            body = pages.body(page, at, size)
            place = place_in(body, source)
            same = text_hash(body[place : place + length]) == digest
            now = OK if same else CHANGED
        if now != status:
            yield now, number
