"""Entries made of what was said: the span, where it stands, and whether it still does."""

from __future__ import annotations

import pytest

from convledger.clock import SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.memory.evidence import check_sources
from convledger.store.bodies import PageWriter
from convledger.store.connection import transaction
from convledger.store.entries import EntrySource
from tests.ingest.logs import Bench, turns

NOW = 1_790_000_000 * SECOND


@pytest.fixture
def talked(bench: Bench) -> Ledger:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    return bench.ledger


def said(ledger: Ledger) -> list[tuple[int, str]]:
    rows = ledger.connection.execute("SELECT id FROM message ORDER BY at").fetchall()
    bodies = ledger.bodies([row[0] for row in rows])
    return [(row[0], bodies[row[0]]) for row in rows if bodies.get(row[0], "").strip()]


def rewrite(ledger: Ledger, message_id: int, body: str) -> None:
    """Let a message say something else, as a log that was written anew would."""
    with transaction(ledger.connection):
        pages = PageWriter(ledger.connection)
        place = pages.add(body.encode())
        pages.flush()
        ledger.connection.execute(
            "UPDATE message SET page_id=?, start=?, length=? WHERE id=?", (*place, message_id)
        )


def test_a_span_is_kept_with_who_said_it_where_and_when(talked: Ledger) -> None:
    message_id, body = said(talked)[0]
    entry, is_new = talked.memory.remember_span(message_id, NOW, 2, 6, Draft("", kind="decision"))
    (found,) = talked.memory.evidence(entry.id)

    assert is_new
    assert entry.body == body[2:8].strip("\n")
    assert (found.message_id, found.before, found.quote) == (message_id, body[:2], body[2:8])
    assert (found.after, found.said_by, found.reader) == (body[8:], "user", "claude-code")
    assert entry.source_date == found.at
    assert talked.memory.from_message(message_id) == [(entry.id, 2, 6)]
    conversation = talked.connection.execute("SELECT min(id) FROM conversation").fetchone()[0]
    assert talked.memory.from_conversation(conversation) == {message_id: [(entry.id, 2, 6)]}


def test_a_quotation_is_looked_for_again(talked: Ledger) -> None:
    message_id, body = said(talked)[0]
    entry, _ = talked.memory.remember_span(message_id, NOW)
    assert check_sources(talked.connection) == 0

    def status() -> str:
        return talked.memory.evidence(entry.id)[0].source.status

    rewrite(talked, message_id, f"Moved: {body}")
    assert (check_sources(talked.connection), status()) == (0, "ok")
    assert talked.memory.evidence(entry.id)[0].before == "Moved: "
    rewrite(talked, message_id, "Something else altogether")
    assert (check_sources(talked.connection), status()) == (1, "changed")
    rewrite(talked, message_id, body)
    assert (check_sources(talked.connection), status()) == (1, "ok")
    with transaction(talked.connection):
        talked.connection.execute("DELETE FROM message WHERE id=?", (message_id,))
    assert (check_sources(talked.connection), status()) == (1, "missing")
    assert talked.memory.evidence(entry.id)[0].message_id is None


def test_the_same_words_of_two_places_are_one_entry_with_two_sources(talked: Ledger) -> None:
    (first, body), *_ = said(talked)
    entry, _ = talked.memory.remember_span(first, NOW, 0, 4)
    page = EntrySource(kind="url", place="https://example.org")

    for sources, kinds in (((), ["message"]), ((page,), ["message", "url"])):
        again, is_new = talked.memory.remember(Draft(body[:4], sources=sources), NOW)
        assert (again.id, is_new) == (entry.id, False)
        assert [found.source.kind for found in talked.memory.evidence(entry.id)] == kinds


def test_what_was_not_said_cannot_be_quoted(talked: Ledger) -> None:
    message_id, body = said(talked)[0]

    for wrong in ((10**9, 0, None), (message_id, len(body), 5), (message_id, 0, 0)):
        with pytest.raises(UsageProblem, match=r"no message|nothing in that part"):
            talked.memory.remember_span(wrong[0], NOW, wrong[1], wrong[2])
