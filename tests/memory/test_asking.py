"""Entries that are meant: by name, filters, conditions, words."""

from __future__ import annotations

from datetime import UTC

import pytest

from convledger.clock import DAY, SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory.asking import EntryQuery
from convledger.memory.drafts import Draft

NOW = 1_790_000_000 * SECOND


@pytest.fixture
def stocked(ledger: Ledger) -> Ledger:
    memory = ledger.memory
    for number, (text, facts) in enumerate(
        (
            ("Deploys go out on Thursdays.", {"kind": "decision", "scope": "client:acme"}),
            ("Ana signs invoices.", {"kind": "contact", "tags": ("billing", "acme-team")}),
            ("Staging is at host nine.", {"scope": "project:billing", "value": 1}),
            ("Use metric units.", {"kind": "preference", "value": 5, "pinned": True}),
        )
    ):
        memory.remember(Draft(text, **facts), NOW - 100 * DAY + number * DAY)  # type: ignore[arg-type]
    memory.archive([4], NOW)
    return ledger


def found(ledger: Ledger, **query: object) -> list[int]:
    asked = EntryQuery(**query)  # type: ignore[arg-type]
    return [each.id for each in ledger.memory.find(asked, NOW, UTC)]


def test_filters_go_together_and_archived_ones_are_asked_for(stocked: Ledger) -> None:
    assert found(stocked) == [1, 2, 3]
    assert found(stocked, states=("archived",)) == [4]
    assert found(stocked, kinds=("decision", "contact")) == [1, 2]
    assert found(stocked, scopes=("client:acme", "global")) == [1, 2]
    assert found(stocked, tags=("acme*",)) == [2]
    assert found(stocked, kinds=("contact",), scopes=("client:acme",)) == []
    assert found(stocked, limit=2) == [1, 2]


def test_words_find_titles_texts_and_tags(stocked: Ledger) -> None:
    assert found(stocked, text="thursday*") == [1]
    assert found(stocked, text="billing") == [2]
    assert found(stocked, text='"host nine" staging') == [3]
    assert found(stocked, text="metric") == []
    assert found(stocked, text="nowhere") == found(stocked, text='"" -- *') == []


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("age>98", [1, 2]), ("age<=98", [3]), ("value=1", [3]), ("value!=1", [1, 2]),
        ("kind=contact", [2]), ("kind != contact", [1, 3]), ("tag=#billing", []),
        ("tag=billing", [2]), ("scope=client:acme", [1]), ("text~HOST", [3]), ("title~ana", [2]),
        ("tokens>0", []), ("cost>0", []), ("state=active", [1, 2, 3]), ("version=1", [1, 2, 3]),
        ("checked<200d", [1, 2, 3]), ("reason=unused", [1, 2, 3]), ("reason!=unused", []),
        ("reason=conflict", []), ("sensitivity=internal", [1, 2, 3]),
    ],
)  # fmt: skip
def test_conditions_ask_for_what_entries_are(
    stocked: Ledger, condition: str, ids: list[int]
) -> None:
    assert found(stocked, conditions=(condition,)) == ids


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("age", "is no condition"), ("age>x", "is no number"), ("age~5", "is a number"),
        ("kind>5", "is a word"), ("colour=red", "'colour' is nothing that an entry has"),
        ("kind=contract", "did you mean contact"), ("reason=old", "is no reason"),
    ],
)  # fmt: skip
def test_conditions_that_cannot_be_are_refused(stocked: Ledger, condition: str, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        found(stocked, conditions=(condition,))


def test_an_entry_is_named_by_number_or_the_beginning_of_its_name(stocked: Ledger) -> None:
    memory = stocked.memory
    entry = memory.entry("#2")

    assert memory.entry(entry.name[:-3].lower()) == memory.entry(entry.name) == entry
    for wrong in ("9", "x", "", "01ZZZZ", "1; DROP", "99999999999999999999"):
        with pytest.raises(UsageProblem, match="there is no entry"):
            memory.entry(wrong)
    names = memory.entry("1").name, entry.name
    shared = next(
        names[0][:most] for most in range(26, 0, -1) if names[1].startswith(names[0][:most])
    )
    with pytest.raises(UsageProblem, match="several entries"):
        memory.entry(shared)
