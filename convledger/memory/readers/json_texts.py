"""JSON of memory files, as it comes: repaired where that is safe, else a reason."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from convledger.clock import DAY, EARLIEST, LATEST, SECOND, parse_instant
from convledger.memory.readers.items import Rejected, storable, too_large
from convledger.memory.readers.texts import encoding_of
from convledger.sources.lenient import scrub


def decoded(content: bytes) -> Any:
    """Return the value of a JSON file, or a Rejected that says why there is none."""
    rejected = too_large(content)
    if rejected is not None:
        return rejected
    encoding, mark = encoding_of(content)
    content = content[mark:]
    if encoding != "utf-8":
        content = content.decode(encoding, "replace").encode("utf-8", "replace")
    try:
        return msgspec.json.decode(content)
    except RecursionError:
        return Rejected("", "nested too deeply")
    except (msgspec.DecodeError, ValueError) as error:
        return _repaired(content, error)


def _repaired(content: bytes, error: Exception) -> Any:
    """Read a file again as Python's own reader takes it: lone surrogates, broken UTF-8."""
    try:
        return scrub(json.loads(content.decode("utf-8", "replace"), strict=False))
    except RecursionError:
        return Rejected("", "nested too deeply")
    except ValueError:
        return Rejected("", f"not JSON: {error}")


def text_in(value: Any, *names: str) -> str:
    """Return the first of an object's members that is a text, "" where none is."""
    if isinstance(value, dict):
        for name in names:
            found = value.get(name)
            if isinstance(found, str) and found.strip():
                return storable(found)
    return ""


def list_in(value: Any, name: str) -> list[Any]:
    """Return a member that is a list, an empty one where there is none."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def instant_in(value: Any, *names: str) -> int | None:
    """Return the first of an object's members that is an instant: ISO 8601, or Unix seconds."""
    for name in names:
        found = value.get(name) if isinstance(value, dict) else None
        instant = instant_of(found)
        if instant is not None:
            return instant
    return None


def instant_of(value: Any) -> int | None:
    """Return what may be an instant as UTC microseconds."""
    if isinstance(value, str):
        return parse_instant(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        # A float of seconds holds microseconds but for the last digits; a date needs no more.
        if not 0 < value < LATEST // SECOND + DAY:
            return None
        instant = round(value * SECOND)
        return instant if EARLIEST <= instant < LATEST else None
    return None
