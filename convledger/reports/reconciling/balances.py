"""Balances that a provider's table has asserted: kept once, verified from then on."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from convledger.economics.reconciling import COST, KINDS, LEDGER_KINDS
from convledger.errors import UsageProblem
from convledger.money import PICO
from convledger.reports.reconciling.ledger_side import Scope, ledger_side
from convledger.reports.reconciling.names import ModelNames
from convledger.reports.reconciling.result import Reconciliation
from convledger.store.assertions import Assertion
from convledger.store.costs import scope_text
from convledger.zones import zone_of

TOKENS, DOLLARS = "tokens", "USD"
_DIGEST = " sha256:"


@dataclass(frozen=True, slots=True)
class Balance:
    """An assertion and what the ledger says: picounits, None where it is unknown."""

    assertion: Assertion
    here: int | None
    trouble: str = ""

    @property
    def holds(self) -> bool:
        """Whether the ledger agrees, within what rounding can make of it."""
        one = self.assertion
        return self.here is not None and abs(self.here - one.amount) <= one.tolerance


def assertion_of(found: Reconciliation, note: str, now: int) -> Assertion:
    """Return what a comparison's table asserts: its money, or its tokens where it tells none.

    Raises UsageProblem where it tells neither, or not all of it.
    """
    cells = {cell.kind: cell for cell in found.totals}
    kinds = [kind for kind in KINDS if kind in cells]
    scope: dict[str, tuple[str, ...]] = {}
    if found.scope.models is not None:
        scope["model"] = found.scope.models
    scope |= {"source": found.scope.sources, "seller": found.scope.sellers}
    if COST in cells:
        there, slack = cells[COST].there, cells[COST].slack
        if there is None:
            why = (
                f"no rate for {', '.join(found.missing_rates)}"
                if found.missing_rates
                else ("some rows tell no amount")
            )
            raise UsageProblem(f"{found.file}: its money is not known in dollars: {why}")
        amount, currency, tolerance = there, DOLLARS, (slack + 1) // 2
    elif kinds:
        scope["kind"] = tuple(kind for kind in LEDGER_KINDS if kind in found.folding.into)
        amount = sum(cells[kind].there or 0 for kind in kinds) * PICO
        currency, tolerance = TOKENS, 0
    else:
        raise UsageProblem(f"{found.file}: tells neither money nor tokens that could be kept")
    return Assertion(
        since=found.since,
        until=found.until,
        scope={name: values for name, values in scope.items() if values},
        amount=amount,
        currency=currency,
        tolerance=tolerance,
        zone=found.query.zone_name,
        origin=f"{found.file}{_DIGEST}{found.digest}",
        note=note,
        made_at=now,
    )


def file_of(assertion: Assertion) -> str:
    """Return the name of the file that an assertion came from."""
    return assertion.origin.partition(_DIGEST)[0]


def digest_of(assertion: Assertion) -> str:
    """Return the digest of the file that an assertion came from."""
    return assertion.origin.partition(_DIGEST)[2]


def is_same(one: Assertion, other: Assertion) -> bool:
    """Tell whether two assertions say the same of the same file, whatever it is called."""
    return (
        digest_of(one) == digest_of(other)
        and (one.since, one.until, one.zone, one.amount, one.currency)
        == (other.since, other.until, other.zone, other.amount, other.currency)
        and scope_text(one.scope) == scope_text(other.scope)
    )


def balance(connection: sqlite3.Connection, names: ModelNames, assertion: Assertion) -> Balance:
    """Return an assertion beside what the ledger says now."""
    try:
        zone, _ = zone_of(assertion.zone)
    except UsageProblem as error:
        return Balance(assertion, None, str(error))
    models = assertion.scope.get("model")
    scope = Scope(models, assertion.scope.get("source", ()), assertion.scope.get("seller", ()))
    days = [
        assertion.since + timedelta(days=number)
        for number in range((assertion.until - assertion.since).days)
    ]
    sides = ledger_side(connection, names, scope, days, zone).sides.values()
    if assertion.currency == TOKENS:
        kinds = assertion.scope.get("kind", LEDGER_KINDS)
        return Balance(
            assertion, PICO * sum(side.tokens.get(kind, 0) for side in sides for kind in kinds)
        )
    amounts = [side.money for side in sides]
    unknown = sum(amount is None for amount in amounts)
    if unknown:
        return Balance(assertion, None, "calls of those days have no price")
    return Balance(assertion, sum(amount or 0 for amount in amounts))
