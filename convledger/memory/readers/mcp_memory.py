"""memory.jsonl of the MCP memory server: entities with observations, relations between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.memory.readers.items import Item, Keys, Rejected, storable, too_large
from convledger.memory.readers.json_texts import decoded, text_in
from convledger.memory.readers.texts import encoding_of, lines_of

NAME, TITLE = "mcp-memory", "MCP memory server"


def read(content: bytes, path: str) -> Iterator[Item | Rejected]:  # noqa: ARG001
    """Yield an item for each observation of an entity and for each relation.

    A graph in one object, as its tools return it, is read as well. Unknown members are passed over.
    """
    rejected = too_large(content)
    if rejected is not None:
        yield rejected
        return
    keys = Keys()
    for place, record in _records(content):
        if isinstance(record, Rejected):
            yield Rejected(place, record.reason)
        elif not isinstance(record, dict):
            yield Rejected(place, "not an object")
        elif "observations" in record:
            yield from _entity(record, keys, place)
        elif "relationType" in record:
            yield _relation(record, keys, place)
        else:
            yield Rejected(place, "neither an entity nor a relation")


def _records(content: bytes) -> Iterator[tuple[str, Any]]:
    _, mark = encoding_of(content)
    if content[mark : mark + 200].lstrip().startswith(b"{"):
        whole = _graph(content)
        if whole is not None:
            for name, kind in (("entity", "entities"), ("relation", "relations")):
                found = whole.get(kind)
                for number, record in enumerate(found if isinstance(found, list) else [], 1):
                    yield f"{name} {number}", record
            return
    text = lines_of(content)
    if isinstance(text, Rejected):
        yield "", text
        return
    for number, line in enumerate(text.lines, 1):
        if line.strip():
            yield f"line {number}", decoded(line.encode("utf-8", "replace"))


def _graph(content: bytes) -> dict[str, Any] | None:
    """Return a whole graph in one object, None where the file has an object a line."""
    if b'"entities"' not in content:
        return None
    whole = decoded(content)
    return whole if isinstance(whole, dict) and "entities" in whole else None


def _entity(record: dict[str, Any], keys: Keys, place: str) -> Iterator[Item | Rejected]:
    name = text_in(record, "name")
    observations = record["observations"]
    if not name or not isinstance(observations, list):
        yield Rejected(place, "an entity needs a name and a list of observations")
        return
    kind = text_in(record, "entityType")
    for number, observation in enumerate(observations, 1):
        if not isinstance(observation, str) or not observation.strip():
            yield Rejected(f"{place}, observation {number}", "not a text")
            continue
        yield Item(
            key=keys.next(name),
            title=f"{name}: {' '.join(storable(observation[:100]).split())}",
            body=storable(observation),
            kind="contact" if kind.casefold() in ("contact",) else "fact",
            tags=tuple("-".join(word.split()) for word in (name, kind) if word.strip()),
            place=f"{name}, {place}",
        )


def _relation(record: dict[str, Any], keys: Keys, place: str) -> Item | Rejected:
    parts = [text_in(record, part) for part in ("from", "relationType", "to")]
    if not all(parts):
        return Rejected(place, "a relation needs from, to and relationType")
    body = " ".join(part.replace("_", " ") if at == 1 else part for at, part in enumerate(parts))
    return Item(key=keys.next(" > ".join(parts)), body=body, tags=("relation",), place=place)
