"""The queue of a sitting: what is left to look at, with reasons as chips, tokens and cost."""

from __future__ import annotations

from collections.abc import Sequence

from convledger.memory.queue import Queued
from convledger.text.display import display_text, width
from convledger.text.secrets import veiled
from convledger.tui import sitting_words as words
from convledger.tui.widgets.canvas import BOLD, DIM, INK, MONEY
from convledger.tui.widgets.rows import Part, RowLine, Rows


class QueueRows(Rows):
    """Two lines an entry, one where the screen is low."""

    HELP = (
        "What wants a look, the weightiest and dearest first: the queue was taken when the sitting "
        "began, and nothing joins it. Each verdict is one key, and the next entry comes up by "
        "itself. ≠ conflict?  = duplicate?  ~ dated text  ! secret or bait  ○ due or new  "
        "× source changed or missing  ∅ no source or date  ■ expired  ↑ superseded?  · unused."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.entries: Sequence[Queued] = []
        self.marks: frozenset[int] = frozenset()
        self._empty: list[str] = words.LOOKING

    def show(
        self, entries: Sequence[Queued], cursor: int, marks: frozenset[int], empty: list[str]
    ) -> None:
        """Show the entries that are left, the cursor on one of them."""
        self.entries, self.marks, self._empty = [*entries], marks, empty
        self.renew(cursor=cursor)

    def fold(self, *, is_folded: bool) -> None:
        """Show an entry in one line, or in two."""
        lines = 1 if is_folded else 2
        if lines != self.lines_per_row:
            self.lines_per_row = lines
            self.renew(cursor=self.cursor)

    def count(self) -> int:
        """Return how many entries are left."""
        return len(self.entries)

    def empty_lines(self) -> list[str]:
        """Return what it means that none is left."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and cost, then reasons and tokens."""
        one = self.entries[index]
        is_marked = one.entry.id in self.marks
        title = display_text(veiled(one.entry.title))
        style = BOLD if index == self.cursor else INK
        name: list[Part] = [("✓ " if is_marked else "", "bold $success"), (title, style)]
        cost = words.cost_text(one.cost)
        if self.lines_per_row == 1:
            kinds = dict.fromkeys(reason.kind for reason in one.reasons)
            signs: list[Part] = []
            for kind in kinds:
                sign, _, colour = words.CHIPS[kind]
                signs += [(f"{sign} ", colour)]
            if len(kinds) == 1:
                sign, word, colour = words.CHIPS[next(iter(kinds))]
                signs = [(f"{sign} {word}", colour)]
            signs.append((f"{words.tokens_text(one.entry.tokens):>10}", DIM))
            return [RowLine(name, [*signs, (f"{cost:>8}", MONEY)])]
        tokens = words.tokens_text(one.entry.tokens)
        chips = words.chip_parts(one, cells - width(tokens) - 4)
        return [RowLine(name, [(cost, MONEY)]), RowLine(chips, [(tokens, DIM)])]
