"""Words in a text that go out of date by themselves: "next week", a day that is past, a version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

_SOON = re.compile(
    r"\b(?:today|tomorrow|yesterday|tonight|right now|(?:next|this|last|coming) (?:week|month|"
    r"quarter|year|sprint|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|in \d{1,2} "
    r"(?:days|weeks|months)|heute|morgen|gestern|(?:n[äa]chste|diese|letzte)[nrs]? (?:woche|monat|"
    r"jahr|quartal))\b",
    re.IGNORECASE,
)
_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_ISO = re.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])-([0-2]\d|3[01])\b")
_DAY = re.compile(
    r"\b(?P<day>[0-3]?\d)\.? (?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]{0,6}\.? (?P<year>20\d\d)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\b([A-Za-z][A-Za-z+#.]{1,20}) v?(\d{1,4}(?:\.\d{1,4}){1,3})\b")
# What is numbered and is no program.
_NUMBERED = frozenset(
    ("section", "chapter", "figure", "table", "step", "rule", "page", "part", "appendix", "version",
     "art", "kapitel", "abschnitt")
)  # fmt: skip
_LONGEST = 20_000  # characters that are looked at

Version = tuple[int, ...]


def soon_words(text: str) -> str:
    """Return the first words that mean another day each day, "" where there are none."""
    found = _SOON.search(text[:_LONGEST])
    return "" if found is None else found[0]


def past_day(text: str, today: date) -> date | None:
    """Return the latest day that a text names, where that is past; None where one is to come."""
    days = [day for day in _days_in(text[:_LONGEST]) if day is not None]
    latest = max(days, default=None)
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


def versions_in(text: str) -> dict[str, Version]:
    """Return the newest version that a text gives each name: {"python": (3, 12)}."""
    found: dict[str, Version] = {}
    for name, number in _VERSION.findall(text[:_LONGEST]):
        version = tuple(int(part) for part in number.split("."))
        word = name.casefold().rstrip(".")
        if word in _NUMBERED:
            continue
        found[word] = max(found.get(word, version), version)
    return found


def newest_versions(texts: Iterable[str]) -> dict[str, Version]:
    """Return the newest version of each name that any text gives."""
    newest: dict[str, Version] = {}
    for text in texts:
        for name, version in versions_in(text).items():
            newest[name] = max(newest.get(name, version), version)
    return newest


def older_version(text: str, newest: Mapping[str, Version]) -> str:
    """Return in words which version in a text is older than one that is known, "" for none."""
    for name, version in versions_in(text).items():
        known = newest.get(name, version)
        if known > version:
            return f"{name} {_words(version)}, {_words(known)} is known"
    return ""


def _words(version: Version) -> str:
    return ".".join(str(part) for part in version)
