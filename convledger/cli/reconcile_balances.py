"""What `reconcile` keeps of bills: balances listed, forgotten and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convledger import clock
from convledger.cli import streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.economics.reconciling import COST
from convledger.money import usd_text
from convledger.reports.reconciling.balances import TOKENS, file_of
from convledger.reports.reconciling.findings import amount_words, days_words
from convledger.reports.render.table import Column

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.balances import Balance
    from convledger.reports.reconciling.result import Reconciliation

BALANCE_ROW = (
    "number", "since", "until", "timezone", "there", "tolerance", "currency", "here", "holds",
    "file", "note", "forgotten",
)  # fmt: skip


def keep(ledger: Ledger, found: Reconciliation, note: str) -> None:
    """Keep what a file says, and tell on standard error what that means."""
    one, is_new = ledger.keep_balance(found, note.strip(), clock.now_us())
    amount = amount_words(one.amount, one.currency)
    words = "Kept" if is_new else "Kept already"
    streams.note(
        f"{words} as balance {one.id}: {days_words(one)}, {amount}. `convledger check` verifies "
        f"it; `convledger reconcile --forget {one.id}` lets it go"
    )


def list_balances(ledger: Ledger, as_json: bool, as_csv: bool) -> int:
    """Print what is kept; returns whether all of it holds."""
    every = ledger.balances(with_gone=True)
    if as_json or as_csv:
        documents = [_document(each) for each in every]
        if as_json:
            print_json({"schema": 1, "balances": documents})
        else:
            print_documents_as_csv(documents, BALANCE_ROW)
    elif not every:
        streams.say("No balance is kept. `convledger reconcile FILE --keep` keeps one.")
    else:
        print_table(
            [
                Column("no", "right"),
                Column("days"),
                Column("what"),
                Column("there", "right"),
                Column("here", "right"),
                Column("state"),
                Column("file", shrink=True, minimum=10),
                Column("note", shrink=True, minimum=6, optional=1),
            ],
            [
                [
                    str(each.assertion.id),
                    days_words(each.assertion),
                    "tokens" if each.assertion.currency == TOKENS else COST,
                    amount_words(each.assertion.amount, each.assertion.currency, bare=True),
                    amount_words(each.here, each.assertion.currency, bare=True),
                    _state(each),
                    file_of(each.assertion),
                    each.assertion.note,
                ]
                for each in every
            ],
        )
    in_force = [each for each in every if each.assertion.gone_at is None]
    return DONE if all(each.holds for each in in_force) else FAILED


def _state(each: Balance) -> str:
    if each.assertion.gone_at is not None:
        return "forgotten"
    if each.here is None:
        return "unknown"
    return "holds" if each.holds else "differs"


def _document(each: Balance) -> dict[str, Any]:
    """Return a balance as JSON: tokens as whole numbers, money as decimal dollars."""
    one = each.assertion
    return {
        "number": one.id,
        "since": one.since.isoformat(),
        "until": days_words(one)[-10:],
        "timezone": one.zone,
        "there": usd_text(one.amount),
        "tolerance": usd_text(one.tolerance),
        "currency": one.currency,
        "here": None if each.here is None else usd_text(each.here),
        "holds": each.holds,
        "file": file_of(one),
        "note": one.note,
        "forgotten": one.gone_at is not None,
    }


def forget(ledger: Ledger, number: int) -> int:
    """Forget a balance, and say how it comes back."""
    ledger.forget_balance(number, clock.now_us())
    streams.say(
        f"Balance {number} is forgotten. `convledger reconcile --bring-back {number}` undoes it"
    )
    return DONE


def bring_back(ledger: Ledger, number: int) -> int:
    """Bring a forgotten balance back."""
    ledger.forget_balance(number, None)
    streams.say(f"Balance {number} is in force again: `convledger check` verifies it")
    return DONE
