"""What is shared is divided by the days that it was there; what is left says why."""

from __future__ import annotations

import pytest

from convledger.economics.conversation_costs import BILLED, NONE, PARTS, Talk, is_of
from convledger.economics.cost_items import REVENUE
from convledger.economics.waterfall import waterfall
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.shared import ERASED, NONE_IN_SCOPE, NONE_NAMED, NONE_OPENED
from convledger.store.connection import transaction
from convledger.store.erasing import take_out
from convledger.store.erasing_bodies import prepare
from convledger.store.probes import Probes
from convledger.zones import zone_of
from tests.reports.shop import PER_UNIT, WINDOW, at
from tests.reports.unit_costs.costbook import CostBook, usd


def test_who_opened_after_an_item_ended_bears_nothing_of_it(books: CostBook) -> None:
    before, after = books.talk("2026-10-02"), books.talk("2026-10-20")
    books.item("subscription", "31", until="2026-10-11", every="month")
    assert books.cost(before).parts["subscriptions"] == usd("10")
    assert "subscriptions" not in books.cost(after).parts


def test_days_are_those_of_the_zone_in_which_is_asked(books: CostBook) -> None:
    """In Berlin 2026-10-25 has 25 hours, and its last one is of the day before in UTC."""
    number = books.talk("2026-10-25T22:30")
    books.item("infrastructure", "5", since="2026-10-25", until="2026-10-26")
    zone, name = zone_of("Europe/Berlin")
    query = CostQuery(
        at("2026-10-24T22:00"), at("2026-10-25T23:00"), at("2026-12-01"), zone, zone_name=name
    )
    (cost,) = books.ledger.conversation_costs(query).costs
    assert (cost.talk.id, cost.parts["infrastructure"]) == (number, usd("5"))
    monday = books.talk("2026-10-25T23:30")
    books.item("tool", "7", since="2026-10-26", until="2026-10-27")
    assert "tools" not in books.cost(monday).parts, "in UTC it is still Sunday"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"since": "2026-10-20", "until": "2026-10-21"}, NONE_OPENED),
        ({"scope": {"client": ("acme",)}}, NONE_IN_SCOPE),
        ({"rule": "hand"}, NONE_NAMED),
    ],
)
def test_what_nobody_bears_says_why(books: CostBook, facts: dict[str, object], why: str) -> None:
    books.talk("2026-10-02")
    number = books.item("infrastructure", "3", **facts)  # type: ignore[arg-type]
    (left,) = books.costs().left
    assert (left.item_id, left.part, left.amount, left.why) == (
        number, "infrastructure", usd("3"), why,
    )  # fmt: skip


def test_a_part_in_a_currency_without_a_rate_is_unknown(books: CostBook) -> None:
    books.talk("2026-10-02")
    books.item("tool", "3")
    books.item("infrastructure", "10", currency="EUR")
    books.item("revenue", "10", currency="CHF")
    found = books.costs()
    assert set(found.unknown) == {"infrastructure", REVENUE}
    fall = waterfall(found.costs, found.unallocated, unknown=frozenset(found.unknown))
    assert fall.step("tools").amount == usd("3")
    assert (fall.step("infrastructure").amount, fall.full.amount) == (None, None)


def test_a_cost_of_others_without_a_rate_leaves_a_client_known(books: CostBook) -> None:
    first, second = books.talk("2026-10-02"), books.talk("2026-10-03")
    books.label(first, "client", "acme")
    books.label(second, "client", "globex")
    books.item("tool", "3", currency="EUR", scope={"client": ("globex",)})
    assert books.costs(scope={"client": ("acme",)}).unknown == {}
    assert set(books.costs(scope={"client": ("globex",)}).unknown) == {"tools"}


