"""Every conversation bears its calls, its share of what is shared, and people's time."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.clock import SECOND
from convledger.economics.conversation_costs import ESCALATED, NONE, added_up
from convledger.economics.segments import segments
from convledger.economics.waterfall import waterfall
from convledger.reports.usage import UsageQuery, usage
from tests.reports.shop import PER_UNIT, at
from tests.reports.unit_costs.costbook import CostBook, usd


def test_a_conversation_costs_its_calls_wherever_they_fall(books: CostBook) -> None:
    late = books.talk("2026-10-31T23:50")
    books.spend("2026-10-31T23:51", "1.00", "talk " + str(at("2026-10-31T23:50")))
    books.spend("2026-11-01T00:10", "2.00", "talk " + str(at("2026-10-31T23:50")))
    assert books.cost(late).full == usd("3")
    assert books.costs("2026-11-01", "2026-12-01").costs == []


def test_list_costs_add_up_to_the_report(books: CostBook) -> None:
    for number in range(1, 8):
        books.talk(f"2026-10-0{number}T10:00", f"t{number}")
        books.spend(f"2026-10-0{number}T10:01", f"0.{number}7", f"t{number}")
    total = usage(books.connection, UsageQuery(by=("day",), zone=UTC)).total
    assert added_up(books.costs().costs)["list"] == total.list_pico


def test_shared_costs_are_divided_to_the_last_picounit(books: CostBook) -> None:
    numbers = [books.talk(f"2026-10-0{day}T10:00") for day in (1, 2, 3)]
    books.item("subscription", "100")
    found = [books.cost(number).parts["subscriptions"] for number in numbers]
    assert sum(found) == usd("100")
    assert found == [33333333333334, 33333333333333, 33333333333333]


def test_a_share_is_the_same_whichever_part_of_the_month_is_asked_for(books: CostBook) -> None:
    first, second = books.talk("2026-10-02"), books.talk("2026-10-20")
    books.item("infrastructure", "30", until=None, every="month")
    whole = books.cost(first).parts["infrastructure"]
    assert books.cost(first, "2026-10-01", "2026-10-08").parts["infrastructure"] == whole
    assert whole + books.cost(second).parts["infrastructure"] == usd("30")


def test_a_filter_leaves_shares_as_they_are(books: CostBook) -> None:
    first, second = books.talk("2026-10-02"), books.talk("2026-10-03")
    books.label(first, "client", "acme")
    books.label(second, "client", "globex")
    books.item("infrastructure", "30")
    books.item("tool", "5", scope={"client": ("acme",)})
    only = books.costs(scope={"client": ("acme",)})
    assert [cost.talk.id for cost in only.costs] == [first]
    assert only.costs[0].parts == {"list": 0, "infrastructure": usd("15"), "tools": usd("5")}


def test_a_cost_of_one_client_is_not_lost_where_that_client_is_asked_about(
    books: CostBook,
) -> None:
    books.label(books.talk("2026-10-02"), "client", "acme")
    books.item("tool", "-12.50", "2026-10-14", "2026-10-15", scope={"client": ("acme",)})
    books.item("revenue", "40", "2026-10-14", "2026-10-15", scope={"client": ("acme",)})
    books.item("other", "5", "2026-10-14", "2026-10-15")
    own = books.costs(scope={"client": ("acme",)})
    assert (own.unallocated, own.unallocated_revenue) == ({"tools": usd("-12.50")}, usd("40"))
    for scope in ({"client": ("globex",)}, {"client": ("acme",), "tier": ("pro",)}):
        assert books.costs(scope=scope).unallocated == {}
    assert books.costs().unallocated == {"tools": usd("-12.50"), "other": usd("5")}


def test_a_month_without_conversations_leaves_its_cost_unallocated(books: CostBook) -> None:
    books.item("subscription", "31")
    found = books.costs()
    assert (found.costs, found.unallocated) == ([], {"subscriptions": usd("31")})
    week = books.costs("2026-10-01", "2026-10-08")
    assert week.unallocated == {"subscriptions": usd("7")}
    fall = waterfall(found.costs, found.unallocated)
    assert (fall.full.amount, fall.full.per_unit) == (usd("31"), None)


def test_a_month_that_is_not_over_bears_the_days_that_are(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    books.item("subscription", "31", until=None, every="month")
    assert books.cost(number, now="2026-10-10T12:00").parts["subscriptions"] == usd("10")


def test_a_year_is_cut_into_its_own_months_on_the_last_day_of_february(books: CostBook) -> None:
    books.item("subscription", "29", since="2028-01-31", until=None, every="month")
    number = books.talk("2028-02-29T12:00")
    found = books.cost(number, "2028-02-01", "2028-03-01", now="2028-06-01")
    assert found.parts["subscriptions"] == usd("29")


def test_refunds_take_away(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    books.item("infrastructure", "30")
    books.item("infrastructure", "-40")
    assert books.cost(number).full == usd("-10")


def test_people_cost_their_minutes_at_the_rate_of_the_day(books: CostBook) -> None:
    early, late = books.talk("2026-10-02"), books.talk("2026-10-20")
    books.hourly("25")
    books.hourly("25", "2026-10-10", overhead=Decimal("0.30"))
    books.worked(early, 12)
    books.worked(late, 12)
    assert books.cost(early).parts["people"] == usd("5")
    assert books.cost(late).parts["people"] == usd("6.5")


def test_people_without_minutes_or_rate_are_counted_and_cost_nothing_known(books: CostBook) -> None:
    handed_over, worked_on = books.talk("2026-10-02"), books.talk("2026-10-03")
    books.outcome(handed_over, "bot_then_human")
    books.worked(worked_on, 10)
    found = books.costs()
    assert (found.without_minutes, found.without_rate) == (1, 1)
    assert "people" not in books.cost(worked_on).parts


@pytest.mark.parametrize("word", ["escalated", "Escalation", "handover", "hand-off", "hand_off"])
def test_a_hand_off_is_one_by_whichever_name(books: CostBook, word: str) -> None:
    number = books.talk("2026-10-02T10:00", "one")
    books.spend("2026-10-02T10:00", "1.00", "one")
    books.label(number, "outcome", word)
    assert books.cost(number).talk.served == ESCALATED


def test_a_long_silence_is_no_time_spent_on_a_conversation(books: CostBook) -> None:
    """A minute, exactly five, then a night."""
    talk = books.conversation("one", first_at=at("2026-10-02"), last_at=at("2026-10-03"))
    for place, when in enumerate(("02T10:00", "02T10:01", "02T10:06", "03T08:00", "03T08:02")):
        books.say(talk, "x", at=at(f"2026-10-{when}"), kind=1, line=place + 1)
    assert books.cost(talk).talk.active == 8 * 60 * SECOND


def test_another_currency_needs_a_dated_rate(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    books.item("subscription", "10", currency="EUR", name="Desk")
    assert books.costs().missing_rates == {"EUR": "Desk"}
    books.exchange("EUR", "1.0850")
    found = books.costs()
    assert not found.missing_rates
    assert books.cost(number).parts["subscriptions"] == usd("10.85")
    assert [rate.rate for rate in found.used_rates] == [Decimal("1.0850")]


def test_an_hourly_rate_without_an_exchange_rate_is_no_missing_hourly_rate(
    books: CostBook,
) -> None:
    books.worked(books.talk("2026-10-02"), 12)
    books.hourly("25", currency="EUR")
    found = books.costs()
    assert found.hourly is None
    assert found.unknown["people"] == "people's rate is in EUR, and no rate to USD is known"


def test_a_plan_takes_the_place_of_the_list_cost(books: CostBook) -> None:
    books.plan(PER_UNIT)
    books.use()
    number = books.talk("2026-10-02T10:00", "one")
    books.spend("2026-10-02T10:00", "3.00", "one")
    found = books.cost(number)
    assert found.parts["list"] == usd("3")
    assert found.parts["plan"] == usd("-2.5")
    assert found.billed == found.full == usd("0.50")


def test_without_a_plan_what_was_billed_is_the_list_cost(books: CostBook) -> None:
    number = books.talk("2026-10-02T10:00", "one")
    books.spend("2026-10-02T10:00", "3.00", "one")
    assert books.cost(number).parts == {"list": usd("3")}


def test_a_conversation_without_any_price_is_in_no_sum(books: CostBook) -> None:
    unknown, known = books.talk("2026-10-02T10:00", "dark"), books.talk("2026-10-03", "light")
    books.spend("2026-10-02T10:00", None, "dark")
    books.spend("2026-10-03", "1.00", "light")
    books.item("infrastructure", "2")
    found = books.costs()
    assert not books.cost(unknown).is_known
    assert books.cost(known).full == usd("2")
    fall = waterfall(found.costs)
    assert (fall.units, fall.known, fall.full.amount) == (2, 1, usd("2"))


def test_revenue_is_no_cost(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    books.item("revenue", "19")
    found = books.cost(number)
    assert (found.revenue, found.full) == (usd("19"), 0)


def test_by_hand_only_those_that_were_named_bear_it(books: CostBook) -> None:
    first, second = books.talk("2026-10-02"), books.talk("2026-10-03")
    third = books.talk("2026-10-04")
    books.item("retrieval", "9", rule="hand", shares={first: 2, third: 1})
    parts = [books.cost(each).parts.get("retrieval", 0) for each in (first, second, third)]
    assert parts == [usd("6"), 0, usd("3")]


def test_a_sub_agent_is_part_of_who_called_it(books: CostBook) -> None:
    parent = books.talk("2026-10-02T10:00", "parent")
    books.thread("child", parent_native="parent", relation="subagent")
    books.spend("2026-10-02T10:05", "4.00", "child")
    books.item("infrastructure", "1")
    found = books.costs()
    assert [(cost.talk.id, cost.full) for cost in found.costs] == [(parent, usd("5"))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 31), st.integers(0, 500)), max_size=6),
    st.sampled_from(["equal", "tokens", "time", "cost", "messages"]),
    st.decimals(-100, 100, places=6),
)
def test_parts_add_up_to_the_whole_whatever_the_rule(
    books: CostBook, talks: list[tuple[int, int]], rule: str, amount: Decimal
) -> None:
    for table in ("usage", "conversation_sum", "call", "message", "label", "conversation"):
        books.connection.execute(f"DELETE FROM {table}")
    books.connection.execute("DELETE FROM cost_item")
    books._threads.clear()
    for number, (day, sent) in enumerate(talks):
        books.talk(f"2026-10-{day:02}T10:00", f"t{number}")
        books.spend(f"2026-10-{day:02}T10:01", f"{sent / 100:.2f}", f"t{number}", sent=sent)
    books.item("infrastructure", f"{amount}", rule=rule)
    found = books.costs()
    borne = sum(cost.parts.get("infrastructure", 0) for cost in found.costs)
    assert borne + found.unallocated.get("infrastructure", 0) == usd(f"{amount}")


def test_a_table_by_plan_has_the_margin_of_each(books: CostBook) -> None:
    books.plan(PER_UNIT)
    books.use(scope={"client": ("acme",)})
    for name, client in (("one", "acme"), ("two", "acme"), ("three", "globex")):
        number = books.talk("2026-10-02T10:00", name)
        books.spend("2026-10-02T10:00", "3.00", name)
        books.label(number, "client", client)
    books.item("revenue", "30")
    found = books.costs()
    table = segments(found.costs, ["plan"])
    rows = {row.keys[0]: row for row in table.rows}
    paid = found.billings[0]
    assert {name: row.units for name, row in rows.items()} == {paid.name: 2, NONE: 1}
    assert (rows[paid.name].full, rows[NONE].full) == (paid.amount, usd("3"))
    assert rows[paid.name].margin == Fraction(usd("20") - paid.amount, usd("20"))
    assert rows[NONE].margin == Fraction(7, 10)
    assert sum(row.full for row in table.rows) == table.total.full


def test_a_plan_whose_amount_is_unknown_is_named_and_has_no_margin(books: CostBook) -> None:
    books.plan(PER_UNIT, currency="CHF")
    books.use()
    number = books.talk("2026-10-02T10:00", "one")
    books.spend("2026-10-02T10:00", "3.00", "one")
    books.item("revenue", "30")
    row = segments([books.cost(number)], ["plan"]).rows[0]
    assert row.keys != (NONE,)
    assert (row.cost, row.margin) == (None, None)
