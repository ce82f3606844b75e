"""What a provider says beside what the ledger says: every figure in one cell, every gap named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.reconciling import (
    CALLS,
    COST,
    COUNTED,
    EQUAL,
    INPUT,
    KINDS,
    LEDGER_KINDS,
    MISSING_HERE,
    MISSING_THERE,
    OUTPUT,
    PRICED,
    READ,
    REQUESTS,
    TOKENS,
    UNKNOWN,
    WRITE,
    WRITE_1H,
    WRITE_5M,
    Comparison,
    Place,
    Side,
    compare,
    folding,
    totals,
)

DAY = date(2026, 11, 20)
AT = (DAY, "opus")
CENT = 10**10


def one(there: Side | None, here: Side | None, *told: str) -> Comparison:
    """Compare one day and model."""
    (found,) = compare(
        {AT: there} if there else {}, {AT: here} if here else {}, told or (INPUT, OUTPUT)
    )
    return found


def tokens(sent: int, got: int = 0, **more: int | None) -> Side:
    return Side({INPUT: sent, OUTPUT: got}, **more)  # type: ignore[arg-type]


def test_the_same_figures_are_equal() -> None:
    found = one(tokens(100, 5, money=CENT), tokens(100, 5, money=CENT), INPUT, OUTPUT, COST)

    assert found.verdict == EQUAL
    assert [cell.difference for cell in found.cells] == [0, 0, 0]
    assert found.differing == ()


def test_tokens_that_only_one_side_has_are_missing_on_the_other() -> None:
    assert one(tokens(100), tokens(90)).verdict == MISSING_HERE
    assert one(tokens(90), tokens(100)).verdict == MISSING_THERE
    assert one(tokens(90), None).verdict == MISSING_HERE
    assert one(None, tokens(90)).verdict == MISSING_THERE
    (cell,) = one(tokens(100, 5), tokens(90, 5)).differing
    assert (cell.kind, cell.there, cell.here, cell.difference) == (INPUT, 100, 90, -10)


def test_equal_tokens_at_another_price_are_priced_otherwise() -> None:
    found = one(tokens(100, money=3 * CENT), tokens(100, money=2 * CENT), INPUT, OUTPUT, COST)

    assert found.verdict == PRICED
    assert [cell.verdict for cell in found.cells] == [EQUAL, EQUAL, PRICED]


def test_tokens_of_other_kinds_with_the_same_sum_are_counted_otherwise() -> None:
    found = one(tokens(100, 20), tokens(90, 30))

    assert found.verdict == COUNTED
    assert [cell.verdict for cell in found.cells] == [MISSING_HERE, MISSING_THERE]


def test_money_alone_is_missing_where_it_is_less() -> None:
    assert one(Side(money=2), Side(money=1), COST).verdict == MISSING_HERE
    assert one(Side(money=1), Side(money=2), COST).verdict == MISSING_THERE


def test_half_a_minor_unit_for_each_row_is_rounding_and_not_more() -> None:
    cents = CENT  # in half picodollars: half a cent
    within = one(Side(money=CENT, slack=2 * cents), Side(money=2 * CENT), COST)
    beyond = one(Side(money=CENT, slack=2 * cents), Side(money=2 * CENT + 1), COST)

    assert within.verdict == EQUAL
    assert beyond.verdict == MISSING_THERE


def test_money_that_nobody_knows_is_unknown_and_no_zero() -> None:
    found = one(tokens(1, money=5), tokens(1, money=None), INPUT, COST)

    assert found.verdict == UNKNOWN
    assert found.cells[-1].difference is None
    assert totals([found])[-1].here is None
    assert totals([found])[-1].verdict == UNKNOWN


def test_a_missing_token_is_told_before_an_unknown_price() -> None:
    assert one(tokens(2, money=5), tokens(1, money=None), INPUT, COST).verdict == MISSING_HERE


def test_a_call_too_many_is_a_difference() -> None:
    found = one(tokens(1, calls=3), tokens(1, calls=2), INPUT, CALLS)

    assert found.verdict == MISSING_HERE


def test_requests_counted_in_another_way_are_only_seen_or_not() -> None:
    assert one(Side(requests=330), Side(requests=7000), REQUESTS).verdict == EQUAL
    assert one(Side(requests=330), None, REQUESTS).verdict == MISSING_HERE
    assert one(None, Side(requests=1000), REQUESTS).verdict == MISSING_THERE


@pytest.mark.parametrize(
    ("told", "is_all", "into"),
    [
        ({TOKENS}, True, dict.fromkeys(LEDGER_KINDS, TOKENS)),
        ({INPUT, OUTPUT}, True, {INPUT: INPUT, READ: INPUT, WRITE_5M: INPUT, WRITE_1H: INPUT,
                                 OUTPUT: OUTPUT}),
        ({INPUT, OUTPUT}, False, {INPUT: INPUT, OUTPUT: OUTPUT}),
        ({INPUT, READ, WRITE, OUTPUT}, False, {INPUT: INPUT, READ: READ, WRITE_5M: WRITE,
                                               WRITE_1H: WRITE, OUTPUT: OUTPUT}),
        ({INPUT, READ, OUTPUT}, True, {INPUT: INPUT, READ: READ, WRITE_5M: INPUT,
                                       WRITE_1H: INPUT, OUTPUT: OUTPUT}),
        ({COST}, True, {}),
    ],
)  # fmt: skip
def test_kinds_fall_into_those_that_the_provider_tells(
    told: set[str], is_all: bool, into: dict[str, str]
) -> None:
    assert folding(told, input_is_all=is_all).into == into


counts = st.integers(0, 10**9)
sides = st.builds(
    lambda tokens, calls, money, rows: Side(tokens, calls, 0, money, 0, rows),
    st.dictionaries(st.sampled_from(KINDS), counts, max_size=4),
    counts,
    st.one_of(st.none(), st.integers(-(10**15), 10**15)),
    st.integers(1, 9),
)
places = st.tuples(
    st.dates(date(2026, 1, 1), date(2026, 1, 5)), st.sampled_from(["opus", "haiku", ""])
)
halves = st.dictionaries(places, sides, max_size=8)


@given(halves, halves)
def test_every_figure_is_in_one_cell_and_cells_add_up_to_both_sides(
    there: dict[Place, Side], here: dict[Place, Side]
) -> None:
    found = compare(there, here, (*KINDS, CALLS, COST))
    sums = {cell.kind: cell for cell in totals(found)}

    assert len({(each.day, each.model) for each in found}) == len(found)
    assert {(each.day, each.model) for each in found} == {*there, *here}
    for kind in KINDS if found else ():
        assert sums[kind].there == sum(side.tokens.get(kind, 0) for side in there.values())
        assert sums[kind].here == sum(side.tokens.get(kind, 0) for side in here.values())
    for name, half in (("there", there), ("here", here)):
        if not found:
            break
        assert getattr(sums[CALLS], name) == sum(side.calls for side in half.values())
        amounts = [side.money for side in half.values()]
        known = None if None in amounts else sum(amount or 0 for amount in amounts)
        assert getattr(sums[COST], name) == known


@given(halves)
def test_a_side_beside_itself_is_equal_wherever_its_money_is_known(
    both: dict[Place, Side],
) -> None:
    for each in compare(both, both, (*KINDS, CALLS, COST)):
        expected = UNKNOWN if both[each.day, each.model].money is None else EQUAL
        assert each.verdict == expected


@given(
    st.dictionaries(st.sampled_from(LEDGER_KINDS), counts),
    st.sets(st.sampled_from(KINDS)),
    st.booleans(),
)
def test_no_token_of_the_ledger_is_lost_or_counted_twice(
    have: dict[str, int], told: set[str], is_all: bool
) -> None:
    folded, left = folding(told, input_is_all=is_all).folded(have)

    assert sum(folded.values()) + left == sum(have.values())
    assert set(folded) <= told
