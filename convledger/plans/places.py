"""On which line of a plan each key stands, the tables of arrays told apart by their number."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from convledger.toml_places import places

Path = tuple[str, ...]
_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'|#[^\n]*+|[\[\]{},]|[ \t\r\n]++|[^\[\]{},"\'#\s]++|.'
)


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line, from 1, on which each key, table and element of a list begins.

    The text must be valid TOML. Elements of lists and tables of arrays have their number from 0
    in the path: ("unit", "0", "timeout").
    """
    breaks = [found.start() for found in re.finditer("\n", text)]
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}

    def note(path: Path, start: int) -> None:
        line = bisect_right(breaks, start) + 1
        lines[path] = min(lines.get(path, line), line)

    try:
        found = places(text)
    except (AssertionError, IndexError, RecursionError):
        return {}  # no line is better than a wrong one
    for place in found:
        if place.kind == "header" and text.startswith("[[", place.start):
            array = (*_numbered(place.path[:-1], arrays), place.path[-1])
            arrays[array] = arrays.get(array, -1) + 1
        path = _numbered(place.path, arrays)
        note(path, place.start)
        for length in range(len(place.section) + 1, len(place.path)):
            note(_numbered(place.path[:length], arrays), place.start)
        if place.kind != "header" and text.startswith("[", place.value):
            for number, start in enumerate(_elements(text, place.value + 1, place.end)):
                note((*path, str(number)), start)
    return lines


def _numbered(path: Path, arrays: dict[Path, int]) -> Path:
    """Return a path with the number of the table that each array is at."""
    found: Path = ()
    for part in path:
        found = (*found, part)
        if found in arrays:
            found = (*found, str(arrays[found]))
    return found


def _elements(text: str, at: int, end: int) -> Iterator[int]:
    """Yield where each element of a list begins; `at` is behind its bracket."""
    depth, is_waiting = 0, True
    for token in _TOKEN.finditer(text, at, end):
        mark = token[0]
        if mark.isspace() or mark[0] == "#":
            continue
        if mark == "," and depth == 0:
            is_waiting = True
            continue
        if is_waiting and mark != "]":
            yield token.start()
            is_waiting = False
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
