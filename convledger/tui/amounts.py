"""Figures for the screens, by integer arithmetic: dollars, shares, ages, a chart's axis."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from convledger.money import PICO, usd_display
from convledger.reports.render.numbers import DAY, HOUR, MINUTE, SECOND, bytes_text, marked, share

CENT = PICO // 100
WHOLE_DOLLARS = 10_000 * PICO  # cents say nothing beside five digits
_THOUSANDS = "kMBT"
_AGES = (
    (365 * DAY, "year", "years"),
    (7 * DAY, "week", "weeks"),
    (DAY, "day", "days"),
    (HOUR, "h", "h"),
    (MINUTE, "min", "min"),
    (SECOND, "s", "s"),
)


def usd(pico: int | None, *, estimated: bool = False) -> str:
    """Return picodollars for a screen: "$7.20", "$0.004", "$12,345", "–" for an unknown amount."""
    text = usd_display(pico, 2 if pico is None else _places(abs(pico)))
    return f"~{text}" if estimated and pico is not None else text


def _places(size: int) -> int:
    """Return how many digits an amount needs behind the point to say something and no more."""
    if nearest(size, CENT) * CENT >= WHOLE_DOLLARS:
        return 0
    if size == 0:
        return 2
    return next((places for places in (2, 3) if nearest(size, 10 ** (11 - places)) >= 10), 4)


def percent(part: int | Fraction, whole: int | Fraction) -> str:
    """Return a share: "62 %", "–" of nothing; 0 % and 100 % only where they are exact."""
    if whole <= 0:
        return "–"
    if part < 0:
        return f"-{percent(-part, whole)}"
    if 0 < part * 100 < whole:
        return "<1 %"
    rounded = nearest(part * 100, whole)
    if rounded == 100 and part != whole:
        rounded += 1 if part > whole else -1
    return f"{rounded:,} %"


def carried(cost: int | Fraction | None) -> str:
    """Return what carrying a text costs a month: "$0.94", or the share of a context it takes."""
    return share(cost) if isinstance(cost, Fraction) else usd(cost)


def tokens(number: int) -> str:
    """Return a count of tokens: "1,904", "12.4k", "3.1M"."""
    text = f"{number:,}"
    if number < 10_000:
        return text
    for power, unit in enumerate(_THOUSANDS, 1):
        tenths, whole = nearest(number * 10, 1000**power), nearest(number, 1000**power)
        text = f"{tenths // 10}.{tenths % 10}{unit}" if tenths < 1000 else f"{whole:,}{unit}"
        if whole < 1000:
            break
    return text


def tokens_known(number: int, *, counted: bool, lacking: bool) -> str:
    """Return tokens with their mark: "~12.4k" counted from texts, "–" where nobody knows any."""
    return marked(tokens(number), number, counted=counted, lacking=lacking)


def ago(elapsed: int) -> str:
    """Return elapsed microseconds as an age: "12 s", "4 min", "2 h", "3 days", "in 2 h"."""
    span = abs(elapsed)
    for unit, one, many in _AGES:
        amount = span // unit
        if amount >= (2 if one == "week" else 1):  # ten days say more than one week
            text = f"{amount:,} {one if amount == 1 else many}"
            return f"in {text}" if elapsed < 0 else text
    return "0 s"


def size(number: int) -> str:
    """Return a number of bytes: "512 B", "1.23 MB"."""
    return bytes_text(number)


def nearest(part: int | Fraction, unit: int | Fraction) -> int:
    """Return how many units a part is, rounded to the nearest, ties upwards."""
    return int((2 * part + unit) // (2 * unit))


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of `rows` cells: `step` (picodollars, credits) on every `every` cells."""

    step: int
    every: int
    rows: int

    @property
    def lines(self) -> list[int]:
        """Return the amounts at the grid lines, from zero; line `i` lies `i * every` cells up."""
        return [self.step * line for line in range((self.rows - 1) // self.every + 1)]

    def eighths(self, amount: int | Fraction) -> int:
        """Return how high an amount reaches in eighths of a cell, at most the whole axis."""
        return min(8 * self.rows, nearest(amount * self.every * 8, self.step))


def axis_steps(top: int | Fraction, rows: int) -> Axis:
    """Return an axis that holds `top`: lines at 1, 2 or 5 times a power of ten, some rows apart."""
    rows = max(1, rows)
    if top <= 0:
        return Axis(PICO, rows, rows)
    closest = max(1, min(2, rows - 1), -(-rows // 6))
    widest = max(closest, rows // 2, min(5, rows - 1))
    axes = {
        axis: Fraction(axis.step, axis.every)
        for every in range(closest, widest + 1)
        for axis in [Axis(_round_step(top, every, rows), every, rows)]
    }
    finest = min(axes.values())
    # A fifth of the height is worth a better number of lines: about three.
    fine = [axis for axis, scale in axes.items() if scale * 4 <= finest * 5]
    return min(fine, key=lambda axis: (abs(4 * axis.every - rows), axes[axis]))


def _round_step(top: int | Fraction, every: int, rows: int) -> int:
    """Return the smallest round step with which `rows` cells hold `top`."""
    least = ceil(Fraction(top) * every / rows)
    power: int = 10 ** (len(str(least)) - 1)
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least)


def axis_label(amount: int, step: int) -> str:
    """Return picodollars beside a grid line, with no more digits than its step needs: "$4"."""
    if amount == 0 or step >= PICO:
        return usd_display(amount, 0)
    zeros = len(str(step)) - len(str(step).rstrip("0"))
    return usd_display(amount, max(2, 12 - zeros))
