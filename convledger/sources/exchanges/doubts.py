"""Tells of requests whose times can be none: once a conversation, and not of thousands by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from convledger.sources.dating import FILE, LONGEST_NAME, instant_among, odd_time
from convledger.sources.findings import Rejected

MOST_TOLD = 50  # conversations of a file that are named one by one
ROWS = "what stands around it"


class _Doubt(Struct):
    """What is amiss with the times of a conversation; `odd` is empty where none is told."""

    odd: str
    request: str
    place: Rejected | None
    count: int = 0


class Doubts:
    """Takes in the times of a file's requests."""

    def __init__(self) -> None:
        self._doubts: dict[str, _Doubt] = {}
        self._dated: set[str] = set()

    def see(
        self,
        conversation: str,
        request: str,
        stamps: tuple[Any, ...],
        place: Callable[[str], Rejected],
    ) -> None:
        """Take in the times of a request that stands at `place`."""
        if instant_among(stamps) is not None:
            self._dated.add(conversation)
            return
        odd = odd_time(*stamps)
        doubt = self._doubts.get(conversation)
        if doubt is None:
            at = place("") if len(self._doubts) <= MOST_TOLD else None
            doubt = self._doubts[conversation] = _Doubt(odd, request, at)
        if odd and not doubt.odd:
            doubt.odd, doubt.request = odd, request
        doubt.count += bool(odd)

    def told(self) -> Iterator[Rejected]:
        """Yield what is amiss: the first conversations by name, all others by their number."""
        by = ROWS if self._dated else FILE
        doubts = {
            name: doubt
            for name, doubt in self._doubts.items()
            if doubt.odd or name not in self._dated
        }
        for number, (name, doubt) in enumerate(doubts.items()):
            if doubt.place is None:
                return
            doubt.place.reason = _words(name[:LONGEST_NAME], doubt, by)
            if number == MOST_TOLD and len(doubts) > MOST_TOLD + 1:
                more = len(doubts) - MOST_TOLD
                doubt.place.reason = f"{more:,} more conversations with such times: dated likewise"
                yield doubt.place
                return
            yield doubt.place


def _words(name: str, doubt: _Doubt, by: str) -> str:
    if not doubt.odd:
        return f"conversation {name} tells no time: dated by {by}"
    more = f", and {doubt.count - 1:,} more likewise" if doubt.count > 1 else ""
    request = f", request {doubt.request[:LONGEST_NAME]}" if doubt.request else ""
    return f"conversation {name}{request}: {doubt.odd}: dated by {by}{more}"
