"""Hand-offs and reviews travel: what was erased stays away, what went apart is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.clock import DAY
from convledger.ledger import Ledger
from convledger.memory.erase import Wanted
from convledger.moving.restoring import Restore
from convledger.reports.reviews.drawing import SampleQuery
from convledger.store.audit_check import verify
from convledger.store.handoffs import StoredHandoff
from convledger.workflow.judging import Opinion
from tests.ingest.logs import Bench, session
from tests.moving.books import NOW, Two, filled
from tests.workspaces import empty_workspace


@pytest.fixture
def two(bench: Bench, tmp_path: Path) -> Iterator[Two]:
    """Two workspaces that had the same hand-off and the same sample yesterday."""
    ledger = filled(bench)
    one = ledger.conversation(session(1)).id
    ledger.add_handoff(
        StoredHandoff(0, "", "", one, NOW - DAY, person="Ada", handle_seconds=600), now=NOW
    )
    query = SampleQuery(size=3, seed="7", owners=("Ada", "Bo"), overlap=3, title="October")
    ledger.keep_sample(ledger.draw_sample(query), now=NOW)
    for number in (1, 2, 3):
        opinion = Opinion("minor", (), "The walrus was rude.", 60)
        ledger.give_verdict(number, opinion, now=NOW, as_name="Ada")
    ledger.close()
    shutil.copytree(ledger.workspace, tmp_path / "b")
    (tmp_path / "between").mkdir()
    bench.ledger = Ledger.open(ledger.workspace)
    with Ledger.open(tmp_path / "b") as other:
        yield Two(bench.ledger, other, tmp_path / "between")


def write_review(ledger: Ledger, place: Path, owner: str = "") -> Path:
    ledger.write_review(ledger.review_batches()[0], owner, place, now=NOW)
    return place


def take_review(ledger: Ledger, place: Path) -> None:
    ledger.take_review_file(ledger.read_review_file(place, now=NOW))


def test_an_item_without_its_log_does_not_bring_an_erased_conversation_back(
    two: Two, tmp_path: Path
) -> None:
    path = write_review(two.a, tmp_path / "all.jsonl")
    one = two.a.conversation(session(1)).id
    two.a.erase(Wanted(conversations=(one,), figures=True), now=NOW)
    with empty_workspace(tmp_path / "away") as away:
        take_review(away, path)
        done = two.carry(away, two.a)

    assert (done.new, done.erased) == ({}, 1)
    assert len(two.a.review_items("Cy")) == 2


def test_an_item_whose_conversation_was_erased_since_does_not_come_with_a_backup(
    two: Two, bench: Bench, tmp_path: Path
) -> None:
    path = write_review(two.a, tmp_path / "all.jsonl")
    with empty_workspace(tmp_path / "away") as away:
        take_review(away, path)
        made = away.back_up(now=NOW)
        away.sync(bench.roots)
        one = away.conversation(session(1)).id
        away.erase(Wanted(conversations=(one,), figures=True), now=NOW)
        workspace = away.workspace
    with Restore(workspace, made) as restoring:
        restoring.prospect()
        done = restoring.bring_back(now=NOW, wait_seconds=0)

    assert done.erased == {"items to review": 1}
    with Ledger.open(workspace) as away:
        assert len(away.review_items("Cy")) == 2
        assert verify(away.connection).is_sound
        assert session(1) not in repr(away.connection.execute("SELECT * FROM audit_content"
                                                              ).fetchall())  # fmt: skip
