"""Erasing a conversation takes what people said of it: hand-offs, items, verdicts, their notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from hashlib import sha256
from pathlib import Path

import pytest

from convledger.memory.erase import Wanted
from convledger.memory.erase_words import done_words
from convledger.reports.reviews.drawing import SampleQuery
from convledger.store.audit_check import verify
from convledger.store.audit_events import events
from convledger.store.connection import transaction
from convledger.store.handoffs import StoredHandoff
from convledger.workflow.judging import Opinion
from tests.ingest.logs import Bench, session, turns
from tests.reports.shop import at

NOW = at("2026-11-20")
NOTE = "The zanzibar customer was furious about quokka invoices"
DIGEST = re.compile(r"#([0-9a-f]{64})")
TABLES = ("handoff", "review_item", "review_verdict")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    for number in (1, 2):
        path = made.log.with_name(f"{session(number)}.jsonl")
        made.write(path, turns(10 * number, 10 * number + 3, of=session(number)))
    made.sync()
    ledger = made.ledger
    for number in (1, 2):
        entry = StoredHandoff(0, "", "", number, NOW - 9, note=f"{NOTE} {number}", person="Ada",
                              handle_seconds=60)  # fmt: skip
        ledger.add_handoff(entry, now=NOW)
    query = SampleQuery(size=2, seed="7", owners=("Ada",), title="all")
    ledger.keep_sample(ledger.draw_sample(query), now=NOW)
    for number in (1, 2):
        ledger.give_verdict(number, Opinion("fail", ("wrong",), NOTE), now=NOW, as_name="Ada")
    yield made
    ledger.close()


def counts(bench: Bench) -> dict[str, int]:
    return {
        table: bench.ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in TABLES
    }


@pytest.mark.parametrize("figures", [False, True])
def test_what_people_said_goes_and_is_looked_for(bench: Bench, figures: bool) -> None:
    wanted = Wanted(conversations=(1,), figures=figures)
    outlook = bench.ledger.erase_outlook(wanted)
    assert (outlook.counts["handoffs"], outlook.counts["verdicts"]) == (1, 1)
    done = bench.ledger.erase(wanted, now=NOW)

    assert done.is_verified
    assert "1 hand-off, 1 verdict" in done_words("erase", done.counts)
    assert counts(bench) == {"handoff": 1, "review_item": 1, "review_verdict": 1}
    assert [each.conversation_id for each in bench.ledger.work(with_gone=True)] == [2]
    assert bench.ledger.handoffs_of(2, UTC)[0].note == f"{NOTE} 2"
    assert bench.is_sound()


def test_nothing_of_the_notes_is_left_in_the_files(bench: Bench) -> None:
    done = bench.ledger.erase(Wanted(conversations=(1, 2)), now=NOW)
    held = b"".join(
        path.read_bytes() for path in bench.ledger.workspace.iterdir() if path.is_file()
    )

    assert done.is_verified
    assert b"quokka" not in held
    assert counts(bench) == dict.fromkeys(TABLES, 0)


def logged(bench: Bench) -> list[str]:
    """Return what the audit log holds of hand-offs, items and verdicts."""
    return [
        each.content
        for each in events(bench.ledger.connection)
        if each.object.split("/")[0] in TABLES and each.content is not None
    ]


def test_the_audit_log_forgets_what_people_said_and_is_whole(bench: Bench) -> None:
    ledger = bench.ledger
    ledger.edit_handoff(1, {"outcome": "refunded in okapi", "person": "Berenike"}, now=NOW)
    ledger.add_handoff(
        StoredHandoff(0, "", "", 2, NOW - 8, person="Cleo", outcome="kept zebra"), now=NOW
    )
    ledger.give_verdict(1, Opinion("minor", ("other",)), now=NOW + 1, as_name="Dorothea")
    told = "".join(logged(bench))
    assert [word in told for word in ("okapi", "Berenike", "Dorothea", "zebra")] == [True] * 4
    digests = {text for each in logged(bench) for text in DIGEST.findall(each)}

    assert ledger.erase(Wanted(conversations=(1,)), now=NOW).is_verified

    told = "".join(logged(bench))
    assert [word in told for word in ("okapi", "Berenike", "Dorothea", "zebra")] == [
        *(False, False, False), True,
    ]  # fmt: skip
    assert sha256(f"{NOTE} 1".encode()).hexdigest() in digests
    assert sha256(f"{NOTE} 1".encode()).hexdigest() not in told
    assert sha256(f"{NOTE} 2".encode()).hexdigest() in told
    assert "conversation_id=1," not in told
    assert verify(ledger.connection).is_sound
    assert ledger.check(deep=True) == []


def test_items_and_verdicts_that_came_before_their_conversation_go_too(bench: Bench) -> None:
    ledger = bench.ledger
    with transaction(ledger.connection):
        ledger.connection.execute("UPDATE review_item SET conversation_id=NULL")
        ledger.connection.execute("UPDATE review_verdict SET conversation_id=NULL")
    ledger.erase(Wanted(conversations=(1,)), now=NOW)

    assert (counts(bench)["review_item"], counts(bench)["review_verdict"]) == (1, 1)
    named = {each.about for each in events(ledger.connection) if each.about}
    for table in ("review_item", "review_verdict"):
        (left,) = ledger.connection.execute(f"SELECT id FROM {table}").fetchone()
        assert {each for each in named if each.split()[0] == table} == {f"{table} id={left}"}
    assert verify(ledger.connection).is_sound


def test_undo_after_an_erasure_finds_nothing_and_harms_nothing(bench: Bench) -> None:
    bench.ledger.remove_handoffs([1], now=NOW)
    bench.ledger.erase(Wanted(conversations=(1,)), now=NOW)
    bench.ledger.undo_handoffs(now=NOW)

    assert counts(bench)["handoff"] == 1
    assert verify(bench.ledger.connection).is_sound
