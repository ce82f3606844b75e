"""What opens from the review queue: a conversation to judge, a sample to draw, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from convledger.text.display import display_text
from convledger.tui import review_words as words
from convledger.tui.review_changes import turn_sample
from convledger.tui.screens.review_section import Section
from convledger.tui.widgets.review_rows import ItemRows, SampleRows
from convledger.tui.widgets.rows import Rows
from convledger.who import person

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.reviews import StoredBatch
    from convledger.workflow.review_words import Item

_NO_SAMPLE = "No sample was drawn yet: n draws one."


class QueueDoors(Section):
    """A section with samples and items in sight, from which they are judged and changed."""

    which = words.ALL
    wanted: int | None = None  # the sample that the cursor is to stand on when it is there

    def show_items(self) -> None:
        """Show the items of the sample under the cursor."""
        raise NotImplementedError

    @property
    def _batch(self) -> StoredBatch | None:
        return self.query_one(SampleRows).chosen

    # ---- opening

    @on(Rows.Opened, "#samples")
    def _into_items(self) -> None:
        if self._batch is None:
            self.action_draw()
        else:
            self.query_one(ItemRows).focus()

    @on(Rows.Opened, "#items")
    def _judge(self) -> None:
        item = self.query_one(ItemRows).chosen
        if item is not None:
            self._open(item)

    def _open(self, item: Item, *, decides: bool = False) -> None:
        from convledger.tui.screens.review_judge import open_item

        open_item(self.books, item, decides=decides)

    # ---- actions

    def action_next(self) -> None:
        """Judge what waits for you, what is due first."""
        self.ask("next", lambda ledger: (ledger.next_review(), person()), self._open_next)

    def _open_next(self, found: tuple[Item | None, str]) -> None:
        item, name = found
        if item is not None:
            self._open(item)
        elif self._batch is None:
            self.books.say(_NO_SAMPLE)
        else:
            self.books.say(
                f"Nothing waits for {name}. Who you are is `name` in the settings, else your login."
            )

    def action_draw(self) -> None:
        """Draw a sample."""
        from convledger.tui.screens.review_draw import DrawScreen

        self.app.push_screen(DrawScreen(person()), self._drawn)

    def _drawn(self, is_kept: bool | None) -> None:
        if is_kept:
            self.ask("newest", _newest, self._choose)

    def _choose(self, number: int) -> None:
        self.wanted = number
        self.query_one(SampleRows).choose(number)
        if self.is_open:
            self.query_one(ItemRows).focus()

    def action_narrow(self) -> None:
        """Show other items: all, open, yours, overdue, disputed."""
        place = words.SHOWN.index(self.which)
        self.which = words.SHOWN[(place + 1) % len(words.SHOWN)]
        self.show_items()

    def action_adjudicate(self) -> None:
        """Decide the item under the cursor, or the first on which reviewers differ."""
        item = self.query_one(ItemRows).chosen
        if item is not None and (item.is_disputed or item.adjudication is not None):
            self._open(item, decides=True)
        else:
            batch = self._batch
            number = None if batch is None else batch.id
            self.ask("disputed", lambda ledger: ledger.disagreements(batch=number), self._decide)

    def _decide(self, found: list[Item]) -> None:
        if found:
            self._open(found[0], decides=True)
        else:
            self.books.say("Nothing to decide: reviewers differ on no item that you may see.")

    def action_write(self) -> None:
        """Write the sample to a file."""
        from convledger.tui.screens.review_files import WriteReviewScreen

        batch = self._batch
        if batch is None:
            self.books.say(_NO_SAMPLE)
        elif batch.gone_at is not None:
            self.books.say("The sample was taken away: D brings it back.")
        else:
            self.app.push_screen(WriteReviewScreen(batch))

    def action_take(self) -> None:
        """Take in a file of items and verdicts."""
        from convledger.tui.screens.review_files import TakeReviewScreen

        self.app.push_screen(TakeReviewScreen())

    def action_remove(self) -> None:
        """Take the sample away, or bring it back; u takes that back."""
        batch, now = self._batch, self.books.now
        if batch is None:
            self.books.say(_NO_SAMPLE)
            return
        self.change("turn", lambda ledger: turn_sample(ledger, batch, now))
        if batch.gone_at is None:
            self.books.say(f"{display_text(batch.title)}: its items and verdicts go with it.")


def _newest(ledger: Ledger) -> int:
    """Return the number of the sample that was drawn last."""
    return max(one.id for one in ledger.review_batches())
