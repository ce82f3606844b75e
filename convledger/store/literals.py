"""Rows as SQLite writes them within a trigger: names and literals, `name='cheaper',rate=3`.

JSON would be plainer, but SQLite lets no trigger use it where a schema is not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

Value = str | int | None
DIGEST = "#"  # stands before the SHA-256 of a long text, in place of the text
NOTHING = f"{DIGEST}{sha256(b'').hexdigest()}"  # of a text that is empty
_ASSIGNED = re.compile(
    r"(\w+)=(?:(NULL)|(-?[0-9]+)|#([0-9a-f]{64})|X'((?:[0-9A-F]{2})*)'|'((?:[^']|'')*)')"
)


def assignments(row: str, names: Sequence[str], bytes_of: Sequence[str] = ()) -> str:
    """Return the SQL of a row's columns as assignments; of some as bytes, whatever they hold."""
    parts = [f"'{name}=' || quote({row}.{name})" for name in names]
    parts += [f"'{name}=' || quote(CAST({row}.{name} AS BLOB))" for name in bytes_of]
    return " || ',' || ".join(parts)


def values_in(text: str) -> dict[str, Value]:
    """Return the values of assignments by their names; bytes and digests as hexadecimal text.

    Raises ValueError where the text is no list of assignments.
    """
    found: dict[str, Value] = {}
    at = 0
    while at < len(text):
        match = _ASSIGNED.match(text, at)
        if match is None or text[match.end() : match.end() + 1] not in ("", ","):
            raise ValueError("no list of assignments")
        name, null, number, digest, in_bytes, words = match.groups()
        if null:
            found[name] = None
        elif number is not None:
            found[name] = int(number)
        elif digest is not None:
            found[name] = f"{DIGEST}{digest}"
        else:
            found[name] = in_bytes if words is None else words.replace("''", "'")
        at = match.end() + 1
    return found


def with_digests(text: str, names: Sequence[str]) -> str:
    """Return assignments with a digest in place of the bytes of the last, which are `names`."""
    if not names:
        return text
    parts = text.rsplit(",", len(names))
    for number, part in enumerate(parts):
        name, _, literal = part.partition("=")
        if name in names and literal.startswith("X'"):
            digest = sha256(bytes.fromhex(literal[2:-1])).hexdigest()
            parts[number] = f"{name}={DIGEST}{digest}"
    return ",".join(parts)
