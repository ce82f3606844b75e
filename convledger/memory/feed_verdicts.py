"""What a person decides about the news of memory files: kept, or not wanted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.memory.drafts import Draft, checked
from convledger.memory.feed import News, news
from convledger.memory.file_rows import CHANGED, GONE, OUT, REMOVED
from convledger.memory.importing import is_shared
from convledger.memory.keeping import YOU, accept_within, is_known, must_be, put
from convledger.memory.readers.gemini_md import ADDED as ADDED_MEMORIES
from convledger.memory.readers.registry import FORMATS
from convledger.memory.readers.words import kind_of, tag_of
from convledger.memory.words import PROPOSED, text_hash
from convledger.store.connection import transaction
from convledger.store.entries import (
    EntrySource,
    change_entry,
    change_source,
    sources_of_item,
    write_entry,
)
from convledger.store.operations import Recorder, operation


def keep(connection: sqlite3.Connection, item_ids: Sequence[int], now: int) -> int:
    """Take news into memory as a person has read them; return how many were.

    What was added becomes an entry, what changed its next version; what was removed from a file
    stays in memory, and its source is missing.
    """
    chosen = _chosen(connection, item_ids)
    with operation(connection, "keep", now=now, about=_about(chosen)) as recorder:
        for each in chosen:
            recorder.touch("memory_item", each.item_id)
            if each.what == REMOVED:
                _set_status(connection, recorder, each, "missing")
                _mark(connection, each.item_id, GONE)
            elif each.what == CHANGED and _is_its_own(connection, each):
                _keep_change(connection, recorder, each, now)
            else:
                _set_status(connection, recorder, each, "missing")
                _keep_new(connection, recorder, each, now)
    return len(chosen)


def take_out(connection: sqlite3.Connection, item_ids: Sequence[int], now: int) -> int:
    """Mark news as not wanted; return how many were.

    What was added waits to be taken out of its file by `write_back`, what changed to be put back as
    it was; of what was removed from its file the entry is archived.
    """
    chosen = _chosen(connection, item_ids)
    with operation(connection, "take out", now=now, about=_about(chosen)) as recorder:
        for each in chosen:
            recorder.touch("memory_item", each.item_id)
            if each.what == REMOVED and each.entry_id is not None:
                change_entry(connection, recorder, each.entry_id, state="archived")
                _set_status(connection, recorder, each, "missing")
            _mark(connection, each.item_id, GONE if each.what == REMOVED else OUT)
    return len(chosen)


def leave_edited(connection: sqlite3.Connection, item_ids: Sequence[int]) -> None:
    """Take what the files say of items for what was taken in: the entries were edited since."""
    with transaction(connection):
        for each in news(connection, marked=(CHANGED,)):
            if each.item_id in item_ids:
                connection.execute(
                    "UPDATE memory_item SET hash=?, news='', text='' WHERE id=?",
                    (text_hash(each.new), each.item_id),
                )


def _chosen(connection: sqlite3.Connection, item_ids: Sequence[int]) -> list[News]:
    waiting = {each.item_id: each for each in news(connection)}
    unknown = [each for each in item_ids if each not in waiting]
    if unknown:
        raise UsageProblem(f"item {unknown[0]} is no news")
    return [waiting[each] for each in dict.fromkeys(item_ids)]


def _about(chosen: Sequence[News]) -> str:
    return chosen[0].path if len(chosen) == 1 else f"{len(chosen)} items"


def _is_its_own(connection: sqlite3.Connection, each: News) -> bool:
    """Tell whether an entry may follow its file: nothing else says its text, none the new one."""
    if each.entry_id is None or is_shared(connection, each.entry_id, each.item_id):
        return False
    scope = must_be(connection, each.entry_id).scope
    return is_known(connection, Draft(each.new, scope=scope)) in (None, each.entry_id)


def _keep_new(connection: sqlite3.Connection, recorder: Recorder, each: News, now: int) -> None:
    """Make an entry of what was added to a file, as a person has read it."""
    source = EntrySource(kind="file", place=each.path, memory_item_id=each.item_id,
                         quote_hash=text_hash(each.new), source_date=each.at)  # fmt: skip
    heading = each.under.rpartition(" / ")[2]
    kind = kind_of(heading, getattr(FORMATS.get(each.format), "KIND", "fact"))
    if heading.casefold().endswith(ADDED_MEMORIES):
        kind = "fact"
    draft = checked(Draft(each.new, kind=kind, scope=each.scope, source_date=each.at,
                          tags=tag_of(heading) if heading != each.under else (),
                          sources=(source,)))  # fmt: skip
    entry_id, _ = put(connection, recorder, draft, now, state=PROPOSED, actor=YOU)
    accept_within(connection, recorder, entry_id, now)
    connection.execute(
        "UPDATE memory_item SET entry_id=?, news='', text='' WHERE id=?", (entry_id, each.item_id)
    )


def _keep_change(connection: sqlite3.Connection, recorder: Recorder, each: News, now: int) -> None:
    """Give an entry the text that its file has now, as a person has read it."""
    assert each.entry_id is not None
    draft, digest = checked(Draft(each.new)), text_hash(each.new)
    write_entry(
        connection, recorder, each.entry_id, editor=YOU, now=now, body=draft.body, hash=digest,
        reason=f"changed in {Path(each.path).name}", tokens=None, tokens_method="",
    )  # fmt: skip
    accept_within(connection, recorder, each.entry_id, now)
    _set_status(connection, recorder, each, "ok", quote_hash=digest)
    connection.execute(
        "UPDATE memory_item SET hash=?, news='', text='' WHERE id=?", (digest, each.item_id)
    )


def _set_status(
    connection: sqlite3.Connection, recorder: Recorder, each: News, status: str, **facts: str
) -> None:
    for source in sources_of_item(connection, each.entry_id or 0, each.item_id):
        change_source(connection, recorder, source.id, status=status, **facts)


def _mark(connection: sqlite3.Connection, item_id: int, mark: str) -> None:
    connection.execute("UPDATE memory_item SET news=? WHERE id=?", (mark, item_id))
