"""Places of files as editors write them: `file:` addresses brought back to paths."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_DRIVE = re.compile(r"/[A-Za-z]:(?=/|$)")


def path_of_uri(uri: str) -> str:
    """Return the path of a `file:` or remote address; nothing where it is no such address."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    if parts.scheme not in ("file", "vscode-remote"):
        return ""
    path = unquote(parts.path, errors="replace")
    if parts.scheme == "file":
        if parts.netloc and parts.netloc != "localhost":
            return f"//{unquote(parts.netloc, errors='replace')}{path}"
        if _DRIVE.match(path):
            return path[1:]
    return path
