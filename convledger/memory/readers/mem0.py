"""What mem0's get_all returns: an object with `results`, formerly a bare list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.json_texts import decoded, instant_in, list_in, text_in
from convledger.memory.readers.words import kind_of

NAME, TITLE = "mem0", "mem0"


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the memories of a file."""
    found = decoded(content)
    if isinstance(found, Rejected):
        yield found
        return
    if isinstance(found, dict):
        rows, relations = found.get("results", found.get("memories")), list_in(found, "relations")
    else:
        rows, relations = found, []
    if not isinstance(rows, list):
        yield Rejected("", "no list of memories; expected `results` or a bare list")
        return
    keys = Keys()
    for number, row in enumerate(rows, 1):
        yield _memory(row, keys, number)
    for number, relation in enumerate(relations, 1):
        yield _relation(relation, keys, number)


def _memory(row: Any, keys: Keys, number: int) -> Item | Rejected:
    body = text_in(row, "memory", "text", "data")
    if not body:
        return Rejected(f"memory {number}", "holds no text")
    ident = text_in(row, "id") or text_in(row, "hash") or str(number)
    facts = row.get("metadata")
    category = text_in(facts, "category", "type")
    tags = [*list_in(row, "categories"), *list_in(facts, "categories"), *list_in(facts, "tags")]
    words = (category, *(tag for tag in tags if isinstance(tag, str)))
    return Item(
        key=keys.next(ident),
        body=body,
        kind=kind_of(category, "fact"),
        tags=tuple("-".join(word.split()) for word in words if word.strip()),
        source_date=instant_in(row, "updated_at", "created_at"),
        place=f"memory {ident}",
    )


def _relation(relation: Any, keys: Keys, number: int) -> Item | Rejected:
    parts = [
        text_in(relation, "source", "source_node"),
        text_in(relation, "relationship", "relation").replace("_", " "),
        text_in(relation, "target", "destination", "destination_node"),
    ]
    if not all(parts):
        return Rejected(f"relation {number}", "needs a source, a relationship and a target")
    body = " ".join(parts)
    return Item(key=keys.next(body), body=body, tags=("relation",), place=f"relation {number}")
