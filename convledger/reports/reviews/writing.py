"""Writes a sample to a file by which it travels: items, verdicts, and texts where asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.json import encode

from convledger.errors import UsageProblem
from convledger.reports.conversations import transcript
from convledger.reports.export import JSONL, Destination
from convledger.store import reviews
from convledger.store.exports import note_exports
from convledger.store.reviews import StoredBatch, StoredItem
from convledger.workflow.review_lines import TEXT, header_line, item_line, verdict_line

_LONGEST_TEXT = 200_000  # characters of an entry; longer ones are cut and say so


@dataclass(frozen=True, slots=True)
class Written:
    """What a file of reviews holds."""

    path: str
    items: int
    verdicts: int
    texts: int


def write_review(
    connection: sqlite3.Connection,
    batch: StoredBatch,
    owner: str,
    path: Path,
    at: int,
    by: str,
    *,
    with_texts: bool = False,
    force: bool = False,
) -> Written:
    """Write a sample for one owner, with that one's own verdicts, or all of it for "".

    The file is for its owner's eyes alone and whole or not there; which conversations are in it is
    kept beforehand, so that erasing them names it. Raises UsageProblem.
    """
    every = reviews.items(connection, of_batches=[batch.id])
    chosen = [each for each in every if not owner or owner in each.owners]
    if not chosen:
        known = ", ".join(batch.owners)
        raise UsageProblem(f"nothing of it is {owner}'s; its owners are {known}")
    names = {each.id: each.name for each in chosen}
    said = [
        each
        for each in reviews.verdicts(connection, names, with_gone=True)
        if not owner or each.reviewer == owner
    ]
    target = Destination(str(path), JSONL, 1, force=force)
    if target.folder is not None:
        raise UsageProblem(f"{path}: is a folder; name a file")
    place = target.place
    assert place is not None
    held = [each.conversation_id for each in chosen if each.conversation_id]
    note_exports(connection, held, str(place.absolute()))
    texts = 0
    with target.one(place) as stream:

        def put(line: dict[str, Any]) -> None:
            stream.write(encode(line).decode() + "\n")

        put(header_line(batch, owner, at, by))
        for item in chosen:
            put(item_line(item, owner))
        for verdict in said:
            put(verdict_line(verdict, names[verdict.item_id]))
        for item in chosen if with_texts else ():
            for line in _text_lines(connection, item):
                put(line)
                texts += 1
    return Written(str(place), len(chosen), len(said), texts)


def _text_lines(connection: sqlite3.Connection, item: StoredItem) -> Iterable[dict[str, Any]]:
    if item.conversation_id is None:
        return
    for entry in transcript(connection, item.conversation_id):
        if not entry.body:
            continue
        document = entry.document()
        said = {name: document[name] for name in ("at", "kind", "name", "person", "text")}
        if len(entry.body) > _LONGEST_TEXT:
            said |= {"text": entry.body[:_LONGEST_TEXT], "cut": True}
        yield {"type": TEXT, "item": item.name, "entry": said}
