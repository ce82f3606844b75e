"""The bars of a sitting: its verdicts with their keys, and what it comes to so far."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from convledger.tui import sitting_words as words
from convledger.tui.sitting import Tally
from convledger.tui.widgets.canvas import BAD, DIM, INK, MONEY, Canvas, Part, measure
from convledger.tui.widgets.charts import meter
from convledger.tui.widgets.drawing import Drawing

# Verbs with their words, and those where there is little room.
VERDICTS = (
    ("still_true", "still true", "true"),
    ("edit", "edit", "edit"),
    ("merge", "merge", "merge"),
    ("snooze", "snooze", "snooze"),
    ("archive", "archive", "archive"),
    ("choose", "choose", "choose"),
    ("no_pair", "no pair", "no pair"),
    ("erase", "erase…", "erase…"),
)
NEED_A_PAIR = frozenset(("merge", "choose", "no_pair"))
_METER = 10
# With more room or less: keys as chips, words whole, cells between two.
_FORMS = ((True, True, 2), (True, True, 1), (True, False, 1), (False, False, 2), (False, False, 1))


class VerdictKeys(Drawing):
    """One line of verdicts; a click does what the key does."""

    DEFAULT_CSS = "VerdictKeys { height: 1; }"

    @dataclass
    class Chosen(Message):
        """A verdict was clicked."""

        verb: str

    def __init__(self) -> None:
        super().__init__(focusable=False, id="verdicts")
        self._keys: dict[str, str] = {}
        self._off: frozenset[str] = frozenset()
        self._is_new = False
        self._ends: list[tuple[int, str]] = []

    def show(self, keys: dict[str, str], off: frozenset[str], *, is_new: bool) -> None:
        """Show the keys of the verbs; those `off` do nothing now, a new entry is accepted."""
        if (keys, off, is_new) != (self._keys, self._off, self._is_new):
            self._keys, self._off, self._is_new = keys, off, is_new
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the verdicts, in fewer words where there is little room."""
        forms = [self._parts(form) for form in _FORMS]
        roomy = next(
            (parts for parts in forms if sum(measure(*one) for _, one in parts) <= canvas.width),
            forms[-1],
        )
        x, self._ends = 0, []
        for verb, parts in roomy:
            x = canvas.put(x, 0, *parts, end=canvas.width)
            self._ends.append((x, verb))

    def _parts(self, form: tuple[bool, bool, int]) -> list[tuple[str, list[Part]]]:
        has_chips, is_whole, between = form
        shown = []
        for verb, long, short in VERDICTS:
            key = self._keys.get(verb, "")
            label = long if is_whole else short
            if verb == "still_true" and self._is_new:
                label = "accept"
            is_off = verb in self._off
            colour = DIM if is_off else BAD if verb == "erase" else INK
            strong = DIM if is_off else "bold $accent"
            gap = "" if verb == VERDICTS[-1][0] else " " * between
            chip: Part = (f" {key} ", f"{strong} on $panel") if has_chips else (key, strong)
            parts: list[Part] = [chip, (f" {label}{gap}", colour)]
            shown.append((verb, parts))
        return shown

    def on_click(self, event: events.Click) -> None:
        """Do what the verdict under the pointer does."""
        verb = next((verb for end, verb in self._ends if event.x < end), None)
        if verb is not None and verb not in self._off:
            self.post_message(self.Chosen(verb))


class TallyLine(Drawing):
    """One line: how many of all, tokens and money that are no longer carried, verdicts by name."""

    DEFAULT_CSS = "TallyLine { height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False, id="tally")
        self._tally: Tally | None = None

    def show(self, tally: Tally | None) -> None:
        """Show another tally."""
        if tally != self._tally:
            self._tally = tally
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw as much of it as there is room for."""
        tally = self._tally
        if tally is None:
            return
        x = canvas.put(0, 0, (f"{tally.decided:,} of {tally.total:,}", "bold $accent")) + 2
        meter(canvas, x, 0, _METER, tally.decided, max(1, tally.total), MONEY)
        x = canvas.put(x + _METER + 2, 0, *words.saved_parts(tally), end=canvas.width)
        told = words.count_texts(tally)
        room = canvas.width - x - 3
        for shown in range(len(told), 0, -1):
            text = " · ".join(told[:shown]) + (" …" if shown < len(told) else "")
            if len(text) <= room:
                canvas.right(canvas.width, 0, (text, DIM))
                return
