"""What the panels of a sitting show: the entry in sight, its source, the keys, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.tui import sitting_words as words
from convledger.tui.actions import BY_ID
from convledger.tui.help_text import keys_of
from convledger.tui.screens.sitting_deciding import Deciding
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.sitting_bars import NEED_A_PAIR, VERDICTS, VerdictKeys
from convledger.tui.widgets.sitting_entry import entry_lines
from convledger.tui.widgets.sitting_source import foot_parts, source_lines
from convledger.tui.widgets.sitting_view import LinesView

if TYPE_CHECKING:
    from convledger.memory.queue import Queued

_VERDICTS = 3  # lines of their panel
_FRAME = 4  # cells of a panel's edge that are no text


class Showing(Deciding):
    """Fills the panels from the sitting and from what stands beside its entry."""

    def show_sight(self) -> None:
        """Show what stands beside the entry under the cursor."""
        sight, one, now, zone = self.sight, self.current, self.books.now(), self.books.zone
        entry, source = self.query_one("#entry", LinesView), self.query_one("#source", LinesView)
        if sight is None or one is None:
            entry.show(None)
            source.show(None)
        else:
            entry.show(lambda cells, room: entry_lines(one, sight, now, zone, cells, room))
            source.show(lambda cells, room: source_lines(sight, zone, cells, room)[0])
        self.query_one("#source-foot").refresh()
        self.share_height()
        self._show_verdicts(one)
        self.call_after_refresh(self.name_panels)

    def share_height(self) -> None:
        """Give the entry as many lines as it needs, and its source the rest of them."""
        entry, source = self.query_one("#entry", LinesView), self.query_one("#source", LinesView)
        panel = self.query_one("#entry-panel", Panel)
        if self.has_class("-folded"):
            panel.styles.height = None
            return
        room = self.query_one("#right").size.height - _VERDICTS
        cells = entry.size.width - 1
        needed, others = entry.wanted(cells) + 2, source.wanted(cells) + 3
        least = min(others, room * 2 // 5)
        panel.styles.height = max(8, min(room - least, max(needed, room * 9 // 20)))

    def _show_verdicts(self, one: Queued | None) -> None:
        keymap = self.books.user_keymap
        keys = {
            verb: keys_of(BY_ID[f"sitting.{verb}"], keymap).split()[0] for verb, _, _ in VERDICTS
        }
        has_pair = self.sight is not None and self.sight.other is not None
        off = frozenset() if has_pair else NEED_A_PAIR
        is_new = one is not None and one.entry.state == "proposed"
        self.query_one(VerdictKeys).show(keys, off, is_new=is_new)

    def name_panels(self) -> None:
        """Give each panel its title and its counts."""
        sitting = self.sitting
        if sitting is None or not self.is_ready:
            return
        queue = self.query_one("#queue-panel", Panel)
        queue.show_title(words.queue_title(sitting))
        queue.show_counts(words.queue_counts(sitting, queue.size.width - 2))
        title, counts = words.hygiene_words(sitting.hygiene)
        hygiene = self.query_one("#hygiene-panel", Panel)
        hygiene.show_title(title)
        hygiene.show_counts(counts)
        sight = self.sight
        entry, source = (
            self.query_one("#entry-panel", Panel),
            self.query_one("#source-panel", Panel),
        )
        unseen = self.query_one("#entry", LinesView).unseen
        entry.show_counts(words.place_text(sitting, sight, unseen) if sight is not None else "")
        room, about = source.size.width - _FRAME, ""
        if sight is not None:
            lines = self.query_one("#source").size.height
            near = source_lines(sight, self.books.zone, room - 1, lines)[1]
            about = words.source_counts(sight.main, room, near)
        source.show_counts(about)

    def draw_head(self, canvas: Canvas) -> None:
        """Draw what was decided last."""
        if self.sitting is not None:
            canvas.put(0, 0, *words.last_words(self.sitting), end=canvas.width)

    def draw_foot(self, canvas: Canvas) -> None:
        """Draw whether the quotations are still found."""
        if self.sight is None:
            return
        left, right = foot_parts(self.sight, canvas.width)
        end = canvas.right(canvas.width, 0, *right) if right else canvas.width
        canvas.put(0, 0, *left, end=end - 1)

    def draw_end(self, canvas: Canvas) -> None:
        """Draw the end of the sitting."""
        if self.sitting is not None and not self.sitting.shown:
            for y, parts in enumerate(words.end_lines(self.sitting)[: canvas.height]):
                canvas.put(0, y, *parts, end=canvas.width)
