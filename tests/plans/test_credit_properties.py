"""What holds for every history of credits: the laws of the credit engine."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import msgspec
from hypothesis import assume, example
from hypothesis import strategies as st

from convledger.plans.credits import (
    Fact,
    Fold,
    Lot,
    Policy,
    Rollover,
    fold_all,
)
from convledger.plans.intake import in_order

from .credit_builders import (
    LAST,
    amounts,
    histories,
    instants,
    lot,
    lots,
    policies,
    refund,
    remaining,
    reset,
    usage,
    void,
)
from .credit_laws import given


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
