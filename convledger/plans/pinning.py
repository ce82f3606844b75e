"""Lets closed periods go by the plans that they were billed by, whatever the document says now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from convledger.plans.contract import Contract
from convledger.plans.statement import FrozenStatement


def pinned(contract: Contract, closed: Iterable[FrozenStatement]) -> Contract:
    """Let closed periods go by the plans that they were billed by."""
    known = {plan.digest: plan for plan in contract.known_plans}
    # Where a text is lost, the bounds of its periods stand all the same.
    known_first = contract.history.plans[0]
    pins = []
    for each in sorted(closed, key=lambda one: one.statement.since):
        since, until = each.statement.since, each.statement.until
        plan = known.get(each.statement.plan_digest) or contract.version_at(since) or known_first
        pins.append((since, until, plan))
    return replace(contract, pinned=tuple(pins)) if pins else contract


def counted_as_closed(contract: Contract, closed: Iterable[FrozenStatement]) -> Contract:
    """Let what falls into closed periods be counted as it was when they were closed.

    Only periods are pinned that the document would have counted otherwise today.
    """
    found = pinned(contract, closed)
    differing = [
        (since, until, plan)
        for since, until, plan in found.pinned
        if [one.digest for _, _, one in contract.history.spans(since, until)] != [plan.digest]
    ]
    return replace(contract, pinned=tuple(differing)) if differing else contract
