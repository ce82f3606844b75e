"""Packs of credits that are bought by themselves when the balance falls."""

from __future__ import annotations

import pytest

from convledger.plans.credits import (
    AutoTopup,
    CreditProblem,
    Fold,
    Policy,
    fold_all,
)

from .credit_builders import lot, reset, usage


def pack(**more: object) -> AutoTopup:
    return AutoTopup(**{"id": "pack", "credits": 10, "price": 49, **more})  # type: ignore[arg-type]


def test_a_pack_is_bought_the_moment_the_balance_falls_below_the_threshold() -> None:
    fold = fold_all(
        [usage("x", 1, 5), usage("y", 2, 1)], [lot("A", 10)], Policy(topup=pack(threshold=5))
    )

    bought = [(each.at, each.lot) for each in fold.entries("") if each.lot == "pack#1"]
    assert bought == [(2, "pack#1")]
    assert fold.totals().lot("pack#1").cost == 49


def test_packs_are_bought_until_the_threshold_is_reached_again() -> None:
    policy = Policy(topup=pack(threshold=25))

    assert fold_all([usage("x", 1, 1)], [lot("A", 25)], policy).totals().bought == 1
    assert fold_all([usage("x", 1, 25)], [lot("A", 25)], policy).totals().bought == 3


def test_no_more_packs_are_bought_than_a_period_allows() -> None:
    policy = Policy(topup=pack(threshold=25, max_per_period=2))
    facts = [usage("x", 1, 25), usage("y", 2, 19), reset(10)]

    totals = fold_all(facts, [lot("A", 25)], policy, as_of=10).totals()

    assert (totals.bought, totals.balance) == (4, 21)


def test_no_pack_is_bought_where_the_next_grant_comes_at_the_same_instant() -> None:
    granted = [lot("m0", 10, 0, 10), lot("m1", 10, 10, 20)]
    policy = Policy(topup=pack(threshold=5))

    assert fold_all([], granted, policy, as_of=10).totals().bought == 0
    assert fold_all([], granted[:1], policy, as_of=10).totals().bought == 1


def test_a_negative_threshold_lets_debt_grow_that_far() -> None:
    policy = Policy(when_empty="carry", topup=pack(threshold=-5))
    facts = [usage("x", 1, 5), usage("y", 2, 1)]

    assert fold_all(facts[:1], [], policy).totals().debt == 5
    assert fold_all(facts, [], policy).totals().balance == 4


def test_usage_that_does_not_fit_buys_what_it_needs_or_nothing_at_all() -> None:
    policy = Policy(when_empty="topup", topup=pack(max_per_period=2))

    fits = fold_all([usage("x", 1, 25)], [lot("A", 5)], policy).totals()
    too_much = fold_all([usage("x", 1, 26)], [lot("A", 5)], policy).totals()

    assert (fits.bought, fits.balance, fits.blocked) == (2, 0, 0)
    assert (too_much.bought, too_much.balance, too_much.blocked) == (0, 5, 26)


def test_packs_end_when_their_rule_says() -> None:
    policy = Policy(topup=pack(threshold=1, max_per_period=1, expires=lambda at: at + 3))

    totals = fold_all([usage("x", 1, 2)], [lot("A", 2)], policy, as_of=4).totals()

    assert totals.lot("pack#1").expired == 10


def test_a_pack_that_would_end_at_once_is_not_bought() -> None:
    policy = Policy(topup=pack(threshold=1, expires=lambda at: at))

    assert fold_all([usage("x", 1, 2)], [lot("A", 2)], policy, as_of=4).totals().bought == 0


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(CreditProblem, match="no policy"):
        Policy(when_empty="panic")
    with pytest.raises(CreditProblem, match="above zero"):
        pack(credits=0)
    with pytest.raises(CreditProblem, match="no policy"):
        Fold([])
