"""The lists of the screen Packs: packs with how full they are, and what became of entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from convledger.economics.packing import BLOCKED, CUT, IN
from convledger.memory.words import scope_words
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.amounts import percent
from convledger.tui.pack_sight import Fate, Sight, said_of
from convledger.tui.widgets.lines import wrapped
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.memory.packs import PackLine

METER = 8  # cells
MARKS = {IN: ("●", "$success"), CUT: ("✂", "$warning"), BLOCKED: ("✕", "$error")}
_SAID_INKS = {"always": "$accent", "pinned": "$accent", "never": "$muted"}


class FoldingRows(Rows):
    """A list with two lines a row, one where the screen is small."""

    # A list that scrolls has arrows of its own: these change the budget, as anywhere in Packs.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("list"),
        *(
            replace(one, action=f"screen.{one.action}", show=True)
            for one in bindings("packs")
            if one.action in ("less", "more")
        ),
    ]

    def fold(self, *, is_folded: bool) -> None:
        """Show a row in one line, or in two."""
        lines = 1 if is_folded else 2
        if lines != self.lines_per_row:
            self.lines_per_row = lines
            self.renew(cursor=self.cursor)


class PackRows(FoldingRows):
    """Packs by name: how much of the budget is filled, and where each was written last."""

    HELP = (
        "Your packs, each with the tokens that it would take now, of its budget; below that how it "
        "is written and where it was last. Enter goes to its entries."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.lines: Sequence[PackLine] | None = None
        self._filled: Mapping[str, int | None] = {}

    def show(self, lines: Sequence[PackLine], name: str, filled: Mapping[str, int | None]) -> None:
        """Show packs, the cursor on the one of a name; `filled` are tokens, as far as known."""
        names = [one.pack.name for one in lines]
        is_same = self.lines == lines and self._filled == filled
        self.lines, self._filled = lines, dict(filled)
        place = names.index(name) if name in names else 0
        if not is_same or place != self.cursor:
            self.renew(cursor=place)

    @property
    def current(self) -> str:
        """The name of the pack under the cursor."""
        return self.lines[self.cursor].pack.name if self.lines else ""

    def count(self) -> int:
        """Return how many packs there are."""
        return len(self.lines or ())

    def empty_lines(self) -> list[str]:
        """Return what to do where there is none."""
        return ["Looking…"] if self.lines is None else ["No pack yet.", "n makes one."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return name and filling, then a meter, the format and where it was written to."""
        del cells
        line = (self.lines or ())[index]
        pack, last = line.pack, line.last
        weight = "bold " if index == self.cursor else ""
        target = PurePath(last.target).name if last is not None else "not written"
        name: Part = (display_text(pack.name), f"{weight}$foreground")
        about: Part = (f"  {pack.format} · {display_text(target)}", "$muted")
        figures = self._figures(pack.name, pack.budget)
        if self.lines_per_row == 1:
            return [RowLine([name, about], figures)]
        filled = self._filled.get(pack.name)
        meter = thin_meter(filled, pack.budget, METER) if filled is not None else []
        return [RowLine([name], figures), RowLine([*meter, about], [])]

    def _figures(self, name: str, budget: int) -> list[Part]:
        """Return how full a pack is, as far as that is known, and its budget."""
        size = f"{budget:>7,}" if self.lines_per_row == 1 else f"{budget:,}"
        if name not in self._filled:
            return [(f"{size} tokens", "$muted")]
        filled = self._filled[name]
        share: Part = ("▲ too small", "$warning")
        if filled is not None:
            share = (percent(filled, budget), "$accent")
        return [share, (f" of {size}", "$muted")]


class FateRows(FoldingRows):
    """Entries that a pack may hold: those in, those cut by the budget, those blocked and why."""

    HELP = (
        "Every entry that the pack may hold, in the order of their turns: ● in, ✂ cut by the "
        "budget, ✕ blocked, and why; at the right the tokens that it takes. + puts it in always, "
        "- keeps it out, space turns. A row stays where it is until the budget changes. Enter says "
        "where the entry went before."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.sight: Sight | None = None

    def show(self, sight: Sight, *, from_top: bool) -> None:
        """Show another pack, or the same after a change: the cursor stays on its entry."""
        current = self.current
        self.sight = sight
        place = 0
        if not from_top and current is not None and current in sight.fates:
            at = self.cursor
            is_there = at < len(sight.order) and sight.order[at] == current
            place = at if is_there else list(sight.order).index(current)
        self.renew(cursor=place)
        if from_top:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)

    @property
    def current(self) -> int | None:
        """The entry under the cursor."""
        order = self.sight.order if self.sight is not None else ()
        return order[self.cursor] if 0 <= self.cursor < len(order) else None

    def to_next_fate(self) -> None:
        """Go to the first entry of the next fate; after the last to the first."""
        if self.sight is None or self.current is None:
            return
        order, fates = self.sight.order, self.sight.fates
        here = fates[order[self.cursor]].outcome
        places = range(self.cursor + 1, len(order))
        self.cursor = next((at for at in places if fates[order[at]].outcome != here), 0)

    def count(self) -> int:
        """Return how many entries there are."""
        return len(self.sight.order) if self.sight is not None else 0

    def empty_lines(self) -> list[str]:
        """Return what it means that there is none."""
        sight = self.sight
        if sight is None:
            return ["Looking…"]
        if sight.trouble:
            said = wrapped([(display_text(sight.trouble), "")], max(8, self.size.width - 2))
            lines = ["".join(text for text, _ in parts) for parts in said]
            return [*lines, "→ gives it a larger budget."]
        return ["No entry is what it chooses from.", "e says what that is."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and tokens, then what became of it and why."""
        sight = self.sight
        assert sight is not None
        assert sight.built is not None
        number = sight.order[index]
        fate, entry = sight.fates[number], sight.built.entries[number]
        glyph, ink = MARKS[fate.outcome]
        weight = "bold " if index == self.cursor else ""
        title_ink = "$foreground" if fate.outcome == IN else "$muted"
        title: list[Part] = [(f"{glyph} ", ink)]
        title.append((display_text(sight.built.title(number)), f"{weight}{title_ink}"))
        tokens = f"{fate.candidate.tokens:,}"
        said, news = said_of(sight, number), _news(sight, number)
        if self.lines_per_row == 1:
            why = news or ([(said, _SAID_INKS[said])] if said else _why(fate, short=cells < 70))
            return [RowLine(title, [*why, (f"{tokens:>7}", "$muted")])]
        what: list[Part] = [("  ", ""), *_why(fate), (f" · value {entry.value}", "$muted")]
        what.append((f" · {display_text(scope_words(entry.scope))}", "$muted"))
        what += [(f" #{display_text(tag)}", "$primary") for tag in entry.tags]
        right = news + ([("  ", "")] if news and said else [])
        right += [(said, _SAID_INKS[said])] if said else []
        return [RowLine(title, [(tokens, "$foreground")]), RowLine(what, right)]


def _why(fate: Fate, *, short: bool = False) -> list[Part]:
    if fate.outcome == IN:
        return [("in", "$success")]
    if fate.outcome == CUT:
        return [("cut" if short else "cut by the budget", "$warning")]
    reasons = fate.reasons[:1] if short else fate.reasons
    return [(", ".join(reasons), "$error")]


def _news(sight: Sight, number: int) -> list[Part]:
    if number in sight.came:
        return [("▲ came in", "$success")]
    return [("▼ went out", "$warning")] if number in sight.went else []
