"""A call as a simulation looks at it: who was asked, its tokens, its list cost."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from convledger.pricing import Rater

Tokens = tuple[int, int, int, int, int]  # input, output, read, written for 5 minutes, for 1 hour


# There may be a hundred thousand of them: made fast, and out of the collector's sight.
class CallUse(Struct, frozen=True, gc=False):
    """A call; `cost` in picodollars, None without a price, `at` in UTC microseconds.

    `in_thread` says that it belongs to the conversation's own thread and to no sub-agent.
    """

    at: int
    source: str
    provider: str
    model: str
    speed: str
    context: str
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_searches: int
    cost: int | None
    lacks_tokens: bool | int = False
    in_thread: bool | int = True

    @property
    def tokens(self) -> Tokens:
        """The counts in the order in which they are priced."""
        return (
            self.input, self.output, self.cache_read, self.cache_write_5m, self.cache_write_1h,
        )  # fmt: skip

    @property
    def sent(self) -> int:
        """All tokens that the model was sent."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def name(self) -> str:
        """The model's name as reports write it."""
        return f"{self.model}-{self.speed}" if self.speed else self.model

    def priced(self, rater: Rater, tokens: Tokens, web_searches: int) -> int | None:
        """Return what other tokens had cost in its place (picodollars), None without a price."""
        fresh, output, read, short, long = tokens
        return rater.pico(
            self.source, self.provider or None, self.model, self.at, self.context,
            fresh, output, read, short, long, web_searches,
        )[0]  # fmt: skip

    def with_tokens(self, rater: Rater, tokens: Tokens) -> CallUse:
        """Return the call with other tokens, rated anew."""
        if tokens == self.tokens:
            return self
        cost = None if self.cost is None else self.priced(rater, tokens, self.web_searches)
        fresh, output, read, short, long = tokens
        return replace(
            self, input=fresh, output=output, cache_read=read, cache_write_5m=short,
            cache_write_1h=long, cost=cost,
        )  # fmt: skip
