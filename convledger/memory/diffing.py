"""What differs between two versions of a text, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = " ", "+", "-"
_MOST = 4000  # lines that are compared one by one; more are told as a whole


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a diff: `sign` is " ", "+" or "-"."""

    sign: str
    text: str


def diff_lines(old: str, new: str, around: int | None = None) -> list[DiffLine]:
    """Return the lines of both texts with what was added and removed.

    Of the same lines only so many `around` each change are kept, all where None; a gap is a line
    of the same sign with the text "…".
    """
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > _MOST:
        lines = [DiffLine(REMOVED, line) for line in before]
        return lines + [DiffLine(ADDED, line) for line in after]
    lines = list(_compared(before, after))
    return lines if around is None else list(_near_changes(lines, around))


def _compared(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, end, other_first, other_end in matcher.get_opcodes():
        if tag == "equal":
            yield from (DiffLine(SAME, line) for line in before[first:end])
            continue
        yield from (DiffLine(REMOVED, line) for line in before[first:end])
        yield from (DiffLine(ADDED, line) for line in after[other_first:other_end])


def _near_changes(lines: list[DiffLine], around: int) -> Iterator[DiffLine]:
    kept: set[int] = set()
    for place, line in enumerate(lines):
        if line.sign != SAME:
            kept.update(range(place - around, place + around + 1))
    last = -1
    for place, line in enumerate(lines):
        if place not in kept:
            continue
        if place > last + 1:
            yield DiffLine(SAME, "…")
        yield line
        last = place
    if kept and last < len(lines) - 1:
        yield DiffLine(SAME, "…")
