"""Closed periods stand as they are; what is known later is an adjustment in the open one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from convledger.money import PICO, usd_text
from convledger.plans.billing import Bill
from convledger.plans.events import Event
from convledger.plans.schema import Plan
from convledger.plans.statement import (
    SETTLED,
    FrozenStatement,
    digest_of,
    frozen_bytes,
    thawed,
)

from .bills import at, bill, call, contract, credits_of, lines, talk, talks, totals
from .documents import CREDITS, WINDOW, plan

PER_UNIT = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'
TIERS = (
    WINDOW
    + """
[[charge]]
unit = "conversation"
model = "graduated"
tiers = [{ up_to = "3", price = "1.00" }, { up_to = "inf", price = "0.10" }]
"""
)
USAGE = """
[[unit]]
id = "usage"
count = "sum"
measure = "rated_usd"

[[charge]]
unit = "usage"
model = "pass_through"
markup = "1.00"
"""


def closed(made: Plan, told: Sequence[Sequence[Event]], now: str) -> list[FrozenStatement]:
    """Return the periods that were frozen at an instant."""
    return list(bill(contract(made), told, now).to_freeze())


def later(
    made: Plan, told: Sequence[Sequence[Event]], now: str, frozen: Sequence[FrozenStatement]
) -> Bill:
    return bill(contract(made), told, now, frozen=frozen)


def test_a_period_that_is_over_is_frozen_as_settled() -> None:
    frozen = closed(plan(PER_UNIT), talks("2026-01", 3), "2026-02-03")

    assert [(each.statement.name, each.statement.state) for each in frozen] == [
        ("2026-01", SETTLED)
    ]
    assert len(frozen[0].units) == 3


def test_a_statement_is_the_same_bytes_whatever_order_its_facts_came_in() -> None:
    told = talks("2026-01", 5)
    one = closed(plan(PER_UNIT), told, "2026-02-03")[0]
    other = closed(plan(PER_UNIT), told[::-1], "2026-02-09")[0]

    assert digest_of(frozen_bytes(one)) == digest_of(frozen_bytes(other))
    assert thawed(frozen_bytes(one)) == one


def test_a_statement_frozen_without_what_was_owed_is_read_as_it_is() -> None:
    (frozen,) = closed(plan(PER_UNIT), talks("2026-01", 3), "2026-02-03")
    now = frozen_bytes(frozen)
    before = now
    for name in (b"owed", b"grace", b"degraded"):
        before = before.replace(b',"%s":0' % name, b"").replace(b'"%s":0,' % name, b"")

    assert len(now) - len(before) == len(',"owed":0,"grace":0,"degraded":0')
    assert thawed(before) == frozen
    assert (thawed(before).statement.sums.owed, thawed(before).statement.sums.served) == (0, 0)


def test_a_late_conversation_is_an_adjustment_of_the_open_month() -> None:
    made, early = plan(PER_UNIT), talks("2026-01", 3)
    frozen = closed(made, early, "2026-02-03")
    found = later(made, [*early, talk("2026-01-20T10:00")], "2026-02-10", frozen)

    assert found.statements[0] == frozen[0].statement
    adjustment = next(line for line in found.statements[1].lines if line.kind == "adjustment")
    assert (adjustment.about, usd_text(adjustment.money)) == ("2026-01", "0.5")
    assert totals(found) == {"2026-01": "1.5", "2026-02": "0.5"}


def test_the_other_view_puts_it_where_it_happened() -> None:
    made, early = plan(PER_UNIT), talks("2026-01", 3)
    frozen = closed(made, early, "2026-02-03")
    told = [*early, talk("2026-01-20T10:00")]
    found = bill(contract(made), told, "2026-02-10", frozen=frozen, restate=True)

    assert totals(found) == {"2026-01": "2", "2026-02": "0"}
    assert [each.state for each in found.statements] == ["restated", "live"]


def test_an_adjustment_that_was_closed_is_not_made_twice() -> None:
    made, early = plan(PER_UNIT), talks("2026-01", 3)
    first = closed(made, early, "2026-02-03")
    told = [*early, talk("2026-01-20T10:00")]
    second = list(later(made, told, "2026-03-02", first).to_freeze())
    found = later(made, told, "2026-03-10", [*first, *second])

    assert totals(found) == {"2026-01": "1.5", "2026-02": "0.5", "2026-03": "0"}


def test_a_message_that_bridges_two_conversations_gives_one_back() -> None:
    made = plan(PER_UNIT)
    apart = [talk("2026-01-10T10:00", "t", answered=False), talk("2026-01-10T10:50", "t")]
    frozen = closed(made, apart, "2026-02-03")
    between = talk("2026-01-10T10:25", "t", answered=False)
    found = later(made, [*apart, between], "2026-02-10", frozen)

    assert totals(found) == {"2026-01": "1", "2026-02": "-0.5"}


@pytest.mark.parametrize("terms", [PER_UNIT, CREDITS])
def test_what_was_given_back_once_is_not_given_back_again(terms: str) -> None:
    made = plan(terms)
    apart = [talk("2026-01-10T10:00", "t", answered=False), talk("2026-01-10T10:50", "t")]
    told = [*apart, talk("2026-01-10T10:25", "t", answered=False)]
    frozen = closed(made, apart, "2026-02-03")
    for month in range(3, 9):
        frozen += later(made, told, f"2026-{month:02d}-01", frozen).to_freeze()
    found = later(made, told, "2026-08-10", frozen)

    assert sum(each.quantity for each in found.billed) == PICO
    assert len(found.billed) == 3  # two, and one of them taken back
    assert sum(each.sums.used for each in found.statements) in (0, PICO)
    assert found.fold.findings == ()

    # What comes back after that is booked anew.
    again = later(made, apart, "2026-08-10", frozen)
    assert sum(each.quantity for each in again.billed) == 2 * PICO
    assert again.fold.findings == ()


def test_a_late_conversation_is_priced_in_the_tier_of_its_own_month() -> None:
    made, early = plan(TIERS), talks("2026-01", 3)
    frozen = closed(made, early, "2026-02-03")
    found = later(made, [*early, talk("2026-01-20T10:00")], "2026-02-10", frozen)

    assert totals(found) == {"2026-01": "3", "2026-02": "0.1"}


CARD = (
    WINDOW
    + """
