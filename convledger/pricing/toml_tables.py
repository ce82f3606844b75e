"""TOML values taken out one key at a time, with errors that say where and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from convledger.errors import ConfigError
from convledger.pricing.prices import start_of

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,24})?")
_LONGEST_TEXT = 1000
_MOST_TOKENS = 10**12


def toml_error(error: Exception) -> str:
    """Return why a file is not TOML, also where the parser only ran out of stack."""
    return "it nests too deeply" if isinstance(error, RecursionError) else str(error)


class Table:
    """One TOML table with its place in the file, like "[[price]] number 2"."""

    def __init__(self, file_name: str, place: str, values: Mapping[str, Any]) -> None:
        self._file_name = file_name
        self._place = place
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def problem(self, key: str, complaint: str) -> ConfigError:
        """Return the error for `key`: file, table, key and complaint."""
        place = f"{self._place}: " if self._place else ""
        return ConfigError(f"{self._file_name}: {place}{_shown(key)} {complaint}")

    def allow_only(self, known: Iterable[str]) -> None:
        """Raise for the first key that is not known, naming the one that was probably meant."""
        known = tuple(known)
        for key in self._values:
            if key not in known:
                raise self.problem(key, f"is not a known key; did you mean {_nearest(key, known)}?")

    def tables(self, key: str) -> list[Table]:
        """Return the tables of an array, none if the key is absent."""
        values = self._values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            raise self.problem(key, f"must be a list of tables, like [[{key}]]")
        inside = f"{self._place}, " if self._place else ""
        label = f"[[{key}]]" if not self._place else key
        return [
            Table(self._file_name, f"{inside}{label} number {number}", each)
            for number, each in enumerate(values, 1)
        ]

    def table(self, key: str) -> Table:
        """Return a table within, empty if the key is absent."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise self.problem(key, 'must be a table, like { inference_geo = "us" }')
        return Table(self._file_name, f"{self._place}, {key}", value)

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self._values.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT:
            raise self.problem(key, "must be a text in quotes" if key in self else "is missing")
        return value.strip()

    def name(self, key: str) -> str | None:
        """Return a name in lower case, None if the key is absent."""
        return self.text(key).lower() if key in self else None

    def note(self) -> str:
        """Return the note, empty if there is none."""
        return self.text("note") if "note" in self else ""

    def flag(self, key: str) -> bool:
        """Return a boolean, false if the key is absent."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.problem(key, "must be true or false, without quotes")
        return value

    def count(self, key: str) -> int:
        """Return a whole number of tokens that must be there."""
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_TOKENS:
            raise self.problem(key, "must be a whole number of tokens, like 200000")
        return value

    def decimal(self, key: str) -> Decimal:
        """Return an exact amount, written as text or as a whole number."""
        value = self._values.get(key)
        if isinstance(value, float):
            raise self.problem(key, f'must be in quotes to stay exact: {key} = "{value}"')
        written = "" if isinstance(value, bool) else value
        written = str(written) if isinstance(written, int) and written >= 0 else written
        if not isinstance(written, str) or not _AMOUNT.fullmatch(written.strip()):
            missing = key not in self
            raise self.problem(key, "is missing" if missing else 'must be an amount like "1.25"')
        return Decimal(written.strip())

    def choices(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of known words, all of them if the key is absent."""
        value = self._values.get(key, list(known))
        if not isinstance(value, list) or not value:
            raise self.problem(key, f"must be a list of {', '.join(known)}")
        for word in value:
            if word not in known:
                near = _nearest(str(word), known)
                raise self.problem(key, f"has {_shown(str(word))}; did you mean {near}?")
        return tuple(value)

    def instant(self, key: str) -> int | None:
        """Return a date or a date-time with its offset as UTC microseconds, None if absent."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise self.problem(key, f"needs an offset, like {value.isoformat()}Z")
            since_epoch = value - datetime(1970, 1, 1, tzinfo=UTC)
            seconds = since_epoch.days * 86_400 + since_epoch.seconds
            return seconds * 1_000_000 + since_epoch.microseconds
        if isinstance(value, date):
            return start_of(value)
        raise self.problem(key, "must be a date without quotes, like 2026-11-01T00:00:00Z")


def _nearest(word: str, known: tuple[str, ...]) -> str:
    """Return the known word that looks most like `word`, quoted."""
    from difflib import get_close_matches  # only a mistake needs it

    return f'"{get_close_matches(word[:100], known, n=1, cutoff=0.0)[0]}"'


def _shown(key: str) -> str:
    """Return a key as it may be printed: short, quoted, control characters escaped."""
    escaped = key[:60].encode("unicode_escape").decode("ascii") if not key.isprintable() else key
    return f'"{escaped[:60]}"'
