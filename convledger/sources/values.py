"""Values as exports spell them: numbers that are texts, instants in any unit, money."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

from convledger.clock import EARLIEST, LATEST, SECOND, parse_instant
from convledger.money import pico_from_usd
from convledger.sources.lenient import BadLine, token_count

_MOST_USD = Decimal(10**9)
_FIRST_SECOND, _LAST_SECOND = EARLIEST // SECOND, LATEST // SECOND
_MILLI, _MICRO, _NANO = 10**11, 10**14, 10**17  # from here on a number is no more of seconds


def text_of(value: Any) -> str:
    """Return a text, or nothing where the value is none."""
    return value if isinstance(value, str) else ""


def name_of(value: Any) -> str:
    """Return an id or name, which some exports write as a number; nothing where it is neither."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def digest(*parts: object) -> str:
    """Return a stable name for what has none of its own, by what it says."""
    said = "\0".join(str(part) for part in parts).encode("utf-8", "replace")
    return blake2b(said, digest_size=16).hexdigest()


def dict_of(value: Any) -> dict[str, Any]:
    """Return an object, an empty one where the value is none."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return a list, an empty one where the value is none."""
    return value if isinstance(value, list) else []


def dicts_in(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list."""
    return [each for each in list_of(value) if isinstance(each, dict)]


def instant_of(value: Any) -> int | None:
    """Return an instant as UTC microseconds: ISO text, or a count since 1970 in any unit.

    Seconds, milliseconds, microseconds and nanoseconds are told by their size. None where it is no
    instant, or one outside the years 2000 to 2200.
    """
    if type(value) is int and _FIRST_SECOND <= value < _LAST_SECOND:
        return value * SECOND  # by far the most frequent
    if isinstance(value, str):
        stripped = value.strip()
        found = parse_instant(stripped)
        if found is not None:
            return found
        try:
            value = Decimal(stripped)
        except InvalidOperation:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 < number < 10**20:
        return None
    if number >= _NANO:
        at = int(number / 1000)
    elif number >= _MICRO:
        at = int(number)
    elif number >= _MILLI:
        at = int(number * 1000)
    else:
        at = int(number * SECOND)
    return at if EARLIEST <= at < LATEST else None


def tokens_of(value: Any) -> int:
    """Return a token count: number, numeric text or null. Raises BadLine where it is none."""
    return token_count(value)


def pico_of(value: Any) -> int | None:
    """Return dollars as picodollars; None where there are none. Raises BadLine where impossible."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation:
        raise BadLine(f"not an amount: {value!r:.40}") from None
    if not amount.is_finite() or not 0 <= amount <= _MOST_USD:
        raise BadLine(f"not a possible cost: {value!r:.40}")
    return pico_from_usd(amount)
