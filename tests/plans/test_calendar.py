"""Periods lie gapless on the wall clock of their zone, and months end where they end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, iso_text, parse_instant, to_datetime
from convledger.plans.calendar import (
    PeriodSpan,
    anniversaries,
    later,
    period_at,
    periods,
    prorated,
    start_of_day,
)
from convledger.plans.schema import Length, Period

BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")
ZONES: list[tzinfo] = [
    UTC,
    BERLIN,
    APIA,
    ZoneInfo("America/New_York"),
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/St_Johns"),
]
PERIODS = [
    Period(),
    Period(day=31),
    Period(day=4),
    Period(anchor="subscription"),
    Period(kind="year"),
    Period(kind="year", anchor="subscription"),
    Period(kind="week"),
    Period(kind="week", anchor="subscription"),
    Period(kind="day"),
    Period(kind="day", anchor="subscription"),
    Period(kind="rolling", days=30),
    Period(kind="none"),
]


def at(text: str) -> int:
    instant = parse_instant(text)
    assert instant is not None
    return instant


INSTANTS = st.integers(at("2010-01-01"), at("2040-01-01"))


def starts(period: Period, zone: tzinfo, subscribed: str, since: str, until: str) -> list[str]:
    found = periods(period, zone, at(subscribed), at(since), at(until))
    return [iso_text(span.since) for span in found]


@settings(deadline=None)
@given(
    st.sampled_from(PERIODS), st.sampled_from(ZONES), INSTANTS, INSTANTS, st.integers(0, 500 * DAY)
)
def test_periods_are_gapless_rising_and_hold_each_instant_once(
    period: Period, zone: tzinfo, subscribed_at: int, since: int, length: int
) -> None:
    until = since + length
    spans = periods(period, zone, subscribed_at, since, until)
    since = max(since, subscribed_at)
    if since >= until:
        assert spans == []
        return
    assert spans[0].since <= since < spans[0].until
    assert spans[-1].since < until <= spans[-1].until
    for span, following in pairwise(spans):
        assert span.since < span.until == following.since
    for span in spans:
        inside = max(span.since, since)
        assert period_at(period, zone, subscribed_at, inside) == span
        assert period_at(period, zone, subscribed_at, span.until - 1) == span
    assert len({span.name for span in spans}) == len(spans)


@given(st.sampled_from(PERIODS), st.sampled_from(ZONES), INSTANTS, st.integers(1, 5000 * DAY))
def test_no_period_comes_before_the_subscription(
    period: Period, zone: tzinfo, subscribed_at: int, before: int
) -> None:
    early = subscribed_at - before
    assert periods(period, zone, subscribed_at, early, subscribed_at) == []
    with pytest.raises(LookupError):
        period_at(period, zone, subscribed_at, early)


@given(st.sampled_from(PERIODS[:-1]), st.sampled_from(ZONES), INSTANTS)
def test_a_period_by_subscription_begins_at_its_very_instant(
    period: Period, zone: tzinfo, subscribed_at: int
) -> None:
    found = period_at(period, zone, subscribed_at, subscribed_at)
    if period.anchor == "subscription" or period.kind == "rolling":
        assert found.since == subscribed_at
    else:
        assert to_datetime(found.since).astimezone(zone).hour == 0


def test_a_calendar_month_begins_at_midnight_of_its_zone_and_bears_its_name() -> None:
    spans = periods(Period(), BERLIN, at("2026-02-10"), 0, at("2026-05-01"))

    assert [span.name for span in spans] == ["2026-02", "2026-03", "2026-04", "2026-05"]
    assert [iso_text(span.since) for span in spans] == [
        "2026-01-31T23:00:00Z",
        "2026-02-28T23:00:00Z",
        "2026-03-31T22:00:00Z",
        "2026-04-30T22:00:00Z",
    ]
    assert spans[1].until - spans[1].since == 743 * HOUR


def test_a_month_on_the_31st_ends_with_shorter_months_and_comes_back() -> None:
    period = Period(day=31)

    assert starts(period, UTC, "2028-01-31", "2028-01-31", "2028-05-30") == [
        "2028-01-31T00:00:00Z",
        "2028-02-29T00:00:00Z",
        "2028-03-31T00:00:00Z",
        "2028-04-30T00:00:00Z",
    ]
    assert period_at(period, UTC, 0, at("2028-01-30")).name == "2027-12-31"


def test_a_subscription_of_the_15th_at_noon_renews_at_noon_on_the_wall_clock() -> None:
    spans = periods(
        Period(anchor="subscription"), BERLIN, at("2026-02-15T11:00"), 0, at("2026-04-16")
    )

    assert [(iso_text(span.since), span.name) for span in spans] == [
        ("2026-02-15T11:00:00Z", "2026-02-15"),
        ("2026-03-15T11:00:00Z", "2026-03-15"),
        ("2026-04-15T10:00:00Z", "2026-04-15"),
    ]


def test_a_year_from_29_february_comes_back_to_it() -> None:
    found = starts(
        Period(kind="year", anchor="subscription"), UTC, "2024-02-29", "2024-03-01", "2028-03-01"
    )

    assert [text[:10] for text in found] == [
        *("2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"),
    ]


@pytest.mark.parametrize(
    ("period", "first", "second"),
    [
        (Period(kind="week"), "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"),
        (
            Period(kind="week", anchor="subscription"),
            "2026-11-12T07:30:00Z",
            "2026-11-19T07:30:00Z",
        ),
        (Period(kind="rolling", days=30), "2026-11-12T07:30:00Z", "2026-12-12T07:30:00Z"),
        (Period(kind="day"), "2026-11-12T00:00:00Z", "2026-11-13T00:00:00Z"),
        (Period(kind="year"), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_where_each_kind_of_period_begins(period: Period, first: str, second: str) -> None:
    subscribed_at = at("2026-11-12T07:30")
    found = period_at(period, UTC, subscribed_at, subscribed_at)

    assert (iso_text(found.since), iso_text(found.until)) == (first, second)


def test_without_periods_all_time_from_the_subscription_on_is_one() -> None:
    subscribed_at = at("2026-11-12T07:30")
    spans = periods(Period(kind="none"), UTC, subscribed_at, 0, at("2100-01-01"))

    assert spans == [PeriodSpan(subscribed_at, at("2199-12-31") + DAY, "2026-11-12")]


def test_a_day_that_a_zone_skipped_is_no_period() -> None:
    spans = periods(Period(kind="day"), APIA, 0, at("2011-12-29T12:00"), at("2011-12-31T12:00"))

    assert [span.name for span in spans] == ["2011-12-29", "2011-12-31", "2012-01-01"]
    assert all(span.until - span.since == DAY for span in spans)


def test_a_clock_set_back_over_midnight_does_not_return_to_the_day_before() -> None:
    zone = ZoneInfo("America/St_Johns")
    found = period_at(Period(kind="day"), zone, 0, at("2010-11-07T02:40"))

    assert to_datetime(at("2010-11-07T02:40")).astimezone(zone).day == 6
    assert (iso_text(found.since), found.name) == ("2010-11-07T02:30:00Z", "2010-11-07")


def test_a_subscription_in_the_second_of_a_doubled_hour_begins_there() -> None:
    subscribed_at = at("2026-10-25T01:30")  # 02:30 in Berlin for the second time
    found = period_at(Period(anchor="subscription"), BERLIN, subscribed_at, subscribed_at)

    assert iso_text(found.since) == "2026-10-25T01:30:00Z"
    assert iso_text(found.until) == "2026-11-25T01:30:00Z"


def test_an_unknown_kind_of_period_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        period_at(Period(kind="fortnight"), UTC, 0, 0)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31T11:00", 1, "2026-02-28T11:00:00Z"),
        ("2026-01-31T11:00", 2, "2026-03-31T10:00:00Z"),  # noon in winter, noon in summer
        ("2026-03-31T10:00", -1, "2026-02-28T11:00:00Z"),
        ("2026-11-30T11:00", 12, "2027-11-30T11:00:00Z"),
        ("2026-02-28T01:30", 1, "2026-03-28T01:30:00Z"),
        ("2026-01-29T01:30", 2, "2026-03-29T01:30:00Z"),  # 02:30 is left out: 03:30
        ("2026-09-25T00:30", 1, "2026-10-25T00:30:00Z"),  # 02:30 comes twice: the first
    ],
)
def test_months_keep_the_time_of_day_in_the_zone(start: str, months: int, end: str) -> None:
    assert iso_text(later(at(start), Length(months=months), BERLIN)) == end


def test_elapsed_time_knows_no_clock_change() -> None:
    before = at("2026-03-28T12:00")

    assert later(before, Length(elapsed=DAY), BERLIN) == before + DAY


@given(INSTANTS, st.integers(0, 40), st.integers(0, 40), st.sampled_from(ZONES))
def test_more_months_are_never_earlier(at: int, months: int, more: int, zone: tzinfo) -> None:
    near = later(at, Length(months=months), zone)
    far = later(at, Length(months=months + more), zone)

    assert (far > near) if more else (far == near)


def test_anniversaries_of_the_31st_clamp_and_return() -> None:
    found = [day.isoformat() for day in anniversaries(date(2026, 1, 31), 5)]

    assert found == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert anniversaries(date(2026, 1, 31), 0) == []


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_each_month_has_one_anniversary_on_the_nearest_day_it_has(anchor: date, count: int) -> None:
    months = [(day.year * 12 + day.month) for day in anniversaries(anchor, count)]

    assert months == [anchor.year * 12 + anchor.month + step for step in range(count)]
    for day in anniversaries(anchor, count):
        is_last = (day + timedelta(days=1)).day == 1
        assert day.day == anchor.day or (is_last and day.day < anchor.day)


def test_half_a_month_is_16_of_31_days_though_an_hour_is_missing() -> None:
    march = period_at(Period(), BERLIN, 0, at("2026-03-20"))
    active_from = start_of_day(date(2026, 3, 16), BERLIN)

    found = prorated(Decimal(20), march, active_from, march.until, BERLIN)
    assert found == Fraction(320, 31)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-03-10T23:59", "2026-03-11T00:01", 2),
        ("2026-03-10T08:00", "2026-03-10T08:01", 1),
        ("2026-03-10T08:00", "2026-03-11T00:00", 1),
        ("2026-02-01T00:00", "2026-03-03T00:00", 2),
        ("2026-03-31T12:00", "2027-01-01T00:00", 1),
        ("2026-03-10T08:00", "2026-03-10T08:00", 0),
        ("2026-04-10T08:00", "2026-04-12T08:00", 0),
        ("2026-01-10T08:00", "2026-03-01T00:00", 0),
    ],
)
def test_days_touched_count_whole(since: str, until: str, days: int) -> None:
    march = period_at(Period(), UTC, 0, at("2026-03-20"))

    assert prorated(Decimal(31), march, at(since), at(until), UTC) == days


def test_a_period_from_noon_to_noon_has_the_days_that_begin_in_it() -> None:
    subscribed_at = at("2026-11-15T12:00")
    period = period_at(Period(anchor="subscription"), UTC, subscribed_at, subscribed_at)

    assert prorated(Decimal(30), period, *period[:2], UTC) == 30
    assert prorated(Decimal(30), period, at("2026-11-20T09:00"), period.until, UTC) == 25
    assert prorated(Decimal(30), period, at("2026-12-15T08:00"), period.until, UTC) == 1


@settings(deadline=None)
@given(
    st.sampled_from(PERIODS[:-1]),
    st.sampled_from(ZONES),
    INSTANTS,
    st.lists(st.integers(0, 400), max_size=5),
)
def test_parts_of_an_amount_cut_at_midnights_add_up_to_the_whole(
    period: Period, zone: tzinfo, subscribed_at: int, days: list[int]
) -> None:
    whole = period_at(period, zone, subscribed_at, subscribed_at)
    first = to_datetime(whole.since).astimezone(zone).date()
    midnights = {start_of_day(first + timedelta(days=day), zone) for day in days}
    inner = sorted(cut for cut in midnights if whole.since < cut < last_midnight(whole.until, zone))
    cuts = [whole.since, *inner, whole.until]
    parts = [
        prorated(Decimal("19.99"), whole, since, until, zone) for since, until in pairwise(cuts)
    ]
    skipped = zone is APIA and whole.since < at("2011-12-31") < whole.until
    if not skipped:
        assert sum(parts) == Fraction("19.99")


def last_midnight(until: int, zone: tzinfo) -> int:
    moment: datetime = to_datetime(until).astimezone(zone)
    return start_of_day(moment.date(), zone)
