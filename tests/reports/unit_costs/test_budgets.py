"""Where conversations stand in a budget, worked out from their calls, and when they crossed it."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from convledger.economics.budget_text import read_budget
from convledger.errors import ConfigError, UsageProblem
from convledger.money import PICO
from convledger.reports.unit_costs.budget_standing import Standing, alerts_of
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook, usd

PRO = 'price = "19"\ngross_margin = "70%"\nexpected_conversations = 6\n'


def spend(books: CostBook, name: str, *calls: tuple[str, str | None]) -> int:
    """Add a conversation with calls at (minute, dollars) of 2 October, and return its number."""
    number = books.talk("2026-10-02T10:00", name)
    for minute, dollars in calls:
        moment = at(f"2026-10-02T10:{minute}")
        books.call(number, None if dollars is None else usd(dollars), at=moment)
    books.roll_up()
    return number


def stand(books: CostBook, text: str = PRO, *span: str, **more: Any) -> Standing:
    query = books.ask(*span, **more)
    return books.ledger.budget_standing(read_budget(text, "pro"), query)


def crossed(standing: Standing) -> list[tuple[int, str, Fraction]]:
    """Return (threshold, minute, dollars) of the first conversation's crossings."""
    return [
        (
            each.threshold,
            f"{(each.at - at('2026-10-02T10:00')) // 60_000_000:02}",
            each.spent / PICO,
        )
        for each in standing.placed[0].crossings
    ]


def test_exactly_seventy_percent_counts_as_reached(books: CostBook) -> None:
    spend(books, "one", ("01", "0.60"), ("02", "0.064999"), ("03", "0.000001"))
    found = stand(books)
    assert crossed(found) == [(70, "03", Fraction("0.665"))]
    assert found.placed[0].position.share == Fraction(7, 10)
    assert not found.is_over


def test_less_than_seventy_percent_by_a_picodollar_is_not(books: CostBook) -> None:
    spend(books, "one", ("01", "0.664999999999"))
    assert crossed(stand(books)) == []


def test_each_threshold_is_dated_by_the_call_that_reached_it(books: CostBook) -> None:
    spend(books, "one", ("01", "0.65"), ("02", "0.05"), ("03", "0.155"), ("09", "0.50"))
    assert crossed(stand(books)) == [
        (70, "02", Fraction("0.70")),
        (90, "03", Fraction("0.855")),
        (100, "09", Fraction("1.355")),
    ]


def test_shared_costs_come_with_each_call_by_its_part(books: CostBook) -> None:
    spend(books, "one", ("01", "0.10"), ("02", "0.30"))
    books.item("infrastructure", "0.40")
    # 0.20 with the first call, 0.60 with the second: 0.80 is 84 % of 0.95.
    assert crossed(stand(books)) == [(70, "02", Fraction("0.80"))]
    assert crossed(stand(books, PRO + 'counts = "list"')) == []


def test_other_costs_halve_the_budget(books: CostBook) -> None:
    spend(books, "one", ("01", "0.35"), ("02", "0.10"), ("03", "0.05"))
    found = stand(books, PRO + 'other_cogs = "2.70"\n')
    assert crossed(found) == [
        (70, "01", Fraction("0.35")),
        (90, "02", Fraction("0.45")),
        (100, "03", Fraction("0.50")),
    ]
    assert not found.placed[0].position.is_over  # all of it, and no more


def test_of_no_budget_the_first_cost_reaches_everything(books: CostBook) -> None:
    spend(books, "one", ("01", "0"), ("02", "0.01"))
    found = stand(books, 'amount = "0"')
    assert crossed(found) == [(each, "02", Fraction("0.01")) for each in (70, 90, 100)]
    assert found.placed[0].position.share is None
    assert found.is_over


def test_a_budget_under_water_is_over_before_anything_is_spent(books: CostBook) -> None:
    found = stand(books, PRO + 'other_cogs = "6"')
    assert (found.placed, found.is_over, found.spent) == ([], True, 0)


def test_where_none_is_expected_nothing_has_a_position(books: CostBook) -> None:
    spend(books, "one", ("01", "5"))
    found = stand(books, PRO.replace("6", "0"))
    assert found.placed[0].position.share is None
    assert not found.is_over
    assert alerts_of(found) == []


def test_people_count_where_the_full_cost_does_and_when_they_worked(books: CostBook) -> None:
    number = spend(books, "one", ("01", "0.10"))
    books.hourly("60")
    books.worked(number, 1)
    books.connection.execute("UPDATE worked_time SET at=?", (at("2026-10-02T10:30"),))
    found = stand(books, PRO + 'counts = "full"')
    assert crossed(found) == [(each, "30", Fraction("1.10")) for each in (70, 90, 100)]
    assert crossed(stand(books)) == []


