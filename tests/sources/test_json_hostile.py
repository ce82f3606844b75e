"""No document, however broken or hostile, takes pieces or the first look apart instead."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.sources import json_ends, json_pieces
from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.glimpse import glimpse_of
from convledger.sources.json_pieces import Piece, begin_of, pieces
from convledger.sources.unicode_bytes import utf8_stream

some = settings(max_examples=200, derandomize=True, database=None, deadline=None)
GOOD = json.dumps(
    [
        {"id": 1, "nodes": [{"id": 2}, {"id": 3, "text": '},{"id":4'}], "n": -1.5e3},
        {"id": 5, "é": "😀\\\\", "t": [True, None, [[]], {}]},
    ],
    ensure_ascii=False,
).encode()
BITS = [
    b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"NaN", b"\\ud800",
    b"\x01", b'{"id":', b"}]}", b"null", b"-", b"1e", b"tru", b"\r\n", b"\xef\xbb\xbf",
    b'"conversations":[',
]  # fmt: skip
soup = st.lists(st.sampled_from(BITS) | st.binary(max_size=3), max_size=30).map(b"".join)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    content = GOOD
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(content)))
        put = draw(st.sampled_from(BITS))
        content = content[:start] + put + content[start + draw(st.integers(0, 8)) :]
    return content


def taken_apart(content: bytes, block: int = 1 << 20) -> list[tuple[int, int, bytes | str]]:
    """Return number, offset and content or reason of each part; of no document only the reason."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_pieces, "BLOCK", block)
        try:
            return [
                (each.number, each.offset, each.data)
                if isinstance(each, Piece)
                else (each.line, each.offset, each.reason)
                for each in pieces(io.BytesIO(content), ("conversations",))
            ]
        except NotReadable as error:
            return [(0, 0, str(error))]


@some
@given(soup | spoilt(), st.sampled_from([1, 7, 64]))
def test_any_bytes_come_apart_alike_however_they_are_read(content: bytes, block: int) -> None:
    found = taken_apart(content)
    assert taken_apart(content, block) == found
    offsets = [offset for _, offset, _ in found]
    assert offsets == sorted(offsets)
    for _, offset, part in found:
        if isinstance(part, bytes):
            assert isinstance(json.loads(part.decode("utf-8", "replace"), strict=False), dict)
            assert content[offset : offset + 1] == part[:1] == b"{"
        else:
            assert part


@some
@given(soup | spoilt(), st.booleans())
def test_any_bytes_can_be_glimpsed(content: bytes, whole: bool) -> None:
    glimpse = glimpse_of("x.json", content, whole=whole)
    assert all(isinstance(record, dict) for record in glimpse.records)
    assert begin_of(content, 5).records is not None


def test_a_spoilt_element_costs_only_itself() -> None:
    for odd in (b'{"a": tru}', b'{"a": 01}', b'{"a": 1,}', b'{"a" 1}'):
        content = b'[{"id": 1},' + odd + b',{"id": 2}]'
        with_block = [taken_apart(content, block) for block in (1, 5, 1 << 20)]
        assert with_block[0] == with_block[1] == with_block[2]
        (_, _, first), (number, offset, reason), (_, _, last) = with_block[0]
        assert (first, last) == (b'{"id": 1}', b'{"id": 2}')
        assert (number, offset) == (2, 11)
        assert isinstance(reason, str)
        assert reason.startswith("not JSON")


def test_what_strict_json_does_not_allow_is_taken_where_python_reads_it() -> None:
    content = b'[{"a": NaN}, {"a": "\x01"}, {"a": "\\ud83d"}, {"a": "\xff"}]'
    found = taken_apart(content)
    assert [part for _, _, part in found] == [
        b'{"a": NaN}', b'{"a": "\x01"}', b'{"a": "\\ufffd"}', b'{"a": "\xff"}',
    ]  # fmt: skip


