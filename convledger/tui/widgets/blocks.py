"""Lays out the body of one entry as lines: pure, for a number of cells, in the colours' names.

A long text is shown up to a portion, and what is left out is said: no entry is too large to open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from convledger.text.display import display_text
from convledger.tui.amounts import size
from convledger.tui.widgets.codes import is_known
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.markdown import code_lines, markdown_lines, plain_lines

PORTION = 60_000  # characters of a text that are read and shown
_MOST_LINES = 4_000
_MARKDOWN = 20_000  # characters up to which marks are looked for
_WIDEST = 110  # cells: longer lines of prose are hard to read
_SHORT = 200  # characters of an argument that stands beside its name
_INKS = {"thinking": "italic $muted", "tool_result": "$muted", "attachment": "$muted"}
_CHANGES = {"old_string": ("-", "on $removed"), "new_string": ("+", "on $added")}
_PATCH = re.compile(r"(?m)\A(?:\*\*\* Begin Patch|diff --git |--- )")
_LANGUAGES = re.compile(r"\.(\w{1,8})$")


def body_lines(kind: str, text: str, cells: int, length: int) -> list[Line]:
    """Return the body of an entry of `length` bytes whose beginning is `text`."""
    cells = max(8, cells)
    safe, left_out = _portion(text, length)
    if not safe:
        return []
    laid = _lines(kind, safe, cells)
    lines = list(islice(laid, _MOST_LINES))
    if left_out or next(laid, None) is not None:
        much = f"{size(left_out)} more" if left_out else "more lines"
        words = [(f"… {much}; e exports all of it", "italic $warning")]
        lines += map(Line, wrapped(words, cells))
    return lines


def _portion(text: str, length: int) -> tuple[str, int]:
    """Return what of a text of `length` bytes is shown, safely, and how many bytes are not."""
    shown = text[:PORTION]
    if shown.count("\n") >= _MOST_LINES:
        shown = "\n".join(shown.split("\n", _MOST_LINES)[:_MOST_LINES])
    safe = display_text(shown.strip("\n"), lines=True)
    while len(safe) > PORTION * 5 // 4:  # what can't be shown takes more room as its name
        shown = shown[: len(shown) // 4]
        safe = display_text(shown.strip("\n"), lines=True)
    if shown == text and len(text) < PORTION:
        return safe, 0
    return safe, max(0, length - len(shown.encode("utf-8", "replace")))


def estimated_lines(length: int, cells: int) -> int:
    """Return about how many lines a body of `length` bytes takes before it is laid out."""
    shown = min(length, PORTION)
    return 1 + shown * 5 // (4 * max(8, cells)) + shown // 400


def _lines(kind: str, text: str, cells: int) -> Iterator[Line]:
    ink = _INKS.get(kind, "$foreground")
    if kind == "tool_call":
        return _arguments(text, cells)
    if kind in ("tool_result", "attachment"):
        return plain_lines(text, cells, ink)
    cells = min(cells, _WIDEST)
    if len(text) > _MARKDOWN:
        return plain_lines(text, cells, ink)
    return markdown_lines(text, cells, ink, only_code=kind == "prompt")


def _arguments(text: str, cells: int) -> Iterator[Line]:
    """Yield what a tool was asked: its arguments by name, changes of a file as such."""
    if _PATCH.search(text):
        yield from patch_lines(text, cells)
        return
    arguments = arguments_of(text)
    if arguments is None:
        yield from plain_lines(text, cells)
        return
    language = _language(arguments)
    for name, value in arguments.items():
        label = display_text(str(name))
        words = value if isinstance(value, str) else _json(value)
        words = display_text(words, lines=True)
        if name in _CHANGES:
            sign, behind = _CHANGES[name]
            yield from _changed(words.split("\n"), sign, behind, cells)
        elif _PATCH.search(words):
            yield from patch_lines(words, cells)
        elif "\n" in words or len(words) > _SHORT:
            yield Line([(label, "$secondary")])
            yield from code_lines(words.strip("\n").split("\n"), cells, language)
        else:
            parts = [(f"{label}  ", "$secondary"), (words, "$foreground")]
            yield from map(Line, wrapped(parts, cells, rest=[("  ", "")]))


def arguments_of(text: str) -> dict[str, Any] | None:
    """Return the arguments of a call by name; None where `text` holds none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def _json(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return " ".join(value)
    return msgspec.json.encode(value).decode("utf-8", "replace")


def _language(arguments: dict[str, Any]) -> str:
    """Return the language of a file that is written, by its ending."""
    found = _LANGUAGES.search(str(arguments.get("file_path", "")))
    return found[1] if found and is_known(found[1]) else ""


def patch_lines(text: str, cells: int) -> Iterator[Line]:
    """Yield a patch, its lines on the colours of what was added and removed."""
    for raw in text.split("\n"):
        sign = raw[:1]
        if sign in ("+", "-") and not raw.startswith(("+++", "---")):
            behind = "on $added" if sign == "+" else "on $removed"
            yield from _changed([raw[1:]], sign, behind, cells)
        else:
            style = "$secondary" if raw.startswith(("***", "@@", "diff ", "---", "+++")) else ""
            yield from plain_lines(raw, cells, style or "$foreground")


def _changed(lines: list[str], sign: str, behind: str, cells: int) -> Iterator[Line]:
    first, rest = [(f"{sign} ", f"bold $foreground {behind}")], [("  ", behind)]
    for raw in lines:
        parts = [(raw.expandtabs(4).rstrip(), f"$foreground {behind}")]
        for shown in wrapped(parts, cells, first=first, rest=rest):
            yield Line(shown, behind)
