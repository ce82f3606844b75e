"""What is asked of a comparison with a provider's table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from convledger.errors import UsageProblem
from convledger.reports.periods import local_day, start_of_day


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
