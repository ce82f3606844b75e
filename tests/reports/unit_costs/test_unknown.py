"""What nobody knows is no zero, takes nothing else with it, and says why."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from convledger.economics.budget_text import read_budget
from convledger.economics.conversation_costs import LIST, PEOPLE, PLAN
from convledger.economics.scenarios import Scenario
from convledger.economics.waterfall import BILLED_SUM
from convledger.errors import UsageProblem
from convledger.reports.unit_costs.document import document_of, talk_document
from convledger.reports.unit_costs.noted import step_words
from convledger.reports.unit_costs.summary import Economics
from convledger.reports.unit_costs.written import seconds_of
from tests.reports.shop import PER_UNIT, at
from tests.reports.unit_costs.costbook import CostBook, usd


def spend(books: CostBook, day: int, name: str, dollars: str | None) -> int:
    """Add a conversation of a day of October with one call, and return its number."""
    number = books.talk(f"2026-10-{day:02}T10:00", name)
    books.spend(f"2026-10-{day:02}T10:00", dollars, name)
    return number


def told(books: CostBook) -> tuple[Economics, dict[str, Any]]:
    """Return the economics of October, and as JSON by source."""
    found = books.ledger.economics(books.ask())
    return found, document_of(found, ["source"], with_components=False, with_ids=False)


@pytest.fixture
def flat(books: CostBook) -> CostBook:
    """Return a book in which a plan bills $0.50 for a conversation whose call has no price."""
    books.plan(PER_UNIT)
    books.use()
    spend(books, 2, "dark", None)
    return books


def test_a_bill_for_calls_without_a_price_makes_no_list_cost_of_zero(flat: CostBook) -> None:
    found, document = told(flat)
    fall = found.waterfall
    assert [fall.step(name).amount for name in (LIST, PLAN, BILLED_SUM, "full")] == [
        None, usd("0.50"), usd("0.50"), usd("0.50"),
    ]  # fmt: skip
    assert step_words(fall.step(PLAN), fall) == "Plan instead of list"
    assert document["table"]["total"]["list_cost"] is None
    assert document["table"]["total"]["billed"] == "0.5"
    assert "list costs are unknown, not zero" in found.reason("cost")


def test_a_plan_that_paid_for_calls_without_a_price_has_no_leverage(flat: CostBook) -> None:
    (use,) = told(flat)[0].plans
    assert (use.at_list, use.leverage, use.borne) == (None, None, usd("0.50"))
    spend(flat, 3, "light", "3.00")
    (use,) = told(flat)[0].plans
    assert (use.at_list, use.leverage) == (usd("3"), Fraction(3)), "of what has a price"


def test_one_conversation_whose_bill_alone_is_known_has_no_list_part(flat: CostBook) -> None:
    (cost,) = flat.costs().costs
    document = talk_document(cost, "USD")
    assert document["parts"] == {"plan": "0.5"}
    assert (document["list_cost"], document["full_cost"]) == (None, "0.5")
    found = flat.ledger.full_cost(cost.talk.id, at("2026-12-01"), UTC)
    assert found is not None
    assert found.parts == [(LIST, None), (PLAN, usd("0.50"))]
    assert (found.full, found.lacks) == (usd("0.50"), False)


def test_a_budget_of_list_costs_has_no_place_for_a_call_without_a_price(flat: CostBook) -> None:
    for counts, spent in (("list", None), ("billed", usd("0.50"))):
        terms = read_budget(f'amount = "1"\ncounts = "{counts}"', "b")
        (placed,) = flat.ledger.budget_standing(terms, flat.ask()).placed
        assert placed.position.spent == spent, counts


def test_revenue_without_a_rate_leaves_costs_known(books: CostBook) -> None:
    spend(books, 2, "one", "1.00")
    books.item("revenue", "10", currency="CHF")
    books.item("revenue", "5")
    found, document = told(books)
    total = document["table"]["total"]
    assert (total["full_cost"], total["cost_per_conversation"]) == ("1", "1")
    assert (total["revenue"], total["margin"]) == (None, None)
    assert (found.service.way("bot").cost, found.coverage.whole) == (usd("1"), 1)
    assert document["distribution"]["cost"]["p50"] == "1"
    assert talk_document(found.costs.costs[0], "USD")["revenue"] is None


def test_the_margin_is_unknown_where_a_full_cost_is_in_the_table_and_above_it(
    books: CostBook,
) -> None:
    spend(books, 2, "dark", None)
    spend(books, 3, "light", "1.00")
    books.item("revenue", "10")
    found, document = told(books)
    assert (found.revenue.amount, found.revenue.left, found.revenue.margin) == (
        usd("10"), None, None,
    )  # fmt: skip
    assert document["table"]["total"]["margin"] is None
    assert "Not every full cost is known" in found.reason("margin")


def test_shares_of_a_conversation_without_a_price_are_said_to_be_in_no_sum(books: CostBook) -> None:
    spend(books, 2, "dark", None)
    spend(books, 3, "light", "1.00")
    books.item("infrastructure", "4")
    found, _ = told(books)
    assert found.waterfall.step("infrastructure").amount == usd("2")
    assert "1 conversation without a known cost bears $2.00 of other costs, in no sum here." in [
        note.text for note in found.notes
    ]


def test_a_rate_of_people_in_another_currency_is_the_reason_not_that_there_is_none(
    books: CostBook,
) -> None:
    number = spend(books, 2, "one", "1.00")
    books.outcome(number, "bot_then_human")
    books.worked(number, 10)
    books.hourly("30", currency="EUR")
    books.connection.execute("INSERT INTO setting VALUES ('minutes without a bot', '9')")
    found, _ = told(books)
    for about in (PEOPLE, "return"):
        assert "is in EUR, and no rate to USD is known" in found.reason(about)
    books.exchange("EUR", "1.25")
    assert books.cost(number).parts[PEOPLE] == usd("6.25")
    assert told(books)[0].costs.hourly == usd("37.50")


def test_an_hour_that_nobody_worked_lacks_no_rate(books: CostBook) -> None:
    number = spend(books, 2, "one", "1.00")
    books.hourly("30", currency="EUR", overhead=Decimal("0.3"))
    assert books.costs().missing_rates == {}
    assert books.ledger.full_cost(number, at("2026-12-01"), UTC) is None
    standing = books.ledger.budget_standing(read_budget('amount = "2"', "b"), books.ask())
    assert (standing.lacks_amounts, standing.notes) == (False, [])


def test_tokens_that_no_source_tells_are_not_none_at_all(books: CostBook) -> None:
    number = books.talk("2026-10-02T10:00", "dark")
    call = books.call(number, None, at=at("2026-10-02T10:00"), model="hidden", sent=0)
    books.connection.execute("UPDATE call SET approximate=4, output=0 WHERE id=?", (call,))
    books.roll_up()
    _, document = told(books)
    assert document["distribution"]["tokens"]["conversations"] == 0
    assert document["distribution"]["tokens"]["p50"] is None
    assert document["table"]["total"]["tokens"] is None
    assert [row["tokens"] for row in document["models"]] == [None]
    books.talk("2026-10-03T10:00", "silent")
    assert told(books)[1]["distribution"]["tokens"]["p50"] == "0", "who made no calls used none"


def test_fewer_hand_offs_save_nothing_known_where_nobody_knows_what_they_cost(
    books: CostBook,
) -> None:
    for day, way in ((1, "bot_only"), (2, "bot_then_human"), (3, "bot_then_human")):
        books.outcome(spend(books, day, f"t{day}", "1.00"), way)
    books.hourly("60")
    found = books.ledger.simulate(Scenario(escalation=Fraction(0)), books.ask())
    assert (found.after, found.steps[0].difference) == (None, None)
    assert "what people cost" in found.steps[0].why
    books.worked(books.thread("t2"), 10)
    found = books.ledger.simulate(Scenario(escalation=Fraction(0)), books.ask())
    assert (found.today, found.after) == (usd("13"), usd("3"))
    assert found.escalation is not None
    assert found.escalation.rate_today == Fraction(2, 3)
    assert found.escalation.escalated_cost == usd("11")
    assert any("what people cost is not known for 1 conversation" in note for note in found.notes)


@pytest.mark.parametrize("text", ["", "soon", "1:5", "1e3", "-3", "0.001", "9999h"])
def test_a_length_that_cannot_be_read_is_named_with_its_column(text: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        seconds_of(text, "minutes")
    assert str(raised.value).startswith(f"{text!r} of minutes: ")
