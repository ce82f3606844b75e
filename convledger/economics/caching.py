"""What prompt caching saved and how often it was hit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import Number, ratio


@dataclass(frozen=True, slots=True)
class CacheSavings:
    """What reads saved against fresh input, and what writing to the cache cost on top of it."""

    gross: Fraction
    write_premium: Fraction

    @property
    def net(self) -> Fraction:
        """Saved after all; less than nothing where writes were hardly read."""
        return self.gross - self.write_premium

    def __add__(self, other: CacheSavings) -> CacheSavings:
        return CacheSavings(self.gross + other.gross, self.write_premium + other.write_premium)


def cache_savings(
    reads: int, writes: int, input_price: Number, read_price: Number, write_price: Number
) -> CacheSavings:
    """Return the savings of tokens read from and written to a cache; prices are for a token."""
    gross = reads * (Fraction(input_price) - Fraction(read_price))
    return CacheSavings(gross, writes * (Fraction(write_price) - Fraction(input_price)))


def hit_rate(reads: int, writes: int, fresh: int) -> Fraction | None:
    """Return the share of all input tokens that came from the cache."""
    return ratio(reads, reads + writes + fresh)


def repeated_context(billed_input: int, distinct: int) -> Fraction | None:
    """Return how often each token of input was billed; `distinct` counts first occurrences."""
    return ratio(billed_input, distinct)
