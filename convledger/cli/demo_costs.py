"""Lets the demo's workspace know what the invented consultant pays beside tokens."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.clock import DAY
from convledger.reports.periods import local_day

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.costs import StoredItem

_BY_HAND = 7  # each seventh conversation she finished herself


def spend_all(ledger: Ledger, now: int) -> None:
    """Enter shared costs, what her hour costs, and the conversations that she finished by hand."""
    from convledger.cli.demo_reviews import hand_over
    from convledger.money import PICO
    from convledger.store.costs import HourlyRate

    first = local_day(now - 50 * DAY, UTC).replace(day=1)
    ledger.add_costs(_items(first), now=now)
    rate = HourlyRate(first - timedelta(days=365), 48 * PICO, "USD")
    ledger.set_hourly_rate(rate, now=now)
    ledger.set_usual_minutes(Fraction(15), now=now)
    ledger.set_usual_minutes(Fraction(25), now=now, baseline=True)
    ids = ledger.conversation_ids(projects=["*/clients/*"])[::_BY_HAND]
    ledger.label(ids, "outcome", "escalated")
    hand_over(ledger, ids, now)


def _items(first: date) -> list[StoredItem]:
    from convledger.money import pico_from_usd
    from convledger.store.costs import StoredItem

    return [
        StoredItem(
            id=0, kind=kind, name=name, since=first, until=None, every="month",
            amount=pico_from_usd(Decimal(amount)), currency="USD", rule=rule, scope={}, note="",
        )
        for kind, name, amount, rule in (
            ("infrastructure", "Server and backups", "24.00", "equal"),
            ("retrieval", "Vector store", "9.80", "tokens"),
            ("tool", "Search of the web", "6.15", "messages"),
            ("revenue", "Retainers", "900.00", "messages"),
        )
    ]  # fmt: skip
