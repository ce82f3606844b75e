"""A degradation ladder tried on real conversations: what it would have done, saved and spoilt."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from convledger.economics.budget_terms import FULL, BudgetTerms
from convledger.economics.conversation_costs import LIST, PEOPLE, PLAN, Talk
from convledger.economics.ladder import DOWNGRADE, Descent, Step, descend
from convledger.economics.unit_budget import crossed
from convledger.errors import UsageProblem
from convledger.pricing import Rater
from convledger.records import Usage
from convledger.reports.unit_costs.budget_standing import Placed, Standing
from convledger.reports.unit_costs.spent_calls import calls_of, prompts_of
from convledger.reports.unit_costs.turns import turns_of
from convledger.words import plural

Heed = Callable[[int, int], None]  # hears of how many of how many conversations; may raise


@dataclass(frozen=True, slots=True)
class StepFired:
    """A step that would have been taken: before which turn (from 1), when, what it saved.

    `saved` is picounits, `touched` turns that it made cheaper or kept from being served.
    """

    step: Step
    turn: int
    at: int
    saved: Fraction
    touched: int


@dataclass(slots=True)
class Descended:
    """A conversation under the ladder; amounts are picounits, people's cost in both sums."""

    talk: Talk
    turns: int
    today: Fraction
    spent: Fraction
    overshoot: Fraction
    ended_at: int | None  # the turn, from 1, that was not served any more
    unserved: int
    touched: int
    fired: list[StepFired] = field(default_factory=list)

    @property
    def saved(self) -> Fraction:
        """What the ladder saved."""
        return self.today - self.spent


@dataclass(slots=True)
class StepSum:
    """A step over all conversations; `at` is when it would have been taken first."""

    step: Step
    conversations: int = 0
    turns: int = 0
    saved: Fraction = Fraction(0)
    first_at: int | None = None


@dataclass(slots=True)
class LadderRun:
    """What a ladder would have done to the conversations of a budget, beside today."""

    terms: BudgetTerms
    steps: tuple[Step, ...]
    small_model: str
    small_factor: Fraction | None
    standing: Standing
    rows: list[Descended] = field(default_factory=list)
    sums: list[StepSum] = field(default_factory=list)
    without_turns: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def today(self) -> Fraction:
        """What the conversations cost as they were."""
        return sum((row.today for row in self.rows), Fraction(0))

    @property
    def spent(self) -> Fraction:
        """What they would have cost."""
        return sum((row.spent for row in self.rows), Fraction(0))

    @property
    def touched(self) -> list[Descended]:
        """The conversations on which a step was taken, the most saved first."""
        found = [row for row in self.rows if row.fired]
        return sorted(found, key=lambda row: (-row.saved, row.talk.id))

    @property
    def over_today(self) -> int:
        """How many were over their budget."""
        return len(self.standing.over)

    @property
    def over_then(self) -> int:
        """How many would have been over it all the same: a turn is served whole."""
        budget = self.terms.per_unit_pico
        if budget is None:
            return 0
        return sum(row.spent > max(budget, Fraction(0)) for row in self.rows)


