"""A closed period's statement as it travels: frozen as it was, with no numbers of its ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from convledger.plans.statement import FrozenStatement, frozen_bytes, thawed

Rename = Callable[[str], str]


def sent(content: bytes, rename: Rename) -> Any:
    """Return a frozen statement as JSON says it, its units named for everywhere."""
    frozen = _renamed(thawed(content), rename, "")
    return msgspec.json.decode(frozen_bytes(frozen))


def received(document: Any, rename: Rename, contract: str) -> bytes:
    """Return a statement as this ledger keeps it. Raises ValueError where it is none."""
    frozen = msgspec.convert(document, FrozenStatement)
    return frozen_bytes(_renamed(frozen, rename, contract))


def _renamed(frozen: FrozenStatement, rename: Rename, contract: str) -> FrozenStatement:
    units = tuple(
        msgspec.structs.replace(
            each, id=_unit(each.id, rename), reverses=_unit(each.reverses, rename)
        )
        for each in frozen.units
    )
    lines = tuple(
        msgspec.structs.replace(each, id=rename(each.id)) for each in frozen.statement.lines
    )
    statement = msgspec.structs.replace(frozen.statement, contract=contract, lines=lines)
    return msgspec.structs.replace(frozen, statement=statement, units=units)


def _unit(name: str, rename: Rename) -> str:
    """Rename a unit; a correction has a mark behind the name of what it corrects."""
    return rename(name) if name else name
