"""The marks of 70, 90 and 100 % beside a meter, with their colours."""

from __future__ import annotations

from fractions import Fraction

from convledger.tui.widgets.canvas import BAD, FOCUS, MONEY, WARN

_LEVELS = ((100, "◆", BAD), (90, "▲", WARN), (70, "△", MONEY))


def level_of(share: Fraction) -> tuple[str, str]:
    """Return mark and colour of a used share: "" below 70 %."""
    found = ((mark, colour) for least, mark, colour in _LEVELS if share * 100 >= least)
    return next(found, ("", FOCUS))


def level_at(percent: int) -> tuple[str, str]:
    """Return mark and colour of a threshold in percent; small ones look like the first level."""
    mark, colour = level_of(Fraction(percent, 100))
    return mark or "△", colour if mark else MONEY