def test_a_conversation_without_a_price_has_no_position(books: CostBook) -> None:
    spend(books, "dark", ("01", None))
    found = stand(books)
    assert found.placed[0].position.spent is None
    assert (found.spent, found.is_over) == (None, False)
    assert "the cost of 1 of 1 is not known" in found.notes


def test_a_conversation_without_calls_bears_its_share_when_it_opens(books: CostBook) -> None:
    books.talk("2026-10-02T10:00", "silent")
    books.item("infrastructure", "0.95")
    assert crossed(stand(books)) == [(each, "00", Fraction("0.95")) for each in (70, 90, 100)]


def test_no_conversations_are_no_error(books: CostBook) -> None:
    found = stand(books)
    assert (found.spent, found.over, found.by("source"), found.is_over) == (0, [], [], False)
    assert sum(number for _, number in found.histogram()) == 0


def test_amounts_without_a_rate_are_left_out_and_said_to_be(books: CostBook) -> None:
    spend(books, "one", ("01", "0.10"))
    books.item("infrastructure", "3", currency="EUR", name="Desk")
    found = stand(books)
    assert found.lacks_amounts
    assert "amounts in EUR (Desk) are left out: no rate to USD is known" in found.notes
    books.exchange("EUR", "1.10")
    assert crossed(stand(books))[-1] == (100, "01", Fraction("3.40"))


def test_a_budget_in_euros_knows_no_list_cost_without_a_rate(books: CostBook) -> None:
    spend(books, "one", ("01", "0.10"))
    found = stand(books, 'amount = "0.50"\ncurrency = "EUR"')
    assert found.placed[0].position.spent is None
    assert any("USD" in note for note in found.notes)


def test_an_item_that_others_bear_needs_no_rate(books: CostBook) -> None:
    mine, other = spend(books, "one", ("01", "0.10")), spend(books, "two", ("01", "0.10"))
    books.label(mine, "client", "acme")
    books.label(other, "client", "globex")
    books.item("tool", "3", currency="EUR", scope={"client": ("globex",)})
    assert not stand(books, PRO + '[scope]\nclient = "acme"').lacks_amounts


def test_a_budget_is_about_its_scope_and_its_days(books: CostBook) -> None:
    mine = spend(books, "one", ("01", "2"))
    books.label(mine, "tag", "tier=pro")
    spend(books, "two", ("01", "2"))
    scoped = stand(books, PRO + '[scope]\ntier = "pro"')
    assert [each.cost.talk.id for each in scoped.over] == [mine]
    assert stand(books, PRO + "since = 2026-10-03").placed == []
    assert stand(books, PRO + "until = 2026-10-02").placed == []
    assert len(stand(books, PRO + "since = 2026-10-02").placed) == 2


def test_a_customer_has_one_budget_for_a_period(books: CostBook) -> None:
    for number in range(7):
        talk = books.talk(f"2026-10-0{number + 1}T10:00", f"t{number}")
        books.label(talk, "tag", "user=mira")
        books.call(talk, usd("0.90"), at=at(f"2026-10-0{number + 1}T10:01"))
    books.roll_up()
    found = stand(books)
    (row,) = found.customers
    assert (row.customer, row.period.name, row.units) == ("mira", "2026-10", 7)
    assert row.position.share == Fraction("6.30") / Fraction("5.70")
    # 3.99, 5.13 and 5.70 are reached with the fifth, sixth and seventh call of 0.90.
    assert [(each.threshold, each.at) for each in row.crossings] == [
        (70, at("2026-10-05T10:01")),
        (90, at("2026-10-06T10:01")),
        (100, at("2026-10-07T10:01")),
    ]
    assert found.over == []
    assert found.is_over


def test_another_period_is_another_budget(books: CostBook) -> None:
    for month in ("10", "11"):
        talk = books.talk(f"2026-{month}-02T10:00", month)
        books.label(talk, "tag", "user=mira")
        books.call(talk, usd("4"), at=at(f"2026-{month}-02T10:01"))
    books.roll_up()
    found = stand(books, PRO, "2026-10-01", "2026-12-01", "2026-12-05")
    assert [(row.period.name, [one.threshold for one in row.crossings])
            for row in found.customers] == [("2026-11", [70]), ("2026-10", [70])]  # fmt: skip
    assert not any(row.is_partial for row in found.customers)
    part = stand(books, PRO, "2026-10-02", "2026-10-09", "2026-12-05")
    assert [row.is_partial for row in part.customers] == [True]


