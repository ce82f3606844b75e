"""How many tokens each call of an invented conversation takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from convledger.demo.truth import Tokens

SYSTEM = 15_200


@dataclass(slots=True)
class ClaudeMeter:
    """The prompt cache of one thread: what is in it and when it was last used."""

    rng: Random
    weight: int = 1
    effort: int = 1
    hour: bool = False
    cached: bool = True
    context: int = 0
    pending: int = 0
    used: datetime | None = None

    def grow(self, tokens: int) -> None:
        """Add text that the next call sends."""
        self.pending += tokens

    def call(self, moment: datetime, visible: int, thought: bool) -> Tokens:
        """Return the tokens of one call at `moment` and remember its context."""
        rng = self.rng
        reasoning = rng.randrange(200, 1900) * self.weight if thought else 0
        output = visible + reasoning + rng.randrange(40, 460) * self.weight * self.effort
        fresh = self.pending + rng.randrange(20, 90)
        small = rng.randrange(3, 14)
        if not self.cached:
            self.context += fresh + output
            self.pending = 0
            return Tokens(input=self.context + SYSTEM // 2, output=output, reasoning=reasoning)
        alive = timedelta(hours=1) if self.hour else timedelta(minutes=5)
        if self.used is None or moment - self.used > alive:
            known = SYSTEM if rng.random() < 0.6 else 0
            read, written = known, self.context + fresh + SYSTEM - known
        else:
            read, written = self.context + SYSTEM, fresh
        self.context += fresh + output
        self.pending = 0
        self.used = moment
        long_lived = written if self.hour else 0
        if self.hour and rng.random() < 0.25:
            long_lived = written * 2 // 3
        return Tokens(
            input=small,
            output=output,
            reasoning=reasoning,
            cache_read=read,
            cache_write_5m=written - long_lived,
            cache_write_1h=long_lived,
        )

    def compact(self) -> int:
        """Forget the context but for a summary, and return how large it was."""
        before = self.context + SYSTEM
        self.context = 0
        self.pending = 2400
        self.used = None
        return before


@dataclass(slots=True)
class CodexMeter:
    """The context and the running totals of one Codex thread."""

    rng: Random
    weight: int = 1
    cache_write: bool = False
    context: int = 9_800
    seen: int = 0

    def grow(self, tokens: int) -> None:
        """Add text that the next call sends."""
        self.context += tokens

    def call(self, visible: int, thought: bool) -> dict[str, int]:
        """Return one call's usage as the tool counts it: cached is a part of input."""
        rng = self.rng
        reasoning = rng.randrange(60, 700) * self.weight if thought else 0
        output = visible + reasoning + rng.randrange(15, 160)
        cached = self.seen // 128 * 128
        written = (self.context - cached) // 2 if self.cache_write else 0
        usage = {
            "input_tokens": self.context,
            "cached_input_tokens": cached,
            "cache_write_input_tokens": written,
            "output_tokens": output,
            "reasoning_output_tokens": reasoning,
            "total_tokens": self.context + output,
        }
        self.seen = self.context
        self.context += output
        return usage
