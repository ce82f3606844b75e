"""The line on top of every screen: where one is, whether it is live, what today has cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from convledger.text.display import clip, display_text, width
from convledger.tui.amounts import usd
from convledger.tui.feeder import Feed
from convledger.tui.widgets.inks import ink

_RISING = "▁▂▃▄▅▆▇█"
_NARROW = 100
_LOOKING = Feed("looking")


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the top line shows; amounts are picodollars, `spark` one for each of the last days."""

    workspace: str = ""
    today_pico: int | None = None
    estimated: bool = False
    spark: tuple[int, ...] = ()
    feed: Feed = _LOOKING


class TopLine(Widget):
    """One line: program, workspace and screen at the left, the pulse at the right."""

    DEFAULT_CSS = "TopLine { height: 1; padding: 0 1; background: $background; }"
    pulse: reactive[Pulse] = reactive(Pulse())
    place: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        del y
        cells, base = self.size.width, self.rich_style
        right = self._right(cells)
        room = cells - sum(width(text) for text, _ in right) - 1
        left: list[Segment] = []
        for text, style in self._left():
            shown = clip(text, max(0, room))
            room -= width(shown)
            left.append(Segment(shown, base + ink(self, style)))
        strip = Strip(left)
        gap = max(0, cells - strip.cell_length - sum(width(text) for text, _ in right))
        segments = [Segment(" " * gap, base)]
        segments += [Segment(text, base + ink(self, style)) for text, style in right]
        return Strip.join([strip, Strip(segments)]).adjust_cell_length(cells, base)

    def _left(self) -> list[tuple[str, str]]:
        name = display_text(Path(self.pulse.workspace).name)
        return [
            ("convledger", "bold $accent"),
            (f"  {name} › ", "$muted"),
            (self.place, "bold $foreground"),
        ]

    def _right(self, cells: int) -> list[tuple[str, str]]:
        pulse = self.pulse
        dot, words, style = _state(pulse.feed)
        parts = [(dot, style), (f" {words} · today ", "$muted")]
        parts.append((usd(pulse.today_pico, estimated=pulse.estimated), "bold $foreground"))
        if cells >= _NARROW and any(pulse.spark):
            parts.append((" ", ""))
            last = len(pulse.spark) - 1
            parts += [
                (_bar(value, max(pulse.spark)), "$accent" if place == last else "$primary")
                for place, value in enumerate(pulse.spark)
            ]
        return parts

    def with_feed(self, feed: Feed) -> None:
        """Show another state of the feeder."""
        self.pulse = replace(self.pulse, feed=feed)


def _bar(value: int, most: int) -> str:
    return _RISING[min(7, value * 8 // most)] if value > 0 else " "


def _state(feed: Feed) -> tuple[str, str, str]:
    """Return the mark, the words and the colour of a state: never the colour alone."""
    progress = feed.progress
    if feed.state == "reading" and progress is not None:
        share = progress.bytes_done * 100 // max(1, progress.bytes)
        return "◐", f"reading {progress.stage} {share} %", "$accent"
    return {
        "looking": ("○", "looking for logs", "$muted"),
        "asking": ("○", "logs found", "$accent"),
        "nothing": ("○", "no logs", "$muted"),
        "reading": ("◐", "reading", "$accent"),
        "paused": ("‖", "paused", "$warning"),
        "live": ("●", "live", "$success"),
        "elsewhere": ("◌", "read elsewhere", "$success"),
        "trouble": ("▲", "trouble", "$error"),
    }[feed.state]
