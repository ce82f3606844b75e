"""Limits decide what is served, what overflows and what is refused, in the order of use."""

from __future__ import annotations

from fractions import Fraction

from convledger.money import PICO
from convledger.plans.contract import Contract
from convledger.plans.counts import Counter
from convledger.plans.events import Event
from convledger.plans.metering import Gauge, Metered

from .bills import at, bill, call, contract, credits_of, talk, totals
from .documents import HEAD, WINDOW, plan

USAGE = '\n[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"\n'
DAILY = (
    '\n[[limit]]\nid = "daily"\nunit = "{unit}"\ncap = "{cap}"\nwindow = "rolling"\n'
    'duration = "24h"\non_exceed = "{what}"\n'
)
SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-01-06")


def daily(cap: str, what: str = "block", unit: str = "conversation") -> str:
    return DAILY.format(cap=cap, what=what, unit=unit)


def measured(made: Contract, told: list[list[Event]], now: str = "2026-01-31") -> Metered:
    counts = Counter(made, at(now)).count([event for events in told for event in events])
    return Gauge(made).measure(counts.units, at(now))


def refused(found: Metered) -> list[str]:
    return sorted(name.split("/")[1] for name in found.beyond)


def hourly(day: str, count: int) -> list[list[Event]]:
    return [talk(f"{day}T{hour:02d}:00") for hour in range(count)]


def test_the_first_are_served_whatever_order_they_are_told_in() -> None:
    made = contract(plan(WINDOW, daily("2")))
    told = hourly("2026-01-05", 4)

    assert refused(measured(made, told)) == ["2026-01-05T02:00", "2026-01-05T03:00"]
    assert refused(measured(made, told[::-1])) == ["2026-01-05T02:00", "2026-01-05T03:00"]


def test_what_was_refused_takes_no_room() -> None:
    made = contract(plan(WINDOW, daily("2")))
    told = [*hourly("2026-01-05", 4), talk("2026-01-06T00:00")]

    assert refused(measured(made, told)) == ["2026-01-05T02:00", "2026-01-05T03:00"]


def test_a_plan_without_limits_measures_nothing() -> None:
    found = measured(contract(plan(WINDOW)), hourly("2026-01-05", 3))
    assert (found.beyond, found.meters) == ({}, {})


def test_what_happens_after_now_is_not_measured() -> None:
    made = contract(plan(WINDOW, daily("2")))
    found = measured(made, hourly("2026-01-05", 4), "2026-01-05T01:30")

    assert found.beyond == {}
    assert [state.used for state in found.states(at("2026-01-05T01:30"))] == [2]


def test_a_limit_that_stays_in_a_new_version_keeps_what_it_has_counted() -> None:
    made = contract(plan(WINDOW, daily("2")), plan(WINDOW, daily("3"), head=SECOND))
    told = [talk("2026-01-05T22:00"), talk("2026-01-05T23:00"), talk("2026-01-06T00:00")]

    assert refused(measured(made, told)) == []
    told.append(talk("2026-01-06T01:00"))
    assert refused(measured(made, told)) == ["2026-01-06T01:00"]


def test_a_limit_that_a_new_version_drops_holds_no_longer() -> None:
    made = contract(plan(WINDOW, daily("1")), plan(WINDOW, head=SECOND))
    found = measured(made, [*hourly("2026-01-05", 2), *hourly("2026-01-06", 2)])

    assert refused(found) == ["2026-01-05T01:00"]
    assert found.meters == {}


def test_limits_stand_at_the_end_as_the_version_then_has_them() -> None:
    made = contract(plan(WINDOW), plan(WINDOW, daily("1"), head=SECOND))
    found = measured(made, hourly("2026-01-05", 2))

    assert (list(found.meters), found.beyond) == (["daily"], {})


def test_nothing_stands_after_the_contract_has_ended() -> None:
    made = contract(plan(WINDOW, daily("1")), ended=at("2026-01-10"))
    found = measured(made, [*hourly("2026-01-05", 2), *hourly("2026-01-12", 2)])

    assert (found.meters, refused(found)) == ({}, ["2026-01-05T01:00"])


def test_of_a_use_across_an_overflowing_limit_the_rest_is_beyond() -> None:
    extra = '\n[[grant]]\nid = "extra"\npool = "extra"\namount = "1.00"\n'
    made = contract(plan(USAGE, extra, daily("10.00", "overflow:extra", "usage")))
    told = [[call("2026-01-05T10:00", "8.00"), call("2026-01-05T11:00", "5.00")]]
    (beyond,) = measured(made, told).beyond.values()

    assert (beyond.within, beyond.amount, beyond.share) == (2 * PICO, 3 * PICO, Fraction(3, 5))
    assert beyond.overflows
    assert not beyond.is_refused


def test_one_model_can_have_a_limit_of_its_own() -> None:
    own = daily("1.00", "degrade", "usage") + 'where = { model = "opus" }\n'
    made = contract(plan(USAGE, own))
    told = [[call("2026-01-05T10:00", "1.00"), call("2026-01-05T11:00", "1.00", model="haiku"),
             call("2026-01-05T12:00", "1.00")]]  # fmt: skip

    assert len(measured(made, told).beyond) == 1


def test_what_degrades_is_still_paid_and_what_is_refused_is_not() -> None:
    price = '\n[[charge]]\nunit = "conversation"\nprice = "1.00"\n'
    told = hourly("2026-01-05", 3)

    degraded = contract(plan(WINDOW, price, daily("1", "degrade")))
    assert totals(bill(degraded, told, "2026-01-31")) == {"2026-01": "3"}
    blocked = contract(plan(WINDOW, price, daily("1")))
    assert totals(bill(blocked, told, "2026-01-31")) == {"2026-01": "1"}


def test_a_refused_conversation_burns_no_credits_and_holds_none() -> None:
    held = WINDOW.replace('"30m"', '"30m"\nreserve_at = "open"\ncommit_at = "close"')
    credits_each = '\n[[charge]]\nunit = "conversation"\ncredits = "1"\n'
    grant = '\n[[grant]]\nid = "included"\namount = "10"\n'
    made = contract(plan(held, credits_each, grant, daily("1")))

    found = bill(made, hourly("2026-01-05", 3), "2026-01-31")
    assert credits_of(found.statements[0])["used"] == "1"
    # The second is open still, but was refused.
    early = bill(made, hourly("2026-01-05", 2), "2026-01-05T01:10").fold.totals()
    assert (early.balance // PICO, early.available // PICO) == (9, 9)


def test_a_reversal_gives_no_room_back() -> None:
    outcome = (
        '\n[[unit]]\nid = "outcome"\ncount = "outcome"\noutcome = ["resolved_assumed"]\n'
        'settle_after = "1h"\nreverse_on_return = true\n'
    )
    made = contract(plan(outcome, daily("1", unit="outcome")))
    told = [
        [*talk("2026-01-05T10:00", "a"), *talk("2026-01-05T12:00", "a", answered=False)],
        talk("2026-01-05T14:00", "b"),
    ]
    assert len(measured(made, told).beyond) == 1