def test_only_halves_of_surrogate_pairs_are_mended() -> None:
    kept = rb'"\ud83d\ude00 \\ud800 \n \u00e9"'
    assert json_ends.mended(kept) == kept
    assert json_ends.mended(rb'"\ude00\ud83d\ud83d\ude00"') == rb'"\ufffd\ufffd\ud83d\ude00"'


def test_several_objects_are_an_element_each() -> None:
    found = taken_apart(b'{"a": 1}\n{"a": 2}\r\n\r\n{"a": 3}\0\0')
    assert [part for _, _, part in found] == [
        b'{"a": 1}', b'{"a": 2}', b'{"a": 3}',
    ]  # fmt: skip


def test_a_list_of_values_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "MOST_REJECTED", 5)
    reason = "more than 5 parts in a row that are no records"
    assert taken_apart(b"[" + b"1," * 50 + b"1]") == [(0, 0, reason)]
    found = taken_apart(b"[" + b"1,1,{}," * 50 + b"1]")
    assert sum(isinstance(part, bytes) for _, _, part in found) == 50


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_elements_are_the_same_in_every_unicode(encoding: str) -> None:
    content = GOOD.decode().encode(encoding)
    found = list(pieces(utf8_stream(io.BytesIO(content))))
    assert [json.loads(each.data) for each in found if isinstance(each, Piece)] == json.loads(GOOD)
    assert len(found) == 2


def test_of_equal_keys_the_last_counts_and_the_first_list_is_taken_apart() -> None:
    content = b'{"conversations": [{"a": 1, "a": 2}], "conversations": [{"a": 3}]}'
    assert taken_apart(content) == [(1, 19, b'{"a": 1, "a": 2}')]


class Counted:
    """Counts how many bytes of data are measured."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.calls, self.bytes = 0, 0
        skip = json_ends._skip

        def counting(data: Any) -> Any:
            self.calls += 1
            try:
                found = skip(data)
            except Exception as error:
                told = json_ends._AT.search(str(error))
                self.bytes += int(told[1]) if told else len(data)
                raise
            self.bytes += len(data)
            return found

        patched.setattr(json_ends, "_skip", counting)


TRAPS = {
    "elements that begin like what is in them": b'[' + b'{"id":[{"id":1},{"id":2}],"x":1},' * 3000
    + b"{}]",
    "one element of many like it": b'[{"id":[' + b'{"id":1},' * 12_000 + b"{}]}]",
    "a string full of ends": b'[{"id":"' + rb'},{\"id\":1' * 9000 + b'"},{"id":2}]',
    "quotes that are odd": b"[" + b'{"a":"x},{"b":1,' * 5000,
    "depth": b"[" + b'{"a":' * 20_000,
    "many keys": b"{" + b'"k":1,' * 16_000 + b'"conversations":[{"a":1}]}',
    "an open string": b'[{"a":"' + b"x" * 100_000,
    "half surrogates": b"[" + rb'{"a":"\ud83d"},' * 6000 + b"{}]",
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_no_trap_makes_it_read_again_and_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = TRAPS[name]
    monkeypatch.setattr(json_pieces, "BLOCK", 8192)
    counted = Counted(monkeypatch)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_pieces, "MOST_REJECTED", 10**9)
        list(pieces(io.BytesIO(content), ("conversations",)))

    # An element is measured anew for each block that it goes on through, of which there are 12.
    assert counted.bytes < 14 * len(content)
    assert counted.calls < 3 * content.count(b"{") + 3 * content.count(b'"k"') + 60


def test_large_elements_are_held_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "BLOCK", 1000)
    large = [{"a": "x" * 9000}, {"a": 1}, {"b": "y" * 9000}]
    content = json.dumps(large).encode()
    found = list(pieces(io.BytesIO(content)))
    assert [json.loads(each.data) for each in found if isinstance(each, Piece)] == large
    assert [content.find(each.data) for each in found if isinstance(each, Piece)] == [
        each.offset for each in found
    ]
    assert not any(isinstance(each, Rejected) for each in found)
