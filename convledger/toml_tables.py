"""TOML values taken out one key at a time, with errors that say where and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from convledger.errors import ConfigError

LARGEST_FILE = 1024 * 1024
LONGEST_TEXT = 1000
MOST_PARTS = 16  # of a dotted key
_BETWEEN = frozenset("\n=,[]{}")
# Strings and comments as wholes, to the end of the text where they have none; what parts keys.
_PIECE = re.compile(
    r'''"""(?>(?:[^"\\]+|\\.|"(?!""))*)(?:"{3,5}|\Z)'''
    r"""|'{3}(?>(?:[^']+|'(?!''))*)(?:'{3,5}|\Z)"""
    r"""|"(?>(?:[^"\\\n]+|\\[^\n])*)"?"""
    r"""|'[^'\n]*'?|\#[^\n]*|[.\n=,\[\]{}]""",
    re.DOTALL,
)

Locate = Callable[[tuple[str, ...]], int | None]


def parse_toml(text: str, file_name: str) -> dict[str, Any]:
    """Return what a TOML text says, or raise a ConfigError that says why it is none."""
    import tomllib  # only a user with such a file needs it

    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_FILE:
        raise ConfigError(f"{file_name}: the file is larger than 1 MB")
    try:
        _must_be_short_keys(text)
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError
        why = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigError(f"{file_name}: not valid TOML: {why}") from error


def _must_be_short_keys(text: str) -> None:
    """Raise ValueError where a key has very many parts.

    `tomllib` keeps every beginning of a key: one of 100,000 parts would take all memory there is.
    """
    dots = 0
    for found in _PIECE.finditer(text):
        piece = found[0]
        if piece == ".":
            dots += 1
            if dots >= MOST_PARTS:
                line = text.count("\n", 0, found.start()) + 1
                raise ValueError(f"a key of more than {MOST_PARTS} parts (at line {line})")
        elif piece in _BETWEEN:
            dots = 0


def _nowhere(_: tuple[str, ...]) -> int | None:
    return None


class Table:
    """One TOML table with its place in the file, like "[[price]] number 2".

    `locate` tells the line of a key from its path, where that is known.
    """

    def __init__(
        self,
        file_name: str,
        place: str,
        values: Mapping[str, Any],
        *,
        path: tuple[str, ...] = (),
        locate: Locate = _nowhere,
    ) -> None:
        self.file_name = file_name
        self._place = place
        self._values = values
        self._path = path
        self._locate = locate

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> list[str]:
        """Return the keys that are set, in their order."""
        return list(self._values)

    def value(self, key: str) -> Any:
        """Return what `key` is set to, None if it is absent."""
        return self._values.get(key)

    def problem(self, key: str, complaint: str, *, path: tuple[str, ...] = ()) -> ConfigError:
        """Return the error for `key`: file, line, table, key and complaint.

        `path` leads to the key within this table, where its name alone does not.
        """
        line = self._locate((*self._path, *(path or (key,))))
        places = [f"line {line}: "] if line is not None else []
        places += [f"{self._place}: "] if self._place else []
        return ConfigError(f"{self.file_name}: {''.join(places)}{shown(key)} {complaint}")

    def unknown(self, known: Iterable[str]) -> list[ConfigError]:
        """Return an error for each key that is not known, naming the one that was meant."""
        known = tuple(known)
        return [
            self.problem(key, f"is not a known key; did you mean {nearest(key, known)}?")
            for key in self._values
            if key not in known
        ]

    def allow_only(self, known: Iterable[str]) -> None:
        """Raise for the first key that is not known."""
        for error in self.unknown(known):
            raise error

    def tables(self, key: str) -> list[Self]:
        """Return the tables of an array, none if the key is absent."""
        values = self._values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            raise self.problem(key, f"must be a list of tables, like [[{key}]]")
        inside = f"{self._place}, " if self._place else ""
        label = f"[[{key}]]" if not self._place else key
        return [
            type(self)(self.file_name, f"{inside}{label} number {number}", each)
            for number, each in enumerate(values, 1)
        ]

    def table(self, key: str, like: str) -> Self:
        """Return a table within, empty if the key is absent; `like` shows how to write it."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise self.problem(key, f"must be a table, like {like}")
        return type(self)(
            self.file_name,
            f"{self._place}, {key}" if self._place else f"[{key}]",
            value,
            path=(*self._path, key),
            locate=self._locate,
        )

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self._values.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
            raise self.problem(key, "must be a text in quotes" if key in self else "is missing")
        return value.strip()

    def flag(self, key: str) -> bool:
        """Return a boolean, false if the key is absent."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.problem(key, "must be true or false, without quotes")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number that must be there, from `least` to `most`."""
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.problem(key, f"must be a whole number from {least} to {most}")
        return value

    def choices(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of known words, all of them if the key is absent."""
        value = self._values.get(key, list(known))
        if not isinstance(value, list) or not value:
            raise self.problem(key, f"must be a list of {', '.join(known)}")
        for word in value:
            if word not in known:
                near = nearest(str(word), known)
                raise self.problem(key, f"has {shown(str(word))}; did you mean {near}?")
        return tuple(value)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that looks most like `word`, quoted."""
    from difflib import get_close_matches  # only a mistake needs it

    by_lower = {each.lower(): each for each in known}
    return f'"{by_lower[get_close_matches(word[:100].lower(), by_lower, n=1, cutoff=0.0)[0]]}"'


def shown(text: str) -> str:
    """Return a text as it may be printed: short, quoted, control characters escaped."""
    safe = text[:60] if text.isprintable() else text[:60].encode("unicode_escape").decode("ascii")
    return f'"{safe[:60]}"'
