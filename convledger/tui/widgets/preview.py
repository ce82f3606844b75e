"""What the conversation under the cursor is, and how it begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice
from typing import TYPE_CHECKING

from textual.message import Message

from convledger.clock import to_datetime
from convledger.reports.render.outcome_words import outcome_words
from convledger.text.display import clip, display_text, width
from convledger.tui.amounts import ago, percent, tokens_known, usd
from convledger.tui.widgets.canvas import BOLD, DIM, INK, MONEY, Canvas
from convledger.tui.widgets.conversation_rows import project_of
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.lines import breaks
from convledger.tui.widgets.path_line import shown_path

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.listing import ConversationLine

LENGTH = 1_200  # characters of a prompt that are shown at most
KEPT = 200  # prompts remembered
NAMES = 10  # cells for the names of the facts
LABELS = ("client", "kind", "outcome", "tag", "channel")

TOLD = {
    "handled by": "handled",
    "verdict": "verdict",
    "handed off": "hand-off",
    "rating": "rating",
}

Fact = tuple[str, str, str]  # name, value and its style
Placed = tuple[int, str, str]  # column, text and its style


class Preview(Drawing):
    """Facts of a conversation, then the beginning of its first prompt."""

    DEFAULT_CSS = "Preview { padding: 0; }"

    @dataclass
    class Wanted(Message):
        """The first prompt of a conversation is to be shown."""

        conversation_id: int

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._line: ConversationLine | None = None
        self._now = 0
        self._zone: tzinfo = UTC
        self._prompts: dict[int, str] = {}
        self._asked: int | None = None

    def show(self, line: ConversationLine | None, now: int, zone: tzinfo) -> None:
        """Show a conversation; `now` is UTC microseconds."""
        before, self._line = (self._line, self._now, self._zone), line
        self._now, self._zone = now, zone
        if before != (line, now, zone):
            self.refresh()
        if line is None or line.id in self._prompts:
            self._asked = None
        elif line.id != self._asked:
            self._asked = line.id
            self.post_message(self.Wanted(line.id))

    def take(self, conversation_id: int, prompt: str) -> None:
        """Take the beginning of a first prompt, safe for the screen; "" where there is none."""
        while len(self._prompts) >= KEPT:
            del self._prompts[next(iter(self._prompts))]
        self._prompts[conversation_id] = prompt
        self.refresh()

    def expire(self) -> None:
        """Ask again for what was not there: texts follow their figures."""
        self._prompts = {one: text for one, text in self._prompts.items() if text}

    def draw(self, canvas: Canvas) -> None:
        """Draw title, facts and prompt; what has no room ends in …"""
        if self._line is None:
            return
        rows = list(islice(self._rows(self._line, canvas.width), canvas.height + 1))
        if len(rows) > canvas.height > 0:
            del rows[canvas.height :]
            *kept, (x, text, style) = rows[-1] or [(0, "", DIM)]
            rows[-1] = [*kept, (x, f"{clip(text, canvas.width - x - 2, '')} …", style)]
        for y, row in enumerate(rows):
            for x, text, style in row:
                canvas.put(x, y, (text, style), end=canvas.width)

    def _rows(self, line: ConversationLine, cells: int) -> Iterator[list[Placed]]:
        """Yield what stands in each line."""
        for words in shortened(display_text(line.title) or "Untitled", cells, 3, wrapped):
            yield [(0, words, BOLD)]
        yield []
        for name, value, style in facts(line, self._now, self._zone):
            wrap = wrapped_path if name in ("project", "folder") else wrapped
            for number, words in enumerate(shortened(value, max(8, cells - NAMES), 3, wrap)):
                head = [(0, name, DIM)] if number == 0 else []
                yield [*head, (NAMES, words, style)]
        prompt = self._prompts.get(line.id)
        if prompt:
            yield []
            yield [(0, "it begins", DIM)]
            for words in wrapped(prompt, cells):
                yield [(0, words, INK)]


def facts(line: ConversationLine, now: int, zone: tzinfo) -> list[Fact]:
    """Return what is known of a conversation: names, values for a screen, styles."""
    rows: list[Fact] = [
        ("source", display_text(line.source), INK),
        ("project", shown_path(project_of(line)), INK),
        ("folder", shown_path(line.project) if line.labels.get("project") else "", INK),
        ("branch", display_text(line.branch), INK),
        ("models", display_text(", ".join(line.models)), INK),
        ("started", _moment(line.first_at, now, zone), INK),
        ("last", _moment(line.last_at, now, zone), INK),
        ("calls", f"{line.calls:,}", INK),
        ("tokens", tokens_known(line.tokens, counted=line.counted, lacking=line.lacking), INK),
        ("list cost", _cost(line), MONEY if line.list_pico is not None else INK),
    ]
    rows += [
        (name, ", ".join(display_text(value) for value in line.standing(name)), BOLD)
        for name in LABELS
        if line.standing(name)
    ]
    told = outcome_words(line.ending, lambda at: _moment(at, now, zone))
    rows += [(TOLD[name], display_text(words), INK) for name, words in told if name in TOLD]
    if line.relation or line.parent:
        words = f"{line.relation or 'part'} of {line.parent}" if line.parent else line.relation
        rows.append(("relation", display_text(words), INK))
    rows.append(("id", display_text(line.native), DIM))
    return [row for row in rows if row[1]]


def _cost(line: ConversationLine) -> str:
    """Return the list cost and how much of the calls it covers."""
    text = usd(line.list_pico, estimated=bool(line.estimated_calls))
    if not line.unpriced_calls:
        return text
    share = percent(line.calls - line.unpriced_calls, line.calls)
    return f"{text}  {share} priced, {line.unpriced_calls:,} not"


def _moment(instant: int | None, now: int, zone: tzinfo) -> str:
    if instant is None:
        return "–"
    moment = to_datetime(instant).astimezone(zone)
    return f"{moment.day} {moment:%b %Y %H:%M} · {ago(now - instant)}"


def shortened(
    text: str, cells: int, most: int, wrap: Callable[[str, int], Iterator[str]]
) -> Iterator[str]:
    """Yield displayed text in at most `most` lines, the last with … where more would follow."""
    lines = list(islice(wrap(text, cells), most + 1))
    if len(lines) > most:
        lines[most - 1 :] = [f"{clip(lines[most - 1], cells - 2, '')} …"]
    yield from lines


def wrapped(text: str, cells: int) -> Iterator[str]:
    """Yield displayed text in lines of at most `cells`, cut between words where there are any."""
    for line in text.replace("\t", " ").split("\n"):
        for start, end in breaks(line, cells, cells):
            yield line[start:end]


def wrapped_path(path: str, cells: int) -> Iterator[str]:
    """Yield a displayed path in lines of at most `cells`, cut behind slashes if there are any."""
    row = ""
    for part in re.findall(r"[^/\\]*[/\\]?", path):
        if row and width(row) + width(part) > cells:
            yield from wrapped(row, cells)
            row = ""
        row += part
    yield from wrapped(row, cells)


def first_prompt(ledger: Ledger, conversation_id: int) -> str:
    """Return the beginning of the first thing that a person said, for the screen; "" if nothing."""
    heads = ledger.outline(conversation_id).heads
    first = next((head for head in heads if head.kind == "prompt" and not head.agent), None)
    if first is None:
        return ""
    text = ledger.bodies([first.id], most=LENGTH + 1).get(first.id, "")
    more = "…" if len(text) > LENGTH else ""
    return display_text(text[:LENGTH].strip(), lines=True) + more
