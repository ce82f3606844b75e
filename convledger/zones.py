"""Time zones: the machine's, and those that a person names."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from convledger.errors import UsageProblem

_UTC_NAMES = ("utc", "z", "gmt", "etc/utc", "zulu", "universal")


class MachineZone(tzinfo):
    """The zone of a machine that does not say its name: its offset at each instant."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """Return the machine's offset at `moment`."""
        local = (moment or datetime.now()).replace(tzinfo=None).astimezone()
        return local.utcoffset() or timedelta()

    def dst(self, _: datetime | None) -> timedelta | None:
        """Return nothing: the offset holds it already."""
        return None

    def tzname(self, moment: datetime | None) -> str:
        """Return the machine's short name of the zone at `moment`."""
        local = (moment or datetime.now()).replace(tzinfo=None).astimezone()
        return local.tzname() or "local"

    def fromutc(self, moment: datetime) -> datetime:
        """Return what the machine's clock shows at an instant."""
        local = moment.replace(tzinfo=UTC).astimezone()
        return local.replace(tzinfo=self)


def zone_of(name: str | None) -> tuple[tzinfo, str]:
    """Return a zone and its name: the machine's where none is named. Raises UsageProblem."""
    if not name or name.lower() == "local":
        return machine_zone()
    if name.lower() in _UTC_NAMES:
        return UTC, "UTC"
    found = _named(name)
    if found is not None:
        return found, name
    from zoneinfo import available_timezones

    from convledger.words import nearest

    names = sorted(available_timezones())
    near = nearest(name, names) or nearest(name, sorted({n.rpartition("/")[2] for n in names}))
    full = next((each for each in names if each.rpartition("/")[2] == near), near)
    hint = f"; did you mean {full}?" if full else "."
    raise UsageProblem(f"no such time zone: {name!r:.60}{hint} Names are like Europe/Berlin or UTC")


def machine_zone() -> tuple[tzinfo, str]:
    """Return the zone that the machine's clock is set to, by its name where it has one."""
    name = _machine_name()
    if name is not None:
        if name.lower() in _UTC_NAMES:
            return UTC, "UTC"
        found = _named(name)
        if found is not None:
            return found, name
    here = datetime.now().astimezone()
    if not here.utcoffset() and here.tzname() in ("UTC", "GMT", None):
        return UTC, "UTC"
    return MachineZone(), here.tzname() or "local"


def _machine_name() -> str | None:
    """Return the zone's name from TZ or from where /etc/localtime leads."""
    asked = os.environ.get("TZ")
    if asked is not None:
        return _below_zoneinfo(asked.removeprefix(":")) or None
    localtime = Path("/etc/localtime")
    try:
        place = str(localtime.resolve(strict=True))
    except (OSError, RuntimeError):
        return None
    return _below_zoneinfo(place) if "zoneinfo/" in place else None


def _below_zoneinfo(place: str) -> str:
    """Return the zone's name from a path into the zone files."""
    name = place.rpartition("zoneinfo/")[2]
    return name.removeprefix("posix/").removeprefix("right/")


def _named(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None
