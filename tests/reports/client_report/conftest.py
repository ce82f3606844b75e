"""A workspace with a client, and a function that makes its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convledger.reports.client_report.asked import ReportQuery
from convledger.reports.client_report.facts import ClientReport
from tests.reports.unit_costs.costbook import CostBook


class Office(CostBook):
    """A shop that reports to its clients."""

    def own(self, when: str, client: str = "acme", name: str = "", **labels: str) -> int:
        """Add a conversation of a client."""
        number = self.talk(when, name, title=labels.pop("title", ""))
        self.label(number, "client", client)
        for label, value in labels.items():
            self.label(number, label, value)
        return number

    def report(
        self,
        since: str = "2026-10-01",
        until: str = "2026-11-01",
        *,
        client: str | None = "acme",
        now: str = "2026-12-01",
        **more: Any,
    ) -> ClientReport:
        """Return the report of October, unless told else, of a client."""
        costs = {name: more.pop(name) for name in ("currency", "zone_name") if name in more}
        scope = {"client": (client,)} if client is not None else {}
        query = self.ask(since, until, now, scope=scope, **costs)
        return self.ledger.client_report(ReportQuery(query, version="1.2.3", **more))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "workspace")
    yield made
    made.ledger.close()


@pytest.fixture
def october(office: Office) -> Office:
    """Two conversations of acme and one of globex in October, one of acme in September.

    Acme: 3.00 + 1.50 at list prices, 2 x 10.00 of 30.00 infrastructure, 15 minutes of people at
    20.00 an hour: 29.50 in full. September: 2.00.
    """
    office.own("2026-10-02T10:00", name="one", project="/home/me/acme/shop", kind="support",
               title="The cart is empty")  # fmt: skip
    office.spend("2026-10-02T10:01", "2.00", "one", model="opus", sent=900)
    office.spend("2026-10-02T10:02", "1.00", "one", model="haiku", sent=100)
    two = office.own("2026-10-20T10:00", name="two", project="/home/me/acme/site")
    office.spend("2026-10-20T10:01", "1.50", "two", model="opus", sent=500)
    office.own("2026-10-05T10:00", "globex", name="three", project="/home/me/globex/vault")
    office.spend("2026-10-05T10:01", "70.00", "three", model="globex-tuned")
    office.own("2026-09-10T10:00", name="four")
    office.spend("2026-09-10T10:01", "2.00", "four", model="opus")
    office.item("infrastructure", "30", name="Servers")
    office.worked(two, 15)
    office.outcome(two, "bot_then_human")
    office.hourly("20")
    return office
