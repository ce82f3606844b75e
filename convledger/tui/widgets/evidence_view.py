"""Where an entry comes from: each source with the words that it quotes, as they stand today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convledger.memory.evidence import CHANGED, MESSAGE, MISSING
from convledger.memory.veiling import veiled_evidence
from convledger.text.display import display_text, width
from convledger.tui.actions import bindings
from convledger.tui.memory_words import source_words
from convledger.tui.widgets.lines import Line, Part, row, wrapped
from convledger.tui.widgets.read_lines import ReadLines

if TYPE_CHECKING:
    from convledger.memory.evidence import Evidence

AROUND = 280  # characters of the message that are shown before and behind a quotation
QUOTED = 4_000  # characters of a quotation that are shown
STEP = 3  # lines, within a source that is longer than the view
_QUOTE, _AROUND = "bold $foreground on $quote", "$muted"
_INKS = {"you": "$primary", "assistant": "$success"}


class EvidenceView(ReadLines):
    """Sources under each other, with a cursor on one of them; posts `Opened` for it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]
    HELP = (
        "Where the entry was said, with the quoted words marked. √ they still stand there word "
        "for word, ≠ they were changed since, × the place is gone. Enter opens the conversation "
        "at the message."
    )

    @dataclass
    class Opened(Message):
        """A source is to be opened where it stands."""

        evidence: Evidence

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.sources: Sequence[Evidence] = ()
        self._zone: tzinfo = UTC
        self._begins: list[int] = []
        self.cursor = 0

    def show(self, sources: Sequence[Evidence], zone: tzinfo, *, anew: bool) -> None:
        """Show other sources, from the first where they are those of another entry."""
        if anew:
            self.cursor = 0
        if anew or (sources, zone) != (self.sources, self._zone):
            self.sources, self._zone = sources, zone
            self.cursor = max(0, min(self.cursor, len(sources) - 1))
            self.lay_out(from_top=anew)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the sources as lines."""
        lines: list[Line] = []
        self._begins = []
        for one in self.sources:
            if lines:
                lines.append(Line([]))
            self._begins.append(len(lines))
            lines += source_lines(veiled_evidence(one, AROUND), self._zone, cells)
        return lines or [Line([("Nobody has noted where this comes from.", "$muted")])]

    def is_marked(self, place: int) -> bool:
        """Tell whether the cursor stands on a line."""
        return bool(self._begins) and place == self._begins[self.cursor]

    def _height(self, index: int) -> int:
        ends = [*self._begins[1:], len(self._lines) + 1]
        return ends[index] - self._begins[index] - 1

    def action_down(self) -> None:
        """Go to the next source, or further down in a long one."""
        if not self._begins:
            return
        below = self._begins[self.cursor] + self._height(self.cursor)
        hidden = below - self.scroll_offset.y - self.size.height
        if hidden > 0:
            self._go(min(STEP, hidden))
        elif self.cursor < len(self._begins) - 1:
            self._put(self.cursor + 1)

    def action_up(self) -> None:
        """Go to the source before, or further up in a long one."""
        if not self._begins:
            return
        hidden = self.scroll_offset.y - self._begins[self.cursor]
        if hidden > 0:
            self._go(-min(STEP, hidden))
        elif self.cursor:
            self._put(self.cursor - 1)

    def _put(self, index: int) -> None:
        self.cursor = index
        begins, height = self._begins[index], self._height(index)
        top, view = self.scroll_offset.y, self.size.height
        if begins < top or height > view:
            self._go(begins - top)
        elif begins + height > top + view:
            self._go(begins + height - top - view)
        self.refresh()

    def action_first(self) -> None:
        """Go to the first source."""
        if self._begins:
            self._put(0)

    def action_last(self) -> None:
        """Go to the last source."""
        if self._begins:
            self._put(len(self._begins) - 1)

    def action_open(self) -> None:
        """Open the source under the cursor."""
        if self.sources:
            self.post_message(self.Opened(self.sources[self.cursor]))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the source that is clicked; a second click opens it."""
        place = event.y + self.scroll_offset.y
        index = max((at for at, begins in enumerate(self._begins) if begins <= place), default=-1)
        if index < 0:
            return
        if index == self.cursor:
            self.action_open()
        else:
            self._put(index)


def source_lines(evidence: Evidence, zone: tzinfo, cells: int) -> Iterator[Line]:
    """Yield who said it where and whether it still stands there, then the words themselves."""
    name, words = source_words(evidence, zone)
    colour = _INKS.get(name, "$secondary")
    who: Part = (display_text(name), f"bold {colour}")
    where: Part = (display_text(words), "$muted")
    mark = _standing(evidence)
    right = [mark] if mark[0] and width(mark[0]) < cells // 2 else []
    if width(who[0]) + width(where[0]) + width(mark[0]) + 4 <= cells:
        yield Line(row([who, ("  ", ""), where], right, cells))
    else:
        yield Line(row([who], right, cells))
        yield from map(Line, wrapped([where], cells))
    if evidence.source.kind == MESSAGE and evidence.message_id is None:
        gone = [(display_text(evidence.source.quote[:QUOTED], lines=True), _AROUND)]
        yield from text_lines(gone, colour, cells)
        return
    yield from text_lines(_parts(evidence), colour, cells)


def _standing(evidence: Evidence) -> Part:
    source = evidence.source
    gone = source.kind == MESSAGE and evidence.message_id is None
    if gone or source.status == MISSING:
        return "× gone", "$error"
    if source.status == CHANGED:
        return "≠ changed", "$warning"
    return ("√ word for word", "$success") if evidence.quote else ("", "")


def _parts(evidence: Evidence) -> list[Part]:
    """Return the quotation in the middle of what stands around it, safe for the screen."""
    before, quote, after = evidence.before, evidence.quote, evidence.after
    if len(before) > AROUND:
        before = f"… {before[-AROUND:].partition(' ')[2] or before[-AROUND:]}"
    if len(quote) > QUOTED:
        quote = f"{quote[:QUOTED]} … {len(quote) - QUOTED:,} characters more"
    if len(after) > AROUND:
        after = f"{after[:AROUND].rpartition(' ')[0] or after[:AROUND]} …"
    texts = ((before.lstrip("\n"), _AROUND), (quote, _QUOTE), (after.rstrip(), _AROUND))
    return [(display_text(text, lines=True), style) for text, style in texts if text]


def text_lines(parts: Sequence[Part], colour: str, cells: int) -> Iterator[Line]:
    """Yield a text of several styles, wrapped, with a bar at its left."""
    bar: Part = ("▎ ", colour)
    line: list[Part] = []
    for text, style in parts:
        first, *others = text.expandtabs(4).split("\n")
        line.append((first, style))
        for other in others:
            yield from _wrapped(line, bar, cells)
            line = [(other, style)]
    if line:
        yield from _wrapped(line, bar, cells)


def _wrapped(line: list[Part], bar: Part, cells: int) -> Iterator[Line]:
    for parts in wrapped(line, cells, first=[bar], rest=[bar]):
        yield Line(parts)
