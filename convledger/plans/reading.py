"""A plan document while it is read: its tables, the lines of its keys, and every mistake in it."""

from __future__ import annotations

import re
from typing import Any

from convledger.errors import ConfigError
from convledger.plans.places import lines_of_keys
from convledger.toml_tables import Table, parse_toml
from convledger.words import nearest

LARGEST_PLAN = 128 * 1024
MOST_TABLES = 200
MOST_MISTAKES = 100
_BYTE_ORDER_MARK = "\ufeff"
_LONG_NUMBER = re.compile(r"[0-9_]{400}")
_DEEPEST = 8
_LINE = re.compile(r"\bat line ([0-9]{1,9})\b")
# Names joined so often nest deeper than any plan, and would take the TOML reader very long.
_DEEP = re.compile(r"""(?:\.[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+){8}""")

Path = tuple[str, ...]


class PlanMistake(ConfigError):
    """A mistake in a plan: its `line` from 1 where it is known, its table's `path` and its `key`.

    Tables of an array stand in the path with their number from 0: ("unit", "0").
    """

    def __init__(self, message: str, line: int | None, path: Path = (), key: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.path = path
        self.key = key


class TooManyMistakes(Exception):
    """There are so many mistakes that further ones would help nobody."""


class Document:
    """The text of a plan with its mistakes so far."""

    def __init__(self, text: str, file_name: str) -> None:
        self.file_name = file_name
        self.mistakes: list[PlanMistake] = []
        self.tables: dict[Path, Table] = {}
        self._text = text.removeprefix(_BYTE_ORDER_MARK)
        self._lines: dict[Path, int] | None = None

    def values(self) -> dict[str, Any]:
        """Return what the text says as TOML; a PlanMistake says why it is none."""
        text = self._text
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise self._broken(error.start, "not text in UTF-8") from error
        if len(text) > LARGEST_PLAN:
            raise self._broken(None, f"is larger than {LARGEST_PLAN // 1024} KB")
        for at, complaint in (
            (_start(_DEEP, text), "too many names are joined by dots"),
            (_start(_LONG_NUMBER, text), "a number has too many digits"),
            (_deep_brace(text), "tables nest too deeply"),
        ):
            if at is not None:
                raise self._broken(at, complaint)
        try:
            return parse_toml(text, self.file_name)
        except ConfigError as error:
            line = _LINE.search(str(error))
            raise PlanMistake(str(error), int(line[1]) if line else None) from error

    def line(self, path: Path) -> int | None:
        """Return the line, from 1, of a key or else of the table that it should stand in."""
        if self._lines is None:
            self._lines = lines_of_keys(self._text)
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    def problem(self, path: Path, key: str, complaint: str) -> PlanMistake:
        """Return a mistake at `key` of the table at `path`."""
        table = self.tables.get(path)
        if table is None:
            table = Table(self.file_name, _place(path), {}, path=path, locate=self.line)
        line = self.line((*path, key))
        return PlanMistake(str(table.problem(key, complaint)), line, path, key)

    def note(self, path: Path, key: str, complaint: str) -> None:
        """Keep a mistake at `key` of the table at `path`."""
        self.keep(self.problem(path, key, complaint))

    def keep(self, mistake: PlanMistake) -> None:
        """Keep a mistake, or raise TooManyMistakes."""
        if len(self.mistakes) >= MOST_MISTAKES:
            raise TooManyMistakes
        self.mistakes.append(mistake)

    def _broken(self, at: int | None, complaint: str) -> PlanMistake:
        line = self._text.count("\n", 0, at) + 1 if at is not None else None
        where = f"line {line}: " if line is not None else ""
        return PlanMistake(f"{self.file_name}: {where}{complaint}", line)


def _start(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return found.start() if found else None


def _deep_brace(text: str) -> int | None:
    """Return where braces nest deeper than in any plan: the TOML reader would take very long."""
    depth = 0
    for brace in re.finditer("[{}]", text):
        depth = max(depth + (1 if brace[0] == "{" else -1), 0)
        if depth > _DEEPEST:
            return brace.start()
    return None


def _place(path: Path) -> str:
    """Return how a person finds a table: "[[unit]] number 2"."""
    if len(path) == 2 and path[1].isdecimal():
        return f"[[{path[0]}]] number {int(path[1]) + 1}"
    return f"[{'.'.join(path)}]" if path else ""


def meant(word: str, known: tuple[str, ...] | list[str]) -> str:
    """Return the end of a complaint about an unknown word: the one meant, or those there are."""
    found = nearest(word[:100], list(known))
    if found:
        return f'; did you mean "{found}"?'
    if not known:
        return ""
    return f"; it can be {', '.join(known)}" if len(known) <= 12 else ""
