"""Balances kept of providers' bills, and forgotten, as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.errors import UsageProblem
from convledger.reports.reconciling.findings import amount_words, days_words
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.balances import Balance
    from convledger.reports.reconciling.result import Reconciliation

Clock = Callable[[], int]


def keep_balance(ledger: Ledger, found: Reconciliation, note: str, now: Clock) -> Step:
    """Keep what a table says. Raises UsageProblem where it can't be, or is kept already."""
    in_force = ledger.balances_kept()
    one, _ = ledger.keep_balance(found, note, now())
    if one.id in in_force:
        raise UsageProblem(f"it is kept already, as balance {one.id}")
    words = f"Balance {one.id} kept: {days_words(one)}, {amount_words(one.amount, one.currency)}"
    return Step(words, lambda ledger: ledger.forget_balance(one.id, now()))


def turn_balance(ledger: Ledger, balance: Balance, now: Clock) -> Step:
    """Forget a balance, or bring back one that was forgotten. Raises UsageProblem."""
    number = balance.assertion.id
    if balance.assertion.gone_at is None:
        ledger.forget_balance(number, now())
        return Step(
            f"Balance {number} forgotten", lambda ledger: ledger.forget_balance(number, None)
        )
    ledger.forget_balance(number, None)
    return Step(
        f"Balance {number} brought back", lambda ledger: ledger.forget_balance(number, now())
    )
