"""A scenario replayed over the conversations of a workspace, beside what they cost today."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from convledger.clock import iso_text
from convledger.economics.conversation_costs import (
    BOT,
    ESCALATED,
    LIST,
    PEOPLE,
    PLAN,
    TalkCost,
    is_of,
)
from convledger.economics.fewer_escalations import Engaged, with_rate
from convledger.economics.other_model import Target
from convledger.economics.scenarios import CONTEXT, ESCALATION, MODEL, STEPS, Scenario
from convledger.economics.simulated import (
    Changed,
    ContextEffect,
    EscalationEffect,
    ModelEffect,
    Simulation,
    StepEffect,
)
from convledger.economics.simulation import Simulator, TalkRun
from convledger.economics.thread_replay import added
from convledger.pricing import Overrides, PriceBook, PriceLine, Rater, list_rows
from convledger.pricing.arithmetic import half_even
from convledger.pricing.likeness import likest
from convledger.pricing.prices import start_of
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.call_uses import call_uses
from convledger.reports.unit_costs.forgotten import first_forgotten
from convledger.reports.unit_costs.full_costs import cost_conversations
from convledger.words import plural

_NEAR = 3  # names that are offered for one that is not known


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices in force, and what rates calls with them."""

    rater: Rater
    book: PriceBook
    overrides: Overrides


@dataclass(slots=True)
class _Row:
    """A conversation on its way: its cost, its run, what each part makes of it (picounits)."""

    cost: TalkCost
    run: TalkRun
    today: int | None
    after: int | None
    by_step: dict[str, int] = field(default_factory=dict)


def simulate(
    connection: sqlite3.Connection,
    book: PlanBook,
    rates: PriceList,
    scenario: Scenario,
    query: CostQuery,
) -> Simulation:
    """Return what a scenario makes of the conversations of `query`, at list prices."""
    costs = cost_conversations(connection, book, query, anew=True)
    as_of = query.now if scenario.prices_on is None else start_of(scenario.prices_on)
    simulator = Simulator(scenario, rates.rater, as_of)
    own = {cost.talk.id: cost for cost in costs.costs}
    runs = {number: TalkRun(cost.talk, 0, 0) for number, cost in own.items()}
    for number, calls in call_uses(connection, own):
        runs[number] = simulator.run(own[number].talk, calls)
    rows = [_row(own[number], run) for number, run in runs.items()]
    escalation = _escalate(rows, scenario)
    known = [row for row in rows if row.today is not None]
    talks = [row.cost.talk for row in rows]
    is_whole = all(row.after is not None for row in known) and not (escalation and escalation.why)
    lists = [(row.cost.talk.list_pico, row.run) for row in known if row.run.today is not None]
    models = tuple(_model_effect(target, rates, as_of) for target in simulator.targets)
    found = Simulation(
        scenario,
        query.currency,
        len(rows),
        sum(row.today or 0 for row in known) if known else None,
        sum(row.after or 0 for row in known) if known and is_whole else None,
        sum(run.today for _, run in lists) if lists else None,
        sum(run.after or 0 for _, run in lists)
        if lists and all(run.after is not None for _, run in lists)
        else None,
        tuple(_changed(row, scenario) for row in rows),
        _steps(rows, scenario, models, escalation),
        _context_effect(connection, rows, scenario),
        models,
        escalation,
        calls=sum(talk.calls for talk in talks),
        unpriced_calls=sum(talk.unpriced_calls for talk in talks),
        uncounted_calls=sum(talk.uncounted_calls for talk in talks),
        unknown=tuple(row.cost.talk.id for row in rows if row.today is None),
        is_estimate=any(talk.doubt or talk.minutes_assumed for talk in talks),
        is_list_estimate=any(talk.doubt for talk in talks),
    )
    return replace(found, notes=_notes(found, rows, costs.notes, costs.missing_rates))


