"""Which of two states of the same thing is the later: told from what each has been before."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

GONE = "-"  # the state of what was taken away


class Choice(Enum):
    """What becomes of something that two ledgers know."""

    SAME = "same"
    OURS = "ours"  # theirs is one that ours has been before
    THEIRS = "theirs"
    APART = "apart"  # both went on from what they were: nobody but a person can decide


def decide(ours: Sequence[str], theirs: Sequence[str]) -> Choice:
    """Choose between two histories of states, each with the present one at its end.

    No clock is asked: what the other has been before is the earlier. Each history is that of one
    ledger, so that states which it never had are missing in it.
    """
    here, there = ours[-1], theirs[-1]
    if here == there:
        return Choice.SAME
    is_behind, is_ahead = here in theirs[:-1], there in ours[:-1]
    if is_behind and is_ahead:  # it went to and fro
        is_behind, is_ahead = _is_within(ours, theirs), _is_within(theirs, ours)
    if is_behind != is_ahead:
        return Choice.THEIRS if is_behind else Choice.OURS
    return Choice.APART


def _is_within(few: Sequence[str], many: Sequence[str]) -> bool:
    """Tell whether one list stands in another in its order, with others between."""
    rest = iter(many)
    return all(each in rest for each in few)
