"""What a bill said that some days come to is kept, and checked from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from convledger.economics.reconciling import (
    CALLS,
    TOKENS,
)
from convledger.errors import UsageProblem
from convledger.money import PICO
from convledger.reports.reconciling.balances import assertion_of, balance, is_same
from convledger.reports.reconciling.findings import finding_of
from convledger.reports.reconciling.result import Reconciliation
from convledger.store.assertions import add_assertion, assertions
from tests.reports.bill_parts import (
    CENT,
    NAMES,
    SHOWN,
    Bench,
    at,
    bill,
    day,
    row,
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def kept(bench: Bench, found: Reconciliation, note: str = "") -> int:
    return add_assertion(bench.books.connection, assertion_of(found, note, 1))


def test_money_is_what_a_balance_asserts_where_there_is_some(bench: Bench) -> None:
    bench.call(at(20), pico=CENT, input=1)
    found = bench.beside(bill(row(input=1, amount="0.01"), row(18, input=0, amount="0.00")))
    number = kept(bench, found, "november")
    (one,) = assertions(bench.books.connection)

    assert (one.id, one.since, one.until, one.note) == (number, day(18), day(21), "november")
    assert (one.amount, one.currency, one.tolerance) == (CENT, "USD", CENT + 3)
    assert one.scope == {"model": (SHOWN,), "seller": ("anthropic",)}
    assert one.origin == f"bill.csv sha256:{'d' * 64}"
    assert is_same(one, assertion_of(found, "other words", 2))
    assert not is_same(one, replace(one, until=day(22)))


def test_a_balance_holds_until_the_ledger_says_something_else(bench: Bench) -> None:
    bench.call(at(20), pico=CENT, input=1)
    kept(bench, bench.beside(bill(row(input=1, amount="0.01"))))
    (one,) = assertions(bench.books.connection)
    assert balance(bench.books.connection, NAMES, one).holds

    bench.call(at(20), "claude-haiku-4-5", pico=50 * CENT)  # another model
    bench.call(at(21), pico=50 * CENT)  # another day
    assert balance(bench.books.connection, NAMES, one).holds

    bench.call(at(20), pico=5 * CENT)
    found = balance(bench.books.connection, NAMES, one)
    assert (found.holds, found.here) == (False, 6 * CENT)
    finding = finding_of(found)
    assert finding.check == "balances"
    assert finding.problem == (
        "balance 1 (bill.csv, 2026-11-20): the provider says $0.01, the ledger $0.06, $0.05 more "
        "here"
    )
    assert "convledger reconcile --forget 1" in finding.way_out


def test_a_balance_of_tokens_counts_the_kinds_that_were_told(bench: Bench) -> None:
    bench.call(at(20), input=1, cache_read=100, output=5)
    kept(bench, bench.beside(bill(row(input=1, output=5), input_is_all=False)))
    (one,) = assertions(bench.books.connection)

    assert (one.amount, one.currency, one.tolerance) == (6 * PICO, TOKENS, 0)
    assert balance(bench.books.connection, NAMES, one).holds
    bench.call(at(20), cache_read=7)
    assert balance(bench.books.connection, NAMES, one).holds
    bench.call(at(20), output=7)
    assert "the provider says 6 tokens, the ledger 13 tokens, 7 tokens more here" in (
        finding_of(balance(bench.books.connection, NAMES, one)).problem
    )


def test_a_balance_that_cannot_be_known_is_a_finding_too(bench: Bench) -> None:
    bench.call(at(20), pico=CENT, input=1)
    kept(bench, bench.beside(bill(row(input=1, amount="0.01"))))
    bench.call(at(20), pico=None, input=0)
    (one,) = assertions(bench.books.connection)
    found = balance(bench.books.connection, NAMES, one)

    assert not found.holds
    assert "the ledger does not know: calls of those days have no price" in (
        finding_of(found).problem
    )
    nowhere = balance(bench.books.connection, NAMES, replace(one, zone="Mars/Olympus"))
    assert "no such time zone" in nowhere.trouble


def test_money_without_a_rate_is_not_kept(bench: Bench) -> None:
    found = bench.beside(bill(row(input=1, amount="0.01", currency="EUR")))

    with pytest.raises(UsageProblem, match="not known in dollars: no rate for EUR"):
        assertion_of(found, "", 1)


def test_a_table_of_calls_alone_has_nothing_to_keep(bench: Bench) -> None:
    found = bench.beside(bill(row(calls=3), told={CALLS}))

    with pytest.raises(UsageProblem, match="neither money nor tokens"):
        assertion_of(found, "", 1)


def test_ten_years_at_once_are_refused(bench: Bench) -> None:
    table = bill(row(input=1))
    table.days.add(day(20) - timedelta(days=9000))

    with pytest.raises(UsageProblem, match="more than ten years; say --since"):
        bench.beside(table)
