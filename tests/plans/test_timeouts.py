"""The table tells for any timeout what counting would."""

from __future__ import annotations

import pytest

from convledger.plans.schema import Split, Where
from convledger.plans.timeouts import TimeoutTable, can_tell

from .stories import HOUR, MINUTE, at, said, story, window


def table(text: str, **told: object) -> TimeoutTable:
    return TimeoutTable(window(**told), [story(text)])


def counts(found: TimeoutTable, *minutes: float) -> list[int]:
    return [found.count(round(each * MINUTE)) for each in minutes]


def test_longest_silence_since_the_last_opener_decides() -> None:
    found = table("u0 a20 u45")

    assert counts(found, 0, 20, 25, 25.01) == [2, 2, 2, 1]
    assert counts(table("u0 a20 u45", extend_on=("user",)), 25.01, 45, 45.01) == [2, 2, 1]
    assert len(found) == 2


def test_strict_boundary_keeps_the_message_at_exactly_the_timeout() -> None:
    assert counts(table("u0 u30", at_boundary="same"), 29.99, 30) == [2, 1]
    assert counts(table("u0 u30"), 30, 30.01) == [2, 1]


def test_units_are_counted_in_the_stretch_in_which_they_open() -> None:
    found = table("u0 u60 u120 u125")

    assert found.count(30 * MINUTE, at(60), at(120)) == 1
    assert found.count(30 * MINUTE, at(60)) == 2
    assert found.count(30 * MINUTE, None, at(60)) == 1
    assert found.count(30 * MINUTE, at(121), at(1000)) == 0
    assert found.count(30 * MINUTE, at(9), at(1)) == 0


def test_stretches_cut_blocks_of_a_long_history_anywhere() -> None:
    size = 10_000
    groups = [[said("u", place * 60 + gap) for gap in (0, place % 50)] for place in range(size)]
    found = TimeoutTable(window(), groups)

    for since, until in ((0, size), (1, size - 1), (2047, 2049), (1000, 1024), (3, 9_000)):
        longer = sum(place % 50 >= 30 for place in range(since, until))
        assert found.count(30 * MINUTE, at(since * 60), at(until * 60)) == until - since + longer


def test_close_opens_the_next_unit_under_any_timeout() -> None:
    assert counts(table("u0 x1 u2"), 1, 9999) == [2, 2]
    assert counts(table("u0 x1 u2", reopen="same"), 2, 9999) == [2, 1]
    assert counts(table("u0 x1 u2 x3 u30", reopen="grace", grace=5 * MINUTE), 9999) == [2]


def test_empty_history_counts_nothing() -> None:
    assert TimeoutTable(window(), []).count(HOUR) == 0


@pytest.mark.parametrize(
    "told",
    [
        {"boundary": "fixed", "duration": HOUR},
        {"boundary": "topic"},
        {"count": "outcome"},
        {"split": Split(by="messages", size=4)},
        {"open_on": ("user",), "extend_on": ("assistant",)},
        {"where": Where(min_assistant_answers=1)},
        {"where": Where(outside="other")},
        {"commit_at": "first_assistant_reply", "reopen": "same"},
        {"commit_at": "close"},
    ],
)
def test_rule_that_silences_do_not_decide_is_refused(told: dict[str, object]) -> None:
    unit = window(**told)

    assert not can_tell(unit)
    with pytest.raises(ValueError, match="w counts"):
        TimeoutTable(unit, [])


def test_what_is_charged_once_answered_is_counted_with_its_answer() -> None:
    def answered(text: str, *minutes: float, **told: object) -> list[int]:
        return counts(table(text, commit_at="first_assistant_reply", **told), *minutes)

    assert answered("u0 u60", 1, 90) == [0, 0]
    assert answered("u0 a10 u45", 5, 10, 20, 60) == [0, 0, 1, 1]
    assert answered("u0 u20 a25 u60 a61", 2, 10, 20.01, 36) == [1, 2, 2, 1]
    assert answered("u0 x5 a6 u60 a61", 10, 90) == [1, 1]
    assert answered("a0 u60", 5, 90, open_on=("user", "assistant")) == [1, 1]


def test_only_what_fits_is_in_the_table() -> None:
    unit = window(where=Where(participant="bot_only"))

    assert len(TimeoutTable(unit, [story("u0 u1")])) == 2
    assert len(TimeoutTable(unit, [[*story("u0 u1"), said("handoff", 2)]])) == 0
