"""A workspace in which costs beside the tokens, people's time and rates are entered by hand."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal
from typing import Any

from convledger.economics.conversation_costs import TalkCost
from convledger.money import PICO
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.costs import Costs
from convledger.store import costs as kept
from tests.reports.shop import Shop, at


def day(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)


def usd(amount: str) -> int:
    """Return dollars, or units of any currency, as picounits."""
    return int(Decimal(amount) * PICO)


class CostBook(Shop):
    """A shop whose conversations cost more than their tokens."""

    def item(
        self,
        kind: str,
        amount: str,
        since: str = "2026-10-01",
        until: str | None = "2026-11-01",
        **facts: Any,
    ) -> int:
        """Enter a cost: for October unless told else, divided equally."""
        known = {"name": kind, "every": "", "currency": "USD", "rule": "equal", "scope": {}}
        return kept.add_item(
            self.connection,
            kept.StoredItem(
                id=0,
                kind=kind,
                since=day(since),
                until=day(until) if until else None,
                amount=usd(amount),
                note="",
                **{**known, **facts},
            ),
        )

    def worked(self, conversation: int, minutes: int) -> None:
        """Enter that somebody worked on a conversation."""
        kept.add_worked(self.connection, kept.WorkedTime(0, conversation, 0, minutes * 60))

    def hourly(self, amount: str, since: str = "2026-01-01", **facts: Any) -> None:
        """Enter what an hour of people costs from a day on."""
        rate = kept.HourlyRate(day(since), usd(amount), facts.pop("currency", "USD"), **facts)
        kept.set_hourly_rate(self.connection, rate, 0)

    def exchange(self, currency: str, rate: str, since: str = "2026-01-01") -> None:
        """Enter what a currency is worth in dollars from a day on."""
        kept.set_exchange_rate(self.connection, currency, "USD", day(since), Decimal(rate), 0)

    def outcome(self, conversation: int, handled_by: str, resolution: str = "") -> None:
        """Let a source tell how a conversation ended."""
        self._add(
            "outcome",
            conversation_id=conversation,
            handled_by=handled_by,
            resolution=resolution,
            verdict="",
            rating="",
            channel="",
        )

    def ask(
        self,
        since: str = "2026-10-01",
        until: str = "2026-11-01",
        now: str = "2026-12-01",
        **more: Any,
    ) -> CostQuery:
        """Return a question about October, asked when it is over, unless told else."""
        return CostQuery(at(since), at(until), at(now), UTC, **more)

    def costs(self, *span: str, **more: Any) -> Costs:
        """Return the costs of a stretch of time."""
        return self.ledger.conversation_costs(self.ask(*span, **more))

    def cost(self, conversation: int, *span: str, **more: Any) -> TalkCost:
        """Return the cost of one conversation."""
        found = self.costs(*span, **more).costs
        return next(cost for cost in found if cost.talk.id == conversation)
