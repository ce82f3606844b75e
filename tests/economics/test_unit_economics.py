"""Segments, the ways of service and the waterfall: exact sums, whatever is known of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.conversation_costs import (
    BOT,
    ESCALATED,
    LIST,
    NONE,
    PEOPLE,
    PEOPLE_ONLY,
    PLAN,
    SEGMENTS,
    UNANSWERED,
    TalkCost,
    is_of,
)
from convledger.economics.segments import segments
from convledger.economics.service import against_people, service
from convledger.economics.waterfall import waterfall
from convledger.money import PICO
from tests.economics.talks import amounts, cost, many

SEED = [
    *(cost(number, PICO // 20) for number in range(1, 81)),
    *(
        cost(number, 0, served=ESCALATED, parts={PEOPLE: 10 * PICO})
        for number in range(81, 101)
    ),
]  # fmt: skip


def test_the_midpoints_of_bot_and_escalated_blend_to_2_04() -> None:
    """80 % at $0.05 and 20 % at $10: $2.04 each; against $10 by people, 199/51 is the return."""
    found = service(SEED)

    assert found.blended == Fraction(204, 100) * PICO
    assert found.multiplier == 200
    back = against_people(found, waterfall(SEED).full.amount, 60 * PICO, Fraction(10))
    assert back is not None
    assert (back.savings, back.roi) == (Fraction(796 * PICO), Fraction(199, 51))


def test_rates_differ_by_what_they_are_of() -> None:
    costs = [
        *(cost(number, 1, resolved="confirmed" if number <= 60 else "") for number in range(1, 69)),
        *(cost(number, 1, served=ESCALATED) for number in range(69, 89)),
        *(cost(number, 0, served=PEOPLE_ONLY) for number in range(89, 101)),
    ]

    served = service(costs).served

    assert served.automation_rate == Fraction(68, 100)
    assert (served.containment_rate, served.escalation_rate) == (Fraction(17, 22), Fraction(5, 22))
    assert served.resolution_rate == Fraction(15, 22)


def test_what_nobody_said_was_resolved_is_unknown_and_not_none() -> None:
    costs = [cost(1, 1), cost(2, 1), cost(3, 1, served=ESCALATED)]
    said = [*costs, cost(4, 1, segments={"outcome": "abandoned"})]

    assert service(costs).served.resolution_rate is None
    assert service(said).served.resolution_rate == 0
    assert service([cost(1, 1, served=ESCALATED)]).served.resolution_rate == 0


def test_of_nobody_there_are_no_rates_and_no_costs() -> None:
    found = service([])

    assert (found.blended, found.multiplier, found.served.automation_rate) == (None, None, None)
    assert against_people(found, 0, 1, Fraction(1)) is not None
    full = waterfall([]).full
    assert (full.amount, full.per_unit) == (0, None)


def test_a_hand_off_without_minutes_has_no_full_cost() -> None:
    costs = [cost(1, 5), cost(2, 7, served=ESCALATED, unknown=(PEOPLE,))]

    ways = service(costs)

    assert (ways.way(BOT).cost, ways.way(ESCALATED).cost) == (5, None)
    assert ways.multiplier is None
    row = segments(costs, ["kind"]).total
    assert (row.machine, row.whole) == (12, 1)
    steps = waterfall(costs, unknown=frozenset([PEOPLE]))
    assert (steps.step("machine").amount, steps.full.amount) == (12, None)


def test_savings_are_of_the_conversations_whose_cost_is_known() -> None:
    """Those of which it is not are on neither side: they cost something too."""
    costs = [
        cost(1, 5),
        cost(2, None),
        cost(3, 7, served=ESCALATED, unknown=(PEOPLE,)),
        cost(4, 2, served=UNANSWERED),
    ]

    back = against_people(service(costs), waterfall(costs).full.amount, 60, Fraction(10))

    assert back is not None
    assert (back.baseline, back.actual) == (Fraction(10), Fraction(7))


def test_a_plan_is_the_difference_to_the_list_cost() -> None:
    steps = waterfall([cost(1, 100, parts={PLAN: -40}), cost(2, 50)], {PLAN: 5})

    assert [(step.name, step.amount) for step in steps.steps] == [
        ("list", 150), ("plan", -35), ("billed", 115), ("machine", 115), ("full", 115),
    ]  # fmt: skip


def test_margin_is_unknown_without_revenue_and_where_revenue_is_nothing() -> None:
    assert segments([cost(1, 5)], ["tier"]).total.margin is None
    assert segments([cost(1, 5, revenue=0)], ["tier"]).total.margin is None
    assert segments([cost(1, 5, revenue=20)], ["tier"]).total.margin == Fraction(3, 4)
    assert segments([cost(1, None, revenue=20)], ["tier"]).total.margin is None


def test_a_scope_knows_patterns_last_parts_and_nothing() -> None:
    talk = cost(1, segments={"project": "/home/ana/shop", "model": "opus-4", "tag": "a + b"}).talk

    for scope in (
        {"project": ("shop",)}, {"project": ("/home/*",)}, {"model": ("opus*",)}, {"tag": ("b",)},
        {"client": (NONE,)}, {"model": ("x", "opus-4")}, {},
    ):  # fmt: skip
        assert is_of(talk, scope), scope
    for scope in ({"project": ("hop",)}, {"model": ("opus",)}, {"tag": ("c",)}, {"kind": ("x",)}):
        assert not is_of(talk, scope), scope


@given(many, st.sampled_from([*[(name,) for name in SEGMENTS], *combinations(SEGMENTS, 2)]))
def test_parts_add_up_to_the_whole_over_any_segments(
    costs: list[TalkCost], by: tuple[str, ...]
) -> None:
    table = segments(costs, by)

    for name in ("units", "known", "whole", "messages", "at_list", "billed", "machine", "people",
                 "full", "escalated"):  # fmt: skip
        assert sum(getattr(row, name) for row in table.rows) == getattr(table.total, name), name
    assert sorted(number for row in table.rows for number in row.ids) == sorted(table.total.ids)
    assert {value for row in table.rows for value in row.keys if not value} == set()
    revenue = [row.revenue for row in table.rows if row.revenue is not None]
    assert (sum(revenue) if revenue else None) == table.total.revenue
    for row in (*table.rows, table.total):
        assert (row.cost is None) == (row.units > 0 and not row.whole)
        assert row.margin is None or row.revenue


@given(many, st.dictionaries(st.sampled_from([LIST, PLAN, PEOPLE]), amounts), st.booleans())
def test_nothing_raises_whatever_is_known(
    costs: list[TalkCost], left: dict[str, int], is_lost: bool
) -> None:
    steps = waterfall(costs, left, unknown=frozenset([PEOPLE] if is_lost else []))
    ways = service(costs)

    assert sum(way.units for way in ways.ways) == len(costs)
    if is_lost:
        assert steps.full.amount is None
    elif not costs or any(each.is_known for each in costs):
        known = sum(each.full for each in costs if each.is_known)
        assert steps.full.amount == known + sum(left.values())
        added = sum(step.amount or 0 for step in steps.steps if not step.is_sum)
        assert added == steps.full.amount
    else:
        assert steps.full.amount is None
    for way in ways.ways:
        assert (way.cost is None) == (way.units > 0 and not way.known)
