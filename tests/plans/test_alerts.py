"""Alerts speak up once, exactly at their threshold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.plans.alerts import AlertState, Amount
from convledger.plans.schema import AlertRule

SPEND = AlertRule(on="spend")


class Teller:
    """Steps one scope along and remembers what was told."""

    def __init__(self, rule: AlertRule = SPEND) -> None:
        self.rule = rule
        self.state = AlertState()

    def step(
        self,
        used: Amount,
        budget: Amount = 100,
        period: str = "2026-11",
        *,
        scope: str = "plan",
        epoch: int = 0,
        quiet: bool = False,
    ) -> list[int]:
        found = self.state.step(self.rule, scope, period, used, budget, 7, epoch=epoch, quiet=quiet)
        assert all((each.at, each.scope, each.period) == (7, scope, period) for each in found)
        return [each.threshold for each in found]


def test_a_threshold_speaks_once_though_use_falls_and_rises_again() -> None:
    teller = Teller()

    assert [teller.step(used) for used in (65, 70, 69, 71, -5, 71)] == [[], [70], [], [], [], []]


def test_several_thresholds_crossed_at_once_speak_together() -> None:
    assert Teller(AlertRule(on="spend", at=(100, 70, 90))).step(120) == [70, 90, 100]


def test_a_new_period_another_scope_and_a_new_epoch_arm_again() -> None:
    teller = Teller()
    teller.step(92)

    assert teller.step(71, period="2026-12") == [70]
    assert teller.step(71, scope="thread 9") == [70]
    assert teller.step(92, budget=200, epoch=1) == []
    assert teller.step(140, budget=200, epoch=1) == [70]
    assert teller.step(95) == []


def test_exactly_the_share_is_enough_and_nothing_less() -> None:
    assert Teller().step(Decimal("0.665"), Decimal("0.95")) == [70]
    assert Teller().step(Decimal("0.664999999999"), Decimal("0.95")) == []
    huge = Decimal("70.000000000000000000000000000000000001")
    assert Teller().step(Decimal(70), huge * 100 / 70) == [70]
    assert Teller().step(Fraction(7, 3), Fraction(10, 3)) == [70]
    big = 10**40
    assert Teller().step(Decimal(70 * big - 1), Decimal(100 * big)) == []


def test_any_use_is_more_than_all_of_nothing() -> None:
    teller = Teller()

    assert teller.step(0, 0) == []
    assert teller.step(-1, 0) == []
    assert teller.step(Decimal("0.01"), 0) == [70, 90, 100]
    assert Teller().step(1, -5) == [70, 90, 100]


def test_prices_that_change_tell_nobody_and_are_not_told_later() -> None:
    teller = Teller()

    assert teller.step(75, quiet=True) == []
    assert teller.step(76) == []
    assert teller.step(90) == [90]


def test_rules_about_other_things_are_armed_apart() -> None:
    teller = Teller()
    teller.step(75)
    teller.rule = AlertRule(on="limit", limit="weekly")
    assert teller.step(75) == [70]
    teller.rule = AlertRule(on="limit", limit="five-hour")
    assert teller.step(75) == [70]


STEPS = st.lists(
    st.tuples(
        st.integers(-50, 400),
        st.integers(0, 300),
        st.sampled_from(["P1", "P2"]),
        st.integers(0, 2),
        st.booleans(),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(STEPS, st.integers(0, 40))
def test_no_alert_is_given_twice_nor_missed_nor_lost_with_the_state(
    steps: list[tuple[int, int, str, int, bool]], cut: int
) -> None:
    teller = Teller()
    given_before: set[tuple[str, int, int]] = set()
    for number, (used, budget, period, epoch, quiet) in enumerate(steps):
        if number == cut:
            told = msgspec.msgpack.encode(teller.state)
            teller.state = msgspec.msgpack.decode(told, type=AlertState)
        due = {
            (period, epoch, threshold)
            for threshold in SPEND.at
            if (used * 100 >= threshold * budget if budget else used > 0)
        }
        found = teller.step(used, budget, period, epoch=epoch, quiet=quiet)
        expected = due - given_before
        assert {(period, epoch, each) for each in found} == (set() if quiet else expected)
        assert found == sorted(found)
        given_before |= due
