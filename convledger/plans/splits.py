"""Cuts long units into several: 81 requests at 40 a session count as 3."""

from __future__ import annotations

from convledger.plans.schema import Split


def pieces(count: int, size: int) -> int:
    """Return how many pieces of `size` are begun by `count`; none by nothing."""
    if size <= 0:
        raise ValueError(f"pieces of size {size} cut nothing")
    return max(-(-count // size), 0)


def units_of(count: int, split: Split | None) -> int:
    """Return as how many units one counts that holds `count` of what `split` counts: 1 at least."""
    return 1 if split is None else max(pieces(count, split.size), 1)
