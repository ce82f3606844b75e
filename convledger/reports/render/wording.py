"""Words for conversations and their entries, the same wherever they are shown."""

from __future__ import annotations

import re
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
_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}", re.IGNORECASE)
_SHORT = 24  # characters that an id of another form may have


def who_says(entry: Entry) -> str:
    """Return who said an entry; what a sub-agent is asked comes from no person."""
    if entry.agent and entry.kind == "prompt":
        return "Task"
    if entry.kind == "answer" and entry.flags & PERSON:
        return "Person"
    return WHO.get(entry.kind, entry.kind.capitalize())


def short_id(native: str) -> str:
    """Return enough of a conversation's id to name it; ids that begin with a time need more.

    Where an id is no random one, its beginning is that of many: it stays whole where it is short,
    and what stands before a slash (a mapping, a folder) is left out where it is not.
    """
    if _RANDOM.match(native):
        return native[: 13 if native[14:15] == "7" and native[8:9] == "-" else 8]
    if len(native) <= _SHORT or not (rest := native.partition("/")[2]):
        return native[:_SHORT]
    return short_id(rest)


def call_cost(call: CallLine) -> str:
    """Return what a call cost, for people: marked where it is an estimate."""
    if call.list_pico is None and call.lacks_tokens and not call.estimated:
        return "– tokens unknown"
    return usd_display(call.list_pico, PLACES, estimated=call.estimated)
