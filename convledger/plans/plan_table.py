"""One table of a plan document, whose keys are read without stopping at the first mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, Self, TypeVar

from convledger.clock import DAY, EARLIEST, EPOCH, LATEST
from convledger.errors import ConfigError
from convledger.plans.lengths import LIKE, elapsed_words, length_of
from convledger.plans.reading import MOST_TABLES, Document, Path, PlanMistake, meant
from convledger.plans.schema import Length
from convledger.toml_tables import LONGEST_TEXT, Table, shown

LARGEST_AMOUNT = 10**12
MOST_PLACES = 12
LONGEST_LIST = 200
LONGEST_WAIT = 400 * DAY
_AMOUNT = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Value = TypeVar("Value")


class PlanTable(Table):
    """One table: each reader returns the value of a key, or notes the mistake and a default."""

    def __init__(
        self, document: Document, place: str, values: Mapping[str, Any], path: Path = ()
    ) -> None:
        super().__init__(document.file_name, place, values, path=path, locate=document.line)
        self.document = document
        self.path = path
        document.tables[path] = self

    def problem(self, key: str, complaint: str, *, path: Path = ()) -> PlanMistake:
        """Return the mistake at `key`, with its line and path beside the message."""
        line = self.document.line((*self.path, *(path or (key,))))
        message = str(super().problem(key, complaint, path=path))
        return PlanMistake(message, line, self.path, key)

    @property
    def given(self) -> tuple[str, ...]:
        """The keys that the document gives."""
        return tuple(self._values)

    def complain(self, key: str, complaint: str) -> None:
        """Note a mistake at `key`."""
        self.document.note(self.path, key, complaint)

    def only(self, known: tuple[str, ...], elsewhere: Callable[[str], str] | None = None) -> None:
        """Note each key that is not known; `elsewhere` may say where it belongs."""
        for key in self._values:
            if key not in known:
                belongs = elsewhere(key) if elsewhere else ""
                self.complain(key, belongs or f"is not a known key{meant(key, known)}")

    def rows(self, key: str) -> list[Self]:
        """Return the tables of an array, none if the key is absent or no such array."""
        values = self._values.get(key, [])
        like = f"[[{key}]]" if not self.path else f"{key} = [{{ ... }}]"
        if isinstance(values, dict) and not self.path:
            self.complain(key, f"must be written with two brackets: [[{key}]]")
            return []
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            self.complain(key, f"must be a list of tables, like {like}")
            return []
        if not self.path and len(values) > MOST_TABLES:
            self.complain(key, f"has {len(values)} tables; a plan has {MOST_TABLES} at most")
        rows = values if self.path else values[:MOST_TABLES]
        return [
            type(self)(self.document, self._row(key, each, n), each, (*self.path, key, str(n)))
            for n, each in enumerate(rows)
        ]

    def _row(self, key: str, values: Mapping[str, Any], number: int) -> str:
        """Return how a person finds a row: by its id, or else by its number."""
        if self.path:
            return f"{self._place}, {key} number {number + 1}"
        name = values.get("id", values.get("unit"))
        if isinstance(name, str) and _ID.fullmatch(name):
            return f'[[{key}]] "{name}"'
        return f"[[{key}]] number {number + 1}"

    def within(self, key: str, like: str) -> Self:
        """Return a table within, empty where there is none; `like` shows how to write it."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self.complain(key, f"must be a table, like {like}")
            value = {}
        place = f"{self._place}, {key}" if self._place else f"[{key}]"
        return type(self)(self.document, place, value, (*self.path, key))

    def name_of(self, key: str, default: str | None = None) -> str:
        """Return a text; it must be there where there is no default."""
        if key not in self and default is not None:
            return default
        return self._tried(lambda: self.text(key), default or "")

    def id_of(self, key: str, default: str | None = None) -> str:
        """Return an identifier; it must be there where there is no default."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
        missing = "is missing" if value is None else "must be a short name in quotes"
        self.complain(key, f'{missing}: letters, digits, "-", "_" and "."')
        return ""

    def word(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the known words; it must be there where there is no default."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if value in known and isinstance(value, str):
            return value
        if value is None:
            self.complain(key, f"is missing; it can be {', '.join(known)}")
        elif isinstance(value, str):
            self.complain(key, f"can't be {shown(value)}{meant(value, known)}")
        else:
            self.complain(key, f"must be a word in quotes: {', '.join(known)}")
        return default or known[0]

    def words(
        self, key: str, known: tuple[str, ...] = (), default: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """Return a list of words, known ones where some are named; one alone needs no list."""
        value = self.value(key)
        if value is None:
            return default
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values or len(values) > LONGEST_LIST:
            self.complain(key, f"must be a list of words, like {_list_like(known)}")
            return default
        for each in values:
            if not isinstance(each, str) or not each.strip() or len(each) > LONGEST_TEXT:
                self.complain(key, f"must be a list of words, like {_list_like(known)}")
                return default
            if known and each not in known:
                self.complain(key, f"has {shown(each)}{meant(each, known)}")
                return default
        if len(set(values)) < len(values):
            twice = next(each for each in values if values.count(each) > 1)
            self.complain(key, f"has {shown(twice)} twice")
        return tuple(dict.fromkeys(values))

    def yes(self, key: str, default: bool) -> bool:
        """Return true or false."""
        return self._tried(lambda: self.flag(key), default) if key in self else default

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number, bare or in quotes."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        missing = "is missing: " if value is None else ""
        self.complain(key, f"{missing}must be a whole number from {least} to {most:,}")
        return default if default is not None else least

    def amount(
        self, key: str, default: Decimal | None = None, *, above_zero: bool = False
    ) -> Decimal:
        """Return an exact amount, which must be there where there is no default."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        complaint = "is missing" if value is None else _amount_complaint(key, value)
        if not complaint and above_zero and Decimal(value) == 0:
            complaint = "must be more than 0"
        if not complaint:
            return Decimal(value)
        self.complain(key, complaint)
        return default if default is not None else Decimal(1)

    def elapsed(
        self, key: str, default: int = 0, *, most: int = LONGEST_WAIT, least: int = 1
    ) -> int:
        """Return an elapsed time in microseconds."""
        if key not in self:
            return default
        length = self.length(key)
        if length is None:
            return default
        if length.months:
            self.complain(key, 'must be elapsed time, not months of the calendar: like "30d"')
        elif length.elapsed < least:
            self.complain(key, "must be more than 0")
        elif length.elapsed > most:
            self.complain(key, f"is longer than {elapsed_words(most)}")
        else:
            return length.elapsed
        return default

    def length(self, key: str) -> Length | None:
        """Return a length of time, None if it is absent or no length."""
        value = self.value(key)
        if value is None:
            return None
        try:
            if not isinstance(value, str):
                raise ValueError(f"must be a length of time in quotes, {LIKE}")
            return length_of(value)
        except ValueError as error:
            self.complain(key, str(error))
            return None

    def instant(self, key: str, zone: tzinfo) -> int | None:
        """Return a date (its midnight in `zone`) or a date-time as UTC microseconds."""
        value = self.value(key)
        if value is None:
            return None
        if isinstance(value, datetime):
            if value.tzinfo is None:
                self.complain(key, f"needs an offset from UTC, like {value.isoformat()}Z")
                return None
            moment = value
        elif isinstance(value, date):
            moment = datetime.combine(value, time(), zone)
        else:
            self.complain(key, "must be a date without quotes, like 2026-11-01")
            return None
        try:
            since = moment.astimezone(UTC) - EPOCH
        except OverflowError:
            since = datetime.min.replace(tzinfo=UTC) - EPOCH
        instant = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        if EARLIEST <= instant < LATEST:
            return instant
        self.complain(key, "must be in the years 2000 to 2199")
        return None

    def _tried(self, read: Callable[[], Value], default: Value) -> Value:
        """Return what a reader of the base returns; its error becomes a noted mistake."""
        try:
            return read()
        except PlanMistake as mistake:
            self.document.keep(mistake)
        except ConfigError as error:
            self.document.keep(PlanMistake(str(error), None, self.path))
        return default


