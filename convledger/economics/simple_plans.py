"""The same conversations under simple prices: by token, message, conversation, resolution, seat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: what its tokens cost at list price (None: unpriced), messages, outcome."""

    token_cost: Fraction | None
    messages: int
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class SimplePlan:
    """A price for each of one kind of thing; for "token" a factor on the list price."""

    id: str
    kind: str  # token message conversation resolution seat
    price: Fraction
    seats: int = 1


@dataclass(frozen=True, slots=True)
class SimpleComparison:
    """What each plan comes to, None where prices are missing, and the first of the cheapest."""

    amounts: dict[str, Fraction | None]
    cheapest: str | None


_COUNTS: dict[str, Callable[[SimplePlan, Sequence[Talk]], int]] = {
    "message": lambda _, talks: sum(talk.messages for talk in talks),
    "conversation": lambda _, talks: len(talks),
    "resolution": lambda _, talks: sum(talk.is_resolved for talk in talks),
    "seat": lambda plan, _: plan.seats,
}


def amount_under(plan: SimplePlan, talks: Sequence[Talk]) -> Fraction | None:
    """Return what conversations cost under a plan; None where a call has no price.

    ValueError for a kind that there is not.
    """
    if plan.kind == "token":
        known = [talk.token_cost for talk in talks if talk.token_cost is not None]
        return sum(known, Fraction(0)) * plan.price if len(known) == len(talks) else None
    if plan.kind not in _COUNTS:
        raise ValueError(f"no such kind of plan: {plan.kind}")
    return plan.price * _COUNTS[plan.kind](plan, talks)


def compare_simple(plans: Iterable[SimplePlan], talks: Sequence[Talk]) -> SimpleComparison:
    """Return what every plan comes to for the same conversations."""
    amounts = {plan.id: amount_under(plan, talks) for plan in plans}
    priced = {name: amount for name, amount in amounts.items() if amount is not None}
    return SimpleComparison(amounts, min(priced, key=lambda name: priced[name], default=None))
