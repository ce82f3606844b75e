"""Which lots a plan grants, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, iso_text, parse_instant
from convledger.plans.credits import CreditProblem, Lot, Rollover
from convledger.plans.schedule import expiry_of, lot_of_topup, lots_of, recurrences
from convledger.plans.schema import Grant, Length, Period, Plan, Topup, Where

PICO = 10**12
MONTHLY = Period(kind="month", anchor="calendar")
ANNIVERSARY = Period(kind="month", anchor="subscription")


def at(text: str) -> int:
    found = parse_instant(text)
    assert found is not None
    return found


def plan(*grants: Grant, since: str = "2026-01-01", **more: Any) -> Plan:
    return Plan(
        id="p", name="P", version=since, currency="USD", zone_name="UTC",
        effective_from=at(since), grants=grants, **more,
    )  # fmt: skip


def grant(amount: str = "500", **more: Any) -> Grant:
    return Grant(id=more.pop("id", "included"), amount=Decimal(amount), **more)


def lots(
    *plans: Plan, until: str, subscribed: str = "2026-01-01", seats: Any = None, zone: Any = UTC
) -> list[Lot]:
    starts = [each.effective_from for each in plans]
    ends = [
        *(each.effective_to or after for each, after in zip(plans, starts[1:], strict=False)),
        at(until),
    ]
    spans = list(zip(starts, ends, plans, strict=True))
    return lots_of(spans, zone, at(subscribed), seats, at(until))


def times(found: list[Lot]) -> list[tuple[str, str | None]]:
    return [
        (
            iso_text(each.effective_at)[:10],
            None if each.expires_at is None else iso_text(each.expires_at)[:10],
        )
        for each in found
    ]


def test_a_period_grant_lasts_from_one_anniversary_to_the_next_and_clamps() -> None:
    found = lots(plan(grant(), period=ANNIVERSARY), until="2026-04-01", subscribed="2026-01-31")

    assert times(found) == [
        ("2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-03-31"),
        ("2026-03-31", "2026-04-30"),
    ]
    assert {each.amount for each in found} == {500 * PICO}
    assert len({each.id for each in found}) == 3


def test_the_first_period_is_granted_whole_from_the_subscription_on() -> None:
    found = lots(plan(grant(), period=MONTHLY), until="2026-03-01", subscribed="2026-01-17")

    assert times(found) == [("2026-01-17", "2026-02-01"), ("2026-02-01", "2026-03-01")]
    assert [each.id for each in found] == ["included:2026-01", "included:2026-02"]


def test_seats_share_one_lot() -> None:
    seats = grant("1900", per="seat", seats=3, cost_basis=Decimal("0.01"))
    written = lots(plan(seats, period=MONTHLY), until="2026-02-01")
    told = lots(plan(seats, period=MONTHLY), until="2026-02-01", seats=5)
    growing = lots(
        plan(seats, period=MONTHLY), until="2026-03-01", seats=lambda when: 1 + when // (32 * DAY)
    )

    assert [each.amount for each in written] == [5700 * PICO]
    assert [each.cost for each in written] == [57 * PICO]
    assert [each.amount for each in told] == [9500 * PICO]
    assert growing[0].amount < growing[1].amount or len(growing) == 2


def test_a_grant_without_seats_is_no_lot() -> None:
    assert lots(plan(grant(per="seat"), period=MONTHLY), until="2026-02-01", seats=0) == []


def test_once_is_once_over_all_versions() -> None:
    once = grant("20", per="once", expires="never", id="trial")
    found = lots(plan(once), plan(once, since="2026-03-01"), until="2026-06-01")

    assert [(each.id, *times([each])[0]) for each in found] == [("trial", "2026-01-01", None)]


def test_a_period_is_granted_by_the_version_in_force_when_it_begins() -> None:
    old = plan(grant("100"), period=MONTHLY)
    new = plan(grant("200"), since="2026-02-15", period=MONTHLY)

    found = lots(old, new, until="2026-04-01")

    assert [each.amount // PICO for each in found] == [100, 100, 200]


def test_a_version_after_a_gap_grants_the_rest_of_its_first_period() -> None:
    old = plan(grant("100"), period=MONTHLY, effective_to=at("2026-01-10"))
    new = plan(grant("200"), since="2026-02-15", period=MONTHLY)

    found = lots(old, new, until="2026-03-02")

    assert [(each.amount // PICO, *times([each])[0]) for each in found] == [
        (100, "2026-01-01", "2026-02-01"),
        (200, "2026-02-15", "2026-03-01"),
        (200, "2026-03-01", "2026-04-01"),
    ]


def test_a_recurring_grant_ends_with_the_period_it_falls_in() -> None:
    weekly = grant("10", every=Length(elapsed=7 * DAY))
    found = lots(plan(weekly, period=MONTHLY), until="2026-02-05")

    assert times(found)[:2] == [("2026-01-01", "2026-02-01"), ("2026-01-08", "2026-02-01")]
    assert times(found)[-1] == ("2026-01-29", "2026-02-01")


def test_a_recurrence_as_long_as_the_period_gives_one_lot_a_period() -> None:
    every_month = grant(every=Length(months=1))
    for period in (MONTHLY, ANNIVERSARY):
        recurring = lots(plan(every_month, period=period), until="2026-06-01")
        plain = lots(plan(grant(), period=period), until="2026-06-01")
        assert times(recurring) == times(plain)


def test_a_recurrence_under_way_at_the_subscription_begins_there() -> None:
    found = lots(
        plan(grant(every=Length(months=1)), period=MONTHLY),
        until="2026-03-01",
        subscribed="2026-01-17",
    )

    assert times(found) == [("2026-01-17", "2026-02-01"), ("2026-02-01", "2026-03-01")]


@pytest.mark.parametrize("every", [None, Length(months=1), Length(elapsed=7 * DAY)])
def test_a_grant_that_was_over_at_the_subscription_is_not_given(every: Length | None) -> None:
    over = grant(every=every, effective_to=at("2026-01-10"))

    for ended in ("2026-01-10", "2026-01-20"):
        assert lots(plan(over, period=MONTHLY), until="2026-03-01", subscribed=ended) == []
    begun = lots(plan(over, period=MONTHLY), until="2026-03-01", subscribed="2026-01-09")
    assert [each[0] for each in times(begun)] == ["2026-01-09"]


def test_a_grant_may_begin_and_end_within_its_plan() -> None:
    promo = grant("5", effective_from=at("2026-02-10"), effective_to=at("2026-03-02"), kind="promo")
    found = lots(plan(promo, period=MONTHLY), until="2026-06-01")

    assert times(found) == [("2026-02-10", "2026-03-01"), ("2026-03-01", "2026-04-01")]


def test_credits_may_outlast_their_period_or_never_end() -> None:
    year = grant(expires="after", lasts=Length(months=12), per="once")
    for_good = grant(expires="never", id="g")
    found = lots(plan(year, for_good, period=MONTHLY), until="2026-01-15")

    assert times(found) == [("2026-01-01", "2027-01-01"), ("2026-01-01", None)]


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({}, None),
        ({"rollover_max": Decimal(50)}, Rollover(0, 50 * PICO)),
        ({"rollover_max": None}, Rollover(0, None)),
        ({"rollover_max": None, "rollover_share": Decimal("0.1")}, Rollover(0, 20 * PICO)),
        ({"rollover_min": Decimal(5), "rollover_max": Decimal(9)}, Rollover(5 * PICO, 9 * PICO)),
    ],
)
def test_what_rolls_over_is_ended_by_the_reset_and_not_by_its_date(
    settings: dict[str, Any], rule: Rollover | None
) -> None:
    (found,) = lots(plan(grant("200", **settings), period=MONTHLY), until="2026-01-15")

    assert found.rollover == rule
    assert (found.expires_at is None) == (rule is not None)


def test_a_grant_for_some_usage_has_its_id_as_scope() -> None:
    voice = grant(scope=Where(attributes={"channel": ("voice",)}), id="minutes", priority=3)
    (found,) = lots(plan(voice, period=MONTHLY), until="2026-01-15")

    assert (found.scopes, found.priority, found.family) == (frozenset({"minutes"}), 3, "minutes")


def test_an_amount_too_small_to_be_one_is_refused() -> None:
    with pytest.raises(CreditProblem, match="above zero"):
        lots(plan(grant("0.0000000000001"), period=MONTHLY), until="2026-01-15")


def test_a_plan_without_periods_grants_once_for_good() -> None:
    found = lots(plan(grant(), period=Period(kind="none")), until="2030-01-01")

    assert times(found) == [("2026-01-01", None)]


def test_periods_begin_at_midnight_where_the_plan_is() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = lots(plan(grant(), period=MONTHLY), until="2026-05-01", zone=berlin)

    assert iso_text(found[1].effective_at) == "2026-01-31T23:00:00Z"
    assert iso_text(found[3].effective_at) == "2026-03-31T22:00:00Z"


def test_a_top_up_by_hand_is_a_lot_with_its_price() -> None:
    own = plan(period=ANNIVERSARY)
    packs = Topup(id="pack", credits=Decimal(100), price=Decimal("10.00"))
    year = replace(packs, expires="after", lasts=Length(months=12))
    when = at("2026-03-10")

    short = lot_of_topup(packs, when, own, UTC, at("2026-01-31"))
    lasting = lot_of_topup(year, when, own, UTC, at("2026-01-31"), "invoice-7")

    assert (short.amount, short.cost, short.kind) == (100 * PICO, 10 * PICO, "topup")
    assert times([short]) == [("2026-03-10", "2026-03-31")]
    assert (lasting.id, *times([lasting])[0]) == ("invoice-7", "2026-03-10", "2027-03-10")
    assert expiry_of(replace(packs, expires="never"), when, own, UTC, 0) is None


def test_recurrences_return_to_the_day_they_began_on() -> None:
    found = islice(recurrences(at("2026-01-31T10:00:00Z"), Length(months=1), UTC), 4)

    assert [iso_text(each)[:13] for each in found] == [
        "2026-01-31T10", "2026-02-28T10", "2026-03-31T10", "2026-04-30T10",
    ]  # fmt: skip


@settings(deadline=None)
@given(
    st.sampled_from(["month", "week", "day", "year", "rolling"]),
    st.sampled_from(["calendar", "subscription"]),
    st.integers(0, 800 * 24),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"]),
    st.lists(st.integers(1, 900), max_size=3, unique=True),
)
def test_lots_of_period_grants_follow_each_other_without_gap_or_overlap(
    kind: str, anchor: str, hours: int, zone: str, changes: list[int]
) -> None:
    period = Period(kind=kind, anchor=anchor, days=10)
    begun = at("2024-01-01") + hours * HOUR
    until = begun + 120 * DAY
    cuts = sorted(begun + days * DAY for days in changes if days < 120)
    bounds = [begun, *cuts, until]
    own = plan(grant(), period=period)
    spans = [(since, stop, own) for since, stop in pairwise(bounds)]

    found = lots_of(spans, ZoneInfo(zone), begun, None, until)

    assert found[0].effective_at == begun
    for before, after in pairwise(found):
        assert before.expires_at == after.effective_at
    last = found[-1].expires_at
    assert last is not None
    assert last >= until
    assert found == lots_of([(begun, until, own)], ZoneInfo(zone), begun, None, until)
