"""The figures of a report, worked out by hand, and every part of it adding up to the same."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from convledger.economics.waterfall import BILLED_SUM, FULL_SUM
from convledger.reports.client_report.sections import page_of
from tests.reports.client_report.conftest import Office
from tests.reports.client_report.forms import as_html, as_markdown, as_rows
from tests.reports.shop import PER_UNIT
from tests.reports.unit_costs.costbook import usd


def test_figures_are_those_worked_out_by_hand(october: Office) -> None:
    report = october.report()
    total = report.total
    assert (total.units, total.calls, total.minutes) == (2, 3, Fraction(15))
    assert total.at_list == total.billed == usd("4.50")
    assert total.people == usd("5")
    assert total.full == usd("29.50")
    assert total.per_unit == usd("14.75")
    assert report.total_before.full == usd("2")


def test_sections_add_up_to_the_whole(october: Office) -> None:
    report = october.report(by=("client", "model"))
    total = report.total
    for tallies in (
        [tally for _, tally in report.days],
        *([group.tally for group in groups] for groups in report.groups.values()),
    ):
        assert sum(tally.full or 0 for tally in tallies) == total.full
        assert sum(tally.at_list or 0 for tally in tallies) == total.at_list
        assert sum(tally.units for tally in tallies) == total.units
        assert sum(tally.tokens for tally in tallies) == total.tokens
    assert set(report.groups) == {("client", "model"), ("project",), ("kind",)}
    by_model = [sum(tally.by_model.values()) for _, tally in report.days]
    assert sum(by_model) == sum(model.at_list or 0 for model in report.found.models)
    assert sum(by_model) == total.at_list
    assert report.found.waterfall.full.amount == total.full
    assert report.found.waterfall.step(BILLED_SUM).amount == total.billed
    assert report.found.waterfall.step(FULL_SUM).per_unit == total.per_unit


def test_list_and_billed_stand_beside_each_other(october: Office) -> None:
    october.plan(PER_UNIT)
    october.use()
    report = october.report()
    assert (report.total.at_list, report.total.billed) == (usd("4.50"), usd("1.00"))
    assert report.total.full == usd("26")
    assert "| Plan instead of list | -$3.50 | -$1.75 | -13.5 % |" in as_markdown(report)


def test_the_table_of_days_has_every_day(october: Office) -> None:
    lines = as_markdown(october.report()).splitlines()
    assert "| Fri 2 Oct | 1 | $3.00 | $3.00 | $13.00 |" in lines
    assert "| Tue 20 Oct | 1 | $1.50 | $1.50 | $16.50 |" in lines
    assert "| **Total** | **2** | **$4.50** | **$4.50** | **$29.50** |" in lines
    assert sum(line.startswith("| ") and " Oct | " in line for line in lines[:80]) == 31


def test_models_count_what_was_spent_on_each(october: Office) -> None:
    lines = as_markdown(october.report()).splitlines()
    assert "| opus | 2 | 2 | 1.40k | $3.50 | 77.8 % |" in lines
    assert "| haiku | 1 | 1 | 101 | $1.00 | 22.2 % |" in lines


def test_the_month_before_stands_beside_with_the_change(october: Office) -> None:
    lines = as_markdown(october.report()).splitlines()
    assert "| Measure | September 2026 | October 2026 | Difference | Change |" in lines
    assert "| Full cost | $2.00 | $29.50 | +$27.50 | +1,375.0 % |" in lines
    assert "| Conversations | 1 | 2 | +1 | +100.0 % |" in lines


def test_nothing_before_has_no_change_in_percent(october: Office) -> None:
    report = october.report("2026-09-01", "2026-10-01")
    text = as_markdown(report)
    assert "| Full cost | $0.00 | $2.00 | +$2.00 | – |" in text
    assert "No conversation began in August 2026: there is nothing to measure a change by." in text


def test_people_have_a_section_where_they_took_part(october: Office) -> None:
    text = as_markdown(october.report())
    assert "| Handed over to people | 1 | 50.0 % | $16.50 | $16.50 |" in text
    assert "| People's recorded minutes | 15 |" in text
    assert "## Who served them" not in as_markdown(october.report("2026-09-01", "2026-10-01"))


def test_people_are_unknown_for_want_of_what_is_wanting(october: Office) -> None:
    text = as_markdown(october.report(currency="PLN"))
    assert "People: unknown, of a currency in it no rate to PLN is recorded." in text
    assert "is not recorded" not in text.replace("no rate to PLN is recorded", "")


def test_csv_has_exact_amounts_that_add_up(october: Office) -> None:
    october.item("subscription", "0.000000000001")
    report = october.report()
    (total,) = as_rows(report, "total")
    assert (total["conversations"], total["list_cost"]) == ("2", "4.5")
    for section in ("day", "project", "kind"):
        rows = as_rows(report, section)
        assert sum(Decimal(row["full_cost"]) for row in rows) == Decimal(total["full_cost"])
    parts = [row for row in as_rows(report, "part") if row["detail"] != "sum"]
    assert sum(Decimal(row["value"]) for row in parts) == Decimal(total["full_cost"])
    stacked = as_rows(report, "day and model")
    assert sum(Decimal(row["list_cost"]) for row in stacked) == Decimal("4.5")


def test_a_month_without_conversations_says_so(october: Office) -> None:
    report = october.report("2026-11-01", "2026-12-01")
    text = as_markdown(report)
    assert "No conversation began in November 2026." in text
    assert "| Full cost | $0.00 | -100.0 % on October 2026 |" in text
    assert "| Per conversation | – |  |" in text
    assert as_rows(report, "total")[0]["cost_per_conversation"] == ""
    assert "<svg" in as_html(report)


def test_a_month_that_is_not_over_says_until_when(october: Office) -> None:
    report = october.report(now="2026-10-10T12:00")
    text = as_markdown(report)
    assert "October 2026 is not over: this is what is known up to 2026-10-10 12:00 UTC." in text
    assert "October 2026 is not over; September 2026 is there whole." in text
    # A conversation of the 20th is there already: some clock runs ahead.
    assert [row["key"] for row in as_rows(report, "day")][-1] == "2026-10-20"
    assert [day.day for day, _ in october.report(client="globex", now="2026-10-10").days] == [
        *range(1, 11)
    ]
    assert as_rows(report, "note")[0]["key"] == "important"


def test_a_month_to_come_has_not_begun(office: Office) -> None:
    text = as_markdown(office.report("2027-01-01", "2027-02-01", client=None))
    assert "January 2027 has not begun: there is nothing to report yet." in text


def test_without_any_price_costs_are_unknown_not_zero(office: Office) -> None:
    office.own("2026-10-02T10:00", name="dark")
    office.spend("2026-10-02T10:01", None, "dark", model="mystery")
    report = office.report()
    assert (report.total.full, report.total.at_list) == (None, None)
    text = as_markdown(report)
    assert "No call has a price: costs are unknown, not zero." in text
    assert "| Full cost | – |  |" in text
    assert "$0.00 |" not in text.partition("## Day by day")[0]
    assert as_rows(report, "total")[0]["full_cost"] == ""


def test_some_calls_without_a_price_are_named(october: Office) -> None:
    october.own("2026-10-03T10:00", name="dark")
    october.spend("2026-10-03T10:01", None, "dark", model="mystery")
    text = as_markdown(october.report())
    assert "1 of 4 calls has no price and is in no amount: mystery." in text
    assert "1 conversation without any known cost is counted, but in no amount" in text


def test_another_currency_without_a_rate_is_unknown(october: Office) -> None:
    report = october.report(currency="EUR")
    text = as_markdown(report)
    assert report.total.full is None
    assert "Tokens at list price: unknown, of a currency in it no rate to EUR is recorded." in text
    assert "| Full cost | – |  |" in text


def test_an_item_without_a_rate_leaves_the_full_cost_open(october: Office) -> None:
    october.item("subscription", "10", currency="EUR", name="Secret Desk")
    report = october.report()
    assert (report.total.full, report.total.billed) == (None, usd("4.50"))
    text = as_markdown(report)
    assert "| Subscriptions | – | – | – |" in text
    assert "| **Full cost** | **–** | **–** | **–** |" in text
    assert "Secret Desk" not in text


def test_a_rate_that_was_used_is_told(october: Office) -> None:
    october.item("subscription", "10", currency="EUR")
    october.item("tool", "10", currency="CHF", scope={"client": ("globex",)})
    october.exchange("EUR", "1.10")
    october.exchange("CHF", "1.20")
    text = as_markdown(october.report())
    assert "1 EUR counts as 1.10 USD, the rate of 2026-01-01." in text
    assert "CHF" not in text


def test_estimates_carry_their_mark(office: Office) -> None:
    office.own("2026-10-02T10:00", name="one")
    office.spend("2026-10-02T10:01", "2.00", "one", state=3)
    text = as_markdown(office.report())
    assert "| Full cost | ~$2.00 |" in text
    assert as_rows(office.report(), "total")[0]["estimated"] == "yes"


def test_usual_minutes_make_no_estimate_of_what_the_calls_came_to(october: Office) -> None:
    """One is 15 minutes that nobody entered: 5.00 of people's 10.00."""
    october.outcome(1, "bot_then_human")
    october.ledger.set_usual_minutes(Fraction(15), now=0)
    text = as_markdown(october.report())
    assert "| Full cost | ~$34.50 |" in text
    assert "| At list prices | $4.50 |" in text
    assert "| Tokens at list price | $4.50 | $2.25 |" in text
    assert "| People | ~$10.00 | ~$5.00 |" in text
    assert "| Fri 2 Oct | 1 | $3.00 | $3.00 | ~$18.00 |" in text