[[charge]]
unit = "conversation"
model = "rate_card"
minimum_units = "5"
cap = "9.00"
rate_card = [{ match = { channel = "voice" }, price = "4.00" }, { match = {}, price = "1.00" }]
"""
)


@pytest.mark.parametrize(
    ("channels", "due"),
    [
        (["", ""], "0"),  # the minimum has paid for it
        (["", "voice"], "3"),
        (["", "voice", "voice", "voice"], "4"),  # 5 to 9, not to 13
    ],
)
def test_late_conversations_count_towards_minimum_and_cap_of_their_month(
    channels: list[str], due: str
) -> None:
    made = plan(CARD)
    told = [
        talk(f"2026-01-{day:02d}T10:00", channel=channel) for day, channel in enumerate(channels, 1)
    ]
    frozen = closed(made, told[:1], "2026-02-03")
    found = later(made, told, "2026-02-10", frozen)
    scratch = bill(contract(made), told, "2026-02-10")

    assert totals(found) == {"2026-01": "5", "2026-02": usd_text((5 + int(due)) * PICO)}
    assert sum(each.due for each in found.statements) == sum(
        each.due for each in scratch.statements
    )


def test_late_use_burns_the_credits_of_the_open_month() -> None:
    made, early = plan(CREDITS.replace('"500"', '"10"')), talks("2026-01", 3)
    frozen = closed(made, early, "2026-02-03")
    found = later(made, [*early, talk("2026-01-20T10:00")], "2026-02-10", frozen)

    assert credits_of(found.statements[0])["used"] == "3"
    assert credits_of(found.statements[1]) == {
        "granted": "10", "used": "1", "over": "0", "expired": "0", "left": "9",
    }  # fmt: skip
    late = next(line for line in found.statements[1].lines if line.about)
    assert (late.about, late.credits) == ("2026-01", PICO)


def test_a_price_that_is_found_later_is_due_then() -> None:
    made = plan(USAGE)
    unknown = [[call("2026-01-05", "2.00"), call("2026-01-06", None)]]
    frozen = closed(made, unknown, "2026-02-03")
    known = [[call("2026-01-05", "2.00"), call("2026-01-06", "0.70")]]
    found = later(made, known, "2026-02-10", frozen)

    assert totals(found) == {"2026-01": "2", "2026-02": "0.7"}


def test_a_plan_that_is_edited_changes_no_closed_month() -> None:
    made, told = plan(PER_UNIT), talks("2026-01", 3)
    frozen = closed(made, told, "2026-02-03")
    dearer = plan(PER_UNIT.replace("0.50", "9.00"))
    again = contract(dearer, earlier=(made,))
    found = bill(again, [*told, *talks("2026-02", 1)], "2026-02-20", frozen=frozen)

    assert totals(found) == {"2026-01": "1.5", "2026-02": "9"}
    # A conversation that comes late is priced by the plan of its month.
    late = [*told, talk("2026-01-20T10:00")]
    assert totals(bill(again, late, "2026-02-20", frozen=frozen)) == {
        "2026-01": "1.5",
        "2026-02": "0.5",
    }


def test_credits_left_over_by_a_closed_month_stand_although_its_plan_was_edited() -> None:
    rolling = CREDITS.replace('"500"', '"10"\nrollover_max = "all"')
    made, told = plan(rolling), talks("2026-01", 3)
    frozen = closed(made, told, "2026-02-03")
    again = contract(plan(rolling.replace('"10"', '"99"')), earlier=(made,))

    found = bill(again, told, "2026-02-20", frozen=frozen)
    assert credits_of(found.statements[1])["left"] == str(7 + 99)


WHEN = st.integers(0, 27 * 24 * 4 - 1)  # quarters of an hour in a February


@given(st.lists(st.tuples(WHEN, st.integers(0, 3)), max_size=12), st.data())
def test_adjustments_make_up_exactly_what_was_not_known(
    spoken: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Whatever is learnt when, all statements together say what a look from scratch does."""
    made = plan(PER_UNIT)
    told = [
        talk(_moment(quarter), f"thread {thread}", answered=False) for quarter, thread in spoken
    ]
    known = [data.draw(st.integers(0, 2)) for _ in told]
    frozen: list[FrozenStatement] = []
    for stage, now in enumerate(("2026-03-02", "2026-04-02", "2026-05-02")):
        seen = [each for each, since in zip(told, known, strict=True) if since <= stage]
        found = bill(contract(made, began="2026-02-01"), seen, now, frozen=frozen)
        frozen += found.to_freeze()
    scratch = bill(contract(made, began="2026-02-01"), told, "2026-05-02")

    due = sum(each.due for each in found.statements)
    assert due == sum(each.due for each in scratch.statements)
    counted = sum(each.quantity for each in found.billed)
    assert counted == sum(each.quantity for each in scratch.billed)


