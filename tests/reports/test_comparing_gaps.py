"""What is refused, lacks a price or is served at less is said and never the cheapest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reports.compared import FEE, LIMIT, busy, candidate, compared
from tests.reports.shop import (
    CREDITS,
    PASSED_ON,
    PER_UNIT,
    WINDOW,
    Shop,
)


def test_a_plan_that_refuses_is_never_the_cheapest(shop: Shop) -> None:
    busy(shop)
    found = compared(shop, candidate(PER_UNIT, LIMIT, plan="strict"), candidate(PER_UNIT))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("strict", False), ("short", True),
    ]  # fmt: skip
    assert found.rows[0].blocked > 0
    assert "refused" in found.rows[0].note


def test_credits_that_are_gone_and_block_are_refused_too(shop: Shop) -> None:
    busy(shop)
    block = '\n[overage]\npolicy = "block"\n'
    found = compared(shop, candidate(CREDITS.replace('"10"', '"1"'), block), candidate(FEE))

    assert [row.is_cheapest for row in found.rows] == [False, True]


def test_calls_without_a_price_are_counted_apart(shop: Shop) -> None:
    shop.spend("2026-03-05T10:00", None, "a")
    shop.spend("2026-03-05T11:00", "2.00", "a")
    shop.spend("2026-04-05T11:00", None, "a")
    found = compared(shop, candidate(PASSED_ON), candidate(PER_UNIT, plan="other"))

    rows: dict[str, Any] = {row.plan_id: row for row in found.rows}
    assert (rows["short"].unpriced_calls, rows["short"].total) == (1, 2 * 10**12)
    assert rows["other"].unpriced_calls == 0
    assert (found.calls, found.unpriced_calls) == (2, 1)


CARD = WINDOW + (
    '\n[[charge]]\nunit = "conversation"\nmodel = "rate_card"\n'
    'rate_card = [{ match = { project = "x" }, price = "1" }]\n'
)


def test_what_no_price_fits_is_said_and_never_the_cheapest_beside_what_is_priced(
    shop: Shop,
) -> None:
    busy(shop)
    found = compared(shop, candidate(CARD, plan="card"), candidate(PER_UNIT))

    assert [(row.plan_id, row.total == 0, row.unpriced, row.note) for row in found.rows] == [
        ("card", True, 4, "4 have no price"), ("short", False, 0, ""),
    ]  # fmt: skip
    assert [row.is_cheapest for row in found.rows] == [False, True]
    (alone,) = compared(shop, candidate(CARD, plan="card")).rows
    assert alone.is_cheapest


def test_credits_beyond_the_lots_without_a_price_are_as_many_as_they_are(shop: Shop) -> None:
    busy(shop)
    few = CREDITS.replace('"10"', '"2"')
    found = compared(shop, candidate(few, plan="few"), candidate(FEE))

    assert [(row.plan_id, row.unpriced, row.is_cheapest) for row in found.rows] == [
        ("few", 2, False), ("short", 0, True),
    ]  # fmt: skip


def test_calls_without_a_price_are_not_the_cheapest_beside_a_plan_that_needs_none(
    shop: Shop,
) -> None:
    shop.spend("2026-03-05T10:00", None, "a")
    shop.spend("2026-03-05T11:00", "2.00", "a")
    found = compared(shop, candidate(PASSED_ON, plan="list"), candidate(FEE))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("list", False), ("short", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "note", "grace"),
    [
        ('"carry"', "3 owed", 0),
        ('"degrade"', "3 credits served at less", 0),
        ('"charge"\nprice = "0.10"\ngrace = "2"', "2 free by grace", 2),
        ('"carry"\ngrace = "2"', "1 owed · 2 free by grace", 2),
    ],
)
def test_what_no_lot_pays_is_used_too_and_said(
    shop: Shop, policy: str, note: str, grace: int
) -> None:
    busy(shop)
    beyond = f"\n[overage]\npolicy = {policy}\n"
    (row,) = compared(shop, candidate(CREDITS.replace('"10"', '"1"'), beyond)).rows

    assert (row.units, row.included, row.note) == (4, 1, note)
    assert row.over == 4 - 1 - (row.owed + row.degraded + row.grace) // 10**12
    assert row.grace == grace * 10**12


@pytest.mark.parametrize("policy", ["carry", "degrade"])
def test_what_is_owed_or_served_at_less_is_not_the_cheapest(shop: Shop, policy: str) -> None:
    busy(shop)
    some = candidate(
        CREDITS.replace('"10"', '"1"'), f'\n[overage]\npolicy = "{policy}"\n', plan="some"
    )
    found = compared(shop, some, candidate(PER_UNIT))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("some", False), ("short", True),
    ]  # fmt: skip


def test_what_a_limit_serves_at_less_is_never_the_cheapest(shop: Shop) -> None:
    busy(shop)
    less = LIMIT.replace('"block"', '"degrade"')
    found = compared(shop, candidate(WINDOW, less, plan="less"), candidate(PER_UNIT))

    assert [(row.plan_id, row.note, row.is_cheapest) for row in found.rows] == [
        ("less", "1 conversation served at less", False), ("short", "", True),
    ]  # fmt: skip


def test_dollars_that_a_limit_serves_at_less_are_told_as_money(shop: Shop) -> None:
    busy(shop)
    less = LIMIT.replace('"block"', '"degrade"').replace('"conversation"', '"usage"')
    (row,) = compared(shop, candidate(PASSED_ON, less.replace('"1"', '"0.20"'))).rows

    assert row.note == "$0.60 of use served at less"


def test_a_plan_for_what_was_not_used_is_never_the_cheapest(shop: Shop) -> None:
    busy(shop)
    templates = '\n[[unit]]\nid = "marketing"\ncount = "event"\nevent = "template"\n'
    charge = '\n[[charge]]\nunit = "marketing"\nprice = "0.05"\n'
    found = compared(shop, candidate(templates + charge, plan="other"), candidate(PER_UNIT))

    assert [(row.plan_id, row.is_cheapest) for row in found.rows] == [
        ("other", False), ("short", True),
    ]  # fmt: skip
    assert found.rows[0].note == "nothing of this usage is counted"
    (alone,) = compared(shop, candidate(templates + charge, plan="other")).rows
    assert alone.is_cheapest
    (fee,) = compared(shop, candidate(FEE, plan="flat")).rows
    assert not fee.counts_nothing
