"""A list of conversations: what fits, in which order, what a page and the whole come to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, QUARTER
from convledger.reports.listing import LABELS, ListQuery, Totals, lines, matching, totals
from convledger.store.calls import ESTIMATED
from tests.reports.books import Books
from tests.reports.threads import HUGE, NOON, Thread, in_order, queries, stored, threads


@settings(max_examples=200, deadline=None)
@given(threads, st.lists(queries, min_size=1, max_size=4))
def test_list_is_what_a_plain_filter_and_sort_give(
    made: list[Thread], asked: list[ListQuery]
) -> None:
    connection = stored(made)
    try:
        for query in asked:
            assert matching(connection, query).tolist() == in_order(made, query)
    finally:
        connection.close()


@settings(max_examples=100, deadline=None)
@given(threads, queries)
def test_totals_are_the_sums_of_the_lines(made: list[Thread], query: ListQuery) -> None:
    connection = stored(made)
    try:
        found = totals(connection, query)
        page = lines(connection, matching(connection, query))
    finally:
        connection.close()

    picos = [line.list_pico for line in page if line.list_pico is not None]
    assert found == Totals(
        conversations=len(page),
        calls=sum(line.calls for line in page),
        unpriced_calls=sum(line.unpriced_calls for line in page),
        list_pico=sum(picos) if picos else None,
        tokens=sum(line.tokens for line in page),
    )
    plain = {thread.id: thread for thread in made}
    for line in page:
        thread = plain[line.id]
        assert (line.list_pico, line.tokens) == (thread.pico, thread.tokens)
        assert set(line.models) == thread.models
        assert line.labels == {
            name: sorted(thread.labelled(name)) for name in LABELS if thread.labelled(name)
        }


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    yield made
    made.connection.close()


def test_line_shows_all_that_is_known(books: Books) -> None:
    one = books.conversation(
        "abc",
        source="codex",
        title="Bread",
        project="/home/ana/bakery",
        branch="main",
        first_at=NOON,
        last_at=NOON + DAY,
        parent_native="ab",
        relation="fork",
    )
    books.call(one, 5, model="gpt", sent=10, cached=100)
    books.call(one, None, model="gpt", speed="fast", sent=1)
    books.call(one, 7, model="gpt", state=ESTIMATED)
    for name, value in (("tag", "b"), ("tag", "a"), ("client", "Acme")):
        books.label(one, name, value)

    (line,) = lines(books.roll_up(), [one])

    assert (line.id, line.source, line.native, line.title) == (one, "codex", "abc", "Bread")
    assert (line.project, line.branch) == ("/home/ana/bakery", "main")
    assert (line.first_at, line.last_at) == (NOON, NOON + DAY)
    assert (line.parent, line.relation) == ("ab", "fork")
    assert line.models == ("gpt", "gpt-fast")
    assert (line.calls, line.unpriced_calls, line.estimated_calls) == (3, 1, 1)
    assert (line.tokens, line.list_pico) == (114, 12)
    assert line.labels == {"client": ["Acme"], "tag": ["a", "b"]}


def test_unknown_price_is_none_and_no_zero(books: Books) -> None:
    unpriced, free, silent = (books.conversation(name) for name in ("a", "b", "c"))
    books.call(unpriced, None)
    books.call(free, 0)

    found = lines(books.roll_up(), [unpriced, free, silent])

    assert [(line.calls, line.list_pico) for line in found] == [(1, None), (1, 0), (0, None)]


def test_lines_come_in_the_order_asked_for_without_those_that_are_gone(books: Books) -> None:
    first, second = books.conversation("a"), books.conversation("b")

    assert [line.id for line in lines(books.connection, [second, 99, first, second])] == [
        second,
        first,
        second,
    ]
    assert lines(books.connection, []) == []


def test_most_used_model_is_named_first(books: Books) -> None:
    one = books.conversation("a")
    for model in ("haiku", "opus", "sonnet", "opus"):
        books.call(one, 1, model=model)

    assert lines(books.roll_up(), [one])[0].models == ("opus", "haiku", "sonnet")


def test_sums_past_64_bits_are_exact(books: Books) -> None:
    rich, richer = books.conversation("a"), books.conversation("b")
    for one, more in ((rich, 0), (richer, 1)):
        for place in range(5):
            books.call(one, HUGE + more, at=NOON + place * QUARTER)
    ledger = books.roll_up()

    assert totals(ledger, ListQuery()).list_pico == 10 * HUGE + 5
    assert totals(ledger, ListQuery(text="b")).list_pico == 5 * HUGE + 5
    assert matching(ledger, ListQuery(sort="cost")).tolist() == [richer, rich]
    assert [line.list_pico for line in lines(ledger, [rich, richer])] == [5 * HUGE, 5 * HUGE + 5]


def test_what_has_nothing_to_sort_by_is_last_in_either_direction(books: Books) -> None:
    cheap, unpriced, dear, silent = (books.conversation(name) for name in "abcd")
    for one, pico in ((cheap, 1), (unpriced, None), (dear, 2)):
        books.call(one, pico)
    ledger = books.roll_up()

    falling = matching(ledger, ListQuery(sort="cost")).tolist()
    rising = matching(ledger, ListQuery(sort="cost", ascending=True)).tolist()

    assert falling == [dear, cheap, silent, unpriced]
    assert rising == [cheap, dear, unpriced, silent]


def test_interval_takes_calls_and_the_last_word_only_where_there_is_no_call(books: Books) -> None:
    before, inside, silent, dateless = (
        books.conversation(name, last_at=at)
        for name, at in (("a", NOON), ("b", NOON + DAY), ("c", NOON), ("d", None))
    )
    books.call(before, at=NOON - 1)
    books.call(inside, at=NOON)
    books.call(inside, at=NOON - DAY)
    ledger = books.roll_up()

    def found(since: int | None, until: int | None) -> set[int]:
        return set(matching(ledger, ListQuery(since=since, until=until)))

    assert found(NOON, NOON + QUARTER) == {inside, silent}
    assert found(NOON - 1, NOON + 1) == {before, inside, silent}
    assert found(NOON + 1, NOON + QUARTER) == set()
    assert found(None, NOON) == {before, inside}
    assert found(NOON - QUARTER, None) == {before, inside, silent}
    assert dateless not in found(None, NOON + DAY)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("100%", ["100% done"]),
        ("a_b", ["a_b"]),
        ("\\", ["back\\slash"]),
        ("GRÖSSE", []),
        ("grö", ["Größe"]),
        ("ПРИВЕТ", ["Привет, мир"]),
        ("мир прив", ["Привет, мир"]),
        ("é[", ["É[x]*?"]),
        ("é]*", []),
        ("]*?", ["É[x]*?"]),
        ("会", ["会話"]),
        ("done 100", ["100% done"]),
        ("done a_b", []),
        ("BAKERY a_", ["a_b"]),
        ("done\0" + "\ud800", []),
        (" \0\n", ["100% done", "a_b", "back\\slash", "Größe", "Привет, мир", "É[x]*?", "会話"]),
        ("é" * 60_000, []),
        (" ".join(f"{number}é" for number in range(3000)), []),
    ],
)
def test_text_is_found_as_it_stands_in_any_case(books: Books, text: str, titles: list[str]) -> None:
    known = ["100% done", "a_b", "back\\slash", "Größe", "Привет, мир", "É[x]*?", "会話"]
    for title in known:
        books.conversation(title[::-1] + "-", title=title, project="/home/ana/Bakery")

    found = lines(books.connection, matching(books.connection, ListQuery(text=text)))

    assert sorted(line.title for line in found) == sorted(titles)


def test_unknown_order_is_refused(books: Books) -> None:
    with pytest.raises(ValueError, match="sorted by last, cost"):
        matching(books.connection, ListQuery(sort="colour"))
    assert not books.connection.in_transaction
