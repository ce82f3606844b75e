"""Two texts: the same, nearly the same with something that counts being different, or neither."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.memory.likeness import CONFLICT, DUPLICATE, kind_of
from convledger.memory.text_forms import LOOKED_AT

CONFLICTS = [
    ("Deploys take 5 minutes.", "Deploys take 15 minutes.", "other number: 5, 15"),
    ("Lease ends 2024-01-05", "Lease ends 05.02.2024", "other date: 2024-01-05, 2024-02-05"),
    ("We deploy on Fridays", "We deploy on Thursdays", "other weekday: Friday, Thursday"),
    ("Wir liefern am Freitag aus", "Wir liefern am Montag aus", "other weekday: Friday, Monday"),
    ("The fair in May is booked", "The fair in June is booked", "other month: May, June"),
    ("The limit is 5 GB", "The limit is 5 MB", "other unit: gb, mb"),
    ("Seats cost $5 each", "Seats cost €5 each", "other unit: $, €"),
    ("Use tabs", "Never use tabs", "no / not: never in one only"),
    ("We don’t use tabs here", "We use tabs here", "no / not: don't in one only"),
    ("Die Probe ist nötig", "Die Probe ist nicht nötig", "no / not: nicht in one only"),
    ("Die Kasse hat eine Lade", "Die Kasse hat keine Lade", "no / not: keine in one only"),
    ("Il faut publier le lundi", "Il ne faut pas publier le lundi", "no / not: pas in one only"),
    ("我们使用制表符缩进代码吧", "我们不使用制表符缩进代码吧", "no / not: 不 in one only"),
    ('Format all of the code with "black"', 'Format all of the code with "ruff"',
     "other quoted name: black, ruff"),
    ("Run ledger_v1.py nightly", "Run ledger_v2.py nightly",
     "other name: ledger_v1.py, ledger_v2.py"),
    ("Merge before the review", "Merge after the review", "the opposite: before, after"),
    ("The host boils at -5 degrees", "The host boils at 5 degrees", "other number: -5, 5"),
    ("Retries 5, timeout 3", "Retries 3, timeout 5", "numbers at other places: 3, 5"),
    ("Retries 5, timeout 3", "Timeout 5, retries 3", "numbers at other places: 3, 5"),
    ("Use tabs, not spaces", "Use spaces, not tabs",
     "other word after no / not: spaces, tabs"),
    ("Project ends on March 5", "Project ends on 12 March", "other date: 5 March, 12 March"),
    ("Anna prefers dark mode", "Anna prefers light mode", "the opposite: dark, light"),
    ("Backups run daily on db-1", "Backups run weekly on db-1", "the opposite: daily, weekly"),
    ("Ask Bob at 14:30", "Ask Bob at 15:30", "other number: 14:30, 15:30"),
]  # fmt: skip
DUPLICATES = [
    ("Deploys go out on Fridays.", "deploys GO out  on fridays.", "same text"),
    ("Timeout 3, retries 5", "Retries 5, timeout 3", "same words in another order"),
    ("We run five workers", "We run 5 workers", "same words"),
    ("Lease ends 5 January 2024", "Lease ends January 5th, 2024", "same words"),
    ("Lease ends on 2024-01-05", "Lease ends on 05.01.2024", "same words"),
    ("Wir liefern freitags aus", "Wir liefern Friday aus", "same words"),
    ("The budget is 5,000 EUR", "The budget is 5.000 €", "same words"),
    ("It takes 5 min", "It takes 5 minutes", "same words"),
    ("Never commit secrets", "Do not commit secrets", "other words: never / do, not"),
    ('Call it "the vault"', "Call it the vault", "same words"),
    ("The database listens on port 5432", "The database runs on port 5432",
     "other words: listens / runs"),
]  # fmt: skip
STRANGERS = [
    ("Deploys go out on Fridays.", "Anna prefers dark themes."),
    ("5", "6"),
    ("", "a"),
    ("!!!", "???"),
    ("no", "yes"),
    ("The limit is 5", "The limit is 5 for guests and for members of the trial, never for staff"),
]


@pytest.mark.parametrize(("one", "other", "reason"), CONFLICTS)
def test_what_counts_and_differs_is_a_conflict(one: str, other: str, reason: str) -> None:
    found = kind_of(one, other)

    assert found is not None
    assert (found.kind, found.reason) == (CONFLICT, reason)


@pytest.mark.parametrize(("one", "other", "reason"), DUPLICATES)
def test_the_same_in_other_words_is_a_duplicate(one: str, other: str, reason: str) -> None:
    found = kind_of(one, other)

    assert found is not None
    assert (found.kind, found.reason) == (DUPLICATE, reason)


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_other_texts_are_no_pair(one: str, other: str) -> None:
    assert kind_of(one, other) is None


def test_may_is_a_month_only_where_it_is_written_as_one() -> None:
    told = kind_of("Clients may retry twice", "Clients will retry twice")

    assert told is None or told.kind == DUPLICATE


def test_of_long_texts_the_beginning_is_compared_and_that_is_said() -> None:
    text = "every word of it counts " * LOOKED_AT
    found = kind_of(f"{text} 5", f"{text} 6")

    assert found is not None
    assert "only the first 20,000 characters were compared" in found.reason


@pytest.mark.parametrize(
    "piece",
    ["a", "a.", "5,", "5.000.", "-", "'", '"x', "a-", "不", "\0", "e\u0301", "ﷺ", "a/", "_"],
)
def test_a_megabyte_is_compared_in_a_moment(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.process_time()

    kind_of(f"{text} one", f"{text} two")

    assert time.process_time() - begun < 5  # seconds; hundredths on a quiet machine


WORDS = st.sampled_from(
    ["use", "tabs", "not", "never", "nicht", "5", "15", "5th", "Friday", "May", "2024-01-05", "GB",
     "$", "before", "after", '"x"', "'y'", "v1.2", "a/b/c", "ein", "the", ".", ",", "-", "don't",
     "不", "ﷺ", "İ", "ß"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join))


@given(TEXTS, TEXTS)
@settings(max_examples=500, deadline=None)
def test_neither_text_comes_first(one: str, other: str) -> None:
    there, back = kind_of(one, other), kind_of(other, one)

    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert (there.kind, there.score) == (back.kind, back.score)
        assert there.reason
        assert 0 <= there.score <= 1000


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    found = kind_of(text, f" {text}\n")

    assert found is not None
    assert (found.kind, found.score, found.reason) == (DUPLICATE, 1000, "same text")


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "omega", "sigma"]), min_size=3),
       st.integers(0, 10**6), st.integers(0, 10**6))  # fmt: skip
@settings(deadline=None)
def test_another_number_is_never_a_duplicate(words: list[str], one: int, other: int) -> None:
    text = " ".join(words)
    found = kind_of(f"{text} {one}", f"{text} {other}")

    assert found is not None
    assert found.kind == (DUPLICATE if one == other else CONFLICT)
