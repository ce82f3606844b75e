"""A subscription's statements by period: frozen, so far, foreseen, and worked out anew."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from convledger.plans.certainty import NO_DOUBTS, SURE, Doubt, StatementDoubts
from convledger.plans.doubts import Doubts
from convledger.plans.statement import Statement
from convledger.reports.plan_book import PlanBook, scope_of, token_words
from convledger.reports.plan_records import kept_statements
from convledger.reports.projecting import projected_doubt, projected_total
from convledger.store.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One period: `statement` is settled or live as its state says, `restated` all known today.

    `projected` is what the period will come to (picounits), for the one that is still open;
    `digest` and `is_intact` are those of a frozen statement, `closed_at` when it was frozen.
    """

    statement: Statement
    restated: Statement | None = None
    projected: int | None = None
    digest: str = ""
    is_intact: bool = True
    closed_at: int | None = None
    due_doubt: Doubt = SURE
    restated_doubt: Doubt = SURE
    projected_doubt: Doubt = SURE
    doubts: StatementDoubts = NO_DOUBTS  # of the statement's lines and sums
    restated_doubts: StatementDoubts = NO_DOUBTS
    doubt: str = ""  # how many of its calls are estimates, or have unknown tokens, in words


def period_views(
    book: PlanBook, connection: sqlite3.Connection, subscription: Subscription, now: int
) -> list[PeriodView]:
    """Return all periods of a subscription, the earliest first."""
    bill = book.bill(subscription, now)
    anew = book.bill(subscription, now, restate=True) if bill.frozen else None
    restated = {each.since: each for each in anew.statements} if anew is not None else {}
    kept = {each.since: each for each in kept_statements(connection, subscription.id)}
    scope, found, doubts = scope_of(subscription), [], Doubts(bill)
    doubts_anew = doubts if anew is None else Doubts(anew)
    for statement in bill.statements:
        frozen = kept.get(statement.since)
        is_open = statement is bill.current
        projected = projected_total(bill) if is_open else None
        other = restated.get(statement.since)
        found.append(
            PeriodView(
                statement=statement,
                restated=restated.get(statement.since) if frozen is not None else None,
                projected=projected,
                digest=frozen.digest if frozen is not None else "",
                is_intact=frozen is None or frozen.is_intact,
                closed_at=frozen.closed_at if frozen is not None else None,
                due_doubt=doubts.due(statement),
                restated_doubt=doubts_anew.due(restated.get(statement.since)),
                doubts=doubts.of_statement(statement),
                restated_doubts=(NO_DOUBTS if other is None else doubts_anew.of_statement(other)),
                projected_doubt=projected_doubt(bill, doubts, projected) if is_open else SURE,
                doubt=token_words(connection, bill, scope, statement.since, statement.until),
            )
        )
    return found
