"""What a pack is told: its budget, and which entries it may hold."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from convledger.errors import UsageProblem
from convledger.memory.words import ACTIVE
from convledger.store.packs import PackRow, pack_rows
from convledger.words import nearest

# What a budget changes by at a key, up to which size.
_STEPS = ((1_000, 50), (5_000, 100), (20_000, 500), (100_000, 1_000), (1_000_000, 10_000))
_LAST_STEP = 100_000


class Wanted(Struct, frozen=True, omit_defaults=True):
    """Which entries a pack chooses from; where nothing is said, all.

    `scopes` are those of entries ("" is everywhere), `tags` any of theirs, `min_value` the least
    value, `text` words as they are searched for. States are active alone unless others are named.
    """

    scopes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = (ACTIVE,)
    min_value: int = 1
    text: str = ""


class Pack(Struct, frozen=True):
    """A pack: `budget` in tokens, `ceiling` the highest sensitivity that it may hold."""

    id: int
    name: str
    budget: int
    wanted: Wanted
    format: str
    ceiling: str
    made_at: int


def next_budget(budget: int, way: int) -> int:
    """Return the next smaller (`way` -1) or larger (1) budget, a round one if there is any."""
    below = budget - 1 if way < 0 else budget
    step = next((size for top, size in _STEPS if below < top), _LAST_STEP)
    return (below // step + (way > 0)) * step or budget


def packs(connection: sqlite3.Connection) -> list[Pack]:
    """Return all packs by name."""
    return [_pack(row) for row in pack_rows(connection)]


def pack_named(connection: sqlite3.Connection, name: str) -> Pack:
    """Return a pack. Raises UsageProblem with the nearest where there is none."""
    known = {row.name: row for row in pack_rows(connection)}
    if name in known:
        return _pack(known[name])
    near = nearest(name, list(known))
    hint = f"; did you mean {near}?" if near else ""
    raise UsageProblem(f"there is no pack {name!r:.70}{hint}")


def _pack(row: PackRow) -> Pack:
    try:
        wanted = msgspec.json.decode(row.wanted, type=Wanted)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise UsageProblem(f"pack {row.name} is damaged: {error}") from error
    return Pack(row.id, row.name, row.budget, wanted, row.format, row.ceiling, row.made_at)
