"""From list cost to full cost, step by step; what is not known is no step of zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics import conversation_costs as parts
from convledger.economics.conversation_costs import (
    BILLED,
    MACHINE,
    PARTS,
    TalkCost,
    added_up,
)
from convledger.economics.ratios import ratio

BILLED_SUM, MACHINE_SUM, FULL_SUM = "billed", "machine", "full"
_SUM_AFTER = {BILLED[-1]: BILLED_SUM, MACHINE[-1]: MACHINE_SUM, PARTS[-1]: FULL_SUM}


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the cost or a sum of all parts so far, in picounits; None where it is unknown.

    `before` is the running sum where the step begins, `per_unit` its share for each conversation.
    """

    name: str
    amount: int | None
    per_unit: Fraction | None
    is_sum: bool = False
    before: int = 0


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The steps of some conversations' cost; `units` are all of them, `known` those with a cost."""

    steps: tuple[Step, ...]
    units: int
    known: int

    def step(self, name: str) -> Step:
        """Return a step by its name."""
        return next(step for step in self.steps if step.name == name)

    @property
    def full(self) -> Step:
        """The last sum."""
        return self.step(FULL_SUM)


def waterfall(
    costs: Sequence[TalkCost],
    unallocated: Mapping[str, int] | None = None,
    *,
    unknown: frozenset[str] = frozenset(),
    adjusted: Sequence[TalkCost] = (),
) -> Waterfall:
    """Return the steps of `costs` with what no conversation bears.

    What has changed for conversations of closed months, `adjusted`, is in the sums; these
    conversations themselves were counted in their month. Parts named in `unknown` have no amount,
    and no sum that they belong to has one. Where there are conversations and no cost of any is
    known, nothing is. Where plans have billed what has no list cost at all, the bill stands in its
    place. A part that is nothing is left out, but for list costs.
    """
    sums = added_up([*costs, *adjusted])
    for part, amount in (unallocated or {}).items():
        sums[part] += amount
    known = sum(cost.is_known for cost in costs)
    hidden = set(unknown)
    if costs and not known:
        hidden.add(parts.LIST)
    steps, running, is_lost = list[Step](), 0, False
    of_parts: Sequence[str] = PARTS
    if known and not hidden & {*BILLED} and _is_billed_alone(costs):
        steps.append(Step(parts.LIST, None, None))
        sums[parts.PLAN] += sums[parts.LIST]
        of_parts = PARTS[1:]
    for part in of_parts:
        if part in hidden:
            is_lost = True
            steps.append(Step(part, None, None, before=running))
        elif sums[part] or part == parts.LIST:
            steps.append(Step(part, sums[part], ratio(sums[part], known), before=running))
            running += sums[part]
        if part in _SUM_AFTER:
            whole = None if is_lost else running
            per_unit = None if is_lost else ratio(running, known)
            steps.append(Step(_SUM_AFTER[part], whole, per_unit, is_sum=True))
    return Waterfall(tuple(steps), len(costs), known)


def _is_billed_alone(costs: Sequence[TalkCost]) -> bool:
    """Whether no list cost of any of these is known, though their bills are."""
    return all(parts.LIST in cost.unknown for cost in costs if cost.is_known)
