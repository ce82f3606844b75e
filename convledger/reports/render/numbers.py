"""Numbers for people, by integer arithmetic: counts, sizes, spans of time, shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from convledger.plans.certainty import Doubt

_PICO = 10**12
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
_COMPACT = ("", "k", "M", "B", "T")
_BYTES = (" B", " kB", " MB", " GB", " TB")
_AGES = (
    (365 * DAY, "year", "years"),
    (7 * DAY, "week", "weeks"),
    (DAY, "d", "d"),
    (HOUR, "h", "h"),
    (MINUTE, "min", "min"),
)


def count(number: int) -> str:
    """Return all digits, in groups of three: "1,234,567"."""
    return f"{number:,}"


def compact(number: int) -> str:
    """Return three digits and a letter: "950", "1.23M", "45.6k"."""
    return _three_digits(number, _COMPACT)


def places_of(pico: int | Fraction, least: int, more: int) -> int:
    """Return how many places picounits need that may have `more` than the `least`, which all have.

    What is not nothing but too small to show has them all.
    """
    from fractions import Fraction

    steps = round(Fraction(abs(pico) * 10 ** (least + more)) / _PICO)
    if pico and not steps:
        return least + more
    return next((least + more - cut for cut in range(more) if steps % 10 ** (cut + 1)), least)


def bytes_text(size: int) -> str:
    """Return a size in decimal units: "512 B", "1.23 MB"."""
    return _three_digits(size, _BYTES)


def marked(text: str, number: int, *, counted: bool, lacking: bool) -> str:
    """Return tokens with what is to be said of them: `~` where texts were counted for some.

    `lacking` are calls whose tokens nobody knows: then it is "≥" what is known, or "–".
    """
    if lacking and not number:
        return "–"
    return f"{'≥' if lacking else ''}{'~' if counted else ''}{text}"


def doubted(
    text: str, amount: int | Fraction | None, doubt: Doubt, *, at_most: bool = False
) -> str:
    """Return a figure with what is to be said of it: `~` where estimated tokens are a part of it.

    Where calls are not in it, their tokens unknown, it is "≥" what is known, or "–" where that is
    nothing; with `at_most` it is what is left, and less by those.
    """
    if amount is None or not doubt:
        return text
    if at_most and doubt.uncounted:
        return f"≤{'~' if doubt.is_estimated else ''}{text}"
    known = 1 if amount else 0
    return marked(text, known, counted=doubt.is_estimated, lacking=doubt.uncounted > 0)


def difference(text: str, amount: int, doubt: Doubt) -> str:
    """Return a difference, "–" where calls are missing on a side: it may go the other way."""
    return "–" if doubt.uncounted else doubted(text, amount, doubt)


def _three_digits(number: int, units: tuple[str, ...]) -> str:
    sign, left = ("-" if number < 0 else ""), abs(number)
    if left < 1000:
        return f"{sign}{left}{units[0]}"
    for power, unit in enumerate(units[1:], 1):
        for places in (2, 1, 0):
            digits = _half_even(left * 10**places, 1000**power)
            if digits < 1000:
                whole, part = divmod(digits, 10**places)
                return f"{sign}{whole}{f'.{part:0{places}d}' if places else ''}{unit}"
    return f"{sign}{_half_even(left, 1000 ** (len(units) - 1)):,}{units[-1]}"


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (rest * 2 > denominator or (rest * 2 == denominator and whole % 2 == 1))


def duration(span: int) -> str:
    """Return microseconds as their two largest units, cut not rounded: "1 h 32 min"."""
    if span < 0:
        return f"-{duration(-span)}"
    if 0 < span < SECOND:
        return f"{span // 1000} ms" if span >= 1000 else "<1 ms"
    days, hours = span // DAY, span // HOUR % 24
    minutes, seconds = span // MINUTE % 60, span // SECOND % 60
    parts = [f"{days:,} d", f"{hours} h", f"{minutes} min", f"{seconds} s"]
    amounts = [days, hours, minutes, seconds]
    first = next((at for at, amount in enumerate(amounts) if amount), 3)
    second = first + 1 < len(amounts) and amounts[first + 1]
    return f"{parts[first]} {parts[first + 1]}" if second else parts[first]


def ago(elapsed: int) -> str:
    """Return elapsed microseconds as an age: "just now", "5 min ago", or "in 2 h" if negative."""
    span = abs(elapsed)
    if span < MINUTE:
        return "just now"
    for size, one, many in _AGES:
        amount = span // size
        if amount >= (2 if one == "week" else 1):  # ten days say more than one week
            text = f"{amount:,} {one if amount == 1 else many}"
            return f"in {text}" if elapsed < 0 else f"{text} ago"
    return "just now"


def share(numerator: int | Fraction, denominator: int | Fraction = 1) -> str:
    """Return a part in percent: "98.5 %", "–" of nothing; 0 % and 100 % only where exact."""
    part = numerator.numerator * denominator.denominator
    base = denominator.numerator * numerator.denominator
    if not base:
        return "–"
    sign, part, base = ("-" if part * base < 0 else ""), abs(part), abs(base)
    tenths = _half_even(part * 1000, base)
    if part == 0 or part == base:
        return f"{sign}100 %" if part else "0 %"
    if tenths == 1000:
        tenths += 1 if part > base else -1
    return f"{sign}{tenths // 10:,}.{tenths % 10} %" if tenths else f"{sign}<0.1 %"
