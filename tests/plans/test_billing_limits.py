"""What limits, seats and commitments make of a bill."""

from __future__ import annotations

from convledger.money import PICO

from .bills import MONTHLY, at, bill, call, contract, credits_of, lines, talks, totals
from .charged import PER_UNIT, USAGE, few
from .documents import plan


def test_minimum_is_due_even_without_use() -> None:
    found = bill(
        contract(plan(PER_UNIT.replace('price = "0.50"', 'price = "0.50"\nminimum_units = "50"'))),
        talks("2026-01", 3),
        "2026-02-15",
    )

    assert totals(found) == {"2026-01": "25", "2026-02": "25"}
    assert lines(found.statements[0]) == {
        "usage conversation": "1.5",
        "minimum conversation": "23.5",
    }


def test_a_commitment_is_made_up_each_period() -> None:
    committed = '\n[commit]\nminimum_amount = "20.00"\ntrue_up = "period"\n'
    found = bill(contract(plan(MONTHLY, PER_UNIT, committed)), talks("2026-01", 10), "2026-01-31")

    assert lines(found.statements[0]) == {
        "fee base": "49", "usage conversation": "5", "true_up commit": "15",
    }  # fmt: skip


def test_a_commitment_for_a_term_is_made_up_at_its_end() -> None:
    committed = '\n[commit]\nminimum_amount = "20.00"\ntrue_up = "term"\nterm = "P3M"\n'
    told = [*talks("2026-01", 10), *talks("2026-03", 4), *talks("2026-04", 2)]
    found = bill(contract(plan(PER_UNIT, committed)), told, "2026-05-02")

    assert totals(found) == {
        "2026-01": "5", "2026-02": "0", "2026-03": "15", "2026-04": "1", "2026-05": "0",
    }  # fmt: skip


def test_a_limit_that_refuses_charges_nothing_beyond_it() -> None:
    limited = PER_UNIT + (
        '\n[[limit]]\nid = "daily"\nunit = "conversation"\ncap = "2"\nwindow = "rolling"\n'
        'duration = "24h"\non_exceed = "block"\n'
    )
    found = bill(contract(plan(limited)), talks("2026-01", 5), "2026-01-31")

    assert totals(found) == {"2026-01": "1"}
    blocked = [line for line in found.statements[0].lines if line.kind == "blocked"]
    assert [(line.id, line.quantity // PICO) for line in blocked] == [("daily", 3)]


def test_what_overflows_a_limit_is_paid_from_its_pool_then_at_cost() -> None:
    windows = (
        USAGE
        + """
[[limit]]
id = "five-hour"
unit = "usage"
cap = "10.00"
window = "fixed"
duration = "5h"
on_exceed = "overflow:extra"

[[grant]]
id = "extra"
pool = "extra"
amount = "3.00"
per = "once"
expires = "never"

[overage]
policy = "charge"
model = "pass_through"
markup = "1.00"
"""
    )
    told = [[call("2026-01-05T10:00", "8.00"), call("2026-01-05T11:00", "7.00")]]
    found = bill(contract(plan(windows)), told, "2026-01-31")

    assert credits_of(found.statements[0])["used"] == "3"
    assert totals(found) == {"2026-01": "2"}
    assert [state.limit_id for state in found.metered.states(at("2026-01-31"))] == ["five-hour"]


def test_credits_for_tokens_are_only_taken_for_calls_beyond_the_limit() -> None:
    rates = (
        USAGE
        + """
[[charge]]
unit = "usage"
pay_with = "credits"
pool = "extra"
model = "rate_card"
rate_card = [{ match = { model = "opus" }, credits = "10" }]

[[limit]]
id = "five-hour"
unit = "usage"
cap = "10.00"
window = "fixed"
duration = "5h"
on_exceed = "overflow:extra"

[[grant]]
id = "extra"
pool = "extra"
amount = "1000"
"""
    )
    told = [
        [
            call("2026-01-05T10:00", "8.00"),
            call("2026-01-05T11:00", "4.00"),
            call("2026-01-05T12:00", "1.00"),
            call("2026-01-05T09:59", "1.00", model="haiku"),
        ]
    ]
    found = bill(contract(plan(rates)), told, "2026-01-31")

    # Nine dollars fit, then three of four lie beyond at 10 credits a dollar, and all of the last.
    assert credits_of(found.statements[0])["used"] == "40"
    assert found.statements[0].sums.unpriced == 0


def test_seats_that_change_count_from_their_day_on() -> None:
    seats = '\n[[fee]]\nid = "seat"\namount = "31.00"\nper = "seat"\nprorate = "day"\n'
    made = contract(plan(seats), seats=((at("2026-01-01"), 1), (at("2026-01-31T12:00"), 3)))

    found = bill(made, [], "2026-02-10")
    assert totals(found)["2026-01"] == "33"


def test_seats_of_the_plan_give_their_credits() -> None:
    pooled = few(1900).replace('amount = "1900"', 'amount = "1900"\nper = "seat"')
    seats = '\n[[fee]]\nid = "seat"\namount = "19.00"\nper = "seat"\nseats = 100\n'
    found = bill(contract(plan(seats, pooled)), [], "2026-01-10")

    assert credits_of(found.statements[0])["granted"] == "190000"
    chosen = bill(contract(plan(seats, pooled), seats=((at("2026-01-01"), 2),)), [], "2026-01-10")
    assert credits_of(chosen.statements[0])["granted"] == "3800"
    assert totals(chosen) == {"2026-01": "38"}