def test_segments_add_up_to_the_whole(books: CostBook) -> None:
    for number, amount in enumerate(("0.50", "0.95", "2")):
        talk = spend(books, f"t{number}", ("01", amount))
        if number:
            books.label(talk, "client", "acme")
    rows = {row.value: row for row in stand(books).by("client")}
    assert set(rows) == {"acme", "(none)"}
    assert (rows["acme"].units, rows["acme"].over) == (2, 1)
    assert rows["acme"].reached == {70: 2, 90: 2, 100: 2}
    assert sum(row.spent for row in rows.values()) == usd("3.45")
    assert rows["acme"].position.share == Fraction("2.95") / Fraction("1.90")


def test_alerts_are_told_once_the_newest_first(books: CostBook) -> None:
    spend(books, "one", ("01", "0.70"), ("05", "0.30"))
    spend(books, "two", ("03", "0.90"))
    books.ledger.set_budget("pro", PRO, 0)
    found = books.ledger.budget_alerts(books.ask())
    assert [(one.conversation.partition(":")[2], one.threshold) for one in found] == [
        ("one", 100), ("one", 90), ("two", 90), ("two", 70), ("one", 70),
    ]  # fmt: skip
    assert len({(one.budget_name, one.conversation_id, one.threshold) for one in found}) == 5


def test_the_calls_of_a_sub_agent_count(books: CostBook) -> None:
    spend(books, "parent", ("01", "0.60"))
    child = books.thread("child", parent_native="parent", relation="subagent")
    books.call(child, usd("0.10"), at=at("2026-10-02T10:02"))
    books._stretch(child, at("2026-10-02T10:02"), at("2026-10-02T10:02"))
    books.roll_up()
    assert crossed(stand(books)) == [(70, "02", Fraction("0.70"))]


def test_a_budget_is_kept_removed_and_brought_back(books: CostBook) -> None:
    ledger = books.ledger
    ledger.set_budget("pro", PRO, 1)
    with pytest.raises(UsageProblem, match="budget edit pro"):
        ledger.set_budget("pro", PRO, 2)
    ledger.remove_budget("pro", 3)
    assert ledger.budgets() == []
    with pytest.raises(UsageProblem, match="budget bring-back pro"):
        ledger.set_budget("pro", PRO, 4)
    assert [each.gone_at for each in ledger.budgets(with_gone=True)] == [3]
    assert ledger.bring_budget_back("pro").text == PRO
    with pytest.raises(UsageProblem, match="is there"):
        ledger.bring_budget_back("pro")
    with pytest.raises(UsageProblem, match="did you mean pro"):
        ledger.budget("prp")


def test_a_text_that_cannot_be_read_is_not_kept(books: CostBook) -> None:
    with pytest.raises(ConfigError):
        books.ledger.set_budget("pro", "price = 1.5", 1)
    assert books.ledger.budgets() == []
    for name in ("", " pro", "a\nb", "-x", "p" * 61):
        with pytest.raises(UsageProblem, match="no name for a budget"):
            books.ledger.set_budget(name, PRO, 1)


def test_a_kept_text_that_went_bad_is_named_and_stops_nothing(books: CostBook) -> None:
    books.ledger.set_budget("pro", PRO, 1)
    books.ledger.set_budget("old", PRO, 1)
    books.connection.execute("UPDATE unit_budget SET content='x = 1' WHERE name='old'")
    assert [each.name for each in books.ledger.readable_budgets()] == ["pro"]
    with pytest.raises(ConfigError, match="old"):
        books.ledger.readable_budgets(["old"])


def test_one_conversation_says_its_parts_and_places(books: CostBook) -> None:
    number = spend(books, "one", ("01", "0.60"))
    assert books.ledger.full_cost(number, at("2026-12-01"), UTC) is None
    books.item("infrastructure", "0.20")
    books.hourly("60", overhead=Decimal("0.5"))
    books.worked(number, 1)
    books.ledger.set_budget("pro", PRO, 1)
    found = books.ledger.full_cost(number, at("2026-12-01"), UTC)
    assert found is not None
    assert found.parts == [("list", usd("0.60")), ("infrastructure", usd("0.20")),
                           ("people", usd("1.50"))]  # fmt: skip
    assert found.full == usd("2.30")
    assert not found.is_estimate
    (place,) = found.places
    assert place.position.share == Fraction("0.80") / Fraction("0.95")
    assert place.reached == (70,)


def test_a_hand_off_whose_minutes_nobody_knows_is_no_zero(books: CostBook) -> None:
    number = spend(books, "one", ("01", "0.60"))
    books.outcome(number, "bot_then_human")
    books.hourly("60")
    found = books.ledger.full_cost(number, at("2026-12-01"), UTC)
    assert found is not None
    assert found.parts[-1] == ("people", None)
    assert found.lacks
