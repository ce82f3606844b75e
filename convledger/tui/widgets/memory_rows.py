"""The list of entries: title and carrying cost, then what it is, where it is from, and its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.memory.words import ACTIVE, scope_words
from convledger.text.display import display_text
from convledger.tui.amounts import ago, carried
from convledger.tui.memory_words import STATE_INKS, STATE_MARKS, place_words, tokens_text
from convledger.tui.widgets.paged_rows import PagedRows
from convledger.tui.widgets.rows import Part, RowLine

if TYPE_CHECKING:
    from convledger.memory.listing import EntryLine

ROOMY = 60  # cells from which a state is named besides its mark


class MemoryRows(PagedRows["EntryLine"]):
    """Entries by their ids, two lines each."""

    HELP = (
        "Title and what carrying it costs a month, estimated from your own conversations (where a "
        "plan charges by conversation, the share of the context that it takes); then "
        "kind, scope, source, how long ago it was said, and its tokens. ✓ marks a row, ◇ proposed, "
        "○ snoozed, ▫ archived; – a cost that is not known."
    )
    GONE = "no longer in memory"

    def lines_of(
        self, line: EntryLine, cells: int, *, is_marked: bool, is_current: bool
    ) -> list[RowLine]:
        """Return title and cost, then what it is and where it comes from, age and tokens."""
        mark: Part = ("  ", "")
        if is_marked:
            mark = ("✓ ", "bold $success")
        elif line.state != ACTIVE:
            mark = (f"{STATE_MARKS[line.state]} ", STATE_INKS[line.state])
        weight = "bold " if is_current else ""
        cost = line.cost
        left: list[Part] = [("  ", "")]
        if line.state != ACTIVE and cells >= ROOMY:
            left.append((f"{line.state} · ", STATE_INKS[line.state]))
        if line.pinned:
            left.append(("pinned · ", "$accent"))
        words = (line.kind, scope_words(line.scope), place_words(line.source, line.place))
        left.append((" · ".join(map(display_text, words)), "$muted"))
        left += [(f" #{display_text(tag)}", "$primary") for tag in line.tags]
        at = line.recorded_at if line.source_date is None else line.source_date
        figures = f"{ago(self.now - at)} · {tokens_text(line.tokens)}"
        return [
            RowLine(
                [mark, (display_text(line.title), f"{weight}$foreground")],
                [(carried(cost), "$accent" if isinstance(cost, int) else "$muted")],
            ),
            RowLine(left, [(figures, "$muted")]),
        ]
