"""What is erased goes from the backups in the workspace as well, where that is asked for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.memory.erase import Wanted
from convledger.store.backup_notes import backup_at, digest_of, note_of
from convledger.store.backups import alone
from convledger.store.connection import connect
from tests.ingest.logs import Bench, prompt, reply, session, turns

NOW = 1_795_322_220 * SECOND


@pytest.fixture
def talked(bench: Bench) -> Bench:
    bench.write(bench.log, turns(1, 9))
    said = prompt(101, "The zebrafinch code is 7741.", of=session(2)) + reply(102, of=session(2))
    bench.write(bench.claude / "bakery" / f"{session(2)}.jsonl", said)
    bench.sync()
    return bench


@pytest.mark.parametrize("how", ["keep", "rewrite", "delete"])
def test_a_backup_is_searched_rewritten_or_removed(talked: Bench, how: str) -> None:
    ledger = talked.ledger
    place = ledger.back_up(now=NOW).path
    number = ledger.conversation(session(2)).id

    outcome = ledger.erase(Wanted(conversations=(number,), backups=how), now=NOW)

    assert outcome.is_done
    (left,) = outcome.backups
    state = {"keep": "kept", "rewrite": "rewritten", "delete": "removed"}[how]
    assert (left.name, left.state, left.holds) == (place.name, state, how == "keep")
    assert place.exists() == note_of(place).exists() == (how != "delete")
    if how == "rewrite":
        found = backup_at(place)
        assert found is not None
        assert found.note is not None
        assert found.note.sha256 == digest_of(place)
        assert found.note.holdings.counts["messages"] == 18
        with closing(connect(place, read_only=True)) as copy:
            assert copy.execute("SELECT count(*) FROM message").fetchone() == (18,)
        assert sorted(each.name for each in place.parent.iterdir()) == [
            place.name, note_of(place).name,
        ]  # fmt: skip


def test_what_a_killed_backup_or_restore_left_goes_with_an_erasure(talked: Bench) -> None:
    ledger = talked.ledger
    folder = ledger.back_up(now=NOW).path.parent
    left = folder / ".ledger-20261122T043700Z.db.part"
    copy = ledger.path.with_name("ledger.db.restoring")
    for place in (left, copy):
        place.write_bytes(Path(ledger.path).read_bytes())

    ledger.erase(Wanted(conversations=(ledger.conversation(session(2)).id,)), now=NOW)

    assert not left.exists()
    assert not copy.exists()


def test_an_erasure_waits_for_the_backup_that_is_being_made(talked: Bench) -> None:
    ledger = talked.ledger
    number = ledger.conversation(session(2)).id
    with alone(ledger.path, 0):
        outcome = ledger.erase(
            Wanted(conversations=(number,), backups="delete"), now=NOW, wait_seconds=0
        )

    assert (outcome.state, "another convledger is making a backup" in outcome.blocked) == (
        "pending", True,
    )  # fmt: skip
    (finished,) = ledger.resume_erasing(now=NOW)
    assert finished.is_done
