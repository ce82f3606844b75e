"""What each conversation of a stretch of time cost, and what no conversation bears."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from convledger.economics import conversation_costs as parts
from convledger.economics import cost_items as kinds
from convledger.economics.attribution import Shared
from convledger.economics.closing import Adjustment, Line
from convledger.economics.conversation_costs import Talk, TalkCost
from convledger.economics.exchange import ExchangeRate
from convledger.economics.resolutions import Turn
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.billed import Billing
from convledger.reports.unit_costs.shared import Left
from convledger.store.settings import setting

PART_OF = {
    kinds.SUBSCRIPTION: parts.SUBSCRIPTIONS,
    kinds.INFRASTRUCTURE: parts.INFRASTRUCTURE,
    kinds.RETRIEVAL: parts.RETRIEVAL,
    kinds.RERANK: parts.RETRIEVAL,
    kinds.TOOL: parts.TOOLS,
    kinds.HUMAN: parts.PEOPLE,
    kinds.OTHER: parts.OTHERS,
    kinds.REVENUE: kinds.REVENUE,
}
NO_RATE = "no hourly rate is known for people's time"
USUAL_MINUTES, BASELINE_MINUTES = "minutes of a hand-off", "minutes without a bot"


@dataclass(slots=True)
class Costs:
    """The conversations that were asked for with their costs, and what no conversation bears.

    `unallocated` are picounits by part, `left` the same by item with the reason; `missing_rates`
    are currencies that could not be turned into the one asked for, and `unknown` the parts that
    have no amount, REVENUE among them, with the reason. `without_minutes` and `without_rate` count
    the conversations of people whose cost nobody knows; where nobody knows any, that part is
    unknown.

    `adjustments` are what has changed in months that are closed, of `unknown_adjustments` nobody
    knows how much; `adjusted` are the conversations with such, that did not open in the time that
    is asked for. `closed_until` is the day before which all is closed, `late` how many
    conversations opened before it and came after it was closed: they are not among these.

    `turned` are resolutions by a bot that were reversed or changed in that time, also those of
    conversations that opened in another.
    """

    query: CostQuery
    costs: list[TalkCost] = field(default_factory=list)
    unallocated: dict[str, int] = field(default_factory=dict)
    unallocated_revenue: int = 0
    left: list[Left] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    shared: list[Shared] = field(default_factory=list)
    billings: list[Billing] = field(default_factory=list)
    borne: list[dict[int, int]] = field(default_factory=list)  # of each billing by conversation
    missing_rates: dict[str, str] = field(default_factory=dict)
    used_rates: list[ExchangeRate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    without_minutes: int = 0
    without_rate: int = 0
    hourly: int | None = None  # an hour of people on the last day, overhead in it
    no_hourly: str = NO_RATE  # why that is unknown
    usual_minutes: Fraction | None = None
    baseline_minutes: Fraction | None = None
    adjustments: list[Adjustment] = field(default_factory=list)
    adjusted: list[TalkCost] = field(default_factory=list)
    unknown_adjustments: int = 0
    closed_until: date | None = None
    late: int = 0
    turned: list[tuple[Talk, Turn]] = field(default_factory=list)
    lines: dict[Line, dict[int | None, int | None]] | None = None  # kept where they are compared

    def note_line(self, line: Line, number: int | None, amount: int | None) -> None:
        """Keep what a conversation, or nobody, bears of a line; None where nobody knows."""
        if self.lines is not None:
            own = self.lines.setdefault(line, {})
            before = own.get(number, 0)
            own[number] = None if amount is None or before is None else before + amount

    @property
    def is_empty(self) -> bool:
        """Whether there is no conversation, and no cost of anything else either."""
        return not (self.costs or self.unallocated or self.adjusted)

    @property
    def is_closed(self) -> bool:
        """Whether all of the time that was asked for is."""
        return self.closed_until is not None and self.query.days.until <= self.closed_until


def minutes_kept(connection: sqlite3.Connection, name: str) -> Fraction | None:
    """Return minutes that a person has set, None where nobody has."""
    text = setting(connection, name)
    return Fraction(text) if text else None
