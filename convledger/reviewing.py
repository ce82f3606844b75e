"""What a workspace can be told and asked about people's reviews."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.handing_over import HandingOver
from convledger.store.connection import in_words, transaction
from convledger.who import person

if TYPE_CHECKING:
    from convledger.reports.reviews.drawing import Sample, SampleQuery
    from convledger.reports.reviews.figures import ReviewStats
    from convledger.reports.reviews.writing import Written
    from convledger.store.reviews import StoredBatch, StoredVerdict
    from convledger.workflow.judging import Opinion
    from convledger.workflow.review_travel import ReviewImport
    from convledger.workflow.review_words import Item


class Reviewing(HandingOver):
    """Samples of conversations, verdicts on them, and how far reviewers agree.

    `as_name` is who looks or judges: an owner of an item sees what others say of it only once they
    have said their own.
    """

    @in_words
    def draw_sample(self, query: SampleQuery) -> Sample:
        """Draw conversations; changes nothing. Raises UsageProblem."""
        from convledger.reports.reviews.drawing import draw

        return draw(self.connection, query)

    @in_words
    def keep_sample(self, sample: Sample, *, now: int) -> StoredBatch:
        """Keep a sample for its owners to review."""
        from convledger.reports.reviews.drawing import keep

        with transaction(self.connection):
            return keep(self.connection, sample, now, person())

    @in_words
    def review_batches(self, *, with_gone: bool = False) -> list[StoredBatch]:
        """Return the samples, the earliest first."""
        from convledger.store.reviews import batches

        return batches(self.connection, with_gone=with_gone)

    @in_words
    def review_state(self, now: int) -> tuple[object, ...]:
        """Return what is another one when reviews may stand otherwise: by what was done, or time.

        Every change of them is an event of the audit log, which is not read for it.
        """
        from convledger.clock import HOUR
        from convledger.store.reviews import last_change

        return (*last_change(self.connection), now // HOUR)

    @in_words
    def review_batch(self, name: str) -> StoredBatch:
        """Return a sample by number, title or name. Raises UsageProblem."""
        from convledger.workflow.judging import batch_named

        return batch_named(self.connection, name)

    @in_words
    def remove_review(self, number: int, *, now: int) -> None:
        """Take a sample away with its verdicts; it can be brought back. Raises UsageProblem."""
        from convledger.workflow.judging import set_batch_away

        with transaction(self.connection):
            set_batch_away(self.connection, number, now)

    @in_words
    def bring_back_review(self, number: int) -> None:
        """Bring back a sample that was taken away. Raises UsageProblem."""
        from convledger.workflow.judging import set_batch_away

        with transaction(self.connection):
            set_batch_away(self.connection, number, None)

    @in_words
    def review_items(
        self,
        as_name: str = "",
        *,
        batch: int | None = None,
        conversation_id: int | None = None,
    ) -> list[Item]:
        """Return the items of samples by place, as somebody may see them."""
        from convledger.workflow.judging import known_items

        found = known_items(
            self.connection,
            of_batches=None if batch is None else [batch],
            conversation_id=conversation_id,
        )
        return [each.seen_by(as_name or person()) for each in found]

    @in_words
    def review_item(self, number: int, as_name: str = "") -> Item:
        """Return an item as somebody may see it. Raises UsageProblem."""
        from convledger.workflow.judging import item_numbered

        return item_numbered(self.connection, number).seen_by(as_name or person())

    @in_words
    def next_review(self, as_name: str = "", *, batch: int | None = None) -> Item | None:
        """Return what somebody is to judge next, None where nothing is left."""
        from convledger.workflow.judging import next_for

        name = as_name or person()
        return next_for(self.review_items(name, batch=batch), name)

    @in_words
    def give_verdict(
        self, number: int, opinion: Opinion, *, now: int, as_name: str = ""
    ) -> StoredVerdict:
        """Keep somebody's verdict on an item; their latest counts. Raises UsageProblem."""
        from convledger.workflow.judging import give

        with transaction(self.connection):
            return give(self.connection, number, as_name or person(), opinion, now)

    @in_words
    def must_be_meant(self, as_name: str = "") -> None:
        """Refuse a name that is nearly an owner's, but nobody's. Raises UsageProblem."""
        from convledger.workflow.judging import must_be_meant

        must_be_meant(self.connection, as_name or person())

    @in_words
    def withdraw_verdict(
        self, *, now: int, as_name: str = "", number: int | None = None
    ) -> tuple[Item, StoredVerdict]:
        """Withdraw somebody's last verdict; the one before counts again. Raises UsageProblem."""
        from convledger.workflow.judging import withdraw

        name = as_name or person()
        with transaction(self.connection):
            item, gone = withdraw(self.connection, name, now, number)
            return item.seen_by(name), gone

    @in_words
    def adjudicate(
        self, number: int, opinion: Opinion, *, now: int, as_name: str = ""
    ) -> StoredVerdict:
        """Keep what is decided of an item. Raises UsageProblem."""
        from convledger.workflow.judging import adjudicate

        with transaction(self.connection):
            return adjudicate(self.connection, number, as_name or person(), opinion, now)

    @in_words
    def disagreements(self, as_name: str = "", *, batch: int | None = None) -> list[Item]:
        """Return the items on which reviewers differ and nobody has decided."""
        return [each for each in self.review_items(as_name, batch=batch) if each.is_disputed]

    @in_words
    def review_stats(self, *, now: int, batches: Sequence[int] | None = None) -> ReviewStats:
        """Return defect rates with their intervals, and how far reviewers agree."""
        from convledger.reports.reviews.figures import stats_of
        from convledger.workflow.judging import known_items

        return stats_of(known_items(self.connection, of_batches=batches), now)

    @in_words
    def write_review(
        self,
        batch: StoredBatch,
        owner: str,
        path: Path,
        *,
        now: int,
        with_texts: bool = False,
        force: bool = False,
    ) -> Written:
        """Write a sample to a file for one owner, or all of it for "". Raises UsageProblem."""
        from convledger.reports.reviews.writing import write_review

        return write_review(
            self.connection,
            batch,
            owner,
            path,
            now,
            person(),
            with_texts=with_texts,
            force=force,
        )

    @in_words
    def read_review_file(self, path: Path, *, now: int) -> ReviewImport:
        """Read what a file of reviews brings; changes nothing. Raises UsageProblem."""
        from convledger.workflow.review_travel import read_file

        return read_file(self.connection, path, now)

    @in_words
    def take_review_file(self, found: ReviewImport) -> int:
        """Keep what a file of reviews brings; returns the sample's number."""
        from convledger.workflow.review_travel import take

        with transaction(self.connection):
            return take(self.connection, found)
