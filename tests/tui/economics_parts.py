"""What tests of Economics share: a studio with costs beside tokens, and ways to look at it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.unit_costs.costs import BASELINE_MINUTES, USUAL_MINUTES
from convledger.store import costs as kept
from convledger.store.connection import transaction
from convledger.store.settings import note
from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.economics import EconomicsScreen
from tests.tui import pilot as pilots
from tests.tui.pilot import press

opened = partial(pilots.opened, place="economics")
OCTOBER = date(2026, 10, 1)
OCTOBER_INSTANTS = (1_790_812_800_000_000, 1_793_491_200_000_000)  # UTC microseconds
NOVEMBER = date(2026, 11, 1)


def usd(amount: str) -> int:
    """Return dollars as picodollars."""
    return int(Decimal(amount) * PICO)


def item(kind: str, name: str, amount: str, **facts: object) -> kept.StoredItem:
    """Return a cost of October, divided equally unless told else."""
    known = {"since": OCTOBER, "until": NOVEMBER, "every": "", "currency": "USD", "rule": "equal"}
    more = {"scope": {}, "note": "", **known, **facts}
    return kept.StoredItem(id=0, kind=kind, name=name, amount=usd(amount), **more)  # type: ignore[arg-type]


def with_items(workspace: Path, *items: kept.StoredItem) -> None:
    """Enter costs beside tokens."""
    with Ledger.open(workspace) as ledger, transaction(ledger.connection):
        for each in items:
            kept.add_item(ledger.connection, each)


def with_people(workspace: Path, *, hand_offs: int = 5, minutes: int | None = 20) -> list[int]:
    """Hand conversations of October over to people who cost $48 an hour; returns which."""
    with Ledger.open(workspace) as ledger:
        ids = [
            row[0]
            for row in ledger.connection.execute(
                "SELECT id FROM conversation WHERE parent_native='' AND first_at >= ? "
                "AND first_at < ? ORDER BY first_at, id LIMIT ?",
                (*OCTOBER_INSTANTS, hand_offs),
            )
        ]
        ledger.label(ids, "outcome", "escalated")
        with transaction(ledger.connection):
            rate = kept.HourlyRate(date(2026, 1, 1), usd("48"), "USD")
            kept.set_hourly_rate(ledger.connection, rate, 0)
            note(ledger.connection, BASELINE_MINUTES, str(Fraction(9)))
            if minutes is not None:
                note(ledger.connection, USUAL_MINUTES, str(Fraction(minutes)))
    return ids


def with_costs(workspace: Path) -> None:
    """Give October shared costs, people, and a refund."""
    with_items(
        workspace,
        item("infrastructure", "Servers", "24.00"),
        item("retrieval", "Vector store", "9.80", rule="tokens"),
        item("tool", "Search fees", "6.15", rule="cost"),
        item("other", "Credit note", "-2.50"),
    )
    with_people(workspace)


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


async def go(pilot: Pilot[None], *keys: str) -> None:
    """Go to Economics and press keys there."""
    await press(pilot, "6", *keys)


def place(pilot: Pilot[None]) -> EconomicsScreen:
    screen = app_of(pilot).place()
    assert isinstance(screen, EconomicsScreen)
    return screen


def counts(pilot: Pilot[None], panel: str) -> str:
    """Return what stands at the lower right of a panel."""
    return str(place(pilot).query_one(f"#{panel}").border_subtitle)
