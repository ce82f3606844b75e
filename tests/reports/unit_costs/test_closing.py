"""Months that are closed stay as they are; what changes in them counts in the open one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.economics.conversation_costs import ADJUSTMENTS
from convledger.economics.waterfall import waterfall
from convledger.errors import UsageProblem
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.full_costs import cost_conversations
from convledger.store import costs as kept
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook, day, usd

OCTOBER = "2026-10-01", "2026-11-01"
NOVEMBER = "2026-11-01", "2026-12-01"
DECEMBER = "2026-12-01", "2027-01-01"
ALL = "2026-01-01", "2027-01-01"


def close(books: CostBook, month: str = "2026-10-01", now: str = "2026-12-01") -> None:
    books.ledger.close_costs(day(month), now=at(now), zone=UTC)


def full(found: Costs) -> int:
    amount = waterfall(found.costs, found.unallocated, adjusted=found.adjusted).full.amount
    assert amount is not None
    return amount


def everything(found: Costs) -> object:
    """Return all figures of a month that anybody could look at."""
    return (
        [(cost.talk.id, cost.parts, cost.revenue, cost.unknown) for cost in found.costs],
        [(cost.talk.id, cost.parts) for cost in found.adjusted],
        found.unallocated,
        found.unallocated_revenue,
        found.unknown,
        [(left.name, left.amount, left.why) for left in found.left],
    )


@pytest.fixture
def shop(books: CostBook) -> CostBook:
    """Two conversations of October that share 30 dollars."""
    books.spend("2026-10-02", "1.00", "one")
    books.spend("2026-10-03", "2.00", "two")
    books.item("infrastructure", "30", until=None, every="month")
    return books


def test_closing_changes_no_figure(shop: CostBook) -> None:
    before = everything(shop.costs())
    close(shop)
    assert everything(shop.costs()) == before
    assert shop.costs().is_closed
    assert shop.costs(*NOVEMBER).adjustments == []


def test_a_late_conversation_leaves_its_closed_month_as_it_was(shop: CostBook) -> None:
    close(shop)
    before = everything(shop.costs())
    shop.spend("2026-10-04", "5.00", "late")
    found = shop.costs()
    assert everything(found) == before
    assert found.late == 1


def test_what_a_late_conversation_changes_counts_where_the_open_month_begins(
    shop: CostBook,
) -> None:
    close(shop)
    shop.spend("2026-10-04", "5.00", "late")
    found = shop.costs(*NOVEMBER)
    changed = {cost.talk.id: cost.parts for cost in found.adjusted}
    assert changed == {
        shop.thread("one"): {ADJUSTMENTS: usd("-5")},
        shop.thread("two"): {ADJUSTMENTS: usd("-5")},
        shop.thread("late"): {ADJUSTMENTS: usd("15")},
    }
    sums: dict[str, int] = {}
    for each in found.adjustments:
        assert each.line.month == date(2026, 10, 1)
        sums[each.line.part] = sums.get(each.line.part, 0) + each.amount
    assert sums == {"infrastructure": 0, "list": usd("5")}
    assert found.costs == []
    assert full(found) == usd("5") + usd("30")  # what nobody of November bears is in it too


def test_asked_about_the_closed_and_the_open_month_nothing_is_made_up_for(shop: CostBook) -> None:
    close(shop)
    shop.spend("2026-10-04", "5.00", "late")
    found = shop.costs(*ALL)
    assert len(found.costs) == 3
    assert (found.adjustments, found.adjusted) == ([], [])
    months = (OCTOBER, NOVEMBER, DECEMBER)
    assert full(found) == sum(full(shop.costs(*month)) for month in months)


def test_only_the_first_open_month_makes_up_for_it(shop: CostBook) -> None:
    close(shop)
    shop.spend("2026-10-04", "5.00", "late")
    for span in (("2026-11-01", "2026-11-02"), NOVEMBER, ("2026-10-20", "2026-11-10")):
        assert len(shop.costs(*span).adjustments) == 4, span
    for span in (OCTOBER, ("2026-11-02", "2026-12-01"), DECEMBER):
        assert shop.costs(*span).adjustments == [], span


def test_another_amount_is_adjusted_by_the_difference(shop: CostBook) -> None:
    close(shop)
    shop.ledger.edit_cost(1, now=at("2026-12-01"), amount=usd("40"))
    assert full(shop.costs()) == usd("33")
    found = shop.costs(*NOVEMBER)
    assert sum(each.amount for each in found.adjustments) == usd("10")
    assert full(found) == usd("10") + usd("40")


def test_a_cost_that_was_taken_away_stays_in_its_closed_month(shop: CostBook) -> None:
    close(shop)
    shop.ledger.remove_costs([1], now=at("2026-12-01"))
    assert full(shop.costs()) == usd("33")
    assert full(shop.costs(*NOVEMBER)) == usd("-30")


def test_a_late_cost_of_a_closed_month_is_in_the_open_one(shop: CostBook) -> None:
    close(shop)
    shop.item("tool", "7", name="Web search")
    assert "tools" not in shop.cost(shop.thread("one")).parts
    found = shop.costs(*NOVEMBER)
    assert [(each.line.name, each.amount) for each in found.adjustments] == [
        ("Web search", usd("3.50")),
        ("Web search", usd("3.50")),
    ]


def test_peoples_time_and_rates_of_a_closed_month_are_adjusted(shop: CostBook) -> None:
    shop.hourly("60")
    shop.worked(shop.thread("one"), 10)
    close(shop)
    shop.worked(shop.thread("one"), 5)
    shop.worked(shop.thread("two"), 3)
    assert shop.cost(shop.thread("one")).parts["people"] == usd("10")
    assert "people" not in shop.cost(shop.thread("two")).parts
    changed = {cost.talk.id: cost.full for cost in shop.costs(*NOVEMBER).adjusted}
    assert changed == {shop.thread("one"): usd("5"), shop.thread("two"): usd("3")}
    shop.hourly("120")
    assert shop.cost(shop.thread("one")).parts["people"] == usd("10")
    changed = {cost.talk.id: cost.full for cost in shop.costs(*NOVEMBER).adjusted}
    assert changed == {shop.thread("one"): usd("20"), shop.thread("two"): usd("6")}


def test_what_nobody_bore_is_adjusted_when_somebody_does(books: CostBook) -> None:
    books.item("infrastructure", "30")
    close(books)
    books.talk("2026-10-04", "late")
    assert books.costs().unallocated == {"infrastructure": usd("30")}
    found = books.costs(*NOVEMBER)
    assert found.unallocated == {ADJUSTMENTS: usd("-30")}
    assert [cost.full for cost in found.adjusted] == [usd("30")]
    assert full(found) == 0


def test_a_filter_has_the_adjustments_of_its_own(shop: CostBook) -> None:
    for name, client in (("one", "acme"), ("two", "globex")):
        shop.label(shop.thread(name), "client", client)
    close(shop)
    shop.label(shop.talk("2026-10-04", "late"), "client", "acme")
    own = shop.costs(*NOVEMBER, scope={"client": ("acme",)})
    assert {cost.talk.id: cost.full for cost in own.adjusted} == {
        shop.thread("one"): usd("-5"),
        shop.thread("late"): usd("10"),
    }


def test_revenue_of_a_closed_month_is_adjusted_as_revenue(shop: CostBook) -> None:
    shop.item("revenue", "100")
    close(shop)
    shop.item("revenue", "10", name="late fee")
    assert sum(cost.revenue or 0 for cost in shop.costs().costs) == usd("100")
    found = shop.costs(*NOVEMBER)
    assert [cost.revenue for cost in found.adjusted] == [usd("5"), usd("5")]
    assert ADJUSTMENTS not in {part for cost in found.adjusted for part in cost.parts}


def test_closing_the_next_month_keeps_what_was_adjusted_in_it(shop: CostBook) -> None:
    close(shop)
    shop.spend("2026-10-04", "5.00", "late")
    before = everything(shop.costs(*NOVEMBER))
    close(shop, "2026-11-01", now="2026-12-05")
    assert everything(shop.costs(*NOVEMBER)) == before
    shop.spend("2026-10-05", "8.00", "later still")
    assert everything(shop.costs(*NOVEMBER)) == before
    found = shop.costs(*DECEMBER, now="2026-12-05")
    assert {cost.talk.id: cost.full for cost in found.adjusted} == {
        shop.thread("one"): usd("-2.5"),
        shop.thread("two"): usd("-2.5"),
        shop.thread("late"): usd("-2.5"),
        shop.thread("later still"): usd("8") + usd("7.5"),
    }


def test_a_bill_of_a_plan_is_divided_as_it_was(shop: CostBook) -> None:
    from tests.reports.shop import PER_UNIT

    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-10-02T10:00", "one")
    shop.talk("2026-10-03T10:00", "two")
    close(shop)
    before = everything(shop.costs())
    shop.talk("2026-10-04T10:00", "late")
    shop.ledger.plan_book.forget()
    assert everything(shop.costs()) == before
    assert full(shop.costs(*ALL)) == full(shop.costs()) + full(shop.costs(*NOVEMBER)) + full(
        shop.costs("2026-01-01", "2026-10-01")
    ) + full(shop.costs(*DECEMBER))


def test_amounts_in_another_currency_are_turned_by_the_rates_of_the_closing(
    shop: CostBook,
) -> None:
    shop.item("subscription", "10", currency="EUR")
    shop.exchange("EUR", "1.1")
    close(shop)
    assert shop.cost(shop.thread("one")).parts["subscriptions"] == usd("5.5")
    shop.exchange("EUR", "1.3", "2026-10-20")
    assert shop.cost(shop.thread("one")).parts["subscriptions"] == usd("5.5")
    found = shop.costs(*NOVEMBER)
    assert [cost.full for cost in found.adjusted] == [usd("1"), usd("1")]


def test_closing_is_taken_back(shop: CostBook) -> None:
    close(shop)
    shop.spend("2026-10-04", "5.00", "late")
    shop.ledger.undo_costs(now=at("2026-12-02"))
    assert len(shop.costs().costs) == 3
    assert shop.costs(*NOVEMBER).adjustments == []


def test_an_opened_month_can_be_brought_back_as_it_was(shop: CostBook) -> None:
    close(shop)
    shop.spend("2026-10-04", "5.00", "late")
    shop.ledger.open_costs(day("2026-10-01"), now=at("2026-12-02"))
    assert len(shop.costs().costs) == 3
    shop.ledger.undo_costs(now=at("2026-12-03"))
    assert len(shop.costs().costs) == 2


def test_months_are_closed_and_opened_in_order(shop: CostBook) -> None:
    with pytest.raises(UsageProblem, match="December 2026 is not over"):
        close(shop, "2026-12-01", now="2026-12-31")
    with pytest.raises(UsageProblem, match="no month is closed"):
        shop.ledger.open_costs(now=at("2026-12-02"))
    close(shop)
    with pytest.raises(UsageProblem, match="October 2026 is closed already"):
        close(shop)
    with pytest.raises(UsageProblem, match="November 2026 is not closed"):
        shop.ledger.open_costs(day("2026-11-01"), now=at("2026-12-02"))
    close(shop, "2026-11-01")
    with pytest.raises(UsageProblem, match="November 2026 was closed after it: open that first"):
        shop.ledger.open_costs(day("2026-10-01"), now=at("2026-12-02"))
    assert [f"{each.month:%B}" for each in shop.ledger.closed_costs()] == ["October", "November"]


def test_changes_in_a_closed_month_are_told(shop: CostBook) -> None:
    def note(change: Callable[[], object]) -> str:
        return shop.ledger.closed_note(change())  # type: ignore[arg-type]

    ledger, now = shop.ledger, at("2026-12-01")
    told = "October 2026 is closed: the difference counts as an adjustment in November 2026."
    rate = kept.HourlyRate(day("2026-10-15"), usd("25"), "USD")
    time = kept.WorkedTime(0, shop.thread("one"), now, 600)
    assert note(lambda: ledger.edit_cost(1, now=now, amount=usd("31"))) == ""
    close(shop)
    assert note(lambda: ledger.edit_cost(2, now=now, amount=usd("32"))) == told
    assert note(lambda: ledger.set_hourly_rate(rate, now=now)) == told
    assert note(lambda: ledger.add_costs((), [time], now=now)) == told
    eur = ("EUR", "USD", day("2026-10-05"), Decimal("1.1"))
    assert note(lambda: ledger.set_exchange_rate(*eur, now=now)) == told
    late = kept.HourlyRate(day("2026-11-01"), usd("25"), "USD")
    assert note(lambda: ledger.set_hourly_rate(late, now=now)) == ""


def test_an_erased_conversation_leaves_the_shares_of_the_others(shop: CostBook) -> None:
    from convledger.store.connection import transaction
    from convledger.store.erasing import take_out
    from convledger.store.erasing_bodies import prepare
    from convledger.store.probes import Probes

    close(shop)
    prepare(shop.connection)
    with transaction(shop.connection):
        take_out(
            shop.connection, [shop.thread("one")], Probes(), at("2026-12-02"), with_figures=True
        )
    found = shop.costs()
    assert [cost.parts["infrastructure"] for cost in found.costs] == [usd("15")]
    assert found.unallocated == {"infrastructure": usd("15")}
    assert shop.ledger.check(deep=True) == []


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    talks=st.lists(st.integers(1, 60), min_size=0, max_size=5),
    late=st.lists(st.integers(1, 75), min_size=0, max_size=4),
    later=st.lists(st.integers(1, 75), min_size=0, max_size=3),
    items=st.lists(
        st.tuples(
            st.integers(1, 9999),
            st.sampled_from(["", "week", "month", "year"]),
            st.sampled_from(["equal", "cost", "messages"]),
            st.booleans(),
        ),
        max_size=3,
    ),
)
def test_what_was_closed_and_its_adjustments_are_what_would_be_divided_now(
    tmp_path_factory: pytest.TempPathFactory,
    talks: list[int],
    late: list[int],
    later: list[int],
    items: list[tuple[int, str, str, bool]],
) -> None:
    books = CostBook(Path(tmp_path_factory.mktemp("books")) / "workspace")
    now = "2026-12-20"

    def come(days: list[int], name: str) -> None:
        for number, days_in in enumerate(days):
            month, left = divmod(days_in, 30)
            books.spend(
                f"2026-{10 + month}-{left + 1:02d}T{number:02d}:00", "0.37", f"{name}{number}"
            )
            books.talk(f"2026-{10 + month}-{left + 1:02d}T{number:02d}:00", f"{name}{number}")

    def anew(span: tuple[str, str]) -> Costs:
        query = books.ask(*span, now=now)
        return cost_conversations(books.connection, books.ledger.plan_book, query, anew=True)

    def add(is_late: bool) -> None:
        for amount, every, rule, comes_late in items:
            if comes_late is is_late:
                until = None if every else "2026-11-15"
                books.item(
                    "tool", f"{amount}.01", "2026-09-20", until, every=every, rule=rule,
                    name=f"{amount} {every} {rule}",
                )  # fmt: skip

    try:
        come(talks, "first")
        add(False)
        months = [OCTOBER, NOVEMBER, DECEMBER]
        shown = [everything(anew(span)) for span in months]
        close(books, now=now)
        assert [everything(books.costs(*span, now=now)) for span in months] == shown
        come(late, "late")
        frozen = everything(books.costs(*OCTOBER, now=now))
        close(books, "2026-11-01", now=now)
        assert everything(books.costs(*OCTOBER, now=now)) == frozen
        november = everything(books.costs(*NOVEMBER, now=now))
        come(later, "later")
        add(True)
        found = [books.costs(*span, now=now) for span in (("2026-01-01", "2026-10-01"), *months)]
        whole = anew(("2026-01-01", "2027-01-01"))
        assert sum(map(full, found)) == full(whole)
        assert full(books.costs("2026-01-01", "2027-01-01", now=now)) == full(whole)
        # Conversation by conversation, too.
        sums: dict[int, int] = {}
        for costs in found:
            for cost in (*costs.costs, *costs.adjusted):
                sums[cost.talk.id] = sums.get(cost.talk.id, 0) + cost.full
        assert sums == {cost.talk.id: cost.full for cost in whole.costs}
        if not any(every for _, every, *_ in items):  # else some periods are open in part
            assert everything(found[1]) == frozen
            assert everything(found[2]) == november
    finally:
        books.ledger.close()
