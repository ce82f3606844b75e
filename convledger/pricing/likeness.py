"""Which models of the price list an unknown name looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable

from convledger.pricing.listing import PriceLine

_LEAST = 4  # letters in common below which two names are not alike
_WORDS = re.compile(r"[a-z]+|\d+")


def likest(lines: Iterable[PriceLine], name: str, maker: str | None) -> list[PriceLine]:
    """Return the base lines that price tokens, those most like `name` first, its `maker`'s before.

    Likeness is the letters of the words that two names share; lines that share none stay in their
    order.
    """
    wanted = _words(name)

    def unlike(line: PriceLine) -> tuple[int, bool, int, int]:
        shared = sum(map(len, wanted & _words(line.model)))
        if shared < _LEAST:
            return 0, line.provider != maker, 0, 0
        begins = _common_start(line.model.lower(), name.lower())
        return -shared, line.provider != maker, -begins, len(line.model)

    priced = (line for line in lines if line.tier_above is None and line.input and line.output)
    return sorted(priced, key=unlike)


def _common_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(name.lower()))
