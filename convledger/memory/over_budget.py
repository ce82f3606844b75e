"""Which entries a pack's budget leaves out: what nobody carries along for want of room."""

from __future__ import annotations

import sqlite3
from functools import lru_cache

from convledger.errors import UsageProblem
from convledger.memory.pack_building import build, prospects
from convledger.memory.pack_needs import counter
from convledger.memory.pack_terms import Pack, packs

_FRAME = 1_000  # bytes: more than what a pack says of itself


def over_budget(connection: sqlite3.Connection, now: int) -> set[int]:
    """Return the entries that would be in a pack if its budget had room for them."""
    found: set[int] = set()
    for pack in packs(connection):
        found |= _cut_off(connection, pack, now)
    return found


def _cut_off(connection: sqlite3.Connection, pack: Pack, now: int) -> set[int]:
    # No text has more tokens than bytes: where those fit there is nothing to count.
    sized = prospects(connection, pack, now, pack.format, _size)
    free = [each for each in sized.candidates if not each.blocked]
    if sum(each.tokens for each in free) + _FRAME <= pack.budget:
        return set()
    try:
        built = build(connection, pack, now, _tokens)
    except UsageProblem:  # its budget is too small for anything
        return {each.id for each in free}
    return {each.id for each in built.chosen.cut}


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


@lru_cache(maxsize=50_000)
def _tokens(text: str) -> int:
    return counter()[0](text)
