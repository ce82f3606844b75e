"""Calls whose source keeps no tokens: unknown until counted, then an estimate."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import EARLIEST, SECOND
from convledger.ingest.mappings import open_sample, save_mapping
from convledger.ledger import Ledger
from convledger.reports.usage import UsageQuery
from convledger.sources import registry
from convledger.sources.document import Document, Found
from convledger.sources.findings import Call, Kind, Measure, Message
from convledger.sources.table.guess import guess
from convledger.text.tokens import count_tokens
from tests.ingest.logs import Bench, words

QUESTION, ANSWER, AGAIN = "What is a ledger?", "A book of accounts.", "And a journal?"
NOW = EARLIEST + 830_000_000 * SECOND


class Chat:
    """A reader of a chat that keeps no tokens: a question, an answer, and another of each."""

    measure = Measure.MISSING

    def __init__(self) -> None:
        self.said: list[tuple[str, str, int, str]] = [
            ("q1", "", Kind.PROMPT, QUESTION),
            ("a1", "q1", Kind.ANSWER, ANSWER),
            ("q2", "a1", Kind.PROMPT, AGAIN),
            ("t2", "q2", Kind.THINKING, "Let me think about it."),
            ("a2", "t2", Kind.ANSWER, "The first entry of all."),
        ]

    def read(self, document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
        found = Found(done=document.size)
        if texts:
            found.texts.messages = [
                Message("c1", uuid, 0, line, NOW + line, kind, body, parent=parent)
                for line, (uuid, parent, kind, body) in enumerate(self.said, 1)
            ]
        else:
            facts = found.figures.conversation("c1")
            facts.first_at = facts.last_at = NOW
            for key in ("a1", "a2"):
                call = Call(key, "c1", NOW, "gpt-4o", 1, measure=self.measure)
                if self.measure == Measure.RECORDED:
                    call.input, call.output = 1, 1
                found.figures.calls.append(call)
        yield found


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Chat:
    # What asks for readers by name holds on to the question: it must be there before.
    import convledger.ingest.read_document
    import convledger.ingest.recognise  # noqa: F401

    made = Chat()
    monkeypatch.setattr(registry, "module_of", lambda _: made)
    monkeypatch.setattr("convledger.ingest.read_document.module_of", lambda _: made)
    return made


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "conversations.json"
    path.write_text("[]")
    return path


def total(ledger: Ledger) -> Any:
    return ledger.usage(UsageQuery(by=("model",), zone=UTC)).total


def take_in(bench: Bench, export: Path, source: str = "chatgpt", *, texts: bool = True) -> None:
    bench.ledger.import_paths([export], source, texts=texts)


def tokens(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    return connection.execute("SELECT input, output FROM call ORDER BY key").fetchall()


def test_input_is_what_came_before_and_output_what_answers(
    bench: Bench, chat: Chat, export: Path
) -> None:
    take_in(bench, export)

    first = count_tokens(QUESTION), count_tokens(ANSWER)
    second = (
        sum(map(count_tokens, (QUESTION, ANSWER, AGAIN))),
        sum(map(count_tokens, ("Let me think about it.", "The first entry of all."))),
    )
    assert tokens(bench.ledger.connection) == [first, second]
    assert not bench.ledger.check(deep=True)


def test_a_first_question_that_was_changed_is_not_sent_with_the_one_it_was_before(
    bench: Bench, chat: Chat, export: Path
) -> None:
    older = [("q0", "", Kind.PROMPT, "Quite another question?"), ("a0", "q0", Kind.ANSWER, "No.")]
    chat.said = [*older, *chat.said]
    take_in(bench, export)

    assert tokens(bench.ledger.connection)[0] == (count_tokens(QUESTION), count_tokens(ANSWER))


@pytest.mark.parametrize("step", [1, -1], ids=["oldest first", "newest first"])
def test_rows_of_a_table_follow_each_other_in_time(bench: Bench, tmp_path: Path, step: int) -> None:
    path = tmp_path / "chats.csv"
    rows = [
        f"c1,2026-05-01T10:0{minute}:00Z,{role},{text}"
        for minute, (role, text) in enumerate(
            [("user", QUESTION), ("assistant", ANSWER), ("user", AGAIN), ("assistant", "One.")]
        )
    ]
    path.write_text("\n".join(["conversation_id,created_at,role,content", *rows[::step]]))
    sample = open_sample(path)
    save_mapping(bench.ledger.workspace, guess(sample, "chats").mapping, sample.header)
    bench.ledger.import_paths([path], "table")

    assert sorted(tokens(bench.ledger.connection)) == [
        (count_tokens(QUESTION), count_tokens(ANSWER)),
        (sum(map(count_tokens, (QUESTION, ANSWER, AGAIN))), count_tokens("One.")),
    ]


def test_what_is_counted_is_an_estimate_everywhere(bench: Bench, chat: Chat, export: Path) -> None:
    take_in(bench, export)
    found = total(bench.ledger)

    assert (found.calls, found.estimated_calls, found.unpriced_calls) == (2, 2, 0)
    assert found.list_pico


def test_without_texts_the_tokens_stay_unknown_and_unpriced(
    bench: Bench, chat: Chat, export: Path
) -> None:
    take_in(bench, export, texts=False)
    found = total(bench.ledger)

    assert (found.calls, found.estimated_calls, found.unpriced_calls) == (2, 0, 2)
    assert tokens(bench.ledger.connection) == [(0, 0), (0, 0)]


def test_the_setting_leaves_them_unknown_and_brings_them_back(
    bench: Bench, chat: Chat, export: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "config.toml"
    monkeypatch.setenv("CONVLEDGER_CONFIG", str(settings))
    take_in(bench, export)
    counted = tokens(bench.ledger.connection)
    settings.write_text("estimates = false\n")
    bench.ledger.sync()

    assert tokens(bench.ledger.connection) == [(0, 0), (0, 0)]
    assert total(bench.ledger).unpriced_calls == 2
    assert not bench.ledger.check(deep=True)

    settings.write_text("estimates = true\n")
    bench.ledger.sync()
    assert tokens(bench.ledger.connection) == counted
    assert not bench.ledger.check(deep=True)


def test_recorded_tokens_take_the_place_of_counted_ones(
    bench: Bench, chat: Chat, export: Path
) -> None:
    take_in(bench, export)
    chat.measure = Measure.RECORDED
    export.write_text("[ ]")
    bench.ledger.sync()

    assert tokens(bench.ledger.connection) == [(1, 1), (1, 1)]
    assert total(bench.ledger).estimated_calls == 0
    assert not bench.ledger.check(deep=True)


def test_importing_again_changes_nothing(bench: Bench, chat: Chat, export: Path) -> None:
    take_in(bench, export)
    before = tokens(bench.ledger.connection)
    export.write_text("[ ]")
    bench.ledger.sync()

    assert tokens(bench.ledger.connection) == before
    assert total(bench.ledger).calls == 2


def test_a_circle_of_parents_ends(bench: Bench, chat: Chat, export: Path) -> None:
    chat.said = [("q1", "a1", Kind.PROMPT, QUESTION), ("a1", "q1", Kind.ANSWER, ANSWER),
                 ("a2", "a2", Kind.ANSWER, "Me.")]  # fmt: skip
    take_in(bench, export)

    assert [output for _, output in tokens(bench.ledger.connection)] == [
        count_tokens(ANSWER), count_tokens("Me."),
    ]  # fmt: skip


def test_a_newer_text_takes_the_place_of_the_older_and_nothing_of_that_stays(
    bench: Bench, chat: Chat, export: Path
) -> None:
    take_in(bench, export)
    chat.said = [*chat.said[:1], ("a1", "q1", Kind.ANSWER, "A rewritten answer.")]
    export.write_text("[ ]")
    bench.ledger.sync()
    bodies = bench.said()

    assert "A rewritten answer." in bodies
    assert ANSWER not in bodies
    assert not bench.ledger.check(deep=True)
    assert "accounts" not in " ".join(str(word) for word, *_ in words(bench.ledger.connection))


def test_an_older_file_does_not_take_back_what_a_newer_one_says(
    bench: Bench, chat: Chat, export: Path, tmp_path: Path
) -> None:
    take_in(bench, export)
    older = tmp_path / "older" / "conversations.json"
    older.parent.mkdir()
    older.write_text("[]")
    os.utime(older, ns=(10**18, 10**18))
    chat.said = [("a1", "q1", Kind.ANSWER, "What it said before.")]
    take_in(bench, older)

    assert ANSWER in bench.said()


def test_a_newer_text_is_counted_anew(bench: Bench, chat: Chat, export: Path) -> None:
    take_in(bench, export)
    chat.said = [*chat.said[:1], ("a1", "q1", Kind.ANSWER, ANSWER * 3), *chat.said[2:]]
    export.write_text("[ ]")
    bench.ledger.sync()

    assert tokens(bench.ledger.connection)[0] == (count_tokens(QUESTION), count_tokens(ANSWER * 3))
    assert bench.is_sound()
