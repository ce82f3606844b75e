"""Where the texts in JSON stand in its bytes, and JSON with one of them changed or taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from convledger.memory.readers.json_texts import decoded

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
_SPACE = b" \t\r\n"
Path = tuple[str | int, ...]


def texts_in(raw: bytes) -> Iterator[tuple[Path, int, int]]:
    """Yield where the texts of valid JSON stand: names and numbers that lead there, begin, end.

    The quotation marks are part of a span. Names of members are no texts.
    """
    within: list[bytes] = []
    path: list[str | int] = []
    is_named = False  # whether the name of the member at hand has been read
    for found in _TOKEN.finditer(raw):
        token = found[0]
        if token in b"{[":
            within.append(token)
            path.append(0 if token == b"[" else "")
            is_named = False
        elif token in b"}]":
            within.pop()
            path.pop()
            is_named = True
        elif token == b",":
            if within[-1] == b"[":
                path[-1] = int(path[-1]) + 1
            is_named = False
        elif within and within[-1] == b"{" and not is_named:
            path[-1] = str(decoded(token))
            is_named = True
        else:
            yield tuple(path), found.start(), found.end()


def with_text(content: bytes, start: int, length: int, text: str) -> bytes:
    """Return JSON with another text in place of the one at `start`."""
    return content[:start] + msgspec.json.encode(text) + content[start + length :]


def without_text(content: bytes, start: int, length: int) -> bytes:
    """Return JSON without an element of a list, and without the comma that it needed."""
    before, after = content[:start], content[start + length :]
    bare_before, bare_after = before.rstrip(_SPACE), after.lstrip(_SPACE)
    if bare_after.startswith(b","):
        return before + bare_after[1:].lstrip(_SPACE)
    if bare_before.endswith(b","):
        return bare_before[:-1] + after
    return before + after
