"""What is asked of a comparison with a provider's table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from convledger.errors import UsageProblem
from convledger.reports.periods import local_day, start_of_day

_NEXT = re.compile(r",(?=\s*[a-z_0-9]+\s*=)")  # a comma before the next meaning, not in a name


@dataclass(frozen=True, slots=True)
class ReconcileQuery:
    """Days from `since` until `until` (exclusive), where the table's own are not meant.

    Days are those of `zone`; `sources` names which of the ledger's calls are compared.
    """

    now: int
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()


def day_begun(at: int, zone: tzinfo, option: str) -> date:
    """Return the day that begins at an instant. Raises UsageProblem within a day."""
    day = local_day(at, zone)
    if start_of_day(day, zone) != at:
        raise UsageProblem(f"{option} must be the beginning of a day: bills tell whole days")
    return day


def columns_of(given: Iterable[str], where: str) -> dict[str, str]:
    """Return columns by what they mean, as "day=Date,cost=Cost" says. Raises UsageProblem.

    `where` is where that was said: an option, a line of a dialog.
    """
    found: dict[str, str] = {}
    for text in given:
        for part in _NEXT.split(text):
            meaning, equals, column = part.partition("=")
            name = meaning.strip().lower()
            if not equals or not name:
                raise UsageProblem(
                    f"{where} {part.strip()!r:.60} is no MEANING=COLUMN, like {where} "
                    "day=Date,model=Model,cost=Cost"
                )
            if name in found:
                raise UsageProblem(f"{where} says twice what the {name} is")
            found[name] = column.strip()
    return found
