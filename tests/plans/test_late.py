"""What was booked is corrected by new entries until it says what is counted now."""

from __future__ import annotations

from convledger.plans.counted import BillableUnit
from convledger.plans.late import LATE, corrections
from convledger.plans.outcomes import settle
from convledger.plans.schema import Split, Unit
from convledger.plans.windows import count_all

from .stories import DAY, START, always, at, story, window


def counted(text: str, **told: object) -> list[BillableUnit]:
    return count_all(window(**told), story(text))


def quantities(entries: list[BillableUnit]) -> list[int]:
    return [entry.quantity for entry in entries]


def test_event_that_bridges_two_units_reverses_the_second() -> None:
    before = counted("u0 u50")
    (entry,) = corrections(before, counted("u0 u25 u50"))

    assert (entry.quantity, entry.reverses, entry.began) == (-1, before[1].id, LATE)
    assert entry.billed_at == at(50)


def test_nothing_new_corrects_nothing() -> None:
    assert corrections(counted("u0 u50"), counted("u0 a5 u50")) == []
    assert corrections([], []) == []


def test_new_unit_is_added_as_it_is() -> None:
    after = counted("u0 u50 u100")

    assert corrections(after[:2], after) == after[2:]


def test_unit_that_grew_is_reversed_and_booked_again() -> None:
    split = Split(by="messages", size=2)
    before, after = counted("u0 u1", split=split), counted("u0 u0.5 u1", split=split)
    taken_back, again = corrections(before, after)

    assert quantities([taken_back, again]) == [-1, 2]
    assert again.id != before[0].id
    assert corrections([*before, taken_back, again], after) == []


def test_corrections_can_be_corrected_again_and_again() -> None:
    ledger = counted("u0 u50")
    apart, bridged = counted("u0 u50"), counted("u0 u25 u50")
    for _ in range(3):
        ledger += corrections(ledger, bridged)
        assert sum(quantities(ledger)) == 1
        ledger += corrections(ledger, apart)
        assert sum(quantities(ledger)) == 2
    assert quantities(ledger) == [1, 1, -1, 1, -1, 1, -1, 1]
    assert len({entry.id for entry in ledger}) == len(ledger)


def test_ids_that_look_like_later_bookings_are_ids_of_their_own() -> None:
    first, second = counted("u0 u50")
    ledger = [first, *corrections([first], [first])]
    odd = counted("u500")[0]

    assert corrections(ledger, [first, odd]) == [odd]
    assert quantities(corrections([first, second], [])) == [-1, -1]


def test_closed_statements_do_not_change() -> None:
    closed_until = START + DAY
    before = counted("u0 u50")
    late = corrections(before, counted("u0 u25 u50 u500"), closed_until)

    assert [(entry.quantity, entry.billed_at) for entry in late] == [
        (-1, closed_until),
        (1, closed_until),
    ]
    assert corrections([*before, *late], counted("u0 u25 u50 u500"), closed_until + DAY) == []


def test_settled_outcome_that_moves_is_reversed_and_booked_where_it_belongs() -> None:
    rule = always(Unit(id="o", count="outcome", settle_after=DAY, reverse_on_return=True))
    before = settle(rule, story("u0 a5 u5000 a5001"), START + 9 * DAY).units
    after = settle(rule, story("u0 a5 a60 u5000 a5001"), START + 9 * DAY).units
    late = corrections(before, after)

    assert quantities(before) == quantities(after) == [1, -1, 1]
    assert sorted(quantities(late)) == [-1, -1, 1, 1]
    assert sum(quantities([*before, *late])) == 1
    assert corrections([*before, *late], after) == []
