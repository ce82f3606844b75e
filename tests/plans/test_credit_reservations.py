"""What is refused, reserved, given in grace or served at less."""

from __future__ import annotations

from convledger.plans.credits import (
    Fact,
    Policy,
    fold_all,
)

from .credit_builders import BLOCK, lot, refund, reset, usage


def test_what_does_not_fit_is_refused_whole_and_the_next_may_fit() -> None:
    fold = fold_all([usage("x", 1, 3), usage("y", 2, 2)], [lot("A", 2)], BLOCK)

    assert (fold.totals().blocked, fold.totals().balance) == (3, 0)
    assert fold.allocation("x") == ()


def test_a_reservation_keeps_others_out_under_block() -> None:
    facts = [
        Fact("r", 1, "reserve", 6),
        usage("x", 2, 5),
        Fact("c", 3, "commit", 4, "r"),
        usage("y", 4, 6),
    ]

    totals = fold_all(facts, [lot("A", 10)], BLOCK).totals()

    assert (totals.used, totals.blocked, totals.balance, totals.reserved) == (10, 5, 0, 0)


def test_a_reservation_among_scopes_keeps_only_its_own_lots() -> None:
    granted = [lot("A", 5, scopes=frozenset({"voice"})), lot("B", 5, scopes=frozenset({"chat"}))]
    facts = [
        Fact("r", 1, "reserve", 5, scopes=frozenset({"voice"})),
        usage("x", 2, 5, "chat"),
        usage("y", 3, 1, "voice"),
    ]

    totals = fold_all(facts, granted, BLOCK).totals()

    assert (totals.used, totals.blocked, totals.available) == (5, 1, 0)


def test_a_refused_reservation_commits_to_nothing() -> None:
    facts = [Fact("r", 1, "reserve", 6), Fact("c", 2, "commit", None, "r")]
    fold = fold_all(facts, [lot("A", 5)], BLOCK)

    assert (fold.totals().blocked, fold.totals().used, fold.findings) == (6, 0, ())


def test_a_reservation_ends_once() -> None:
    facts = [
        Fact("r", 1, "reserve", 2),
        Fact("c", 2, "commit", None, "r"),
        Fact("z", 3, "release", None, "r"),
        Fact("n", 4, "commit", None, "nobody"),
    ]
    fold = fold_all(facts, [lot("A", 5)])

    assert fold.totals().used == 2
    assert [each.id for each in fold.findings] == ["z", "n"]


def test_a_refund_may_name_the_reservation() -> None:
    facts = [
        Fact("r", 1, "reserve", 2),
        Fact("c", 2, "commit", None, "r"),
        refund("back", 3, "r"),
    ]

    assert fold_all(facts, [lot("A", 5)]).totals().balance == 5


def test_grace_is_free_once_a_period() -> None:
    policy = Policy(when_empty="block", grace=3)
    facts = [usage("x", 1, 2), usage("y", 2, 2), reset(10), usage("z", 11, 3)]

    totals = fold_all([usage("w", 0, 1), *facts], [lot("A", 1)], policy).totals()

    assert (totals.grace, totals.blocked) == (5, 2)


def test_less_grace_from_now_on_takes_nothing_off_the_balance() -> None:
    lowered = [(0, Policy(when_empty="block", grace=10)), (20, Policy(when_empty="block", grace=5))]
    facts = [usage("x", 10, 8), usage("y", 30, 10), usage("z", 31, 1)]
    totals = fold_all(facts, [lot("A", 10, at=25)], lowered).totals()

    assert (totals.grace, totals.used, totals.blocked) == (8, 10, 1)


def test_grace_of_a_refunded_usage_is_free_again_in_its_period() -> None:
    policy = Policy(when_empty="block", grace=5)
    facts = [usage("x", 1, 5), refund("back", 2, "x"), usage("y", 3, 5), usage("z", 4, 1)]
    totals = fold_all(facts, [], policy).totals()

    assert (totals.grace, totals.blocked) == (5, 1)


def test_grace_of_an_earlier_period_is_not_free_again_in_a_later_one() -> None:
    policy = Policy(when_empty="block", grace=5)
    facts = [usage("x", 1, 5), reset(10), refund("back", 11, "x"), usage("y", 12, 6)]
    assert fold_all(facts, [], policy).totals().blocked == 6

    at_once = [
        usage("w", 1, 5),
        reset(10),
        usage("x", 10, 5),
        refund("r", 11, "x"),
        usage("y", 12, 5),
    ]
    assert fold_all(at_once, [], policy).totals().blocked == 0


def test_degraded_usage_costs_nothing() -> None:
    totals = fold_all([usage("x", 1, 7)], [lot("A", 5)], Policy(when_empty="degrade")).totals()

    assert (totals.used, totals.degraded, totals.overage) == (5, 2, 0)


def test_another_policy_takes_over_at_its_instant() -> None:
    rules = [(0, Policy()), (10, BLOCK)]

    totals = fold_all([usage("x", 9, 1), usage("y", 10, 1)], [], rules).totals()

    assert (totals.overage, totals.blocked) == (1, 1)


def test_a_pool_may_have_rules_of_its_own() -> None:
    facts = [usage("x", 1, 1), Fact("y", 1, "usage", 1, pool="extra")]

    fold = fold_all(facts, [], pool_rules={"extra": BLOCK})

    assert fold.pools == ("", "extra")
    assert (fold.totals().overage, fold.totals("extra").blocked) == (1, 1)
