"""Corrects what was booked when facts arrive late: by new entries, never by editing old ones."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from convledger.plans.counted import BillableUnit

LATE = "late"  # why a correction was made
_AGAIN = "~"


def corrections(
    before: Iterable[BillableUnit],
    after: Iterable[BillableUnit],
    closed_until: int | None = None,
) -> list[BillableUnit]:
    """Return what to append to the entries booked `before` so that they say what `after` says.

    `before` is all that was booked, earlier corrections among it, in that order; `after` what is
    counted now. What no longer holds is reversed, what is new is added, and what changed is both.
    With `closed_until` nothing is booked into statements that are closed: an earlier instant
    becomes that one.
    """
    standing, used = _standing(before)
    found: list[BillableUnit] = []
    wanted = {unit.id: unit for unit in after}
    for booked_as, entry in standing.items():
        unit = wanted.get(booked_as)
        if unit is None or not _is_same(entry, unit):
            found.append(_reversed(entry, closed_until))
    for unit in wanted.values():
        booked = standing.get(unit.id)
        if booked is None or not _is_same(booked, unit):
            times = used.get(unit.id, 0)
            new_id = f"{unit.id}{_AGAIN}{times + 1}" if times else unit.id
            billed_at = max(unit.billed_at, closed_until or unit.billed_at)
            found.append(replace(unit, id=new_id, billed_at=billed_at))
    return found


def _standing(
    entries: Iterable[BillableUnit],
) -> tuple[dict[str, BillableUnit], dict[str, int]]:
    """Return the entries that hold, by the id they were first booked under, and their bookings."""
    standing: dict[str, BillableUnit] = {}
    used: dict[str, int] = {}
    first_ids: dict[str, str] = {}
    for entry in entries:
        if entry.began == LATE:
            standing.pop(first_ids.get(entry.reverses, entry.reverses), None)
            continue
        first_id = _first_id(entry.id, standing, used)
        used[first_id] = used.get(first_id, 0) + 1
        first_ids[entry.id] = first_id
        standing[first_id] = entry
    return standing, used


def _first_id(entry_id: str, standing: dict[str, BillableUnit], used: dict[str, int]) -> str:
    """Return the id under which an entry was booked first: itself, or the one before "~2"."""
    first_id, _, number = entry_id.rpartition(_AGAIN)
    is_again = first_id not in standing and number == str(used.get(first_id, 0) + 1)
    return first_id if is_again and first_id in used else entry_id


def _is_same(entry: BillableUnit, unit: BillableUnit) -> bool:
    """Say whether an entry bills what is counted now.

    A unit's id names the event that opened or settled it, so its own instant needs no comparing;
    that of the booking may be a later one.
    """
    return (
        entry.quantity == unit.quantity
        and entry.opened_at == unit.opened_at
        and entry.model == unit.model
        and entry.name == unit.name
        and entry.key == unit.key
    )


def _reversed(entry: BillableUnit, closed_until: int | None) -> BillableUnit:
    billed_at = max(entry.billed_at, closed_until or entry.billed_at)
    return replace(
        entry,
        id=f"{entry.id}/{LATE}",
        billed_at=billed_at,
        quantity=-entry.quantity,
        began=LATE,
        ended=LATE,
        reverses=entry.id,
        events=(),
    )
