"""Samples are drawn in proportion, with one of each stratum, and the same everywhere."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.sampling import allocated, decile, draw_key, size_of

some_strata = st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=12)


@pytest.mark.parametrize(
    ("strata", "size", "found"),
    [
        ({"a": 50, "b": 30, "c": 20}, 10, {"a": 5, "b": 3, "c": 2}),
        ({"a": 47, "b": 16, "c": 16, "d": 12, "e": 6, "f": 3}, 10,
         {"a": 5, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}),
        ({"large": 998, "tiny": 1, "small": 1}, 10, {"large": 8, "small": 1, "tiny": 1}),
        ({"a": 5, "b": 3, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 3, "b": 2}, 99, {"a": 3, "b": 2}),
        ({}, 5, {}),
        ({"a": 0, "b": 4}, 2, {"a": 0, "b": 2}),
    ],
)  # fmt: skip
def test_parts_are_in_proportion(strata: dict[str, int], size: int, found: dict[str, int]) -> None:
    assert allocated(strata, size) == found


@given(some_strata, st.integers(0, 200))
def test_parts_add_up_and_nobody_is_drawn_twice(strata: dict[str, int], size: int) -> None:
    found = allocated(strata, size)

    assert sum(found.values()) == min(size, sum(strata.values()))
    assert all(0 <= found[name] <= count for name, count in strata.items())
    if size >= sum(count > 0 for count in strata.values()):
        assert all(found[name] for name, count in strata.items() if count)


@given(some_strata, st.integers(0, 200))
def test_parts_know_no_order(strata: dict[str, int], size: int) -> None:
    turned = dict(reversed(strata.items()))

    assert allocated(strata, size) == allocated(turned, size)


def test_a_share_is_one_at_least_and_rounded_half_up() -> None:
    assert [size_of(Fraction(1, 10), whole) for whole in (0, 1, 4, 14, 15, 16, 100)] == [
        0, 1, 1, 1, 2, 2, 10,
    ]  # fmt: skip
    assert size_of(Fraction(1), 7) == size_of(Fraction(3), 7) == 7


def test_draws_differ_by_seed_and_purpose_and_by_nothing_else() -> None:
    keys = {
        draw_key("7", "codex", "abc"), draw_key("8", "codex", "abc"),
        draw_key("7", "codex", "abc", "overlap"), draw_key("7", "codexa", "bc"),
    }  # fmt: skip
    assert len(keys) == 4
    assert draw_key("7", "codex", "abc").hex().startswith("3f32e40016a48b51")


def test_deciles_go_from_one_to_ten() -> None:
    assert [decile(rank, 10) for rank in range(10)] == list(range(1, 11))
    assert [decile(rank, 3) for rank in range(3)] == [1, 4, 7]
