"""What a contract comes to: statements from conversations, period by period."""

from __future__ import annotations

import pytest

from convledger.money import PICO, usd_text
from convledger.plans.billing import ByHand
from convledger.plans.facts import Fact
from convledger.plans.lots import Lot
from convledger.plans.statement import LIVE

from .bills import MONTHLY, at, bill, call, contract, credits_of, lines, talk, talks, totals
from .charged import PER_UNIT, USAGE, few
from .documents import HEAD, WINDOW, plan

OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "0.12"\n'


def test_each_conversation_costs_its_price_in_the_month_it_opened() -> None:
    told = [*talks("2026-01", 3), *talks("2026-02", 1)]
    found = bill(contract(plan(PER_UNIT)), told, "2026-02-10")

    assert totals(found) == {"2026-01": "1.5", "2026-02": "0.5"}
    assert found.statements[0].sums.units == {"conversation": 3 * PICO}


def test_a_month_without_use_costs_its_fee() -> None:
    found = bill(contract(plan(MONTHLY, PER_UNIT)), [], "2026-03-01")

    assert totals(found) == {"2026-01": "49", "2026-02": "49", "2026-03": "49"}


def test_credits_are_used_first_and_the_rest_is_overage() -> None:
    found = bill(contract(plan(MONTHLY, few(2), OVERAGE)), talks("2026-01", 5), "2026-01-31")

    assert lines(found.statements[0]) == {
        "fee base": "49",
        "credits conversation": "0",
        "overage overage": "0.36",
    }
    assert credits_of(found.statements[0]) == {
        "granted": "2", "used": "2", "over": "3", "expired": "0", "left": "0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("charge", "markup", "over", "due"),
    [
        ('credits_per_usd = "100"', "1.00", "200", "2"),
        ('markup = "1.20"\ncredits_per_usd = "100"', "1.20", "260", "2.6"),
        ('credits_per_usd = "100"', "1.50", "200", "3"),
        ('markup = "1.20"\ncredits_per_usd = "50"', "1.00", "80", "1.33"),
    ],
)
def test_overage_at_cost_charges_the_dollars_and_not_the_credits(
    charge: str, markup: str, over: str, due: str
) -> None:
    terms = plan(
        USAGE,
        f'\n[[charge]]\nunit = "usage"\nmodel = "pass_through"\npay_with = "credits"\n{charge}\n',
        '\n[[grant]]\nid = "included"\namount = "100"\n',
        f'\n[overage]\npolicy = "charge"\nmodel = "pass_through"\nmarkup = "{markup}"\n',
    )
    found = bill(contract(terms), [[call("2026-01-05", "3.00")]], "2026-01-31").statements[0]

    assert credits_of(found)["over"] == over
    assert lines(found)["overage overage"] == due


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [
        ('"charge"\nprice = "0.12"', (3, 0, 0, 0, 0)),
        ('"carry"', (0, 3, 0, 0, 0)),
        ('"carry"\ngrace = "1"', (0, 2, 1, 0, 0)),
        ('"degrade"', (0, 0, 0, 3, 0)),
        ('"block"', (0, 0, 0, 0, 3)),
    ],
)
def test_usage_is_what_credits_paid_and_what_lies_beyond(
    policy: str, beyond: tuple[int, ...]
) -> None:
    made = plan(few(2), f"\n[overage]\npolicy = {policy}\n")
    found = bill(contract(made), talks("2026-01", 5), "2026-01-31").statements[0].sums

    parts = (found.over, found.owed, found.grace, found.degraded, found.blocked)
    assert parts == tuple(part * PICO for part in beyond)
    assert found.served + found.blocked == 5 * PICO


