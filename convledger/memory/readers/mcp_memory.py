"""memory.jsonl of the MCP memory server: entities with observations, relations between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from convledger.memory.readers.items import Item, Keys, Rejected, storable, too_large
from convledger.memory.readers.json_spans import texts_in
from convledger.memory.readers.json_texts import decoded, text_in
from convledger.memory.readers.texts import encoding_of, lines_of

NAME, TITLE = "mcp-memory", "MCP memory server"
IS_JSON = True  # what is written back is a text within JSON
Spans = dict[int, tuple[int, int]]  # by the number of an observation (from 0): begin, end


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield an item for each observation of an entity and for each relation.

    A graph in one object, as its tools return it, is read as well. Unknown members are passed over.
    """
    rejected = too_large(content)
    if rejected is not None:
        yield rejected
        return
    keys = Keys()
    for place, record, spans in _records(content):
        if isinstance(record, Rejected):
            yield Rejected(place, record.reason)
        elif not isinstance(record, dict):
            yield Rejected(place, "not an object")
        elif "observations" in record:
            yield from _entity(record, keys, place, spans)
        elif "relationType" in record:
            yield _relation(record, keys, place)
        else:
            yield Rejected(place, "neither an entity nor a relation")


def _records(content: bytes) -> Iterator[tuple[str, Any, Spans]]:
    """Yield each record with its place, and where its observations stand in the file's bytes."""
    encoding, mark = encoding_of(content)
    if content[mark : mark + 200].lstrip().startswith(b"{"):
        whole = _graph(content)
        if whole is not None:
            yield from _of_graph(whole, content, encoding, mark)
            return
    text = lines_of(content)
    if isinstance(text, Rejected):
        yield "", text, {}
        return
    for at, line in enumerate(text.lines):
        if line.strip():
            raw = line.encode("utf-8", "replace")
            record = decoded(raw)
            spans: Spans = {}
            is_exact = text.encoding == "utf-8" and at not in text.inexact
            if is_exact and isinstance(record, dict) and "observations" in record:
                begins = text.starts[at]
                spans = {
                    path[1]: (begins + start, begins + end)
                    for path, start, end in texts_in(raw)
                    if len(path) == 2 and path[0] == "observations" and isinstance(path[1], int)
                }
                spans = _true(spans, record["observations"], content)
            yield f"line {at + 1}", record, spans


def _of_graph(
    whole: dict[str, Any], content: bytes, encoding: str, mark: int
) -> Iterator[tuple[str, Any, Spans]]:
    spans: defaultdict[int, Spans] = defaultdict(dict)
    for path, start, end in texts_in(content[mark:]) if encoding == "utf-8" else ():
        if len(path) == 4 and (path[0], path[2]) == ("entities", "observations"):
            number, place = path[1], path[3]
            if isinstance(number, int) and isinstance(place, int):
                spans[number][place] = (mark + start, mark + end)
    for name, kind in (("entity", "entities"), ("relation", "relations")):
        found = whole.get(kind)
        for number, record in enumerate(found if isinstance(found, list) else []):
            own = spans.get(number, {}) if kind == "entities" and isinstance(record, dict) else {}
            yield (
                f"{name} {number + 1}",
                record,
                _true(own, own and record["observations"], content),
            )


def _true(spans: Spans, observations: Any, content: bytes) -> Spans:
    """Return the spans at which the very text of an observation stands."""
    if not isinstance(observations, list):
        return {}
    return {
        number: (start, end)
        for number, (start, end) in spans.items()
        if number < len(observations) and decoded(content[start:end]) == observations[number]
    }


def _graph(content: bytes) -> dict[str, Any] | None:
    """Return a whole graph in one object, None where the file has an object a line."""
    if b'"entities"' not in content:
        return None
    whole = decoded(content)
    return whole if isinstance(whole, dict) and "entities" in whole else None


def _entity(
    record: dict[str, Any], keys: Keys, place: str, spans: Spans
) -> Iterator[Item | Rejected]:
    name = text_in(record, "name")
    observations = record["observations"]
    if not name or not isinstance(observations, list):
        yield Rejected(place, "an entity needs a name and a list of observations")
        return
    kind = text_in(record, "entityType")
    for number, observation in enumerate(observations):
        if not isinstance(observation, str) or not observation.strip():
            yield Rejected(f"{place}, observation {number + 1}", "not a text")
            continue
        start, end = spans.get(number, (None, 0))
        yield Item(
            key=keys.next(name),
            title=f"{name}: {' '.join(storable(observation[:100]).split())}",
            body=storable(observation),
            kind="contact" if kind.casefold() in ("contact",) else "fact",
            tags=tuple("-".join(word.split()) for word in (name, kind) if word.strip()),
            start=start,
            length=None if start is None else end - start,
            place=f"{name}, {place}",
        )


def _relation(record: dict[str, Any], keys: Keys, place: str) -> Item | Rejected:
    parts = [text_in(record, part) for part in ("from", "relationType", "to")]
    if not all(parts):
        return Rejected(place, "a relation needs from, to and relationType")
    body = " ".join(part.replace("_", " ") if at == 1 else part for at, part in enumerate(parts))
    return Item(key=keys.next(" > ".join(parts)), body=body, tags=("relation",), place=place)
