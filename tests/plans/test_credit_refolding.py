"""What holds for every history of credits that is told in another order, in parts or late."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

import msgspec
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from convledger.plans.credits import (
    Entry,
    Fact,
    Fold,
    LateFact,
    Lot,
    Policy,
    corrections,
    fold_all,
)
from convledger.plans.fold import FoldState
from convledger.plans.intake import in_order

from .credit_builders import (
    LAST,
    histories,
    instants,
    lots,
    outcome,
    policies,
    usage,
)
from .credit_laws import given


@given(histories(), lots(), policies, st.randoms(use_true_random=False))
def test_i5_the_order_in_which_facts_come_does_not_matter(
    facts: list[Fact], granted: list[Lot], policy: Policy, chance: random.Random
) -> None:
    other_facts, other_lots = facts[:], granted[:]
    chance.shuffle(other_facts)
    chance.shuffle(other_lots)

    assert outcome(fold_all(facts, granted, policy)) == outcome(
        fold_all(other_facts, other_lots, policy)
    )


@given(histories(), lots(), policies, st.lists(instants, max_size=4), st.booleans())
def test_i6_folding_in_chunks_is_folding_at_once(
    facts: list[Fact], granted: list[Lot], policy: Policy, cuts: list[int], stepwise: bool
) -> None:
    whole = fold_all(facts, granted, policy, as_of=LAST)
    fold = Fold(policy)
    done = -1
    entries: list[Entry] = []
    for cut in [*sorted(cuts), LAST]:
        now = [each for each in facts if done < each.at <= cut]
        come = [each for each in granted if done < each.effective_at <= cut]
        if stepwise:
            fold.feed(lots=come)
            for each in in_order(now):
                fold.feed([each])
        else:
            fold.feed(now, come)
        fold.advance(cut)
        done = max(done, cut)
        entries += fold.entries("")
        fold = Fold.restore(fold.snapshot(), policy)

    assert entries == list(whole.entries(""))
    assert fold.totals() == whole.totals()
    assert dict(fold.allocations()) == dict(whole.allocations())
    assert fold.findings == whole.findings


@given(histories(), lots(), policies, instants)
def test_i7_resting_in_a_snapshot_changes_nothing(
    facts: list[Fact], granted: list[Lot], policy: Policy, cut: int
) -> None:
    early = [each for each in facts if each.at <= cut]
    later = [each for each in facts if each.at > cut]
    fold = Fold(policy)
    fold.feed(early, granted)
    rested = Fold.restore(fold.snapshot(), policy)
    assert outcome(rested)[0] == outcome(fold)[0]
    before = len(list(fold.entries("")))

    fold.feed(later)
    rested.feed(later)

    assert list(rested.entries("")) == list(fold.entries("", before))
    assert rested.totals() == fold.totals()
    assert dict(rested.allocations()) == dict(fold.allocations())
    assert rested.findings == fold.findings
    assert state(rested) == state(fold)


def state(fold: Fold) -> FoldState:
    """Return what a snapshot holds; scopes are compared as sets."""
    return msgspec.json.decode(fold.snapshot(), type=FoldState)


@given(histories(), lots(), policies, st.integers(0, 13))
def test_i8_corrections_for_a_late_fact_are_a_fold_from_scratch(
    facts: list[Fact], granted: list[Lot], policy: Policy, late: int
) -> None:
    in_time = [each for number, each in enumerate(facts) if number != late]
    before = list(fold_all(in_time, granted, policy).entries(""))
    after = list(fold_all(facts, granted, policy).entries(""))

    appended = corrections(before, after, LAST + 1)

    assert sums([*before, *appended]) == sums(after)
    assert corrections([*before, *appended], after, LAST + 2) == []
    assert [each.number for each in [*before, *appended]] == list(
        range(len(before) + len(appended))
    )
    if before and appended and after:
        assert appended[-1].balance == after[-1].balance


def sums(entries: list[Entry]) -> dict[tuple[object, ...], int]:
    """Return what was booked, by what it is about."""
    found: Counter[tuple[object, ...]] = Counter()
    for each in entries:
        found[each.about, each.kind, each.lot, each.cause] += each.amount
    return {key: amount for key, amount in found.items() if amount}


@given(histories(), lots(), policies, histories(4))
def test_i9_a_correction_is_a_new_entry_that_undoes_the_one_it_names(
    facts: list[Fact], granted: list[Lot], policy: Policy, more: list[Fact]
) -> None:
    late = [msgspec.structs.replace(each, id=f"late {each.id}") for each in more]
    before = list(fold_all(facts, granted, policy).entries(""))
    after = list(fold_all(facts + late, granted, policy).entries(""))

    appended = corrections(before, after, LAST + 1)

    by_number = {each.number: each for each in before}
    named = [each.corrects for each in appended if each.corrects is not None]
    assert len(named) == len(set(named))
    for each in appended:
        assert each.at == LAST + 1
        if each.corrects is not None:
            assert by_number[each.corrects].amount + each.amount == 0
            assert by_number[each.corrects].lot == each.lot


@given(histories(), lots(), policies, instants)
def test_i9_what_was_written_stays_as_it_is(
    facts: list[Fact], granted: list[Lot], policy: Policy, cut: int
) -> None:
    fold = Fold(policy)
    fold.feed([each for each in facts if each.at <= cut], granted)
    written = list(fold.entries(""))
    fold.feed([each for each in facts if each.at > cut])

    assert list(fold.entries(""))[: len(written)] == written


@given(histories(), lots(), policies, st.data())
def test_i11_what_comes_twice_counts_once(
    facts: list[Fact], granted: list[Lot], policy: Policy, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=5)) if facts else []
    once = fold_all(facts, granted, policy)

    twice = fold_all([*facts, *again], [*granted, *granted], policy)
    twice.feed([*again, *facts], granted)

    assert outcome(twice) == outcome(once)


@given(histories(), lots(), policies, instants)
def test_i12_an_instant_knows_nothing_of_what_comes_after(
    facts: list[Fact], granted: list[Lot], policy: Policy, as_of: int
) -> None:
    known = [each for each in facts if each.at <= as_of]
    known_lots = [each for each in granted if each.effective_at <= as_of]

    fold = fold_all(facts, granted, policy, as_of=as_of)

    assert outcome(fold) == outcome(fold_all(known, known_lots, policy, as_of=as_of))
    assert all(entry.at <= as_of for entry in fold.entries(""))
    assert {each.lot.id for each in fold.totals().lots if each.lot.effective_at > as_of} == set()


@given(histories(), lots(), policies)
def test_i22_the_same_facts_give_the_same_bytes(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    some, other = (fold_all(facts, granted, policy) for _ in range(2))

    assert msgspec.json.encode(list(some.entries())) == msgspec.json.encode(list(other.entries()))
    assert some.snapshot() == other.snapshot()


@given(histories(), lots(), policies, instants)
def test_a_fact_from_before_is_refused_and_changes_nothing(
    facts: list[Fact], granted: list[Lot], policy: Policy, at: int
) -> None:
    fold = fold_all(facts, granted, policy, as_of=LAST)
    before = outcome(fold)
    with pytest.raises(LateFact) as late:
        fold.feed([usage("late", at, 1), usage("new", LAST + 9, 1)])

    assert late.value.id == "late"

    assert outcome(fold) == before


@given(histories(), lots(), policies, instants)
def test_looking_ahead_says_what_advancing_finds_and_leaves_no_trace(
    facts: list[Fact], granted: list[Lot], policy: Policy, more: int
) -> None:
    fold = fold_all(facts, granted, policy)
    state_before = state(fold)

    foreseen = fold.totals(at=LAST + more)

    assert state(fold) == state_before
    fold.advance(LAST + more)
    assert fold.totals() == foreseen


@given(histories(), lots(), policies)
def test_without_entries_the_sums_are_the_same(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    kept = fold_all(facts, granted, policy)
    bare = fold_all(facts, granted, policy, keeps_entries=False)

    assert bare.totals() == kept.totals()
    assert dict(bare.allocations()) == dict(kept.allocations())
    assert list(bare.entries()) == []


@given(histories(), lots(), policies)
def test_fractions_of_credits_fold_as_exactly(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    """Everything in thirds is a third of everything."""
    assume(policy.topup is None and policy.grace == 0)
    thirds = [
        msgspec.structs.replace(
            each, amount=None if each.amount is None else Fraction(each.amount, 3)
        )
        for each in facts
    ]
    lots_in_thirds = [
        msgspec.structs.replace(each, amount=Fraction(each.amount, 3), rollover=None)
        for each in granted
    ]
    whole = [msgspec.structs.replace(each, rollover=None) for each in granted]

    some = fold_all(facts, whole, policy).totals()
    other = fold_all(thirds, lots_in_thirds, policy).totals()

    assert other.balance * 3 == some.balance
    assert other.usage * 3 == some.usage
    assert other.overage * 3 == some.overage
