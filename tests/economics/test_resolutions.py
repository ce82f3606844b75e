"""A resolution counts once, and is taken off at the instant at which it was reversed."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.conversation_costs import ASSUMED, CONFIRMED, ESCALATED, Talk, TalkCost
from convledger.economics.resolutions import Turn, settled
from convledger.economics.service import service

STATES = st.lists(st.sampled_from(["", CONFIRMED, ASSUMED]), min_size=1, max_size=6)


def test_what_was_never_resolved_has_nothing_to_take_off() -> None:
    assert settled(["", "", ""], [1, 2]) == ("", ())


def test_what_is_resolved_later_counts_as_if_it_had_been_at_first() -> None:
    assert settled(["", CONFIRMED], [5]) == (CONFIRMED, ())


def test_a_reversal_is_at_its_own_instant() -> None:
    assert settled([ASSUMED, ""], [5]) == (ASSUMED, (Turn(5, ASSUMED, ""),))


def test_another_kind_of_resolution_takes_the_place_of_the_first() -> None:
    assert settled([ASSUMED, CONFIRMED], [5]) == (ASSUMED, (Turn(5, ASSUMED, CONFIRMED),))


@given(STATES)
def test_all_turns_together_lead_to_how_it_stands(states: list[str]) -> None:
    first, turns = settled(states, list(range(1, len(states))))
    counts = {CONFIRMED: 0, ASSUMED: 0, "": 0}
    counts[first] += 1
    for turn in turns:
        counts[turn.before] -= 1
        counts[turn.after] += 1
    assert counts == {kind: int(kind == states[-1]) for kind in counts}


def test_the_rate_of_a_time_is_what_was_resolved_less_what_was_reversed_in_it() -> None:
    june = [
        TalkCost(Talk(1, "k1", "", 0, 0, resolved=ASSUMED, changes=(Turn(9, ASSUMED, ""),))),
        TalkCost(Talk(2, "k2", "", 0, 0, resolved=ASSUMED)),
    ]
    july = [TalkCost(Talk(number, "", "", 9, 9, resolved=CONFIRMED)) for number in (3, 4, 5)]
    july.append(TalkCost(Talk(6, "", "", 9, 9, served=ESCALATED)))
    served = service(june).served
    assert (served.assumed, served.reversed) == (2, 0)
    assert served.resolution_rate == 1
    served = service(july, [Turn(9, ASSUMED, "")]).served
    assert (served.confirmed, served.assumed, served.reversed) == (3, -1, 1)
    assert served.resolution_rate == Fraction(1, 2)
