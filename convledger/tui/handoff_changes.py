"""Changes to hand-offs as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from convledger.store.handoffs import StoredHandoff
from convledger.text.display import clip
from convledger.tui.cost_words import title_text
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.handoffs.known import Handoff
    from convledger.store.cost_changes import Change

Clock = Callable[[], int]
_LONGEST_TITLE = 40


def _step(words: str, change: Change, now: Clock) -> Step:
    return Step(words, lambda ledger: ledger.undo_handoffs(now=now(), change=change))


def enter_handoff(
    ledger: Ledger, conversation_id: int, said: Mapping[str, Any], zone: tzinfo, now: Clock
) -> Step:
    """Enter a hand-off; when nobody says it is when its source tells, else now. Raises."""
    at = said.get("at")
    if at is None:
        known = [each.at for each in ledger.handoffs_of(conversation_id, zone)
                 if each.number is None]  # fmt: skip
        at = next((each for each in known if each is not None), now())
    entry = StoredHandoff(0, "", "", conversation_id, **{**said, "at": at})
    change = ledger.add_handoff(entry, now=now())
    return _step(f"Hand-off entered{_early(ledger, change, zone)}", change, now)


def edit_handoff(
    ledger: Ledger, number: int, said: Mapping[str, Any], zone: tzinfo, now: Clock
) -> Step:
    """Put another hand-off in the place of one. Raises UsageProblem."""
    change = ledger.edit_handoff(number, said, now=now())
    return _step(f"Hand-off changed{_early(ledger, change, zone)}", change, now)


def _early(ledger: Ledger, change: Change, zone: tzinfo) -> str:
    """Return words for a hand-off from before its conversation opened, "" for any other."""
    (number,) = change.came["handoff"]
    return ", before the conversation opened" if ledger.handoff(number, zone).is_early else ""


def remove_handoff(ledger: Ledger, each: Handoff, now: Clock) -> Step:
    """Take a hand-off away with its time. Raises UsageProblem."""
    assert each.number is not None  # what nobody has entered can't be taken away
    title = clip(title_text(each.title, each.conversation), _LONGEST_TITLE)
    change = ledger.remove_handoffs([each.number], now=now())
    return _step(f"Hand-off of {title} removed", change, now)
