"""Resolutions that did not last: each counts once, and is taken off when it was reversed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of how a bot resolved a conversation, "" being not at all; UTC microseconds."""

    at: int
    before: str
    after: str


def settled(states: Sequence[str], instants: Sequence[int]) -> tuple[str, tuple[Turn, ...]]:
    """Return how a conversation was resolved first, and what became of that.

    `states` are how it was resolved, one after the other, and `instants` when each but the first
    began. Before the first resolution there is nothing to take off.
    """
    first = next((place for place, state in enumerate(states) if state), None)
    if first is None:
        return "", ()
    turns = [
        Turn(instants[place - 1], states[place - 1], states[place])
        for place in range(first + 1, len(states))
        if states[place] != states[place - 1]
    ]
    return states[first], tuple(turns)
