"""Paths as people type them and as terminals hand them over: quoted, escaped, as file:// URLs."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

_BEGINS = re.compile(r"[/~]|\.{1,2}/|[A-Za-z]:[\\/]|\\\\|file:", re.IGNORECASE)
_QUOTES = "'\""


def paths_in(text: str) -> list[Path]:
    """Return the paths that a text names: one, or several that were dropped at once.

    What is a path as it stands is that path, whatever characters are in it.
    """
    return [Path(path) for path in _paths(text)]


def typed_path(text: str) -> str:
    """Return the one path that a line is about to name, or the last of several."""
    if text != text.strip() and _is_there(text):
        return text
    found = _paths(text)
    return found[-1] if found else ""


def in_one_line(paths: list[Path]) -> str:
    """Return paths as one line that names them all."""
    if len(paths) == 1:
        return str(paths[0])
    return " ".join(_quoted(str(path)) for path in paths)


def begins_as_path(text: str) -> bool:
    """Tell whether a text is a path from its beginning, or several, and no piece of one."""
    return bool(_BEGINS.match(text.strip().lstrip(_QUOTES)))


def _paths(text: str) -> list[str]:
    lines = [line.strip() for line in text.replace("\0", "").splitlines()]
    found: list[str] = []
    for line in lines:
        if line and not line.startswith("#"):  # in a list of URLs, a remark
            found += _in_line(line)
    return list(dict.fromkeys(found))


def _in_line(line: str) -> list[str]:
    if _is_there(line):
        return [line]
    if line[:2] == "~/" and (line[2:3] in ("/", "'", '"') or line[2:7].lower() == "file:"):
        line = line[2:]  # dropped behind the beginning of a path
    line = line.removeprefix("& ")  # PowerShell's way to name what is quoted
    words = _words(line)
    if words and all(_BEGINS.match(word) for word in words):
        return [_plain(word) for word in words]
    if len(words) == 1:
        return [_plain(words[0])]
    return [_plain(line.strip(_QUOTES))]


def _words(line: str) -> list[str]:
    """Return what a shell would see as words; none where a quote is still open."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.sep == "\\":
        lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:
        return []


def _plain(word: str) -> str:
    """Return a path for a file:// URL, and every other word as it is."""
    if not word.lower().startswith("file:"):
        return word
    try:
        path = unquote(urlsplit(word.replace("#", "%23").replace("?", "%3F")).path)
    except ValueError:
        return word
    return path[1:] if re.match(r"/[A-Za-z]:", path) else path


def _is_there(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _quoted(path: str) -> str:
    if os.sep == "\\":
        return f'"{path}"'
    return "~/" + shlex.quote(path[2:]) if path.startswith("~/") else shlex.quote(path)
