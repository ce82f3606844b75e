"""The list cost of calls by component at the present prices, adding up to what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import ratio
from convledger.pricing.fastpath import COMPONENTS
from convledger.reports.unit_costs.calls import REASONING, CallFacts

CHANGED = "prices changed since"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the list cost in picodollars; one that is `within` another is never added."""

    name: str
    pico: int
    share: Fraction | None
    ids: tuple[int, ...]
    within: str = ""


@dataclass(frozen=True, slots=True)
class Components:
    """Parts of the list cost of all priced calls: without those within others they add up to it.

    What the prices of now do not explain of what is stored is a row of its own.
    """

    rows: tuple[Component, ...]
    total: int


def components_of(calls: CallFacts) -> Components:
    """Return the list cost of calls by component."""
    total = calls.sum("list_pico")
    rows = []
    for place, name in enumerate(COMPONENTS):
        ids = tuple(number for number, talk in calls.talks.items() if talk.components[place])
        pico = sum(talk.components[place] for talk in calls.talks.values())
        if ids:
            rows.append(Component(name, pico, ratio(pico, total), ids))
        if name == "output":
            inner = tuple(number for number, talk in calls.talks.items() if talk.reasoning_pico)
            part = calls.sum("reasoning_pico")
            if inner:
                rows.append(Component(REASONING, part, ratio(part, total), inner, within=name))
    rest = total - sum(row.pico for row in rows if not row.within)
    changed = tuple(
        number for number, talk in calls.talks.items() if sum(talk.components) != talk.list_pico
    )
    if changed:
        rows.append(Component(CHANGED, rest, ratio(rest, total), changed))
    return Components(tuple(rows), total)
