"""What people change about a closed period is made up for in the open one, to the cent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.money import PICO, usd_text
from convledger.plans.billing import Bill, ByHand
from convledger.plans.contract import Contract
from convledger.plans.lots import Lot
from convledger.plans.statement import FrozenStatement

from .bills import at, bill, contract, talks
from .documents import CREDITS, plan

OVER = CREDITS.replace('"500"', '"2"') + '\n[overage]\npolicy = "charge"\nprice = "3.00"\n'
SEATS = '[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\n'
TOLD = talks("2026-01", 12)


def pack(number: int = 1, amount: int = 10, since: str = "2026-01-01") -> Lot:
    """Return credits that were bought for a dollar each."""
    return Lot(
        id=f"by hand {number}",
        amount=amount * PICO,
        effective_at=at(since),
        priority=100,
        kind="topup",
        family="pack",
        cost=amount * PICO,
    )


def late(found: Bill) -> dict[str, str]:
    """Return what is made up for in the open period, by what it is about."""
    lines = (line for line in found.statements[-1].lines if line.kind == "adjustment")
    return {line.id: usd_text(line.money) for line in lines}


def closed(made: Contract, hand: ByHand, now: str) -> list[FrozenStatement]:
    return list(bill(made, TOLD, now, by_hand=hand).to_freeze())


def test_a_pack_that_is_undone_leaves_what_it_had_paid_beyond_the_credits() -> None:
    made, bought = contract(plan(OVER)), ByHand(lots=(pack(),))
    frozen = closed(made, bought, "2026-02-01")
    found = bill(made, TOLD, "2026-02-02", frozen=frozen)

    assert late(found) == {"pack": "-10", "overage": "30"}


def test_a_pack_of_an_earlier_day_pays_what_lay_beyond_the_credits() -> None:
    made, bought = contract(plan(OVER)), ByHand(lots=(pack(),))
    frozen = closed(made, ByHand(), "2026-02-01")
    found = bill(made, TOLD, "2026-02-02", frozen=frozen, by_hand=bought)

    assert late(found) == {"pack": "10", "overage": "-30"}

    # Once that is closed, too, nothing is left to make up for.
    frozen += bill(made, TOLD, "2026-03-01", frozen=frozen, by_hand=bought).to_freeze()
    assert late(bill(made, TOLD, "2026-03-02", frozen=frozen, by_hand=bought)) == {}


def test_seats_that_were_there_already_are_paid_for_later() -> None:
    made = contract(plan(SEATS, OVER), seats=((at("2026-01-01"), 1),))
    frozen = closed(made, ByHand(), "2026-02-01")
    more = replace(made, seats=((at("2026-01-01"), 5),))

    assert late(bill(more, TOLD, "2026-02-02", frozen=frozen)) == {"seat": "40"}


PACKS = st.lists(
    st.builds(
        pack,
        st.integers(1, 99),
        st.integers(1, 9),
        st.sampled_from(["2026-01-01", "2026-01-05", "2026-02-01", "2026-02-10"]),
    ),
    max_size=4,
    unique_by=lambda lot: lot.id,
)


@given(st.lists(PACKS, min_size=3, max_size=3), st.lists(st.integers(1, 4), min_size=3, max_size=3))
def test_all_statements_together_say_what_a_look_from_scratch_does(
    packs: list[list[Lot]], seats: list[int]
) -> None:
    """Whatever is booked, undone and changed between the closings."""
    made = plan(SEATS, OVER)
    frozen: list[FrozenStatement] = []
    for lots, count, month in zip(packs, seats, ("03", "04", "05"), strict=True):
        hand = ByHand(lots=tuple(lots))
        own = contract(made, seats=((at("2026-01-01"), count),))
        found = bill(own, TOLD, f"2026-{month}-02", frozen=frozen, by_hand=hand)
        scratch = bill(own, TOLD, f"2026-{month}-02", by_hand=hand)
        assert sum(each.due for each in found.statements) == sum(
            each.due for each in scratch.statements
        )
        frozen += found.to_freeze()


@pytest.mark.parametrize("edited", ["3.00", "9.00"])
def test_a_dearer_price_changes_nothing_about_what_is_closed(edited: str) -> None:
    old = plan(OVER)
    frozen = closed(contract(old), ByHand(), "2026-02-01")
    made = contract(plan(OVER.replace("3.00", edited)), earlier=(old,))

    assert late(bill(made, TOLD, "2026-02-02", frozen=frozen)) == {}


def test_credits_bought_late_are_in_the_lines_and_add_up() -> None:
    made, bought = contract(plan(CREDITS)), ByHand(lots=(pack(since="2026-01-30"),))
    frozen = closed(made, ByHand(), "2026-02-01")
    found = bill(made, [*TOLD, *talks("2026-02", 3)], "2026-02-05", frozen=frozen, by_hand=bought)

    february = found.statements[-1]
    line = next(line for line in february.lines if line.kind == "adjustment")
    assert (line.credits, line.quantity) == (10 * PICO, PICO)
    assert february.sums.brought_forward == 10 * PICO
    assert february.sums.left == (10 + 500 - 3) * PICO
