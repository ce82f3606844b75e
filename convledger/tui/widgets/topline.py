"""The line on top of every screen: where one is, whether it is live, what today has cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text, width
from convledger.tui.amounts import usd
from convledger.tui.credit_words import about_credits, day_text
from convledger.tui.feeder import Feed
from convledger.tui.widgets.inks import ink

if TYPE_CHECKING:
    from convledger.reports.plan_meters import Meters

Part = tuple[str, str]  # displayed text and the name of its style
_RISING = "▁▂▃▄▅▆▇█"
_NARROW = 100
_SHORT_NAME = 12  # cells of a workspace's name where there is not enough room
_LOOKING = Feed("looking")


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the top line shows; amounts are picodollars, `spark` one for each of the last days."""

    workspace: str = ""
    today_pico: int | None = None
    estimated: bool = False
    spark: tuple[int, ...] = ()
    feed: Feed = _LOOKING
    plan: tuple[str, str] = ("", "")  # credits left, and until when; or nothing
    memory: int | None = None  # percent of the entries that were looked at, while they are


class TopLine(Widget):
    """One line: program, workspace and screen at the left, the pulse at the right."""

    DEFAULT_CSS = "TopLine { height: 1; padding: 0 1; background: $background; }"
    pulse: reactive[Pulse] = reactive(Pulse())
    place: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        del y
        cells, base = self.size.width, self.rich_style
        left, right = self._fitting(cells)
        gap: Part = (" " * max(0, cells - _cells(left) - _cells(right)), "")
        segments = [
            Segment(text, base + ink(self, style) if style else base)
            for text, style in [*left, gap, *right]
        ]
        return Strip(segments).adjust_cell_length(cells, base)

    def _fitting(self, cells: int) -> tuple[list[Part], list[Part]]:
        """Return what there is room for: of all that is told, the screen's name goes last."""
        lefts = self._lefts()
        for right in self._rights(cells):
            for left in lefts:
                if _cells(left) + 1 + _cells(right) <= cells:
                    return left, right
        return [(clip(self.place, cells), "bold $foreground")], []

    def _lefts(self) -> list[list[Part]]:
        name = display_text(Path(self.pulse.workspace).name)
        program: Part = ("convledger", "bold $accent")
        place: Part = (self.place, "bold $foreground")
        short = clip(name, _SHORT_NAME)
        return [
            [program, (f"  {name} › ", "$muted"), place],
            [program, (f"  {short} › ", "$muted"), place],
            [(f"{short} › ", "$muted"), place],
            [place],
        ]

    def _rights(self, cells: int) -> list[list[Part]]:
        pulse = self.pulse
        dot, words, style = _state(pulse)
        state: Part = (dot, style)
        amount: Part = (usd(pulse.today_pico, estimated=pulse.estimated), "bold $foreground")
        whole = [state, (f" {words} · today ", "$muted"), amount]
        if cells >= _NARROW and any(pulse.spark):
            whole.append((" ", ""))
            last = len(pulse.spark) - 1
            whole += [
                (_bar(value, max(pulse.spark)), "$accent" if place == last else "$primary")
                for place, value in enumerate(pulse.spark)
            ]
        told = [whole, [state, (" today ", "$muted"), amount], [state, (" ", ""), amount], [state]]
        left, until = pulse.plan
        if left:
            credits_left: list[Part] = [("  credits ", "$muted"), (left, "bold $accent")]
            told.insert(0, [*whole, *credits_left])
            if until:
                told.insert(0, [*whole, *credits_left, (f" · until {until}", "$muted")])
        return told

    def with_feed(self, feed: Feed) -> None:
        """Show another state of the feeder."""
        self.pulse = replace(self.pulse, feed=feed)


def plan_pulse(meters: Meters | None) -> tuple[str, str]:
    """Return the credits left and the last day that they are there, nothing without a plan."""
    if meters is None or meters.credits is None:
        return "", ""
    amount, runway = meters.credits.left, meters.runway
    left = doubted(about_credits(amount), amount, meters.credits.left_doubt, at_most=True)
    if runway is not None and runway.is_empty:
        return left, ""
    ends = None if runway is None else runway.empty_at or runway.next_grant_at
    if runway is None or ends is None:
        return left, ""
    day = day_text(ends, meters.zone)
    is_guess = runway.empty_at is not None and runway.doubt.is_estimated
    return left, f"~{day}" if is_guess else day


def _cells(parts: list[Part]) -> int:
    return sum(width(text) for text, _ in parts)


def _bar(value: int, most: int) -> str:
    return _RISING[min(7, value * 8 // most)] if value > 0 else " "


def _state(pulse: Pulse) -> tuple[str, str, str]:
    """Return the mark, the words and the colour of a state: never the colour alone."""
    feed = pulse.feed
    progress = feed.progress
    if pulse.memory is not None and feed.state in ("live", "elsewhere", "nothing"):
        return "◐", f"comparing entries {pulse.memory} %", "$accent"
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
