"""Lets the demo's workspace know what people did: hand-offs, and a sample that two review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convledger.clock import DAY

if TYPE_CHECKING:
    from convledger.ledger import Ledger

_COLLEAGUE = "Jonas"
_SIZE, _OVERLAP, _LEFT = 12, 4, 3  # items, those that both review, those that still wait for you
# Why she took over, how long people waited, how long she worked, in minutes; how it ended.
_TAKEN_OVER = (
    ("low-confidence", 3, 12, "solved by hand"),
    ("tool-failure", 1, 16, "solved by hand"),
    ("user-asked", 8, 20, "talked it over"),
    ("policy", 2, 24, "declined"),
    ("complaint", 5, 28, "refunded"),
)
_YOURS = (("pass", ""), ("minor", "incomplete"), ("pass", ""), ("major", "wrong"), ("pass", ""))
_THEIRS = (("pass", ""), ("pass", ""), ("pass", ""), ("major", "wrong"), ("minor", "tone"))


def hand_over(ledger: Ledger, conversations: Sequence[int], now: int) -> None:
    """Enter that the consultant took some conversations over herself, each at its end."""
    from convledger.store.handoffs import StoredHandoff

    ended = {line.id: line.last_at for line in ledger.conversation_lines(conversations)}
    for number, (reason, wait, work, outcome) in zip(conversations, _TAKEN_OVER, strict=False):
        entry = StoredHandoff(
            0, "", "", number, ended[number] or now - DAY, person="Mira", reason=reason,
            wait_seconds=60 * wait, handle_seconds=60 * work, outcome=outcome,
        )  # fmt: skip
        ledger.add_handoff(entry, now=now)


def review_some(ledger: Ledger, now: int) -> None:
    """Draw a sample for you and a colleague, who has judged his part; a little waits for you."""
    from convledger.reports.reviews.drawing import SampleQuery
    from convledger.who import person

    you = person()
    query = SampleQuery(
        size=_SIZE,
        seed="demo",
        by=("client",),
        owners=(you, _COLLEAGUE),
        overlap=_OVERLAP,
        title="This month's check",
        due_at=now + 4 * DAY,
    )
    batch = ledger.keep_sample(ledger.draw_sample(query), now=now - 2 * DAY)
    for name, said, left in ((you, _YOURS, _LEFT), (_COLLEAGUE, _THEIRS, 0)):
        theirs = [
            each for each in ledger.review_items(name, batch=batch.id) if name in each.waiting
        ]
        theirs.sort(key=lambda each: len(each.stored.owners) == 1)  # those of both come first
        own = [item.stored.id for item in theirs]
        for place, number in enumerate(own[: len(own) - left]):
            _judge(ledger, number, name, said[place % len(said)], now - DAY + place)


def _judge(ledger: Ledger, number: int, name: str, said: tuple[str, str], at: int) -> None:
    from convledger.workflow.judging import Opinion

    verdict, reason = said
    opinion = Opinion(verdict, (reason,) if reason else (), seconds=60 * (2 + number % 4))
    ledger.give_verdict(number, opinion, now=at, as_name=name)
