"""Looks at facts before they are folded: which can be taken, in which order, which bring a lot."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, islice
from operator import attrgetter, lt

from convledger.plans.facts import (
    ADJUST,
    COMMIT,
    EVERY_POOL,
    NO_AMOUNT,
    NO_KIND,
    NO_POOL,
    NO_TARGET,
    RANKS,
    REFUND,
    RELEASE,
    RESERVE,
    RESET,
    TOPUP,
    USAGE,
    VOID,
    Fact,
    place_of,
)
from convledger.plans.lots import ADJUSTMENT, Lot

_AT = attrgetter("at")
_WITH_AMOUNT = frozenset((USAGE, RESERVE))
_ABOUT_ANOTHER = frozenset((REFUND, VOID, COMMIT, RELEASE))


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts in the order in which they count: by instant, rank and id."""
    by_instant = sorted(facts, key=_AT)
    instants = list(map(_AT, by_instant))
    if all(map(lt, instants, islice(instants, 1, None))):
        return by_instant
    ordered: list[Fact] = []
    for _, group in groupby(by_instant, key=_AT):
        same = list(group)
        if len(same) > 1:
            same.sort(key=place_of)
        ordered += same
    return ordered


def is_grant(fact: Fact) -> bool:
    return fact.kind == TOPUP or (fact.kind == ADJUST and (fact.amount or 0) > 0)


def lot_of(fact: Fact) -> Lot:
    """Return the lot of a top-up or adjustment by hand: it never ends and is burnt late."""
    return Lot(
        id=fact.id,
        amount=fact.amount or 0,
        effective_at=fact.at,
        priority=100,
        kind=ADJUSTMENT if fact.kind == ADJUST else TOPUP,
        pool=fact.pool,
        family=fact.kind,
        scopes=fact.scopes,
    )


def trouble_with(fact: Fact) -> str:
    """Return what is wrong with a fact by itself, nothing where it can be taken."""
    if fact.pool == EVERY_POOL and fact.kind != RESET:
        return NO_POOL
    if fact.kind in _WITH_AMOUNT:
        return NO_AMOUNT if fact.amount is None or fact.amount < 0 else ""
    if fact.kind not in RANKS:
        return NO_KIND
    if fact.kind in _ABOUT_ANOTHER:
        if not fact.of:
            return NO_TARGET
        return NO_AMOUNT if (fact.amount or 0) < 0 else ""
    if fact.kind == TOPUP:
        return "" if (fact.amount or 0) > 0 else NO_AMOUNT
    return NO_AMOUNT if fact.kind == ADJUST and not fact.amount else ""


def total_order(fact: Fact) -> tuple[int, str, str]:
    order, name = place_of(fact)
    return order, name, repr((fact.amount, fact.of, fact.pool, sorted(fact.scopes), fact.cause))


def lot_order(lot: Lot) -> tuple[int, str, str]:
    return lot.effective_at, lot.id, repr((lot.amount, lot.burn_key, lot.kind, lot.pool))
