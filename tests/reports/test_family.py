"""The family of a conversation: ancestors, forks, resumes and sub-agents, each with its figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.errors import UsageProblem
from convledger.reports.family import Member, family
from tests.ingest.logs import Bench, session, turns
from tests.reports.books import Books


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    yield made
    made.connection.close()


def shape(member: Member) -> list[tuple[int, str]]:
    return [(depth, one.native) for depth, one in member.walk()]


def test_tree_is_the_same_from_each_of_its_members(books: Books) -> None:
    ids = [
        books.conversation("root", first_at=1),
        books.conversation("late", parent_native="root", relation="fork", first_at=5),
        books.conversation("early", parent_native="root", relation="resume", first_at=2),
        books.conversation("deep", parent_native="early", relation="subagent", first_at=9),
    ]
    books.conversation("stranger", first_at=3)
    for place in ids:
        found = family(books.connection, place)

        assert shape(found) == [(0, "root"), (1, "early"), (2, "deep"), (1, "late")]
        assert [one.id for _, one in found.walk() if one.is_here] == [place]
    assert [one.relation for _, one in found.walk()] == ["", "resume", "subagent", "fork"]


def test_members_have_their_own_figures(books: Books) -> None:
    root = books.conversation("root", title="Rye bread", first_at=1)
    fork = books.conversation("fork", parent_native="root", relation="fork", first_at=9)
    agent = books.agent(root, "a1", "Explore", "find the flour")
    idle = books.agent(root, "a2")
    books.call(root, 5, at=2)
    books.call(root, 70, at=4, agent=agent)
    books.call(root, None, at=5, agent=agent)
    books.call(fork, None, at=9)
    books.say(root, "go", at=2)
    books.say(root, "unseen", at=2, flags=2)
    books.say(root, "task", at=3, agent=agent)
    books.say(root, "after its call", at=8, agent=agent)
    books.say(root, "unseen", at=1, agent=idle, flags=2)
    early = books.agent(fork, "a3")
    books.call(fork, None, at=10, agent=early)
    books.say(fork, "later", at=11, agent=early)
    found = family(books.connection, root)
    second, first, third = found.children

    assert (found.kind, found.title, found.first_at) == ("conversation", "Rye bread", 1)
    assert (found.calls, found.list_pico, found.messages) == (3, 75, 3)
    assert (first.kind, first.native, first.title) == ("agent", "a1", "Explore: find the flour")
    assert (first.calls, first.list_pico, first.messages, first.first_at) == (2, 70, 2, 3)
    assert (second.native, second.calls, second.list_pico, second.messages) == ("a2", 0, None, 0)
    assert (third.native, third.calls, third.list_pico) == ("fork", 2, None)
    assert third.children[0].first_at == 10


def test_same_name_in_another_source_is_no_relative(books: Books) -> None:
    books.conversation("root", source="codex")
    fork = books.conversation("fork", parent_native="root", relation="fork")
    books.conversation("other", source="codex", parent_native="fork")

    assert shape(family(books.connection, fork)) == [(0, "fork")]


def test_sums_of_a_member_are_never_too_large(books: Books) -> None:
    root = books.conversation("root")
    agent = books.agent(root, "a1")
    for _ in range(3):
        books.call(root, 2**62, agent=agent)
    found = family(books.connection, root)

    assert found.list_pico == found.children[0].list_pico == 3 * 2**62


def test_unknown_conversation_is_told_in_words(books: Books) -> None:
    with pytest.raises(UsageProblem, match="no conversation 7"):
        family(books.connection, 7)


def test_parents_in_a_ring_make_one_tree(books: Books) -> None:
    ids = [
        books.conversation(name, parent_native=parent, first_at=number)
        for number, (name, parent) in enumerate([("a", "c"), ("b", "a"), ("c", "b"), ("d", "c")])
    ]
    books.conversation("self", parent_native="self")

    for place in ids:
        assert shape(family(books.connection, place)) == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]
    assert shape(family(books.connection, 5)) == [(0, "self")]


def test_long_line_of_descent_is_walked(books: Books) -> None:
    count = 3000
    last = 0
    for number in range(count):
        last = books.conversation(f"{number}", parent_native=f"{number - 1}", first_at=number)

    assert shape(family(books.connection, last)) == [(n, str(n)) for n in range(count)]


def test_resumed_session_stands_below_its_first(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, turns(1, 2))
    again = turns(1, 2, of=session(2)) + turns(3, 3, of=session(2))
    bench.write(bench.log.with_name(f"{session(2)}.jsonl"), again)
    with bench.ledger as ledger:
        bench.sync()
        found = family(ledger.connection, ledger.conversation(session(2)).id)

    assert shape(found) == [(0, session(1)), (1, session(2))]
    (resumed,) = found.children
    assert (resumed.relation, resumed.is_here, resumed.calls) == ("resume", True, 1)
    assert (found.calls, found.messages, resumed.messages) == (2, 4, 6)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.none() | st.integers(0, 7), min_size=1, max_size=8), st.integers(0, 7))
def test_any_relations_make_a_tree_with_one_place_in_it(
    parents: list[int | None], place: int
) -> None:
    books = Books()
    ids = [
        books.conversation(str(number), parent_native="" if parent is None else str(parent))
        for number, parent in enumerate(parents)
    ]
    here = ids[place % len(ids)]
    found = family(books.connection, here)
    members = [one for _, one in found.walk()]

    assert [one.id for one in members if one.is_here] == [here]
    assert len({one.id for one in members}) == len(members)
    for member in members:
        for child in member.children:
            assert str(parents[int(child.native)]) == member.native
    books.connection.close()
