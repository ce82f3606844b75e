"""What is charged only once it is answered or over, and what comes back after its period."""

from __future__ import annotations

import pytest

from convledger.money import PICO
from convledger.plans.events import ASSISTANT, USER, Event, Thread

from .bills import at, bill, contract, credits_of, talk, talks
from .documents import CREDITS, plan


def few(amount: int) -> str:
    """Return credits for conversations, so many included."""
    return CREDITS.replace('"500"', f'"{amount}"')


ANSWERED = few(10).replace(
    'timeout = "30m"',
    'timeout = "30m"\nreserve_at = "open"\ncommit_at = "first_assistant_reply"',
)


def test_question_that_stays_without_an_answer_gives_its_reservation_back() -> None:
    told = [talk("2026-01-02T10:00", answered=False)]
    made = contract(plan(ANSWERED))

    asked = bill(made, told, "2026-01-02T10:29:59").fold.totals()
    over = bill(made, told, "2026-01-02T10:30").fold.totals()
    assert (asked.reserved, asked.available) == (PICO, 9 * PICO)
    assert (over.reserved, over.available) == (0, 10 * PICO)


CARD = """\
pay_with = "credits"
model = "rate_card"
rate_card = [{ match = { channel = "voice" }, credits = "3" }, { match = {}, credits = "1" }]
"""


@pytest.mark.parametrize(
    ("terms", "reserved"), [('credits = "1"\nper = "10"', PICO // 10), (CARD, 3 * PICO)]
)
def test_what_is_reserved_is_what_an_answer_would_burn(terms: str, reserved: int) -> None:
    made = contract(plan(ANSWERED.replace('credits = "1"', terms)))
    asked = [talk("2026-01-02T10:00", "k", answered=False, channel="voice")]
    answered = [talk("2026-01-02T10:00", "k", channel="voice")]

    assert bill(made, asked, "2026-01-02T10:05").fold.totals().reserved == reserved
    assert bill(made, answered, "2026-01-02T10:05").fold.totals().used == reserved


def over_midnight() -> list[Event]:
    """Return a question of the last minutes of January that is answered in February."""
    thread = Thread("k")
    asked = Event("asked", at("2026-01-31T23:50"), USER, thread)
    return [asked, Event("answered", at("2026-02-01T00:10"), ASSISTANT, thread, 1)]


def test_credits_of_each_month_add_up_where_an_answer_comes_in_the_next_one() -> None:
    found = bill(contract(plan(ANSWERED)), [over_midnight()], "2026-02-02")

    january, february = found.statements
    assert january.sums.units == {"conversation": PICO}  # it belongs to where it opened
    assert credits_of(january) == {
        "granted": "10", "used": "0", "over": "0", "expired": "10", "left": "0",
    }  # fmt: skip
    assert credits_of(february) == {
        "granted": "10", "used": "1", "over": "0", "expired": "0", "left": "9",
    }  # fmt: skip


def test_a_month_is_closed_when_its_last_question_is_answered_or_over() -> None:
    made, told = contract(plan(ANSWERED)), over_midnight()

    def closed_at(now: str, *events: Event) -> int:
        return len(list(bill(made, [events], now).to_freeze()))

    assert closed_at("2026-02-01T00:05", told[0]) == 0
    assert closed_at("2026-02-01T00:10", *told) == 1
    assert closed_at("2026-02-01T00:20", told[0]) == 1


def test_what_comes_back_after_its_credits_ended_ends_at_once_in_the_open_month() -> None:
    made = contract(plan(few(10)))
    told = talks("2026-01", 3)
    frozen = list(bill(made, told, "2026-02-01").to_freeze())
    found = bill(made, told[:2], "2026-02-02", frozen=frozen)

    assert credits_of(found.statements[1]) == {
        "granted": "10", "used": "-1", "over": "0", "expired": "1", "left": "10",
    }  # fmt: skip
    sums = [(each.sums.granted, each.sums.used, each.sums.expired) for each in found.statements]
    left = sum(granted - used - expired for granted, used, expired in sums)
    assert left == found.fold.totals().balance
