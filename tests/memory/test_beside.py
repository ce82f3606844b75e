"""What stands beside an entry: the messages around its quote, and who carries it along."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.beside import Around, Carriers, around, carriers
from convledger.memory.drafts import Draft
from convledger.store.connection import transaction
from tests.ingest.logs import session, turns

NOW = 1_795_000_000_000_000


@pytest.fixture
def conversation(ledger: Ledger, tmp_path: Path) -> int:
    """A conversation of five questions and answers."""
    log = tmp_path / "projects" / "bakery" / f"{session()}.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(turns(1, 5))
    ledger.sync([("claude-code", tmp_path / "projects")])
    return ledger.conversation(f"claude-code:{session()}").id


def message(ledger: Ledger, conversation: int, text: str) -> int:
    (found,) = ledger.find_in(conversation, text)
    return found


def test_two_messages_before_the_quoted_one_are_shown(ledger: Ledger, conversation: int) -> None:
    found = around(ledger.connection, message(ledger, conversation, "question 3"))

    assert [one.text for one in found.said] == ["question 2", "answer 2", "question 3"]
    assert [one.said_by for one in found.said] == ["user", "assistant", "user"]
    assert (found.first, found.last, found.of) == (3, 5, 10)


def test_first_message_stands_alone(ledger: Ledger, conversation: int) -> None:
    found = around(ledger.connection, message(ledger, conversation, "question 1"))

    assert [one.text for one in found.said] == ["question 1"]
    assert (found.first, found.last) == (1, 1)


def test_answer_has_its_model_tokens_and_cost(ledger: Ledger, conversation: int) -> None:
    found = around(ledger.connection, message(ledger, conversation, "answer 1"))
    prompt, answer = found.said

    assert (prompt.model, prompt.output, prompt.pico) == ("", None, None)
    assert answer.model.startswith("claude-sonnet-4-5")
    assert (answer.output, answer.pico) == (10, 450_000_000)


def test_message_that_is_gone_has_nothing_around(ledger: Ledger) -> None:
    assert around(ledger.connection, 12345) == Around()


def test_carriers_are_the_last_rendering_of_each_pack_and_files_that_live(ledger: Ledger) -> None:
    entry_id, _ = keeping.remember(ledger.connection, Draft("Deploy on Fridays."), NOW)
    assert carriers(ledger.connection, entry_id) == Carriers()
    with transaction(ledger.connection) as _:
        run = ledger.connection.execute
        for number, name in enumerate(("onboarding", "old"), 1):
            run("INSERT INTO pack (id, name, budget, made_at) VALUES (?, ?, 1, 0)", (number, name))
        for number, pack in enumerate((1, 2, 2), 1):
            run("INSERT INTO pack_render VALUES (?, ?, 'p', 0, 1, 1, 1, '', '', 'markdown', '')",
                (number, pack))  # fmt: skip
        for render in (1, 2):  # the last one of the second pack is without it
            run("INSERT INTO pack_render_item VALUES (?, 0, ?, 1, '', '')", (render, entry_id))
        for number, (path, state) in enumerate((("/a/CLAUDE.md", "live"), (b"/b/\xff", "gone")), 1):
            run("INSERT INTO memory_file (id, format, path, state, added_at) "
                "VALUES (?, 'claude-md', ?, ?, 0)", (number, path, state))  # fmt: skip
            run("INSERT INTO memory_item (file_id, key, entry_id, hash, start, length, at) "
                "VALUES (?, 'k', ?, '', 0, 1, 0)", (number, entry_id))  # fmt: skip

    assert carriers(ledger.connection, entry_id) == Carriers(("onboarding",), ("/a/CLAUDE.md",))


def test_what_was_checked_rests_until_it_is_due(ledger: Ledger) -> None:
    from datetime import UTC

    from convledger.clock import DAY

    entry_id, _ = keeping.remember(ledger.connection, Draft("Deploy on Fridays."), NOW)
    wants = [one.entry.id for one in ledger.memory.queue(NOW, UTC)]
    ledger.memory.confirm([entry_id], NOW)

    assert wants == [entry_id]  # it has no source
    assert ledger.memory.queue(NOW, UTC) == []
    assert [one.entry.id for one in ledger.memory.queue(NOW, UTC, ["no source"])] == [entry_id]
    assert [one.entry.id for one in ledger.memory.queue(NOW + 31 * DAY, UTC)] == [entry_id]
