"""A list of conversations: what fits, in which order, what a page and the whole come to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, QUARTER
from convledger.ledger import Ledger
from convledger.reports.listing import LABELS, SORTS, ListQuery, Totals, lines, matching, totals
from convledger.store.calls import ESTIMATED
from convledger.store.connection import connect, transaction
from tests.reports.books import Books

NOON = 1_795_000_000_000_000 // DAY * DAY + DAY // 2
HUGE = 2**61  # picodollars: three still fit into 64 bits, four do not
LETTERS = "aAbBkKxX19%_\\*?[]^- 'öÖéÉжЖß会"


@dataclass
class Thread:
    """A conversation as plain values; calls are (instant, model, speed, picodollars, tokens)."""

    source: str = "codex"
    title: str = ""
    project: str = ""
    first_at: int | None = None
    last_at: int | None = None
    calls: list[tuple[int, str, str, int | None, int]] = field(default_factory=list)
    labels: set[tuple[str, str]] = field(default_factory=set)
    id: int = 0
    native: str = ""

    @property
    def models(self) -> set[str]:
        """The models by the names that are shown."""
        names = {model + (f"-{speed}" if speed else "") for _, model, speed, _, _ in self.calls}
        return names - {""}

    def labelled(self, name: str) -> set[str]:
        """Return the values of a label; an empty one says nothing."""
        return {value for one, value in self.labels if one == name and value}

    @property
    def pico(self) -> int | None:
        """What the calls that have a price come to."""
        priced = [pico for _, _, _, pico, _ in self.calls if pico is not None]
        return sum(priced) if priced else None

    @property
    def tokens(self) -> int:
        """All tokens; each call has one of output and as many again as it is sent."""
        return sum(2 * sent + 1 for *_, sent in self.calls)


def stored(threads: list[Thread]) -> sqlite3.Connection:
    """Put conversations into a ledger in memory, and give them their ids."""
    books = Books()
    for number, thread in enumerate(threads):
        thread.native = f"{number:02}-native-Xa"
        thread.id = books.conversation(
            thread.native,
            source=thread.source,
            title=thread.title,
            project=thread.project,
            first_at=thread.first_at,
            last_at=thread.last_at,
        )
        for at, model, speed, pico, sent in thread.calls:
            books.call(thread.id, pico, at=at, model=model, speed=speed, sent=sent, cached=sent)
        for name, value in thread.labels:
            books.label(thread.id, name, value)
    return books.roll_up()


def is_within(thread: Thread, since: int | None, until: int | None) -> bool:
    """Tell whether a call is in the interval; without any, whether the last word is."""
    if since is None and until is None:
        return True
    instants = [at for at, *_ in thread.calls]
    if not instants and thread.last_at is not None:
        instants = [thread.last_at]
    return any((since is None or at >= since) and (until is None or at < until) for at in instants)


def fits(thread: Thread, query: ListQuery) -> bool:
    """Tell whether a conversation fits all filters of a query."""
    fields = [text.lower() for text in (thread.title, thread.project, thread.native)]
    if not all(any(word in text for text in fields) for word in query.text.lower().split()):
        return False
    had = {
        "source": {thread.source},
        "project": {thread.project},
        "model": thread.models,
        **{name: thread.labelled(name) for name in LABELS},
    }
    return all(
        not getattr(query, name) or set(getattr(query, name)) & (values or {""})
        for name, values in had.items()
    ) and is_within(thread, query.since, query.until)


def sort_key(thread: Thread, sort: str) -> Any:
    """Return what a conversation is sorted by, None where there is nothing."""
    return {
        "last": thread.last_at,
        "started": thread.first_at,
        "cost": thread.pico,
        "tokens": thread.tokens,
        "calls": len(thread.calls),
        "title": thread.title.lower() or None,
        "project": thread.project.lower() or None,
    }[sort]


def in_order(threads: list[Thread], query: ListQuery) -> list[int]:
    """Return the ids of what fits, in order, worked out plainly."""
    found = sorted((one for one in threads if fits(one, query)), key=lambda one: one.id)
    known = [one for one in found if sort_key(one, query.sort) is not None]
    known.sort(key=lambda one: sort_key(one, query.sort))
    unknown = [one for one in found if one not in known]
    if not query.ascending:
        known.reverse()
        unknown.reverse()
    return [one.id for one in known + unknown]


instants = st.integers(0, 40).map(lambda number: NOON + number * QUARTER // 2)
texts = st.text(LETTERS, max_size=5)
calls = st.tuples(
    instants,
    st.sampled_from(["opus", "gpt", "gpt-fast", ""]),
    st.sampled_from(["", "fast"]),
    st.sampled_from([None, 0, 7, 10**12, HUGE]),
    st.integers(0, 3),
)
labels = st.tuples(st.sampled_from(LABELS), st.sampled_from(["red", "Blue", "*", ""]))
threads = st.lists(
    st.builds(
        Thread,
        source=st.sampled_from(["codex", "chatgpt", "claude-code"]),
        title=texts,
        project=st.sampled_from(["", "/home/ana", "/HOME/ana", "C:\\b_x", "ö/Ж"]),
        first_at=st.none() | instants,
        last_at=st.none() | instants,
        calls=st.lists(calls, max_size=3),
        labels=st.sets(labels, max_size=3),
    ),
    max_size=8,
)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a filter: most often none, else a few values, one of them that nothing has."""
    chosen = st.lists(st.sampled_from([*values, "nothing has it"]), min_size=1, max_size=2)
    return st.just(()) | st.just(()) | chosen.map(tuple)