def test_what_no_conversation_bears_is_told_where_all_are_reported(office: Office) -> None:
    office.item("subscription", "31")
    office.own("2026-11-02T10:00", name="late")
    report = office.report(client=None)
    assert report.total.full == usd("31")
    assert report.left is not None
    text = as_markdown(report)
    assert "$31.00 of it is borne by no conversation: none began in its time." in text
    assert "| Borne by no conversation | 0 | $0.00 | $0.00 | $31.00 |" in text
    assert office.report().left is None, "a client bears nothing of it"


def test_a_refund_makes_a_cost_less_than_nothing(office: Office) -> None:
    office.own("2026-10-02T10:00")
    office.item("infrastructure", "-4")
    report = office.report()
    assert "| **Full cost** | **-$4.00** | **-$4.00** | **–** |" in as_markdown(report)
    assert "<svg" in as_html(report)


def test_days_and_hours_are_those_of_the_zone(october: Office) -> None:
    report = october.report()
    assert page_of(report).facts[1] == ("Period", "1 Oct 2026 to 31 Oct 2026, days of UTC")


@pytest.mark.parametrize("form", [as_markdown, as_html])
def test_the_same_books_at_the_same_instant_give_the_same_report(
    october: Office, form: object
) -> None:
    assert callable(form)
    assert form(october.report()) == form(october.report())


def test_prices_and_version_are_told(october: Office) -> None:
    text = as_markdown(october.report())
    book = october.ledger.rates.book
    assert f"Price book: {book.source} of {book.retrieved}." in text
    assert text.endswith("*Made on 2026-12-01 00:00 UTC by convledger 1.2.3.*\n")
