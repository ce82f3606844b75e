"""A degradation ladder: a conversation gets cheaper step by step as it uses up its budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import Number
from convledger.economics.unit_budget import crossed

DROP_RETRIEVAL, SUMMARISE, DOWNGRADE = "drop_retrieval", "summarise", "downgrade"
REFUSE_TOOLS, END = "refuse_tools", "end"
ACTIONS = (DROP_RETRIEVAL, SUMMARISE, DOWNGRADE, REFUSE_TOOLS, END)
SUMMARY_SHARE = Fraction(1, 2)  # of the history that stays once it is summarised


@dataclass(frozen=True, slots=True)
class Step:
    """What is done once `at` percent of the budget are spent."""

    at: int
    action: str

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            known = ", ".join(ACTIONS)
            raise ValueError(f"no such step: {self.action!r:.40}. Steps are: {known}")


@dataclass(frozen=True, slots=True)
class TurnCost:
    """A turn's cost in parts: the answer, the history that is sent along, retrieval, tools."""

    model: Fraction
    history: Fraction = Fraction(0)
    retrieval: Fraction = Fraction(0)
    tools: Fraction = Fraction(0)

    @property
    def total(self) -> Fraction:
        """All parts together."""
        return self.model + self.history + self.retrieval + self.tools


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that was taken: before which turn (0-based), and what it saved from there on."""

    step: Step
    turn: int
    saved: Fraction


@dataclass(frozen=True, slots=True)
class Descent:
    """A conversation under a ladder; `ended_at` is the turn that was not served any more.

    A turn is atomic: `overshoot` is what the last one spent beyond the budget.
    """

    per_turn: tuple[Fraction, ...]
    ended_at: int | None
    spent: Fraction
    overshoot: Fraction
    undegraded: Fraction
    fired: tuple[Fired, ...]

    @property
    def served(self) -> int:
        """How many turns were served."""
        return len(self.per_turn)

    @property
    def saved(self) -> Fraction:
        """What all steps together saved."""
        return self.undegraded - self.spent

    @property
    def touched(self) -> int:
        """How many turns were served at less, or not at all."""
        if not self.fired:
            return 0
        unserved = 0 if self.ended_at is None else 1
        return max(self.served - self.fired[0].turn, 0) + unserved


def descend(
    turns: Sequence[TurnCost],
    budget: Number,
    steps: Sequence[Step],
    *,
    small_model_factor: Number,
    summary_share: Number = SUMMARY_SHARE,
) -> Descent:
    """Return what a conversation costs where steps are taken before each turn, as spent by then.

    A smaller model bills the history that it is sent at its own price too.
    """
    spent, per_turn, ended_at = Fraction(0), list[Fraction](), None
    taken: dict[Step, int] = {}
    saved: dict[Step, Fraction] = {}
    ordered = sorted(steps, key=lambda step: step.at)
    for place, turn in enumerate(turns):
        for step in ordered:
            if step not in taken and crossed(spent, budget, (step.at,)):
                taken[step], saved[step] = place, Fraction(0)
        cost = turn
        for step in taken:
            less = _degraded(cost, step.action, Fraction(small_model_factor), summary_share)
            saved[step] += cost.total - less.total
            cost = less
        if any(step.action == END for step in taken):
            if ended_at is None:
                ended_at = place
            continue
        spent += cost.total
        per_turn.append(cost.total)
    whole = sum((turn.total for turn in turns), Fraction(0))
    return Descent(
        tuple(per_turn),
        ended_at,
        spent,
        max(spent - Fraction(budget), Fraction(0)),
        whole,
        tuple(Fired(step, turn, saved[step]) for step, turn in taken.items()),
    )


def _degraded(
    cost: TurnCost, action: str, small_model: Fraction, summary_share: Number
) -> TurnCost:
    nothing = Fraction(0)
    if action == DROP_RETRIEVAL:
        return TurnCost(cost.model, cost.history, nothing, cost.tools)
    if action == SUMMARISE:
        return TurnCost(cost.model, cost.history * summary_share, cost.retrieval, cost.tools)
    if action == DOWNGRADE:
        model, history = cost.model * small_model, cost.history * small_model
        return TurnCost(model, history, cost.retrieval, cost.tools)
    if action == REFUSE_TOOLS:
        return TurnCost(cost.model, cost.history, cost.retrieval, nothing)
    return TurnCost(nothing)
