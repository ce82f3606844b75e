"""A sitting without a screen: its arithmetic, its order, and what it shows of foreign text."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.memory.beside import Around, Carriers, Said
from convledger.memory.evidence import Evidence
from convledger.memory.queue import Queued
from convledger.memory.reasons import CONFLICT, DUE, IDLE, SECRET, Reason
from convledger.store.entries import Entry, EntrySource, EntryVersion
from convledger.text.display import display_text, width
from convledger.tui import sitting_words as words
from convledger.tui.screens.sitting_dialogs import merged_text
from convledger.tui.sitting import ARCHIVED, CHOSEN, NO_PAIR, TRUE, Sitting
from convledger.tui.sitting_asking import Side, Sight, differing
from convledger.tui.widgets.sitting_entry import entry_lines
from convledger.tui.widgets.sitting_source import source_lines
from tests.tui.pilot import NOW

CENT = 10**10
texts = st.text(st.characters(codec=None), max_size=200)


def queued(number: int, *reasons: Reason, tokens: int = 10, cents: int | None = 5) -> Queued:
    entry = Entry(id=number, name=f"N{number}", kind="fact", title=f"T{number}", body="b",
                  tokens=tokens, state="active")  # fmt: skip
    return Queued(entry, reasons or (Reason(DUE),), None if cents is None else cents * CENT)


def ids(sitting: Sitting) -> list[int]:
    return [one.entry.id for one in sitting.queue]


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from([TRUE, ARCHIVED])), max_size=12),
)
def test_taking_all_verdicts_back_leaves_the_queue_as_it_was(
    count: int, steps: list[tuple[int, str]]
) -> None:
    sitting = Sitting([queued(number) for number in range(count)])
    before = list(sitting.queue)
    for place, kind in steps:
        sitting.cursor = min(place, max(0, len(sitting.queue) - 1))
        if sitting.current is not None:
            sitting.decide(kind, [sitting.current], saves=kind == ARCHIVED)
    tally = sitting.tally()
    assert tally.total == count
    assert tally.tokens == 10 * sum(one.kind == ARCHIVED for one in sitting.verdicts)
    for verdict in sitting.verdicts[::-1]:
        sitting.put_back(verdict)

    assert sitting.queue == before
    assert (sitting.tally().decided, sitting.tally().cost) == (0, None)


def test_unknown_costs_do_not_count_as_nothing() -> None:
    sitting = Sitting([queued(1, cents=None), queued(2)])
    sitting.decide(ARCHIVED, [sitting.queue[0]], saves=True)
    assert sitting.tally().cost is None
    sitting.decide(ARCHIVED, [sitting.queue[0]], saves=True)

    assert sitting.tally().cost == 5 * CENT


def test_winner_with_a_grave_reason_stays_and_the_loser_leaves() -> None:
    one = queued(1, Reason(CONFLICT, "", 2), Reason(SECRET), Reason(IDLE))
    other = queued(2, Reason(CONFLICT, "", 1))
    sitting = Sitting([one, other])
    verdict = sitting.settle(CHOSEN, (one, other), other, verified=True)

    assert [each.entry.id for each in verdict.left] == [2]
    assert sitting.queue[0].reasons == (Reason(SECRET),)
    sitting.put_back(verdict)
    assert sitting.queue == [one, other]


def test_dismissed_pair_keeps_every_other_reason() -> None:
    one = queued(1, Reason(CONFLICT, "", 2), Reason(CONFLICT, "", 3), Reason(IDLE))
    sitting = Sitting([one])
    sitting.settle(NO_PAIR, (one, queued(2)), None, verified=False)

    assert sitting.queue[0].reasons == (Reason(CONFLICT, "", 3), Reason(IDLE))


def test_what_left_because_of_another_comes_back_with_it() -> None:
    every = [queued(number) for number in (1, 2, 3)]
    sitting = Sitting(every)
    entries = {one.entry.id: one.entry for one in every}
    sitting.renewed([every[0], every[2]], entries)
    assert ids(sitting) == [1, 3]
    sitting.renewed([*every, queued(4)], entries)

    assert ids(sitting) == [1, 2, 3]  # in its place, and nothing new


def test_words_that_differ_are_told_word_by_word() -> None:
    one, other = "Deploy at 15:00 on Friday.", "Deploy at 16:30 on Friday."
    mine, theirs = differing(one, other)

    assert [one[start:end] for start, end in mine] == ["15:00"]
    assert [other[start:end] for start, end in theirs] == ["16:30"]


@given(texts, texts)
def test_spans_that_differ_lie_within_their_texts(one: str, other: str) -> None:
    for text, spans in zip((one, other), differing(one, other), strict=True):
        ends = [place for span in spans for place in span]
        assert ends == sorted(ends)
        assert not ends or (ends[0] >= 0 and ends[-1] <= len(text))
    assert differing(one, one) == ((), ())


@given(texts, texts, texts, st.integers(12, 120), st.integers(0, 30))
def test_lines_hold_only_what_a_terminal_may_have(
    title: str, body: str, quote: str, cells: int, room: int
) -> None:
    entry = Entry(id=1, name="N", kind="fact", title=title, body=body, version=2)
    other = Entry(id=2, name="M", kind="fact", title=quote, body=quote, source_date=NOW)
    source = EntrySource(kind="message", place=title, quote=quote, source_date=NOW)
    evidence = Evidence(source, 7, title, title, "claude-code", "user", NOW, body, quote, title)
    near = Around(
        (Said(6, "assistant", NOW, body, title, 5, None), Said(7, "user", NOW, body)), 1, 2
    )
    old = EntryVersion(1, 1, quote, quote, title, title, NOW, "")
    new = EntryVersion(1, 2, title, body, title, title, NOW, "")
    mine, theirs = differing(body, quote)
    sight = Sight(
        Side(entry, None, evidence, near, 1, mine), (old, new), Carriers((title,), (body,)),
        Side(other, CENT, evidence, near, 2, theirs),
    )  # fmt: skip
    one = Queued(entry, (Reason(CONFLICT, title, 2), Reason(SECRET, body)), None)
    lines = [*entry_lines(one, sight, NOW, UTC, cells, room)]
    lines += source_lines(sight, UTC, cells, room)[0]

    for line in lines:
        assert display_text(line.text) == line.text
        assert "\n" not in line.text
        assert width(line.text) <= cells + 1


@pytest.mark.parametrize(
    ("number", "place"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (24, "24th"), (112, "112th")],
)
def test_places_are_written_as_people_do(number: int, place: str) -> None:
    assert words.ordinal(number) == place


def test_cost_below_a_cent_is_not_nothing() -> None:
    assert words.cost_text(None) == "–"
    assert words.cost_text(1) == "<$0.01"
    assert words.cost_text(94 * CENT) == "$0.94"


def test_merged_text_has_every_line_once() -> None:
    assert merged_text("one\nTwo ", "two\nthree\n") == "two\nthree\none"
    assert merged_text("two", "Two\nthree\n") == "Two\nthree\n"
