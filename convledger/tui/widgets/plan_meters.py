"""The plan in force as meters: credits left by lot, runway, limit windows and the bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from convledger.plans.certainty import Doubt
from convledger.reports.render.numbers import doubted
from convledger.text.display import display_text
from convledger.tui.credit_words import about_credits, day_text
from convledger.tui.widgets.burn_down import draw_sentences
from convledger.tui.widgets.canvas import BAD, BOLD, DIM, MONEY, WARN, Canvas, measure
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.meter_lines import (
    Parts,
    credit_figures,
    credit_lines,
    doubt_words,
    draw_credits,
    draw_runway,
    draw_spend,
    draw_window,
    runway_figures,
    share_figures,
    spend_lines,
    spend_text,
)

if TYPE_CHECKING:
    from convledger.reports.plan_meters import Meters, WindowMeter

_EMPTY = ("No plan is in force.", "Choose one on the Plans screen to see what is left of it.")
_RUNWAY, _WINDOW = 4, 4  # lines of a part that is drawn in full


@dataclass(frozen=True, slots=True)
class _Part:
    """One meter: how many lines it may take, fewest last, and how it is drawn with so many."""

    heights: tuple[int, ...]
    draw: Callable[[Canvas, int, int], object]


class PlanMeters(Drawing):
    """The meters under each other; on few lines folded to words."""

    HELP = (
        "The plan in force: credits left by lot, how long they last at the present rate (● now, "
        "╋ credits expire, ✕ empty, dots are days without credits), and the limit windows. △ is "
        "70 %, ▲ 90 %, ◆ 100 %."
    )

    _meters: Meters | None = None
    _zone: tzinfo = UTC

    def show(self, meters: Meters | None, zone: tzinfo) -> None:
        """Show other meters; None says that no plan is in force."""
        if (meters, zone) != (self._meters, self._zone):
            self._meters, self._zone = meters, zone
            self.refresh()

    def full_height(self) -> int:
        """Return how many lines everything takes with free lines between."""
        heights = [part.heights[0] for part in self._parts()]
        return max(2, sum(heights) + len(heights) - 1)

    def draw(self, canvas: Canvas) -> None:
        """Draw every meter as high as there is room for, on two lines or one in words."""
        parts = self._parts()
        if not parts:
            draw_sentences(canvas, _EMPTY if self._meters is None else self._nothing())
            return
        heights = [part.heights[-1] for part in parts]
        if sum(heights) > canvas.height or canvas.height <= 2:
            self._draw_words(canvas)
            return
        room = canvas.height - sum(heights)
        # What is first is grown first; what is left over then is free lines between them.
        for level in range(max(len(part.heights) for part in parts) - 2, -1, -1):
            for place, part in enumerate(parts):
                wanted = part.heights[min(level, len(part.heights) - 1)]
                if 0 < wanted - heights[place] <= room:
                    room -= wanted - heights[place]
                    heights[place] = wanted
        y = 0
        for place, (part, height) in enumerate(zip(parts, heights, strict=True)):
            part.draw(canvas, y, height)
            y += height + (place < room)

    def _parts(self) -> list[_Part]:
        """Return the meters that the plan has, in the order in which they stand."""
        meters, zone = self._meters, self._zone
        if meters is None:
            return []
        parts: list[_Part] = []
        if (credits := meters.credits) is not None:  # noqa: A001
            most = credit_lines(credits)
            heights = tuple(dict.fromkeys((most, 2, 1)))
            parts.append(_Part(heights, lambda c, y, n: draw_credits(c, y, credits, n)))
        if (runway := meters.runway) is not None:
            is_line = runway.is_empty and runway.next_grant_at is None
            heights = (_RUNWAY, 3, 1) if runway.burn_per_day and not is_line else (1,)
            parts.append(_Part(heights, lambda c, y, n: draw_runway(c, y, runway, zone, n)))
        parts += [_window_part(window, zone) for window in meters.windows]
        if (spend := meters.spend) is not None:
            heights = tuple(dict.fromkeys((spend_lines(spend), 1)))
            parts.append(
                _Part(heights, lambda c, y, n: draw_spend(c, y, spend, meters.currency, zone, n))
            )
        if unknown := doubt_words(meters.doubt):
            parts.append(
                _Part((1, 0), lambda c, y, n: n and c.put(0, y, (unknown, WARN), end=c.width))
            )
        return parts

    def _nothing(self) -> tuple[str, ...]:
        name = display_text(self._meters.plan_name) if self._meters else ""
        return (f"{name}: nothing to count down." if name else "Nothing to count down.",)

    # ---- folded

    def _draw_words(self, canvas: Canvas) -> None:
        """Write what matters most in as many lines as there are."""
        words = self._words()
        y = x = 0
        for place, form in enumerate(words):
            gap = 3 if x else 0
            if x + gap + measure(*form) > canvas.width and x:
                y, x, gap = y + 1, 0, 0
            if y >= canvas.height:
                return
            is_last = y == canvas.height - 1
            if is_last and place and x + gap + measure(*form) > canvas.width:
                return
            if gap:
                canvas.put(x, y, (" · ", DIM))
            x = canvas.put(x + gap, y, *form, end=canvas.width)

    def _words(self) -> list[Parts]:
        """Return the meters as words: credits, what is near its end, then the rest."""
        meters = self._meters
        if meters is None:
            return []
        words: list[Parts] = []
        if meters.credits is not None:
            words.append([("credits ", BOLD), *credit_figures(meters.credits)[1]])
        runway = meters.runway
        if runway is not None and runway.empty_at is not None and not runway.is_empty:
            guessed = Doubt(runway.doubt.is_estimated)
            day = doubted(day_text(runway.empty_at, self._zone), 1, guessed)
            words.append([(f"until {day}", BAD)])
            if runway.expiries:
                expiring = sum(one.amount for one in runway.expiries)
                amount = doubted(about_credits(expiring), expiring, runway.doubt, at_most=True)
                words.append([(f"{amount} expire", WARN)])
        elif runway is not None:
            words.append([("runway ", BOLD), *runway_figures(runway)[-1]])
        for window in meters.windows:
            (figure,) = share_figures(window, used=False)
            words.append([(f"{display_text(window.name)} ", BOLD), *figure])
        if meters.spend is not None:
            amount = spend_text(meters.spend, meters.currency)
            words.append([("billed ", BOLD), (amount, MONEY)])
        if unknown := doubt_words(meters.doubt):
            words.append([(unknown, WARN)])
        return words


def _window_part(window: WindowMeter, zone: tzinfo) -> _Part:
    return _Part((_WINDOW, 3, 1), lambda c, y, n: draw_window(c, y, window, zone, n))
