"""Contradictions in a plan: what each block may say alone, but not beside the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from convledger.clock import DAY
from convledger.errors import ConfigError
from convledger.plans.checks_charges import charge_contradictions
from convledger.plans.checks_credits import credit_contradictions
from convledger.plans.checks_units import unit_contradictions, where_contradictions
from convledger.plans.reading import Document, Path, PlanMistake, meant
from convledger.plans.schema import Alternative, Plan
from convledger.toml_tables import shown

Problem = Callable[[Path, str, str], PlanMistake]

_CONTEXT = "context_tokens"  # what a call carries along: no unit, but limits may be about it


def check_plan(plan: Plan, file_name: str = "plan") -> list[ConfigError]:
    """Return every contradiction in a plan that was not read from a document."""
    return list(contradictions(plan, Document("", file_name).problem))


def contradictions(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    """Yield every contradiction; `problem` makes a mistake of table path, key and complaint."""
    if plan.effective_to is not None and plan.effective_to <= plan.effective_from:
        yield problem((), "effective_to", "is not after effective_from")
    for block, ids in (
        ("fee", [fee.id for fee in plan.fees]),
        ("unit", [unit.id for unit in plan.units]),
        ("grant", [grant.id for grant in plan.grants]),
        ("topup", [topup.id for topup in plan.topups]),
        ("limit", [limit.id for limit in plan.limits]),
        ("alternative", [each.id for each in plan.alternatives]),
    ):
        yield from _twice(block, ids, problem)
    for number, unit in enumerate(plan.units):
        yield from unit_contradictions(unit, ("unit", str(number)), problem)
    yield from where_contradictions(plan, problem)
    yield from charge_contradictions(plan, problem)
    yield from credit_contradictions(plan, problem)
    yield from _limits(plan, problem)
    yield from _commit(plan, problem)
    yield from _alerts(plan, problem)
    yield from _vendor(plan, problem)
    yield from _alternatives(plan, problem)


def _twice(block: str, ids: Sequence[str], problem: Problem) -> Iterator[PlanMistake]:
    first: dict[str, int] = {}
    for number, name in enumerate(ids):
        if name and first.setdefault(name, number) != number:
            complaint = f"is {shown(name)}, like that of [[{block}]] number {first[name] + 1}"
            yield problem((block, str(number)), "id", complaint)


def _missing(name: str, known: Iterable[str], what: str) -> str:
    """Return the complaint about a name that nothing bears."""
    names = sorted(set(known))
    return f"{shown(name)} is no {what} of this plan{meant(name, names)}"


def _limits(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    units = {unit.id for unit in plan.units}
    for number, limit in enumerate(plan.limits):
        path = ("limit", str(number))
        known = units | {_CONTEXT} if limit.window == "rolling_turns" else units
        if limit.unit and limit.unit not in known and "" not in units:
            complaint = _missing(limit.unit, known, "unit")
            if limit.unit == _CONTEXT:
                complaint = 'can be "context_tokens" only with window = "rolling_turns"'
            yield problem(path, "unit", complaint)
        if limit.window in ("fixed", "rolling") and not limit.duration:
            yield problem(path, "duration", f'is missing: a "{limit.window}" window needs one')
        if limit.window == "calendar" and not limit.calendar:
            yield problem(path, "calendar", "is missing; it can be day, week, month or year")
        if limit.align != "none" and limit.anchor != "first_event":
            yield problem(path, "align", 'belongs to anchor = "first_event"')


def _commit(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    term = plan.commit.term if plan.commit is not None else None
    if term is not None and not term.months and term.elapsed < DAY:
        yield problem(("commit",), "term", 'must be at least "1d"')


def _alerts(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    limits = {limit.id for limit in plan.limits}
    seen: set[object] = set()
    for number, rule in enumerate(plan.alerts):
        path = ("alert", str(number))
        if rule.on == "limit" and not plan.limits:
            yield problem(path, "on", 'can\'t be "limit": the plan has no [[limit]]')
        elif rule.limit and rule.limit not in limits and "" not in limits:
            yield problem(path, "limit", _missing(rule.limit, limits, "limit"))
        if rule.on == "allowance" and not plan.grants:
            yield problem(path, "on", 'can\'t be "allowance": the plan has no [[grant]]')
        if rule.on == "balance" and not (plan.grants or plan.topups):
            yield problem(path, "on", 'can\'t be "balance": there is no [[grant]] or [[topup]]')
        if rule.on == "unit_budget" and plan.vendor is None and rule.budget is None:
            without = "the plan has no [vendor], and the alert no budget of its own"
            yield problem(path, "on", f'can\'t be "unit_budget": {without}')
        if rule.on == "spend" and rule.budget is None and plan.commit is None:
            yield problem(path, "budget", "is missing: the money that is 100 percent")
        if rule.rearm == "grant" and not (plan.grants or plan.topups):
            yield problem(path, "rearm", 'can\'t be "grant": there is no [[grant]] or [[topup]]')
        if any(later <= at for at, later in pairwise(rule.at)):
            yield problem(path, "at", "must rise from each to the next")
        same = (rule.on, rule.limit, rule.budget)
        if same in seen:
            yield problem(path, "on", "says the same as an alert above; join their percents")
        seen.add(same)


def _vendor(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    vendor = plan.vendor
    if vendor is None:
        return
    units = {unit.id for unit in plan.units} | {"conversation"}
    if vendor.budget_unit and vendor.budget_unit not in units and "" not in units:
        yield problem(("vendor",), "budget_unit", _missing(vendor.budget_unit, units, "unit"))
    for number in range(1, len(vendor.ladder)):
        if vendor.ladder[number].at <= vendor.ladder[number - 1].at:
            path = ("vendor", "ladder", str(number))
            yield problem(path, "at", "must rise from each step to the next")


def _alternatives(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    units = {unit.id: unit for unit in plan.units}
    known = [(units[each.unit], each) for each in plan.charges if each.unit in units]
    for number, each in enumerate(plan.alternatives):
        path = ("alternative", str(number))
        if each.id and each.id == plan.id:
            yield problem(path, "id", "is that of the plan itself")
        if each.unit.id and each.charge.unit and each.charge.unit != each.unit.id:
            complaint = f'must be "{each.unit.id}", the unit of this alternative'
            yield problem((*path, "charge"), "unit", complaint)
        if (each.unit, each.charge) in known:
            yield problem(path, "unit", "with its charge says the same as another one above")
        known.append((each.unit, each.charge))
        yield from unit_contradictions(each.unit, (*path, "unit"), problem)
        yield from _alternative_conditions(plan, each, path, problem)


def _alternative_conditions(
    plan: Plan, each: Alternative, path: Path, problem: Problem
) -> Iterator[PlanMistake]:
    """Yield conditions that name no unit of the plan; that of an alternative is not one."""
    units = {unit.id for unit in plan.units}
    for key in ("outside", "inside"):
        name = getattr(each.unit.where, key)
        if name and name == each.unit.id:
            yield problem((*path, "unit", "where"), key, "names the unit itself")
        elif name and name not in units and "" not in units:
            yield problem((*path, "unit", "where"), key, _missing(name, units, "unit"))