queries = st.builds(
    ListQuery,
    text=st.just("") | texts | st.sampled_from(["xA 0", "NATIVE home", "b_X", "Ö", "ж ANA"]),
    source=some("codex", "chatgpt"),
    project=some("", "/home/ana", "C:\\b_x"),
    model=some("", "opus", "gpt-fast", "gpt-fast-fast"),
    tag=some("", "red", "*"),
    client=some("", "Blue"),
    kind=some("red"),
    outcome=some(""),
    since=st.none() | st.none() | instants,
    until=st.none() | st.none() | instants,
    sort=st.sampled_from(SORTS),
    ascending=st.booleans(),
)


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


def test_lines_are_the_same_from_calls_and_from_kept_sums(books: Books) -> None:
    ids = [books.conversation(name) for name in "abcdef"]
    for number, one in enumerate(ids[:-1]):
        for place in range(number):
            pico = None if place == 1 else 10**12 + place
            model, state = "opus" if place % 2 else "gpt", ESTIMATED if place == 2 else None
            at = NOON + place * DAY
            books.call(one, pico, model=model, at=at, sent=place, cached=9, state=state)
    ledger = books.roll_up()

    from_calls = lines(ledger, ids)
    matching(ledger, ListQuery(sort="cost"))

    assert lines(ledger, ids) == from_calls


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


def test_sums_are_not_made_again_while_nothing_changes(books: Books) -> None:
    one = books.conversation("a", title="bread")
    books.call(one, 1)
    ledger = books.roll_up()
    query = ListQuery(text="bread", sort="cost")
    matching(ledger, query)
    totals(ledger, query)

    statements: list[str] = []
    ledger.set_trace_callback(statements.append)
    matching(ledger, replace(query, text="read", ascending=True))
    totals(ledger, replace(query, text="read"))
    ledger.set_trace_callback(None)

    assert not [one for one in statements if "FROM usage" in one]


def test_own_changes_are_seen_at_once(books: Books) -> None:
    first, second = books.conversation("a"), books.conversation("b")
    books.call(first, 2)
    books.call(second, 1)
    ledger = books.roll_up()
    assert matching(ledger, ListQuery(sort="cost")).tolist() == [first, second]

    books.call(second, 5)
    with transaction(ledger):
        ledger.execute("DELETE FROM usage")
    third = books.conversation("c")
    books.roll_up()

    assert matching(ledger, ListQuery(sort="cost")).tolist() == [second, first, third]
    assert lines(ledger, [second])[0].list_pico == 6


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A ledger on disk with one conversation."""
    with Ledger.open(tmp_path) as ledger, transaction(ledger.connection):
        ledger.connection.execute("INSERT INTO reader (name) VALUES ('codex')")
        ledger.connection.execute(
            "INSERT INTO conversation (reader_id, native, title) VALUES (1, 'a', 'bread')"
        )
    return tmp_path / "ledger.db"


@pytest.mark.parametrize("read_only", [False, True])
def test_changes_of_another_process_are_seen(workspace: Path, read_only: bool) -> None:
    reader, writer = connect(workspace, read_only=read_only), connect(workspace)
    assert matching(reader, ListQuery(sort="title")).tolist() == [1]

    with transaction(writer):
        writer.execute(
            "INSERT INTO conversation (reader_id, native, title) VALUES (1, 'b', 'apple')"
        )

    assert matching(reader, ListQuery(sort="title")).tolist() == [1, 2]
    assert totals(reader, ListQuery()).conversations == 2
    assert not reader.in_transaction
    reader.close()
    writer.close()


def test_list_is_answered_while_another_answer_is_half_read(books: Books) -> None:
    for name in "abc":
        books.call(books.conversation(name), 1)
    ledger = books.roll_up()
    matching(ledger, ListQuery(sort="cost"))
    half_read = ledger.execute("SELECT id FROM conversation ORDER BY id")
    half_read.fetchone()

    last = books.conversation("d")

    assert matching(ledger, ListQuery(sort="cost")).tolist() == [3, 2, 1, last]
    assert half_read.fetchone() == (2,)


def test_list_is_answered_within_a_transaction(books: Books) -> None:
    first = books.conversation("a")
    matching(books.connection, ListQuery())

    books.connection.execute("BEGIN")
    second = books.conversation("b")
    assert matching(books.connection, ListQuery()).tolist() == [second, first]
    assert books.connection.in_transaction
    books.connection.execute("ROLLBACK")

    assert matching(books.connection, ListQuery()).tolist() == [first]


class Interrupted(sqlite3.Connection):
    """A connection that is interrupted at one statement."""

    at = ""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement, or fail once as SQLite does when it is interrupted."""
        if self.at and sql.startswith(self.at):
            self.at = ""
            raise sqlite3.OperationalError("interrupted")
        return super().execute(sql, *values)


@pytest.mark.parametrize("statement", ["INSERT INTO temp.conversation_sum", "RELEASE"])
def test_interrupted_question_leaves_nothing_behind(workspace: Path, statement: str) -> None:
    reader = sqlite3.connect(workspace, isolation_level=None, factory=Interrupted)
    reader.at = statement
    with suppress(sqlite3.OperationalError):
        matching(reader, ListQuery(sort="cost"))

    assert not reader.at
    assert not reader.in_transaction
    assert matching(reader, ListQuery(sort="cost")).tolist() == [1]
    reader.close()
