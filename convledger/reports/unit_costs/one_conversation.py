"""A conversation's full cost, part by part, and where it stands in each budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from convledger.economics.budget_position import Position
from convledger.economics.budget_terms import BudgetTerms
from convledger.economics.conversation_costs import (
    ESCALATED,
    LIST,
    PARTS,
    PEOPLE,
    PEOPLE_ONLY,
    TalkCost,
)
from convledger.money import usd_text
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.billed import Billing
from convledger.reports.unit_costs.budget_shelf import kept_budgets
from convledger.reports.unit_costs.budget_standing import placed_in
from convledger.reports.unit_costs.charging import charge, read_facts
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.document import amount_text, ratio_text
from convledger.reports.unit_costs.talks import opened_at


@dataclass(frozen=True, slots=True)
class BudgetPlace:
    """A conversation's place in a budget, picounits; `lacks` where amounts without rate are out."""

    terms: BudgetTerms
    position: Position
    reached: tuple[int, ...]
    lacks: bool


@dataclass(slots=True)
class FullCost:
    """What a conversation cost with everything, in picounits of `currency`.

    `parts` are those that are something, None where it is known that there is one but not how
    much; `full` is None where no cost is known. `doubt` tells that tokens were estimated,
    `people_assumed` that people's minutes are the usual ones, `lacks` that some part is left out.
    """

    currency: str
    full: int | None
    parts: list[tuple[str, int | None]]
    doubt: bool
    people_assumed: bool
    lacks: bool
    places: list[BudgetPlace] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_estimate(self) -> bool:
        """Whether some of it is."""
        return any(self.is_guess(part) for part, _ in self.parts)

    def is_guess(self, part: str) -> bool:
        """Whether a part is estimated."""
        return (part == LIST and self.doubt) or (part == PEOPLE and self.people_assumed)

    @property
    def is_list_alone(self) -> bool:
        """Whether nothing but tokens at list prices is in it."""
        return not any(part != LIST for part, _ in self.parts) and not self.lacks

    def document(self) -> dict[str, object]:
        """Return it as JSON says it."""
        return {
            "currency": self.currency,
            "full_cost": None if self.full is None else usd_text(self.full),
            "estimated": self.is_estimate,
            "complete": not self.lacks and self.full is not None,
            "parts": {
                part: None if amount is None else usd_text(amount) for part, amount in self.parts
            },
            "budgets": [
                {
                    "budget": place.terms.name,
                    "counts": place.terms.counts,
                    "currency": place.terms.currency,
                    "cost": amount_text(place.position.spent),
                    "amount": amount_text(place.position.budget),
                    "share": ratio_text(place.position.share),
                    "thresholds_reached": list(place.reached),
                    "over": place.position.is_over,
                }
                for place in self.places
            ],
            "notes": self.notes,
        }


def full_cost(
    connection: sqlite3.Connection,
    book: PlanBook,
    conversation_id: int,
    now: int,
    zone: tzinfo,
    zone_name: str,
    billed: dict[int, list[Billing]] | None = None,
) -> FullCost | None:
    """Return what a conversation costs; None where that is its list cost and it has no budget.

    What plans have billed is taken from `billed`, and put into it where it had to be worked out.
    """
    opened = opened_at(connection, conversation_id)
    if opened is None:
        return None
    budgets = [each.terms for each in kept_budgets(connection) if each.terms is not None]
    query = CostQuery(opened, opened + 1, max(now, opened), zone, zone_name)
    facts = read_facts(connection, book, query, only=conversation_id, billed=billed)
    talk = next((each for each in facts.talks if each.id == conversation_id), None)
    if talk is None:
        return None
    by_currency: dict[str, Costs] = {}

    def costs_in(currency: str) -> Costs:
        if currency not in by_currency:
            found = by_currency[currency] = Costs(replace(query, currency=currency))
            charge(found, {talk.id: TalkCost(talk)}, facts)
        return by_currency[currency]

    costs = costs_in("USD")
    found = _full(costs, costs.costs[0])
    for terms in budgets:
        own = costs_in(terms.currency)
        standing = placed_in(terms, own.query, own)
        for each in standing.placed:
            found.places.append(
                BudgetPlace(
                    terms, each.position, each.position.reached(terms.thresholds),
                    standing.lacks_amounts,
                )
            )  # fmt: skip
    return None if found.is_list_alone and not found.places else found


def _full(costs: Costs, cost: TalkCost) -> FullCost:
    talk = cost.talk
    parts = list(_parts(cost))
    is_unknown = bool(costs.without_minutes or costs.without_rate)
    by_people = talk.served in (ESCALATED, PEOPLE_ONLY) or talk.minutes is not None
    # Nobody who never enters people's time wants to hear that it is missing.
    if is_unknown and by_people and costs.hourly is not None and not cost.parts.get(PEOPLE):
        parts.append((PEOPLE, None))
    notes = [
        f"amounts in {currency} ({what}) are left out: no rate to {costs.query.currency} is known"
        for currency, what in sorted(costs.missing_rates.items())
    ]
    return FullCost(
        currency=costs.query.currency,
        full=cost.full if cost.is_known else None,
        parts=parts,
        doubt=talk.doubt,
        lacks=bool(costs.missing_rates) or any(_is_lost(cost, *each) for each in parts),
        people_assumed=talk.minutes_assumed,
        notes=notes,
    )


def _parts(cost: TalkCost) -> Iterator[tuple[str, int | None]]:
    for part in PARTS:
        amount = cost.parts.get(part, 0)
        if part == LIST and LIST in cost.unknown:
            yield part, None
        elif amount or part == LIST:
            yield part, amount


def _is_lost(cost: TalkCost, part: str, amount: int | None) -> bool:
    """Whether a part is left out of the sum: a bill stands for a list cost that nobody knows."""
    return amount is None and not (part == LIST and cost.is_known)
