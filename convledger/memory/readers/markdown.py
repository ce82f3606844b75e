"""Cuts Markdown into pieces: one for each top-level bullet, one for each run of other text.

No line is looked at more than a few times, so that a file of any size is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from convledger.memory.readers.texts import Text, as_written, body_of

LONGEST_HEADING = 200
LONG = 2000  # characters of a run of text; it ends at the next blank line
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*)|)$")
_BOLD = re.compile(r" {0,3}(?:\*\*|__)([^*_]{1,120}?)(?:\*\*|__)[ \t]*(?::[ \t]*|)$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_BULLET = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])([ \t]+)(?=\S)")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^`]*)$")
_OWN_BEGIN, _OWN_END = re.compile(r"\s*<!--\s*convledger:begin\b"), "convledger:end"
# What a line begins with that may be more than prose.
_MARKS = frozenset("#*-+_<`~0123456789")


class Piece(Struct, frozen=True):
    """A part of a Markdown file under its headings; bytes are None where it can't be written."""

    path: tuple[str, ...]
    number: int  # the line that it begins in, from 1
    is_bullet: bool
    body: str
    start: int | None
    length: int | None

    @property
    def heading(self) -> str:
        """The heading that it stands under, "" where there is none."""
        return self.path[-1] if self.path else ""


def pieces(
    content: bytes, text: Text, first: int = 0, *, has_bold_headings: bool = False
) -> Iterator[Piece]:
    """Yield the pieces of a Markdown file whose text begins with line `first` (from 0)."""
    splitter = _Splitter(content, text, has_bold_headings)
    at, last = first, len(text.lines)
    while at < last:
        at = splitter.step(at)
        if splitter.done:
            yield from splitter.done
            splitter.done.clear()
    splitter.flush()
    yield from splitter.done


