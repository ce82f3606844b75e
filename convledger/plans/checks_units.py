"""Contradictions of units: what is missing for their way of counting, and conditions in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from convledger.plans.reading import Path, PlanMistake, meant
from convledger.plans.schema import Plan, Unit, Where
from convledger.toml_tables import shown

Problem = Callable[[Path, str, str], PlanMistake]


def unit_contradictions(unit: Unit, path: Path, problem: Problem) -> Iterator[PlanMistake]:
    """Yield what a unit lacks for what it counts, and values that can't be."""
    if unit.count == "window":
        yield from _window(unit, path, problem)
    elif unit.count == "event" and not unit.event:
        complaint = 'is missing: what is counted, like event = "assistant_message"'
        yield problem(path, "event", complaint)
    elif unit.count == "outcome":
        if not unit.outcome:
            complaint = 'is missing: which outcomes count, like ["resolved_confirmed"]'
            yield problem(path, "outcome", complaint)
        if not unit.settle_after:
            complaint = 'is missing: the silence that settles an outcome, like "24h"'
            yield problem(path, "settle_after", complaint)
    elif unit.count in ("sum", "max") and not unit.measure:
        complaint = f'is missing: what count = "{unit.count}" measures, like "tokens.output"'
        yield problem(path, "measure", complaint)
    elif unit.count == "unique" and unit.key == "workspace":
        yield problem(path, "key", 'can\'t be "workspace": there is only one to count')


def _window(unit: Unit, path: Path, problem: Problem) -> Iterator[PlanMistake]:
    if unit.boundary == "inactivity" and not unit.timeout:
        complaint = 'is missing: the silence that ends a unit, like timeout = "30m"'
        yield problem(path, "timeout", complaint)
    if unit.boundary == "fixed" and not unit.duration:
        complaint = 'is missing: how long a unit lasts, like duration = "24h"'
        yield problem(path, "duration", complaint)
    if unit.boundary == "thread" and unit.key != "thread":
        yield problem(path, "key", 'must be "thread" with boundary = "thread"')
    if unit.reopen == "grace" and not unit.grace:
        complaint = 'is missing: how soon after a close a unit goes on, like "10m"'
        yield problem(path, "grace", complaint)
    if not unit.open_on:
        yield problem(path, "open_on", "is empty: nobody could begin a unit")
    split = unit.split
    if split is not None and split.by == "duration":
        length = unit.duration if unit.boundary == "fixed" else 0
        if length and split.size >= length:
            complaint = "never happens: a unit ends before it is so long"
            yield problem((*path, "split_every"), "duration", complaint)


def where_contradictions(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    """Yield conditions that name no unit, or that lead back to where they began."""
    units = {unit.id: unit for unit in plan.units}
    for path, where, owner in _conditions(plan):
        for key in ("outside", "inside"):
            name = getattr(where, key)
            if not name or "" in units:
                continue
            if name == owner:
                yield problem(path, key, "names the unit itself")
            elif name not in units:
                complaint = f"{shown(name)} is no unit of this plan{meant(name, sorted(units))}"
                yield problem(path, key, complaint)
            elif units[name].count != "window":
                complaint = f'must name a unit with count = "window"; {shown(name)} has none'
                yield problem(path, key, complaint)
        if where.outside and where.outside == where.inside:
            yield problem(path, "inside", "names the same unit as outside: nothing is left")
        if set(where.exclude) & set(where.attributes.get("name", ())):
            yield problem(path, "exclude", "leaves out what the condition asks for")
    for number, unit in enumerate(plan.units):
        circle = _circle(unit, units)
        if circle:
            key = "outside" if unit.where.outside == circle[0] else "inside"
            complaint = f"goes in a circle: {' -> '.join([unit.id, *circle])}"
            yield problem(("unit", str(number), "where"), key, complaint)


def _conditions(plan: Plan) -> Iterator[tuple[Path, Where, str]]:
    """Yield every condition with its path and the unit that it belongs to."""
    for number, unit in enumerate(plan.units):
        yield ("unit", str(number), "where"), unit.where, unit.id
    for number, grant in enumerate(plan.grants):
        yield ("grant", str(number), "scope"), grant.scope, ""
    for number, limit in enumerate(plan.limits):
        yield ("limit", str(number), "where"), limit.where, ""


def _circle(unit: Unit, units: Mapping[str, Unit]) -> list[str]:
    """Return the way over other units back to this one, nothing where there is none."""
    before: dict[str, str] = {}
    waiting = [unit.id]
    while waiting:
        name = waiting.pop()
        for key in ("outside", "inside"):
            other = getattr(units[name].where, key) if name in units else ""
            if other == unit.id and name != unit.id:
                way = [other]
                while name != unit.id:
                    way.append(name)
                    name = before[name]
                return way[::-1]
            if other and other not in before and other != unit.id:
                before[other] = name
                waiting.append(other)
    return []
