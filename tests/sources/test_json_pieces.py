"""Taking a JSON document apart gives the same elements as reading all of it, cut or whole."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.sources import json_pieces
from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.json_pieces import Piece, pieces

some = settings(max_examples=150, derandomize=True, database=None, deadline=None)
texts = st.sampled_from(["", "a", '},{"a":', "]", '"', "\\", 'é😀\n"', "x" * 40])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=12,
)
documents = st.lists(st.dictionaries(st.sampled_from(["a", "b", 'k"']), values), max_size=5)


def taken_apart(content: bytes, *inside: str) -> list[Piece | Rejected]:
    return list(pieces(io.BytesIO(content), inside))


@some
@given(documents, st.sampled_from([None, 2]), st.booleans(), st.sampled_from([5, 61, 1 << 20]))
def test_a_list_comes_apart_into_its_elements(
    elements: list[dict[str, Any]], indent: int | None, plain: bool, block: int
) -> None:
    content = json.dumps(elements, indent=indent, ensure_ascii=plain).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_pieces, "BLOCK", block)
        found = taken_apart(content)

    assert [json.loads(each.data) for each in found if isinstance(each, Piece)] == elements
    assert all(isinstance(each, Piece) for each in found)
    assert [content[each.offset :].startswith(each.data) for each in found if isinstance(each, Piece)] == [True] * len(elements)  # fmt: skip # noqa: E501


@some
@given(documents, values, st.sampled_from([17, 1 << 20]))
def test_a_list_inside_of_an_object_comes_apart(
    elements: list[dict[str, Any]], other: Any, block: int
) -> None:
    content = json.dumps({"other": other, "conversations": elements, "end": 1}).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_pieces, "BLOCK", block)
        found = taken_apart(content, "conversations")

    assert [json.loads(each.data) for each in found if isinstance(each, Piece)] == elements


@some
@given(documents, st.integers(0, 400))
def test_a_cut_document_gives_what_is_whole_and_says_that_it_is_cut(
    elements: list[dict[str, Any]], length: int
) -> None:
    content = json.dumps(elements).encode()
    cut = content[: min(length, len(content) - 1)]
    found = taken_apart(cut)
    whole = [json.loads(each.data) for each in found if isinstance(each, Piece)]

    assert whole == elements[: len(whole)]
    if cut.strip():
        assert isinstance(found[-1], Rejected)
        assert "not whole" in found[-1].reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<!DOCTYPE html><html>", "a web page"), (b"hello", "not JSON"), (b"\x00\x01PK", "not JSON")],
)
def test_what_is_no_json_is_refused_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        taken_apart(content)


def test_an_element_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "LARGEST_ELEMENT", 1000)
    monkeypatch.setattr(json_pieces, "BLOCK", 300)
    content = json.dumps([{"a": 1}, {"a": "}]" * 2000}, {"a": 3}]).encode()
    first, second, third = taken_apart(content)

    assert isinstance(first, Piece)
    assert isinstance(second, Rejected)
    assert second.reason.startswith("larger than")
    assert isinstance(third, Piece)
    assert json.loads(third.data) == {"a": 3}


def test_what_is_no_object_is_rejected_and_the_rest_read() -> None:
    found = taken_apart(b'[1, {"a": 1}, "x}", {"a": 2}]')

    assert [isinstance(each, Piece) for each in found] == [False, True, False, True]


def test_nesting_without_end_is_rejected() -> None:
    deep = b'{"a":' * 60_000 + b"1" + b"}" * 60_000
    found = taken_apart(b'[{"a": 1},' + deep + b',{"a": 2}]')

    assert [isinstance(each, Piece) for each in found] == [True, False, True]
    assert isinstance(found[1], Rejected)
    assert found[1].reason == "nested too deeply"
