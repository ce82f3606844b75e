"""The live figures: sums by days of the zone, bars without gaps, conversations that grow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, SECOND
from convledger.errors import UsageProblem
from convledger.reports.live import GROUPS, PERIODS, Spend, live, spark
from convledger.reports.usage import UsageQuery, usage
from tests.reports.books import MINUTE, Books, instant

BERLIN = ZoneInfo("Europe/Berlin")
NOW = instant("2026-11-20T14:32", BERLIN)
NOTHING = Spend(0, 0, 0, 0, 0)
ZONES = [
    UTC,
    BERLIN,
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("America/St_Johns"),
    ZoneInfo("Pacific/Apia"),
    timezone(timedelta(minutes=7)),
]


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    yield made
    made.connection.close()


def test_today_begins_at_midnight_of_the_zone(books: Books) -> None:
    one = books.conversation("one")
    books.call(one, 5, at=instant("2026-11-20T00:00", BERLIN))
    books.call(one, 70, at=instant("2026-11-20T00:00", BERLIN) - 1)
    ledger = books.roll_up()

    assert live(ledger, NOW, BERLIN).today == Spend(5, 1, 0, 0, 1)
    assert live(ledger, NOW, UTC).today == NOTHING
    assert live(ledger, NOW, UTC).week == Spend(75, 2, 0, 0, 1)


def test_seven_and_thirty_days_have_today_as_their_last(books: Books) -> None:
    one, two = books.conversation("one"), books.conversation("two")
    for days, pico in ((0, 1), (6, 20), (7, 300), (29, 4000), (30, 50000)):
        books.call(one if days else two, pico, at=NOW - days * DAY)
    figures = live(books.roll_up(), NOW, BERLIN)

    assert (figures.today.list_pico, figures.today.conversations) == (1, 1)
    assert (figures.week.list_pico, figures.week.conversations) == (21, 2)
    assert (figures.month.list_pico, figures.month.calls) == (4321, 4)


def test_last_hour_is_exact_to_the_microsecond(books: Books) -> None:
    one = books.conversation("one")
    for at, pico in ((NOW + 1, 1), (NOW, 20), (NOW - HOUR + 1, 300), (NOW - HOUR, 4000)):
        books.call(one, pico, at=at)

    books.call(one, 5, at=NOW, state=3)

    assert live(books.roll_up(), NOW, BERLIN).hour == Spend(325, 3, 0, 1, 1)


def test_cost_that_is_unknown_is_no_zero(books: Books) -> None:
    one = books.conversation("one")
    books.call(one, None, at=NOW)
    books.call(one, 7, at=NOW - DAY)
    books.call(one, 8, at=NOW - DAY, state=3)
    figures = live(books.roll_up(), NOW, BERLIN)

    assert figures.today == figures.hour == Spend(None, 1, 1, 0, 1)
    assert figures.week == Spend(15, 3, 1, 1, 1)
    assert [bar.unpriced_calls for bar in figures.bars[-2:]] == [0, 1]
    assert figures.bars[-1].parts == (0,)


def test_empty_ledger_has_empty_bars(books: Books) -> None:
    figures = live(books.roll_up(), NOW, BERLIN)

    assert figures.today == figures.month == figures.hour == NOTHING
    assert [bar.parts for bar in figures.bars] == [()] * 30
    assert (figures.series, figures.today_parts) == ((), ())
    assert (figures.growing, figures.last_call_at) == ([], None)


@pytest.mark.parametrize(
    ("period", "count", "now", "names", "hours"),
    [
        ("day", 3, "2026-10-26T09:00", ["2026-10-24", "2026-10-25", "2026-10-26"], [24, 25, 24]),
        ("day", 2, "2026-03-29T23:59", ["2026-03-28", "2026-03-29"], [24, 23]),
        ("week", 2, "2026-11-22T23:00", ["2026-11-09", "2026-11-16"], [168, 168]),
        ("month", 3, "2027-01-31T12:00", ["2026-11", "2026-12", "2027-01"], [720, 744, 744]),
        (
            *("hour", 2, "2026-11-20T00:59"),
            ["2026-11-19T23:00+01:00", "2026-11-20T00:00+01:00"],
            [1, 1],
        ),
    ],
)
def test_bars_are_the_periods_of_the_zone(
    books: Books, period: str, count: int, now: str, names: list[str], hours: list[int]
) -> None:
    bars = live(books.roll_up(), instant(now, BERLIN), BERLIN, bars=count, period=period).bars

    assert [bar.name for bar in bars] == names
    assert [(bar.ends - bar.begins) // HOUR for bar in bars] == hours
    assert all(one.ends == other.begins for one, other in pairwise(bars))


def test_series_are_the_three_that_cost_most_and_the_rest(books: Books) -> None:
    one = books.conversation("one")
    for day, model, pico in (
        *((0, "haiku", 1), (0, "sonnet", 30), (1, "opus", 500), (2, "gpt", 40), (2, "mini", 2)),
        *((3, "sonnet", 30), (40, "haiku", 9000)),
    ):
        books.call(one, pico, at=NOW - day * DAY, model=model)
    books.call(one, 4, at=NOW, model="sonnet", speed="fast")
    figures = live(books.roll_up(), NOW, BERLIN)

    assert figures.series == ("opus", "sonnet", "gpt", "other")
    assert [bar.parts for bar in figures.bars[-4:]] == [
        (0, 30, 0, 0),
        (0, 0, 40, 2),
        (500, 0, 0, 0),
        (0, 30, 0, 5),
    ]
    assert figures.today_parts == (0, 30, 0, 5)


def test_three_series_need_no_other(books: Books) -> None:
    one = books.conversation("one")
    for model, pico in (("a", 1), ("b", 1), ("c", 2), ("free", 0)):
        books.call(one, pico, at=NOW, model=model)

    assert live(books.roll_up(), NOW, BERLIN).series == ("c", "a", "b")


def test_parts_of_today_add_up_where_the_bars_are_hours(books: Books) -> None:
    one = books.conversation("one")
    books.call(one, 100, at=instant("2026-11-20T03:00", BERLIN), model="early")
    books.call(one, 20, at=NOW, model="late")
    figures = live(books.roll_up(), NOW, BERLIN, bars=2, period="hour")

    assert figures.series == ("late", "early")
    assert [bar.parts for bar in figures.bars] == [(0, 0), (20, 0)]
    assert figures.today_parts == (20, 100)


def test_groups_are_sources_projects_and_clients(books: Books) -> None:
    one = books.conversation("one", project="/bakery")
    two = books.conversation("two", source="codex", project="/rail")
    books.label(one, "client", "Northwind")
    books.label(one, "client", "Acme")
    books.call(one, 30, at=NOW)
    books.call(two, 5, at=NOW)
    ledger = books.roll_up()

    def stacked(group: str) -> dict[str, int]:
        figures = live(ledger, NOW, BERLIN, group=group)
        return dict(zip(figures.series, figures.bars[-1].parts, strict=True))

    assert stacked("source") == {"claude-code": 30, "codex": 5}
    assert stacked("project") == {"/bakery": 30, "/rail": 5}
    assert stacked("client") == {"Acme": 30, "": 5}


def test_no_sum_is_too_large(books: Books) -> None:
    one = books.conversation("one")
    for _ in range(3):
        books.call(one, 2**62, at=NOW - 1)
        books.call(one, 2**62, at=NOW - HOUR)
    figures = live(books.connection, NOW, timezone(timedelta(minutes=7)))

    assert figures.today.list_pico == figures.bars[-1].parts[0] == 6 * 2**62
    assert figures.hour.list_pico == figures.growing[0].recent_pico == 3 * 2**62
    assert figures.growing[0].list_pico == 6 * 2**62


def test_growing_are_those_with_a_call_in_the_last_half_hour(books: Books) -> None:
    old, busy, quiet = (books.conversation(name, title=name) for name in ("old", "busy", "quiet"))
    books.call(old, 1, at=NOW - 30 * MINUTE)
    books.call(busy, 400, at=NOW - DAY, model="gpt")
    books.call(busy, 20, at=NOW - 30 * MINUTE + 1, model="gpt")
    books.call(busy, None, at=NOW - 4 * MINUTE)
    books.call(busy, 3, at=NOW, model="sonnet", speed="fast")
    books.call(busy, 900, at=NOW + 1, model="gpt")
    books.call(quiet, None, at=NOW - MINUTE)
    figures = live(books.roll_up(), NOW, BERLIN)
    first, second = figures.growing

    assert (first.title, first.source, first.native, first.id) == (
        *("busy", "claude-code", "busy"),
        busy,
    )
    assert (first.model, first.last_at) == ("sonnet-fast", NOW)
    assert (first.list_pico, first.calls, first.unpriced_calls) == (1323, 5, 1)
    assert (first.recent_pico, first.trend) == (23, (20, 0, 0, 0, 0, 0, 0, 0, 0, 3))
    assert (second.title, second.list_pico, second.trend) == ("quiet", None, (0,) * 10)
    assert figures.last_call_at == NOW


def test_part_of_a_trend_is_three_minutes(books: Books) -> None:
    one = books.conversation("one")
    for number in range(10):
        books.call(one, 10**number, at=NOW - number * 3 * MINUTE)
        books.call(one, 10**number, at=NOW - (number + 1) * 3 * MINUTE + 1)

    assert live(books.roll_up(), NOW, BERLIN).growing[0].trend == tuple(
        2 * 10**number for number in range(9, -1, -1)
    )


def test_no_more_than_fifty_grow(books: Books) -> None:
    for number in range(60):
        books.call(books.conversation(f"{number:02}"), 1, at=NOW - number * SECOND)

    assert [one.native for one in live(books.roll_up(), NOW, BERLIN).growing] == [
        f"{number:02}" for number in range(50)
    ]


@pytest.mark.parametrize(("period", "group"), [("year", "model"), ("day", ""), ("day", "tag")])
def test_other_bars_are_refused_in_words(books: Books, period: str, group: str) -> None:
    with pytest.raises(UsageProblem, match="groups are: model, source, project, client"):
        live(books.connection, NOW, BERLIN, period=period, group=group)


def test_spark_is_the_cost_of_each_day(books: Books) -> None:
    one = books.conversation("one")
    books.call(one, 5, at=NOW)
    books.call(one, 6, at=NOW - 2 * DAY)
    books.call(one, 7, at=NOW - 3 * DAY)

    assert spark(books.roll_up(), NOW, BERLIN, 3) == (6, 0, 5)


CALLS = st.lists(
    st.tuples(
        st.integers(-60 * 24 * 60, 3 * 24 * 60),
        st.sampled_from(["opus", "sonnet", "haiku", "gpt", "mini"]),
        st.none() | st.integers(0, 10**13),
        st.integers(0, 2),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(CALLS, st.sampled_from(ZONES), st.sampled_from(PERIODS), st.sampled_from(GROUPS))
def test_bars_add_up_to_the_usage_of_their_time(
    calls: list[tuple[int, str, int | None, int]], zone: tzinfo, period: str, group: str
) -> None:
    books = Books()
    known = [
        books.conversation(f"{place}", source=f"reader {place}", project=f"/{place % 2}")
        for place in range(3)
    ]
    books.label(known[0], "client", "Acme")
    for minutes, model, pico, place in calls:
        books.call(known[place], pico, at=NOW + minutes * MINUTE, model=model)
    ledger = books.roll_up()
    figures = live(ledger, NOW, zone, bars=20, period=period, group=group)
    since, until = figures.bars[0].begins, figures.bars[-1].ends
    report = usage(ledger, UsageQuery((period,), zone, since=since, until=until))
    days = live(ledger, NOW, zone, bars=20)

    assert sum(sum(bar.parts) for bar in figures.bars) == (report.total.list_pico or 0)
    assert sum(bar.unpriced_calls for bar in figures.bars) == report.total.unpriced_calls
    assert {bar.name: sum(bar.parts) for bar in figures.bars if any(bar.parts)} == {
        row.keys[period]: row.list_pico for row in report.rows if row.list_pico
    }
    assert sum(figures.today_parts) == (figures.today.list_pico or 0) == sum(days.bars[-1].parts)
    assert spark(ledger, NOW, zone, 20) == tuple(sum(bar.parts) for bar in days.bars)
    assert sum(one.recent_pico for one in figures.growing) <= (figures.hour.list_pico or 0)
    ledger.close()
