"""Finds where JSON values end, and mends or tells what is wrong with one.

Strict JSON is measured by the decoder, which skips it at gigabytes a second and names the byte
where something else follows; only what it refuses is measured by its brackets.
"""

from __future__ import annotations

import json
import re

import msgspec

UNFINISHED, BROKEN = -1, -2
LARGEST_LOOSE = 16 << 20  # bytes that are decoded as a whole to see whether they are nearly JSON
_SPACES = b" \t\r\n"
_CLOSE = 16  # bytes before the end of the data in which an error may come from the cut alone
_skip = msgspec.json.Decoder(msgspec.Raw).decode
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_AT = re.compile(r"\(byte (\d+)\)")
# All up to the next bracket that is in no string.
_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_WORD = re.compile(rb"[^,\]}\s]+")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


def end_of_value(data: bytes, place: int) -> int:
    """Return where the value at `place` ends, UNFINISHED where it may go on behind the data.

    BROKEN where it is no strict JSON.
    """
    rest = memoryview(data)[place:]
    try:
        _skip(rest)
        end = len(data)
    except msgspec.DecodeError as error:
        told = str(error)
        trailing = _TRAILING.search(told)
        if trailing is None:
            at = _AT.search(told)
            near = at is None and "truncated" in told
            near = near or (at is not None and int(at[1]) > len(rest) - _CLOSE)
            return UNFINISHED if near else BROKEN
        end = place + int(trailing[1]) - 1
    except (ValueError, RecursionError):
        return BROKEN
    while end > place and data[end - 1] in _SPACES:
        end -= 1
    return end if end > place else UNFINISHED


def end_of_broken(data: bytes, place: int) -> int:
    """Return where a value that is neither object nor list ends, as far as that can be told."""
    found = (_STRING if data[place : place + 1] == b'"' else _WORD).match(data, place)
    return found.end() if found else UNFINISHED


class Brackets:
    """Finds the end of an object or a list by its brackets, through data that come in parts."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False

    def end(self, data: bytes, place: int) -> tuple[int, bool]:
        """Return how far the data are used up, and whether that is the end of the value."""
        while place < len(data):
            if self._in_string:
                place = _end_of(_REST_OF_STRING, data, place)
                if data[place : place + 1] != b'"':
                    return place, False  # at the end, or at a backslash before it
                self._in_string = False
                place += 1
            place = _end_of(_TO_BRACKET, data, place)
            mark = data[place : place + 1]
            place += len(mark)
            if mark == b'"':
                self._in_string = True
            elif mark in (b"{", b"["):
                self._depth += 1
            elif mark:
                self._depth -= 1
                if self._depth <= 0:
                    return place, True
        return place, False


def _end_of(pattern: re.Pattern[bytes], data: bytes, place: int) -> int:
    found = pattern.match(data, place)
    return found.end() if found else place


def is_strict(data: bytes) -> bool:
    """Tell whether all of the data is one value of strict JSON."""
    try:
        _skip(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def mended(data: bytes) -> bytes:
    """Return JSON with each half of a surrogate pair that stands alone as U+FFFD."""
    return _ESCAPE.sub(lambda found: b"\\ufffd" if found[1] else found[0], data)


def fault_in(data: bytes) -> str:
    """Say why a value can't be decoded at all; nothing where it can, if only loosely."""
    if len(data) > LARGEST_LOOSE:
        return f"not JSON, and larger than {LARGEST_LOOSE >> 20} MB"
    try:
        json.loads(data.decode("utf-8", "replace"), strict=False)
    except RecursionError:
        return "nested too deeply"
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} at character {error.pos}"
    except ValueError as error:
        return f"not JSON: {error}"
    return ""
