"""What holds for every history of credits: the laws of the credit engine."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import assume, example, settings
from hypothesis import given as any_given
from hypothesis import strategies as st

from convledger.plans.calendar import anniversaries
from convledger.plans.credits import (
    AutoTopup,
    Entry,
    Fact,
    Fold,
    LateFact,
    Lot,
    Policy,
    Rollover,
    corrections,
    fold_all,
)
from convledger.plans.fold import FoldState
from convledger.plans.intake import in_order

from .credit_builders import (
    LAST,
    amounts,
    histories,
    instants,
    lot,
    lots,
    outcome,
    policies,
    refund,
    remaining,
    reset,
    rollovers,
    usage,
    void,
)

CARELESS = st.builds(Policy, when_empty=st.sampled_from(["charge", "carry", "degrade"]))


Test = Callable[..., None]


def given(*strategies: st.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """Try a law on many histories, however slow the machine."""

    def decorate(test: Test) -> Test:
        return settings(deadline=None)(any_given(*strategies)(test))

    return decorate


def net(fold: Fold, kind: str, pool: str = "") -> int:
    """Return the sum of the entries of a kind."""
    return sum(entry.amount for entry in fold.entries(pool) if entry.kind == kind)


@given(histories(), lots(), policies, instants)
@example([refund("r", 9, "x")], [lot("A", 5, 0, 3)], Policy(), 9)
@example([void("v", 1, "A")], [lot("A", 5, 4)], Policy(), 9)
@example([], [lot("A", 5, 4, 4)], Policy(), 9)
def test_i1_a_lot_is_used_expired_voided_or_still_there(
    facts: list[Fact], granted: list[Lot], policy: Policy, as_of: int
) -> None:
    fold = fold_all(facts, granted, policy, as_of=as_of)
    totals = fold.totals()

    for each in totals.lots:
        gone = each.used + each.expired + each.voided + each.rolled
        assert each.lot.amount == gone + each.remaining
        if each.rolled:
            assert totals.lot(each.heir).lot.amount == each.rolled
    assert totals.granted == totals.used + totals.expired + totals.voided + totals.balance
    by_lot: defaultdict[str, int] = defaultdict(int)
    for entry in fold.entries(""):
        by_lot[entry.lot] += entry.amount
        assert by_lot[entry.lot] >= 0 or not entry.lot
        assert entry.balance == sum(left for name, left in by_lot.items() if name)
    assert {name: left for name, left in by_lot.items() if name} == remaining(totals)


@given(histories(), lots(), policies)
@example([usage("x", 1, 9), refund("r", 2, "x", 4)], [lot("A", 5), lot("B", 5, 3)], Policy())
@example([usage("x", 1, 9)], [lot("A", 5)], Policy(when_empty="carry"))
@example([usage("x", 1, 9)], [lot("A", 5)], Policy(when_empty="block"))
def test_i2_usage_is_paid_by_lots_or_named_as_what_it_is(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    fold = fold_all(facts, granted, policy)
    totals = fold.totals()

    beyond = totals.overage + totals.debt + totals.blocked + totals.degraded + totals.grace
    assert totals.usage == totals.used + beyond
    committed = metered(facts)
    assert totals.usage + totals.refunded == committed + refused_reservations(fold, facts)
    for kind in ("overage", "debt", "blocked", "degraded", "grace"):
        assert net(fold, kind) == getattr(totals, kind)
    assert -totals.used == net(fold, "use") + net(fold, "repay") + net(fold, "refund")


def metered(facts: list[Fact]) -> int:
    """Return all usage and commits of reservations that had not ended."""
    return sum(each.amount or 0 for each in facts if each.kind == "usage") + sum(
        committed_amounts(facts)
    )


def committed_amounts(facts: list[Fact]) -> list[int]:
    """Return what commits are of, each reservation's first end counting."""
    held: dict[str, int] = {}
    found = []
    for each in in_order([each for each in facts if each.kind in ("reserve", "commit", "release")]):
        if each.kind == "reserve":
            held[each.id] = each.amount or 0
        elif each.of in held:
            amount = held.pop(each.of)
            if each.kind == "commit":
                found.append(amount if each.amount is None else each.amount)
    return found


def refused_reservations(fold: Fold, facts: list[Fact]) -> int:
    """Return what refused reservations add to usage, less the commits that then came to nothing."""
    by_id = {each.id: each for each in facts}
    refused = {
        entry.cause: entry.amount
        for entry in fold.entries("")
        if entry.kind == "blocked" and by_id[entry.cause].kind == "reserve"
    }
    lost = 0
    for name in refused:
        ends = [each for each in facts if each.of == name and each.kind in ("commit", "release")]
        ends = [each for each in in_order(ends) if in_order([by_id[name], each])[0] is by_id[name]]
        if ends and ends[0].kind == "commit":
            amount = ends[0].amount
            lost += refused[name] if amount is None else amount
    return sum(refused.values()) - lost


