"""The entries of a conversation under each other: which are open, how high, what each line says.

Heights of open entries are estimated until their text has been laid out. Texts and laid out
blocks are kept as long as there is room for them; whatever is missing is read again.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from convledger.reports.reading import Outline
from convledger.reports.thread import Head
from convledger.tui.widgets.blocks import body_lines, estimated_lines
from convledger.tui.widgets.entry_head import BEGINNING, OPENED, Look, bar_of, header, indent_of
from convledger.tui.widgets.heights import Heights
from convledger.tui.widgets.lines import Line, marked
from convledger.tui.widgets.remembered import BAR, INK, kept_lines
from convledger.tui.widgets.script import Script

_TEXTS_KEPT = 4_000_000  # characters
_LINES_KEPT = 20_000
_FOUND = "on $quote"


@dataclass(slots=True)
class Block:
    """An entry laid out: `found` are its lines in which something was found begins."""

    lead: list[Line]
    head: Line
    body: list[Line] = field(default_factory=list)
    found: list[int] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many lines the block has."""
        return len(self.lead) + 1 + len(self.body)


class Sheet:
    """What a transcript draws; indices are those of the entries in the outline."""

    def __init__(self, zone: tzinfo) -> None:
        self.script = Script(Outline([], None, [], [], 0, []))
        self.heights = Heights()
        self._look = Look(80, zone)
        self._turned: set[int] = set()  # names of entries that are not as they are by themselves
        self._bodies: dict[int, int] = {}  # exact lines by name, for the present width
        self._texts: OrderedDict[int, tuple[str, bool]] = OrderedDict()  # whole or the beginning
        self._texts_size = 0
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._blocks_size = 0
        self._pattern: re.Pattern[str] | None = None
        self._matches: frozenset[int] = frozenset()

    # ---- what is shown

    def show(self, script: Script) -> None:
        """Show another state of the conversation; what was opened stays open."""
        before, self.script = self.script, script
        known = len(before.names)
        self._drop_blocks()
        if known and script.names[:known] == before.names:
            self.heights.extend(map(self._height, range(known, len(script.names))))
        else:
            self._measure()

    def fit(self, cells: int) -> None:
        """Lay out for another number of cells."""
        if cells != self._look.cells:
            self._look = Look(cells, self._look.zone)
            self._bodies.clear()
            self._drop_blocks()
            self._measure()

    def find(self, pattern: re.Pattern[str] | None, matches: Iterable[int] = ()) -> None:
        """Mark what a pattern finds in the entries that hold it."""
        self._pattern, self._matches = pattern, frozenset(matches)
        self._drop_blocks()

    def _measure(self) -> None:
        """Work out all heights anew, as `_height` does for one: of a long conversation at once."""
        heights: list[int] = []
        days, turned, bodies = self.script.days, self._turned, self._bodies
        was_open = False
        for index, (head, name) in enumerate(
            zip(self.script.heads, self.script.names, strict=True)
        ):
            is_open = head.length > 0 and (head.kind in OPENED) != (name in turned)
            height = 1
            if index in days:
                height = 3 if index else 2
            elif index and (is_open or was_open):
                height = 2
            if is_open:
                exact = bodies.get(name)
                height += self._estimate(head) if exact is None else exact
            heights.append(height)
            was_open = is_open
        self.heights = Heights(heights)

    def _drop_blocks(self) -> None:
        self._blocks.clear()
        self._blocks_size = 0

    # ---- open and folded

    def can_open(self, index: int) -> bool:
        """Tell whether an entry has a text."""
        return self.script.heads[index].length > 0

    def is_open(self, index: int) -> bool:
        """Tell whether the text of an entry is shown."""
        head = self.script.heads[index]
        if not head.length:
            return False
        return (head.kind in OPENED) != (self.script.names[index] in self._turned)

    def turn(self, index: int) -> None:
        """Open a folded entry, fold an open one."""
        if self.can_open(index):
            self._turned ^= {self.script.names[index]}
            for place in (index, index + 1):
                self._drop(place)
                if place < len(self.script.heads):
                    self.heights.change(place, self._height(place))

    def turn_all(self) -> bool:
        """Open all that is folded by itself, or fold it all again; tell whether it is open now."""
        heads, names = self.script.heads, self.script.names
        folded = {
            name
            for head, name in zip(heads, names, strict=True)
            if head.length and head.kind not in OPENED
        }
        opens = not folded <= self._turned
        self._turned = self._turned | folded if opens else self._turned - folded
        self._drop_blocks()
        self._measure()
        return opens

    # ---- heights

    def _lead(self, index: int) -> int:
        """Return how many lines stand above the first one of an entry."""
        has_day = index in self.script.days
        has_gap = index > 0 and (has_day or self.is_open(index) or self.is_open(index - 1))
        return has_gap + has_day

    def _height(self, index: int) -> int:
        body = 0
        if self.is_open(index):
            exact = self._bodies.get(self.script.names[index])
            body = self._estimate(self.script.heads[index]) if exact is None else exact
        return self._lead(index) + 1 + body

    def _estimate(self, head: Head) -> int:
        return estimated_lines(head.length, self._look.cells - 2 - indent_of(head))

    def is_exact(self, index: int) -> bool:
        """Tell whether the height of an entry is known, not estimated."""
        return not self.is_open(index) or self.script.names[index] in self._bodies

    # ---- texts

    def missing(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """Return the messages of a range whose beginning, and whose whole text, is to be read."""
        beginnings: list[int] = []
        whole: list[int] = []
        for index in range(first, min(last + 1, len(self.script.heads))):
            head = self.script.heads[index]
            if head.id and head.length:
                known = self._texts.get(head.id)
                if self.is_open(index):
                    if known is None or not known[1]:
                        whole.append(head.id)
                elif known is None:
                    beginnings.append(head.id)
        return beginnings, whole

    def receive(self, texts: Mapping[int, str], *, whole: bool) -> None:
        """Take texts that were read: whole up to a portion, or their beginnings."""
        for message_id, text in texts.items():
            before = self._texts.pop(message_id, None)
            if before is not None:
                self._texts_size -= len(before[0])
            is_whole = whole or len(text) < BEGINNING
            self._texts[message_id] = (text, is_whole)
            self._texts_size += len(text)
        while self._texts_size > _TEXTS_KEPT and len(self._texts) > 1:
            _, (text, _) = self._texts.popitem(last=False)
            self._texts_size -= len(text)
        heads = self.script.heads
        for index in [index for index in self._blocks if heads[index].id in texts]:
            self._drop(index)

    # ---- blocks

    def lay_out(self, first: int, last: int) -> bool:
        """Lay out the entries of a range whose text is here; tell whether a height has changed."""
        changed = False
        for index in range(first, min(last + 1, len(self.script.heads))):
            if not self.is_exact(index):
                text = self._whole_text(index)
                if text is not None:
                    self._drop(index)
                    block = self._keep(index, self._laid_out(index, text))
                    self._bodies[self.script.names[index]] = len(block.body)
                    changed |= self.heights.change(index, block.height) != 0
        return changed

    def block(self, index: int) -> Block:
        """Return an entry as lines; without its text if that is not laid out yet."""
        block = self._blocks.get(index)
        if block is None:
            # Only `lay_out` may lay out for the first time: it corrects the height with it.
            known = self.is_open(index) and self.is_exact(index)
            text = self._whole_text(index) if known else None
            return self._keep(index, self._laid_out(index, text))
        self._blocks.move_to_end(index)
        return block

    def _whole_text(self, index: int) -> str | None:
        message_id = self.script.heads[index].id
        text, is_whole = self._texts.get(message_id, ("", False))
        if not is_whole:
            return None
        self._texts.move_to_end(message_id)
        return text

    def _keep(self, index: int, block: Block) -> Block:
        self._blocks[index] = block
        self._blocks_size += block.height
        while self._blocks_size > _LINES_KEPT and len(self._blocks) > 1:
            _, old = self._blocks.popitem(last=False)
            self._blocks_size -= old.height
        return block

    def _drop(self, index: int) -> None:
        block = self._blocks.pop(index, None)
        if block is not None:
            self._blocks_size -= block.height

    def _laid_out(self, index: int, text: str | None) -> Block:
        """Return an entry as lines, its body too if its text is given."""
        head, is_open = self.script.heads[index], self.is_open(index)
        is_match = self._pattern is not None and index in self._matches
        beginning = self._texts.get(head.id, (None, False))[0]
        sign = "»" if is_match and not is_open else ""
        first = header(
            self.script, index, self._look, is_open=is_open, beginning=beginning, sign=sign
        )
        block = Block(self._lead_lines(index), Line(first))
        if text is not None:
            self._lay_body(block, head, text)
        if is_match and self._pattern is not None:
            if is_open:
                block.body, block.found = marked(block.body, self._pattern, _FOUND)
            else:
                block.head = marked([block.head], self._pattern, _FOUND)[0][0]
        return block

    def _lay_body(self, block: Block, head: Head, text: str) -> None:
        indent = indent_of(head)
        space, bar = (" " * indent, ""), bar_of(head)
        cells = self._look.cells - 2 - indent
        lines = body_lines(head.kind, text, cells, head.length)
        kept = self.script.kept.get(head.id)
        marked_ones = kept_lines([line.text for line in lines], text, kept) if kept else ()
        for place, (parts, fill) in enumerate(lines):
            margin = (BAR, INK) if place in marked_ones else bar
            block.body.append(Line([space, margin, *parts], fill))

    def _lead_lines(self, index: int) -> list[Line]:
        day = self.script.days.get(index)
        lines = [Line([])] * (self._lead(index) - (day is not None))
        if day is not None:
            rule = "─" * max(0, self._look.cells - len(day) - 4)
            lines.append(Line([("── ", "$rule"), (f"{day} ", "$muted"), (rule, "$rule")]))
        return lines

    def line(self, index: int, part: int) -> tuple[Line, bool]:
        """Return a line of an entry, and whether it is the one that the cursor stands on."""
        block = self.block(index)
        at = part - len(block.lead)
        if at < 0:
            return block.lead[part], False
        if at == 0:
            return block.head, True
        if at <= len(block.body):
            return block.body[at - 1], False
        head = self.script.heads[index]
        return Line([(" " * indent_of(head), ""), bar_of(head)]), False

    def found_lines(self, index: int) -> list[int]:
        """Return the lines of an entry's block in which something was found begins."""
        block = self.block(index)
        return [len(block.lead) + 1 + at for at in block.found]
