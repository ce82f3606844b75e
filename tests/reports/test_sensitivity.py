"""How much a bill hangs on the timeout: replayed exactly, and counted at once."""

from __future__ import annotations

import random

import pytest

from convledger.clock import HOUR, SECOND
from convledger.errors import UsageProblem
from convledger.plans.parse import parse_plan
from convledger.reports.history import Scope
from convledger.reports.sensitivity import MINUTE, STEPS, Recount, sensitivity, steps_of
from tests.reports.shop import CREDITS, PER_UNIT, USAGE, Shop, at, document

PLAN = parse_plan(document(PER_UNIT), "plan.toml")
MARCH = (at("2026-03-01"), at("2026-04-01"))
LATER = at("2026-05-01")


def units(shop: Shop, text: str = PER_UNIT, timeouts: tuple[int, ...] = ()) -> list[int]:
    plan = parse_plan(document(text), "plan.toml")
    found = sensitivity(shop.connection, plan, Scope(), *MARCH, LATER, timeouts=timeouts)
    return [step.units for step in found.steps]


def busy(shop: Shop, seed: int = 7) -> Shop:
    """Say something at random instants around March, some of them at exact distances."""
    rng = random.Random(seed)
    for thread in range(12):
        moment = at("2026-02-26") + rng.randrange(6 * 24 * 60) * MINUTE
        for _ in range(rng.randrange(1, 12)):
            shop.talk(moment, f"t{thread}")
            gap = rng.choice([*STEPS, rng.randrange(1, 30 * 60) * MINUTE, 20 * SECOND])
            moment += gap + 5 * SECOND + rng.choice((-1, 0, 1))
    return shop


def test_the_same_four_messages_are_four_units_or_one(shop: Shop) -> None:
    for hour in (9, 10, 12, 15):
        shop.talk(f"2026-03-05T{hour:02d}:00", "t")

    assert units(shop, timeouts=(30 * MINUTE, 90 * MINUTE, 4 * HOUR)) == [4, 3, 1]


def test_a_silence_exactly_as_long_as_the_timeout_cuts(shop: Shop) -> None:
    shop.talk("2026-03-05T10:00:00", "t")
    shop.talk("2026-03-05T10:30:05", "t")
    assert units(shop, timeouts=(30 * MINUTE,)) == [2]
    same = PER_UNIT.replace('"30m"', '"30m"\nat_boundary = "same"')
    assert units(shop, same, timeouts=(30 * MINUTE,)) == [1]


@pytest.mark.parametrize("seed", range(3))
def test_counting_all_at_once_is_the_same_as_replaying_each(shop: Shop, seed: int) -> None:
    busy(shop, seed)
    replayed = sensitivity(shop.connection, PLAN, Scope(), *MARCH, LATER)
    recount = Recount(shop.connection, PLAN, Scope())

    assert recount.is_exact
    assert [recount.count(step.timeout, *MARCH) for step in replayed.steps] == [
        step.units for step in replayed.steps
    ]


@pytest.mark.parametrize(
    "change",
    ['at_boundary = "same"', 'extend_on = ["user"]', 'open_on = ["user", "assistant"]',
     'reopen = "new"', 'commit_at = "first_assistant_reply"', 'commit_at = "close"'],
)  # fmt: skip
def test_other_forms_of_a_window_are_recounted_exactly_or_not_at_all(
    shop: Shop, change: str
) -> None:
    busy(shop)
    plan = parse_plan(document(PER_UNIT.replace('"30m"', f'"30m"\n{change}')), "plan.toml")
    recount = Recount(shop.connection, plan, Scope())
    replayed = sensitivity(shop.connection, plan, Scope(), *MARCH, LATER)

    for step in replayed.steps:
        assert recount.count(step.timeout, *MARCH) in (
            (step.units,) if recount.is_exact else (None,)
        )


@pytest.mark.parametrize(
    ("change", "is_exact"),
    [
        ('commit_at = "close"', False),
        ('commit_at = "first_assistant_reply"', True),
        ('commit_at = "first_assistant_reply"\nreopen = "same"', False),
    ],
)
def test_what_is_charged_only_later_is_counted_at_once_with_its_answer(
    shop: Shop, change: str, is_exact: bool
) -> None:
    busy(shop)
    plan = parse_plan(document(PER_UNIT.replace('"30m"', f'"30m"\n{change}')), "plan.toml")
    assert Recount(shop.connection, plan, Scope()).is_exact == is_exact


@pytest.mark.parametrize(
    ("unit", "on_exceed", "is_exact"),
    [("conversation", "block", False), ("conversation", "degrade", True), ("m", "block", True)],
)
def test_what_a_limit_refuses_is_not_counted_at_once(
    shop: Shop, unit: str, on_exceed: str, is_exact: bool
) -> None:
    busy(shop)
    limit = f'\n[[limit]]\nid = "l"\nunit = "{unit}"\ncap = "1"\nwindow = "calendar"\n'
    limit += f'calendar = "day"\non_exceed = "{on_exceed}"\n'
    other = '\n[[unit]]\nid = "m"\ncount = "event"\nevent = "message"\n'
    plan = parse_plan(document(PER_UNIT, other, limit), "plan.toml")
    recount = Recount(shop.connection, plan, Scope())
    replayed = sensitivity(shop.connection, plan, Scope(), *MARCH, LATER)

    assert recount.is_exact == is_exact
    for step in replayed.steps:
        assert recount.count(step.timeout, *MARCH) in (step.units if is_exact else None,)


def test_the_bill_of_the_plans_own_timeout_is_the_real_one(shop: Shop) -> None:
    busy(shop)
    shop.plan(PER_UNIT)
    shop.use()
    real = next(each for each in shop.bill(LATER).statements if each.name == "2026-03")
    found = sensitivity(shop.connection, PLAN, Scope(), *MARCH, LATER)

    assert found.steps[found.own].timeout == 30 * MINUTE
    assert found.steps[found.own].total == real.due


def test_longer_timeouts_never_count_more(shop: Shop) -> None:
    counts = units(busy(shop))
    assert counts == sorted(counts, reverse=True)


def test_the_plans_own_timeout_is_among_the_steps() -> None:
    odd = parse_plan(document(PER_UNIT.replace("30m", "37m")), "plan.toml")
    assert 37 * MINUTE in steps_of(odd)
    assert steps_of(odd) == tuple(sorted(steps_of(odd)))


def test_a_plan_that_no_silence_ends_is_refused_in_words(shop: Shop) -> None:
    plan = parse_plan(document(USAGE), "plan.toml")
    with pytest.raises(UsageProblem, match="inactivity"):
        sensitivity(shop.connection, plan, Scope(), *MARCH, LATER)
    assert steps_of(plan) == ()
    recount = Recount(shop.connection, plan, Scope())
    assert (recount.is_exact, recount.count(MINUTE, *MARCH)) == (False, None)


def test_seats_count_in_the_bill(shop: Shop) -> None:
    fee = '\n[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\n'
    plan = parse_plan(document(fee, CREDITS), "plan.toml")
    found = sensitivity(shop.connection, plan, Scope(), *MARCH, LATER, seats=4)
    assert {step.total for step in found.steps} == {40 * 10**12}


def test_a_fee_for_a_year_counts_by_the_days_looked_at(shop: Shop) -> None:
    fee = '\n[period]\nkind = "year"\n\n[[fee]]\nid = "base"\namount = "365.00"\n'
    plan = parse_plan(document(fee, CREDITS), "plan.toml")
    found = sensitivity(shop.connection, plan, Scope(), *MARCH, LATER)
    assert {step.total for step in found.steps} == {31 * 10**12}
