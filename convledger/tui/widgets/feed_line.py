"""What reading the logs is about just now, in one line: live, paused, how far, what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.amounts import size
from convledger.tui.widgets.canvas import BOLD, DIM, MONEY, Canvas, Part, measure
from convledger.tui.widgets.charts import meter
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.intake import PACE, time_left

if TYPE_CHECKING:
    from convledger.ingest.sync import Progress
    from convledger.tui.feeder import Feed

_STATES = {
    "looking": ("○", "$muted", "looking", "for the logs of known tools"),
    "asking": ("○", "$accent", "logs found", "nothing is read yet · r reads them"),
    "nothing": ("○", "$muted", "no logs", "on this machine · i imports a path"),
    "reading": ("◐", "$accent", "reading", "the logs · x stops"),
    "paused": ("‖", "$warning", "paused", "nothing is read · x goes on"),
    "live": ("●", "$success", "live", "what tools write is read as they write it"),
    "elsewhere": ("◌", "$success", "read elsewhere", "another convledger reads into these books"),
    "trouble": ("▲", "$error", "trouble", "it is tried again every few seconds"),
}
_STAGES = {"figures": "reading figures", "texts": "reading texts", "tokens": "counting tokens"}
_SHORTEST, _LONGEST = 8, 32  # cells of the meter


class FeedLine(Drawing):
    """One line; what the watcher had to say (a folder that can't be watched) stays in it."""

    DEFAULT_CSS = "FeedLine { height: 1; padding: 0 2; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._feed: Feed | None = None
        self._notice = ""

    def show(self, feed: Feed) -> None:
        """Show another state; progress is drawn a few times a second at most."""
        before, progress = self._feed, feed.progress
        if before is not None and before.progress is not None and progress is not None:
            is_same = before.progress.stage == progress.stage
            is_soon = 0 <= progress.seconds - before.progress.seconds < PACE
            if is_same and is_soon and progress.bytes_done < progress.bytes:
                return
        if feed.words:
            self._notice = feed.words
        elif feed.state != "live":
            self._notice = ""
        if (feed, self._notice) != (before, ""):
            self._feed = feed
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw mark and word of the state, then what there is to say of it."""
        feed = self._feed
        if feed is None:
            return
        if feed.state == "reading" and feed.progress is not None:
            self._draw_progress(canvas, feed.progress)
            return
        mark, style, word, words = _STATES[feed.state]
        x = canvas.put(0, 0, (f"{mark} ", style), (word, BOLD), end=canvas.width)
        if self._notice:
            x = canvas.put(x, 0, ("  ▲ ", "$warning"), end=canvas.width)
            words = display_text(self._notice)
        canvas.put(x, 0, (f"  {words}" if not self._notice else words, DIM), end=canvas.width)

    def _draw_progress(self, canvas: Canvas, progress: Progress) -> None:
        stage = _STAGES.get(progress.stage, "reading")
        x = canvas.put(0, 0, ("◐ ", MONEY), (stage, BOLD), ("  ", DIM), end=canvas.width)
        cells = max(_SHORTEST, min(_LONGEST, canvas.width // 4))
        if x + cells >= canvas.width:
            return
        meter(canvas, x, 0, cells, progress.bytes_done, progress.bytes, MONEY)
        x += cells
        for words in _forms(progress):
            if x + measure(words) <= canvas.width:
                canvas.put(x, 0, words)
                return


def _forms(progress: Progress) -> list[Part]:
    """Return how far an import is, from all of it to the least."""
    files = f"{progress.files_done:,} of {progress.files:,} files"
    read = f"{size(progress.bytes_done)} of {size(progress.bytes)}"
    left = progress.seconds_left
    time = [] if left is None else [time_left(left)]
    forms = [[files, read, *time, "x stops"], [files, read, *time], [files, *time], time]
    return [(f"  {' · '.join(words)}", DIM) for words in forms]
