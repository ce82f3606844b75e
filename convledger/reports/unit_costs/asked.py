"""What is asked of unit economics: a stretch of time, whose conversations, in which currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, tzinfo

from convledger.economics.cost_items import Days
from convledger.reports.periods import local_day


@dataclass(frozen=True, slots=True)
class CostQuery:
    """Conversations that opened from `since` until `until` (UTC microseconds, exclusive).

    `scope` names values of segments; shared costs are divided among all conversations first, and
    those of the scope keep their shares. Amounts are shown in `currency`.
    """

    since: int
    until: int
    now: int
    zone: tzinfo
    zone_name: str = "UTC"
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = "USD"

    @property
    def days(self) -> Days:
        """The days of the stretch of time in its zone."""
        last = local_day(max(self.until - 1, self.since), self.zone)
        return Days(local_day(self.since, self.zone), following(last))

    @property
    def today(self) -> date:
        """The day that it is."""
        return local_day(self.now, self.zone)

    @property
    def due_days(self) -> Days:
        """The days of the stretch of time that have come, today among them."""
        return Days(self.days.since, max(self.accrued_until, self.days.since))

    def until_now(self) -> CostQuery:
        """Return the same question from its first day until now."""
        return replace(self, until=max(self.now, self.since) + 1)

    @property
    def accrued_until(self) -> date:
        """The day before which costs have fallen due: tomorrow, or the end of what is asked."""
        return min(following(self.today), self.days.until)


def following(day: date) -> date:
    """Return the day behind a day."""
    return day + timedelta(days=1)
