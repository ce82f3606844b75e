"""A workspace with conversations to draw from, and reviewers who judge them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from convledger.reports.reviews.drawing import Sample, SampleQuery
from convledger.store.reviews import StoredBatch
from convledger.workflow.judging import Opinion
from convledger.workflow.review_words import Item
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook

NOW = at("2026-11-20")
MINUTE = 60_000_000


class Panel(CostBook):
    """A book of conversations that people review."""

    def __init__(self, folder: Path, names: str = "abcdefghij") -> None:
        super().__init__(folder)
        for place, name in enumerate(names):
            self.talk(at("2026-10-05") + place * MINUTE, name)
            self.spend(at("2026-10-05") + place * MINUTE, f"{place + 1}.00", name)

    def draw(self, **asked: Any) -> Sample:
        """Draw a sample: three by seed 7 for Ada unless told else."""
        known = {"size": 3, "seed": "7", "owners": ("Ada",)}
        if "share" in asked:
            del known["size"]
        return self.ledger.draw_sample(SampleQuery(**{**known, **asked}))

    def sample(self, **asked: Any) -> StoredBatch:
        """Draw a sample and keep it."""
        return self.ledger.keep_sample(self.draw(**asked), now=NOW)

    def judge(self, item: int, name: str, verdict: str, now: int = NOW, **more: Any) -> None:
        """Give somebody's verdict."""
        self.ledger.give_verdict(item, Opinion(verdict, **more), now=now, as_name=name)

    def items(self, name: str = "Cy", **which: Any) -> list[Item]:
        """Return the items as somebody may see them."""
        return self.ledger.review_items(name, **which)


def said(item: Item) -> dict[str, str]:
    """Return the verdicts on an item by reviewer."""
    return {name: verdict.verdict for name, verdict in item.latest.items()}
