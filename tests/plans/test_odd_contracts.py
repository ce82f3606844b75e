"""Contracts that nobody would draw up, and that the books meet all the same."""

from __future__ import annotations

import pytest

from convledger.money import PICO, usd_text
from convledger.plans.billing import Bill, ByHand
from convledger.plans.facts import Fact
from convledger.plans.lots import Lot

from .bills import MONTHLY, at, bill, call, contract, credits_of, lines, talk, talks, totals
from .documents import CREDITS, HEAD, WINDOW, plan

PER_UNIT = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'
WEEKLY = '\n[period]\nkind = "week"\n'
LATER = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-02-01")
YEAR = PER_UNIT.replace('"0.50"', '"999999999999.99"')


def test_a_plan_with_nothing_in_it_costs_nothing() -> None:
    found = bill(contract(plan()), talks("2026-01", 3), "2026-02-10")
    assert totals(found) == {"2026-01": "0", "2026-02": "0"}


def test_a_contract_that_has_not_begun_has_no_statement() -> None:
    found = bill(contract(plan(PER_UNIT), began="2026-06-01"), talks("2026-01", 3), "2026-02-10")
    assert (found.statements, found.current, found.billed) == ([], None, [])


def test_prices_in_the_trillions_are_exact() -> None:
    found = bill(contract(plan(YEAR)), talks("2026-01", 10), "2026-01-31")
    assert totals(found) == {"2026-01": "9999999999999.9"}
    assert found.statements[0].due == 99999999999999 * PICO // 10


def test_instants_at_either_end_of_time_are_billed() -> None:
    head = HEAD.replace("2026-01-01", "2000-01-01")
    made = contract(plan("[period]\nkind = 'year'\n", CREDITS, head=head), began="2000-01-01")
    told = [talk("2000-01-01T00:00"), talk("2199-12-31T23:59")]
    found = bill(made, told, "2199-12-31T23:59:59")

    assert len(found.statements) == 200
    assert [found.statements[place].sums.used for place in (0, 1, -1)] == [PICO, 0, PICO]


def test_all_time_can_be_one_period() -> None:
    made = contract(plan("[period]\nkind = 'none'\n", PER_UNIT))
    found = bill(made, [*talks("2026-01", 2), *talks("2026-07", 2)], "2026-08-01")

    assert len(found.statements) == 1
    assert usd_text(found.statements[0].due) == "2"
    assert list(found.to_freeze()) == []


def test_a_gap_between_two_versions_is_not_billed() -> None:
    head = HEAD + "effective_to = 2026-02-01\n"
    later = LATER.replace("2026-02-01", "2026-04-01")
    made = contract(plan(PER_UNIT, head=head), plan(PER_UNIT, head=later))
    told = [*talks("2026-01", 1), *talks("2026-02", 5), *talks("2026-04", 2)]

    assert totals(bill(made, told, "2026-04-20")) == {"2026-01": "0.5", "2026-04": "1"}


def test_a_version_that_cuts_time_otherwise_begins_where_the_other_ended() -> None:
    made = contract(plan(PER_UNIT), plan(WEEKLY, PER_UNIT, head=LATER))
    found = bill(made, talks("2026-01", 1), "2026-02-20")

    assert [each.since for each in found.statements] == [
        at("2026-01-01"), at("2026-02-01"), at("2026-02-02"), at("2026-02-09"), at("2026-02-16"),
    ]  # fmt: skip
    for before, after in zip(found.statements, found.statements[1:], strict=False):
        assert before.until == after.since


def test_a_renamed_unit_is_billed_under_each_name_and_burns_the_same_credits() -> None:
    renamed = CREDITS.replace('"conversation"', '"chat"')
    made = contract(plan(CREDITS), plan(renamed, head=LATER))
    found = bill(made, [*talks("2026-01", 2), *talks("2026-02", 3)], "2026-02-20")

    assert [each.sums.units for each in found.statements] == [
        {"conversation": 2 * PICO}, {"chat": 3 * PICO},
    ]  # fmt: skip
    assert [credits_of(each)["used"] for each in found.statements] == ["2", "3"]


def test_a_lot_that_expires_before_it_begins_is_lost_at_once_and_seen() -> None:
    lot = Lot(id="by hand 1", amount=5 * PICO, effective_at=at("2026-01-10"),
              expires_at=at("2026-01-05"), priority=100, kind="topup")  # fmt: skip
    found = bill(
        contract(plan(CREDITS.replace('"500"', '"1"'))),
        talks("2026-01", 3),
        "2026-01-31",
        by_hand=ByHand(lots=(lot,)),
    )
    assert credits_of(found.statements[0]) == {
        "granted": "6", "used": "1", "over": "2", "expired": "5", "left": "0",
    }  # fmt: skip


def test_no_balance_is_ever_less_than_nothing() -> None:
    facts = tuple(Fact(f"by hand {n}", at("2026-01-05") + n, "adjust", -PICO * 10**9)
                  for n in range(3))  # fmt: skip
    found = bill(
        contract(plan(CREDITS)), talks("2026-01", 3), "2026-01-31", by_hand=ByHand(facts=facts)
    )
    assert found.statements[0].sums.left == 0
    assert min(each.balance for each in found.fold.entries("")) == 0


