"""Words in a text that go out of date by themselves: "next week", a day that is past, a version."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import re2

_SOON = re2.compile(
    r"(?i)\b(?:today|tomorrow|yesterday|tonight|right now|(?:next|this|last|coming) (?:week|month|"
    r"quarter|year|sprint|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|in \d{1,2} "
    r"(?:days|weeks|months)|heute|morgen|gestern|(?:n[äa]chste|diese|letzte)[nrs]? (?:woche|monat|"
    r"jahr|quartal))\b"
)
_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_ISO = re2.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])-([0-2]\d|3[01])\b")
_DAY = re2.compile(
    r"(?i)\b(?P<day>[0-3]?\d)\.? (?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]{0,6}\.? (?P<year>20\d\d)\b"
)
_VERSION = re2.compile(r"\b([A-Za-z][A-Za-z+#.]{1,20}) v?(\d{1,4}(?:\.\d{1,4}){1,3})\b")
# What is numbered and is no program.
_NUMBERED = frozenset(
    ("section", "chapter", "figure", "table", "step", "rule", "page", "part", "appendix", "version",
     "art", "kapitel", "abschnitt")
)  # fmt: skip
_ANY = re2.compile("|".join(one.pattern for one in (_SOON, _ISO, _DAY, _VERSION)))
_LONGEST = 20_000  # characters that are looked at
_AT_ONCE = 1 << 20  # bytes that are searched in one go

Version = tuple[int, ...]


class Known(NamedTuple):
    """The newest version of something, and since when it is known."""

    version: Version
    since: int


class _Told(NamedTuple):
    """What a text says of days and versions, whatever day it is."""

    soon: str
    latest: date | None
    versions: tuple[tuple[str, Version], ...]


@lru_cache(maxsize=50_000)
def _told(text: str) -> _Told:
    text = text[:_LONGEST]
    soon = _SOON.search(text)
    days = [day for day in _days_in(text) if day is not None]
    return _Told(
        "" if soon is None else soon[0], max(days, default=None), tuple(_versions(text).items())
    )


def telling(texts: Iterable[tuple[int, str]]) -> set[int]:
    """Return the numbers of the texts that say anything of days or versions: few of many.

    They are searched joined, as each search of its own takes longer than what it looks at.
    """
    found: set[int] = set()
    numbers: list[int] = []
    ends: list[int] = []
    joined = bytearray()
    for number, text in texts:
        joined += text[:_LONGEST].encode("utf-8", "replace")
        joined += b"\n"  # which no day and no version goes across
        numbers.append(number)
        ends.append(len(joined))
        if len(joined) >= _AT_ONCE:
            found.update(numbers[place] for place in _hit(bytes(joined), ends))
            numbers, ends, joined = [], [], bytearray()
    found.update(numbers[place] for place in _hit(bytes(joined), ends))
    return found


def _hit(joined: bytes, ends: Sequence[int]) -> Iterator[int]:
    """Yield the places of the pieces of a text in which something is found."""
    at = 0
    while (hit := _ANY.search(joined, at)) is not None:
        place = bisect_right(ends, hit.start())
        yield place
        at = ends[place]


def soon_words(text: str) -> str:
    """Return the first words that mean another day each day, "" where there are none."""
    return _told(text).soon


def past_day(text: str, today: date) -> date | None:
    """Return the latest day that a text names, where that is past; None where one is to come."""
    latest = _told(text).latest
    return latest if latest is not None and latest < today else None


def _days_in(text: str) -> Iterable[date | None]:
    for found in _ISO.finditer(text):
        yield _day(int(found[1]), int(found[2]), int(found[3]))
    for found in _DAY.finditer(text):
        month = _MONTHS.index(found["month"].casefold()) + 1
        yield _day(int(found["year"]), month, int(found["day"]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _versions(text: str) -> dict[str, Version]:
    """Return the newest version that a text gives each name: {"python": (3, 12)}."""
    found: dict[str, Version] = {}
    for name, number in _VERSION.findall(text):
        version = tuple(int(part) for part in number.split("."))
        word = name.casefold().rstrip(".")
        if word in _NUMBERED:
            continue
        found[word] = max(found.get(word, version), version)
    return found


def newest_versions(texts: Iterable[tuple[str, int]]) -> dict[str, Known]:
    """Return the newest version of each name that any text gives; each came in at an instant."""
    newest: dict[str, Known] = {}
    for text, at in texts:
        for name, version in _told(text).versions:
            known = newest.get(name)
            if known is None or version > known.version:
                newest[name] = Known(version, at)
            elif version == known.version:
                newest[name] = Known(version, min(at, known.since))
    return newest


def older_version(text: str, newest: Mapping[str, Known], seen_at: int | None = None) -> str:
    """Return in words which version in a text is older than one that is known, "" for none.

    What was known already when somebody looked at the text, at `seen_at`, is no news.
    """
    for name, version in _told(text).versions:
        known = newest.get(name)
        if known is None or known.version <= version:
            continue
        if seen_at is None or seen_at < known.since:
            return f"{name} {_words(version)}, {_words(known.version)} is known"
    return ""


def _words(version: Version) -> str:
    return ".".join(str(part) for part in version)
