"""A change in a memory file, or a file, to read: what is known of it, and its difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from convledger.memory.feed import News
from convledger.memory.file_list import FileLine
from convledger.text.display import clip, display_text, width
from convledger.tui.memory_file_words import (
    FILE_MARKS,
    NEWS_MARKS,
    file_facts,
    news_facts,
    news_keys,
    place_words,
)
from convledger.tui.widgets.diff_view import diff_rows
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.read_lines import ReadLines
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.memory.diffing import DiffLine
    from convledger.memory.lint import Complaint

_NAMES = 7  # cells for the names of the facts
_COMPLAINTS = 500
_WORDS = 2_000  # characters of a complaint


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: a change or a file, and what differs; None while that is not known.

    `held` says why a file can't be written back.
    """

    what: News | FileLine
    diff: Sequence[DiffLine] | None = None
    complaints: Sequence[Complaint] = ()
    held: str = ""


class MemoryFileView(ReadLines):
    """The change or the file under the cursor."""

    HELP = (
        "The change or the file under the cursor. Of a change: where it stands, the old lines "
        "with −, the new ones with +, and what the two keys do. Of a file: what it holds, what is "
        "wrong with it, and what your edits would make of it."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._sight: Sight | None = None
        self._now = 0
        self._zone: tzinfo = UTC

    def show(self, sight: Sight | None, now: int, zone: tzinfo) -> None:
        """Show something else, from its beginning where it is another thing."""
        before, self._sight, self._now, self._zone = self._sight, sight, now, zone
        if before != sight:
            self.lay_out(from_top=_number(before) != _number(sight))

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return it as lines."""
        sight = self._sight
        if sight is None:
            return ()
        if isinstance(sight.what, News):
            return list(self._news(sight.what, sight.diff, cells))
        return list(self._file(sight.what, sight, cells))

    def _news(self, news: News, diff: Sequence[DiffLine] | None, cells: int) -> Iterator[Line]:
        sign, style = NEWS_MARKS[news.what]
        yield Line([(f"{sign} {news.what}", style)])
        yield from _facts(news_facts(news, self._now, self._zone), cells)
        yield Line([])
        yield from _difference(diff, cells)
        yield Line([])
        for key, words in news_keys(news):
            yield from _wrapped(words, "$muted", cells, lead=(f"{key}  ", "bold $accent"))

    def _file(self, line: FileLine, sight: Sight, cells: int) -> Iterator[Line]:
        mark, style = FILE_MARKS.get(line.state, ("?", "$warning"))
        yield from _wrapped(place_words(line), "bold $foreground", cells, lead=(f"{mark} ", style))
        yield from _facts(file_facts(line, self._now, self._zone), cells)
        if sight.complaints:
            yield Line([])
            count = plural(len(sight.complaints), "complaint")
            yield Line([("What is wrong", "bold $foreground"), (f"  {count}", "$muted")])
            for each in sight.complaints[:_COMPLAINTS]:
                place = f"line {each.line} " if each.line else ""
                said = display_text(f"{place}{each.kind}: {each.words}"[:_WORDS])
                yield from _wrapped(said, "$foreground", cells, lead=("△ ", "$warning"))
            if len(sight.complaints) > _COMPLAINTS:
                more = f"… {len(sight.complaints) - _COMPLAINTS:,} more: convledger memory lint"
                yield Line([(clip(more, cells), "italic $warning")])
        if sight.held:
            yield Line([])
            said = display_text(sight.held)
            yield from _wrapped(said, "$warning", cells, lead=("▲ not written: ", "bold $warning"))
        if sight.diff:
            yield Line([])
            yield Line([("To write back", "bold $foreground"), ("  w writes it", "$muted")])
            yield from diff_rows(sight.diff, cells)


def _number(sight: Sight | None) -> object:
    if sight is None:
        return None
    what = sight.what
    return ("news", what.item_id) if isinstance(what, News) else ("file", what.id)


def _facts(facts: Iterator[tuple[str, str]], cells: int) -> Iterator[Line]:
    for name, words in facts:
        lead = name + " " * (_NAMES - width(name))
        yield from _wrapped(words, "$foreground", cells, lead=(lead, "$muted"))


def _difference(diff: Sequence[DiffLine] | None, cells: int) -> Iterator[Line]:
    if diff is None:
        yield Line([("…", "$muted")])
    elif not diff:
        yield Line([("Only blanks or case differ.", "$muted")])
    else:
        yield from diff_rows(diff, cells)


def _wrapped(words: str, style: str, cells: int, lead: tuple[str, str]) -> Iterator[Line]:
    rest = [(" " * width(lead[0]), "")]
    for parts in wrapped([(words, style)], cells, first=[lead], rest=rest):
        yield Line(parts)
