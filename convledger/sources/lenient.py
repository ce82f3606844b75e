"""JSON as logs really hold it: a strict typed decode first, then every repair that is safe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from convledger.clock import parse_instant, to_datetime
from convledger.sources.findings import (
    CUMULATIVE_LIMIT,
    SEARCH_LIMIT,
    TOKEN_LIMIT,
    Cumulative,
    Lines,
    Rejected,
    Searches,
    Tokens,
)

LIMITS: dict[Any, int] = {
    Tokens: TOKEN_LIMIT,
    Cumulative: CUMULATIVE_LIMIT,
    Searches: SEARCH_LIMIT,
}

_SURROGATE = re.compile("[\ud800-\udfff]")


class BadLine(ValueError):
    """A line that holds no usable record; the message says why."""


def scrub(value: Any) -> Any:
    """Return decoded JSON with lone surrogates replaced by U+FFFD, so that it can be stored."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [scrub(item) for item in value]
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def loads(line: bytes) -> dict[str, Any]:
    """Return the record that `line` holds, tolerating a BOM, NULs around it and lone surrogates.

    Raises BadLine with the reason.
    """
    text = line.strip(b"\0 \t\r\n")
    if text.startswith(b"\xef\xbb\xbf"):
        text = text[3:]
    if not text:
        raise BadLine("only NUL bytes")
    try:
        value = msgspec.json.decode(text)
    except RecursionError:
        raise BadLine("nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        value = _loads_stdlib(text)
    if not isinstance(value, dict):
        raise BadLine(f"a {type(value).__name__}, not an object")
    return value


def _loads_stdlib(text: bytes) -> Any:
    try:
        decoded = text.decode("utf-8", "replace")
        return scrub(json.loads(decoded, parse_constant=_refuse_constant, strict=False))
    except RecursionError:
        raise BadLine("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error.msg} at character {error.pos}") from None
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None


def conform(value: Any, wanted: type[Any]) -> Any:
    """Return `value` as a `wanted` struct, without the fields whose value is of another type."""
    known: dict[str, Any] = {}
    for item in _fields(wanted):
        if item.encode_name not in value:
            continue
        part = value[item.encode_name]
        if item.type is msgspec.Raw:
            known[item.name] = _raw(part)
            continue
        if item.type in LIMITS:
            known[item.name] = token_count(part, LIMITS[item.type])
            continue
        try:
            known[item.name] = msgspec.convert(part, item.type, strict=False)
        except (msgspec.ValidationError, RecursionError):
            inner, listed = _struct_of(item.type), _struct_in_list(item.type)
            if inner is not None and isinstance(part, dict):
                known[item.name] = conform(part, inner)
            elif listed is not None and isinstance(part, list):
                known[item.name] = [conform(one, listed) for one in part if isinstance(one, dict)]
    return wanted(**known)


_FIELDS: dict[Any, tuple[msgspec.structs.FieldInfo, ...]] = {}


def _fields(wanted: type[Any]) -> tuple[msgspec.structs.FieldInfo, ...]:
    known = _FIELDS.get(wanted)
    if known is None:  # msgspec works them out anew each time
        known = _FIELDS[wanted] = msgspec.structs.fields(wanted)
    return known


def _raw(part: Any) -> msgspec.Raw:
    try:
        return msgspec.Raw(msgspec.json.encode(part))
    except RecursionError:
        raise BadLine("nested too deeply") from None


def token_count(value: Any, limit: int = TOKEN_LIMIT) -> int:
    """Return a token count whatever way the log spells it: number, numeric text, null.

    Raises BadLine where it is none, negative, fractional or out of all proportion.
    """
    if value is None:
        return 0
    try:
        number = float(value) if isinstance(value, str) else value
        if isinstance(number, bool) or int(number) != number or not 0 <= number <= limit:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise BadLine(f"not a possible token count: {value!r:.40}") from None
    return int(number)


def _struct_of(kind: Any) -> type[Any] | None:
    for option in getattr(kind, "__args__", (kind,)):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return option
    return None


def _struct_in_list(kind: Any) -> type[Any] | None:
    """Return the struct that the lists among the options of `kind` hold, if there is one."""
    for option in get_args(kind):
        if get_origin(option) is list:
            return _struct_of(get_args(option)[0])
    return None


def sortable(stamp: str) -> str:
    """Return an instant's text as both tools write it, so that such texts sort by time.

    Empty where it is no instant.
    """
    at = parse_instant(stamp)
    return "" if at is None else f"{to_datetime(at):%Y-%m-%dT%H:%M:%S.%f}"[:23] + "Z"


def decode_line(decoder: msgspec.json.Decoder[Any], line: bytes) -> Any:
    """Return the record of `line` as the decoder's type: typed and fast, or repaired and slow.

    Raises BadLine.
    """
    try:
        return decoder.decode(line)
    except RecursionError:
        raise BadLine("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        record = loads(line)
        return record if _struct_of(decoder.type) is None else conform(record, decoder.type)


def records(
    decoder: msgspec.json.Decoder[Any], lines: Lines, rejected: list[Rejected]
) -> Iterator[tuple[int, Any]]:
    """Yield each line's number and record; a line that holds none goes to `rejected`.

    All lines are decoded at once where all are well; else one by one.
    """
    try:
        found = decoder.decode_lines(lines.data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = []
    if found and len(found) == lines.count:
        yield from enumerate(found, lines.number)
        return
    for number, line in enumerate(lines.data.split(b"\n"), lines.number):
        if not line.strip():
            continue
        try:
            yield number, decode_line(decoder, line)
        except BadLine as error:
            rejected.append(lines.rejected(number, str(error)))
