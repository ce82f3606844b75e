"""The files that a Markdown memory file imports: `@path`, outside of code."""

from __future__ import annotations

import re
from collections.abc import Sequence

_IMPORT = re.compile(r"(?<!\S)@((?:[^\s\\`]|\\ )+)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)[^`]+\1(?!`)")
_PATH = re.compile(r"(?:~?/|\.{1,2}/|[\w.-]+(?:/|\.\w|$))")
MOST = 200  # imports of one file


def imports_in(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Return the imports of a file, each with the line that it stands in (from 1)."""
    found: list[tuple[int, str]] = []
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if fence:
            if mark is not None and mark[1].startswith(fence):
                fence = ""
            continue
        if mark is not None:
            fence = mark[1]
        elif "@" in line and len(line) <= 10_000:
            for name in _IMPORT.findall(_CODE.sub("", line)):
                path = name.replace("\\ ", " ").rstrip(".,;:!?)'\"")
                if _PATH.match(path):
                    found.append((number, path))
        if len(found) >= MOST:
            break
    return found
