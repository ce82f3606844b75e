"""Rules with how they stand, and the events of budgets that no row of the ledger tells."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol

from convledger.clock import DAY
from convledger.store.firings import held_rule
from convledger.workflow.ledger_events import percent_of
from convledger.workflow.rule_terms import BUDGET, Fact, LedgerEvent
from convledger.workflow.rule_words import BROKEN, CONFIRMED, INERT, RuleLine

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.reports.unit_costs.budget_standing import BudgetAlert
    from convledger.workflow.approvals import Approvals
    from convledger.workflow.rule_files import RuleFile

_OPENED_BEFORE = 32 * DAY  # conversations that are older than that are not looked at again


class HasBudgets(Protocol):
    """Something that knows the budgets of conversations."""

    def budget_alerts(self, query: CostQuery, names: Iterable[str] = ()) -> list[BudgetAlert]: ...

    def readable_budgets(self) -> list[BudgetTerms]: ...


def rule_lines(
    connection: sqlite3.Connection, files: Iterable[RuleFile], approvals: Approvals | None
) -> list[RuleLine]:
    """Return rules with how they stand and what they have done so far."""
    counts = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT rule, sum(status='done'), sum(status='failed'), "
            "sum(status IN ('waiting', 'started')), max(finished_at) FROM firing GROUP BY 1"
        )
    }
    found = []
    for each in files:
        state, since = BROKEN, None
        if each.rule is not None:
            state = CONFIRMED if approvals is not None and approvals.has(each.digest) else INERT
            held = held_rule(connection, each.name)
            if state == CONFIRMED and held is not None and held.digest == each.digest:
                since = held.since
        done, failed, waiting, last = counts.get(each.name, (0, 0, 0, None))
        found.append(RuleLine(each, state, since, done, failed, waiting, last))
    return found


def budget_events(ledger: HasBudgets, since: int, now: int, zone: tzinfo) -> list[LedgerEvent]:
    """Return what conversations and customers crossed of their budgets since an instant."""
    from convledger.reports.unit_costs.asked import CostQuery

    if not ledger.readable_budgets():
        return []
    found = []
    asked = CostQuery(max(0, since - _OPENED_BEFORE), now + 1, now, zone)
    for each in sorted(ledger.budget_alerts(asked), key=lambda each: (each.at, each.threshold)):
        if each.at <= since:
            continue
        what = each.customer or each.conversation
        facts: dict[str, Fact] = {
            "plan": each.budget_name, "what": what, "period": each.period,
            "threshold_percent": each.threshold,
            "used_percent": percent_of(int(each.spent), int(each.budget)),
            "conversation": each.conversation,
        }  # fmt: skip
        subject = f"budget:{each.budget_name}/{what}"
        found.append(
            LedgerEvent(
                BUDGET,
                subject,
                f"{each.period}/{each.threshold}",
                each.at,
                facts,
                conversation_id=each.conversation_id,
            )
        )
    return found