def _row(cost: TalkCost, run: TalkRun) -> _Row:
    """Return a conversation with its list cost turned into the currency that is asked for."""
    # What a flat plan charges does not follow its calls: both sides are at list prices.
    today = cost.full - cost.parts.get(PLAN, 0)
    talk, listed = cost.talk, cost.parts.get(LIST)
    if not cost.is_known or (talk.calls and talk.list_pico is None):
        return _Row(cost, run, None, None)
    rate = Fraction(listed or 0, talk.list_pico) if talk.list_pico else Fraction(1)
    row = _Row(cost, run, today, None)
    reached = before = 0
    for step, difference in run.by_step.items():
        reached += difference
        exact = reached * rate  # rounded where it stands, so that the parts add up to the whole
        now = half_even(exact.numerator, exact.denominator)
        row.by_step[step], before = now - before, now
    if run.after is not None:
        row.after = today + sum(row.by_step.values())
    return row


def _escalate(rows: Sequence[_Row], scenario: Scenario) -> EscalationEffect | None:
    """Apply another escalation rate to what the parts before have left."""
    if scenario.escalation is None:
        return None
    engaged = [
        row
        for row in rows
        if row.after is not None
        and row.cost.talk.served in (BOT, ESCALATED)
        and is_of(row.cost.talk, scenario.scope)
    ]
    effect, costs = with_rate(
        [Engaged(row.cost.talk.id, row.cost.talk.served, _with_people(row)) for row in engaged],
        scenario.escalation,
    )
    for row in engaged:
        row.run.steps.add(ESCALATION)
        if effect.why:
            continue
        after = costs.get(row.cost.talk.id, row.after)
        row.by_step[ESCALATION] = (after or 0) - (row.after or 0)
        row.after = after
    return effect


def _with_people(row: _Row) -> int | None:
    """Return what a conversation comes to so far, None where people's cost in it is unknown."""
    return None if PEOPLE in row.cost.unknown else row.after


def _changed(row: _Row, scenario: Scenario) -> Changed:
    talk, replay = row.cost.talk, row.run.replay
    return Changed(
        talk.id,
        talk.name,
        talk.title,
        talk.opened_at,
        row.today,
        row.after,
        talk.list_pico,
        None if talk.list_pico is None else row.run.after,
        {step: row.by_step[step] for step in STEPS if step in row.by_step},
        bool(row.run.steps & {*scenario.steps}),
        0 if replay is None else replay.policy.forgotten_turns,
        0 if replay is None else replay.policy.forgotten_tokens,
    )


def _steps(
    rows: Iterable[_Row],
    scenario: Scenario,
    models: Sequence[ModelEffect],
    escalation: EscalationEffect | None,
) -> tuple[StepEffect, ...]:
    """Return what each part makes of the total, and of which conversations."""
    found = []
    known = [row for row in rows if row.today is not None]
    for step in scenario.steps:
        touched = [row for row in known if step in row.run.steps]
        why = ""
        if step == MODEL:
            why = next((each.why for each in models if not each.taken_for and each.calls), "")
        elif step == ESCALATION and escalation is not None:
            why = escalation.why or (
                "what the parts before come to is not known"
                if any(row.after is None for row in touched)
                else ""
            )
        elif step == CONTEXT and not touched:
            why = "no conversation could be replayed"
        total = sum(row.by_step.get(step, 0) for row in touched)
        found.append(
            StepEffect(
                step,
                None if why and step != CONTEXT else total,
                tuple(row.cost.talk.id for row in touched),
                why,
            )
        )
    return tuple(found)


def _context_effect(
    connection: sqlite3.Connection, rows: Sequence[_Row], scenario: Scenario
) -> ContextEffect | None:
    if scenario.context is None:
        return None
    runs = [row.run for row in rows]
    replayed = [(run, run.replay) for run in runs if run.replay is not None]
    sums = {
        way: added([replay.sums[way] for _, replay in replayed])
        for way in (("full", False), ("full", True), ("", False), ("", True))
    }
    return ContextEffect(
        policy=scenario.context.policy,
        recorded=sum(run.thread_cost for run, _ in replayed),
        as_recorded=sum(replay.sums["full", replay.cached_before].cost for _, replay in replayed),
        full_uncached=sums["full", False],
        full_cached=sums["full", True],
        uncached=sums["", False],
        cached=sums["", True],
        turns=sum(len(replay.thread.turns) for _, replay in replayed),
        forgotten_turns=sum(replay.policy.forgotten_turns for _, replay in replayed),
        forgotten_tokens=sum(replay.policy.forgotten_tokens for _, replay in replayed),
        first=first_forgotten(connection, runs),
        replayed=tuple(run.talk.id for run, _ in replayed),
        changed=tuple(run.talk.id for run, replay in replayed if replay.is_changed),
        too_large=tuple(run.too_large for run in runs if run.too_large is not None),
        unpriced=tuple(run.talk.id for run in runs if run.is_unpriced),
        shrinks=sum(replay.thread.shrinks for _, replay in replayed),
        asides=sum(replay.thread.asides for _, replay in replayed),
    )


