"""A thread replayed under a context policy, each request at the prices of its own call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from convledger.economics.call_use import CallUse, Tokens
from convledger.economics.context_policy import FULL, ContextPolicy, Requests, requests_of
from convledger.economics.scenarios import CACHE_LIVES, OtherContext
from convledger.economics.simulated import ReplaySum
from convledger.economics.thread_turns import ThreadTurns, opening_of
from convledger.pricing.arithmetic import half_even

# What tokens cost in the place of a call (picodollars), None without a price.
Price = Callable[[CallUse, Tokens, int], int | None]
WAYS = ((FULL, False), (FULL, True), ("", False), ("", True))  # "" stands for the policy


@dataclass(slots=True)
class ThreadReplay:
    """A thread's requests in full and under the policy, priced without a cache and with one.

    Without a cache all that a request was sent is fresh. `cached_before` says how full history is
    priced beside `cached_after` for the policy; where nothing is forgotten and the cache stays as
    it was, the two are the same.
    """

    thread: ThreadTurns
    made: dict[str, Requests]
    cached_before: bool
    cached_after: bool
    long_lived: bool
    sums: dict[tuple[str, bool], ReplaySum] = field(default_factory=dict)

    @property
    def policy(self) -> Requests:
        """What the policy makes of the thread."""
        return self.made[""]

    @property
    def forgets(self) -> bool:
        """Whether a request goes without something that was said."""
        return self.policy.first_forgetting is not None

    @property
    def is_changed(self) -> bool:
        """Whether the policy, or the cache, makes a difference."""
        return self.forgets or self.cached_before != self.cached_after

    def moved(self, cost: int, price: Price) -> int | None:
        """Return a recorded cost of the thread moved by the share that the replay moves by.

        None where a request has no price.
        """
        if not self.is_changed:
            return cost
        before = self._cost(FULL, self.cached_before, price)
        after = self._cost("", self.cached_after, price)
        return None if before is None or after is None else _scaled(cost, before, after)

    def moved_as_recorded(self, cost: int) -> int:
        """Return the same at the thread's own prices, once they are added up."""
        if not self.is_changed:
            return cost
        before, after = self.sums[FULL, self.cached_before], self.sums["", self.cached_after]
        return _scaled(cost, before.cost, after.cost)

    def add_up(self, price: Price) -> bool:
        """Work out the sums of all four ways; False where a request has no price."""
        for kind, cached in WAYS:
            if not kind and not self.forgets:
                self.sums[kind, cached] = self.sums[FULL, cached]
                continue
            cost = self._cost(kind, cached, price)
            if cost is None:
                return False
            made = self.made[kind].requests
            read = sum(request.cache_read for request in made) if cached else 0
            written = sum(request.cache_write for request in made) if cached else 0
            sent = sum(request.sent for request in made)
            output = sum(request.output for request in made)
            self.sums[kind, cached] = ReplaySum(
                cost, sent - read - written, read, written, output, len(made)
            )
        return True

    def _cost(self, kind: str, cached: bool, price: Price) -> int | None:
        """Return what one way of it comes to (picodollars)."""
        total: int | None = 0
        calls, long_lived = self.thread.calls, self.long_lived
        for place, _, read, written, output, is_summary in self.made[kind].requests:
            call = calls[place]
            if not cached:
                tokens = (read + written, output, 0, 0, 0)
            elif long_lived:
                tokens = (0, output, read, 0, written)
            else:
                tokens = (0, output, read, written, 0)
            one = price(call, tokens, 0 if is_summary else call.web_searches)
            total = None if one is None or total is None else total + one
        return total


def _scaled(cost: int, before: int, after: int) -> int:
    """Return a cost times after / before; what a free thread would cost is added to it."""
    return half_even(cost * after, before) if before else cost + after


def replay_thread(thread: ThreadTurns, context: OtherContext) -> ThreadReplay:
    """Replay a thread in every way. Raises TooSmall for a turn that is above the cap alone."""
    was_cached = thread.is_cached
    prefix = opening_of(thread.calls, context.instructions)

    def made(policy: ContextPolicy) -> Requests:
        # With a cache, which tells what a request shares with the one before; all else is alike.
        return requests_of(
            thread.turns, policy, cached=True, prefix=prefix, cache_lives=context.cache_lives
        )

    full = made(ContextPolicy())
    policy = context.policy
    fits = policy.cap is None or max(call.sent for call in thread.calls) <= policy.cap
    is_full = policy.kind == FULL or (fits and policy.every is None)
    return ThreadReplay(
        thread,
        {FULL: full, "": full if is_full else made(policy)},
        was_cached,
        was_cached if context.cached is None else context.cached,
        context.cache_lives > CACHE_LIVES,
    )


def added(sums: Sequence[ReplaySum]) -> ReplaySum:
    """Return sums of threads added up."""
    return ReplaySum(
        sum(one.cost for one in sums),
        sum(one.input for one in sums),
        sum(one.cache_read for one in sums),
        sum(one.cache_write for one in sums),
        sum(one.output for one in sums),
        sum(one.requests for one in sums),
    )
