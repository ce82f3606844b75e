"""An entry with all that belongs to it, as an export holds it and as it is read again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct, field

from convledger.clock import iso_text
from convledger.store.connection import transaction
from convledger.store.entries import (
    Entry,
    EntrySource,
    EntryVersion,
    entries_where,
    sources_of,
    versions_of,
)
from convledger.store.packs import NO_PACK, Render, RenderItem, add_render
from convledger.text.secrets import veiled

SCHEMA = 1
KIND = "memory"  # what a file of the program says that it holds
DOTTED, FULL = "dotted", "full"


class Version(Struct, kw_only=True):
    """A text that an entry has had."""

    version: int
    at: str = ""
    by: str = ""
    reason: str = ""
    title: str = ""
    body: str = ""


class Source(Struct, kw_only=True, omit_defaults=True):
    """Where an entry comes from; `reader`, `conversation` and `message` name what was said."""

    kind: str
    place: str = ""
    source_date: str | None = None
    status: str = "ok"
    reader: str = ""
    conversation: str = ""
    message: int | None = None
    start: int = 0
    length: int = 0
    quote: str = ""
    quote_hash: str = ""


class Exported(Struct, kw_only=True):
    """An entry; instants are RFC 3339, `secrets` tells whether its secrets are dotted."""

    name: str
    title: str
    body: str
    kind: str = "fact"
    state: str = "proposed"
    scope: str = "global"
    tags: list[str] = field(default_factory=list)
    sensitivity: str = "internal"
    value: int = 3
    pinned: bool = False
    source_date: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    recorded_at: str | None = None
    verified_at: str | None = None
    verified_by: str = ""
    review_days: int | None = None
    review_at: str | None = None
    superseded_by: str | None = None
    tokens: int | None = None
    secrets: str = FULL
    versions: list[Version] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


class Head(Struct, kw_only=True):
    """The first line of an export."""

    convledger: str = KIND
    schema: int = SCHEMA
    entries: int = 0
    secrets: str = DOTTED
    exported_at: str = ""


def exported(
    connection: sqlite3.Connection, ids: Iterable[int], *, reveal: bool
) -> Iterator[tuple[int, Exported]]:
    """Yield entries, those that there are, with their ids; secrets in full only where asked."""
    names: dict[int, str] = {}
    for entry_id in ids:
        for entry in entries_where(connection, "id=?", (entry_id,)):
            versions = [_version(each) for each in versions_of(connection, entry_id)]
            sources = sources_of(connection, [entry_id]).get(entry_id, [])
            found = _exported(
                entry,
                versions,
                [_source(connection, each) for each in sources],
                _name_of(connection, entry.superseded_by, names),
            )
            yield entry_id, found if reveal else _veiled(found)


def _exported(
    entry: Entry, versions: list[Version], sources: list[Source], successor: str | None
) -> Exported:
    return Exported(
        name=entry.name, title=entry.title, body=entry.body, kind=entry.kind, state=entry.state,
        scope=entry.scope or "global", tags=list(entry.tags), sensitivity=entry.sensitivity,
        value=entry.value, pinned=entry.pinned, source_date=_instant(entry.source_date),
        valid_from=_instant(entry.valid_from), valid_to=_instant(entry.valid_to),
        recorded_at=_instant(entry.recorded_at), verified_at=_instant(entry.verified_at),
        verified_by=entry.verified_by, review_days=entry.review_days,
        review_at=_instant(entry.review_at), superseded_by=successor, tokens=entry.tokens,
        versions=versions, sources=sources,
    )  # fmt: skip


def _instant(at: int | None) -> str | None:
    return None if at is None else iso_text(at)


def _version(each: EntryVersion) -> Version:
    return Version(version=each.number, at=iso_text(each.at), by=each.editor, reason=each.reason,
                   title=each.title, body=each.body)  # fmt: skip


def _source(connection: sqlite3.Connection, each: EntrySource) -> Source:
    row = connection.execute(
        "SELECT reader.name, native FROM conversation JOIN reader ON reader.id=reader_id "
        "WHERE conversation.id=?",
        (each.conversation_id,),
    ).fetchone() or ("", "")  # fmt: skip
    return Source(
        kind=each.kind, place=each.place, source_date=_instant(each.source_date),
        status=each.status, reader=row[0], conversation=row[1],
        message=each.message_key if row[1] else None, start=each.start, length=each.length,
        quote=each.quote, quote_hash=each.quote_hash,
    )  # fmt: skip


def _name_of(
    connection: sqlite3.Connection, entry_id: int | None, names: dict[int, str]
) -> str | None:
    if entry_id is not None and entry_id not in names:
        row = connection.execute("SELECT name FROM entry WHERE id=?", (entry_id,)).fetchone()
        names[entry_id] = row[0] if row else ""
    return names.get(entry_id) or None if entry_id is not None else None


def _veiled(found: Exported) -> Exported:
    """Return an entry with dots for its secrets, and without the hashes of what they stood in."""
    before = msgspec.json.encode(found)
    found.title, found.body = veiled(found.title), veiled(found.body)
    for version in found.versions:
        version.title, version.body = veiled(version.title), veiled(version.body)
        version.reason = veiled(version.reason)
    for source in found.sources:
        quote = veiled(source.quote)
        source.quote_hash = source.quote_hash if quote == source.quote else ""
        source.quote, source.place = quote, veiled(source.place)
    if msgspec.json.encode(found) != before:
        found.secrets = DOTTED
    return found


def note_export(
    connection: sqlite3.Connection, entries: Iterable[tuple[int, int]], target: str, form: str,
    now: int,
) -> int:  # fmt: skip
    """Keep that entries (id, version) were exported to a file, so that erasing them names it.

    Returns the number of that, by which `store.packs.forget_render` takes it back.
    """
    render = Render(
        id=0, pack_id=NO_PACK, name="", at=now, tokens=0, budget=0, among=0, method="", digest="",
        format=f"export {form}", target=target.encode("utf-8", "replace").decode(),
    )  # fmt: skip
    items = [RenderItem(entry_id, version, "", "") for entry_id, version in entries]
    with transaction(connection):
        return add_render(connection, render, items)
