"""A degradation ladder: a conversation gets cheaper step by step as it uses up its budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

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
    def parts(self) -> tuple[Fraction, ...]:
        """What it is made of, in the order of the fields."""
        return self.model, self.history, self.retrieval, self.tools, self.fixed

    @property
    def total(self) -> Fraction:
        """All parts together."""
        return sum(self.parts, Fraction(0))


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
    fixed of these is spent all the same. `in_units` is what each served turn costs, in such small
    parts of money that all are whole numbers: `unit` of them are one.
    """

    unit: int
    in_units: tuple[int, ...]
    ended_at: int | None
    spent: Fraction
    overshoot: Fraction
    undegraded: Fraction
    fired: tuple[Fired, ...]
    touched: int = 0
    unserved: int = 0

    @property
    def per_turn(self) -> tuple[Fraction, ...]:
        """What each turn costs that was served."""
        return tuple(Fraction(each, self.unit) for each in self.in_units)

    @property
    def served(self) -> int:
        """How many turns were served."""
        return len(self.in_units)

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
    share = Fraction(summary_share)
    usual = Fraction(small_model_factor)
    factors = [usual if turn.small_model is None else turn.small_model for turn in turns]
    ordered = sorted(dict.fromkeys(steps), key=lambda step: step.at)
    # Counted in whole units, of which everything is a multiple that comes up below: no fraction has
    # to be brought to lowest terms turn by turn.
    actions = [step.action for step in ordered]
    unit = (
        lcm(*(part.denominator for turn in turns for part in turn.parts))
        * share.denominator ** actions.count(SUMMARISE)
        * lcm(*(factor.denominator for factor in factors)) ** actions.count(DOWNGRADE)
    )
    whole = Fraction(budget) * unit
    spent, undegraded, changed = 0, 0, 0
    per_turn, ended_at = list[int](), None
    taken: list[Step] = []
    places, saved, touched = list[int](), list[int](), list[int]()
    for place, (turn, factor) in enumerate(zip(turns, factors, strict=True)):
        if left := ordered[len(taken) :]:
            reached = crossed(spent, whole, [step.at for step in left])
            for step in left[: len(reached)]:
                taken.append(step)
                places.append(place)
                saved.append(0)
                touched.append(0)
        costs = [part.numerator * (unit // part.denominator) for part in turn.parts]
        total = before = sum(costs)
        for index, step in enumerate(taken):
            _degrade(costs, step.action, factor, share)
            less = sum(costs)
            saved[index] += total - less
            touched[index] += step.action == END or less != total
            total = less
        is_over = any(step.action == END for step in taken)
        undegraded += before
        changed += is_over or total != before
        spent += total
        if not is_over:
            per_turn.append(total)
        elif ended_at is None:
            ended_at = place
    return Descent(
        unit,
        tuple(per_turn),
        ended_at,
        Fraction(spent, unit),
        max(Fraction(spent, unit) - Fraction(budget), Fraction(0)),
        Fraction(undegraded, unit),
        tuple(
            Fired(step, turn, Fraction(less, unit), number)
            for step, turn, less, number in zip(taken, places, saved, touched, strict=True)
        ),
        changed,
        len(turns) - len(per_turn),
    )


_MODEL, _HISTORY, _RETRIEVAL, _TOOLS = range(4)


def _degrade(costs: list[int], action: str, small_model: Fraction, share: Fraction) -> None:
    """Take a step on the parts of a turn, in units of which each result is a whole number."""
    if action == DROP_RETRIEVAL:
        costs[_RETRIEVAL] = 0
    elif action == SUMMARISE:
        costs[_HISTORY] = _times(costs[_HISTORY], share)
    elif action == DOWNGRADE:
        costs[_MODEL] = _times(costs[_MODEL], small_model)
        costs[_HISTORY] = _times(costs[_HISTORY], small_model)
    elif action == REFUSE_TOOLS:
        costs[_TOOLS] = 0
    else:
        costs[: _TOOLS + 1] = [0] * (_TOOLS + 1)


def _times(units: int, factor: Fraction) -> int:
    return units * factor.numerator // factor.denominator
