"""Facets: each value with the conversations that choosing it alone would leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from convledger.clock import DAY
from convledger.reports.facets import FACETS, FacetValue, date_facet, date_starts, facets
from convledger.reports.listing import LABELS, ListQuery, matching, totals
from tests.reports.books import Books, instant
from tests.reports.threads import Thread, fits, queries, stored, threads


def values_of(thread: Thread, name: str) -> set[str]:
    """Return the values of a facet that a conversation has, "" where it has none."""
    if name in LABELS:
        return thread.labelled(name) or {""}
    had = {"source": {thread.source}, "project": {thread.project}, "model": thread.models}
    return had[name] or {""}


def with_only(query: ListQuery, name: str, *values: str) -> ListQuery:
    """Return the query with another filter for one facet."""
    changed: dict[str, Any] = {name: values}
    return replace(query, **changed)


@settings(max_examples=120, deadline=None)
@given(threads, queries)
def test_facets_are_what_a_plain_count_gives(made: list[Thread], query: ListQuery) -> None:
    connection = stored(made)
    try:
        found = facets(connection, query)
        comes_to = {
            (name, one.value): totals(connection, with_only(query, name, one.value))
            for name in FACETS
            for one in found[name]
        }
    finally:
        connection.close()

    assert set(found) == set(FACETS)
    for name, values in found.items():
        others = with_only(query, name)
        left = [values_of(thread, name) for thread in made if fits(thread, others)]
        assert {one.value for one in values} == set().union(*left, getattr(query, name))
        assert len({one.value for one in values}) == len(values)
        for one in values:
            chosen = comes_to[name, one.value]
            assert one.count == sum(one.value in had for had in left)
            assert (one.count, one.list_pico) == (chosen.conversations, chosen.list_pico)
        assert values == sorted(values, key=lambda one: (-one.count, one.value))


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    yield made
    made.connection.close()


def test_facet_is_not_narrowed_by_its_own_filter(books: Books) -> None:
    for name, source, client in (("a", "codex", "Acme"), ("b", "chatgpt", "Acme"), ("c", "", "")):
        one = books.conversation(name, source=source or "codex")
        books.call(one, 5)
        if client:
            books.label(one, "client", client)

    found = facets(books.roll_up(), ListQuery(source=("codex",)))

    assert found["source"] == [FacetValue("codex", 2, 10), FacetValue("chatgpt", 1, 5)]
    assert found["client"] == [FacetValue("", 1, 5), FacetValue("Acme", 1, 5)]


def test_value_that_nothing_has_any_more_can_still_be_let_go(books: Books) -> None:
    books.conversation("a", title="bread")

    found = facets(books.roll_up(), ListQuery(text="cheese", tag=("urgent",)))

    assert found["tag"] == [FacetValue("urgent", 0, None)]
    assert found["source"] == []


def test_conversation_counts_once_for_models_that_are_shown_alike(books: Books) -> None:
    one = books.conversation("a")
    books.call(one, 1, model="gpt", speed="fast")
    books.call(one, 2, model="gpt-fast")
    books.call(one, 4, model="opus")

    found = facets(books.roll_up(), ListQuery())

    assert found["model"] == [FacetValue("gpt-fast", 1, 7), FacetValue("opus", 1, 7)]


def test_cost_of_what_has_no_price_is_unknown(books: Books) -> None:
    priced, unpriced = books.conversation("a", project="/p"), books.conversation("b", project="/q")
    books.call(priced, 3)
    books.call(unpriced, None)

    found = facets(books.roll_up(), ListQuery())

    assert found["project"] == [FacetValue("/p", 1, 3), FacetValue("/q", 1, None)]


def work_on(count: int) -> int:
    """Return how many thousands of steps SQLite takes for the facets of `count` conversations."""
    books = Books()
    for number in range(count):
        books.call(books.conversation(f"{number}"), number, at=number * DAY)
    ledger, steps = books.roll_up(), [0]

    def step() -> None:
        steps[0] += 1

    ledger.set_progress_handler(step, 1000)
    facets(ledger, ListQuery(text="1"))
    ledger.close()
    return steps[0]


def test_work_grows_with_the_number_of_conversations_not_with_its_square() -> None:
    assert work_on(1600) < 6 * work_on(400)


def test_label_given_since_is_counted(books: Books) -> None:
    one = books.conversation("a")
    assert facets(books.connection, ListQuery())["tag"] == [FacetValue("", 1, None)]

    books.label(one, "tag", "urgent")

    assert facets(books.connection, ListQuery())["tag"] == [FacetValue("urgent", 1, None)]


def test_dates_count_those_at_work_since_the_beginning_of_a_day(books: Books) -> None:
    zone = ZoneInfo("America/New_York")
    now = instant("2026-11-20T14:32", zone)
    for name, at in (
        ("a", "2026-11-20T00:00"),
        ("b", "2026-11-19T23:59"),
        ("c", "2026-11-01T12:00"),  # before the clocks went back
        ("d", "2026-01-01T12:00"),
    ):
        books.call(books.conversation(name), 1, at=instant(at, zone))
    ledger = books.roll_up()

    assert date_facet(ledger, ListQuery(), now, zone) == [
        FacetValue("today", 1, None),
        FacetValue("7 days", 2, None),
        FacetValue("30 days", 3, None),
    ]
    starts = date_starts(now, zone)
    assert starts["today"] == instant("2026-11-20T00:00", zone)
    assert starts["30 days"] == instant("2026-10-22T00:00", zone)
    assert date_facet(ledger, ListQuery(source=("codex",)), now, zone) == []


def test_a_named_project_counts_in_place_of_the_folder(books: Books) -> None:
    ids = [books.conversation(name, project="/p") for name in "abc"]
    for one in ids:
        books.call(one, 5)
    books.label(ids[0], "project", "/q")
    ledger = books.roll_up()
    by_project = ListQuery(sort="project", ascending=True)

    assert facets(ledger, ListQuery())["project"] == [
        FacetValue("/p", 2, 10),
        FacetValue("/q", 1, 5),
    ]
    assert [*matching(ledger, ListQuery(project=("/q",)))] == ids[:1]
    assert totals(ledger, ListQuery(project=("/p",))).conversations == 2
    assert [*matching(ledger, by_project)] == [*ids[1:], ids[0]]
