"""What differs between two versions of a text, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = " ", "+", "-"
_MOST = 4000  # lines that are compared one by one; more are told as a whole


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a diff: `sign` is " ", "+" or "-"."""

    sign: str
    text: str


def diff_lines(
    old: str,
    new: str,
    around: int | None = None,
    shown: Callable[[str], list[str]] = str.splitlines,
) -> list[DiffLine]:
    """Return the lines of both texts with what was added and removed.

    Of the same lines only so many `around` each change are kept, all where None; a gap is a line
    of the same sign with the text "…". `shown` gives the lines of a text as they may be seen: what
    differs is found in the texts themselves.
    """
    before, after = old.splitlines(), new.splitlines()
    lines = list(_compared(before, after, shown(old), shown(new)))
    return lines if around is None else list(_near_changes(lines, around))


def _compared(
    before: list[str], after: list[str], shown: Sequence[str], shown_after: Sequence[str]
) -> Iterator[DiffLine]:
    head, tail = _same_ends(before, after)
    yield from (DiffLine(SAME, line) for line in shown[:head])
    end, other_end = len(before) - tail, len(after) - tail
    for tag, *places in _changes(before[head:end], after[head:other_end]):
        first, last, other_first, other_last = (head + place for place in places)
        if tag == "equal":
            yield from (DiffLine(SAME, line) for line in shown[first:last])
            continue
        yield from (DiffLine(REMOVED, line) for line in shown[first:last])
        yield from (DiffLine(ADDED, line) for line in shown_after[other_first:other_last])
    yield from (DiffLine(SAME, line) for line in shown[end:])


def _same_ends(before: list[str], after: list[str]) -> tuple[int, int]:
    """Return how many lines are the same at the beginning, and of the others at the end."""
    most = min(len(before), len(after))
    head = next((at for at in range(most) if before[at] != after[at]), most)
    tail = next((at for at in range(most - head) if before[-1 - at] != after[-1 - at]), most - head)
    return head, tail


def _changes(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(before), len(after)) > _MOST:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


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
