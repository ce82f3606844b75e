"""The audit log in the words of the screens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from convledger import clock
from convledger.errors import UsageProblem
from convledger.store.audit import Head
from convledger.store.literals import DIGEST, NOTHING, Value
from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.tui.screens.source_words import counted

if TYPE_CHECKING:
    from convledger.reports.auditing import BatchLine, EventLine
    from convledger.store.audit_check import Verdict

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-fA-F]{64})")
_AN_INSTANT = 10**15  # microseconds: whatever is larger is no count
_LONG_DIGEST = 65


def head_typed(text: str) -> Head | None:
    """Return a head that was written down, None for nothing. Raises UsageProblem."""
    if not text.strip():
        return None
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise UsageProblem("a head is a number, a colon and 64 digits, as y copies it")
    return Head(int(found[1]), bytes.fromhex(found[2]))


def short_head(head: Head) -> str:
    """Return a head as few cells tell it: "231:ab12cd34…"."""
    return f"{head.seq:,}:{str(head).partition(':')[2][:8]}…"


def span_text(each: BatchLine) -> str:
    """Return the numbers of what was changed together: "12", "12-17"."""
    return str(each.first) if each.first == each.last else f"{each.first}-{each.last}"


def about_text(words: str) -> str:
    """Return what an event is about, safe to show, without a secret."""
    return display_text(veiled(words))


def value_text(value: Value) -> str:
    """Return a value for people: of a long text what it is told apart by."""
    if value is None:
        return "–"
    if value == NOTHING:
        return "“”"
    if isinstance(value, int):
        return clock.iso_text(value) if value >= _AN_INSTANT else str(value)
    if value.startswith(DIGEST) and len(value) == _LONG_DIGEST:
        return f"(text {value[1:9]})"
    return f"“{display_text(veiled(value))}”" if value else "“”"


def changed_of(each: EventLine) -> list[tuple[str, str, str]]:
    """Return what an event changed: the column, what it said before, what after."""
    found = []
    for name, old, new in each.changed:
        if each.before is None and new in ("", None, NOTHING):
            continue
        was = value_text(old) if each.before is not None else ""
        now = value_text(new) if each.after is not None else "(gone)"
        found.append((name.replace("_", " "), was, now))
    return found


def verdict_text(verdict: Verdict, known: Head | None = None) -> str:
    """Return what verifying found in one line."""
    if not verdict.is_sound:
        count = len(verdict.problems) + verdict.more
        return f"{counted(count, 'problem')} in {counted(verdict.events, 'event')}"
    words = f"{counted(verdict.events, 'event')}, nothing was changed"
    if known is not None:
        words += f"; event {known.seq:,} is the one that was written down"
    if verdict.erased:
        words += f"; {verdict.erased:,} without words, which were erased"
    if verdict.outside:
        words += f"; {verdict.outside:,} of other programs, noted"
    return words
