"""Hand-offs and reviews travel: what was erased stays away, what went apart is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.clock import DAY
from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.memory.erase import Wanted
from convledger.moving.restoring import Restore
from convledger.reports.reviews.drawing import SampleQuery
from convledger.store.audit_check import verify
from convledger.store.costs import HANDED_OVER
from convledger.store.handoffs import StoredHandoff, kept_handoffs
from convledger.workflow.judging import Opinion
from convledger.workflow.reason_codes import HANDOFFS, REVIEWS
from tests.ingest.logs import Bench, session
from tests.moving.books import NOW, Two, filled
from tests.moving.test_moving import forged
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


def times(ledger: Ledger) -> list[tuple[str, int]]:
    """Return the hand-offs of which the time is kept, each with its seconds."""
    named = {f"{HANDED_OVER}{each.name}": each.reason for each in kept_handoffs(ledger.connection)}
    return sorted(
        (named[each.origin], each.seconds) for each in ledger.work() if each.origin in named
    )


def test_a_hand_off_that_was_changed_here_and_removed_there_is_no_conflict(two: Two) -> None:
    two.a.remove_handoffs([1], now=NOW)
    two.b.edit_handoff(1, {"reason": "policy"}, now=NOW + 1)

    for source, target in ((two.a, two.b), (two.b, two.a), (two.a, two.b), (two.b, two.a)):
        assert two.carry(source, target).apart == []
    assert times(two.a) == times(two.b) == [("policy", 600)]


def test_a_hand_off_that_both_have_changed_is_told_and_each_has_its_time(two: Two) -> None:
    two.a.edit_handoff(1, {"reason": "billing"}, now=NOW)
    two.b.edit_handoff(1, {"reason": "policy"}, now=NOW)
    told = "hand-offs 2 and 3 were one, changed here and there"

    for source, target in ((two.a, two.b), (two.b, two.a), (two.a, two.b)):
        (apart,) = two.carry(source, target).apart
        assert told in apart
        assert times(target) == [("billing", 600), ("policy", 600)]
        assert [each.seconds for each in target.work()] == [600, 600, 600]  # one beside them
    two.b.remove_handoffs([2], now=NOW)
    assert two.carry(two.b, two.a).apart == []
    assert times(two.a) == times(two.b) == [("billing", 600)]
    assert two.carry(two.a, two.b).is_change is False
    assert verify(two.a.connection).is_sound
    assert verify(two.b.connection).is_sound


def test_what_is_gone_for_one_of_two_who_typed_the_same_keeps_its_time_for_the_other(
    two: Two,
) -> None:
    for ledger in (two.a, two.b):
        number = ledger.conversation(session(2)).id
        same = StoredHandoff(0, "", "", number, NOW - DAY, reason="other", handle_seconds=60)
        ledger.add_handoff(same, now=NOW)
    two.a.remove_handoffs([2], now=NOW)
    two.carry(two.a, two.b)
    two.carry(two.b, two.a)

    assert times(two.a) == times(two.b) == [("", 600), ("other", 60)]


def test_reasons_come_along(two: Two) -> None:
    two.a.change_reasons(HANDOFFS, ["legal-hold"], ["other"])
    two.a.change_reasons(REVIEWS, ["sloppy"])
    two.carry(two.a, two.b)

    for of in (HANDOFFS, REVIEWS):
        assert two.b.reasons(of) == two.a.reasons(of)


def test_those_to_whom_an_item_was_given_are_known_in_both(two: Two, tmp_path: Path) -> None:
    path = write_review(two.a, tmp_path / "bo.jsonl", "Bo")
    with empty_workspace(tmp_path / "away") as away:
        take_review(away, path)
        assert [each.stored.owners for each in away.review_items("Cy")] == [("Bo",)] * 3
        two.carry(two.a, away)
        assert [each.stored.owners for each in away.review_items("Cy")] == [("Bo", "Ada")] * 3
        assert [each.owners for each in away.review_batches()] == [("Bo", "Ada")]
        assert two.carry(two.a, away).is_change is False


def test_a_sample_is_of_all_whose_files_were_taken(two: Two, tmp_path: Path) -> None:
    with empty_workspace(tmp_path / "away") as away:
        for owner in ("Bo", "Ada", "Bo"):
            take_review(away, write_review(two.a, tmp_path / f"{away.audit_head()}", owner))
        assert [each.owners for each in away.review_batches()] == [("Bo", "Ada")]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("review-batches.jsonl", '"owners":"[', '"owners":"x['),
        ("review-batches.jsonl", '"terms":"{', '"terms":"x{'),
        ("review-items.jsonl", '"owners":"[', '"owners":"x['),
        ("verdicts.jsonl", '"verdict":"minor"', '"verdict":"lovely"'),
        ("verdicts.jsonl", '"kind":"review"', '"kind":"law"'),
        ("hand-offs.jsonl", '"at":"2026', '"at":"1026'),
        ("hand-offs.jsonl", '"origin":"typed"', '"origin":"dreamt"'),
        ("hand-offs.jsonl", '"handle_seconds":600', '"handle_seconds":-600'),
        ("settings.jsonl", '"value":"7"', '"value":"seven"'),
    ],
)
def test_rows_that_no_command_could_read_are_refused(
    two: Two, tmp_path: Path, name: str, before: str, after: str
) -> None:
    folder = tmp_path / "out"
    two.a.move_out(folder, now=NOW)
    text = (folder / name).read_text()
    assert before in text
    forged(folder, name, text.replace(before, after))
    with empty_workspace(tmp_path / "away") as away:
        with pytest.raises(WorkspaceError, match="Nothing was taken in"):
            away.take_in(folder, now=NOW)
        assert away.review_batches() == []


def test_an_erasure_names_the_files_of_items_that_came_before_their_conversation(
    two: Two, bench: Bench, tmp_path: Path
) -> None:
    path = write_review(two.a, tmp_path / "all.jsonl")
    with empty_workspace(tmp_path / "away") as away:
        take_review(away, path)
        away.sync(bench.roots)
        away.move_out(tmp_path / "out", now=NOW)
        one = away.conversation(session(1)).id
        targets = away.erase_outlook(Wanted(conversations=(one,))).targets

    for name in ("review-items", "verdicts"):
        assert f"{tmp_path}/out/{name}.jsonl" in targets
