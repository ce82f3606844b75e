"""October at a desk: three conversations and what they cost beside the tokens.

Each turn is 100 tokens in and 980 out of a model of $3 and $15 a million: $0.015.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.paths import default_workspace
from convledger.reports.unit_costs.costs import BASELINE_MINUTES
from convledger.store import costs as kept
from convledger.store.connection import transaction
from convledger.store.settings import note
from tests.cli.conftest import Answer, Cli
from tests.cli.plans import NOW
from tests.ingest import logs

TURNS = {1: 1, 2: 2, 3: 20}
OCTOBER = ("economics", "--month", "2026-10", "--no-sync")


def log_october(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the logs of the three conversations, and label them."""
    monkeypatch.setattr(logs, "START", logs.START.replace(month=10))
    folder = home / ".claude" / "projects" / "-home-ana-bakery"
    folder.mkdir(parents=True)
    for number, turns in TURNS.items():
        first = number * 100
        lines = [
            logs.prompt(first + turn, of=logs.session(number))
            + logs.reply(first + turn, output=980, of=logs.session(number))
            for turn in range(turns)
        ]
        (folder / f"{logs.session(number)}.jsonl").write_bytes(b"".join(lines))
    assert cli("import").code == 0
    assert cli("label", logs.session(1), logs.session(2), "--client", "acme").code == 0
    for number, user in ((1, "ana"), (2, "bo"), (3, "cy")):
        assert cli("label", logs.session(number), "--tag", f"user={user}").code == 0
    assert cli("label", logs.session(3), "--outcome", "escalated").code == 0


def add_costs() -> None:
    """Add a server, revenue, an hourly rate and people's minutes."""
    with Ledger.open(default_workspace()) as ledger, transaction(ledger.connection):
        third = ledger.conversation(logs.session(3))
        kept.set_hourly_rate(
            ledger.connection,
            kept.HourlyRate(date(2026, 1, 1), 25 * PICO, "USD", Decimal("0.30")),
            NOW,
        )
        kept.add_worked(ledger.connection, kept.WorkedTime(0, third.id, NOW, 12 * 60))
        item(ledger, "infrastructure", 3)
        item(ledger, "revenue", 20)
        note(ledger.connection, BASELINE_MINUTES, "9")


def item(ledger: Ledger, kind: str, units: int, currency: str = "USD", **facts: Any) -> None:
    """Add a cost of October."""
    whole = {"since": date(2026, 10, 1), "until": date(2026, 11, 1), "every": "", "rule": "equal"}
    kept.add_item(
        ledger.connection,
        kept.StoredItem(
            id=0, kind=kind, name=f"the {kind}", amount=units * PICO, currency=currency, scope={},
            note="", **{**whole, **facts},
        ),
    )  # fmt: skip


def document(cli: Cli, *more: str) -> Any:
    answer = cli(*OCTOBER, "--json", *more)
    assert answer.code == 0, answer.err
    return answer.json


def steps(found: Any) -> dict[str, Any]:
    return {step["step"]: step["amount"] for step in found["waterfall"]}


def said(answer: Answer) -> str:
    return " ".join(answer.out.split())


def about(found: Any, name: str) -> str:
    return " ".join(note["text"] for note in found["notes"] if note["about"] == name)
