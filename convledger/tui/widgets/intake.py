"""How far reading the logs is, and what to do where there is nothing to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size

from convledger.text.display import display_text
from convledger.tui.amounts import size
from convledger.tui.widgets.canvas import BOLD, DIM, MONEY, Canvas, measure
from convledger.tui.widgets.charts import meter
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.no_logs import places

if TYPE_CHECKING:
    from convledger.ingest.sync import Progress
    from convledger.tui.feeder import Feed

LONG = 0.5  # seconds of reading from which it is worth a line
PACE = 0.25  # seconds of reading between two pictures
_HEADS = {
    "looking": "Looking for the logs of your tools …",
    "asking": "Logs were found, and nothing is read yet",
    "reading": "Reading the logs: the first figures appear in a moment",
    "paused": "Reading is paused before the first figures",
    "trouble": "The logs could not be read",
    "elsewhere": "Another convledger is reading the logs",
    "live": "No call in the logs so far; the first one appears here by itself",
}
_KEYS = {  # of the Sources screen
    "asking": [("r", "reads them")],
    "paused": [("r", "goes on")],
    "reading": [("x", "stops; what is read by then stays")],
}
_STAGES = {
    "figures": "Reading what was spent",
    "texts": "Reading what was said",
    "tokens": "Counting tokens",
}


class Intake(Drawing):
    """Files, bytes and time left over a thin meter, shown only while reading takes a while."""

    DEFAULT_CSS = """
    Intake { height: auto; display: none; padding: 0 2; }
    Intake.-reading, Intake.-paused { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._progress: Progress | None = None

    def show(self, feed: Feed) -> None:
        """Show another state of the feeder; what would change too often waits for the next."""
        progress = feed.progress if feed.state == "reading" else None
        if progress is not None and progress.seconds >= LONG:
            before = self._progress
            if before is not None and before.stage == progress.stage:
                is_soon = 0 <= progress.seconds - before.seconds < PACE
                if is_soon and progress.bytes_done < progress.bytes:
                    return
            self._progress = progress
            self.refresh()
        elif feed.state != "reading":
            self._progress = None
        self.set_class(self._progress is not None, "-reading")
        self.set_class(feed.state == "paused", "-paused")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return two lines for progress, one for a pause."""
        del container, viewport, width
        return 1 if self.has_class("-paused") else 2

    def draw(self, canvas: Canvas) -> None:
        """Draw what is being read, as much of it in words as there is room for."""
        if self._progress is None:
            canvas.put(
                0, 0, ("‖ Reading is paused", BOLD), (" · 8 then r goes on", DIM), end=canvas.width
            )
            return
        progress = self._progress
        right = self._right(progress, canvas.width)
        stage = _STAGES.get(progress.stage, "Reading")
        what = "conversations" if progress.stage == "tokens" else "files"
        files = f"  {progress.files_done:,} of {progress.files:,} {what}"
        read = f" · {size(progress.bytes_done)} of {size(progress.bytes)}"
        end = canvas.width - measure(right) - 2
        for words in (files + read, files, ""):
            if measure(stage, words) <= end:
                break
        canvas.put(0, 0, (stage, BOLD), (words, DIM), end=end)
        canvas.right(canvas.width, 0, (right, DIM))
        meter(canvas, 0, 1, canvas.width, progress.bytes_done, progress.bytes, MONEY)

    def _right(self, progress: Progress, cells: int) -> str:
        left = progress.seconds_left
        time = "" if left is None else time_left(left)
        return f"{time} · 8 then x stops".removeprefix(" · ") if cells >= 70 else time


def time_left(seconds: float) -> str:
    """Return in words how long something will still take."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s left"
    minutes = -(-whole // 60)
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min left"


def nothing_yet(feed: Feed) -> list[Content]:
    """Return what to say of a ledger that holds no call: what is known, and what to press."""
    head = _HEADS.get(feed.state, "No logs were found")
    lines = [Content.styled(head, "bold $foreground"), Content()]
    if feed.words:
        lines += [Content.styled(display_text(feed.words), "$warning"), Content()]
    keys = list(_KEYS.get(feed.state, ()))
    if feed.state not in ("reading", "looking", "elsewhere"):
        keys += [("i", "imports a file or folder by its path")]
    accent = "bold $accent"
    lines += [
        Content.assemble(("8", accent), (" then ", "$muted"), (key, accent), (f" {does}", "$muted"))
        for key, does in keys
    ]
    if keys and feed.state != "reading":
        words = (" opens the app on an invented history", "$muted")
        lines.append(Content.assemble(("convledger demo", accent), words))
    if feed.found and feed.state in ("asking", "nothing"):
        lines += [Content(), Content.styled("Looked in", "$muted"), *places(feed.found)]
    return lines
