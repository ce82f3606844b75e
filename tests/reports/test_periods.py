"""The stretches of time that people name, up to where the calendar of this program ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.reports.periods import read_since, read_until
from tests.reports.shop import at

NOW = at("2026-11-20T18:00:00")
ZONES = (UTC, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize("read", [read_since, read_until])
@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("text", ["9999-12", "9999-12-31", "0001-01-01"])
def test_what_some_zone_has_no_date_for_is_refused_in_words(
    text: str, zone: tzinfo, read: Callable[[str, tzinfo, int], int]
) -> None:
    with pytest.raises(UsageProblem, match="0001-01-03 to 9998-12-31"):
        read(text, zone, NOW)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("text", ["9998-12-31", "9998-12", "0001-01-03"])
def test_every_other_day_has_a_date_in_every_zone(text: str, zone: tzinfo) -> None:
    for instant in (read_since(text, zone, NOW), read_until(text, zone, NOW)):
        assert {to_datetime(instant).astimezone(each).year for each in ZONES} <= {1, 9998, 9999}


def test_a_leap_day_is_a_day_of_leap_years_alone() -> None:
    since, until = (read("2028-02-29", UTC, NOW) for read in (read_since, read_until))

    assert (since, until) == (at("2028-02-29"), at("2028-03-01"))
    with pytest.raises(UsageProblem, match="not a date or period: '2027-02-29'"):
        read_since("2027-02-29", UTC, NOW)
