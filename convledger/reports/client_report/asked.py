"""What is asked of a report for a client: whose month, what of it may be seen, its main table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from convledger.economics.segments import check_segments
from convledger.errors import UsageProblem
from convledger.reports.periods import local_day, start_of_day
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.noted import span_name

TITLED, BARE, ANONYMOUS = "titled", "bare", "anonymous"


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """A month of conversations (`costs`), and how they are told of.

    `by` are the one or two segments of the main table. Conversations are `shown` with their titles,
    by their ids alone, or without any name, as are projects and users then. `version` is the
    program's.
    """

    costs: CostQuery
    by: tuple[str, ...] = ("project",)
    title: str = ""
    shown: str = BARE
    version: str = ""

    @property
    def name(self) -> str:
        """What the month is called: "October 2026"."""
        return span_name(self.costs)

    @property
    def client(self) -> str:
        """The clients that it is about, nothing where it is about all conversations."""
        return ", ".join(self.costs.scope.get("client", ()))

    @property
    def is_open(self) -> bool:
        """Whether the month is not over."""
        return self.costs.now < self.costs.until

    @property
    def month_before(self) -> CostQuery:
        """The same question about the month before."""
        zone = self.costs.zone
        last = local_day(self.costs.since, zone) - timedelta(days=1)
        return replace(
            self.costs, since=start_of_day(last.replace(day=1), zone), until=self.costs.since
        )


def check_by(by: tuple[str, ...]) -> None:
    """Raise UsageProblem for a main table that there is not."""
    try:
        check_segments(by)
    except ValueError as error:
        raise UsageProblem(f"a report for a client: {error}") from None
