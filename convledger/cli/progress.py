"""Shows how far an import is in one line of standard error, and lets ctrl+c stop it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from convledger.cli import streams

if TYPE_CHECKING:
    from convledger.ingest.sync import Progress

_PAUSE_SECONDS = 0.1
_STAGES = {"figures": "Counting", "texts": "Storing what was said", "tokens": "Counting tokens"}
_UNITS = ("B", "kB", "MB", "GB", "TB")


class ProgressLine:
    """One line that is rewritten at most ten times a second; nothing where nobody looks."""

    def __init__(self) -> None:
        self._shows = streams.is_terminal(sys.stderr)
        self._drawn = 0.0
        self._length = 0

    def __call__(self, progress: Progress) -> None:
        """Draw how far the import is."""
        now = time.monotonic()
        if not self._shows or now - self._drawn < _PAUSE_SECONDS:
            return
        self._drawn = now
        text = words(progress)[: streams.width() - 1]
        sys.stderr.write("\r" + text.ljust(self._length))
        sys.stderr.flush()
        self._length = len(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()
            self._length = 0


def words(progress: Progress) -> str:
    """Return how far an import is, as a line."""
    stage = _STAGES.get(progress.stage, progress.stage)
    what = "conversations" if progress.stage == "tokens" else "files"
    parts = [
        f"{progress.files_done:,} of {progress.files:,} {what}",
        f"{size_text(progress.bytes_done)} of {size_text(progress.bytes)}",
    ]
    left = progress.seconds_left
    if left is not None and progress.bytes_done < progress.bytes:
        parts.append(f"{_span_text(left)} left")
    return f"{stage}: {' · '.join(parts)}"


def size_text(size: float) -> str:
    """Return a number of bytes for people: "412 MB"."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}" if unit and size < 10 else f"{size:.0f} {_UNITS[unit]}"


def _span_text(seconds: float) -> str:
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02d} min"


class Stop:
    """Whether ctrl+c was pressed; asked by a long work between two batches."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self.asked


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Turn the first ctrl+c into a wish to stop; a second one interrupts at once."""
    stop = Stop()

    def wish(_: int, __: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = []
    with suppress(ValueError):  # not the main thread: whoever runs us handles signals
        before = [(name, signal.signal(name, wish)) for name in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield stop
    finally:
        for name, handler in before:
            signal.signal(name, handler)
