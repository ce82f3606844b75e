"""Exports of one account give one ledger, in whichever order and however often they come."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.reports.thread import bodies, thread
from convledger.sources.findings import ConversationFacts, OutcomeFacts
from convledger.store.catalog import Catalog
from convledger.store.outcomes import note_outcome, outcome_told
from tests.ingest.exports import chat, chatgpt, claude, name_of, versions, write
from tests.ingest.logs import Bench, everything

KINDS = pytest.mark.parametrize("written", [chatgpt, claude], ids=["chatgpt", "claude"])


@pytest.fixture(autouse=True)
def _no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def ledger_of(folder: Path, exports: Sequence[Path]) -> dict[str, list[Any]]:
    with Ledger.open(folder) as ledger:
        for path in exports:
            ledger.import_paths([path])
        assert not ledger.check(deep=True)
        return everything(ledger.connection, places=False)


@KINDS
@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_any_number_of_times_give_the_same(
    tmp_path: Path, written: Callable[..., str], seed: int
) -> None:
    chance = random.Random(seed)
    exports = [
        write(tmp_path, number, written(*chats))
        for number, chats in enumerate(versions(chance, 3), 1)
    ]
    wanted = ledger_of(tmp_path / "in order", exports)
    shuffled = [*exports, *chance.choices(exports, k=2)]
    chance.shuffle(shuffled)

    assert ledger_of(tmp_path / "backwards", exports[::-1]) == wanted
    assert ledger_of(tmp_path / "shuffled", shuffled) == wanted


@KINDS
def test_of_a_title_the_newest_export_decides(
    tmp_path: Path, bench: Bench, written: Callable[..., str]
) -> None:
    older = write(tmp_path, 1, written(chat(1, "A?", "B.", title="As it was")))
    newer = write(tmp_path, 2, written(chat(1, "A?", "B.", title="As it is")))
    copy = tmp_path / "copy" / "conversations.json"
    copy.parent.mkdir()
    copy.hardlink_to(older)
    for path in (older, newer, copy):
        bench.ledger.import_paths([path])

    titles = bench.ledger.connection.execute("SELECT title FROM conversation").fetchall()
    assert titles == [("As it is",)]


def test_a_changed_text_leaves_the_path_of_what_was_said_whole(
    tmp_path: Path, bench: Bench
) -> None:
    first = chat(1, "one two three", "four", "five six", "seven")
    bench.ledger.import_paths([write(tmp_path, 1, chatgpt(first))])
    bench.ledger.import_paths([write(tmp_path, 2, chatgpt(first.said(0, "one two three four")))])

    counted = bench.ledger.connection.execute("SELECT input, output FROM call ORDER BY at")
    assert counted.fetchall() == [(4, 1), (7, 1)]


def test_what_an_older_export_adds_before_an_answer_is_counted_with_it(
    tmp_path: Path, bench: Bench
) -> None:
    whole = chat(1, "one two three", "four", "five six", "seven")
    newer = chat(1)
    newer = type(newer)(whole.name, whole.title, whole.turns[1:])
    bench.ledger.import_paths([write(tmp_path, 2, claude(newer))])
    bench.ledger.import_paths([write(tmp_path, 1, claude(whole))])

    counted = bench.ledger.connection.execute("SELECT input, output FROM call ORDER BY at")
    assert counted.fetchall() == [(3, 1), (6, 1)]
    assert bench.is_sound()


def test_an_older_file_tells_of_an_end_only_what_no_newer_one_has_told(bench: Bench) -> None:
    connection = bench.ledger.connection
    newer = ConversationFacts("c1", details={"team": "north"})
    newer.outcome = OutcomeFacts(resolution="resolved", resolved_at=20)
    older = ConversationFacts("c1", details={"team": "south", "plan": "gold"})
    older.outcome = OutcomeFacts(resolution="open", channel="chat", human_messages=2)
    catalog = Catalog(connection)
    source = catalog.source("zendesk", "/x", 1)
    for facts, told_ns in ((newer, 2), (older, 1)):
        found, is_older = catalog.describe(catalog.reader("zendesk"), source, facts, told_ns)
        note_outcome(connection, found, facts, told=0, is_older=is_older)
    told, details = outcome_told(connection, found)

    assert told is not None
    assert (told.resolution, told.resolved_at, told.channel) == ("resolved", 20, "chat")
    assert told.human_messages == 2
    assert details == {"team": "north", "plan": "gold"}


def costs_at(ledger: Ledger) -> dict[str, str]:
    """Return the names of the calls by the texts that they are shown at."""
    (conversation_id,) = ledger.connection.execute("SELECT id FROM conversation").fetchone()
    heads = thread(ledger.connection, conversation_id)
    texts = bodies(ledger.connection, heads)
    return {texts.get(head.id, ""): head.call.key[-2:] for head in heads if head.call}


@KINDS
def test_calls_stand_at_their_answers_when_a_newer_export_changes_the_conversation(
    tmp_path: Path, bench: Bench, written: Callable[..., str]
) -> None:
    one = chat(1, "A?", "B.", "C?", "D.")
    bench.ledger.import_paths([write(tmp_path, 1, written(one))])
    bench.ledger.import_paths([write(tmp_path, 2, written(one.said(2, "And C?")))])

    assert costs_at(bench.ledger) == {"B.": "02", "D.": "04"}


@KINDS
def test_calls_stand_at_their_answers_when_their_file_tells_of_a_branch_before_them(
    tmp_path: Path, bench: Bench, written: Callable[..., str]
) -> None:
    one = chat(1, "A?", "B.", "C?", "D.")
    question, answer = chat(1, "Or Z?", "Y.").turns
    question = question._replace(name=name_of(1091))
    branch = (question, answer._replace(name=name_of(1092), parent=question.name))
    path = write(tmp_path, 1, written(one))
    bench.ledger.import_paths([path])
    path.write_text(written(replace(one, turns=(*branch, *one.turns))), "utf-8")
    bench.ledger.sync()

    assert costs_at(bench.ledger) == {"B.": "02", "D.": "04", "Y.": "92"}
