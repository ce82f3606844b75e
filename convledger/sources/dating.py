"""Times that can be none: how what bears them is dated all the same, and the words that tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from convledger.sources.values import instant_of

AROUND, OWN, BEFORE = "the messages around it", "its conversation", "the request before it"
FILE = "when the file was last written"
_MOST_AHEAD = 500  # rows that wait for the first sound time
LONGEST_NAME = 80

Item = TypeVar("Item")


def instant_among(values: Iterable[Any]) -> int | None:
    """Return the first instant among values, None where none is one."""
    return next((at for each in values if (at := instant_of(each)) is not None), None)


def odd_time(*values: Any) -> str:
    """Return what is amiss with the first time told; nothing where one is sound, or none is told.

    Of several values, as of a beginning and an end, one that is sound is enough.
    """
    if instant_among(values) is not None:
        return ""
    told = next((value for value in values if value is not None and value != ""), None)
    return "" if told is None else _amiss(told)


def _amiss(value: Any) -> str:
    what = "is from outside the years 2000 to 2200" if _is_time(value) else "is no time"
    return f"time {value!r:.40} {what}"


def _is_time(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return False
    try:
        return Decimal(str(value).strip()[:400]).is_finite()
    except (InvalidOperation, ValueError):  # ValueError: an integer of thousands of digits
        pass
    if not isinstance(value, str):
        return isinstance(value, int)
    try:
        datetime.fromisoformat(value.strip())
    except ValueError:
        return False
    return True


class Times:
    """What one conversation tells of times: the first that can be none is named, all are counted.

    One note a conversation, so that an export without a sound time does not drown all others.
    """

    def __init__(self) -> None:
        self._has_own = self._has_said = False
        self._own = self._said = self._place = ""
        self._count = 0

    def own(self, value: Any) -> int | None:
        """Take in a time of the conversation itself, and return it where it is sound."""
        at = instant_of(value)
        if at is None:
            self.doubt_own(odd_time(value))
        self._has_own = self._has_own or at is not None
        return at

    def said(self, place: str, *values: Any) -> int | None:
        """Take in the times of a message, and return the first that is sound."""
        at = instant_among(values)
        if at is None:
            self.doubt(place, odd_time(*values))
        self._has_said = self._has_said or at is not None
        return at

    def know(self, *, own: bool = False, said: bool = False) -> None:
        """Take in that there is a sound time, the conversation's own or of a message."""
        self._has_own, self._has_said = self._has_own or own, self._has_said or said

    def doubt_own(self, odd: str) -> None:
        """Take in what is amiss with the conversation's own time."""
        self._own = self._own or odd
        self._count += bool(odd)

    def doubt(self, place: str, odd: str) -> None:
        """Take in what is amiss with the time of the message `place`, where anything is."""
        if odd and not self._said:
            self._said, self._place = odd, place[:LONGEST_NAME]
        self._count += bool(odd)

    def fault(self, native: str) -> str:
        """Return in words what is amiss, and by what it is dated; nothing where all is well."""
        name = native[:LONGEST_NAME]
        more = f", and {self._count - 1:,} more likewise" if self._count > 1 else ""
        if self._said:
            by = AROUND if self._has_said else OWN if self._has_own else FILE
            return f"conversation {name}, message {self._place}: {self._said}: dated by {by}{more}"
        if self._own:
            by = "its other times" if self._has_said or self._has_own else FILE
            return f"conversation {name}: {self._own}: dated by {by}{more}"
        if not (self._has_said or self._has_own):
            return f"conversation {name} tells no time: dated by {FILE}"
        return ""


def dated(
    items: Iterable[Item], at_of: Callable[[Item], int | None], otherwise: int
) -> Iterator[tuple[Item, int]]:
    """Yield each with its instant, or that of the one before it; the first with that of the next.

    Where none of the first five hundred has one, it is `otherwise`.
    """
    waiting: list[Item] = []
    last: int | None = None
    for item in items:
        at = at_of(item)
        last = last if at is None else at
        if last is None:
            waiting.append(item)
            if len(waiting) < _MOST_AHEAD:
                continue
            last = otherwise
        for each in waiting:
            yield each, last
        if waiting and waiting[-1] is item:
            waiting = []
            continue
        waiting = []
        yield item, last
    for each in waiting:
        yield each, otherwise
