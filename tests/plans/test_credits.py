"""Credits as people meet them: what is burnt first, what expires, what is refused or bought."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convledger.plans.credits import (
    AutoTopup,
    CreditProblem,
    Fact,
    Fold,
    LateFact,
    Policy,
    Rollover,
    corrections,
    fold_all,
    served,
)

from .credit_builders import lot, refund, remaining, reset, usage, void

BLOCK, CARRY = Policy(when_empty="block"), Policy(when_empty="carry")
PICO = 10**12


def pack(**more: object) -> AutoTopup:
    return AutoTopup(**{"id": "pack", "credits": 10, "price": 49, **more})  # type: ignore[arg-type]


def test_usage_of_exactly_the_balance_leaves_nothing_and_is_no_overage() -> None:
    totals = fold_all([usage("x", 1, 10)], [lot("A", 4), lot("B", 6)]).totals()

    assert (totals.balance, totals.overage) == (0, 0)


def test_usage_beyond_the_balance_takes_what_there_is() -> None:
    fold = fold_all([usage("x", 1, 15)], [lot("A", 10)])

    assert fold.allocation("x") == (("A", 10),)
    assert fold.totals().overage == 5


def test_amounts_far_beyond_64_bits_stay_exact_and_survive_a_snapshot() -> None:
    huge = 10**9 * PICO + 1
    fold = fold_all([usage("x", 1, huge)], [lot("A", huge * 3)])

    again = Fold.restore(fold.snapshot())
    again.feed([usage("y", 2, huge)])

    assert again.totals().balance == huge


def test_a_rate_that_is_no_whole_number_adds_up() -> None:
    third = PICO * 3 // 10
    totals = fold_all(
        [usage(f"u{number}", number, third) for number in range(10)], [lot("A", 3 * PICO)]
    ).totals()

    assert totals.balance == 0


def test_a_lot_that_begins_later_is_no_balance_yet() -> None:
    totals = fold_all([], [lot("A", 10, 5)], as_of=4).totals()

    assert (totals.balance, totals.lots) == (0, ())


def test_a_lot_whose_end_is_its_beginning_expires_whole() -> None:
    totals = fold_all([usage("x", 5, 1)], [lot("A", 10, 5, 5)]).totals()

    assert (totals.lot("A").expired, totals.overage) == (10, 1)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_lot_of_nothing_is_refused(amount: int) -> None:
    with pytest.raises(CreditProblem, match="above zero"):
        lot("A", amount)


def test_a_lot_that_ends_at_the_reset_expires_and_is_not_rolled_over() -> None:
    rule = Rollover(0, 50)
    totals = fold_all([reset(10)], [lot("A", 9, 0, 10, rollover=rule)]).totals()

    assert remaining(totals) == {"A": 0}
    assert totals.expired == 9


def test_a_lot_that_begins_at_the_reset_is_not_rolled_over() -> None:
    rule = Rollover(0, 2)
    granted = [
        lot(f"m{at}", 10, at, family="monthly", rollover=rule, created_at=at) for at in (0, 10)
    ]

    totals = fold_all([usage("x", 3, 1), reset(10), usage("y", 11, 3)], granted).totals()

    assert remaining(totals) == {"m0": 0, "m0@10": 0, "m10": 9}
    assert totals.expired == 7


def test_what_is_missing_to_the_least_is_granted_at_the_reset() -> None:
    granted = [lot("A", 60, 0, family="f", rollover=Rollover(50, 200))]

    totals = fold_all([usage("x", 1, 60), reset(10)], granted).totals()

    assert totals.balance == 50
    assert totals.granted == 110


def test_what_was_rolled_over_is_looked_at_again_at_the_next_reset() -> None:
    granted = [lot("A", 60, 0, family="f", cost=120, rollover=Rollover(0, 30))]

    fold = fold_all([reset(10), usage("x", 11, 5), reset(20)], granted)

    assert remaining(fold.totals()) == {"A": 0, "A@10": 0, "A@20": 25}
    assert fold.totals().expired_cost == 60
    assert fold.totals().lot("A@20").cost == 50


def test_two_resets_at_one_instant_are_one() -> None:
    granted = [lot("A", 60, 0, family="f", rollover=Rollover(0, 30))]
    twice = [reset(10), Fact("again", 10, "reset", pool="*")]

    assert remaining(fold_all(twice, granted).totals()) == {"A": 0, "A@10": 30}


def test_a_lot_voided_before_it_begins_never_pays() -> None:
    totals = fold_all([void("v", 1, "A"), usage("x", 6, 2)], [lot("A", 10, 5)]).totals()

    assert (totals.lot("A").voided, totals.balance, totals.overage) == (10, 0, 2)


def test_a_void_takes_what_is_left_of_a_lot_after_usage() -> None:
    totals = fold_all([usage("x", 1, 4), void("v", 2, "A")], [lot("A", 10)]).totals()

    assert (totals.lot("A").used, totals.lot("A").voided) == (4, 6)


def test_a_void_of_a_lot_that_was_rolled_over_takes_its_heir() -> None:
    granted = [lot("A", 9, 0, family="f", rollover=Rollover(0, None))]

    assert fold_all([reset(5), void("v", 6, "A")], granted).totals().balance == 0


def test_a_void_of_more_than_there_is_is_found() -> None:
    fold = fold_all([void("v", 2, "A", 12)], [lot("A", 10)])

    assert [(each.id, each.amount) for each in fold.findings] == [("v", 2)]


def test_a_refund_into_a_voided_lot_is_void_at_once() -> None:
    facts = [usage("x", 1, 4), void("v", 2, "A"), refund("r", 3, "x")]
    totals = fold_all(facts, [lot("A", 10)]).totals()

    assert (totals.lot("A").used, totals.lot("A").voided, totals.balance) == (0, 10, 0)


def test_a_refund_into_an_expired_lot_is_breakage_with_its_cost() -> None:
    totals = fold_all(
        [usage("x", 1, 4), refund("r", 8, "x", 3)], [lot("A", 10, 0, 5, cost=20)]
    ).totals()

    assert (totals.expired, totals.used, totals.balance) == (9, 1, 0)
    assert totals.expired_cost == Fraction(18)


def test_refunds_one_after_the_other_go_on_where_the_last_stopped() -> None:
    granted = [lot("A", 5), lot("B", 5, priority=1)]
    facts = [usage("x", 1, 12), refund("r", 2, "x", 3), refund("s", 3, "x", 5)]

    totals = fold_all(facts, granted).totals()

    assert totals.overage == 0
    assert remaining(totals) == {"A": 1, "B": 5}


def test_no_refund_gives_back_more_than_was_used() -> None:
    fold = fold_all([usage("x", 1, 4), refund("r", 2, "x"), refund("s", 3, "x", 1)], [lot("A", 9)])

    assert fold.totals().balance == 9
    assert [each.id for each in fold.findings] == ["s"]


def test_a_refund_that_comes_before_its_usage_waits_for_it() -> None:
    fold = fold_all([refund("r", 1, "x")], [lot("A", 9)])
    assert [each.id for each in fold.findings] == ["r"]

    fold.feed([usage("x", 5, 4)])

    assert fold.totals().balance == 9
    assert fold.findings == ()


def test_a_refund_takes_debt_off_debt_and_then_what_was_repaid() -> None:
    facts = [usage("x", 1, 30), refund("r", 2, "x", 4), refund("s", 11, "x", 8)]

    fold = fold_all(facts, [lot("A", 20), lot("B", 50, 10)], CARRY)

    assert remaining(fold.totals()) == {"A": 2, "B": 50}
    assert fold.totals().debt == 0


def test_debt_lasts_over_a_reset_and_is_burnt_from_the_new_lot() -> None:
    granted = [lot("m0", 10, 0, 10), lot("m1", 10, 10, 20)]

    totals = fold_all([usage("x", 9, 13), reset(10)], granted, CARRY, as_of=10).totals()

    assert (totals.debt, totals.balance) == (0, 7)


def test_debt_of_one_scope_is_not_paid_by_a_lot_of_another() -> None:
    granted = [lot("A", 10, 5, scopes=frozenset({"voice"})), lot("B", 3, 6)]

    totals = fold_all([usage("x", 1, 4, "chat")], granted, CARRY, as_of=9).totals()

    assert (totals.debt, remaining(totals)) == (1, {"A": 10, "B": 0})


def test_a_lot_with_scopes_pays_only_for_what_qualifies() -> None:
    granted = [lot("A", 10, scopes=frozenset({"voice"})), lot("B", 10, priority=1)]

    fold = fold_all([usage("x", 1, 4, "chat"), usage("y", 2, 4, "voice", "chat")], granted)

    assert fold.allocation("x") == (("B", 4),)
    assert fold.allocation("y") == (("A", 4),)


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


def test_two_top_ups_that_are_still_to_come_change_nothing_yet() -> None:
    fold = Fold()
    fold.feed(lots=[lot("A", 5), lot("t1", 10, 7, kind="topup"), lot("t2", 10, 8, kind="topup")])
    fold.feed([usage("x", 6, 1)])

    assert fold.totals().balance == 4
    assert fold.totals(at=7).balance == 14
    assert fold.totals(at=8).balance == 24


def test_top_ups_and_adjustments_by_hand_are_lots_of_their_own() -> None:
    facts = [
        Fact("t", 1, "topup", 10),
        Fact("up", 2, "adjust", 3),
        Fact("down", 3, "adjust", -11),
    ]

    totals = fold_all(facts, [lot("A", 2)]).totals()

    assert totals.balance == 4
    assert totals.voided == 11
    assert {each.lot.kind for each in totals.lots} == {"included", "topup", "adjustment"}


def test_an_adjustment_beyond_the_balance_is_found() -> None:
    fold = fold_all([Fact("down", 3, "adjust", -5)], [lot("A", 2)])

    assert (fold.totals().balance, fold.findings[0].amount) == (0, 3)


def test_another_policy_takes_over_at_its_instant() -> None:
    rules = [(0, Policy()), (10, BLOCK)]

    totals = fold_all([usage("x", 9, 1), usage("y", 10, 1)], [], rules).totals()

    assert (totals.overage, totals.blocked) == (1, 1)


def test_a_pool_may_have_rules_of_its_own() -> None:
    facts = [usage("x", 1, 1), Fact("y", 1, "usage", 1, pool="extra")]

    fold = fold_all(facts, [], pool_rules={"extra": BLOCK})

    assert fold.pools == ("", "extra")
    assert (fold.totals().overage, fold.totals("extra").blocked) == (1, 1)


def test_usage_before_the_start_of_measurement_is_left_out() -> None:
    totals = fold_all([usage("x", 4, 1), usage("y", 5, 1)], [lot("A", 9)], since=5).totals()

    assert totals.usage == 1


def test_the_same_id_with_another_content_is_found_whichever_comes_first() -> None:
    facts = [usage("x", 1, 3), usage("x", 1, 4)]

    some, other = fold_all(facts, [lot("A", 9)]), fold_all(facts[::-1], [lot("A", 9)])

    assert some.totals() == other.totals()
    assert some.totals().usage == 3
    assert [each.id for each in some.findings] == [each.id for each in other.findings] == ["x"]


def test_the_same_lot_with_another_amount_is_found() -> None:
    fold = fold_all([], [lot("A", 9)])
    fold.feed(lots=[lot("A", 8)])

    assert [each.id for each in fold.findings] == ["A"]


@pytest.mark.parametrize(
    "fact",
    [
        Fact("f", 1, "usage", -1),
        Fact("f", 1, "usage"),
        Fact("f", 1, "refund", 1),
        Fact("f", 1, "gift", 1),
        Fact("f", 1, "topup", 0),
        Fact("f", 1, "adjust", 0),
        Fact("f", 1, "usage", 1, pool="*"),
    ],
)
def test_a_fact_that_says_nothing_is_found_and_left_out(fact: Fact) -> None:
    fold = fold_all([fact], [lot("A", 9)])

    assert [each.id for each in fold.findings] == ["f"]
    assert fold.totals(at=1).balance == 9


def test_a_late_lot_is_refused_too() -> None:
    fold = fold_all([usage("x", 5, 1)], [lot("A", 9)])

    with pytest.raises(LateFact, match="late"):
        fold.feed(lots=[lot("late", 1, 5)])


def test_a_late_usage_is_booked_as_corrections_in_the_open_period() -> None:
    granted = [lot("A", 10, 1, 5), lot("B", 10, 1)]
    facts = [usage("x", 6, 5)]
    before = list(fold_all(facts, granted, as_of=7).entries(""))
    after = list(fold_all([*facts, usage("late", 4, 4)], granted, as_of=7).entries(""))

    appended = corrections(before, after, booked_at=7)

    assert [(each.kind, each.lot, each.amount, each.about) for each in appended] == [
        ("expire", "A", 10, 5),
        ("use", "A", -4, 4),
        ("expire", "A", -6, 5),
    ]
    assert appended[0].corrects == next(each.number for each in before if each.kind == "expire")
    assert {each.at for each in appended} == {7}


def test_entries_name_the_billable_unit_behind_them() -> None:
    fold = fold_all([Fact("x", 1, "usage", 2, cause="unit-7")], [lot("A", 5)])

    assert [each.cause for each in fold.entries("") if each.kind == "use"] == ["unit-7"]


def test_entries_of_all_pools_come_by_instant() -> None:
    facts = [Fact(f"{pool}{at}", at, "usage", 1, pool=pool) for pool in "ba" for at in (1, 2)]

    assert [each.cause for each in fold_all(facts).entries()] == ["a1", "b1", "a2", "b2"]


def test_responses_that_do_not_fit_strand_credits() -> None:
    assert served(500, 3) == (166, 2)
    with pytest.raises(CreditProblem):
        served(500, 0)


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(CreditProblem, match="no policy"):
        Policy(when_empty="panic")
    with pytest.raises(CreditProblem, match="above zero"):
        pack(credits=0)
    with pytest.raises(CreditProblem, match="no policy"):
        Fold([])
