"""One conversation on a time line, cut by the rules of several plans."""

from __future__ import annotations

from convledger.clock import SECOND
from convledger.money import PICO
from convledger.plans.parse import parse_plan
from convledger.plans.schema import Plan
from convledger.reports.boundaries import boundaries
from convledger.reports.plan_figures import Boundaries
from tests.reports.shop import CREDITS, OUTCOME, PASSED_ON, PER_UNIT, USAGE, Shop, at, document

NOW = at("2026-03-10")
DAY_LONG = PER_UNIT.replace('"30m"', '"24h"')
FIXED = PER_UNIT.replace('timeout = "30m"', 'boundary = "fixed"\nduration = "24h"')


def plan(*parts: str, **head: str) -> Plan:
    return parse_plan(document(*parts, **head), "plan.toml")


def view(shop: Shop, conversation: int, *plans: Plan, now: int = NOW) -> Boundaries:
    found = boundaries(shop.connection, conversation, plans, now)
    assert found is not None
    return found


def four(shop: Shop) -> int:
    """Say something four times within two days."""
    for when in ("2026-03-05T10:00", "2026-03-05T11:00", "2026-03-06T09:00", "2026-03-06T20:00"):
        number = shop.talk(when, "t")
    return number


def test_the_same_messages_are_cut_otherwise_by_each_rule(shop: Shop) -> None:
    found = view(shop, four(shop), plan(PER_UNIT), plan(DAY_LONG), plan(FIXED))

    assert [len(lane.units) for lane in found.lanes] == [4, 1, 2]
    assert [lane.money for lane in found.lanes] == [2 * PICO, PICO // 2, PICO]
    assert len(found.messages) == 8


def test_each_unit_says_why_it_began_and_ended(shop: Shop) -> None:
    units = view(shop, four(shop), plan(PER_UNIT)).lanes[0].units

    assert [unit.began for unit in units] == ["first", "idle", "idle", "idle"]
    assert {unit.ended for unit in units} == {"idle"}
    assert units[1].gap == 3_600 * SECOND - 5 * SECOND
    assert units[0].ends_at == at("2026-03-05T10:30:05")


def test_a_unit_that_goes_on_is_not_over(shop: Shop) -> None:
    units = view(shop, four(shop), plan(PER_UNIT), now=at("2026-03-06T20:10")).lanes[0].units
    assert (units[-1].ended, units[-1].ends_at) == ("", at("2026-03-06T20:30:05"))


def test_the_longest_silence_that_nearly_cut_is_told(shop: Shop) -> None:
    for when in ("2026-03-05T10:00", "2026-03-05T10:29", "2026-03-05T10:35"):
        number = shop.talk(when, "t")
    lane = view(shop, number, plan(PER_UNIT)).lanes[0]
    assert lane.closest == (at("2026-03-05T10:00:05"), 29 * 60 * SECOND - 5 * SECOND)

    number = shop.talk("2026-03-05T10:00", "other")
    shop.talk("2026-03-05T10:10", "other")
    assert view(shop, number, plan(PER_UNIT)).lanes[0].closest is None


def test_credits_and_money_are_told_apart_and_nothing_is_no_zero(shop: Shop) -> None:
    number = four(shop)
    lanes = view(shop, number, plan(CREDITS), plan(PER_UNIT)).lanes
    assert [(lane.credits, lane.money) for lane in lanes] == [(4 * PICO, None), (None, 2 * PICO)]


def test_any_plan_is_taken_as_if_it_had_always_been_in_force(shop: Shop) -> None:
    number = four(shop)
    assert len(view(shop, number, plan(PER_UNIT, since="2199-01-01")).lanes[0].units) == 4


def test_plans_that_count_other_things_have_a_lane_too(shop: Shop) -> None:
    number = four(shop)
    shop.spend("2026-03-05T10:00:04", "2.00", "t")
    lanes = view(shop, number, plan(PASSED_ON), plan(OUTCOME), plan()).lanes

    assert [len(lane.units) for lane in lanes] == [1, 1, 0]
    assert lanes[0].money == 2 * PICO
    assert (lanes[2].name, lanes[2].money) == ("short", None)


def test_a_conversation_without_a_message_has_no_view(shop: Shop) -> None:
    assert boundaries(shop.connection, shop.conversation("empty"), [plan(PER_UNIT)], NOW) is None
    assert boundaries(shop.connection, 10**9, [plan(PER_UNIT)], NOW) is None


def test_a_view_without_plans_shows_what_was_said(shop: Shop) -> None:
    found = view(shop, four(shop))
    assert (found.lanes, len(found.messages), found.currency) == ((), 8, "USD")


def test_instants_at_either_end_of_time_are_shown(shop: Shop) -> None:
    number = shop.talk("2000-01-01T00:00", "t")
    shop.talk("2199-12-31T23:59", "t")
    assert len(view(shop, number, plan(PER_UNIT), plan(FIXED)).lanes[0].units) == 2


def test_what_cuts_no_conversation_is_told_in_its_own_measure(shop: Shop) -> None:
    number = four(shop)
    shop.spend("2026-03-05T10:00:04", "2.00", "t")
    shop.spend("2026-03-05T11:00:04", "14.50", "t")
    dollars, tokens, users, replies = view(
        shop,
        number,
        plan(PASSED_ON),
        plan(USAGE.replace('"rated_usd"', '"tokens"')),
        plan('[[unit]]\nid = "person"\ncount = "unique"\nkey = "user"\n'),
        plan('[[unit]]\nid = "reply"\ncount = "event"\nevent = "assistant_message"\n'),
    ).lanes

    assert dollars.counted == "$16.50 at list"
    assert [unit.counted for unit in dollars.units] == ["$2.00 at list", "$14.50 at list"]
    assert sum(unit.quantity for unit in dollars.units) == 2
    assert tokens.counted.endswith(" tokens")
    assert (users.counted, replies.counted) == ("1 user", "4 assistant messages")
    for unit in (*dollars.units, *users.units, *replies.units):
        assert (unit.began, unit.gap, unit.ended) == ("", 0, "counted")
    assert view(shop, number, plan(PER_UNIT)).lanes[0].counted == ""


def test_a_unit_that_is_not_charged_yet_says_what_it_waits_for(shop: Shop) -> None:
    number = shop.thread("t")
    shop.say(number, "x", at=at("2026-03-05T10:00"), key=1)
    at_answer, at_end = (
        plan(PER_UNIT.replace('"30m"', f'"30m"\ncommit_at = "{instant}"'))
        for instant in ("first_assistant_reply", "close")
    )

    for now, waits in (("2026-03-05T10:10", ["answer", "end"]), ("2026-03-06", ["answer", ""])):
        lanes = view(shop, number, at_answer, at_end, now=at(now)).lanes
        assert [lane.units[0].waits_for for lane in lanes] == waits
    shop.say(number, "y", at=at("2026-03-05T10:01"), kind=2, key=2)
    assert view(shop, number, at_answer).lanes[0].units[0].waits_for == ""
