"""Meters cut uses at the cap of their window, whatever the window starts from."""

from __future__ import annotations

from datetime import UTC, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, SECOND, iso_text, parse_instant
from convledger.plans.limits import LimitMeter, MeterState, Verdict, offer_to_all
from convledger.plans.schema import Limit

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = 60 * SECOND


def at(text: str) -> int:
    instant = parse_instant(text)
    assert instant is not None
    return instant


def meter(
    cap: int = 10,
    *,
    window: str = "fixed",
    hours: int = 5,
    on_exceed: str = "overflow",
    zone: tzinfo = UTC,
    anchor: str = "first_event",
    align: str = "none",
    calendar: str = "",
    name: str = "limit",
) -> LimitMeter:
    limit = Limit(
        id=name,
        unit="u",
        cap=Decimal(cap),
        window=window,
        duration=hours * HOUR,
        on_exceed=on_exceed,
        anchor=anchor,
        align=align,
        calendar=calendar,
    )
    return LimitMeter(limit, zone, at("2026-01-31T09:30"))


def window(found: LimitMeter, text: str) -> tuple[str | None, str | None]:
    """Return the window that a use at an instant opens."""
    found.offer(at(text), 1)
    state = found.state(at(text))
    assert state.will_reset_at == state.until
    return (
        None if state.since is None else iso_text(state.since),
        None if state.until is None else iso_text(state.until),
    )


@pytest.mark.parametrize(
    ("found", "since", "until"),
    [
        (meter(), "2026-06-01T10:42:00Z", "2026-06-01T15:42:00Z"),
        (meter(align="hour"), "2026-06-01T10:00:00Z", "2026-06-01T15:00:00Z"),
        (
            meter(align="day", hours=24, zone=BERLIN),
            "2026-05-31T22:00:00Z",
            "2026-06-01T22:00:00Z",
        ),
        (meter(anchor="clock"), "2026-06-01T10:00:00Z", "2026-06-01T15:00:00Z"),
        (meter(anchor="clock", hours=24), "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"),
        (meter(anchor="clock", hours=168), "2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z"),
        (
            meter(anchor="subscription", hours=168),
            "2026-05-30T09:30:00Z",
            "2026-06-06T09:30:00Z",
        ),
        (
            meter(window="calendar", calendar="day", zone=BERLIN),
            "2026-05-31T22:00:00Z",
            "2026-06-01T22:00:00Z",
        ),
        (
            meter(window="calendar", calendar="week", zone=BERLIN),
            "2026-05-31T22:00:00Z",
            "2026-06-07T22:00:00Z",
        ),
        (
            meter(window="calendar", calendar="month"),
            "2026-06-01T00:00:00Z",
            "2026-07-01T00:00:00Z",
        ),
        (
            meter(window="calendar", calendar="month", anchor="subscription"),
            "2026-05-31T09:30:00Z",
            "2026-06-30T09:30:00Z",
        ),
    ],
)
def test_which_window_a_use_falls_in(found: LimitMeter, since: str, until: str) -> None:
    assert window(found, "2026-06-01T10:42") == (since, until)


def test_the_last_bucket_of_the_clock_ends_with_the_day() -> None:
    buckets = [
        window(meter(anchor="clock"), f"2026-06-01T{hour}:10") for hour in ("04", "19", "23")
    ]

    assert buckets == [
        ("2026-06-01T00:00:00Z", "2026-06-01T05:00:00Z"),
        ("2026-06-01T15:00:00Z", "2026-06-01T20:00:00Z"),
        ("2026-06-01T20:00:00Z", "2026-06-02T00:00:00Z"),
    ]


def test_an_aligned_window_holds_its_first_use_on_a_day_of_25_hours() -> None:
    found = meter(align="day", hours=24, zone=BERLIN)

    assert window(found, "2026-10-25T22:30") == ("2026-10-25T22:00:00Z", "2026-10-26T22:00:00Z")


def test_a_use_at_the_very_end_opens_the_next_window() -> None:
    found = meter()
    start = at("2026-06-01T10:42")
    found.offer(start, 10)

    assert found.offer(start + 5 * HOUR - 1, 4) == Verdict(0, 4, "limit", "overflow")
    assert found.offer(start + 5 * HOUR, 4) == Verdict(4, 0)
    assert found.state(start + 5 * HOUR).since == start + 5 * HOUR


def test_a_window_starts_with_a_use_and_not_by_itself() -> None:
    found = meter()
    assert found.state(0).since is None
    found.offer(HOUR, 3)
    later = found.state(7 * HOUR)

    assert (later.since, later.used, later.will_reset_at) == (None, 0, None)


