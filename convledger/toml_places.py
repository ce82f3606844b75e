"""Where keys stand in a TOML text, and a value set in place with the rest left as it is.

The text must be valid TOML already: what is read here is only where things begin and end.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

BYTE_ORDER_MARK = "\ufeff"  # some editors begin files with it
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
_BLANK = re.compile(r"[ \t]*")
_PART = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*+"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*+"|\'[^\']*\''
    r"|#[^\n]*|[\[\]{},\n]|[^\[\]{},\n\"'#]+",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")

KeyPath = tuple[str, ...]


class Place(NamedTuple):
    """A key with its value, or a table's header, as offsets into the text."""

    kind: str  # "pair", "inline" for a pair within { }, "header"
    path: KeyPath
    section: KeyPath  # of the header that it stands under
    start: int
    value: int
    end: int


def places(text: str) -> list[Place]:
    """Return every key and header of a text, in the order of their ends."""
    found: list[Place] = []
    section: KeyPath = ()
    at = _skip(_GAP, text, int(text.startswith(BYTE_ORDER_MARK)))
    while at < len(text):
        if text[at] == "[":
            brackets = 2 if text.startswith("[[", at) else 1
            section, end = _key(text, at + brackets)
            end += brackets
            found.append(Place("header", section, section, at, end, end))
        else:
            end = _pair(text, at, "pair", section, section, found)
        at = _skip(_GAP, text, end)
    return found


def line_of(text: str, path: KeyPath) -> int | None:
    """Return the line, from 1, on which a key or table first stands; None if nowhere."""
    starts = [place.start for place in places(text) if place.path[: len(path)] == path]
    return text.count("\n", 0, min(starts)) + 1 if starts else None


def with_value(text: str, table: str, key: str, value: str | int) -> str:
    """Return `text` with `key` set in `table` ("" for the top), all else byte for byte.

    Dots in names join them: `list.open` in `keys` is one key, however the text spells it. The
    answer may be no TOML where `table` is something else in the text: parse it before use.
    """
    if text.startswith(BYTE_ORDER_MARK):
        return BYTE_ORDER_MARK + with_value(text[1:], table, key, value)
    name = (*([table] if table else []), *key.split("."))
    found = places(text)
    for place in found:
        if place.kind != "header" and ".".join(place.path) == ".".join(name):
            return text[: place.value] + _literal(value) + text[place.end :]
    line = f"{_quoted(key)} = {_literal(value)}"
    if not table:
        return _at_top(text, found, line)
    for place in found:
        if place.kind != "header" and place.path == (table,):
            return _in_braces(text, found, place, line)
    in_section = [place for place in found if place.section == (table,)]
    if in_section:
        return _after(text, max(place.end for place in in_section), line)
    dotted = [place for place in found if not place.section and place.path[0] == table]
    if dotted:
        return _after(text, max(place.end for place in dotted), f"{table}.{line}")
    gap = new_line(text) if text.strip() else ""
    return _after(text, len(text), f"{gap}[{table}]{new_line(text)}{line}")


def _key(text: str, at: int) -> tuple[KeyPath, int]:
    """Return the dotted key at an offset and where it ends."""
    parts = []
    while True:
        part = _PART.match(text, at)
        assert part is not None
        parts.append(_unquoted(part[1]))
        at = part.end()
        if not text.startswith(".", at):
            return tuple(parts), at
        at += 1


def _pair(
    text: str, start: int, kind: str, table: KeyPath, section: KeyPath, found: list[Place]
) -> int:
    """Note the pair at an offset and those within its value; returns where it ends."""
    key, at = _key(text, start)
    path = (*table, *key)
    value = end = _skip(_BLANK, text, at + 1)
    if text[value] != "{":
        end = _value_end(text, value)
    else:
        end = _skip(_GAP, text, value + 1)
        while text[end] != "}":
            if text[end] != ",":
                end = _pair(text, end, "inline", path, section, found)
            else:
                end += 1
            end = _skip(_GAP, text, end)
        end += 1
    found.append(Place(kind, path, section, start, value, end))
    return end


def _value_end(text: str, at: int) -> int:
    """Return where the value at an offset ends: a text, a number, a list."""
    depth, end = 0, at
    while at < len(text):
        piece = _PIECE.match(text, at)
        assert piece is not None
        mark = piece[0]
        if depth == 0 and (mark in "},\n" or mark[0] == "#"):
            break
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
        at = piece.end()
        if mark.strip():
            end = at - len(mark) + len(mark.rstrip())
    return end


def _at_top(text: str, found: list[Place], line: str) -> str:
    """Return the text with a line behind the last key that stands before all tables."""
    ends = [place.end for place in found if not place.section]
    if ends:
        return _after(text, max(ends), line)
    if not found:
        return _after(text, len(text), line)
    at = above_comments(text, found[0].start)
    return f"{text[:at]}{line}{new_line(text) * 2}{text[at:]}"


def above_comments(text: str, start: int) -> int:
    """Return where the comments begin that stand right above what begins at `start`."""
    at = text.rfind("\n", 0, start) + 1
    while at:
        above = text.rfind("\n", 0, at - 1) + 1
        if not text[above:at].lstrip().startswith("#"):
            break
        at = above
    return at


def _after(text: str, at: int, line: str) -> str:
    """Return the text with `line` on its own below the line that `at` stands on."""
    end_of_line = new_line(text)
    end = text.find("\n", at)
    if end >= 0:
        return f"{text[: end + 1]}{line}{end_of_line}{text[end + 1 :]}"
    start = end_of_line if text and not text.endswith("\n") else ""
    return f"{text}{start}{line}{end_of_line}"


def _in_braces(text: str, found: list[Place], table: Place, line: str) -> str:
    """Return the text with one more key in a table that is written as { }."""
    inside = [place.end for place in found if table.value < place.value < table.end]
    if inside:
        return f"{text[: max(inside)]}, {line}{text[max(inside) :]}"
    return f"{text[: table.value]}{{ {line} }}{text[table.end :]}"


def _skip(what: re.Pattern[str], text: str, at: int) -> int:
    found = what.match(text, at)
    assert found is not None
    return found.end()


def new_line(text: str) -> str:
    """Return how the lines of a text end."""
    return "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"


def _unquoted(part: str) -> str:
    import tomllib

    return str(tomllib.loads(f"key = {part}")["key"]) if part[0] in "\"'" else part


def _quoted(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _literal(value: str | int) -> str:
    """Return a value as TOML writes it; JSON's escapes are TOML's too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
