"""Objects as JSON that reads back unchanged and does nothing to a terminal."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import lru_cache

from convledger.text.display import MARKS_KEPT, UNSEEN, mark_class

_LONG = 20_000  # characters
_SURROGATE = re.compile("[\ud800-\udfff]")


def dumps(value: object, *, indent: int | None = None) -> str:
    """Return JSON text; what is unseen is escaped, decimals are strings, lone surrogates U+FFFD.

    It raises ValueError for what is no number (NaN, infinity).
    """
    text = _SURROGATE.sub("\ufffd", _json(value, None))
    if indent is not None:
        text = _json(value, indent) if len(text) < _LONG else _indented(text, indent)
    if text.isascii() and "\x7f" not in text:
        return text
    return _unseen().sub(_escaped, _SURROGATE.sub("\ufffd", text))


def _json(value: object, indent: int | None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, default=_plain)


def _indented(text: str, indent: int) -> str:
    """Return compact JSON a value to a line, as `json` would, which is slow at it when long."""
    from msgspec.json import format as reformat

    return reformat(text, indent=indent)


def _plain(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    raise ValueError(f"{value!r} has no form in JSON")


@lru_cache
def _unseen() -> re.Pattern[str]:
    return re.compile(f"[{mark_class()}]{{{MARKS_KEPT + 1},}}|[{UNSEEN}]")


def _escaped(match: re.Match[str]) -> str:
    """Return the characters as UTF-16 escapes, as JSON wants them."""
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
