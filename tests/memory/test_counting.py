"""Entries get their tokens counted: in the background, bit by bit, and never a wrong text's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import counting, keeping
from convledger.memory.counting import Counting, count_entries, uncounted
from convledger.memory.drafts import Draft
from convledger.store.entries import Entry, entries_where
from convledger.store.operations import operations, undo
from convledger.text.tokens import METHOD, count_tokens

NOW = 1_790_000_000 * SECOND


def kept(ledger: Ledger, body: str) -> int:
    return keeping.remember(ledger.connection, Draft(body), NOW)[0]


def entries(ledger: Ledger) -> list[Entry]:
    return list(entries_where(ledger.connection))


def after(calls: int) -> Callable[[], bool]:
    """Return what says stop from the call of that number on."""
    left = iter(range(calls))
    return lambda: next(left, None) is None


def test_every_entry_is_counted_by_its_body(ledger: Ledger) -> None:
    for body in ("Deploys go out on Fridays.", "部署在每周五。", "x" * 5000):
        kept(ledger, body)

    assert count_entries(ledger.connection) == Counting(counted=3, left=0)
    for entry in entries(ledger):
        assert (entry.tokens, entry.tokens_method) == (count_tokens(entry.body), METHOD)


def test_a_second_time_there_is_nothing_to_do(ledger: Ledger) -> None:
    kept(ledger, "Deploys go out on Fridays.")
    count_entries(ledger.connection)

    assert count_entries(ledger.connection) == Counting(counted=0, left=0)


def test_a_guess_is_counted_anew(ledger: Ledger) -> None:
    entry_id = kept(ledger, "Deploys go out on Fridays.")
    ledger.connection.execute("UPDATE entry SET tokens=99, tokens_method='estimated'")
    assert uncounted(ledger.connection) == 1

    count_entries(ledger.connection)

    (entry,) = entries_where(ledger.connection, "id=?", (entry_id,))
    assert (entry.tokens, entry.tokens_method) == (count_tokens(entry.body), METHOD)


def test_an_edited_entry_is_counted_anew(ledger: Ledger) -> None:
    entry_id = kept(ledger, "Deploys go out on Fridays.")
    count_entries(ledger.connection)
    keeping.edit(ledger.connection, entry_id, NOW, body="No deploys.")
    assert uncounted(ledger.connection) == 1

    count_entries(ledger.connection)

    assert entries(ledger)[0].tokens == count_tokens("No deploys.")


@pytest.mark.parametrize("calls", range(10))
def test_it_stops_when_asked_and_goes_on_later(ledger: Ledger, calls: int) -> None:
    for number in range(7):
        kept(ledger, f"Rule {number}: ask before a deploy.")

    first = count_entries(ledger.connection, stopping=after(calls), batch=3)
    assert first.counted + first.left == 7
    assert first.counted < 7
    again = count_entries(ledger.connection, batch=3)

    assert again == Counting(counted=first.left, left=0)


def test_a_text_that_changes_meanwhile_gets_no_wrong_count(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = kept(ledger, "Deploys go out on Fridays.")

    def edited_meanwhile(text: str) -> int:
        keeping.edit(ledger.connection, entry_id, NOW, body="deploys go out on fridays.")
        return count_tokens(text)

    monkeypatch.setattr(counting, "count_tokens", edited_meanwhile)

    assert count_entries(ledger.connection) == Counting(counted=0, left=1)
    assert entries(ledger)[0].tokens is None


def test_counting_is_no_change_that_could_be_undone(ledger: Ledger) -> None:
    entry_id = kept(ledger, "Deploys go out on Fridays.")
    count_entries(ledger.connection)
    keeping.edit(ledger.connection, entry_id, NOW, body="No deploys.")
    count_entries(ledger.connection)

    assert [each.verb for each in operations(ledger.connection)] == ["edit", "remember"]
    undo(ledger.connection, NOW)
    assert entries(ledger)[0].tokens == count_tokens("Deploys go out on Fridays.")


def test_large_texts_do_not_pile_up(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        kept(ledger, f"{number} " + "words and " * 100)
    monkeypatch.setattr(counting, "_MOST_CHARACTERS", 1500)
    batches: list[int] = []
    keep = counting._keep

    def noted(connection: object, counts: list[tuple[int, str, int, str]]) -> int:
        batches.append(len(counts))
        return keep(ledger.connection, counts)

    monkeypatch.setattr(counting, "_keep", noted)

    assert count_entries(ledger.connection).left == 0
    assert batches == [2, 2, 1]
