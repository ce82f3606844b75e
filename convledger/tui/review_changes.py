"""Changes to reviews as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.screens.source_words import counted
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reviews.drawing import SampleQuery
    from convledger.store.reviews import StoredBatch
    from convledger.workflow.judging import Opinion
    from convledger.workflow.review_travel import ReviewImport
    from convledger.workflow.review_words import Item

Clock = Callable[[], int]


def keep_sample(ledger: Ledger, query: SampleQuery, now: Clock) -> Step:
    """Draw a sample and keep it. Raises UsageProblem."""
    batch = ledger.keep_sample(ledger.draw_sample(query), now=now())
    return Step(
        f"Sample {batch.id} drawn: {display_text(batch.title)}",
        lambda ledger: ledger.remove_review(batch.id, now=now()),
    )


def turn_sample(ledger: Ledger, batch: StoredBatch, now: Clock) -> Step:
    """Take a sample away, or bring one back that was taken away. Raises UsageProblem."""
    number, title = batch.id, display_text(batch.title)
    if batch.gone_at is None:
        ledger.remove_review(number, now=now())
        return Step(f"Sample {title} taken away", lambda ledger: ledger.bring_back_review(number))
    ledger.bring_back_review(number)
    return Step(
        f"Sample {title} brought back", lambda ledger: ledger.remove_review(number, now=now())
    )


def give_verdict(ledger: Ledger, item: Item, opinion: Opinion, now: Clock) -> Step:
    """Keep your verdict on an item. Raises UsageProblem."""
    number = item.stored.id
    ledger.give_verdict(number, opinion, now=now())
    return _step(f"Item {number}: {opinion.verdict}", number, now)


def adjudicate(ledger: Ledger, item: Item, opinion: Opinion, now: Clock) -> Step:
    """Keep what you decide of an item. Raises UsageProblem."""
    number = item.stored.id
    ledger.adjudicate(number, opinion, now=now())
    return _step(f"Item {number} decided: {opinion.verdict}", number, now)


def _step(words: str, number: int, now: Clock) -> Step:
    return Step(words, lambda ledger: ledger.withdraw_verdict(now=now(), number=number))


def take_file(ledger: Ledger, found: ReviewImport) -> str:
    """Keep what a file brings; returns it in words. Raises UsageProblem."""
    ledger.take_review_file(found)
    new = f"{counted(len(found.items), 'item')} and {counted(len(found.verdicts), 'verdict')}"
    return f"{display_text(found.batch.title)}: {new} taken in"
