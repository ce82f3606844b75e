"""The list of conversations: any number of ids, of which only those in sight have their lines."""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from convledger.text.display import display_text
from convledger.tui.amounts import ago, tokens, usd
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.listing import ConversationLine

PAGE = 100  # lines asked for at once
KEPT = 2_000  # lines remembered
NEAR = 1_000  # rows: new figures seldom move a conversation further than this
ROOMY = 84  # cells from which a row shows calls and tokens besides
_RELEASED = re.compile(r"[-@]20\d{6}(?=$|-)")
LABELS = ("client", "kind", "outcome", "tag")


class ConversationRows(Rows):
    """Conversations by their ids, two lines each; lines come in pages and are kept for a while.

    It posts `Wanted` for lines that it lacks; who hears that answers with `fill`.
    """

    HELP = (
        "Title and list cost, then where it was held and how long ago the last message is. "
        "✓ marks a row, ~ an estimate, – a cost without any known price, # a label."
    )
    NOTHING = ("Looking…",)

    @dataclass
    class Wanted(Message):
        """Lines of these conversations are about to be in sight."""

        rows: ConversationRows
        ids: tuple[int, ...]

        @property
        def control(self) -> ConversationRows:
            """The list."""
            return self.rows

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.ids: array[int] = array("q")
        self.marks: set[int] = set()
        self.sorted_by = "last"
        self.now = 0  # UTC microseconds
        self.nothing: Sequence[str] = self.NOTHING
        self._lines: OrderedDict[int, ConversationLine | None] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: frozenset[int] = frozenset()
        self._will_ask = False

    # ---- what it holds

    @property
    def current(self) -> int | None:
        """The conversation under the cursor."""
        return self.ids[self.cursor] if 0 <= self.cursor < len(self.ids) else None

    def line(self, conversation_id: int | None) -> ConversationLine | None:
        """Return the line of a conversation if it is known."""
        return None if conversation_id is None else self._lines.get(conversation_id)

    def show(self, ids: array[int], *, keeping_place: bool) -> None:
        """List other ids: from the top, or with the cursor and what is in sight where it was."""
        before, seen_from = self.current, self.scroll_offset.y
        above = self.cursor * self.lines_per_row - seen_from
        place = self._place_of(before, ids) if keeping_place else 0
        self.ids = ids
        self._asked = frozenset()
        self.renew(cursor=place)
        if not keeping_place:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        elif seen_from:  # who looks at the top sees what is new there
            y = place * self.lines_per_row - above
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def _place_of(self, conversation_id: int | None, ids: array[int]) -> int:
        """Return where a conversation is now; where it is gone, the place that it had."""
        if conversation_id is None:
            return 0
        first = max(0, self.cursor - NEAR)
        for start, stop in ((first, self.cursor + NEAR), (0, len(ids))):
            try:
                return ids.index(conversation_id, start, stop)
            except ValueError:
                continue
        return self.cursor

    def fill(self, asked: Iterable[int], lines: Iterable[ConversationLine]) -> None:
        """Take lines that have come; what was asked for and did not come is gone."""
        found = {line.id: line for line in lines}
        changed = False
        for conversation_id in asked:
            line = found.get(conversation_id)
            changed |= conversation_id not in self._lines or self._lines[conversation_id] != line
            self._lines[conversation_id] = line
            self._lines.move_to_end(conversation_id)
            self._stale.discard(conversation_id)
        while len(self._lines) > KEPT:
            self._stale.discard(self._lines.popitem(last=False)[0])
        self._asked = frozenset()
        if changed:
            self.refresh()

    def expire(self) -> None:
        """Ask again for every line when it is next in sight; until then the old one stands."""
        self._stale = set(self._lines)
        self._asked = frozenset()
        self.refresh()

    # ---- how it looks

    def count(self) -> int:
        """Return how many conversations are listed."""
        return len(self.ids)

    def empty_lines(self) -> list[str]:
        """Return what to say where there is nothing."""
        return list(self.nothing)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and cost, then origin and age; "…" while they are on their way."""
        conversation_id = self.ids[index]
        line = self._lines.get(conversation_id)
        if line is None or conversation_id in self._stale:
            self._lack(conversation_id)
        is_marked = conversation_id in self.marks
        mark: Part = ("✓ ", "bold $success") if is_marked else ("  ", "")
        if line is None:
            is_gone = conversation_id in self._lines
            words = "no longer in the ledger" if is_gone else "…"
            return [RowLine([mark, (words, "$muted")], []), RowLine([("  ", "")], [])]
        self._lines.move_to_end(conversation_id)
        title = display_text(line.title) or "Untitled"
        weight = "bold " if index == self.cursor else ""
        return [
            RowLine([mark, (title, f"{weight}$foreground")], [_cost(line)]),
            RowLine(_origin(line), [(self._figures(line, cells), "$muted")]),
        ]

    def _figures(self, line: ConversationLine, cells: int) -> str:
        parts = []
        if line.unpriced_calls and line.list_pico is not None:
            parts.append(f"{line.unpriced_calls:,} unpriced")
        if cells >= ROOMY or self.sorted_by == "calls":
            parts.append(f"{line.calls:,} {'call' if line.calls == 1 else 'calls'}")
        if cells >= ROOMY or self.sorted_by == "tokens":
            parts.append(f"{tokens(line.tokens)} tok")
        if self.sorted_by == "started":
            parts.append(f"begun {self._age(line.first_at)}")
        else:
            parts.append(self._age(line.last_at))
        return " · ".join(parts)

    def _age(self, instant: int | None) -> str:
        return "–" if instant is None else ago(self.now - instant)

    # ---- pages

    def _lack(self, conversation_id: int) -> None:
        if conversation_id not in self._asked and not self._will_ask:
            self._will_ask = True
            self.call_later(self._want)

    def _want(self) -> None:
        """Ask for a page around what is in sight."""
        self._will_ask = False
        first = self.scroll_offset.y // self.lines_per_row
        rows = self.size.height // self.lines_per_row + 2
        margin = max(0, PAGE - rows) // 2
        wanted = [
            conversation_id
            for conversation_id in self.ids[max(0, first - margin) : first + rows + margin]
            if conversation_id not in self._lines or conversation_id in self._stale
        ]
        if wanted:
            self._asked = frozenset(wanted)
            self.post_message(self.Wanted(self, tuple(wanted)))


def _cost(line: ConversationLine) -> Part:
    style = "$muted" if line.list_pico is None else "$accent"
    return usd(line.list_pico, estimated=bool(line.estimated_calls)), style


def _origin(line: ConversationLine) -> list[Part]:
    """Return relation, source, models, the project by its name or folder, and the labels."""
    models = model_name(line.models[0]) if line.models else ""
    if len(line.models) > 1:
        models += f" +{len(line.models) - 1}"
    parts = (line.relation, line.source, models, project_end(project_of(line)))
    words = " · ".join(display_text(part) for part in parts if part)
    labels = "".join(
        f" #{display_text(value)}" for name in LABELS for value in line.labels.get(name, ())
    )
    return [(f"  {words}", "$muted"), (labels, "$primary")]


def model_name(model: str) -> str:
    """Return a model's name without the day of its release."""
    return _RELEASED.sub("", model)


def project_of(line: ConversationLine) -> str:
    """Return what a conversation counts for: the project that was named, else its folder."""
    return next(iter(line.labels.get("project", ())), line.project)


def project_end(path: str) -> str:
    """Return the last part of a project's path, by either slash."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