@given(histories(), lots(), policies)
def test_i3_no_lot_is_overdrawn_or_pays_out_of_its_time_or_scope(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    fold = fold_all(facts, granted, policy)
    totals = fold.totals()
    by_id = {each.id: each for each in facts}

    assert all(each.remaining >= 0 for each in totals.lots)
    assert all(min(each.used, each.expired, each.voided) >= 0 for each in totals.lots)
    for entry in fold.entries(""):
        if entry.kind in ("use", "repay"):
            paid_by = totals.lot(entry.lot).lot
            used = by_id[entry.cause]
            scopes = by_id[used.of].scopes if used.kind == "commit" else used.scopes
            assert paid_by.effective_at <= entry.at
            assert paid_by.expires_at is None or entry.at < paid_by.expires_at
            assert not paid_by.scopes or paid_by.scopes & scopes


@given(lots(8, with_rollover=False), st.lists(amounts, min_size=1, max_size=5))
def test_i4_lots_are_burnt_by_priority_end_creation_and_id(
    granted: list[Lot], used: list[int]
) -> None:
    granted = [lasting_about_as_long(each) for each in granted]
    fold = fold_all([usage(f"u{n}", LAST, each) for n, each in enumerate(used)], granted)

    def key(each: Lot) -> tuple[object, ...]:
        ends = float("inf") if each.expires_at is None else each.expires_at
        created = each.effective_at if each.created_at is None else each.created_at
        return each.priority, ends, created, each.id

    active = [
        each
        for each in sorted(granted, key=key)
        if not each.scopes and (each.expires_at is None or each.expires_at > LAST)
    ]
    left = sum(used)
    expected = []
    for each in active:
        expected.append((each.id, each.amount - min(left, each.amount)))
        left -= min(left, each.amount)
    totals = remaining(fold.totals())
    assert [(name, totals[name]) for name, _ in expected] == expected


def lasting_about_as_long(each: Lot) -> Lot:
    """Return a lot for anything whose end, if it has one, lies close to the last instant."""
    ends = None if each.expires_at is None else LAST + each.expires_at % 5
    return msgspec.structs.replace(each, expires_at=ends, scopes=frozenset())


def test_i4_one_instant_expires_voids_resets_grants_refunds_and_uses_in_this_order() -> None:
    granted = [
        lot("ends", 5, 0, 10),
        lot("voided", 5, 0),
        lot("rolls", 5, 0, family="r", rollover=Rollover(0, 2)),
        lot("refunded", 5, 0, priority=-1),
        lot("comes", 5, 10),
    ]
    facts = [
        usage("a", 10, 1),
        refund("b", 10, "z", 3),
        reset(10),
        void("c", 10, "voided"),
        usage("z", 5, 3),
    ]

    entries = [entry for entry in fold_all(facts, granted).entries("") if entry.at == 10]

    assert [(entry.kind, entry.lot) for entry in entries] == [
        ("expire", "ends"),
        ("void", "voided"),
        ("expire", "rolls"),
        ("roll_out", "rolls"),
        ("roll_in", "rolls@10"),
        ("grant", "comes"),
        ("refund", "refunded"),
        ("use", "refunded"),
    ]


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


@given(lots(with_rollover=False), amounts, amounts, st.integers(0, 10))
def test_i10_a_refund_returns_to_the_lots_that_paid_the_last_one_first(
    granted: list[Lot], used: int, given_back: int, wait: int
) -> None:
    at = LAST - 10
    facts = [usage("x", at, used), refund("r", at + wait, "x", given_back)]
    assume(given_back <= used)
    plain = fold_all(facts[:1], granted, as_of=at + wait)
    fold = fold_all(facts, granted, as_of=at + wait)

    overage = used - sum(amount for _, amount in plain.allocation("x"))
    to_lots = given_back - min(given_back, overage)
    returned = []
    for name, amount in reversed(plain.allocation("x")):
        part = min(amount, to_lots)
        to_lots -= part
        if part:
            returned.append((name, part))
    booked = [(each.lot, each.amount) for each in fold.entries("") if each.kind == "refund"]
    assert booked == returned
    assert fold.allocation("x") == plain.allocation("x")
    assert fold.totals().overage == overage - min(given_back, overage)
    for name, amount in returned:
        was, now = plain.totals().lot(name), fold.totals().lot(name)
        ended = now.lot.expires_at is not None and now.lot.expires_at <= at + wait
        assert now.used == was.used - amount
        assert now.expired == was.expired + (amount if ended else 0)
        assert now.remaining == was.remaining + (0 if ended else amount)


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


@given(st.integers(0, 2**62), st.integers(1, 10**12))
def test_i13_a_lot_pays_from_its_first_microsecond_up_to_but_not_at_its_end(
    start: int, lasts: int
) -> None:
    end = start + lasts
    facts = [
        usage("early", start - 1, 1),
        usage("first", start, 1),
        usage("last", end - 1, 1),
        usage("late", end, 1),
    ]

    fold = fold_all(facts, [lot("A", 10, start, end)])

    paid = {name for name, parts in fold.allocations() if parts}
    assert paid == {"first", "last"}
    assert fold.totals().lot("A").expired == 8


@given(histories(), lots(), CARELESS, instants, amounts)
def test_i14_more_usage_never_raises_the_balance(
    facts: list[Fact], granted: list[Lot], policy: Policy, at: int, amount: int
) -> None:
    # A refund returns to the lots that paid, and more usage makes others pay.
    calm = [each for each in facts if each.kind != "refund"]
    less = fold_all(calm, granted, policy, as_of=LAST).totals()
    more = fold_all([*calm, usage("more", at, amount)], granted, policy, as_of=LAST).totals()

    assert more.balance <= less.balance
    assert more.balance - more.debt <= less.balance - less.debt


@given(histories(), lots(), CARELESS, lots(1))
def test_i14_one_more_lot_never_lowers_another(
    facts: list[Fact], granted: list[Lot], policy: Policy, more: list[Lot]
) -> None:
    added = [
        msgspec.structs.replace(each, id="more", family="more", rollover=None) for each in more
    ]
    calm = [each for each in facts if each.kind not in ("refund", "adjust") and each.of != "more"]
    less = remaining(fold_all(calm, granted, policy, as_of=LAST).totals())
    with_it = remaining(fold_all(calm, granted + added, policy, as_of=LAST).totals())

    # What a reset makes of a family follows from what is left of it.
    given_lots = {name: left for name, left in less.items() if name[0] in "LF"}
    assert all(with_it[name] >= left for name, left in given_lots.items() if "@" not in name)


@given(rollovers, st.integers(0, 10**9))
def test_i15_what_is_rolled_over_lies_within_its_bounds(rule: Rollover, left: int) -> None:
    highest = 10**12 if rule.most is None else rule.most

    assert rule.after(left) == min(highest, max(rule.least, left))


@given(lots(), instants, amounts)
def test_i15_a_reset_leaves_each_active_family_with_what_its_rule_says(
    granted: list[Lot], at: int, used: int
) -> None:
    facts = [usage("u", max(at - 3, 0), used)]
    before = fold_all(facts, granted, as_of=at)
    after = fold_all([*facts, reset(at)], granted, as_of=at)

    for family in ("a", "b"):
        own = [
            each
            for each in before.totals().lots
            if each.lot.family == family
            and each.lot.rollover is not None
            and each.status == "active"
            and each.lot.effective_at < at
        ]
        now = [
            each
            for each in after.totals().lots
            if each.lot.family == family and each.lot.rollover is not None
            if each.lot.effective_at == at and ("@" in each.lot.id or "+" in each.lot.id)
        ]
        if own and at - 3 >= 0:
            newest = max(own, key=lambda each: (each.lot.effective_at, each.lot.burn_key))
            rule = newest.lot.rollover or Rollover()
            left = sum(each.remaining for each in own)
            assert sum(each.remaining for each in now) == rule.after(left)
        elif at - 3 >= 0:
            assert now == []
    untouched = {each.id for each in granted if each.rollover is None}
    was, became = remaining(before.totals()), remaining(after.totals())
    assert all(was.get(name) == became.get(name) for name in untouched)


@given(st.dates(date(1970, 1, 1), date(2150, 1, 1)), st.integers(1, 40))
def test_i16_anniversaries_clamp_to_the_end_of_the_month_and_return(
    anchor: date, count: int
) -> None:
    found = anniversaries(anchor, count)

    assert found[0] == anchor
    for number, day in enumerate(found):
        assert (day.year * 12 + day.month) - (anchor.year * 12 + anchor.month) == number
        next_day = date.fromordinal(day.toordinal() + 1)
        assert day.day == anchor.day or (day.day < anchor.day and next_day.month != day.month)


@given(histories(), lots(), policies)
@example([Fact("r", 1, "reserve", 2), Fact("z", 2, "release", None, "r")], [lot("A", 5)], Policy())
def test_i17_reserving_and_releasing_leave_the_balance_alone(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    fold = fold_all(facts, granted, policy)
    totals = fold.totals()

    balance = 0
    open_holds: dict[str, int] = {}
    by_id = {each.id: each for each in facts}
    for entry in fold.entries(""):
        if entry.kind in ("reserve", "release"):
            assert entry.balance == balance
            assert entry.lot == ""
            held = by_id[entry.cause]
            if entry.kind == "reserve":
                assert entry.cause not in open_holds
                open_holds[entry.cause] = held.amount or 0
            else:
                assert open_holds.pop(held.id) == -entry.amount
        balance = entry.balance
    assert totals.reserved == sum(open_holds.values())
    assert totals.available == totals.balance - totals.reserved


@given(
    st.lists(st.tuples(instants, instants, amounts), max_size=5),
    st.lists(st.tuples(instants, amounts), max_size=6),
    lots(),
)
@example([(1, 3, 6)], [(2, 5)], [lot("A", 10)])
def test_i17_a_reservation_is_kept_free_from_other_usage(
    held: list[tuple[int, int, int]], used: list[tuple[int, int]], granted: list[Lot]
) -> None:
    """Where lots last, what was reserved is there when it is committed."""
    facts = [usage(f"u{number}", at, amount) for number, (at, amount) in enumerate(used)]
    for number, (at, ends, amount) in enumerate(held):
        facts.append(Fact(f"r{number}", at, "reserve", amount))
        facts.append(Fact(f"c{number}", max(at, ends), "commit", None, f"r{number}"))
    lasting = [msgspec.structs.replace(each, expires_at=None, rollover=None) for each in granted]

    fold = fold_all(facts, lasting, Policy(when_empty="block"))

    refused = {entry.cause for entry in fold.entries("") if entry.kind == "blocked"}
    assert not any(name.startswith("c") for name in refused)
    for number, (_, _, amount) in enumerate(held):
        if f"r{number}" not in refused:
            assert sum(part for _, part in fold.allocation(f"c{number}")) == amount


@given(
    st.lists(st.tuples(instants, amounts), max_size=25),
    st.lists(instants, max_size=3, unique=True),
    st.integers(0, 2),
)
def test_i18_a_threshold_buys_no_more_than_a_period_allows(
    used: list[tuple[int, int]], periods: list[int], most: int
) -> None:
    rule = AutoTopup(id="pack", credits=10, threshold=5, max_per_period=most)
    facts = [usage(f"u{n}", at, amount) for n, (at, amount) in enumerate(used)]

    fold = fold_all([*facts, *map(reset, periods)], [lot("A", 40)], Policy(topup=rule))

    bought = [
        entry.at
        for entry in fold.entries("")
        if entry.kind == "grant" and entry.lot.startswith("pack#")
    ]
    bounds = [-1, *sorted(periods), LAST + 1]
    for since, until in pairwise(bounds):
        assert sum(since <= at < until for at in bought) <= most


@given(histories(), histories(), lots(), lots(), policies)
def test_i20_pools_never_mix(
    some: list[Fact], others: list[Fact], own: list[Lot], foreign: list[Lot], policy: Policy
) -> None:
    elsewhere = [
        msgspec.structs.replace(
            each, id=f"x{each.id}", of=f"x{each.of}" if each.of else "", pool="extra"
        )
        for each in others
    ]
    extra = [msgspec.structs.replace(each, id=f"x{each.id}", pool="extra") for each in foreign]

    both = fold_all([*some, *elsewhere], [*own, *extra], policy, as_of=LAST)
    alone = fold_all(some, own, policy, as_of=LAST)

    assert both.totals("") == alone.totals("")
    assert list(both.entries("")) == list(alone.entries(""))
    assert both.totals("extra") == fold_all(elsewhere, extra, policy, as_of=LAST).totals("extra")


@given(histories(), lots(), policies)
def test_i21_what_expires_is_an_amount_in_the_books_with_its_cost(
    facts: list[Fact], granted: list[Lot], policy: Policy
) -> None:
    fold = fold_all(facts, granted, policy)
    totals = fold.totals()

    assert -net(fold, "expire") == totals.expired
    assert totals.expired_cost == sum(each.expired_cost for each in totals.lots)
    for each in totals.lots:
        if not each.lot.origin:
            assert each.expired_cost == Fraction(each.lot.cost * each.expired, each.lot.amount)
        assert each.expired_cost <= each.cost


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
