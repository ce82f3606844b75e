"""The budget of a pack: how full it is, of what, and what the entry under the cursor does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.economics.packing import CUT, IN
from convledger.memory.pack_words import wanted_words
from convledger.text.display import display_text
from convledger.tui.amounts import percent
from convledger.tui.pack_sight import Sight
from convledger.tui.widgets.canvas import BAD, BOLD, DIM, FOCUS, INK, MONEY, RULE, WARN, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.lines import wrapped
from convledger.tui.widgets.rows import Part

if TYPE_CHECKING:
    from convledger.memory.packs import Built

PARTS = (("frame", DIM), ("first", MONEY), ("by value", FOCUS))


class PackMeter(Drawing):
    """A bar of frame, pinned entries and all others; below it the figures in words."""

    DEFAULT_CSS = "PackMeter { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._sight: Sight | None = None
        self._entry: int | None = None

    def show(self, sight: Sight | None, entry: int | None) -> None:
        """Show another pack, or another entry of it."""
        if (sight, entry) != (self._sight, self._entry):
            self._sight, self._entry = sight, entry
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the bar, and as many lines of words as have room, the most telling first."""
        sight = self._sight
        if sight is None or sight.line is None:
            return
        if sight.built is None:
            said = wrapped([(display_text(sight.trouble), INK)], canvas.width, first=[("▲ ", BAD)])
            for y, parts in enumerate([*said][: canvas.height]):
                canvas.put(0, y, *parts, end=canvas.width)
            return
        built = sight.built
        draw_bar(canvas, 0, built)
        lines = [
            figures(built), self._entry_words(), sight.change_words(), legend_of(built),
            terms_of(sight),
        ]  # fmt: skip
        if canvas.height <= 4:
            lines = [figures(built), sight.change_words() or self._entry_words()]
        shown = [line for line in lines if line][: canvas.height - 1]
        for y, line in enumerate(shown, 1):
            canvas.put(0, y, *line, end=canvas.width)

    def _entry_words(self) -> list[Part]:
        """Return what would come in without the entry under the cursor, or why that is not in."""
        sight, number = self._sight, self._entry
        if sight is None or sight.built is None or number is None:
            return []
        fate = sight.fates.get(number)
        if fate is None:
            return []
        if fate.outcome == CUT:
            takes = f" takes {fate.candidate.tokens:,}, {sight.built.left:,} are left"
            return [(sight.title(number), INK), (takes, DIM)]
        if fate.outcome != IN:
            return [(sight.title(number), INK), (f": {', '.join(fate.reasons)}", WARN)]
        following = sight.built.chosen.next_in(number)
        if following is None:
            return [("Without ", DIM), (sight.title(number), INK), (" nothing else comes in", DIM)]
        return [
            ("Next in without it: ", DIM), (sight.title(following), INK),
            (f" {sight.fates[following].candidate.tokens:,}", DIM),
        ]  # fmt: skip


def draw_bar(canvas: Canvas, y: int, built: Built) -> None:
    """Draw the budget as a line of half cells, each kind of content in its colour."""
    halves, budget = 2 * canvas.width, built.head.budget
    canvas.fill(0, y, "━", RULE, canvas.width)
    done, at = 0, 0
    for (_, colour), tokens in zip(PARTS, built.parts, strict=True):
        done += tokens
        end = min(halves, -(-done * halves // budget))
        if end == halves and done < budget:
            end -= 1
        full = end // 2
        canvas.fill(at, y, "━", colour, full - at)
        if end % 2 and full < canvas.width:
            canvas.fill(full, y, "╸", colour)
        at = max(at, full)


def figures(built: Built) -> list[Part]:
    """Return the tokens of the budget, what is left, and how many entries are in."""
    budget = built.head.budget
    entries = len(built.items)
    level = WARN if built.chosen.unfit else BOLD
    among = f"{entries:,} of {len(built.entries):,}"
    return [
        (f"{built.tokens:,}", f"bold {MONEY}"), (f" of {budget:,} tokens ", DIM),
        (percent(built.tokens, budget), level), (" · ", DIM), (f"{built.left:,}", INK),
        (" left · ", DIM), (among, INK), (" entries", DIM),
    ]  # fmt: skip


def legend_of(built: Built) -> list[Part]:
    """Return what each colour of the bar stands for."""
    parts: list[Part] = []
    for (name, colour), tokens in zip(PARTS, built.parts, strict=True):
        if tokens > 0:
            parts += [("━━ ", colour), (f"{name} {tokens:,}  ", DIM)]
    return parts


def terms_of(sight: Sight) -> list[Part]:
    """Return what the pack chooses from, how sensitive that may be, and how it is written."""
    line = sight.line
    assert line is not None
    pack = line.pack
    words = f"from {wanted_words(pack.wanted)} · up to {pack.ceiling} · {pack.format}"
    return [(display_text(words), DIM)]
