"""Resolutions that were reversed are taken off where that happened, not where they were counted."""

from __future__ import annotations

import pytest

from convledger import clock
from convledger.economics.service import service
from convledger.sources.findings import ConversationFacts, OutcomeFacts
from convledger.store.outcomes import note_outcome
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook

OCTOBER = "2026-10-01", "2026-11-01"
NOVEMBER = "2026-11-01", "2026-12-01"


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let it be what stands in the list."""
    now = [at("2026-10-05")]
    monkeypatch.setattr(clock, "now_us", lambda: now[0])
    return now


def told(
    books: CostBook,
    number: int,
    resolution: str,
    handled_by: str = "bot_only",
    *,
    last: str = "2026-10-02",
    resolved: str | None = None,
    handed_off: str | None = None,
    now: str = "2026-11-20",
) -> None:
    """Let a source tell how a conversation ended."""
    facts = ConversationFacts(
        "",
        last_at=at(last),
        outcome=OutcomeFacts(
            handled_by,
            resolution,
            resolved_at=None if resolved is None else at(resolved),
            handed_off_at=None if handed_off is None else at(handed_off),
        ),
    )
    note_outcome(books.connection, number, facts, told=at(now))


def rates(books: CostBook, *span: str) -> tuple[int, int, int]:
    """Return confirmed and assumed resolutions of a time, and how many were reversed in it."""
    found = books.costs(*span)
    served = service(found.costs, [turn for _, turn in found.turned]).served
    return served.confirmed, served.assumed, served.reversed


def test_a_customer_who_returns_takes_the_resolution_off_that_month(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    told(books, number, "resolved_assumed", resolved="2026-10-03")
    assert rates(books, *OCTOBER) == (0, 1, 0)
    told(books, number, "open", last="2026-11-02")
    assert rates(books, *OCTOBER) == (0, 1, 0)
    assert rates(books, *NOVEMBER) == (0, -1, 1)
    assert rates(books, "2026-10-01", "2026-12-01") == (0, 0, 1)
    (turned,) = books.costs(*NOVEMBER).turned
    assert turned[1].at == at("2026-11-02")


def test_a_hand_off_reverses_a_resolution_when_it_was(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    told(books, number, "resolved_confirmed", resolved="2026-10-03")
    told(books, number, "escalated", "bot_then_human", handed_off="2026-11-04", last="2026-11-09")
    assert rates(books, *OCTOBER) == (1, 0, 0)
    assert books.costs(*NOVEMBER).turned[0][1].at == at("2026-11-04")


def test_a_reversal_without_an_instant_is_when_it_was_read(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    told(books, number, "resolved_confirmed", resolved="2026-10-03")
    told(books, number, "open", now="2026-11-20")
    assert books.costs(*NOVEMBER).turned[0][1].at == at("2026-11-20")


def test_reading_the_same_again_reverses_nothing(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    for _ in range(3):
        told(books, number, "resolved_assumed", resolved="2026-10-03")
    assert rates(books, *OCTOBER) == (0, 1, 0)
    assert books.connection.execute("SELECT count(*) FROM outcome_before").fetchone() == (0,)


def test_a_resolution_that_comes_later_belongs_to_its_conversation(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    told(books, number, "open")
    told(books, number, "resolved_confirmed", resolved="2026-11-03", last="2026-11-03")
    assert rates(books, *OCTOBER) == (1, 0, 0)
    assert rates(books, *NOVEMBER) == (0, 0, 0)


def test_an_assumed_resolution_that_is_confirmed_is_no_reversal(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    told(books, number, "resolved_assumed", resolved="2026-10-03")
    told(books, number, "resolved_confirmed", resolved="2026-11-03")
    assert rates(books, *OCTOBER) == (0, 1, 0)
    assert rates(books, *NOVEMBER) == (1, -1, 0)


def test_what_a_person_says_anew_is_a_reversal_then(books: CostBook, moment: list[int]) -> None:
    number = books.talk("2026-10-02")
    books.ledger.label([number], "outcome", "resolved")
    assert rates(books, *OCTOBER) == (1, 0, 0)
    moment[0] = at("2026-11-10")
    books.ledger.label([number], "outcome", "escalated")
    assert rates(books, *OCTOBER) == (1, 0, 0)
    assert rates(books, *NOVEMBER) == (-1, 0, 1)


def test_a_label_taken_back_within_a_day_was_never_given(
    books: CostBook, moment: list[int]
) -> None:
    number = books.talk("2026-10-02")
    books.ledger.label([number], "outcome", "resolved")
    moment[0] = at("2026-11-10")
    books.ledger.label([number], "outcome", "escalated")
    moment[0] = at("2026-11-10T20:00")
    books.ledger.label([number], "outcome", "resolved")
    assert rates(books, *OCTOBER) == (1, 0, 0)
    assert rates(books, *NOVEMBER) == (0, 0, 0)


def test_in_a_closed_month_nothing_is_reversed(books: CostBook) -> None:
    from tests.reports.unit_costs.test_closing import close

    number = books.talk("2026-10-02")
    told(books, number, "resolved_assumed", resolved="2026-10-03")
    close(books)
    told(books, number, "open", last="2026-10-30")
    assert rates(books, *OCTOBER) == (0, 1, 0)
    assert rates(books, *NOVEMBER) == (0, -1, 1)


def test_a_filter_has_the_reversals_of_its_own(books: CostBook) -> None:
    number = books.talk("2026-10-02")
    books.label(number, "client", "acme")
    told(books, number, "resolved_assumed", resolved="2026-10-03")
    told(books, number, "open", last="2026-11-02")
    assert len(books.costs(*NOVEMBER, scope={"client": ("acme",)}).turned) == 1
    assert books.costs(*NOVEMBER, scope={"client": ("globex",)}).turned == []


def test_erasing_a_conversation_erases_what_was_said_of_it(books: CostBook) -> None:
    from convledger.store.connection import transaction
    from convledger.store.erasing import take_out
    from convledger.store.erasing_bodies import prepare
    from convledger.store.probes import Probes

    number = books.talk("2026-10-02")
    told(books, number, "resolved_assumed", resolved="2026-10-03")
    told(books, number, "open", last="2026-11-02")
    prepare(books.connection)
    with transaction(books.connection):
        take_out(books.connection, [number], Probes(), at("2026-12-02"))
    assert books.connection.execute("SELECT count(*) FROM outcome_before").fetchone() == (0,)
