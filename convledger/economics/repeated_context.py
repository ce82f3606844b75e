"""How much of what a model was sent it was sent for the first time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Sent(NamedTuple):
    """The tokens of one request: all that the model was sent, and what of it came from a cache."""

    context: int
    cached: int = 0


def first_sent(sent: Sent, before: int | None) -> int:
    """Return the tokens of a request that are new, `before` tokens sent in the last one.

    A context that has grown repeats the last one, so that what it grew by is new; the answer in
    between is part of that, as it is sent for the first time. One that has shrunk was summarised or
    begun anew, and all of it may be new. In either case what came from a cache was there before.
    The first request of a speaker is new as a whole.
    """
    if before is None:
        return max(sent.context, 0)
    grown = sent.context - before if sent.context >= before else sent.context
    return max(min(grown, sent.context - sent.cached), 0)


def distinct_tokens(requests: Iterable[Sent]) -> int:
    """Return the tokens of one speaker's requests, in their order, each counted when new.

    A request without tokens says nothing and is passed over.
    """
    found, before = 0, None
    for sent in requests:
        if sent.context > 0:
            found += first_sent(sent, before)
            before = sent.context
    return found
