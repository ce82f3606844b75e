"""Credits, money, instants and lengths of time as people write them, in few cells."""

from __future__ import annotations

from datetime import datetime, tzinfo
from fractions import Fraction

from convledger.clock import DAY, EARLIEST, HOUR, LATEST, SECOND, to_datetime
from convledger.money import PICO
from convledger.plans.currencies import SIGNS, minor_places
from convledger.tui.amounts import axis_label, nearest, tokens, usd

MINUTE = 60 * SECOND
MINUS = "−"
_WHOLE = 10_000 * PICO  # fractions say nothing beside five digits
_HOURS_UP_TO = 72 * HOUR  # "26 h 10 min" says more than "1 day 2 h"


def credits_text(pico: int | None) -> str:
    """Return picocredits: "194", "0.5", "1,250", "2.35", "<0.0001", "–" for an unknown amount."""
    if pico is None:
        return "–"
    size = abs(pico)
    sign = MINUS if pico < 0 else ""
    if size >= _WHOLE:
        return f"{sign}{nearest(size, PICO):,}"
    places = next((n for n in (2, 3, 4) if nearest(size, 10 ** (11 - n)) >= 10), 4)
    steps = nearest(size, 10 ** (12 - places))
    if not steps:
        return f"{sign}<0.0001" if size else "0"
    whole, part = divmod(steps, 10**places)
    digits = f"{part:0{places}d}".rstrip("0")
    return f"{sign}{whole:,}.{digits}" if digits else f"{sign}{whole:,}"


def about_credits(pico: int | Fraction) -> str:
    """Return foreseen picocredits, of which fractions are not known: "41", "2.35", "20.1"."""
    if not pico:
        return "0"
    size = pico if pico >= 0 else -pico
    sign = MINUS if pico < 0 else ""
    if size >= 100 * PICO:
        return f"{sign}{nearest(size, PICO):,}"
    unit = PICO // 10 if size >= 10 * PICO else PICO // 100
    return sign + credits_text(nearest(size, unit) * unit) if size >= unit else sign + "<0.01"


def short_credits(pico: int) -> str:
    """Return picocredits in few cells, for an axis: "480", "0.5", "12.5k", "1.9M"."""
    if abs(pico) < _WHOLE:
        return credits_text(pico)
    text = tokens(nearest(abs(pico), PICO))
    digits, unit = (text[:-1], text[-1]) if text[-1].isalpha() else (text, "")
    return f"{MINUS if pico < 0 else ''}{digits.removesuffix('.0')}{unit}"


def signed_credits(pico: int) -> str:
    """Return a change of a balance with its sign: "+100", "−18", "0"."""
    return f"+{credits_text(pico)}" if pico > 0 else credits_text(pico)


def of_credits(figure: str) -> str:
    """Return a figure with its noun: "1 credit", "−1 credit", "0 credits", "2.35 credits"."""
    return f"{figure} {'credit' if figure.lstrip('+−-~≤≥') == '1' else 'credits'}"


def money_text(pico: int | None, currency: str = "USD") -> str:
    """Return picounits of a currency: "$10.25", "€7.20", "¥1,200", "7.20 CHF", "–" if unknown."""
    if pico is None:
        return "–"
    if not minor_places(currency) and abs(pico) >= PICO:
        text = f"${nearest(abs(pico), PICO):,}"
    else:
        text = usd(abs(pico))
    sign = MINUS if pico < 0 else ""
    known = SIGNS.get(currency)
    if known is None:
        return f"{sign}{text.replace('$', '')} {currency}"
    return f"{sign}{text.replace('$', known)}"


def signed_money(pico: int, currency: str = "USD") -> str:
    """Return a difference with its sign: "+$16.20", "−$6.25"."""
    return f"+{money_text(pico, currency)}" if pico > 0 else money_text(pico, currency)


def length_text(span: int) -> str:
    """Return microseconds as a silence is told: "47 min", "2 h 38 min", "26 h 10 min", "5 days"."""
    span = max(0, span)
    if span < MINUTE:
        return f"{span // SECOND} s"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < _HOURS_UP_TO:
        hours, minutes = span // HOUR, span % HOUR // MINUTE
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = span // DAY, span % DAY // HOUR
    return f"{days:,} days {hours} h" if hours and days < 10 else f"{days:,} days"


def timeout_text(span: int) -> str:
    """Return microseconds as a setting is named: "90 s", "30 min", "90 min", "24 h", "7 days"."""
    if span >= 2 * DAY and span % DAY == 0:
        return f"{span // DAY:,} days"
    for unit, name in ((HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if span and span % unit == 0:
            return f"{span // unit:,} {name}"
    return length_text(span)


def clock_text(at: int, zone: tzinfo) -> str:
    """Return the time of day: "09:02"."""
    return f"{_local(at, zone):%H:%M}"


def day_text(at: int, zone: tzinfo) -> str:
    """Return the day: "24 Nov"."""
    moment = _local(at, zone)
    return f"{moment.day} {moment:%b}"


def weekday_text(at: int, zone: tzinfo) -> str:
    """Return the time of a day of this week: "Tue 09:02"."""
    return f"{_local(at, zone):%a %H:%M}"


def moment_text(at: int, zone: tzinfo) -> str:
    """Return day and time: "28 Nov 23:09"; at midnight the day alone."""
    moment = _local(at, zone)
    midnight = moment.hour == moment.minute == 0
    return day_text(at, zone) if midnight else f"{moment.day} {moment:%b %H:%M}"


def full_moment_text(at: int, zone: tzinfo) -> str:
    """Return weekday, day and time: "Sun 22 Nov 08:00"."""
    moment = _local(at, zone)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def are_apart(one: tzinfo, other: tzinfo, at: int) -> bool:
    """Tell whether clocks in two zones differ around an instant, in summer or in winter."""
    moments = [to_datetime(max(EARLIEST, min(LATEST, at + days * DAY))) for days in (0, -182)]
    return any(
        moment.astimezone(one).utcoffset() != moment.astimezone(other).utcoffset()
        for moment in moments
    )


def same_day(one: int, other: int, zone: tzinfo) -> bool:
    """Tell whether two instants lie on one day in a zone."""
    return _local(one, zone).date() == _local(other, zone).date()


def _local(at: int, zone: tzinfo) -> datetime:
    return to_datetime(max(EARLIEST, min(LATEST, at))).astimezone(zone)


def axis_money(pico: int, step: int, currency: str = "USD") -> str:
    """Return an amount beside a grid line, with no more digits than its step needs: "$70"."""
    text = axis_label(pico, step)
    return text.replace("$", SIGNS.get(currency, ""))
