"""What the plans that paid for conversations were worth."""

from __future__ import annotations

from fractions import Fraction

from tests.reports.shop import WINDOW
from tests.reports.unit_costs.costbook import CostBook, usd

FEE = '\n[[fee]]\nid = "base"\namount = "10"\n'
CHARGE = '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'


def test_a_plan_is_worth_its_list_costs_for_what_it_billed(books: CostBook) -> None:
    books.plan(WINDOW, FEE, CHARGE)
    books.use()
    for number in (1, 2):
        books.talk(f"2026-10-0{number}T10:00", f"t{number}")
        books.spend(f"2026-10-0{number}T10:00", "11.00", f"t{number}")
    (found,) = books.ledger.economics(books.ask()).plans
    assert (found.name, found.at_list, found.borne) == ("short", usd("22"), usd("11"))
    assert found.leverage == Fraction(2)
    assert found.unit_price == Fraction(usd("5.50"))
    assert found.unit_price_without_fees == Fraction(usd("0.50"))


def test_where_no_plan_is_in_use_there_is_none(books: CostBook) -> None:
    books.talk("2026-10-01T10:00", "t")
    assert books.ledger.economics(books.ask()).plans == ()
