"""What alert rules watch, as it stands."""

from __future__ import annotations

from decimal import Decimal

import pytest

from convledger.money import PICO
from convledger.plans.schema import Vendor
from convledger.reports.alarms import CREDITS as IN_CREDITS
from convledger.reports.alarms import MONEY, SHARE, Watched, vendor_budget, watched
from convledger.reports.plan_records import words_of
from tests.reports.shop import CREDITS, INCLUDED, OUTCOME, PASSED_ON, PER_UNIT, Shop, at

SPEND = '\n[[alert]]\non = "spend"\nbudget = "20.00"\n'
ALLOWANCE = '\n[[alert]]\non = "allowance"\n'
BALANCE = '\n[[alert]]\non = "balance"\n'
CARRY = '\n[overage]\npolicy = "carry"\n'
LIMIT = (
    '\n[[limit]]\nid = "{id}"\nunit = "conversation"\ncap = "4"\nwindow = "{window}"\n'
    'duration = "24h"\non_exceed = "block"\n'
)
BUDGET = '\n[[alert]]\non = "unit_budget"\nbudget = "1.50"\n'


def seen(shop: Shop, now: str) -> list[Watched]:
    return list(watched(shop.bill(now), shop.connection))


def figures(found: list[Watched]) -> list[tuple[str, str, int, int]]:
    """Return what is watched, for which period, and used of budget in whole units."""
    return [(one.scope, one.period, one.used // PICO, one.budget // PICO) for one in found]


def talks(shop: Shop, month: str, count: int) -> None:
    for day in range(1, count + 1):
        shop.talk(f"{month}-{day:02d}T10:00")


def test_spend_is_all_that_is_due_this_period(shop: Shop) -> None:
    shop.plan('\n[[fee]]\nid = "base"\namount = "10.00"\n', PER_UNIT, SPEND)
    shop.use()
    talks(shop, "2026-01", 4)
    talks(shop, "2026-02", 2)

    assert figures(seen(shop, "2026-01-20")) == [("spend", "2026-01", 12, 20)]
    assert figures(seen(shop, "2026-02-20")) == [("spend", "2026-02", 11, 20)]


COMMIT = '\n[commit]\nminimum_amount = "20.00"\n'


def test_what_makes_up_a_commitment_is_not_spent_before_it_is_due(shop: Shop) -> None:
    shop.plan('\n[[fee]]\nid = "base"\namount = "10.00"\n', PER_UNIT, COMMIT, SPEND)
    shop.use()
    talks(shop, "2026-01", 4)

    assert figures(seen(shop, "2026-01-20")) == [("spend", "2026-01", 12, 20)]


def test_what_makes_up_a_minimum_is_not_spent_before_it_is_due(shop: Shop) -> None:
    shop.plan(PER_UNIT + 'minimum_units = "50"\n', SPEND)
    shop.use()
    talks(shop, "2026-01", 4)

    assert figures(seen(shop, "2026-01-20")) == [("spend", "2026-01", 2, 20)]


def test_spend_without_a_budget_is_what_counts_towards_the_commitment(shop: Shop) -> None:
    rule = '\n[[alert]]\non = "spend"\n'
    shop.plan('\n[[fee]]\nid = "base"\namount = "10.00"\n', PER_UNIT, COMMIT, rule)
    shop.use()
    talks(shop, "2026-01", 4)
    talks(shop, "2026-02", 2)

    assert figures(seen(shop, "2026-01-20")) == [("spend", "2026-01", 2, 20)]
    assert figures(seen(shop, "2026-02-20")) == [("spend", "2026-02", 1, 20)]


def test_a_commitment_for_a_term_is_watched_from_its_beginning(shop: Shop) -> None:
    term = 'true_up = "term"\nterm = "P2M"\n'
    shop.plan(PER_UNIT, COMMIT + term, '\n[[alert]]\non = "spend"\n')
    shop.use()
    talks(shop, "2026-01", 4)
    talks(shop, "2026-02", 2)
    talks(shop, "2026-03", 2)

    assert figures(seen(shop, "2026-02-20")) == [("spend", "2026-02", 3, 20)]
    assert figures(seen(shop, "2026-03-20")) == [("spend", "2026-03", 1, 20)]


def test_several_budgets_are_watched_apart(shop: Shop) -> None:
    rule = '\n[[alert]]\non = "spend"\n'
    shop.plan(PER_UNIT, COMMIT, SPEND, SPEND.replace("20.00", "5.00"), rule)
    shop.use()
    talks(shop, "2026-01", 4)

    found = seen(shop, "2026-01-20")
    assert figures(found) == [
        ("spend:20 USD", "2026-01", 2, 20),
        ("spend:5 USD", "2026-01", 2, 5),
        ("spend:commitment", "2026-01", 2, 20),
    ]
    assert [each.what for each in found] == [words_of(each.scope) for each in found]


def test_the_allowance_is_what_this_period_included(shop: Shop) -> None:
    shop.plan(CREDITS, ALLOWANCE)
    one = shop.use()
    now = at("2026-01-02")
    shop.ledger.adjust_credits(one, now, 90 * PICO, now=now)
    talks(shop, "2026-01", 4)

    assert figures(seen(shop, "2026-01-20")) == [("allowance:", "2026-01", 4, 10)]
    assert figures(seen(shop, "2026-02-20")) == [("allowance:", "2026-02", 0, 10)]


def test_use_beyond_the_allowance_is_more_than_all_of_it(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"2"'), ALLOWANCE,
              '\n[overage]\npolicy = "charge"\nprice = "0.12"\n')  # fmt: skip
    shop.use()
    talks(shop, "2026-01", 5)

    assert figures(seen(shop, "2026-01-20")) == [("allowance:", "2026-01", 5, 2)]


def test_an_allowance_that_repays_what_was_owed_is_used(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"3"'), ALLOWANCE, CARRY)
    shop.use()
    talks(shop, "2026-01", 5)

    assert figures(seen(shop, "2026-01-20")) == [("allowance:", "2026-01", 5, 3)]
    assert figures(seen(shop, "2026-02-20")) == [("allowance:", "2026-02", 2, 3)]
    talks(shop, "2026-02", 4)
    assert figures(seen(shop, "2026-02-20")) == [("allowance:", "2026-02", 6, 3)]


def test_what_a_pack_repays_is_not_beyond_the_allowance(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"2"'), ALLOWANCE, CARRY)
    one = shop.use()
    talks(shop, "2026-01", 5)
    now = at("2026-01-10")
    shop.ledger.adjust_credits(one, now, 2 * PICO, now=now)

    assert figures(seen(shop, "2026-01-20")) == [("allowance:", "2026-01", 3, 2)]


def test_what_other_lots_paid_is_not_of_the_allowance(shop: Shop) -> None:
    promo = '\n[[grant]]\nid = "promo"\namount = "100"\nkind = "promo"\n'
    shop.plan(CREDITS + "priority = 1\n", promo, ALLOWANCE)
    shop.use()
    talks(shop, "2026-01", 12)

    assert figures(seen(shop, "2026-01-20")) == [("allowance:", "2026-01", 0, 10)]


def test_overage_that_an_earlier_month_takes_back_is_not_less_than_nothing(shop: Shop) -> None:
    shop.plan(
        OUTCOME.split("[[charge]]", maxsplit=1)[0],
        INCLUDED.replace("conversation", "outcome") + 'amount = "1"\n',
        '\n[overage]\npolicy = "charge"\nprice = "0.12"\n',
        ALLOWANCE,
    )
    shop.use()
    for name in ("a", "b"):
        shop.talk("2026-01-20T10:00", name)
    shop.talk("2026-02-05T10:00", "b")

    assert figures(seen(shop, "2026-01-25")) == [("allowance:", "2026-01", 2, 1)]
    assert figures(seen(shop, "2026-02-05T12:00")) == [("allowance:", "2026-02", 0, 1)]


def test_the_balance_is_of_all_credits_in_force(shop: Shop) -> None:
    shop.plan(CREDITS, BALANCE)
    one = shop.use()
    now = at("2026-01-02")
    shop.ledger.adjust_credits(one, now, 90 * PICO, now=now)
    talks(shop, "2026-01", 4)

    (found,) = seen(shop, "2026-01-20")
    assert (found.scope, found.used, found.budget, found.measure) == (
        "balance:", 4 * PICO, 100 * PICO, IN_CREDITS,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rearm", "bought", "left"),
    [
        ("period", "2026-02-01", (0, 4)),
        ("period", "2026-01-20", (4, 8)),  # what was spent since the rule was armed is still told
        ("grant", "2026-01-20", (0, 4)),
    ],
)
def test_a_pack_that_was_spent_before_is_no_part_of_the_balance(
    shop: Shop, rearm: str, bought: str, left: tuple[int, int]
) -> None:
    shop.plan(CREDITS.replace('"10"', '"4"\nper = "once"\nexpires = "never"'),
              BALANCE + f'rearm = "{rearm}"\n')  # fmt: skip
    one = shop.use()
    talks(shop, "2026-01", 4)
    (spent,) = seen(shop, "2026-01-19")
    assert (spent.used, spent.budget) == (4 * PICO, 4 * PICO)

    now = at(bought)
    shop.ledger.adjust_credits(one, now, 4 * PICO, now=now)
    (found,) = seen(shop, f"{bought}T12:00")
    assert (found.used // PICO, found.budget // PICO) == left


def test_where_nothing_is_left_the_balance_is_all_gone_in_later_months_too(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"4"\nper = "once"\nexpires = "never"'), BALANCE)
    shop.use()
    talks(shop, "2026-01", 4)

    assert figures(seen(shop, "2026-02-20")) == [("balance:", "2026-02", 4, 4)]


def test_a_pack_that_is_begun_counts_whole_until_it_is_spent(shop: Shop) -> None:
    shop.plan(CREDITS.replace('"10"', '"4"\nper = "once"\nexpires = "never"'),
              BALANCE + 'rearm = "grant"\n')  # fmt: skip
    one = shop.use()
    talks(shop, "2026-01", 3)
    now = at("2026-01-10")
    shop.ledger.adjust_credits(one, now, 4 * PICO, now=now)
    talks(shop, "2026-02", 2)

    assert figures(seen(shop, "2026-01-20")) == [("balance:", "2026-01", 3, 8)]
    assert figures(seen(shop, "2026-02-20")) == [("balance:", "2026-02", 5, 8)]


@pytest.mark.parametrize(("window", "used"), [("fixed", 2), ("rolling", 2)])
def test_limits_are_watched_in_their_own_windows(shop: Shop, window: str, used: int) -> None:
    rule = '\n[[alert]]\non = "limit"\nlimit = "daily"\n'
    shop.plan(PER_UNIT, LIMIT.format(id="daily", window=window),
              LIMIT.format(id="other", window=window), rule)  # fmt: skip
    shop.use()
    for hour in (10, 12):
        shop.talk(f"2026-01-05T{hour}:00")
    (found,) = seen(shop, "2026-01-05T13:00")

    assert (found.scope, found.used, found.budget, found.measure) == (
        "limit:daily", used, 4, SHARE,
    )  # fmt: skip
    assert seen(shop, "2026-01-09")[0].used == 0


def test_a_new_window_is_a_new_period(shop: Shop) -> None:
    rule = '\n[[alert]]\non = "limit"\n'
    shop.plan(PER_UNIT, LIMIT.format(id="daily", window="fixed"), rule)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.talk("2026-01-07T10:00")
    periods = {seen(shop, f"2026-01-0{day}T11:00")[0].period for day in (5, 7)}

    assert len(periods) == 2


def test_each_conversation_at_work_has_its_own_budget(shop: Shop) -> None:
    shop.plan(PASSED_ON, BUDGET)
    shop.use()
    shop.spend("2026-01-05T10:00", "1.00", "a")
    shop.spend("2026-01-06T10:00", "2.00", "b")
    shop.spend("2026-02-06T10:00", "0.25", "a")

    found = seen(shop, "2026-01-20")
    assert {(one.conversation_id, one.used, one.budget, one.measure) for one in found} == {
        (shop.thread("a"), 125 * PICO // 100, 150 * PICO // 100, MONEY),
        (shop.thread("b"), 2 * PICO, 150 * PICO // 100, MONEY),
    }
    # Whatever was spent in an earlier period still belongs to the conversation.
    assert [one.conversation_id for one in seen(shop, "2026-02-20")] == [shop.thread("a")]


def test_a_sellers_figures_make_a_budget() -> None:
    seller = Vendor(
        revenue=Decimal("49"),
        gross_margin=Decimal("0.7"),
        other_cogs=Decimal("4.70"),
        expected_units=Decimal(400),
    )
    assert vendor_budget(seller) == 25 * PICO // 1000
    assert vendor_budget(Vendor(revenue=Decimal(1), gross_margin=Decimal(0))) is None


def test_nothing_is_watched_where_no_plan_is_in_force(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND, since="2026-01-01\neffective_to = 2026-03-01")
    shop.use(until=at("2026-04-01"))

    assert seen(shop, "2026-03-05") == []
    assert seen(shop, "2026-05-05") == []


def test_a_plan_without_credits_has_no_allowance_and_no_balance(shop: Shop) -> None:
    shop.plan(PER_UNIT, SPEND.replace("20.00", "0.01"), CREDITS.split("[[unit]]")[0])
    shop.use()
    assert [one.scope for one in seen(shop, "2026-01-20")] == ["spend"]


def test_lots_that_expire_do_not_arm_a_rule_by_grant_again(shop: Shop) -> None:
    shop.plan(CREDITS, ALLOWANCE.replace("allowance", "allowance").rstrip() + '\nrearm = "grant"\n')
    one = shop.use()
    now = at("2026-01-02")
    before = seen(shop, "2026-01-03")[0].epoch
    shop.ledger.adjust_credits(one, now, PICO, now=now, expires_at=at("2026-01-10"))

    assert seen(shop, "2026-01-05")[0].epoch == before + 1
    assert seen(shop, "2026-01-15")[0].epoch == before + 1
