"""An entry to read: what it is, its dates and costs, then its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import islice
from typing import TYPE_CHECKING

from convledger.economics.carrying import Cost
from convledger.memory.veiling import veiled_entry
from convledger.text.display import display_text, width
from convledger.tui.memory_words import facts_of, what_it_is
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.markdown import markdown_lines, plain_lines
from convledger.tui.widgets.read_lines import ReadLines

if TYPE_CHECKING:
    from convledger.store.entries import Entry

PORTION = 60_000  # characters of a text that are shown
_MARKDOWN = 20_000  # characters up to which marks are looked for
_MOST_LINES = 4_000
_INK = "$foreground"
_NAMES = 10  # cells for the names of the facts


class EntryView(ReadLines):
    """The entry under the cursor."""

    HELP = (
        "The entry under the cursor: when it was said, checked and recorded, what carrying it "
        "costs, then its text. `d` shows earlier versions, `e` edits, `l` labels."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown: tuple[Entry | None, Cost, int] = (None, None, 0)
        self._zone: tzinfo = UTC
        self._words: Sequence[str] = ()

    @property
    def entry(self) -> Entry | None:
        """The entry that is shown."""
        return self._shown[0]

    def show(self, entry: Entry | None, cost: Cost, now: int, zone: tzinfo) -> None:
        """Show an entry, from its beginning where it is another one."""
        before, self._shown, self._zone = self._shown, (entry, cost, now), zone
        if before != self._shown:
            is_same = None not in (entry, before[0]) and getattr(before[0], "id", 0) == getattr(
                entry, "id", -1
            )
            self.lay_out(from_top=not is_same)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the entry as lines."""
        entry, cost, now = self._shown
        if entry is None:
            return ()
        entry = veiled_entry(entry)
        return [*_head(entry, cost, now, self._zone, cells), *body_lines(entry.body, cells)]


def _head(entry: Entry, cost: Cost, now: int, zone: tzinfo, cells: int) -> Iterator[Line]:
    for parts in wrapped([(display_text(entry.title), "bold $foreground")], cells):
        yield Line(parts)
    for parts in wrapped(what_it_is(entry, zone), cells):
        yield Line(parts)
    yield Line([])
    for name, words in facts_of(entry, cost, now, zone):
        lead = name + " " * (_NAMES - width(name))
        said = [(display_text(words), _INK)]
        for parts in wrapped(said, cells, first=[(lead, "$muted")], rest=[(" " * _NAMES, "")]):
            yield Line(parts)
    yield Line([])


def body_lines(body: str, cells: int) -> list[Line]:
    """Return the text of an entry as lines; what is left out of a very long one is said."""
    shown = body[:PORTION]
    if shown.count("\n") >= _MOST_LINES:
        shown = "\n".join(shown.split("\n", _MOST_LINES)[:_MOST_LINES])
    safe = display_text(shown, lines=True)
    while len(safe) > PORTION * 5 // 4:  # what can't be shown takes more room as its name
        shown = shown[: len(shown) // 4]
        safe = display_text(shown, lines=True)
    is_long = len(safe) > _MARKDOWN
    laid = (plain_lines if is_long else markdown_lines)(safe, cells, _INK)
    lines = list(islice(laid, _MOST_LINES))
    left_out = len(body) - len(shown)
    if left_out or next(laid, None) is not None:
        much = f"{left_out:,} characters more" if left_out else "more lines"
        words = [(f"… {much}: E opens all of it in your editor", "italic $warning")]
        lines += map(Line, wrapped(words, cells))
    return lines
