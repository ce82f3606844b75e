"""The marks of 70, 90 and 100 % beside a meter, with their colours."""

from __future__ import annotations

from fractions import Fraction

from convledger.reports.alert_marks import FIRST, FULL, HIGH, alert_mark
from convledger.tui.widgets.canvas import BAD, FOCUS, MONEY, WARN

_COLOURS = {FULL: BAD, HIGH: WARN, FIRST: MONEY}


def level_of(share: Fraction) -> tuple[str, str]:
    """Return mark and colour of a used share: "" below 70 %."""
    return level_at(int(share * 100)) if share * 100 >= 70 else ("", FOCUS)


def level_at(percent: int) -> tuple[str, str]:
    """Return mark and colour of a threshold in percent; small ones look like the first level."""
    mark = alert_mark(percent)
    return mark, _COLOURS[mark]
