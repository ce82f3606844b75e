"""How much of what a model was sent it was sent for the first time."""

from __future__ import annotations

from collections.abc import Iterable


def first_sent(sent: int, cached: int, before: int | None) -> int:
    """Return the new tokens among those `sent`, `cached` of them, after `before` in the last one.

    A context that has grown repeats the last one, so that what it grew by is new; the answer in
    between is part of that, as it is sent for the first time. One that has shrunk was summarised or
    begun anew, and all of it may be new. In either case what came from a cache was there before.
    The first request of a speaker is new as a whole.
    """
    if before is None:
        return sent
    grown = sent - before if sent >= before else sent
    fresh = sent - cached
    return grown if grown < fresh else fresh


def distinct_tokens(requests: Iterable[tuple[int, int]]) -> int:
    """Return the tokens of one speaker's requests, each counted when it is new.

    A request, in the order of time, is the tokens that were sent and those of them that came from
    a cache; one without tokens says nothing and is passed over.
    """
    found, before = 0, None
    for sent, cached in requests:
        if sent > 0:
            found += first_sent(sent, cached, before)
            before = sent
    return found
