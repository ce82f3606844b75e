"""How long credits last, when each lot expires at its own time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR
from convledger.economics.runway import (
    CreditLot,
    Runway,
    runway,
    runway_range,
    runway_without_expiry,
)

NOW = 20_000 * DAY


def lot(left: int, ends: int | None = None, begins: int | None = None, **more: int) -> CreditLot:
    """Return a lot that ends and begins so many days from now."""
    return CreditLot(
        id=str(more.get("name", "")),
        left=left,
        expires_at=None if ends is None else NOW + ends * DAY,
        effective_at=None if begins is None else NOW + begins * DAY,
        priority=more.get("priority", 0),
        created_at=more.get("created_at", 0),
    )


def days_of(found: Runway) -> int | None:
    if found.days is None:
        assert found.depletes_at is None
        return None
    assert found.depletes_at == NOW + round(found.days * DAY)
    return int(found.days) if found.days.denominator == 1 else -1


def test_a_lot_without_end_lasts_as_long_as_it_is_burnt() -> None:
    assert days_of(runway(NOW, 10, [lot(200)])) == 20


def test_what_expires_first_is_burnt_first_and_the_rest_of_it_is_lost() -> None:
    found = runway(NOW, 10, [lot(50), lot(150, ends=5)])

    assert days_of(found) == 10
    assert found.will_expire_unused == 100
    assert [each.left for each in found.lots] == [150, 50]
    assert list(map(int, found.wasted)) == [100, 0]
    assert days_of(runway_without_expiry(NOW, 10, found.lots)) == 20


def test_the_way_down_has_a_corner_wherever_something_happens() -> None:
    found = runway(NOW, 10, [lot(50), lot(150, ends=5)])

    assert [((each.at - NOW) // DAY, *map(int, each.left)) for each in found.corners] == [
        (0, 150, 50),
        (5, 100, 50),
        (5, 0, 50),
        (10, 0, 0),
    ]


def test_priority_goes_before_expiry_and_age_before_name() -> None:
    lots = [
        lot(1, ends=9, priority=20, name=1),
        lot(1, priority=10, created_at=5, name=2),
        lot(1, ends=30, priority=10, name=3),
        lot(1, priority=10, created_at=5, name=4),
        lot(1, priority=10, created_at=4, name=5),
    ]

    assert [each.id for each in runway(NOW, 1, lots).lots] == ["3", "5", "2", "4", "1"]


def test_a_balance_that_only_expires_runs_out_then() -> None:
    found = runway(NOW, 10, [lot(150, ends=5)])

    assert days_of(found) == 5
    assert found.will_expire_unused == 100


def test_without_burning_nothing_runs_out_but_lots_expire() -> None:
    for burn in (0, None):
        found = runway(NOW, burn, [lot(50), lot(30, ends=2)])
        assert days_of(found) is None
        assert found.burn_per_day == burn
        assert found.will_expire_unused == 30


def test_with_nothing_left_it_is_over_now() -> None:
    assert days_of(runway(NOW, 1, [])) == 0
    assert days_of(runway(NOW, 1, [lot(0), lot(-5)])) == 0
    assert days_of(runway(NOW, 0, [])) is None


def test_what_has_expired_already_is_not_there() -> None:
    assert days_of(runway(NOW, 1, [lot(50, ends=0), lot(3)])) == 3
    assert runway(NOW, 1, [lot(50, ends=-1)]).will_expire_unused == 0


@pytest.mark.parametrize("ends", [1, 2])
def test_what_expires_before_it_begins_is_never_there(ends: int) -> None:
    found = runway(NOW, 1, [lot(3), lot(1, ends=ends, begins=2)])

    assert days_of(found) == 3
    assert found.will_expire_unused == 0


def test_a_grant_in_time_carries_on_and_one_too_late_does_not() -> None:
    assert days_of(runway(NOW, 10, [lot(50), lot(60, begins=4)])) == 11
    assert days_of(runway(NOW, 10, [lot(50), lot(60, begins=5)])) == 11
    late = runway(NOW, 10, [lot(50), lot(60, begins=6)])
    assert days_of(late) == 5
    assert late.shortfall(NOW + 6 * DAY) == 10
    assert late.shortfall(NOW + 4 * DAY) == 0
    assert runway(NOW, 0, [lot(1)]).shortfall(NOW + DAY) == 0


def test_a_grant_at_the_instant_another_expires_leaves_no_gap() -> None:
    month = [lot(400, ends=30), lot(400, begins=30, ends=60)]

    assert days_of(runway(NOW, 10, month)) == 60
    assert list(map(int, runway(NOW, 10, month).wasted)) == [100, 100]


def test_a_grant_burnt_first_waits_for_its_beginning() -> None:
    found = runway(NOW, 10, [lot(100, priority=5), lot(20, begins=2, ends=3, priority=1)])

    assert days_of(found) == 11
    assert list(map(int, found.wasted)) == [10, 0]


def test_the_walk_ends_where_it_is_told_to() -> None:
    found = runway(NOW, 10, [lot(200)], until=NOW + 7 * DAY)

    assert days_of(found) is None
    assert found.corners[-1].at == NOW + 7 * DAY
    assert list(map(int, found.corners[-1].left)) == [130]
    assert days_of(runway(NOW, 10, [lot(20), lot(20, ends=90)], until=NOW + 7 * DAY)) == 4
    idle = runway(NOW, 0, [lot(20, ends=9)], until=NOW + 7 * DAY)
    assert idle.will_expire_unused == 0


def test_days_are_exact() -> None:
    found = runway(NOW, Fraction(3, 7), [lot(1)])

    assert found.days == Fraction(7, 3)
    assert found.depletes_at == NOW + 56 * HOUR


def test_the_range_is_that_of_the_last_week_and_the_last_month() -> None:
    daily = [0] * 21 + [28] * 7
    short, long = runway_range(NOW, daily, [lot(280)])

    assert (days_of(short), days_of(long)) == (10, 40)
    quiet = [28] * 21 + [0] * 7
    short, long = runway_range(NOW, quiet, [lot(210)])
    assert (days_of(short), days_of(long)) == (10, None)
    assert runway_range(NOW, [], [lot(210)])[0].days is None


LOTS = st.lists(
    st.builds(
        lot,
        st.integers(0, 300),
        st.one_of(st.none(), st.integers(-5, 60)),
        st.one_of(st.none(), st.integers(-5, 40)),
        priority=st.integers(0, 2),
    ),
    max_size=6,
)
BURNS = st.fractions(Fraction(1, 10), 60, max_denominator=12)


@settings(deadline=None)
@given(LOTS, BURNS)
def test_it_is_never_later_than_without_expiry(lots: list[CreditLot], burn: Fraction) -> None:
    found = runway(NOW, burn, lots)
    naive = sum(each.left for each in lots) / burn

    assert found.days is not None
    assert found.days <= naive
    without = runway_without_expiry(NOW, burn, lots).days
    assert without is not None
    assert found.days <= without <= naive


@settings(deadline=None)
@given(LOTS, BURNS, BURNS)
def test_it_is_never_later_for_burning_faster(
    lots: list[CreditLot], burn: Fraction, more: Fraction
) -> None:
    slow, fast = runway(NOW, burn, lots).days, runway(NOW, burn + more, lots).days

    assert slow is not None
    assert fast is not None
    assert fast <= slow


@settings(deadline=None)
@given(LOTS, BURNS)
def test_all_that_was_there_is_burnt_or_wasted_by_the_end(
    lots: list[CreditLot], burn: Fraction
) -> None:
    found = runway(NOW, burn, lots)
    assert found.depletes_at is not None
    assert found.days is not None
    there = [
        each
        for each in found.lots
        if each.effective_at is None
        or each.effective_at <= NOW
        or (each.effective_at - NOW <= found.days * DAY and each.effective_at != found.depletes_at)
    ]
    assert not any(found.corners[-1].left)
    assert burn * found.days + found.will_expire_unused == sum(each.left for each in there)
    assert [each.at for each in found.corners] == sorted(each.at for each in found.corners)


@given(LOTS, BURNS, st.permutations(range(6)))
def test_the_order_in_which_lots_are_told_changes_nothing(
    lots: list[CreditLot], burn: Fraction, order: list[int]
) -> None:
    named = [
        CreditLot(
            id=str(number),
            left=each.left,
            expires_at=each.expires_at,
            priority=each.priority,
            effective_at=each.effective_at,
        )
        for number, each in enumerate(lots)
    ]
    shuffled = [named[place] for place in order if place < len(named)]

    assert runway(NOW, burn, shuffled) == runway(NOW, burn, named)


def slow_runway(burn: int, lots: list[CreditLot], step: int) -> int | None:
    """Return the day on which nothing is left, found by burning one unit after another."""
    left = {id(each): int(each.left) for each in lots}
    for tick in range(200 * burn):
        now = NOW + tick * step
        alive = [
            each
            for each in sorted(lots, key=lambda each: each.burn_order)
            if left[id(each)]
            and (each.expires_at is None or now < each.expires_at)
            and (each.effective_at is None or each.effective_at <= now)
        ]
        if not alive:
            return tick
        left[id(alive[0])] -= 1
    return None


@pytest.mark.parametrize("burn", [1, 3])
@settings(deadline=None)
@given(LOTS)
def test_it_is_as_burning_one_by_one(burn: int, lots: list[CreditLot]) -> None:
    found = runway(NOW, burn, lots).days
    ticks = slow_runway(burn, lots, DAY // burn)

    assert found is not None
    if ticks is not None:
        assert found * burn == ticks