def closed_as_month() -> list:  # type: ignore[type-arg]
    made = contract(plan(PER_UNIT))
    return list(bill(made, talks("2026-01", 3), "2026-02-01").to_freeze())


def test_an_edited_period_leaves_a_closed_month_where_it_was() -> None:
    edited = contract(plan(WEEKLY, PER_UNIT), earlier=(plan(PER_UNIT),))
    found = bill(edited, talks("2026-01", 3), "2026-02-10", frozen=closed_as_month())

    assert [each.since for each in found.statements] == [
        at("2026-01-01"), at("2026-02-01"), at("2026-02-02"), at("2026-02-09"),
    ]  # fmt: skip
    assert sum(each.due for each in found.statements) == 3 * PICO // 2


def test_a_closed_month_stands_though_its_text_is_lost_and_its_plan_cuts_weeks_now() -> None:
    edited = contract(plan(WEEKLY, PER_UNIT))
    found = bill(edited, talks("2026-01", 3), "2026-02-10", frozen=closed_as_month())

    assert [each.since for each in found.statements] == [
        at("2026-01-01"), at("2026-02-01"), at("2026-02-02"), at("2026-02-09"),
    ]  # fmt: skip
    assert sum(each.due for each in found.statements) == 3 * PICO // 2


def test_an_end_that_is_moved_into_a_closed_month_changes_nothing_about_it() -> None:
    frozen = closed_as_month()
    ended = contract(plan(PER_UNIT), ended=at("2026-01-02T02:00"))
    found = bill(ended, talks("2026-01", 3), "2026-02-10", frozen=frozen)

    assert found.statements == [frozen[0].statement]


def test_a_clock_that_is_set_back_before_a_closed_month_shows_no_less_than_was_closed() -> None:
    frozen = closed_as_month()
    found = bill(contract(plan(PER_UNIT)), talks("2026-01", 3), "2026-01-02T00:30", frozen=frozen)

    assert found.statements == [frozen[0].statement]
    assert list(found.to_freeze()) == []


def test_thousands_of_versions_bill_as_one_would() -> None:
    heads = [
        HEAD.replace('version = "1"', f'version = "{number}"').replace(
            "2026-01-01",
            f"{2026 + number // 336}-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}",
        )
        for number in range(1000)
    ]
    versions = [plan(PER_UNIT, head=head) for head in heads]
    told = [*talks("2026-01", 30), *talks("2027-03", 30)]
    found = bill(contract(*versions), told, "2027-06-01")
    alone = bill(contract(versions[0]), told, "2027-06-01")

    assert totals(found) == totals(alone)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
def test_periods_of_any_zone_meet_without_gaps(zone: str) -> None:
    head = HEAD.replace('"UTC"', f'"{zone}"').replace("2026-01-01", "2011-01-01")
    made = contract(plan('[period]\nkind = "day"\n', head=head), began="2011-10-01")
    found = bill(made, [], "2012-04-30")

    for before, after in zip(found.statements, found.statements[1:], strict=False):
        assert before.until == after.since
        assert before.since < before.until
    assert len({each.name for each in found.statements}) == len(found.statements)


def test_restated_and_settled_months_say_the_same_where_nothing_came_late() -> None:
    made, told = contract(plan(MONTHLY, CREDITS)), [*talks("2026-01", 3), *talks("2026-02", 1)]
    frozen = list(bill(made, told, "2026-03-01").to_freeze())
    settled = bill(made, told, "2026-03-05", frozen=frozen)
    restated = bill(made, told, "2026-03-05", frozen=frozen, restate=True)

    assert [each.sums for each in settled.statements] == [each.sums for each in restated.statements]
    assert lines(settled.statements[0]) == lines(restated.statements[0])


USAGE = '\n[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"\n'
OVERFLOW = (
    USAGE
    + """
[[limit]]
id = "weekly"
unit = "usage"
cap = "10.00"
window = "fixed"
duration = "7d"
on_exceed = "overflow:extra"

[[grant]]
id = "extra"
pool = "extra"
amount = "3.00"

[overage]
policy = "charge"
model = "pass_through"
markup = "1.00"
"""
)


def overflowed(*frozen: object) -> Bill:
    told = [[call("2026-01-05T10:00", "8.00"), call("2026-01-05T11:00", "7.00")]]
    return bill(contract(plan(OVERFLOW)), told, "2026-02-10", frozen=frozen)  # type: ignore[arg-type]


def test_what_overflowed_in_a_closed_month_is_not_asked_for_again() -> None:
    first = overflowed()
    assert totals(first) == {"2026-01": "2", "2026-02": "0"}
    found = overflowed(*first.to_freeze())

    assert totals(found) == {"2026-01": "2", "2026-02": "0"}
    assert found.fold.totals("extra").overage == first.fold.totals("extra").overage