def run_ladder(
    connection: sqlite3.Connection,
    standing: Standing,
    rater: Rater,
    steps: Sequence[Step],
    *,
    heed: Heed | None = None,
) -> LadderRun:
    """Try a ladder on the conversations of a budget. Raises UsageProblem where it can't be."""
    terms = standing.terms
    budget = terms.per_unit_pico
    if budget is None:
        raise UsageProblem(
            f"budget {terms.name!r:.60} expects no conversation, so there is no money for one. "
            "`convledger budget edit NAME --expected 6` says how many there are"
        )
    name = terms.small_model if isinstance(terms.small_model, str) else ""
    factor = None if isinstance(terms.small_model, str) else terms.small_model
    has_smaller = any(step.action == DOWNGRADE for step in steps)
    if name and has_smaller:
        _must_be_priced(rater, name, standing)
    run = LadderRun(terms, tuple(steps), name, factor, standing)
    sums = {step: StepSum(step) for step in steps}
    known = {each.cost.talk.id: each for each in standing.known}
    calls, prompts = calls_of(connection, known), prompts_of(connection, known)
    unlike, lowest = 0, min((step.at for step in steps), default=0)
    for number, each in known.items():
        if heed is not None:
            heed(len(run.rows), len(known))
        cost = each.cost
        if not _may_fire(each, budget, lowest):
            run.rows.append(_left_alone(each, len(prompts.get(number) or calls[number])))
            run.without_turns += not (calls[number] or prompts.get(number))
            continue
        turns = turns_of(
            cost, terms.counts, calls.get(number, ()), prompts.get(number, ()), rater,
            small_model=name if has_smaller else "",
        )  # fmt: skip
        people = Fraction(cost.parts.get(PEOPLE, 0) if terms.counts == FULL else 0)
        if not turns:
            run.without_turns += 1
            run.rows.append(_left_alone(each, 0))
            continue
        unlike += bool(name) and any(turn.cost.small_model is None for turn in turns)
        # A turn whose own tokens can't be compared stays with its model.
        found = descend(
            [turn.cost for turn in turns], budget, steps,
            small_model_factor=Fraction(1) if factor is None else factor,
            summary_share=terms.summary_share,
        )  # fmt: skip
        row = _row(cost.talk, found, people, [turn.at for turn in turns])
        run.rows.append(row)
        for fired in row.fired:
            total = sums[fired.step]
            total.conversations += 1
            total.turns += fired.touched
            total.saved += fired.saved
            total.first_at = min(total.first_at or fired.at, fired.at)
    run.sums = list(sums.values())
    _note(run, unlike)
    return run


def _may_fire(each: Placed, budget: Fraction, lowest: int) -> bool:
    """Whether a conversation may reach a step at all, so that it has to be gone through."""
    parts = each.cost.parts
    rises = all(amount >= 0 for part, amount in parts.items() if part != PLAN)
    if not rises or parts.get(LIST, 0) + parts.get(PLAN, 0) < 0:
        return True  # it may have been dearer on the way than it was at its end
    return bool(each.position.spent and crossed(each.position.spent, budget, (lowest,)))


def _left_alone(each: Placed, turns: int) -> Descended:
    spent, budget = Fraction(each.position.spent or 0), each.position.budget or 0
    overshoot = max(spent - budget, Fraction(0))
    return Descended(each.cost.talk, turns, spent, spent, overshoot, None, 0, 0)


def _row(talk: Talk, found: Descent, people: Fraction, instants: Sequence[int]) -> Descended:
    return Descended(
        talk,
        len(instants),
        found.undegraded + people,
        found.spent + people,
        found.overshoot,
        None if found.ended_at is None else found.ended_at + 1,
        found.unserved,
        found.touched,
        [
            StepFired(each.step, each.turn + 1, instants[each.turn], each.saved, each.touched)
            for each in found.fired
        ],
    )


def _must_be_priced(rater: Rater, model: str, standing: Standing) -> None:
    tokens = Usage(input=1_000_000, output=1_000_000)
    sources = {each.cost.talk.segments.get("source", "") for each in standing.known} or {""}
    at = max(standing.query.until - 1, 0)
    if all(
        rater.rate(source, None, model, at, tokens, "").total_pico is None for source in sources
    ):
        raise UsageProblem(
            f"no price of {model!r:.60} is known. `convledger prices` lists models; or say what "
            "part of the cost it comes to: --small-model 0.2"
        )


def _note(run: LadderRun, unlike: int) -> None:
    terms = run.terms
    run.notes += run.standing.notes
    if any(each.cost.parts.get(PLAN) for each in run.standing.known) and terms.counts != "list":
        run.notes.append(
            "a plan paid for some calls: its charges are taken to shrink as their list cost does"
        )
    if terms.counts == FULL:
        run.notes.append("what people cost is no step's to save and in both sums")
    if run.without_turns:
        talks = plural(run.without_turns, "conversation")
        run.notes.append(f"{talks} without calls and prompts: as they are")
    if unlike:
        run.notes.append(
            f"{plural(unlike, 'conversation')} with turns that can't be compared with the smaller "
            "model: these stay as they are"
        )