def _moment(quarter: int) -> str:
    day, rest = divmod(quarter, 96)
    hour, part = divmod(rest, 4)
    return f"2026-02-{day + 1:02d}T{hour:02d}:{part * 15:02d}"


@given(st.lists(st.tuples(WHEN, st.integers(0, 3)), max_size=12), st.data())
def test_credits_burnt_are_the_same_in_both_views(
    spoken: list[tuple[int, int]], data: st.DataObject
) -> None:
    """However often periods were closed between what was learnt, and forgotten again."""
    made = plan(CREDITS.replace('"500"', '"2"\nper = "once"\nexpires = "never"'))
    told = [
        talk(_moment(quarter), f"thread {thread}", answered=False) for quarter, thread in spoken
    ]
    stages = [data.draw(st.sets(st.integers(0, 4))) for _ in told]
    start = {"began": "2026-02-01"}
    frozen: list[FrozenStatement] = []
    for stage, month in enumerate(("03", "04", "05", "06", "07")):
        seen = [each for each, when in zip(told, stages, strict=True) if stage in when]
        found = bill(contract(made, **start), seen, f"2026-{month}-05", frozen=frozen)
        other = bill(contract(made, **start), seen, f"2026-{month}-05", restate=True)
        frozen += found.to_freeze()

    mine, theirs = found.fold.totals(), other.fold.totals()
    # Which units lay beyond the credits is not decided anew for periods that are closed.
    assert mine.balance - mine.overage == theirs.balance - theirs.overage
    assert found.fold.findings == ()


def test_a_statement_that_was_changed_is_told_by_its_digest() -> None:
    frozen = closed(plan(PER_UNIT), talks("2026-01", 3), "2026-02-03")[0]
    sums = replace(frozen.statement.sums, total=0)
    forged = replace(frozen, statement=replace(frozen.statement, sums=sums))

    assert digest_of(frozen_bytes(frozen)) != digest_of(frozen_bytes(forged))


def test_lines_of_a_frozen_statement_are_those_that_were_due() -> None:
    frozen = closed(plan(PER_UNIT), talks("2026-01", 3), "2026-02-03")[0]

    assert lines(frozen.statement) == {"usage conversation": "1.5"}
    assert frozen.statement.until == at("2026-02-01")