def test_a_plan_in_another_currency_is_unknown_without_a_rate_not_nothing(books: CostBook) -> None:
    books.plan(PER_UNIT, currency="EUR")
    books.use()
    number = books.talk("2026-10-02T10:00", "one")
    books.spend("2026-10-02T10:00", "3.00", "one")
    found = books.costs()
    assert set(found.unknown) == {"plan"}
    assert found.costs[0].parts == {"list": usd("3")}
    assert found.costs[0].known(BILLED) is None
    books.exchange("EUR", "1.1", "2026-10-01")
    books.exchange("EUR", "2", "2026-11-01")
    assert books.cost(number).billed == usd("0.55"), "at the rate of the statement's own days"
    assert set(books.costs().unknown) == set()


def test_list_costs_are_turned_by_the_day_of_each_conversation(books: CostBook) -> None:
    first, second = books.talk("2026-10-02", "a"), books.talk("2026-10-20", "b")
    for when, name in (("2026-10-02", "a"), ("2026-10-20", "b")):
        books.spend(when, "1.00", name)
    for since, rate in (("2026-01-01", "0.90"), ("2026-10-10", "0.80")):
        books.ledger.connection.execute(
            "INSERT INTO exchange_rate VALUES ('USD', 'EUR', ?, ?, 0)", (since, rate)
        )
    parts = [books.cost(each, currency="EUR").parts["list"] for each in (first, second)]
    assert parts == [usd("0.9"), usd("0.8")]
    assert books.cost(first, "2026-10-01", "2026-10-03", currency="EUR").parts["list"] == parts[0]
    assert set(books.costs(currency="GBP").unknown) == {"list"}


def test_what_people_cost_is_unknown_where_nobody_knows_of_any(books: CostBook) -> None:
    handed_over, other = books.talk("2026-10-02"), books.talk("2026-10-03")
    books.outcome(handed_over, "bot_then_human")
    books.outcome(other, "bot_then_human")
    assert set(books.costs().unknown) == {"people"}
    books.hourly("30")
    books.worked(other, 10)
    found = books.costs()
    assert (found.unknown, found.without_minutes) == ({}, 1)
    by_id = {cost.talk.id: cost for cost in found.costs}
    assert by_id[handed_over].known(PARTS) is None
    assert by_id[other].known(PARTS) == usd("5")


def test_a_plans_units_of_a_sub_agent_weigh_for_who_called_it(books: CostBook) -> None:
    books.plan(PER_UNIT)
    books.use()
    parent = books.talk("2026-10-02T10:00", "parent")
    books.talk("2026-10-02T11:00", "child", parent_native="parent", relation="subagent")
    other = books.talk("2026-10-03T10:00", "other")
    for name in ("parent", "child", "other"):
        books.spend("2026-10-03T10:00", "1.00", name)
    assert books.cost(parent).billed == usd("1.00")
    assert books.cost(other).billed == usd("0.50")


def test_a_sub_agent_that_opened_later_is_of_its_callers_time(books: CostBook) -> None:
    parent = books.talk("2026-10-31T23:00", "parent")
    books.talk("2026-11-01T01:00", "child", parent_native="parent", relation="subagent")
    books.spend("2026-11-01T01:00", "4.00", "child")
    assert books.cost(parent).full == usd("4")
    assert books.costs("2026-11-01", "2026-12-01").costs == []


def test_two_logs_that_name_each_other_as_caller_are_not_lost(books: CostBook) -> None:
    for name, caller in (("a", "b"), ("b", "a")):
        books.talk("2026-10-02T10:00", name, parent_native=caller, relation="subagent")
        books.spend("2026-10-02T10:00", "1.00", name)
    (cost,) = books.costs().costs
    assert cost.full == usd("2")


def test_minutes_and_shares_by_hand_of_a_sub_agent_are_its_callers(books: CostBook) -> None:
    parent = books.talk("2026-10-02", "parent")
    child = books.thread("child", parent_native="parent", relation="subagent")
    books.item("retrieval", "9", rule="hand", shares={child: 1})
    assert books.cost(parent).parts["retrieval"] == usd("9")