class _Splitter:
    """Where the reading of a Markdown file stands; `done` are the pieces that have ended."""

    def __init__(self, content: bytes, text: Text, has_bold_headings: bool) -> None:
        self.done: list[Piece] = []
        self._content = content
        self._text = text
        self._lines = text.lines
        self._has_bold_headings = has_bold_headings
        self._headings: list[tuple[int, str]] = []
        self._path: tuple[str, ...] = ()
        self._begin = -1  # first line of the open piece
        self._end = -1  # behind its last line that is not blank
        self._column = 0
        self._base: int | None = None  # indentation of the open list
        self._length = 0
        # Known ahead, so that what does not end is looked for once and not at each of its like.
        has_comments = any("<!--" in line for line in text.lines)
        self._last_comment_end = _last_with("-->", text.lines) if has_comments else -1
        self._last_own_end = _last_with(_OWN_END, text.lines) if has_comments else -1

    def step(self, at: int) -> int:
        """Take the line at `at` and those that belong to it; return the one behind them."""
        line = self._lines[at]
        bare = line.lstrip()
        if not bare:
            if self._base is None and self._length > LONG:
                self.flush()
            return at + 1
        if bare[0] not in _MARKS:
            if self._is_underlined(at):
                return self._head(2 - (self._lines[at + 1].lstrip()[0] == "="), bare, at + 2)
            return self._add(at, at + 1)
        if bare.startswith("<!--"):
            if _OWN_BEGIN.match(line):
                return self._own(at)
            if self._base is None and at <= self._last_comment_end:
                return self._comment(at)
        fence = _FENCE.match(line)
        if fence is not None:
            return self._fenced(at, fence[1])
        found = _HEADING.match(line)
        if found is not None:
            name = (found[2] or "").rstrip()
            return self._head(len(found[1]), name.rstrip("#").rstrip() or name, at + 1)
        bold = _BOLD.match(line) if self._has_bold_headings else None
        if bold is not None:
            return self._head(7, bold[1], at + 1)
        if _RULE.match(line):
            self.flush()
            return at + 1
        if _BULLET.match(line) is None and self._is_underlined(at):
            return self._head(2 - (self._lines[at + 1].lstrip()[0] == "="), bare, at + 2)
        return self._add(at, at + 1)

    def _head(self, level: int, name: str, behind: int) -> int:
        self.flush()
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        self._headings.append((level, name.strip()[:LONGEST_HEADING]))
        self._path = tuple(each for _, each in self._headings)
        return behind

    def _is_underlined(self, at: int) -> bool:
        """Tell whether a line is a heading by the dashes below it; a table's head is none."""
        if at + 1 >= len(self._lines) or self._end == at:
            return False
        line, below = self._lines[at], self._lines[at + 1]
        return (
            below.lstrip()[:1] in ("=", "-")
            and not line.startswith((" ", "\t", "|", ">"))
            and _UNDERLINE.match(below) is not None
        )

    def _add(self, at: int, behind: int) -> int:
        """Add lines to the open piece, or begin another one; return the line behind them."""
        bullet = _BULLET.match(self._lines[at])
        if bullet is not None and self._begins_item(at, bullet):
            base = self._base
            self.flush(is_lead=base is None)
            self._base = len(bullet[1]) if base is None else base
            self._begin, self._column = at, bullet.end()
        elif self._begin < 0 or (self._base is not None and not self._goes_on(at)):
            self.flush()
            self._begin, self._column = at, 0
        self._end = behind
        if self._base is None:
            self._length += sum(map(len, self._lines[at:behind])) + behind - at
        return behind

    def _begins_item(self, at: int, bullet: re.Match[str]) -> bool:
        if self._base is not None:
            return len(bullet[1]) < self._base + 2
        # A number at the begin of a line of prose is no list, but for the first.
        return self._end != at or not bullet[2][0].isdigit() or bullet[2][:-1] == "1"

    def _goes_on(self, at: int) -> bool:
        """Tell whether a line belongs to the open bullet: indented, or right below its text."""
        line = self._lines[at]
        return line.startswith((" ", "\t")) or (self._end == at and _FENCE.match(line) is None)

    def _fenced(self, at: int, mark: str) -> int:
        behind = at + 1
        while behind < len(self._lines):
            line = self._lines[behind].strip()
            behind += 1
            if len(line) >= len(mark) and line == mark[0] * len(line):
                break
        return self._add(at, behind)

    def _own(self, at: int) -> int:
        """Return the line behind a section that the program itself has written."""
        self.flush()
        behind = at + 1
        if at < self._last_own_end:
            while _OWN_END not in self._lines[behind]:
                behind += 1
            behind += 1
        return behind

    def _comment(self, at: int) -> int:
        """Leave out a comment that stands alone; with text behind it, it is text."""
        behind = at
        while "-->" not in self._lines[behind]:
            behind += 1
        _, _, rest = self._lines[behind].partition("-->")
        if rest.strip():
            return self._add(at, behind + 1)
        self.flush()
        return behind + 1

    def flush(self, *, is_lead: bool = False) -> None:
        """End the open piece; words that only lead to a list ("Rules:") are none."""
        begin, end, is_bullet = self._begin, self._end, self._base is not None
        self._begin, self._length, self._base = -1, 0, None
        if begin < 0:
            return
        lines = self._lines[begin:end]
        is_alone = is_lead and len(lines) == 1
        if not is_alone or not lines[0].rstrip().endswith((":", ":**", ":*")):
            self.done.append(self._piece(begin, lines, is_bullet))

    def _piece(self, begin: int, lines: Sequence[str], is_bullet: bool) -> Piece:
        encoding, column, begins = self._text.encoding, self._column, self._text.starts
        first = lines[0]
        start = begins[begin] + len(first[:column].encode(encoding, "replace"))
        if len(lines) == 1:
            body = first[column:].rstrip()
            length = len(body.encode(encoding, "replace"))
            is_same = True
        else:
            last = lines[-1].rstrip()
            body = body_of([*lines[:-1], last], column)
            end = begins[begin + len(lines) - 1] + len(last.encode(encoding, "replace"))
            length = end - start
            old = self._content[start:end]
            is_same = as_written(self._content, start, length, body) == old
        inexact = self._text.inexact
        if not is_same or (inexact and not inexact.isdisjoint(range(begin, begin + len(lines)))):
            return Piece(self._path, begin + 1, is_bullet, body, None, None)
        return Piece(self._path, begin + 1, is_bullet, body, start, length)


def _last_with(mark: str, lines: Sequence[str]) -> int:
    """Return the last line that holds `mark`, -1 where none does."""
    for at in range(len(lines) - 1, -1, -1):
        if mark in lines[at]:
            return at
    return -1
