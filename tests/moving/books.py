"""Workspaces with something of every sort in them, and what to compare of two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping, packs
from convledger.memory.drafts import Draft
from convledger.moving.carried import CARRIED
from convledger.moving.merging import TakenIn
from convledger.moving.viewing import view
from convledger.store import assertions, closings, costs, labels, subscriptions
from convledger.store.assertions import Assertion
from convledger.store.closings import ClosedDivision, ClosedTalk, Closing
from convledger.store.connection import transaction
from convledger.store.costs import HourlyRate, StoredItem, WorkedTime
from convledger.store.entries import entries_where, versions_of
from convledger.store.findings import Finding
from convledger.store.settings import note
from convledger.store.subscriptions import CreditFact
from tests.ingest.logs import Bench, session, turns

NOW = 1_795_322_220 * SECOND
PICO = 10**12
PLAN = sha256(b"x").hexdigest()


def filled(bench: Bench) -> Ledger:
    """Put something of every sort into a workspace that has read three conversations."""
    for number in (1, 2, 3):
        place = bench.claude / "bakery" / f"{session(number)}.jsonl"
        bench.write(place, turns(number * 100, number * 100 + 2, of=session(number)))
    bench.sync()
    ledger = bench.ledger
    connection = ledger.connection
    one, two, _ = (ledger.conversation(session(number)).id for number in (1, 2, 3))
    ledger.label([one, two], "client", "acme")
    ledger.label([two], "tag", "night")
    with transaction(connection):
        subscriptions.keep_plan_texts(connection, [(PLAN, "studio", "1", "studio.toml", "x")], NOW)
        plan = subscriptions.begin(connection, "studio", NOW - 90 * DAY, now=NOW, seats=2)
        bought = subscriptions.add_fact(
            connection, plan, CreditFact(0, NOW - DAY, "topup", 5 * PICO, 9 * PICO, made_at=NOW)
        )
        for target in (f"by hand {bought}", f"conversation/{two}/m77"):
            subscriptions.add_fact(
                connection, plan,
                CreditFact(0, NOW, "void", 0, target=target, made_at=NOW, corrects=None),
            )  # fmt: skip
        subscriptions.add_fact(
            connection, plan, CreditFact(0, NOW - DAY, "topup", -5 * PICO, -9 * PICO, made_at=NOW,
                                         corrects=bought),
        )  # fmt: skip
        costs.add_item(connection, StoredItem(
            0, "infrastructure", "Server", date(2026, 10, 1), None, "month", 24 * PICO, "USD",
            "hand", {}, "", made_at=NOW, shares={one: 3, two: 1},
        ))  # fmt: skip
        costs.add_worked(connection, WorkedTime(0, one, NOW, 600, "bo", "called back", "", NOW))
        costs.set_hourly_rate(connection, HourlyRate(date(2026, 1, 1), 60 * PICO, "EUR"), NOW)
        costs.set_exchange_rate(connection, "EUR", "USD", date(2026, 1, 1), Decimal("1.1"), NOW)
        costs.set_text(connection, "scenario", "cheaper", "model = 1", NOW)
        costs.set_text(connection, "unit_budget", "chat", "price = 1", NOW)
        assertions.add_assertion(connection, Assertion(
            date(2026, 10, 1), date(2026, 11, 1), 12 * PICO, "USD", 99 * PICO, made_at=NOW
        ))  # fmt: skip
        note(connection, "minutes of a hand-off", "7")
        closings.add_closing(
            connection, Closing(0, None, date(2026, 11, 1), NOW - 21 * DAY, (), NOW),
            [ClosedDivision(1, None, "Server", "2026-10-01", "2026-11-01", 24 * PICO, "USD",
                            ((two, 1), (one, 3), (None, 2)))],
            [ClosedTalk(one, NOW - 30 * DAY, 5, None, "")],
        )  # fmt: skip
    first, _ = keeping.remember(connection, Draft("The bakery opens at seven."), NOW)
    keeping.edit(connection, first, NOW, body="The bakery opens at six.")
    keeping.remember(connection, Draft("Deliveries come through the yard.", tags=("yard",)), NOW)
    packs.create(connection, "desk", 500, NOW)
    (ledger.workspace / "plans").mkdir()
    (ledger.workspace / "plans" / "studio.toml").write_text("plan = 1\n")
    (ledger.workspace / "prices.toml").write_text("# mine\n")
    return ledger


def findings(ledger: Ledger) -> list[Finding]:
    """Return what a whole check finds, but that nothing can be worked out by the invented plan."""
    return [
        each
        for each in ledger.check(deep=True)
        if not each.problem.startswith("studio can't be worked out")
    ]


@dataclass
class Two:
    """Two workspaces of a team that have read the same logs, and a folder between them."""

    a: Ledger
    b: Ledger
    folder: Path
    count: int = 0

    def carry(self, source: Ledger, target: Ledger, *, theirs: bool = False) -> TakenIn:
        """Move everything of one into the other."""
        self.count += 1
        folder = self.folder / str(self.count)
        source.move_out(folder, now=NOW)
        return target.take_in(folder, now=NOW, theirs=theirs)


def said(ledger: Ledger) -> dict[str, Any]:
    """Return all that people made, free of numbers, names and instants of making."""
    found: dict[str, Any] = {}
    seen = view(ledger.connection)
    for spec in CARRIED:
        rows = [row for row in seen.rows[spec.file].values() if not row.is_gone]
        found[spec.name] = sorted(
            repr([row.values[name] for name in (*spec.key, *spec.facts)]) for row in rows
        )
    found["memory"] = sorted(
        repr((
            each.title, each.body, each.scope, each.tags, each.state, each.pinned, each.value,
            [(one.title, one.body) for one in versions_of(ledger.connection, each.id)],
        ))
        for each in entries_where(ledger.connection)
    )  # fmt: skip
    return found


def label(ledger: Ledger, number: int, name: str, value: str) -> None:
    """Label the conversation of a session."""
    with transaction(ledger.connection):
        labels.set_label(ledger.connection, [ledger.conversation(session(number)).id], name, value)