def test_a_scope_reads_names_as_filters_do() -> None:
    talk = Talk(1, "x:1", "", 0, 0, segments={"project": "/home/me/acme-shop", "client": ""})
    for wanted in ("/home/me/acme-shop", "acme-shop", "acme*", "me/acme-shop"):
        assert is_of(talk, {"project": (wanted,)}), wanted
    assert not is_of(talk, {"project": ("shop",)})
    assert is_of(talk, {"client": (NONE,)})
    assert not is_of(talk, {"client": ("acme",)})


def test_a_tag_that_says_a_tier_is_still_a_tag(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    books.label(number, "tag", "tier=pro")
    books.item("tool", "3", scope={"tag": ("tier=pro",)})
    assert books.cost(number).parts["tools"] == usd("3")
    assert books.cost(number).talk.segments["tier"] == "pro"


def test_asked_for_in_two_parts_what_is_left_adds_up(books: CostBook) -> None:
    books.item("subscription", "100", since="2028-02-01", until=None, every="month")
    whole = books.costs("2028-02-01", "2028-03-01", now="2028-06-01").unallocated
    parts = [
        books.costs(*span, now="2028-06-01").unallocated["subscriptions"]
        for span in (("2028-02-01", "2028-02-29"), ("2028-02-29", "2028-03-01"))
    ]
    assert sum(parts) == whole["subscriptions"] == usd("100")


def test_what_was_borne_by_an_erased_conversation_falls_to_nobody(books: CostBook) -> None:
    first, second = books.talk("2026-10-02"), books.talk("2026-10-03")
    books.item("retrieval", "9", rule="hand", shares={first: 2, second: 1})
    books.worked(first, 30)
    prepare(books.connection)
    with transaction(books.connection):
        take_out(books.connection, [first], Probes(), at("2026-11-05"))
    assert books.connection.execute("SELECT count(*) FROM worked_time").fetchone() == (0,)
    found = books.costs()
    assert books.cost(second).parts["retrieval"] == usd("3")
    assert found.unallocated == {"retrieval": usd("6")}
    assert [left.why for left in found.left] == [ERASED]
    (item,) = books.ledger.cost_items()
    borne = books.ledger.cost_bearing(item, books.ask())
    assert [(talk.id, amount) for talk, amount in borne.borne] == [(second, usd("3"))]
    assert (item.erased_weight, borne.unallocated) == (2, usd("6"))


def test_all_that_bore_it_erased_leaves_it_with_nobody(books: CostBook) -> None:
    books.spend("2026-10-02", "1.00", "one")
    first = books.thread("one")
    books.item("retrieval", "9", rule="hand", shares={first: 2})
    prepare(books.connection)
    with transaction(books.connection):
        take_out(books.connection, [first], Probes(), at("2026-11-05"), with_figures=True)
    found = books.costs()
    assert (found.costs, found.unallocated) == ([], {"retrieval": usd("9")})
    assert [left.why for left in found.left] == [ERASED]


FEE = '\n[[fee]]\nid = "base"\namount = "31"\n'


def test_a_plan_that_nobody_used_is_left_by_the_days_that_are_asked_for(books: CostBook) -> None:
    books.plan(WINDOW, FEE)
    books.use()
    spans = (("2026-10-01", "2026-10-08"), ("2026-10-08", "2026-11-01"))
    assert [books.costs(*span).unallocated for span in spans] == [
        {"plan": usd("7")}, {"plan": usd("24")},
    ]  # fmt: skip
    assert books.costs().unallocated == {"plan": usd("31")}


def test_a_fee_counts_by_the_days_that_have_come_whatever_the_time_is(books: CostBook) -> None:
    books.plan(WINDOW, FEE, zone="Europe/Berlin")
    books.use(since="2026-09-30T22:00")
    for now in ("2026-10-10T00:01", "2026-10-10T21:59"):
        assert sum(books.costs(now=now).unallocated.values()) == usd("10"), now