def test_a_use_of_exactly_a_window_ago_has_left_a_rolling_one() -> None:
    found = meter(window="rolling")
    start = at("2026-06-01T10:42")
    found.offer(start, 6)
    found.offer(start + HOUR, 3)

    just_before = found.state(start + 5 * HOUR - 1)
    assert (just_before.used, just_before.will_reset_at) == (9, start + 5 * HOUR)
    then = found.state(start + 5 * HOUR)
    assert (then.used, then.share) == (3, Fraction(3, 10))
    assert (then.since, then.until) == (start, start + 5 * HOUR)


def test_what_has_left_makes_room_at_that_very_instant() -> None:
    found = meter(window="rolling")
    found.offer(0, 10)

    assert found.offer(5 * HOUR - 1, 1).within == 0
    assert found.offer(5 * HOUR, 10).within == 10


def test_what_overflows_is_split_exactly_at_the_cap() -> None:
    found = meter()

    assert found.offer(0, 7) == (7, 0, "", "")
    assert found.offer(1, 7) == (3, 4, "limit", "overflow")
    assert found.offer(2, 7) == (0, 7, "limit", "overflow")
    assert found.state(2).used == 10


@pytest.mark.parametrize("on_exceed", ["block", "degrade", "summarise"])
def test_what_begins_below_the_cap_is_served_whole(on_exceed: str) -> None:
    found = meter(on_exceed=on_exceed)

    assert found.offer(0, 9) == (9, 0, "", "")
    assert found.offer(1, 5) == (5, 0, "", "")
    assert found.offer(2, 1) == (0, 1, "limit", on_exceed)
    assert found.state(2).used == 14


def test_what_is_used_up_exactly_leaves_no_room() -> None:
    found = meter(on_exceed="block")
    found.offer(0, 10)

    assert found.offer(1, 1).beyond == 1


def test_what_is_given_back_makes_room_again() -> None:
    found = meter(on_exceed="block")
    found.offer(0, 9)
    found.offer(1, 9)

    assert found.offer(2, -4) == (-4, 0, "", "")
    assert found.offer(3, 1).beyond == 1
    assert found.offer(4, -5).beyond == 0
    assert found.offer(5, 1).within == 1


def test_a_refused_use_opens_no_window() -> None:
    found = meter(0, on_exceed="block")

    assert found.offer(at("2026-06-01"), 1).beyond == 1
    assert found.state(at("2026-06-01")).since is None
    assert found.state(at("2026-06-01")).share is None


def test_what_one_limit_refuses_opens_no_window_of_another() -> None:
    meters = [meter(10, name="five-hour"), meter(0, on_exceed="block", name="opus")]

    assert offer_to_all(meters, 0, 1).limit_id == "opus"
    assert meters[0].state(0).since is None
    assert offer_to_all(meters, HOUR, 0).beyond == 0
    assert meters[0].state(HOUR).since == HOUR


@pytest.mark.parametrize(
    ("on_exceed", "within"), [("overflow", 10), ("summarise", 10), ("block", 0), ("degrade", 0)]
)
def test_a_turn_is_measured_by_itself(on_exceed: str, within: int) -> None:
    found = meter(window="rolling_turns", on_exceed=on_exceed)

    assert found.offer(0, 10).within == 10
    assert found.offer(1, 25) == (within, 25 - within, "limit", on_exceed)
    assert found.offer(2, 9).within == 9
    assert found.state(2).used == 9
    assert found.full_at(2, Fraction(5)) is None


def test_a_cap_in_dollars_is_measured_in_picodollars() -> None:
    limit = Limit(id="m", unit="u", cap=Decimal("0.5"), duration=HOUR, on_exceed="overflow")
    found = LimitMeter(limit, UTC, 0, scale=10**12)

    assert found.offer(0, 6 * 10**11)[:2] == (5 * 10**11, 10**11)


def test_going_back_in_time_is_refused() -> None:
    found = meter()
    found.offer(HOUR, 1)

    with pytest.raises(ValueError, match="rising"):
        found.offer(HOUR - 1, 1)
    with pytest.raises(ValueError, match="gone"):
        found.state(HOUR - 1)
    found.state(9 * HOUR)
    assert found.offer(2 * HOUR, 1).within == 1  # looking ahead changes nothing


def test_a_limit_that_refuses_goes_before_one_that_overflows() -> None:
    meters = [
        meter(10, name="five-hour"),
        meter(30, window="rolling", hours=168, name="weekly"),
        meter(4, window="rolling", hours=168, on_exceed="block", name="opus"),
    ]

    assert offer_to_all(meters, 0, 3) == (3, 0, "", "")
    assert offer_to_all(meters, 1, 9) == (7, 2, "five-hour", "overflow")
    assert offer_to_all(meters, 2, 1) == (0, 1, "opus", "block")
    assert [each.state(2).used for each in meters] == [10, 10, 10]
    assert offer_to_all(meters[:2], 6 * HOUR, 25) == (10, 15, "five-hour", "overflow")
    assert offer_to_all(meters[:2], 12 * HOUR, 25) == (10, 15, "five-hour", "overflow")
    assert offer_to_all(meters[:2], 18 * HOUR, 25) == (0, 25, "weekly", "overflow")


