"""Reads the few keys of a `workspace.yaml`: lines of `key: value`, some quoted or on lines below.

Its writer keeps to that; a whole YAML reader would be a dependency for nine words.
"""

from __future__ import annotations

import json
import re

_KEY = re.compile(r"([A-Za-z_][\w-]*):(?:[ \t]+(.*))?$")
_BELOW = re.compile(r"[|>][+-]?\d*$")
_COMMENT = re.compile(r"(?:^|[ \t])#.*$")


def flat_yaml(content: bytes) -> dict[str, str]:
    """Return the keys on top and their values as text; what is deeper is left out."""
    found: dict[str, str] = {}
    below: list[str] | None = None
    key = ""
    for line in content.decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        if below is not None:
            if not line.strip() or line[:1] in " \t":
                below.append(line.strip())
                continue
            found[key], below = "\n".join(below).strip(), None
        match = _KEY.match(line.rstrip())
        if match is None:
            continue
        key, value = match[1], (match[2] or "").strip()
        if _BELOW.match(value):
            below = []
        else:
            found[key] = _plain(value)
    if below is not None:
        found[key] = "\n".join(below).strip()
    return found


def _plain(value: str) -> str:
    if value[:1] == '"':
        end = re.match(r'"(?:[^"\\]|\\.)*"', value)
        try:
            text = json.loads(end[0]) if end else value
        except ValueError:
            return end[0][1:-1] if end else value
        return str(text).encode("utf-8", "replace").decode()
    if value[:1] == "'":
        end = re.match(r"'(?:[^']|'')*'", value)
        return end[0][1:-1].replace("''", "'") if end else value
    value = _COMMENT.sub("", value).strip()
    return "" if value in ("null", "~") else value
