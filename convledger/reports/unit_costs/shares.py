"""What is known of some conversations' costs, their revenue, and the list cost by model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.allocation import allocate
from convledger.economics.conversation_costs import LIST, TalkCost
from convledger.economics.cost_items import REVENUE
from convledger.economics.plan_use import PlanUse
from convledger.economics.ratios import ratio
from convledger.reports.unit_costs.calls import CallFacts
from convledger.reports.unit_costs.costs import Costs


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the calls has a price; `doubt` says that some of it is estimated.

    `uncounted_calls` have tokens that no source tells. `known` of the `conversations` are those
    whose list cost or bill is known, `whole` those of which every part is.
    """

    conversations: int
    known: int
    whole: int
    calls: int
    priced_calls: int
    tokens: int
    priced_tokens: int
    uncounted_calls: int
    doubt: bool
    unknown_ids: tuple[int, ...]
    unpriced_ids: tuple[int, ...]
    uncounted_ids: tuple[int, ...]
    doubtful_ids: tuple[int, ...]
    unpriced_models: tuple[str, ...]

    @property
    def of_calls(self) -> Fraction | None:
        """The share of calls that have a price."""
        return ratio(self.priced_calls, self.calls)

    @property
    def of_tokens(self) -> Fraction | None:
        """The share of tokens that have a price."""
        return ratio(self.priced_tokens, self.tokens)


def coverage_of(costs: Sequence[TalkCost], calls: CallFacts) -> Coverage:
    """Return how much of the calls has a price."""
    talks = [cost.talk for cost in costs]
    return Coverage(
        conversations=len(costs),
        known=sum(cost.is_known for cost in costs),
        whole=sum(cost.is_whole for cost in costs),
        calls=calls.sum("calls"),
        priced_calls=calls.sum("priced"),
        tokens=calls.sum("tokens"),
        priced_tokens=calls.sum("priced_tokens"),
        uncounted_calls=sum(talk.uncounted_calls for talk in talks),
        doubt=any(talk.doubt or talk.minutes_assumed for talk in talks),
        unknown_ids=tuple(cost.talk.id for cost in costs if not cost.is_whole),
        unpriced_ids=tuple(talk.id for talk in talks if talk.unpriced_calls),
        uncounted_ids=tuple(talk.id for talk in talks if talk.uncounted_calls),
        doubtful_ids=tuple(talk.id for talk in talks if talk.doubt or talk.minutes_assumed),
        unpriced_models=tuple(
            sorted(model.name for model in calls.models.values() if model.priced < model.calls)
        ),
    )


@dataclass(frozen=True, slots=True)
class Earned:
    """Revenue in picounits, None where none was entered, and what is left of it after all costs.

    `left` and `margin` are None without revenue and where a full cost is unknown, `margin` of none.
    """

    amount: int | None
    unallocated: int
    per_unit: Fraction | None
    left: int | None
    margin: Fraction | None
    ids: tuple[int, ...]


def earned(costs: Costs, full: int | None) -> Earned:
    """Return the revenue of conversations beside their full cost (picounits).

    What has changed of it in closed months is in it.
    """
    with_any = [cost for cost in (*costs.costs, *costs.adjusted) if cost.revenue is not None]
    amount, unallocated = None, costs.unallocated_revenue
    if (with_any or unallocated) and REVENUE not in costs.unknown:
        amount = sum(cost.revenue or 0 for cost in with_any) + unallocated
    is_whole = full is not None and all(cost.is_whole for cost in costs.costs)
    left = amount - full if amount is not None and full is not None and is_whole else None
    return Earned(
        amount,
        unallocated,
        None if amount is None else ratio(amount, len(costs.costs)),
        left,
        None if left is None or not amount else ratio(left, amount),
        tuple(cost.talk.id for cost in with_any),
    )


@dataclass(frozen=True, slots=True)
class ModelShare:
    """The calls of one model and exactly what they come to at list prices, picounits.

    `at_list` is None where no call of it has a price, `tokens` where no source tells them. `ids`
    are the conversations that used it, whichever model most of their cost is of.
    """

    name: str
    calls: int
    priced_calls: int
    tokens: int | None
    at_list: int | None
    share: Fraction | None
    ids: tuple[int, ...]


def model_shares(costs: Iterable[TalkCost], calls: CallFacts) -> tuple[ModelShare, ...]:
    """Return list costs by model, the dearest first; they add up to those of the conversations."""
    sums: dict[str, int] = {}
    untold: set[int] = set()  # conversations with calls whose tokens no source tells
    for cost in costs:
        if cost.talk.uncounted_calls:
            untold.add(cost.talk.id)
        if cost.is_known and LIST in cost.parts:
            names = sorted(cost.talk.by_model)
            weights = [cost.talk.by_model[name] for name in names]
            for name, part in zip(names, allocate(cost.parts[LIST], weights), strict=True):
                sums[name] = sums.get(name, 0) + part
    whole = sum(sums.values())
    found = [
        ModelShare(
            model.name,
            model.calls,
            model.priced,
            None if not model.tokens and not untold.isdisjoint(model.ids) else model.tokens,
            sums.get(model.name),
            None if model.name not in sums else ratio(sums[model.name], whole),
            tuple(sorted(model.ids)),
        )
        for model in calls.models.values()
    ]
    return tuple(sorted(found, key=lambda row: (-(row.at_list or 0), -(row.tokens or 0), row.name)))


def plan_uses(costs: Costs) -> tuple[PlanUse, ...]:
    """Return the statements that paid for conversations asked for, the earliest first."""
    by_id = {cost.talk.id: cost for cost in costs.costs}
    found = []
    for bill, borne in zip(costs.billings, costs.borne, strict=True):
        paid_for = [by_id[number] for number in borne]
        found.append(
            PlanUse(
                name=bill.name,
                since=bill.since,
                until=bill.until,
                currency=bill.currency,
                amount=bill.amount,
                fees=bill.fees,
                unit=bill.unit,
                units=bill.units,
                at_list=_listed(paid_for),
                borne=sum(borne.values()),
                ids=tuple(sorted(borne)),
            )
        )
    return tuple(sorted(found, key=lambda use: (use.since, use.name)))


def _listed(paid_for: Sequence[TalkCost]) -> int | None:
    """Return the list costs that are known; None where none is, or one has a price but no rate."""
    known = [cost.parts[LIST] for cost in paid_for if LIST in cost.parts]
    priced = sum(cost.talk.list_pico is not None for cost in paid_for)
    return sum(known) if known and len(known) >= priced else None
