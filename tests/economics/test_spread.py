"""How measures of conversations are spread, and who is in which bin."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.heavy_users import heavy_users
from convledger.economics.spread import counted_bin, spread
from tests.economics.talks import cost, many

LENGTHS = [1, 2, 2, 3, 4, 5, 8, 13, 21, 30]


def test_lengths_are_ranked_and_counted() -> None:
    found = spread("messages", enumerate(LENGTHS))

    assert found.percentiles == {50: 4, 90: 21, 99: 30}
    assert found.mean == Fraction(89, 10)
    assert [(each.name, each.count) for each in found.bins] == [
        ("1", 1), ("2–3", 3), ("4–7", 2), ("8–15", 2), ("16–31", 2), ("32–63", 0), ("64+", 0),
    ]  # fmt: skip


def test_a_bin_knows_who_is_in_it_and_is_found_by_its_name_or_its_beginning() -> None:
    found = spread("messages", enumerate(LENGTHS))

    for name in ("8–15", "8"):
        each = found.bin(name)
        assert each is not None
        assert each.ids == (6, 7)
    assert found.bin("9") is None


def test_nothing_is_spread_over_empty_bins() -> None:
    found = spread("messages", [])

    assert found.percentiles == {50: None, 90: None, 99: None}
    assert found.mean is None
    assert {each.count for each in found.bins} == {0}


def test_what_lies_below_the_first_edge_has_a_bin_of_its_own() -> None:
    assert spread("messages", [(7, 0)]).bins[0].ids == (7,)
    assert [counted_bin(None, 1), counted_bin(None, 5)] == ["0", "<5"]


def test_one_value_is_every_percentile() -> None:
    assert set(spread("messages", [(1, 9)]).percentiles.values()) == {9}


@given(st.lists(st.integers(-100, 500) | st.fractions(-10, 10)))
def test_every_value_is_in_one_bin_and_percentiles_are_values(
    values: list[int | Fraction],
) -> None:
    found = spread("any", enumerate(values))

    assert sorted(number for each in found.bins for number in each.ids) == [*range(len(values))]
    if values:
        assert set(found.percentiles.values()) <= set(values)
        assert found.at(50) <= found.at(90) <= found.at(99)  # type: ignore[operator]


def test_users_are_multiples_of_the_one_in_the_middle() -> None:
    costs = [
        cost(1, 10, segments={"user": "ana"}),
        cost(2, 30, segments={"user": "ana"}),
        cost(3, 4, segments={"user": "bo"}),
        cost(4, 2, segments={"user": "cy"}),
        cost(5, 100),
        cost(6, None, segments={"user": "cy"}),
    ]

    found = heavy_users(costs)

    assert [(user.name, user.cost, user.multiple, user.ids) for user in found.users] == [
        ("ana", 40, Fraction(10), (1, 2)), ("bo", 4, Fraction(1), (3,)),
        ("cy", 2, Fraction(1, 2), (4,)),
    ]  # fmt: skip
    assert (found.median, found.left_out) == (4, 2)


def test_where_the_middle_user_costs_nothing_nobody_is_a_multiple() -> None:
    costs = [cost(1, 0, segments={"user": "ana"}), cost(2, 5, segments={"user": "bo"})]

    found = heavy_users(costs)

    assert found.median == 0
    assert [user.multiple for user in found.users] == [None, None]


@given(many)
def test_users_and_those_left_out_are_all_conversations(costs: list[object]) -> None:
    found = heavy_users(costs)  # type: ignore[arg-type]

    assert sum(len(user.ids) for user in found.users) + found.left_out == len(costs)
