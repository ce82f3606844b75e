"""Costs by segment, one or two at a time; the parts add up exactly to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from convledger.economics.conversation_costs import (
    ADJUSTMENTS,
    BOT,
    ESCALATED,
    LIST,
    MACHINE,
    NONE,
    PEOPLE,
    PIVOTS,
    PLAN,
    TalkCost,
)
from convledger.economics.cost_items import REVENUE
from convledger.economics.ratios import ratio

_BESIDE_CALLS = frozenset(MACHINE) - {LIST}  # a bill stands for list costs that nobody knows


@dataclass(slots=True)
class SegmentRow:
    """The conversations that share values of some segments; amounts are picounits.

    A conversation that used several models is counted with the one that most of its list cost is
    of. `at_list`, `billed`, `machine`, `people` and `full` are of the `known` ones alone; of
    `whole` of them every part is known, of `unmanned` all but people's, of `listed` the list cost,
    of `counted` the tokens. What `earned` adds up to says nothing where `lacks_revenue` tells that
    some of it has no rate. `adjustments` are what has changed in months that are closed, in `full`
    too; conversations of these are among `ids` and are no `units`.
    """

    keys: tuple[str, ...]
    units: int = 0
    known: int = 0
    whole: int = 0
    unmanned: int = 0
    listed: int = 0
    counted: int = 0
    bot: int = 0
    escalated: int = 0
    messages: int = 0
    tokens: int = 0
    calls: int = 0
    unpriced_calls: int = 0
    at_list: int = 0
    billed: int = 0
    machine: int = 0
    people: int = 0
    adjustments: int = 0
    full: int = 0
    earned: int | None = None
    lacks_revenue: bool = False
    doubt: bool = False
    ids: list[int] = field(default_factory=list)

    @property
    def per_unit(self) -> Fraction | None:
        """What a conversation costs here."""
        return None if self.cost is None else ratio(self.full, self.known)

    @property
    def cost(self) -> int | None:
        """The full cost, None where no cost is known."""
        return self.full if self.whole or not self.units else None

    @property
    def list_cost(self) -> int | None:
        """The list cost, None where no list cost is known."""
        return self.at_list if self.listed or not self.units else None

    @property
    def billed_cost(self) -> int | None:
        """What was billed, None where no cost is known."""
        return self.billed if self.known or not self.units else None

    @property
    def machine_cost(self) -> int | None:
        """Everything but people, None where it is known of none with every part."""
        return self.machine if self.unmanned or not self.units else None

    @property
    def people_cost(self) -> int | None:
        """What people cost, None where no cost is known with every part."""
        return self.people if self.whole or not self.units else None

    @property
    def known_tokens(self) -> int | None:
        """The tokens, None where those of no conversation are known."""
        return self.tokens if self.counted or not self.units else None

    @property
    def revenue(self) -> int | None:
        """The revenue, None where none was entered or some of it has no rate."""
        return None if self.lacks_revenue else self.earned

    @property
    def escalation(self) -> Fraction | None:
        """The share of those that a bot took part in that were handed over."""
        return ratio(self.escalated, self.bot + self.escalated)

    @property
    def margin(self) -> Fraction | None:
        """What is left of revenue as a share of it, None without revenue or with unknown costs."""
        if self.revenue is None or self.whole < self.units:
            return None
        return ratio(self.revenue - self.full, self.revenue)

    def take(self, cost: TalkCost) -> None:
        """Count a conversation in."""
        talk = cost.talk
        self.units += 1
        self.bot += talk.served == BOT
        self.escalated += talk.served == ESCALATED
        self.messages += talk.messages
        self.tokens += talk.tokens
        self.calls += talk.calls
        self.unpriced_calls += talk.unpriced_calls
        self.doubt = self.doubt or talk.doubt or talk.minutes_assumed
        self.ids.append(talk.id)
        if cost.revenue is not None:
            self.earned = (self.earned or 0) + cost.revenue
        self.lacks_revenue = self.lacks_revenue or REVENUE in cost.unknown
        self.whole += cost.is_whole
        self.counted += not talk.lacks_tokens
        if cost.is_known:
            self.known += 1
            self.unmanned += cost.unknown.isdisjoint(_BESIDE_CALLS)
            self.listed += LIST not in cost.unknown
            self.at_list += cost.parts.get(LIST, 0)
            self.billed += cost.parts.get(LIST, 0) + cost.parts.get(PLAN, 0)
            self.machine += cost.machine
            self.people += cost.parts.get(PEOPLE, 0)
            self.adjustments += cost.parts.get(ADJUSTMENTS, 0)
            self.full += cost.full

    def adjust(self, cost: TalkCost) -> None:
        """Take in what has changed for a conversation of a closed month."""
        self.ids.append(cost.talk.id)
        self.doubt = self.doubt or cost.talk.doubt or cost.talk.minutes_assumed
        if cost.revenue is not None:
            self.earned = (self.earned or 0) + cost.revenue
        self.adjustments += cost.parts.get(ADJUSTMENTS, 0)
        self.full += cost.full


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """Rows by full cost, the greatest first, and all of them together."""

    by: tuple[str, ...]
    rows: tuple[SegmentRow, ...]
    total: SegmentRow


def check_segments(by: Sequence[str]) -> None:
    """Raise ValueError for a segment that there is not, and for more than two."""
    for name in by:
        if name not in PIVOTS:
            raise ValueError(f"no such segment: {name!r:.40}. Segments are: {', '.join(PIVOTS)}")
    if not 1 <= len(by) <= 2 or len(set(by)) < len(by):
        raise ValueError("a table is by one segment, or by two different ones")


def segments(
    costs: Sequence[TalkCost], by: Sequence[str], adjusted: Sequence[TalkCost] = ()
) -> SegmentTable:
    """Return costs by one segment or by two; what has no value is "(none)".

    What has changed for conversations of closed months, `adjusted`, is in the rows of these.
    """
    check_segments(by)
    rows: dict[tuple[str, ...], SegmentRow] = {}
    total = SegmentRow(())

    def row_of(cost: TalkCost) -> SegmentRow:
        keys = tuple(cost.talk.segments.get(name) or NONE for name in by)
        return rows.setdefault(keys, SegmentRow(keys))

    for cost in costs:
        row_of(cost).take(cost)
        total.take(cost)
    for cost in adjusted:
        row_of(cost).adjust(cost)
        total.adjust(cost)
    ordered = sorted(rows.values(), key=lambda row: (-row.full, -row.units, row.keys))
    return SegmentTable(tuple(by), tuple(ordered), total)
