"""What tests of the Review screen share: samples with verdicts of several people."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger import who
from convledger.clock import DAY
from convledger.ledger import Ledger
from convledger.reports.listing import ListQuery
from convledger.reports.reviews.drawing import SampleQuery
from convledger.tui.screens.reviews import ReviewsScreen
from convledger.workflow.judging import Opinion
from convledger.workflow.review_words import Item
from tests.tui import pilot as pilots
from tests.tui.pilot import NOW

opened = partial(pilots.opened, place="review")
BOTH = [(80, 24), (140, 45)]
SECRET = f"ghp_{'Zx9Kq2Lm7Rt4Bv1Ns8Wd3Fg6Hj5Pc0Ya'}ab"


def be_mira(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work as Mira while a test runs."""
    monkeypatch.setattr(who, "_known", ["Mira"])
    monkeypatch.setattr(who, "_asked", [])


def with_sample(workspace: Path, *, size: int = 8, overlap: int = 4, due: int = 4) -> int:
    """Draw a sample for who works here and Jonas, who has judged all of his; returns its number."""
    query = SampleQuery(
        size=size, seed="demo", by=("client",), owners=(who.person(), "Jonas"), overlap=overlap,
        title="[b]November check", due_at=NOW + due * DAY,
    )  # fmt: skip
    with Ledger.open(workspace) as ledger:
        batch = ledger.keep_sample(ledger.draw_sample(query), now=NOW - 2 * DAY)
        for place, item in enumerate(ledger.review_items("Jonas", batch=batch.id)):
            if "Jonas" in item.waiting:
                opinion = Opinion(
                    ("pass", "minor")[place % 2], (("tone",), ())[place % 2], seconds=180
                )
                ledger.give_verdict(item.stored.id, opinion, now=NOW - DAY, as_name="Jonas")
    return batch.id


def with_dispute(workspace: Path) -> Item:
    """Draw a sample and say that one fails which Jonas did not mind."""
    number, you = with_sample(workspace), who.person()
    with Ledger.open(workspace) as ledger:
        item = next(
            each for each in ledger.review_items(you, batch=number)
            if len(each.stored.owners) > 1
        )  # fmt: skip
        ledger.give_verdict(item.stored.id, Opinion("fail"), now=NOW - DAY, as_name=you)
        return ledger.review_item(item.stored.id, you)


def screen_of(pilot: Pilot[None]) -> ReviewsScreen:
    """Return the Review screen that is shown."""
    screen = pilot.app.screen
    assert isinstance(screen, ReviewsScreen)
    return screen


def with_handoff(workspace: Path) -> int:
    """Enter that Ada took a conversation over; returns which."""
    from convledger.store.handoffs import StoredHandoff

    with Ledger.open(workspace) as ledger:
        number = int(ledger.matching(ListQuery())[0])
        entry = StoredHandoff(
            0, "", "", number, NOW - DAY, model="opus", person="[b]Ada", reason="billing",
            note=f"asked twice for {SECRET}", wait_seconds=120, handle_seconds=1500,
            outcome="refunded",
        )  # fmt: skip
        ledger.add_handoff(entry, now=NOW)
    return number


def with_firings(workspace: Path) -> None:
    """Have a rule that did something, one that failed, and one that nobody has confirmed."""
    from datetime import UTC

    from tests.workflow.rule_parts import rule_text

    texts = {
        "told": rule_text("told", "handoff.added", about="Hand-offs go to the [b]outbox"),
        "broken": rule_text(
            "broken", "handoff.added", do="command", command=["/nowhere/to/be/found"]
        ),
    }
    with Ledger.open(workspace) as ledger:
        for name, text in texts.items():
            ledger.confirm_trigger(name, ledger.add_trigger(text, f"{name}.toml").digest, now=NOW)
        ledger.add_trigger(rule_text("asleep", "review.failed"), "asleep.toml")
    with_handoff(workspace)
    with Ledger.open(workspace) as ledger:
        ledger.fire_triggers(now=NOW, zone=UTC)
