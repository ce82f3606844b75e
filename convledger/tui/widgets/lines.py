"""Lines of styled parts for widgets that draw lines: wrapped, fitted into a row, marked.

Texts must have gone through `display_text`; a style is named as "bold $foreground on $surface".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from convledger.text.display import clip, width

Part = tuple[str, str]
_CROWD = 10  # characters on a cell: marks stand on letters, and no line may be all marks


class Line(NamedTuple):
    """A line of parts; `fill` is the style of the cells behind them."""

    parts: list[Part]
    fill: str = ""

    @property
    def text(self) -> str:
        """What the line says."""
        return "".join(text for text, _ in self.parts)


def breaks(text: str, first: int, rest: int) -> Iterator[tuple[int, int]]:
    """Yield where each line of a text begins and ends: cut between words where that is possible.

    The first line has `first` cells, each further one `rest`.
    """
    start, length, room = 0, len(text), max(1, first)
    is_ascii = text.isascii()
    while start < length or not start:
        end = start + room
        if not is_ascii:
            reach = clip(text[start : start + room * _CROWD], room, "")
            end = start + max(1, len(reach))
        if end >= length:
            yield start, length
            return
        cut = text.rfind(" ", start, end + 1)
        if cut > start and not text[start:cut].isspace():
            end = cut
        yield start, end
        start = end
        while start < length and text[start] in " \u200d":  # a joiner has nothing left to join
            start += 1
        room = max(1, rest)


def wrapped(
    parts: Sequence[Part], cells: int, *, first: Sequence[Part] = (), rest: Sequence[Part] = ()
) -> Iterator[list[Part]]:
    """Yield parts as lines of `cells`; the first begins with `first`, the others with `rest`."""
    text = "".join(part[0] for part in parts)
    rooms = (cells - sum(width(part[0]) for part in margin) for margin in (first, rest))
    margin = first
    ends = list(accumulate(len(part[0]) for part in parts))
    for start, end in breaks(text, *rooms):
        yield [*margin, *_cut(parts, ends, start, end)]
        margin = rest


def _cut(parts: Sequence[Part], ends: list[int], start: int, end: int) -> Iterator[Part]:
    """Yield what lies between two places in the text of all parts."""
    for place in range(bisect_right(ends, start), len(parts)):
        text, style = parts[place]
        before = ends[place] - len(text)
        piece = text[max(0, start - before) : end - before]
        if piece:
            yield piece, style
        if ends[place] >= end:
            return


def row(left: Iterable[Part], right: Sequence[Part], cells: int) -> list[Part]:
    """Return one line: parts at the left, cut with … where room ends, and parts at the right."""
    taken = sum(width(text) for text, _ in right)
    room = cells - taken - (1 if right else 0)
    if room < 1:
        right, taken, room = (), 0, cells
    fitted: list[Part] = []
    for text, style in left:
        shown = text if width(text) <= room else clip(text, room)
        if shown == "…" and fitted and fitted[-1][0].endswith("…"):
            break  # once is enough
        room -= width(shown)
        fitted.append((shown, style))
        if shown != text:
            break
    if right:
        fitted += [(" " * (room + 1), ""), *right]
    return fitted


def pattern_of(text: str) -> re.Pattern[str]:
    """Return what finds `text` in any case, also where a line ends between its words."""
    return re.compile(r"\s+".join(map(re.escape, text.split())), re.IGNORECASE)


def marked(
    lines: Sequence[Line], pattern: re.Pattern[str], style: str
) -> tuple[list[Line], list[int]]:
    """Return lines with `style` behind what the pattern finds, and the lines where a find begins.

    A find may go over the end of a line: between words it is no more than a blank.
    """
    begins = [0, *accumulate(len(line.text) + 1 for line in lines)]
    found: list[int] = []
    spans: dict[int, list[tuple[int, int]]] = {}
    for match in pattern.finditer("\n".join(line.text for line in lines)):
        first = bisect_right(begins, match.start()) - 1
        if match.end() > match.start() and (not found or found[-1] != first):
            found.append(first)
        for at in range(first, bisect_right(begins, max(match.start(), match.end() - 1))):
            span = max(0, match.start() - begins[at]), match.end() - begins[at]
            spans.setdefault(at, []).append(span)
    shown = list(lines)
    for at, places in spans.items():
        shown[at] = lines[at]._replace(parts=_marked_parts(lines[at].parts, places, style))
    return shown, found


def _marked_parts(parts: list[Part], spans: list[tuple[int, int]], style: str) -> list[Part]:
    cuts = sorted({place for span in spans for place in span})
    shown: list[Part] = []
    before = 0
    for text, own in parts:
        inside = [cut - before for cut in cuts if 0 < cut - before < len(text)]
        for start, end in zip([0, *inside], [*inside, len(text)], strict=True):
            at = before + start
            hit = any(first <= at < last for first, last in spans)
            shown.append((text[start:end], f"{own.split(' on ')[0]} {style}" if hit else own))
        before += len(text)
    return shown
