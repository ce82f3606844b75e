"""The versions of one plan in time: which is in force when, and what changed between two."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from convledger.clock import iso_text
from convledger.errors import ConfigError
from convledger.plans.described import NOTHING, blocks_of
from convledger.plans.schema import Plan


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that differs between two versions, in words: "fee base, amount"."""

    what: str
    before: str
    after: str


class PlanHistory:
    """Versions of one plan, each in force until the next begins or it ends itself.

    Raises ConfigError where they are not of one plan, one currency, one time zone, and different
    starts.
    """

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.plans = tuple(sorted(plans, key=lambda plan: plan.effective_from))
        for old, new in pairwise(self.plans):
            pair = f'version "{new.version}" of plan "{new.id}"'
            if new.id != old.id:
                raise ConfigError(f'"{new.id}" and "{old.id}" are not versions of one plan')
            if new.effective_from == old.effective_from:
                start = iso_text(new.effective_from)
                raise ConfigError(f'{pair} begins when version "{old.version}" does: {start}')
            if new.currency != old.currency:
                raise ConfigError(
                    f'{pair} is in {new.currency}, version "{old.version}" in {old.currency}; '
                    "give the new currency a plan of its own"
                )
            if new.zone_name != old.zone_name:  # its periods and grants would overlap or gape
                raise ConfigError(
                    f'{pair} is in {new.zone_name}, version "{old.version}" in {old.zone_name}; '
                    "give the new time zone a plan of its own"
                )
        self._starts = [plan.effective_from for plan in self.plans]

    def in_force(self, at: int) -> Plan | None:
        """Return the version in force at an instant (UTC microseconds), None if there is none."""
        number = bisect_right(self._starts, at) - 1
        if number < 0:
            return None
        plan = self.plans[number]
        return plan if plan.effective_to is None or at < plan.effective_to else None

    def spans(self, since: int, until: int) -> list[tuple[int, int, Plan]]:
        """Return which version is in force from when until when, within [since, until)."""
        found = []
        for number, plan in enumerate(self.plans):
            following = self._starts[number + 1 : number + 2]
            ends = [until, *following]
            if plan.effective_to is not None:
                ends.append(plan.effective_to)
            start, end = max(since, plan.effective_from), min(ends)
            if start < end:
                found.append((start, end, plan))
        return found


def what_changed(old: Plan, new: Plan) -> list[Change]:
    """Return everything that differs between two versions, in the order of the document.

    The digest is left out: it changes with every comment.
    """
    before, after = blocks_of(old), blocks_of(new)
    changes: list[Change] = []
    for block in dict.fromkeys([*before, *after]):
        if block not in after:
            changes.append(Change(block, before[block].words(), NOTHING))
        elif block not in before:
            changes.append(Change(block, NOTHING, after[block].words()))
        else:
            changes += _differences(block, before[block].facts, after[block].facts)
    return changes


def _differences(block: str, before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    for fact in dict.fromkeys([*before, *after]):
        one, other = before.get(fact, NOTHING), after.get(fact, NOTHING)
        if one != other:
            yield Change(f"{block}, {fact}" if block else fact, one, other)
