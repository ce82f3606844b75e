"""What a search has found, in a list: where it was said, and the words around the match."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.reports.conversations import KINDS
from convledger.text.display import clip, display_text, width
from convledger.tui.amounts import ago
from convledger.tui.widgets.entry import RowsBelow
from convledger.tui.widgets.path_line import ending
from convledger.tui.widgets.rows import Part, RowLine

if TYPE_CHECKING:
    from convledger.store.search import Hit

_SPACE = re.compile(r"\s+")


class HitRows(RowsBelow):
    """Two lines a hit, the best first. `now` returns UTC microseconds."""

    HELP = (
        "Messages that match, the best of the newest first, before them conversations whose title "
        "alone matches. Enter opens the conversation at the "
        "message; escape there comes back to this list."
    )

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__()
        self._now = now
        self._hits: list[Hit] = []
        self._words = [""]

    def show(self, hits: list[Hit], words: list[str]) -> None:
        """Show other hits from the first on; `words` where there are none."""
        if hits and hits == self._hits:
            return  # it was looked for again: the cursor stays
        self._hits, self._words = hits, words
        self.renew(cursor=0)

    def hit_at(self, index: int) -> Hit | None:
        """Return the hit of a row, None where there is none."""
        return self._hits[index] if 0 <= index < len(self._hits) else None

    def count(self) -> int:
        """Return how many hits there are."""
        return len(self._hits)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and age, then what it is and the words around the match."""
        hit = self._hits[index]
        title = display_text(hit.title) or "Untitled"
        first = RowLine(
            [(title, "bold $foreground"), (f"  {display_text(hit.source)}", "$muted")],
            [("  " + ago(max(0, self._now() - hit.at)) if hit.at else "", "$muted")],
        )
        kind = "title" if hit.in_title else KINDS.get(hit.kind, "note").replace("_", " ")
        name = f" {display_text(hit.name)}" if hit.name else ""
        said: Part = (clip(f"{kind}{name}", max(10, cells // 4)), "$primary")
        snippet = _snippet(hit, cells - width(said[0]) - 4)
        return [first, RowLine([said, ("  ", ""), *snippet], [])]

    def empty_lines(self) -> list[str]:
        """Return what to type, or that nothing was found."""
        return self._words


def _snippet(hit: Hit, cells: int) -> list[Part]:
    """Return the words around the match on one line, with the match in sight."""
    before, match, after = (
        display_text(_SPACE.sub(" ", text)) for text in (hit.before, hit.match, hit.after)
    )
    match = clip(match, max(1, cells))
    room = max(0, cells - width(match))
    wanted = max(room - width(after), room // 3)
    return [
        (ending(before.lstrip(), wanted), "$muted"),
        (match, "bold $accent"),
        (after.rstrip(), "$muted"),
    ]