def test_what_was_owed_is_paid_by_the_next_credits() -> None:
    made = plan(few(2), '\n[overage]\npolicy = "carry"\n')
    found = bill(contract(made), talks("2026-01", 3), "2026-02-15")

    assert [each.sums.owed // PICO for each in found.statements] == [1, -1]
    assert [each.sums.served // PICO for each in found.statements] == [3, 0]


def test_credits_that_expire_belong_to_the_month_that_ends() -> None:
    found = bill(contract(plan(few(10))), talks("2026-01", 4), "2026-02-15")

    assert credits_of(found.statements[0])["expired"] == "6"
    assert credits_of(found.statements[1])["expired"] == "0"
    assert [line.kind for line in found.statements[0].lines] == ["credits", "breakage"]


def test_a_conversation_that_is_charged_once_answered_is_free_until_then() -> None:
    charged = few(5).replace(
        'timeout = "30m"', 'timeout = "30m"\nreserve_at = "open"\n'
        'commit_at = "first_assistant_reply"\nrelease_after = "24h"',
    )  # fmt: skip
    told = [talk("2026-01-02T10:00", answered=False), talk("2026-01-03T10:00")]
    made = contract(plan(charged))

    at_once = bill(made, told, "2026-01-02T11:00").fold.totals()
    assert (at_once.balance // PICO, at_once.available // PICO) == (5, 4)
    later = bill(made, told, "2026-01-04").fold.totals()
    assert (later.balance // PICO, later.available // PICO) == (4, 4)


def test_a_charge_before_midnight_of_the_last_day_stays_in_its_month() -> None:
    charged = few(5).replace(
        'timeout = "30m"', 'timeout = "30m"\nreserve_at = "open"\ncommit_at = "close"'
    )
    told = [talk("2026-01-31T23:50")]

    found = bill(contract(plan(charged)), told, "2026-02-02")

    assert found.statements[0].sums.units == {"conversation": PICO}
    assert found.statements[1].sums.units == {}


def test_a_topup_is_paid_for_in_its_month_and_used_after_what_is_included() -> None:
    lot = Lot(id="by hand 1", amount=10 * PICO, effective_at=at("2026-01-10"), priority=100,
              kind="topup", family="pack", cost=5 * PICO)  # fmt: skip
    found = bill(
        contract(plan(few(2))), talks("2026-01", 5), "2026-01-31", by_hand=ByHand(lots=(lot,))
    )

    assert lines(found.statements[0])["topup pack"] == "5"
    # Five conversations on the second of January: three came before the pack was there.
    assert credits_of(found.statements[0]) == {
        "granted": "12", "used": "2", "over": "3", "expired": "0", "left": "10",
    }  # fmt: skip


def test_credits_taken_back_by_hand_are_voided() -> None:
    fact = Fact("by hand 2", at("2026-01-20"), "adjust", -3 * PICO)
    found = bill(
        contract(plan(few(10))), talks("2026-01", 4), "2026-01-25", by_hand=ByHand(facts=(fact,))
    )

    sums = found.statements[0].sums
    assert (sums.voided // PICO, sums.left // PICO) == (3, 3)


OUTCOME = """
[[unit]]
id = "outcome"
count = "outcome"
outcome = ["resolved_assumed"]
settle_after = "24h"
once_per = "thread"
reverse_on_return = true
"""

RESOLVED = OUTCOME + '\n[[charge]]\nunit = "outcome"\nprice = "0.99"\n'


def test_a_resolution_taken_back_in_july_leaves_june_alone() -> None:
    told = [
        [*talk("2026-06-29T10:00", "k1"), *talk("2026-07-02T09:00", "k1", answered=False)],
        talk("2026-06-28T10:00", "k2"),
    ]
    made = contract(plan(RESOLVED), began="2026-06-01")

    assert totals(bill(made, told, "2026-07-10")) == {"2026-06": "1.98", "2026-07": "-0.99"}


IN_CREDITS = OUTCOME + few(100).replace(WINDOW, "").replace("conversation", "outcome")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (RESOLVED, RESOLVED.replace("0.99", "0.50")),
        (RESOLVED, PER_UNIT),  # which counts no outcomes any more
        (IN_CREDITS, IN_CREDITS.replace('credits = "1"', 'credits = "7"')),
    ],
)
def test_what_is_taken_back_is_worth_what_was_booked(first: str, second: str) -> None:
    changed = HEAD.replace('version = "1"', 'version = "2"')
    changed = changed.replace("2026-01-01", "2026-06-14")
    told = [[*talk("2026-06-10T10:00", "k"), *talk("2026-06-20T09:00", "k", answered=False)]]
    found = bill(contract(plan(first), plan(second, head=changed)), told, "2026-06-20T09:20")

    sums = found.statements[-1].sums
    assert (sums.units["outcome"], sums.used) == (0, 0)
    own = [line.money for line in found.statements[-1].lines if line.id == "outcome"]
    assert sum(own) == 0


def test_list_price_is_passed_on_and_unpriced_calls_are_said() -> None:
    passed = USAGE + '\n[[charge]]\nunit = "usage"\nmodel = "pass_through"\nmarkup = "1.20"\n'
    told = [[call("2026-01-05", "2.00"), call("2026-01-06", None)]]
    made = contract(plan(passed))

    found = bill(made, told, "2026-01-31")
    assert totals(found) == {"2026-01": "2.4"}


def test_history_goes_by_the_version_in_force_when_it_happened() -> None:
    old = plan(PER_UNIT)
    new = plan(
        PER_UNIT.replace("0.50", "0.80"),
        head=HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-02-01"),
    )
    found = bill(contract(old, new), [*talks("2026-01", 2), *talks("2026-02", 2)], "2026-02-20")

    assert totals(found) == {"2026-01": "1", "2026-02": "1.6"}
    assert [each.version for each in found.statements] == ["1", "2"]


def test_a_version_that_changes_within_a_month_prices_both_parts() -> None:
    old = plan(PER_UNIT)
    new = plan(
        PER_UNIT.replace("0.50", "0.80"),
        head=HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-01-15"),
    )
    told = [talk("2026-01-10T10:00"), talk("2026-01-20T10:00")]

    assert totals(bill(contract(old, new), told, "2026-01-31")) == {"2026-01": "1.3"}


def test_nothing_is_counted_before_the_contract_or_after_it() -> None:
    made = contract(
        plan(PER_UNIT), began="2026-01-10", ended=at("2026-01-20"), anchor=at("2026-01-01")
    )
    told = [talk("2026-01-05T10:00"), talk("2026-01-15T10:00"), talk("2026-01-25T10:00")]
    found = bill(made, told, "2026-02-20")

    assert totals(found) == {"2026-01": "0.5"}
    assert found.current is None


def test_rounding_of_the_statement_is_a_line_of_its_own() -> None:
    fine = PER_UNIT.replace(
        'price = "0.50"', 'price = "0.3333"\nround = { mode = "half_even", to = "0.01", '
        'at = "statement" }',
    )  # fmt: skip
    found = bill(contract(plan(fine)), talks("2026-01", 2), "2026-01-31")

    assert totals(found) == {"2026-01": "0.67"}
    assert lines(found.statements[0])["rounding rounding"] == "0.0034"


def test_the_present_period_is_live_and_ends_in_the_future() -> None:
    found = bill(contract(plan(PER_UNIT)), talks("2026-01", 2), "2026-01-10")

    assert found.current is not None
    assert found.current.state == LIVE
    assert usd_text(found.current.due) == "1"


BY_KIND = (
    WINDOW
    + """
[[charge]]
unit = "conversation"
pay_with = "credits"
model = "rate_card"
rate_card = [
  { match = { kind = "research" }, credits = "5" },
  { match = { channel = "voice" }, credits = "3" },
  { match = { model = "opus*" }, credits = "2" },
  { match = {}, credits = "1" },
]

[[grant]]
id = "included"
amount = "100"
"""
)


def test_conversations_cost_credits_by_kind_channel_and_model() -> None:
    told = [
        talk("2026-01-05T10:00", kind="research"),
        talk("2026-01-06T10:00", channel="voice"),
        talk("2026-01-07T10:00"),
        talk("2026-01-08T10:00", answered=False),
    ]
    found = bill(contract(plan(BY_KIND)), told, "2026-01-31")

    amounts = [(each.amount or 0) // PICO for each in found.rated]
    assert amounts == [5, 3, 2, 1]
    assert credits_of(found.statements[0])["used"] == "11"


def test_what_no_line_of_a_rate_card_fits_is_unpriced() -> None:
    without_rest = BY_KIND.replace('  { match = {}, credits = "1" },\n', "")
    told = [talk("2026-01-08T10:00", answered=False), talk("2026-01-07T10:00")]
    found = bill(contract(plan(without_rest)), told, "2026-01-31")

    assert found.statements[0].sums.unpriced == 1
    assert credits_of(found.statements[0])["used"] == "2"