def _amount_complaint(key: str, value: object) -> str:
    """Return what is wrong with an amount, nothing where nothing is."""
    like = f'must be an amount in quotes, like {key} = "1.25"'
    if isinstance(value, float):
        exact = f"{Decimal(repr(value)):f}" if abs(value) < LARGEST_AMOUNT else ""
        return f'must be in quotes to stay exact: {key} = "{exact}"' if exact else like
    if isinstance(value, bool) or not isinstance(value, str | int):
        return like
    if isinstance(value, int):
        return _range_complaint(value)
    if value[:1] == "-" and _AMOUNT.fullmatch(value[1:]):
        return "must not be negative"
    found = _AMOUNT.fullmatch(value)
    if not found:
        if value[:1] in "$€£¥" and value[1:]:
            return "must be a bare number: the plan's currency is named at the top"
        if "," in value:
            return 'must be written without commas, with a point: "1250.00"'
        if value.endswith("%"):
            return "must be an amount here, not a percentage"
        return like
    places = len(found[1] or "")
    if places > MOST_PLACES:
        return f"has {places} places behind the point; {MOST_PLACES} at most are kept"
    return _range_complaint(Decimal(value) if len(value) < 40 else LARGEST_AMOUNT + 1)


def _range_complaint(value: Decimal | int) -> str:
    if value < 0:
        return "must not be negative"
    return f"is larger than {LARGEST_AMOUNT:,}" if value > LARGEST_AMOUNT else ""


def _list_like(known: tuple[str, ...]) -> str:
    words = known[:2] or ("one", "other")
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
