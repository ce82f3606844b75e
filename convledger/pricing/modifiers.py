"""Multipliers on token prices that a request's context asks for, like inference_geo=us."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fnmatch import fnmatchcase

import msgspec

from convledger.pricing.prices import TOKEN_COMPONENTS

NEUTRAL_VALUES = frozenset({"", "standard", "default", "not_available", "global"})

Context = frozenset[tuple[str, str]]


class Modifier(msgspec.Struct, frozen=True):
    """A multiplier of token components, in force between two instants (UTC microseconds)."""

    when: Context
    multiplier: Decimal
    provider: str | None = None
    model: str | None = None
    components: frozenset[str] = frozenset(TOKEN_COMPONENTS)
    since: int | None = None
    until: int | None = None
    note: str = ""

    def applies(self, providers: Iterable[str], models: Iterable[str]) -> bool:
        """Return whether the modifier is about one of `providers` and `models` (lower case)."""
        if self.provider is not None and self.provider not in providers:
            return False
        pattern = self.model
        return pattern is None or any(fnmatchcase(model, pattern) for model in models)

    def holds(self, at: int) -> bool:
        """Return whether the modifier is in force at `at`, end exclusive."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    @property
    def label(self) -> str:
        """Return the condition and the factor, like "inference_geo=us x1.1"."""
        return f"{context_text(self.when)} x{self.multiplier}"


def parse_context(context: str) -> Context:
    """Return the pairs of a context text that may change a price; both ways of batch are one."""
    pairs = set()
    for part in context.lower().split(";"):
        key, _, value = (text.strip() for text in part.partition("="))
        if not key or value in NEUTRAL_VALUES:
            continue
        if (key, value) == ("service_tier", "batch"):
            key = "processing"
        pairs.add((key, value))
    return frozenset(pairs)


def context_text(pairs: Iterable[tuple[str, str]]) -> str:
    """Return pairs as canonical text, like "inference_geo=us;speed=fast"."""
    return ";".join(f"{key}={value}" for key, value in sorted(pairs))


def choose(
    modifiers: Iterable[Modifier], asked: Context, at: int
) -> tuple[list[Modifier], Context]:
    """Return the modifiers in force for `asked`, newest first, and the pairs nobody answered."""
    chosen = []
    held = [each for each in modifiers if each.holds(at) and each.when <= asked]
    held.sort(key=lambda each: each.since or -(1 << 62))
    for modifier in reversed(held):
        if modifier.when <= asked:
            chosen.append(modifier)
            asked -= modifier.when
    return chosen, asked
