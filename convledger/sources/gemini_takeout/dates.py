"""Reads the instants that a Takeout page prints for people, where there is but one way to read it.

A number for the month beside a number for the day, a calendar of its own or a zone whose letters
mean several: such are not guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from convledger.clock import parse_instant

LONGEST = 90
_SPACES = re.compile(r"[\s\u00a0\u2007-\u200a\u202f\u205f\u3000]+")
_MARKS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_MARKS[0x2212] = "-"
_CLOCK = r"(?P<h>\d{1,2}):(?P<m>\d\d):(?P<s>\d\d)"
_LATER = "pm|p.m.|p. m.|오후|午後|下午"
_EARLIER = "am|a.m.|a. m.|오전|午前|上午"
_HALF = "(?P<half>" + "|".join(re.escape(each) for each in f"{_LATER}|{_EARLIER}".split("|")) + ")"
_TIME = rf"(?:(?:{_HALF}) ?)?{_CLOCK}(?: ?(?:{_HALF.replace('half', 'after')}))?"
_ZONE = r"(?P<zone>[a-zà-ž]{1,5})?(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?"
_DAYS = (
    r"(?P<month>[^\W\d]{3,10})\.? (?P<day>\d{1,2}), (?P<year>\d{4})",
    r"(?P<day>\d{1,2})\.? (?:de )?(?P<month>[^\W\d]{3,10})\.? (?:de )?(?P<year>\d{4})",
    r"(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})",
    r"(?P<year>\d{4})[/-](?P<number>\d{1,2})[/-](?P<day>\d{1,2})",
    r"(?P<year>\d{4})年 ?(?P<number>\d{1,2})月 ?(?P<day>\d{1,2})日",
    r"(?P<year>\d{4})\. (?P<number>\d{1,2})\. (?P<day>\d{1,2})\.",
)
_WAYS = tuple(re.compile(rf"{day},? ?{_TIME} ?{_ZONE}") for day in _DAYS)
_LIKE = re.compile(r"\d{1,2}[:.]\d\d[:.]\d\d")
_YEAR = re.compile(r"\d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{2}")
_ENGLISH = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
    r"|January|February|March|April|June|July|August|September|October|November|December)\b(?!\.)"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier jän jänner januar ene enero gen gennaio janeiro januari",
            "feb february févr février februar febr febrero febbraio fev fevereiro februari",
            "mar march mars mär märz marzo março mrt maart",
            "apr april avr avril abr abril aprile",
            "may mai mayo mag maggio maio mei",
            "jun june juin juni junio giu giugno junho",
            "jul july juil juillet juli julio lug luglio julho",
            "aug august août ago agosto augustus",
            "sep sept september septembre septiembre set settembre setembro",
            "oct october octobre okt oktober octubre ott ottobre out outubro",
            "nov november novembre noviembre novembro",
            "dec december déc décembre dez dezember dic diciembre dicembre dezembro",
        ),
        1,
    )
    for name in names.split()
}
_HOURS: dict[str, float] = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2,
    "mesz": 2, "eet": 2, "oez": 2, "sast": 2, "eest": 3, "oesz": 3, "msk": 3, "hkt": 8, "awst": 8,
    "jst": 9, "kst": 9, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9,
    "akdt": -8, "hst": -10, "brt": -3, "hne": -5, "hae": -4, "hnc": -6, "hac": -5, "hnr": -7,
    "har": -6, "hnp": -8, "hap": -7,
}  # fmt: skip
# Letters that mean several zones; in these only does a clock of twelve hours go with one alone.
_TWELVE_HOURS = {"cst": -6.0, "ist": 5.5}


def looks_like_date(line: str) -> bool:
    """Tell whether a line is an instant, whether or not it can be read."""
    return bool(len(line) <= LONGEST and _LIKE.search(line) and _YEAR.search(line))


def is_english(line: str) -> bool:
    """Tell whether an instant is printed as in English, so that the labels beside it are too."""
    return _ENGLISH.search(line) is not None


def printed_instant(line: str) -> int | None:
    """Return an instant as UTC microseconds; None where it could be read in several ways, or none.

    A line without a zone is such, as it may be that of any.
    """
    if len(line) > LONGEST:
        return None
    text = _SPACES.sub(" ", line.translate(_MARKS)).strip().casefold()
    for way in _WAYS:
        if found := way.fullmatch(text):
            return _instant(found.groupdict())
    return None


def _instant(parts: dict[str, str | None]) -> int | None:
    number = parts.get("number")
    month = int(number) if number else _MONTHS.get(parts.get("month") or "")
    half = parts["half"] or parts["after"]
    offset = _offset(parts["zone"] or "", parts["offset"] or "", twelve=bool(half))
    hour = int(parts["h"] or 0)
    if month is None or offset is None or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half in _LATER.split("|") else 0)
    try:
        moment = datetime(
            int(parts["year"] or 0), month, int(parts["day"] or 0), hour, int(parts["m"] or 0),
            int(parts["s"] or 0), tzinfo=timezone(offset),
        )  # fmt: skip
        return parse_instant(moment.astimezone(UTC).isoformat())
    except (ValueError, OverflowError):
        return None


def _offset(zone: str, offset: str, *, twelve: bool) -> timedelta | None:
    if offset:
        if zone not in ("gmt", "utc", ""):
            return None
        hours, _, minutes = offset[1:].partition(":")
        if not minutes and len(hours) > 2:
            hours, minutes = hours[:-2], hours[-2:]
        found = timedelta(hours=int(hours), minutes=int(minutes or 0))
        found = -found if offset[0] == "-" else found
        return found if abs(found) <= timedelta(hours=14) else None
    known = _TWELVE_HOURS.get(zone) if twelve else None
    known = _HOURS.get(zone) if known is None else known
    return None if known is None else timedelta(hours=known)
