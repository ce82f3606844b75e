"""A degradation ladder: a conversation gets cheaper step by step as it uses up its budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from convledger.economics.ratios import Number
from convledger.economics.unit_budget import crossed

DROP_RETRIEVAL, SUMMARISE, DOWNGRADE = "drop_retrieval", "summarise", "downgrade"
REFUSE_TOOLS, END = "refuse_tools", "end"
ACTIONS = (DROP_RETRIEVAL, SUMMARISE, DOWNGRADE, REFUSE_TOOLS, END)
SUMMARY_SHARE = Fraction(1, 2)  # of the history that stays once it is summarised
SMALL_MODEL = Fraction(1, 5)  # what a smaller model costs beside the one in use


@dataclass(frozen=True, slots=True)
class Step:
    """What is done once `at` percent of the budget are spent."""

    at: int
    action: str

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            known = ", ".join(ACTIONS)
            raise ValueError(f"no such step: {self.action!r:.40}. Steps are: {known}")


# The gentlest first.
USUAL_STEPS = tuple(
    Step(at, action) for at, action in zip((70, 80, 90, 95, 100), ACTIONS, strict=True)
)


@dataclass(frozen=True, slots=True)
class TurnCost:
    """A turn's cost in parts: the answer, the history that is sent along, retrieval, tools.

    `fixed` is what no step saves, as a share of a subscription. `small_model` is what a smaller
    model makes of this turn's own tokens, where that is known better than for all turns alike.
    """

    model: Fraction
    history: Fraction = Fraction(0)
    retrieval: Fraction = Fraction(0)
    tools: Fraction = Fraction(0)
    fixed: Fraction = Fraction(0)
    small_model: Fraction | None = None

    @property
    def total(self) -> Fraction:
        """All parts together."""
        return self.model + self.history + self.retrieval + self.tools + self.fixed


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that was taken: before which turn (0-based), and what it saved from there on.

    `touched` are the turns that it made cheaper, or kept from being served.
    """

    step: Step
    turn: int
    saved: Fraction
    touched: int = 0


@dataclass(frozen=True, slots=True)
class Descent:
    """A conversation under a ladder; `ended_at` is the turn that was not served any more.

    A turn is atomic: `overshoot` is what the last one spent beyond the budget. `touched` are the
    turns that were served at less, or not at all, and `unserved` those that were not; what was
    fixed of these is spent all the same.
    """

    per_turn: tuple[Fraction, ...]
    ended_at: int | None
    spent: Fraction
    overshoot: Fraction
    undegraded: Fraction
    fired: tuple[Fired, ...]
    touched: int = 0
    unserved: int = 0

    @property
    def served(self) -> int:
        """How many turns were served."""
        return len(self.per_turn)

    @property
    def saved(self) -> Fraction:
        """What all steps together saved."""
        return self.undegraded - self.spent


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
    touched: dict[Step, int] = {}
    changed, whole = 0, Fraction(0)
    ordered = sorted(steps, key=lambda step: step.at)
    for place, turn in enumerate(turns):
        for step in ordered:
            if step not in taken and crossed(spent, budget, (step.at,)):
                taken[step], saved[step], touched[step] = place, Fraction(0), 0
        cost = turn
        factor = Fraction(small_model_factor) if turn.small_model is None else turn.small_model
        undegraded = total = turn.total
        whole += undegraded
        for step in taken:
            cost = _degraded(cost, step.action, factor, summary_share)
            less = cost.total
            saved[step] += total - less
            touched[step] += step.action == END or less != total
            total = less
        is_over = any(step.action == END for step in taken)
        changed += is_over or total != undegraded
        spent += total
        if not is_over:
            per_turn.append(total)
        elif ended_at is None:
            ended_at = place
    return Descent(
        tuple(per_turn),
        ended_at,
        spent,
        max(spent - Fraction(budget), Fraction(0)),
        whole,
        tuple(Fired(step, turn, saved[step], touched[step]) for step, turn in taken.items()),
        changed,
        len(turns) - len(per_turn),
    )


def _degraded(
    cost: TurnCost, action: str, small_model: Fraction, summary_share: Number
) -> TurnCost:
    if action == DROP_RETRIEVAL:
        return replace(cost, retrieval=Fraction(0))
    if action == SUMMARISE:
        return replace(cost, history=cost.history * summary_share)
    if action == DOWNGRADE:
        return replace(cost, model=cost.model * small_model, history=cost.history * small_model)
    if action == REFUSE_TOOLS:
        return replace(cost, tools=Fraction(0))
    return TurnCost(Fraction(0), fixed=cost.fixed)
