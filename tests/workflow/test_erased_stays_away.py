"""What people said of an erased conversation does not come back with the file that it came from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from convledger.errors import UsageProblem
from convledger.memory.erase import Wanted
from convledger.reports.reviews.drawing import SampleQuery
from convledger.store.handoffs import StoredHandoff, kept_handoffs
from convledger.store.reviews import verdicts
from convledger.workflow.judging import Opinion
from tests.ingest.logs import Bench, session, turns
from tests.moving.books import NOW


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    for number in (1, 2):
        place = made.claude / "bakery" / f"{session(number)}.jsonl"
        made.write(place, turns(number * 100, number * 100 + 2, of=session(number)))
    made.sync()
    yield made
    made.ledger.close()


@pytest.mark.parametrize("figures", [False, True])
def test_items_and_verdicts_of_a_review(bench: Bench, tmp_path: Path, figures: bool) -> None:
    ledger = bench.ledger
    ledger.keep_sample(ledger.draw_sample(SampleQuery(2, seed="7", owners=("Ada",))), now=NOW)
    for number in (1, 2):
        ledger.give_verdict(number, Opinion("fail", (), "Rude."), now=NOW, as_name="Ada")
    ledger.write_review(ledger.review_batches()[0], "", tmp_path / "all.jsonl", now=NOW)
    one = ledger.conversation(session(1)).id
    ledger.erase(Wanted(conversations=(one,), figures=figures), now=NOW)
    found = ledger.read_review_file(tmp_path / "all.jsonl", now=NOW)
    ledger.take_review_file(found)

    assert (found.erased, found.items, found.verdicts, found.rejected) == (1, [], [], [])
    assert (found.known_items, found.known_verdicts) == (1, 1)
    assert [each.stored.native for each in ledger.review_items("Cy")] == [session(2)]
    assert len(verdicts(ledger.connection, with_gone=True)) == 1


def test_hand_offs_of_a_table(bench: Bench) -> None:
    ledger = bench.ledger
    table = f"conversation,at\n{session(1)},2026-11-20\n{session(2)},2026-11-20\n".encode()
    ledger.take_handoff_file(ledger.read_handoff_file(table, UTC, now=NOW), now=NOW)
    ledger.erase(Wanted(conversations=(ledger.conversation(session(1)).id,)), now=NOW)
    again = ledger.read_handoff_file(table, UTC, now=NOW)

    assert (again.erased, again.known, again.new, again.rejected) == (1, 1, [], [])


def test_undoing_a_change_of_what_was_erased_brings_nothing_else_back(bench: Bench) -> None:
    ledger = bench.ledger
    one, two = (ledger.conversation(session(number)).id for number in (1, 2))
    ledger.add_handoff(StoredHandoff(0, "", "", one, NOW, handle_seconds=60), now=NOW)
    ledger.remove_handoffs([1], now=NOW)
    ledger.erase(Wanted(conversations=(one,)), now=NOW)
    ledger.add_handoff(StoredHandoff(0, "", "", two, NOW, handle_seconds=60), now=NOW)
    ledger.undo_handoffs(now=NOW)

    with pytest.raises(UsageProblem, match="no hand-off was changed"):
        ledger.undo_handoffs(now=NOW)
    assert kept_handoffs(ledger.connection) == []
    assert ledger.work() == []
