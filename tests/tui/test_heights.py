"""Tests of the heights of blocks: lines find their block, blocks their line, also after changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.tui.widgets.heights import Anchor, Heights

some_heights = st.lists(st.integers(0, 9), max_size=70)


def check(heights: Heights, plain: list[int]) -> None:
    """Compare with what plain sums say, for every block and every line."""
    assert len(heights) == len(plain)
    assert heights.total == sum(plain)
    assert [heights.top(at) for at in range(len(plain) + 1)] == [
        sum(plain[:at]) for at in range(len(plain) + 1)
    ]
    holders = [(at, part) for at, height in enumerate(plain) for part in range(height)]
    assert [heights.at(line) for line in range(heights.total)] == holders


@given(some_heights)
def test_each_line_is_found_in_its_block(plain: list[int]) -> None:
    check(Heights(plain), plain)


@given(some_heights, some_heights)
def test_blocks_can_be_added_at_the_end(first: list[int], more: list[int]) -> None:
    heights = Heights(first)
    heights.extend(more)
    check(heights, first + more)


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 20)), max_size=20),
)
def test_a_changed_height_moves_all_below(plain: list[int], changes: list[tuple[int, int]]) -> None:
    heights = Heights(plain)
    for index, height in changes:
        at = index % len(plain)
        assert heights.change(at, height) == height - plain[at]
        plain[at] = height
    check(heights, plain)
    assert [heights[at] for at in range(len(plain))] == plain


def test_lines_behind_the_end_belong_to_no_block() -> None:
    heights = Heights([2, 3])
    assert heights.at(5) == (2, 0)
    assert heights.at(9) == (2, 4)
    assert Heights().at(0) == (0, 0)
    with pytest.raises(IndexError):
        heights.at(-1)


def test_an_anchored_block_stays_where_it_is_when_one_above_grows() -> None:
    heights = Heights([10] * 20)
    anchor = Anchor(7, 4)
    assert heights.scroll_of(anchor, 15) == 66
    heights.change(2, 25)
    assert heights.scroll_of(anchor, 15) == 81
    heights.change(12, 1)  # below: nothing moves
    assert heights.scroll_of(anchor, 15) == 81


def test_a_view_never_leaves_the_blocks() -> None:
    heights = Heights([3] * 4)
    assert heights.scroll_of(Anchor(0, 9), 5) == 0
    assert heights.scroll_of(Anchor(3, -9), 5) == 7
    assert heights.scroll_of(Anchor(0, 0), 50) == 0
