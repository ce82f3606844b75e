"""Balances in words: what was asserted, what the ledger says, and the way out where they differ."""

from __future__ import annotations

from datetime import timedelta

from convledger.money import PICO, usd_display
from convledger.reports.reconciling.balances import TOKENS, Balance, file_of
from convledger.reports.render.numbers import count
from convledger.store.assertions import Assertion
from convledger.store.checks import Finding


def amount_words(amount: int | None, currency: str, *, bare: bool = False) -> str:
    """Return picounits of dollars or tokens for people; a dash where they are unknown.

    `bare` leaves the word after tokens out.
    """
    if amount is None:
        return "–"
    if currency == TOKENS:
        return count(amount // PICO) + ("" if bare else " tokens")
    cents = usd_display(amount)
    return cents if abs(amount) >= PICO // 100 or not amount else usd_display(amount, 6)


def days_words(one: Assertion) -> str:
    """Return the days of an assertion."""
    last = one.until - timedelta(days=1)
    return str(one.since) if last == one.since else f"{one.since} to {last}"


def finding_of(each: Balance) -> Finding:
    """Return what a check says of a balance that does not hold."""
    one = each.assertion
    named = f"balance {one.id} ({file_of(one)}, {days_words(one)})"
    there = amount_words(one.amount, one.currency)
    if each.here is None:
        problem = (
            f"{named}: the provider says {there}, and the ledger does not know: {each.trouble}"
        )
    else:
        gap = each.here - one.amount
        side = "more" if gap > 0 else "less"
        here, apart = (amount_words(pico, one.currency) for pico in (each.here, abs(gap)))
        problem = f"{named}: the provider says {there}, the ledger {here}, {apart} {side} here"
    return Finding(
        "balances",
        problem,
        f"`convledger reconcile {file_of(one)} --calls` shows where; "
        f"`convledger reconcile --forget {one.id}` lets it go",
    )
