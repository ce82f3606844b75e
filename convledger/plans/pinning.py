"""Lets closed periods go by the plans that they were billed by, whatever the document says now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.schema import Plan
from convledger.plans.statement import FrozenStatement

_Span = tuple[int, int, Plan]


def pinned(contract: Contract, closed: Iterable[FrozenStatement]) -> Contract:
    """Let closed periods go by the plans that they were billed by."""
    return _with(contract, sorted(closed, key=_since))


def counted_as_closed(contract: Contract, closed: Iterable[FrozenStatement]) -> Contract:
    """Let what falls into closed periods be counted as it was when they were closed.

    Only periods are pinned that the document would have counted otherwise today.
    """
    known = {plan.digest: plan for plan in contract.known_plans}
    differing = []
    for each in sorted(closed, key=_since):
        since, until = each.statement.since, each.statement.until
        today = [
            (begins, ends, plan.digest)
            for begins, ends, plan in contract.history.spans(since, until)
        ]
        then = [(begins, ends, plan.digest) for begins, ends, plan in _spans(contract, known, each)]
        if today != then:
            differing.append(each)
    return _with(contract, differing)


def versions_in(contract: Contract, period: BilledPeriod) -> tuple[tuple[int, int, str], ...]:
    """Return which texts went for a period from when until when; none where that is its own."""
    found = tuple(
        (max(since, period.since), min(until, period.until), plan.digest)
        for since, until, plan in contract.spans(period.until)
        if since < period.until and until > period.since
    )
    return () if found == ((period.since, period.until, period.plan.digest),) else found


def _with(contract: Contract, closed: Iterable[FrozenStatement]) -> Contract:
    known = {plan.digest: plan for plan in contract.known_plans}
    pins: list[_Span] = []
    bounds = []
    for each in closed:
        bounds.append((each.statement.since, each.statement.until))
        pins += _spans(contract, known, each)
    return replace(contract, pinned=tuple(pins), closed=tuple(bounds)) if pins else contract


def _spans(contract: Contract, known: dict[str, Plan], frozen: FrozenStatement) -> Iterator[_Span]:
    told = frozen.statement
    whole = ((told.since, told.until, told.plan_digest),)
    for since, until, digest in frozen.versions or whole:
        # Where a text is lost, the bounds of its periods stand all the same.
        lost = contract.version_at(since) or contract.history.plans[0]
        yield since, until, known.get(digest) or lost


def _since(frozen: FrozenStatement) -> int:
    return frozen.statement.since
