"""The samples that people review, and their items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui import review_words as words
from convledger.tui.cost_words import title_text
from convledger.tui.review_words import Standing
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import BAD, DIM, FOCUS, GOOD, INK, WARN
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.workflow.review_words import DISPUTED, SETTLED

if TYPE_CHECKING:
    from convledger.store.reviews import StoredBatch
    from convledger.workflow.review_words import Item

_NONE = Standing()
NO_SAMPLE = (
    "No sample was drawn yet.",
    "n draws one: some conversations, by chance",
    "or the outliers, for people to judge.",
)


class SampleRows(Rows):
    """Two lines a sample: how far it has come, then how it was drawn, for whom, until when."""

    HELP = (
        "Samples of conversations that people judge, the latest first: how many items are settled, "
        "how many wait for you, and until when. The items and figures beside are those of the "
        "sample under the cursor. n draws one, w writes one to a file for a reviewer elsewhere, i "
        "takes in what comes back, D takes one away or brings it back."
    )

    def __init__(self, zone: tzinfo = UTC, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self.batches: Sequence[StoredBatch] = ()
        self._standing: Mapping[int, Standing] = {}
        self._now = 0
        self._is_known = False

    @property
    def chosen(self) -> StoredBatch | None:
        """The sample under the cursor."""
        return self.batches[self.cursor] if 0 <= self.cursor < len(self.batches) else None

    def show(
        self, batches: Sequence[StoredBatch], standing: Mapping[int, Standing], now: int
    ) -> None:
        """Show samples with how they stand; the cursor stays on its sample."""
        before = self.chosen
        self.batches, self._standing, self._now, self._is_known = batches, standing, now, True
        numbers = [one.id for one in batches]
        self.renew(cursor=numbers.index(before.id) if before and before.id in numbers else None)

    def choose(self, number: int) -> None:
        """Put the cursor on a sample."""
        numbers = [one.id for one in self.batches]
        if number in numbers:
            self.cursor = numbers.index(number)

    def count(self) -> int:
        """Return how many samples there are."""
        return len(self.batches)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a sample."""
        del cells
        one, stands = self.batches[index], self._standing.get(self.batches[index].id, _NONE)
        is_gone = one.gone_at is not None
        name: list[Part] = [(display_text(one.title), DIM if is_gone else f"bold {INK}")]
        facts = [words.due_text(one, self._zone), words.names_text(one.owners),
                 words.terms_text(one)]  # fmt: skip
        about: list[Part] = [(" · ".join(each for each in facts if each), DIM)]
        if is_gone:
            return [
                RowLine(name, [("taken away", DIM)]),
                RowLine(about, [("D brings it back", DIM)]),
            ]
        settled = stands.states[SETTLED]
        ink = GOOD if settled == stands.items else INK
        return [
            RowLine(name, [(f"{settled:,}", ink), (f" of {stands.items:,} settled", DIM)]),
            RowLine(about, self._asks(stands)),
        ]

    def _asks(self, stands: Standing) -> list[Part]:
        """Return what asks for a person, the most pressing alone."""
        if stands.overdue:
            return [(f"! {stands.overdue:,} overdue", BAD)]
        if stands.states[DISPUTED]:
            return [(f"≠ {stands.states[DISPUTED]:,} disputed", WARN)]
        return [(f"{stands.yours:,} for you", FOCUS)] if stands.yours else []

    def empty_lines(self) -> list[str]:
        """Return what to do."""
        return [*NO_SAMPLE] if self._is_known else ["Looking at the samples…"]


class ItemRows(Rows):
    """Two lines an item: the conversation and how it stands, then whose it is and until when."""

    HELP = (
        "The conversations of the sample. ○ open, ! overdue, ≠ reviewers differ, ● settled with "
        "the verdict that stands; ✓ stands beside those who have judged it, as far as you may see "
        "that. Enter opens the conversation to judge it, v the next one that waits for you, A "
        "decides where reviewers differ, f shows only some."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.items: Sequence[Item] = ()
        self._now = 0
        self._you = ""
        self._empty: Sequence[str] = ("Looking at the items…",)

    @property
    def chosen(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.cursor] if 0 <= self.cursor < len(self.items) else None

    def show(self, items: Sequence[Item], name: str, now: int, empty: Sequence[str]) -> None:
        """Show items as `name` may see them; the cursor stays on its item."""
        before = self.chosen
        self.items, self._you, self._now, self._empty = items, name, now, empty
        numbers = [one.stored.id for one in items]
        place = numbers.index(before.stored.id) if before and before.stored.id in numbers else None
        self.renew(cursor=place)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self.items)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return an item."""
        del cells
        item = self.items[index]
        stored, state = item.stored, words.state_of(item, self._now)
        mark, ink = words.state_mark(item, self._now)
        is_yours = self._you in item.waiting
        right: list[Part] = [(state, ink)]
        if item.standing and item.state == SETTLED:
            right = [(item.standing, words.verdict_ink(item.standing))]
        elif is_yours:
            right = [(f"{state} · ", ink), ("yours", FOCUS)]
        facts = [str(stored.id), words.owners_text(item)]
        if stored.conversation_id is None:
            facts.append("not in these books")
        facts += [_said(item), display_text(stored.stratum)]
        return [
            RowLine(
                [(f"{mark} ", ink), (title_text(stored.title, stored.conversation), INK)], right
            ),
            RowLine([("  " + " · ".join(each for each in facts if each), DIM)], []),
        ]

    def empty_lines(self) -> list[str]:
        """Return what to do."""
        return list(self._empty)


def _said(item: Item) -> str:
    """Return what was said of an item where reviewers differ, or that it is hidden."""
    if item.is_disputed:
        said = [f"{display_text(name)} {v.verdict}" for name, v in sorted(item.latest.items())]
        return " against ".join(said)
    return counted(item.hidden, "hidden verdict") if item.hidden else ""
