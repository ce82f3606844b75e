"""Texts within JSON: where they stand, and the JSON that an edit makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.memory.readers.items import Item
from convledger.memory.readers.json_spans import texts_in, with_text, without_text
from convledger.memory.readers.mcp_memory import read

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
ENTITIES = st.lists(
    st.fixed_dictionaries(
        {"name": TEXTS.filter(str.strip), "observations": st.lists(TEXTS | st.integers())},
        optional={"more": VALUES, "entityType": TEXTS},
    ),
    min_size=1,
    max_size=3,
)
STYLES = st.sampled_from([(None, True), (None, False), (2, True), (1, False)])


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def texts_of(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(texts_of, value.values()))
    if isinstance(value, list):
        return sum(map(texts_of, value))
    return isinstance(value, str)


@given(VALUES, STYLES)
def test_every_text_is_found_where_it_stands(value: Any, style: tuple[int | None, bool]) -> None:
    raw = json.dumps(value, indent=style[0], ensure_ascii=style[1]).encode()
    found = list(texts_in(raw))
    assert len(found) == texts_of(value)
    for path, start, end in found:
        assert json.loads(raw[start:end]) == at(value, path)


def lines_of(entities: list[dict[str, Any]], ascii_only: bool) -> bytes:
    return b"\n".join(json.dumps(each, ensure_ascii=ascii_only).encode() for each in entities)


def with_places(content: bytes) -> list[Item]:
    return [one for one in read(content, "memory.jsonl") if isinstance(one, Item) and one.start]


def observations(content: bytes, is_graph: bool) -> list[list[Any]]:
    records = (
        json.loads(content)["entities"]
        if is_graph
        else [json.loads(line) for line in content.split(b"\n")]
    )
    return [record["observations"] for record in records]


@given(ENTITIES, STYLES, st.booleans(), TEXTS, st.data())
def test_an_edit_of_an_observation_changes_that_alone(
    entities: list[dict[str, Any]], style: tuple[int | None, bool], is_graph: bool, new: str,
    data: st.DataObject,
) -> None:  # fmt: skip
    graph = {"relations": [], "entities": entities}
    content = (
        json.dumps(graph, indent=style[0], ensure_ascii=style[1]).encode()
        if is_graph
        else lines_of(entities, style[1])
    )
    before = observations(content, is_graph)
    items = with_places(content)
    sayable = [text for own in before for text in own if isinstance(text, str) and text.strip()]
    assert len(items) == len(sayable)
    if not items:
        return
    chosen = data.draw(st.integers(0, len(items) - 1))
    item = items[chosen]
    assert item.start is not None
    assert item.length is not None
    spot = [
        (record, place)
        for record, own in enumerate(before)
        for place, text in enumerate(own)
        if isinstance(text, str) and text.strip()
    ][chosen]

    edited = with_text(content, item.start, item.length, new)
    before[spot[0]][spot[1]] = new
    assert observations(edited, is_graph) == before
    assert edited.startswith(content[: item.start])
    assert edited.endswith(content[item.start + item.length :])

    taken_out = without_text(content, item.start, item.length)
    del before[spot[0]][spot[1]]
    assert observations(taken_out, is_graph) == before


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "A", "observations": ["caf\xe9"]}',  # not UTF-8
        '{"name": "A", "observations": ["b"]}'.encode("utf-16"),
        b'{"name": "A", "observations": ["b"], "observations": "c"}',
        b'{"name": "A", "observations": {"": "b"}}',
        b'{"entities": {"x": {"observations": {"": "b"}}}}',
    ],
    ids=["latin", "utf-16", "twice", "named", "named-graph"],
)
def test_what_can_not_be_written_back_has_no_place(content: bytes) -> None:
    assert with_places(content) == []


def test_of_a_member_that_stands_twice_the_last_one_counts() -> None:
    content = b'{"name": "A", "observations": ["b", "c"], "observations": ["d"]}'
    (item,) = with_places(content)
    assert item.body == "d"
    assert item.start is not None
    assert content[item.start :] == b'"d"]}'
