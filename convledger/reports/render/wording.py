"""Words for conversations and their entries, the same wherever they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.money import usd_display
from convledger.reports.thread import BRANCH, ERROR, INHERITED, PERSON, ROLLED_BACK

if TYPE_CHECKING:
    from convledger.reports.conversations import Entry
    from convledger.reports.thread import CallLine

WHO = {
    "prompt": "You",
    "answer": "Answer",
    "thinking": "Thinking",
    "tool_call": "Tool",
    "tool_result": "Result",
    "note": "Note",
    "attachment": "Attachment",
    "call": "Call",
}
MARKS = (
    (INHERITED, "from the parent"),
    (ROLLED_BACK, "taken back"),
    (BRANCH, "another branch"),
    (ERROR, "failed"),
)
PLACES = 4  # digits behind the point of what a single call cost


def who_says(entry: Entry) -> str:
    """Return who said an entry; what a sub-agent is asked comes from no person."""
    if entry.agent and entry.kind == "prompt":
        return "Task"
    if entry.flags & PERSON:
        return "Person"
    return WHO.get(entry.kind, entry.kind.capitalize())


def short_id(native: str) -> str:
    """Return enough of a conversation's id to name it; ids that begin with a time need more."""
    return native[: 13 if native[14:15] == "7" and native[8:9] == "-" else 8]


def call_cost(call: CallLine) -> str:
    """Return what a call cost, for people: marked where it is an estimate."""
    if call.list_pico is None and call.lacks_tokens and not call.estimated:
        return "– tokens unknown"
    return usd_display(call.list_pico, PLACES, estimated=call.estimated)
