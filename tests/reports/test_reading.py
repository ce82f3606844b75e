"""What a reader of conversations asks: outline, texts by the page, where words stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.errors import UsageProblem
from convledger.reports import conversations
from convledger.reports.conversations import transcript
from convledger.reports.reading import Outline, bodies, find_in, outline, place_of
from convledger.reports.thread import ERROR, HIDDEN, ROLLED_BACK, SIDECHAIN
from tests.ingest.logs import ROLLOUT, Bench, rollout, turns
from tests.reports.books import Books

PROMPT, ANSWER, THINKING, TOOL_CALL, TOOL_RESULT, NOTE, ATTACHMENT = range(1, 8)


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    yield made
    made.connection.close()


@pytest.fixture
def one(books: Books) -> int:
    """A conversation beside which there is another."""
    made = books.conversation("one")
    other = books.conversation("other")
    books.say(other, "of another", at=5, kind=NOTE, name="rolled_back")
    books.call(other, 10**15, at=5)
    return made


def kinds(found: Outline) -> list[str]:
    return [head.kind for head in found.heads]


def test_heads_stand_in_the_order_of_time_with_their_facts(books: Books, one: int) -> None:
    agent = books.agent(one, "a1", "Explore", "find it")
    books.say(one, "zwölf", at=20, kind=ANSWER, key=2, parent=1, flags=ERROR)
    books.say(one, "x", at=10, kind=TOOL_CALL, key=1, agent=agent, name="Bash", line=9, file="/b")
    first, second = outline(books.connection, one).heads

    assert (first.at, first.kind, first.name, first.line) == (10, "tool_call", "Bash", 9)
    assert (first.agent, first.agent_name, first.key) == ("a1", "Explore: find it", 1)
    assert (second.at, second.kind, second.flags, second.length) == (20, "answer", ERROR, 6)
    assert (second.key, second.parent_key, second.name, second.agent) == (2, 1, "", "")
    assert first.file_id != second.file_id
    assert first.call is second.call is None


def test_call_stands_at_the_first_message_of_its_line(books: Books, one: int) -> None:
    books.say(one, "why?", at=1, line=1)
    books.say(one, "hm", at=2, line=2, kind=THINKING)
    books.say(one, "so", at=2, line=2, kind=ANSWER)
    books.say(one, "elsewhere", at=2, line=2, kind=ANSWER, file="/other")
    books.call(one, 5, at=2, line=2)
    found = outline(books.connection, one)

    assert [head.call is not None for head in found.heads] == [False, True, False, False]
    assert found.cumulative == [0, 5, 5, 5]


def test_call_without_a_message_stands_where_its_time_is(books: Books, one: int) -> None:
    agent = books.agent(one, "a1", "Explore")
    books.call(one, 5, at=25, line=3)
    books.call(one, 6, at=5, line=90, file="/other", agent=agent, sidechain=1, speed="fast")
    for at in (10, 20, 30):
        books.say(one, "x", at=at, line=at)
    found = outline(books.connection, one)

    assert kinds(found) == ["call", "prompt", "prompt", "call", "prompt"]
    assert found.cumulative == [6, 6, 6, 11, 11]
    early, late = found.heads[0], found.heads[3]
    assert (early.id, early.name, early.agent, early.key) == (0, "opus-fast", "a1", None)
    assert (early.flags, late.flags) == (SIDECHAIN, 0)
    assert early.call is not None
    assert (early.call.file, early.call.line, early.call.list_pico) == ("/other", 90, 6)


def test_no_call_is_lost_where_two_share_a_line(books: Books, one: int) -> None:
    books.say(one, "x", at=1, line=1, kind=ANSWER)
    books.call(one, 5, at=1, line=1)
    books.call(one, 70, at=1, line=1)
    found = outline(books.connection, one)

    assert kinds(found) == ["answer", "call"]
    assert found.cumulative == [5, 75]


def test_hidden_heads_come_when_asked_for_or_when_they_cost(books: Books, one: int) -> None:
    books.say(one, "said", at=1)
    books.say(one, "reminder", at=2, kind=NOTE, flags=HIDDEN)
    books.say(one, "", at=3, kind=ANSWER, flags=HIDDEN, line=8)
    books.call(one, 5, at=3, line=8)

    assert kinds(outline(books.connection, one)) == ["prompt", "answer"]
    assert kinds(outline(books.connection, one, hidden=True)) == ["prompt", "note", "answer"]


def test_cost_that_is_unknown_is_no_zero(books: Books, one: int) -> None:
    books.call(one, None, at=1)
    unknown = outline(books.connection, one)
    books.call(one, 0, at=2)

    assert (unknown.total_pico, unknown.cumulative) == (None, [0])
    assert outline(books.connection, one).total_pico == 0


def test_context_is_that_of_whoever_speaks(books: Books, one: int) -> None:
    agent = books.agent(one, "a1")
    books.say(one, "go", at=1)
    books.say(one, "yes", at=2, kind=ANSWER, line=12)
    books.call(one, 1, at=2, line=12, sent=100, cached=20)
    books.say(one, "task", at=3, agent=agent)
    books.say(one, "done", at=4, kind=ANSWER, line=14, agent=agent)
    books.call(one, 1, at=4, line=14, sent=9000, agent=agent)
    books.say(one, "thanks", at=5, line=15)
    books.call(one, 1, at=5, line=15, sent=130)
    books.say(one, "inline", at=6, flags=SIDECHAIN)
    found = outline(books.connection, one)

    assert found.context == [0, 120, 0, 9000, 130, 0]
    assert found.largest_context == 9000


def test_turns_taken_back_are_marked_with_their_calls(books: Books, one: int) -> None:
    for turn in (10, 20, 30):
        books.say(one, "go", at=turn, line=turn)
        books.say(one, "so", at=turn + 1, line=turn + 1, kind=ANSWER)
        books.call(one, 1, at=turn + 2, line=turn + 2)
    books.say(one, "2", at=40, line=40, kind=NOTE, name="rolled_back")
    books.say(one, "again", at=50, line=50)
    books.say(one, "elsewhere", at=31, line=1, file="/other")
    books.say(one, "1", at=51, kind=TOOL_CALL, name="rolled_back")
    found = outline(books.connection, one)

    assert [head.at for head in found.heads if head.flags & ROLLED_BACK] == [
        *(20, 21, 22),
        *(30, 31, 32),
    ]


def test_later_turn_taken_back_reaches_behind_an_earlier(books: Books, one: int) -> None:
    for turn in (10, 20, 30):
        books.say(one, "go", at=turn, line=turn)
    books.say(one, "1", at=31, line=31, kind=NOTE, name="rolled_back")
    books.say(one, "9" * 5000, at=32, line=32, kind=NOTE, name="rolled_back")
    found = outline(books.connection, one)

    assert [head.at for head in found.heads if head.flags & ROLLED_BACK] == [20, 30, 31]


def test_edited_prompt_and_redone_answer_are_branches(books: Books, one: int) -> None:
    books.say(one, "first", at=1, key=10)
    books.say(one, "hm", at=2, key=20, parent=10, kind=THINKING, line=50)
    books.say(one, "yes", at=2, key=21, parent=10, kind=ANSWER, line=50)
    books.say(one, "then this", at=3, key=30, parent=20)
    books.say(one, "or that", at=4, key=40, parent=20)
    books.say(one, "or nothing", at=5, key=50, parent=20)
    books.say(one, "no", at=6, key=60, parent=10, kind=ANSWER)
    found = outline(books.connection, one)

    assert [(branch.parent_key, branch.heads) for branch in found.branches] == [
        (10, (1, 6)),
        (20, (3, 4, 5)),
    ]
    assert found.alternates() == {1: (1, 2), 6: (2, 2), 3: (1, 3), 4: (2, 3), 5: (3, 3)}


def test_what_works_side_by_side_is_no_branch(books: Books, one: int) -> None:
    books.say(one, "go", at=1, key=10)
    books.say(one, "{}", at=2, key=20, parent=10, kind=TOOL_CALL)
    books.say(one, "{}", at=3, key=30, parent=20, kind=TOOL_CALL)
    books.say(one, "result", at=4, key=40, parent=20, kind=TOOL_RESULT)
    books.say(one, "result", at=5, key=50, parent=20, kind=TOOL_RESULT)
    books.say(one, "compacted", at=6, key=60, parent=10, kind=NOTE)
    for block in (70, 71):
        books.say(one, "one of two", at=7, key=block, parent=60, line=700)
    agent = books.agent(one, "a1")
    for at in (8, 9):
        books.say(one, "task", at=at, key=at * 10, parent=30, agent=agent)
        books.say(one, "task", at=at, key=at * 10 + 1, parent=30, flags=SIDECHAIN)
        books.say(one, "root", at=at, key=at * 10 + 2)

    assert outline(books.connection, one).branches == []


def test_branches_are_seen_through_hidden_parents(books: Books, one: int) -> None:
    books.say(one, "go", at=1, key=10)
    books.say(one, "reminder", at=2, key=20, parent=10, kind=ATTACHMENT, flags=HIDDEN)
    books.say(one, "reminder", at=3, key=30, parent=20, kind=ATTACHMENT, flags=HIDDEN)
    books.say(one, "yes", at=4, key=40, parent=30, kind=ANSWER)
    books.say(one, "no", at=5, key=50, parent=10, kind=ANSWER)
    for hidden, heads in ((False, (1, 2)), (True, (3, 4))):
        found = outline(books.connection, one, hidden=hidden)
        assert [branch.heads for branch in found.branches] == [heads]


def test_line_that_is_hidden_in_part_is_a_parent_itself(books: Books, one: int) -> None:
    books.say(one, "go", at=1, key=10)
    books.say(one, "", at=2, key=20, parent=10, kind=ANSWER, flags=HIDDEN, line=7)
    books.say(one, "{}", at=2, key=21, parent=10, kind=TOOL_CALL, line=7)
    books.say(one, "so", at=3, key=30, parent=20, kind=ANSWER)

    assert outline(books.connection, one).branches == []


def test_parents_in_a_ring_are_no_trap(books: Books, one: int) -> None:
    books.say(one, "", at=1, key=10, parent=20, flags=HIDDEN)
    books.say(one, "", at=2, key=20, parent=10, flags=HIDDEN)
    for at in (3, 4):
        books.say(one, "go", at=at, key=at, parent=10)
        books.say(one, "go", at=at, key=at * 10 + 5, parent=at * 10 + 5)

    assert outline(books.connection, one).branches == []


def test_texts_come_by_id_or_head_and_are_cut_between_characters(books: Books, one: int) -> None:
    ids = [books.say(one, text) for text in ("grüße 🥐🥐🥐", "", "x" * 100)]
    heads = outline(books.connection, one).heads

    whole = dict(zip(ids, ["grüße 🥐🥐🥐", "", "x" * 100], strict=True))
    assert bodies(books.connection, ids) == bodies(books.connection, heads) == whole
    assert bodies(books.connection, [0, 999, ids[0]], most=7) == {ids[0]: "grüße 🥐"}
    assert bodies(books.connection, ids, most=0) == dict.fromkeys(ids, "")
    assert bodies(books.connection, []) == {}


def test_each_page_is_read_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, turns(1, 40))
    with bench.ledger as ledger:
        bench.sync()
        heads = outline(ledger.connection, 1).heads
        asked: list[str] = []
        ledger.connection.set_trace_callback(asked.append)
        found = bodies(ledger.connection, heads[::-1])
        found_in = find_in(ledger.connection, 1, "ANSWER 4")
        ledger.connection.set_trace_callback(None)

    assert len(found) == 80
    assert len(found_in) == 2
    assert sum("FROM page" in statement for statement in asked) == 2


def test_place_of_a_message_is_its_conversation(books: Books, one: int) -> None:
    message = books.say(one, "here")

    assert place_of(books.connection, message) == (one, message)
    with pytest.raises(UsageProblem, match="no message 999"):
        place_of(books.connection, 999)


def test_words_are_found_in_any_case_and_in_reading_order(books: Books, one: int) -> None:
    late = books.say(one, "Die STRASSE", at=30, kind=ANSWER)
    early = books.say(one, "an der Straße", at=10)
    hidden = books.say(one, "straße", at=20, flags=HIDDEN)
    charged = books.say(one, "Straße!", at=25, flags=HIDDEN, line=99)
    second = books.say(one, "Straße!", at=25, flags=HIDDEN, line=99)
    books.call(one, 1, line=99)

    def places(text: str) -> list[int]:
        return find_in(books.connection, one, text)

    assert places("STRASSE") == places("straße") == [early, charged, late]
    assert find_in(books.connection, one, "Straße", hidden=True) == [
        *(early, hidden, charged, second, late),
    ]
    assert places("of another") == places("") == places("%") == []


@pytest.mark.parametrize("hidden", [False, True])
def test_outline_and_transcript_agree(tmp_path: Path, hidden: bool) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, turns(1, 4))
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(3))
    with bench.ledger as ledger:
        bench.sync()
        for conversation_id in (1, 2):
            found = outline(ledger.connection, conversation_id, hidden=hidden)
            entries = list(ledger.transcript(conversation_id, hidden=hidden))

            assert [(one.id, one.kind, one.call) for one in found.heads] == [
                (one.id, one.kind, one.call) for one in entries
            ]
            texts = bodies(ledger.connection, found.heads)
            assert [texts.get(one.id, "") for one in found.heads] == [one.body for one in entries]
            assert sum(one.call is not None for one in found.heads) in (3, 4)


def test_transcript_is_read_in_portions(
    books: Books, one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"text {number}" for number in range(10)]
    for number, text in enumerate(texts):
        books.say(one, text, at=number)
    monkeypatch.setattr(conversations, "_AT_ONCE", 4)
    asked: list[str] = []
    books.connection.set_trace_callback(asked.append)

    assert [entry.body for entry in transcript(books.connection, one)] == texts
    assert sum("start, length, id FROM message" in statement for statement in asked) == 3
    monkeypatch.setattr(conversations, "_PORTION", 13)
    assert [entry.body for entry in transcript(books.connection, one)] == texts
    assert sum("start, length, id FROM message" in statement for statement in asked) == 3 + 5


WORDS = st.text(st.sampled_from("aAßSsİıΣςσ éE\n%_'"), max_size=6)
SAID = st.tuples(
    st.integers(0, 8),  # the instant
    st.integers(1, 6),  # the line
    st.integers(1, 7),  # the kind
    st.sampled_from([0, HIDDEN, SIDECHAIN]),
    st.sampled_from(["/log", "/other"]),
    WORDS,
)
CALLED = st.tuples(
    st.integers(0, 8),
    st.integers(1, 6),
    st.none() | st.integers(0, 2**62),
    st.sampled_from(["/log", "/other"]),
)


def test_each_call_of_a_line_makes_another_hidden_entry_readable(books: Books, one: int) -> None:
    for body in ("first A", "second A", "third A"):
        books.say(one, body, line=1, file="/other", flags=HIDDEN)
    for _ in range(2):
        books.call(one, None, line=1, file="/other")
    shown = [entry.id for entry in transcript(books.connection, one) if "A" in entry.body]

    assert len(shown) == 2
    assert find_in(books.connection, one, "a") == shown


@settings(max_examples=120, deadline=None)
@given(st.lists(SAID, max_size=12), st.lists(CALLED, max_size=12), WORDS, st.booleans())
def test_any_conversation_adds_up_and_is_searched_like_text(
    said: list[tuple[int, int, int, int, str, str]],
    called: list[tuple[int, int, int | None, str]],
    wanted: str,
    hidden: bool,
) -> None:
    books = Books()
    one = books.conversation("one")
    for at, line, kind, flags, file, body in said:
        books.say(one, body, at=at, line=line, kind=kind, flags=flags, file=file)
    for at, line, pico, file in called:
        books.call(one, pico, at=at, line=line, file=file)
    found = outline(books.connection, one, hidden=hidden)
    entries = list(transcript(books.connection, one, hidden=hidden))
    known = [pico for _, _, pico, _ in called if pico is not None]

    assert found.total_pico == (sum(known) if known else None)
    assert (found.cumulative[-1] if found.heads else 0) == sum(known)
    assert sum(head.call is not None for head in found.heads) == len(called)
    assert [head.at for head in found.heads] == sorted(head.at for head in found.heads)
    assert len(found.heads) == len(found.cumulative) == len(found.context) == len(entries)
    assert find_in(books.connection, one, wanted, hidden=hidden) == [
        entry.id
        for entry in entries
        if wanted and entry.id and wanted.casefold() in entry.body.casefold()
    ]
    books.connection.close()
