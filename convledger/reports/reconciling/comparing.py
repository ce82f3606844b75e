"""Puts a provider's table and the ledger side by side."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from convledger.economics.exchange import rate_on
from convledger.economics.reconciling import COST, Place, Side, compare, folding
from convledger.errors import UsageProblem
from convledger.money import PICO, pico_from_usd
from convledger.plans.currencies import minor_places
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.reconciling.asked import ReconcileQuery
from convledger.reports.reconciling.ledger_side import Scope, ledger_side
from convledger.reports.reconciling.names import ModelNames
from convledger.reports.reconciling.result import Reconciliation
from convledger.reports.unit_costs.converting import exchange_rates
from convledger.sources.bills.records import Bill, BillRow

NO_MODEL = "(no model)"
_MOST_DAYS = 3660


def reconcile(
    connection: sqlite3.Connection,
    names: ModelNames,
    bill: Bill,
    query: ReconcileQuery,
    *,
    file: str,
    digest: str,
) -> Reconciliation:
    """Compare a table with the ledger. Raises UsageProblem where it has none of the days asked."""
    since = query.since or min(bill.days)
    until = query.until or max(bill.days) + timedelta(days=1)
    rows = [row for row in bill.rows if since <= row.day < until]
    if until <= since or not any(since <= day < until for day in bill.days):
        raise UsageProblem(
            f"{file}: tells of {min(bill.days)} to {max(bill.days)}, nothing of the days asked for"
        )
    if (until - since).days > _MOST_DAYS:
        raise UsageProblem(
            f"{file}: {since} to {until} is more than ten years; say --since, --until"
        )
    provider = bill.sellers[0] if bill.sellers else ""
    keys = {row.model: _key(row, names, provider, bill) for row in rows}
    scope = Scope(
        tuple(sorted({*keys})) if bill.has_models else None,
        query.sources or bill.sources,
        bill.sellers,
    )
    ours = ledger_side(connection, names, scope, _days(since, until), query.zone)
    folded = folding(bill.told, input_is_all=bill.input_is_all)
    found = Reconciliation(query, file, digest, bill, since, until, scope, folded)
    here: dict[Place, Side] = {}
    for place, side in ours.sides.items():
        side.tokens, left = folded.folded(side.tokens)
        found.untold += left
        here[place] = side
    money = _Money(connection)
    there: dict[Place, Side] = {}
    for row in rows:
        there.setdefault((row.day, keys[row.model]), Side()).add(money.side(row, bill))
    found.comparisons = compare(there, here, bill.told)
    found.missing_rates = tuple(sorted(money.missing))
    found.left_out, found.doubtful = ours.left_out, ours.doubtful
    for name, key in keys.items():
        found.names_there[key] = (*found.names_there.get(key, ()), name)
    for key, models in ours.models.items():
        found.names_here[key] = tuple(dict.fromkeys(model.name for model in models))
    if bill.has_models:
        found.unmatched = [
            (name or NO_MODEL, names.is_known(name, provider))
            for name, key in keys.items()
            if key not in ours.models
        ]
    today = local_day(query.now, query.zone)
    found.partial_day = today if since <= today < until and today in bill.days else None
    return found


def _key(row: BillRow, names: ModelNames, provider: str, bill: Bill) -> str:
    if not bill.has_models:
        return ""
    return names.named(row.model, provider).plain or NO_MODEL


def _days(since: date, until: date) -> Iterator[date]:
    day = since
    while day < until:
        yield day
        day += timedelta(days=1)


class _Money:
    """Turns the table's amounts into picodollars, by the rate of their day."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._rates = exchange_rates(connection)
        self.missing: set[str] = set()

    def side(self, row: BillRow, bill: Bill) -> Side:
        """Return what a row tells; its money is unknown without an amount or without a rate."""
        side = Side(
            {kind: count for kind, count in row.tokens.items() if kind in bill.told},
            row.calls,
            row.requests,
            None,
            rows=1,
        )
        if COST not in bill.told:
            side.money = 0
            return side
        if row.amount is None:
            return side
        # Half of the last digit that the table writes, at most half a minor unit.
        places = max(bill.places, minor_places(row.currency))
        slack = max(Fraction(PICO, 10**places), Fraction(1))
        if row.currency == "USD":
            side.money = pico_from_usd(row.amount)
        else:
            rate = rate_on(self._rates, row.currency, "USD", row.day)
            if rate is None:
                self.missing.add(row.currency)
                return side
            exact = Fraction(row.amount) * Fraction(rate.rate) * PICO
            side.money = half_even(exact.numerator, exact.denominator)
            slack = max(slack * Fraction(rate.rate), Fraction(1))
        side.slack = -(-slack.numerator // slack.denominator)
        return side