def _model_effect(target: Target, rates: PriceList, as_of: int) -> ModelEffect:
    switch = target.switch
    if not target.is_known:
        lines = likest(
            list_rows(rates.book, rates.overrides, None, as_of), switch.to, switch.provider or None
        )
        return target.effect((), [f"{line.provider}/{line.model}" for line in lines[:_NEAR]])
    return target.effect(_lines_of(target.taken_for, rates, as_of), ())


def _lines_of(taken_for: str, rates: PriceList, as_of: int) -> list[PriceLine]:
    """Return the prices of a model by tier; the user's own, where there are any, alone."""
    provider, _, model = taken_for.partition("/")
    lines = [
        line
        for line in list_rows(rates.book, rates.overrides, model, as_of)
        if line.model.lower() == model.lower() and line.provider in (provider, "any")
    ]
    return [line for line in lines if line.source == lines[0].source] if lines else []


def _notes(
    found: Simulation, rows: Sequence[_Row], notes: Iterable[str], missing: Mapping[str, str]
) -> tuple[str, ...]:
    """Say in words what a reader of the figures has to know."""
    said = []
    if found.changes and not found.touched:
        said.append("nothing is otherwise: the scenario is for none of these conversations")
    paid = sum(bool(row.cost.parts.get(PLAN)) for row in rows)
    if paid:
        said.append(
            f"a plan paid for the calls of {plural(paid, 'conversation')}: what it charges is left "
            "out on both sides, which are at list prices"
        )
    if found.unpriced_calls - found.uncounted_calls > 0:
        many = plural(found.unpriced_calls - found.uncounted_calls, "call")
        said.append(f"{many} without a price on neither side")
    if found.uncounted_calls:
        said.append(f"{plural(found.uncounted_calls, 'call')} without tokens on neither side")
    if found.unknown:
        said.append(f"the cost of {plural(len(found.unknown), 'conversation')} is not known")
    if lacking := sum(PEOPLE in row.cost.unknown for row in rows):
        many = plural(lacking, "conversation")
        said.append(f"what people cost is not known for {many}, and on neither side")
    for each in found.models:
        said += _model_notes(each, found.scenario.prices_on)
    if found.context is not None:
        said += _context_notes(found.context)
    said += [
        f"{what}: no rate turns {currency} into {found.currency}, "
        f"`convledger cost rate {currency} {found.currency} RATE --since DAY` says one"
        for currency, what in missing.items()
    ]
    return (*said, *notes)


def _model_notes(each: ModelEffect, day: date | None) -> list[str]:
    name = each.taken_for or each.switch.to
    if not each.taken_for:
        near = f"; known are {', '.join(each.near)}" if each.near else ""
        return [f"{each.why}{near}"]
    when = iso_text(each.as_of)[:10] if day is None else day.isoformat()
    said = [f"{name} at its prices of {when}"]
    if each.is_guess:
        said.append(f"{each.switch.to} was taken for {name}, which is a guess")
    if each.switch.factor != 1:
        said.append(f"its tokens are those of today times {float(each.switch.factor):g}")
    if each.without_fee:
        many = plural(each.without_fee, "call")
        said.append(f"{many} searched the web, for which {name} has no price: left out there")
    if each.unpriced_after is not None:
        said.append(f"what has no price today is priced at {name}, and still on neither side")
    if each.dropped_contexts:
        said.append(f"without {', '.join(each.dropped_contexts)}: {name} at its usual prices")
    return said


def _context_notes(effect: ContextEffect) -> list[str]:
    said = []
    if effect.too_large:
        many = plural(len(effect.too_large), "conversation")
        said.append(f"left as it is, since a turn alone is larger than the cap: {many}")
    if effect.unpriced:
        many = plural(len(effect.unpriced), "conversation")
        said.append(f"{many} could not be replayed: a request has no price")
    return said