def test_what_a_window_will_come_to_at_a_rate() -> None:
    found = meter(100)
    found.offer(0, 40)
    day = Fraction(24)

    assert found.expected_at_end(HOUR, 10 * day) == 80
    assert found.full_at(HOUR, 10 * day) is None
    assert found.full_at(HOUR, 20 * day) == 4 * HOUR
    assert found.full_at(HOUR, 15 * day) is None  # full just as the window ends
    assert found.full_at(HOUR, Fraction(0)) is None
    found.offer(2 * HOUR, 60)
    assert found.full_at(2 * HOUR, Fraction(0)) == 2 * HOUR


def test_a_rolling_window_fills_only_if_new_use_outruns_what_leaves() -> None:
    found = meter(100, window="rolling", hours=24)
    found.offer(0, 60)
    found.offer(12 * HOUR, 30)
    per_day = Fraction(24)

    assert found.expected_at_end(12 * HOUR, 99 * per_day) == 99 * 24
    assert found.full_at(12 * HOUR, per_day) == 22 * HOUR
    assert found.full_at(12 * HOUR, per_day * Fraction(1, 2)) is None
    assert found.full_at(12 * HOUR, Fraction(20)) is None  # full just as the first 60 leave
    assert found.full_at(12 * HOUR, per_day * 5) == 14 * HOUR
    assert found.full_at(23 * HOUR, per_day * 5) == 43 * HOUR


@pytest.mark.parametrize(
    ("facts", "used", "hours", "within"),
    [
        ({}, 8, (1, 11), 2 + 10 + 3),  # the rest of a window, one whole, an hour of the next
        ({}, 0, (0, 7), 10 + 6),
        ({}, 8, (6, 8), 6),  # the window is over
        ({"anchor": "clock"}, 0, (0, 24), 5 * 10),  # 0, 5, 10, 15 and 20 o'clock
        ({"window": "calendar", "calendar": "day"}, 8, (1, 73), 2 + 10 + 10 + 3),
        ({"window": "rolling", "hours": 24}, 8, (1, 12), 2),
        ({"window": "rolling", "hours": 24}, 8, (1, 24), 10),
        ({"window": "rolling", "hours": 24}, 8, (1, 49), 20),
        ({"window": "rolling_turns"}, 8, (1, 11), 30),
        ({"on_exceed": "block"}, 12, (1, 5), 0),
    ],
)
def test_what_lies_within_the_limit_is_told_for_all_windows_ahead(
    facts: dict[str, Any], used: int, hours: tuple[int, int], within: int
) -> None:
    found = meter(10, **facts)
    if used:
        found.offer(0, used)
    since, until = (hour * HOUR for hour in hours)

    assert found.within_until(since, until, Fraction(3 * 24)) == within
    assert found.within_until(since, until, Fraction(0)) == 0


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3 * HOUR), st.integers(0, 20)), max_size=40),
    st.sampled_from(["fixed", "rolling", "calendar"]),
    st.sampled_from(["overflow", "block"]),
    st.integers(0, 40),
)
def test_a_use_is_split_into_parts_that_add_up_and_stay_within_the_cap(
    uses: list[tuple[int, int]], kind: str, on_exceed: str, cut: int
) -> None:
    found = meter(30, window=kind, on_exceed=on_exceed, calendar="day")
    other = meter(30, window=kind, on_exceed=on_exceed, calendar="day")
    taken: list[tuple[int, int]] = []
    now = at("2026-03-28")
    for number, (pause, amount) in enumerate(uses):
        now += pause
        verdict = found.offer(now, amount)
        assert verdict.within + verdict.beyond == amount
        assert min(verdict.within, verdict.beyond) >= 0
        taken.append((now, verdict.within))
        state = found.state(now)
        assert on_exceed == "block" or state.used <= 30
        if state.since is not None:
            first = state.since + (kind == "rolling")
            assert state.used == sum(used for then, used in taken if then >= first)
        if number == cut:
            other = restored(other)
        assert other.offer(now, amount) == verdict
        assert other.snapshot() == found.snapshot()


def restored(found: LimitMeter) -> LimitMeter:
    """Return a meter that goes on from the bytes of another's state."""
    told = msgspec.msgpack.encode(found.snapshot())
    state = msgspec.msgpack.decode(told, type=MeterState)
    return LimitMeter(found.limit, UTC, at("2026-01-31T09:30"), state=state)


def test_a_day_of_a_calendar_limit_is_as_long_as_the_zone_says() -> None:
    found = meter(window="calendar", calendar="day", zone=BERLIN)
    found.offer(at("2026-03-29T10:00"), 10)

    state = found.state(at("2026-03-29T10:00"))
    assert state.until is not None
    assert state.since is not None
    assert state.until - state.since == DAY - HOUR
    assert found.offer(state.until - 1, 1).beyond == 1
    assert found.offer(state.until, 1).within == 1
