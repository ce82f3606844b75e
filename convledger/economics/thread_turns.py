"""Turns read off the calls of a thread: what each asked anew, what was answered, what stayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from convledger.economics.call_use import CallUse
from convledger.economics.context_policy import Turn

_AHEAD = 8  # calls within which a thread is back at its length after a call beside it


@dataclass(slots=True)
class ThreadTurns:
    """The turns of a thread, each with its call; a turn is one request with its answer.

    `shrinks` counts how often the history was shortened in fact, by compaction or a reset. `asides`
    are calls beside the thread, like one for a title: the next call carries the history on.
    """

    turns: list[Turn] = field(default_factory=list)
    calls: list[CallUse] = field(default_factory=list)
    asides: int = 0
    shrinks: int = 0

    @property
    def is_cached(self) -> bool:
        """Whether prompts were cached in fact."""
        return any(
            call.cache_read or call.cache_write_5m or call.cache_write_1h for call in self.calls
        )


def turns_of(calls: Sequence[CallUse], instructions: int = 0) -> ThreadTurns:
    """Return the turns of calls in the order of time; those without tokens are left out.

    What a call was sent beyond what the one before was sent and answered is asked anew. Where it is
    less, a part of the answer (thinking) did not stay in the history; where it is less than was
    sent before, the history was shortened. `instructions` open every request and are no turn's.
    """
    found = ThreadTurns()
    known = [call for call in calls if call.in_thread and not call.lacks_tokens and call.sent]
    prefix = opening_of(known, instructions)
    kept: list[int] = []
    before: CallUse | None = None
    for place, call in enumerate(known):
        anew, asked = before is None, call.sent - prefix
        if before is not None:
            grown = call.sent - before.sent
            if grown < 0 and _is_aside(known, place, before.sent):
                found.asides += 1
                continue
            anew = grown < 0
            found.shrinks += anew
            if not anew:
                kept[-1] = min(grown, before.output)
                asked = grown - kept[-1]
        waited = 0 if before is None else max(call.at - before.at, 0)
        found.turns.append(Turn(asked, call.output, waited, anew=anew and before is not None))
        found.calls.append(call)
        kept.append(call.output)
        before = call
    found.turns = [
        turn
        if own == turn.answered
        else Turn(turn.asked, turn.answered, turn.waited, own, turn.anew)
        for turn, own in zip(found.turns, kept, strict=True)
    ]
    return found


def opening_of(calls: Sequence[CallUse], instructions: int) -> int:
    """Return the tokens that open every request: never more than the shortest of them has."""
    if not instructions:
        return 0
    return min([instructions, *(call.sent for call in calls if call.in_thread and call.sent)])


def _is_aside(calls: Sequence[CallUse], place: int, sent: int) -> bool:
    """Whether a shorter call stands beside the thread: one of the next carries the history on."""
    return any(call.sent >= sent for call in calls[place + 1 : place + 1 + _AHEAD])
