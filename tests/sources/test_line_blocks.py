"""Lines come whole, with their numbers and places, whatever size they are read in."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.sources import line_blocks
from convledger.sources.findings import Lines, Rejected
from convledger.sources.line_blocks import line_blocks as blocks_of
from convledger.sources.message_trees import Lineage

some = settings(max_examples=60, derandomize=True, database=None, deadline=None)


def blocks(content: bytes, block: int = 1 << 20, largest: int = 1 << 20) -> list[Lines | Rejected]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(line_blocks, "BLOCK", block)
        patched.setattr(line_blocks, "LARGEST_LINE", largest)
        return list(blocks_of(io.BytesIO(content)))


@some
@given(st.lists(st.binary(max_size=12).map(lambda one: one.replace(b"\n", b"")), max_size=8),
       st.integers(1, 20))  # fmt: skip
def test_every_line_has_its_number_and_place(lines: list[bytes], block: int) -> None:
    content = b"".join(line + b"\n" for line in lines)
    found: list[tuple[int, int, bytes]] = []
    for part in blocks(content, block):
        assert isinstance(part, Lines)
        offset = part.offset
        for number, line in enumerate(part.data.split(b"\n"), part.number):
            found.append((number, offset, line))
            offset += len(line) + 1

    assert [line for _, _, line in found] == lines
    assert [number for number, _, _ in found] == list(range(1, len(lines) + 1))
    assert all(content[offset:].startswith(line + b"\n") for _, offset, line in found)


@pytest.mark.parametrize(
    ("last", "is_there"),
    [(b'{"a":1}', True), (b'{"a":{"b":1}', False), (b'{"a', False), (b"no record", True),
     (b'{"a":"\\ud800"}', True), (b"  ", False), (b"\0\0", False)],
)  # fmt: skip
def test_last_line_without_an_end_comes_where_it_is_whole(last: bytes, is_there: bool) -> None:
    found = blocks(b"{}\n" + last)

    assert [part.data for part in found if isinstance(part, Lines)] == [
        b"{}", *([last] if is_there else []),
    ]  # fmt: skip


@pytest.mark.parametrize("block", [3, 7, 64])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nafter\n"])
def test_line_that_is_too_large_is_told_and_passed_over(block: int, end: bytes) -> None:
    found = blocks(b"before\n" + b"x" * 200 + end, block, 100)
    rejected = [part for part in found if isinstance(part, Rejected)]
    rest = b"\n".join(part.data for part in found if isinstance(part, Lines))

    assert [(part.line, part.offset) for part in rejected] == [(2, 7)]
    assert rest == (b"before\nafter" if b"after" in end else b"before")
    if b"after" in end:
        last = found[-1]
        assert isinstance(last, Lines)
        assert (last.number, last.offset) == (3, 208)


@some
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", *"abcdx"])), max_size=9))
def test_path_ends_whatever_the_parents_are(tree: list[tuple[str, str]]) -> None:
    lineage = Lineage()
    for name, parent in tree:
        lineage.add(name, parent)
    path = lineage.path()

    assert path <= {name for name, _ in tree}
    assert not tree or tree[-1][0] in path
