"""Tells which parts of a file could not be used, in a few lines however many they are."""

from __future__ import annotations

from collections.abc import Sequence

from convledger.cli import streams
from convledger.cli.plain_names import plural

TOLD = 20  # parts that are told one by one
WIDEST = 300  # characters of each


def say_rejected(rejected: Sequence[tuple[int | str, str]], *, what: str = "row") -> None:
    """Note the first of what was rejected, each with its line or place, and how many there are."""
    from convledger.text.display import clip, display_text

    if not rejected:
        return
    for place, why in rejected[:TOLD]:
        where = f"line {place}" if isinstance(place, int) else place
        words = f"{where}: {why}" if where else why
        streams.note(clip(display_text(words), WIDEST))
    rest = len(rejected) - TOLD
    more = f" ({rest:,} more than told; --json has all)" if rest > 0 else ""
    streams.note(f"{plural(len(rejected), what)} could not be used{more}.")
