"""What holds for resets, reservations, thresholds and pools in every history of credits."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import msgspec
from hypothesis import example
from hypothesis import strategies as st

from convledger.plans.calendar import anniversaries
from convledger.plans.credits import (
    AutoTopup,
    Fact,
    Lot,
    Policy,
    Rollover,
    fold_all,
)

from .credit_builders import (
    LAST,
    amounts,
    histories,
    instants,
    lot,
    lots,
    policies,
    remaining,
    reset,
    rollovers,
    usage,
)
from .credit_laws import given

CARELESS = st.builds(Policy, when_empty=st.sampled_from(["charge", "carry", "degrade"]))


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
