"""Credits as people meet them: what is burnt first, what expires, what is refused or bought."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convledger.plans.credits import (
    CreditProblem,
    Fact,
    Fold,
    LateFact,
    Rollover,
    corrections,
    fold_all,
    served,
)

from .credit_builders import CARRY, lot, refund, remaining, reset, usage, void

PICO = 10**12


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
