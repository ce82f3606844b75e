"""A grid of styled terminal cells to draw on, where no word is cut without a sign."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len
from textual.content import Content

from convledger.text.display import width as cells_of

INK, BOLD, DIM = "$foreground", "bold $foreground", "$muted"
RULE, GRID, CURSOR = "$rule", "$grid", "$cursor"
FOCUS, MONEY, GOOD, WARN, BAD = "$primary", "$accent", "$success", "$warning", "$error"
SERIES = ("$series-1", "$series-2", "$series-3", "$series-4")
GHOSTS = ("$ghost-1", "$ghost-2", "$ghost-3")

Part = str | tuple[str, str]
_Glyph = tuple[str, int, str]
_Cell = tuple[str, str]
_SKINS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


class CanvasError(ValueError):
    """Text left a strict canvas, or covered words on it."""


def measure(*parts: Part) -> int:
    """Return how many cells the parts take on a canvas."""
    return sum(size for _, size, _ in _glyphs(parts))


class Canvas:
    """A grid of cells, each a glyph and its style; text is safe already, never markup.

    What does not fit ends in "…"; a `strict` canvas raises instead, to find it in tests.
    """

    def __init__(self, width: int, height: int, *, strict: bool = False) -> None:
        self.width, self.height, self.strict = max(0, width), max(0, height), strict
        # The cells behind a wide glyph hold "".
        self.cells = [[(" ", INK)] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, *parts: Part, end: int | None = None) -> int:
        """Write parts (text, or text with a style) from column `x`; return the column after them.

        Before column `end` the text is cut with "…": that is asked for, so never an error.
        """
        glyphs = list(_glyphs(parts))
        if end is not None:
            glyphs = _fitted(glyphs, min(end, self.width) - x)
        size = sum(glyph[1] for glyph in glyphs)
        if not (0 <= y < self.height and x >= 0 and x + size <= self.width):
            if self.strict and glyphs:
                text = "".join(glyph[0] for glyph in glyphs)
                raise CanvasError(f"{text!r} at {x},{y} leaves {self.width}x{self.height}")
            if not 0 <= y < self.height:
                return x
            x = max(0, x)
            glyphs = _fitted(glyphs, self.width - x)
        return self._write(x, y, glyphs)

    def right(self, end: int, y: int, *parts: Part) -> int:
        """Write parts that end before column `end`; return the column where they start."""
        start = end - measure(*parts)
        if start < 0 and not self.strict:
            start = 0
            self.put(start, y, *parts, end=end)
        else:
            self.put(start, y, *parts)
        return start

    def middle(self, x: int, y: int, *parts: Part) -> int:
        """Write parts centred on column `x` but inside the canvas; return the column after them."""
        size = measure(*parts)
        return self.put(max(0, min(self.width - size, x - size // 2)), y, *parts)

    def fill(self, x: int, y: int, glyph: str, style: str, width: int = 1, height: int = 1) -> None:
        """Paint a rectangle with one glyph of one cell; what lies outside is not painted."""
        left, right = max(0, x), min(self.width, x + width)
        if self.strict and (left, right) != (x, x + width) and width > 0:
            raise CanvasError(f"{width} cells at {x},{y} leave {self.width}x{self.height}")
        if left >= right:
            return
        for row in range(y, y + height):
            if 0 <= row < self.height:
                self._write(left, row, [(glyph, 1, style)] * (right - left))
            elif self.strict:
                raise CanvasError(f"row {row} leaves {self.width}x{self.height}")

    def shade(
        self, y: int, *, x: int = 0, width: int | None = None, height: int = 1, colour: str = CURSOR
    ) -> None:
        """Lay a background under what is drawn: the row of the cursor, a quotation."""
        end = self.width if width is None else max(0, x + width)
        for row in self.cells[max(0, y) : max(0, y + height)]:
            row[max(0, x) : end] = [
                (glyph, style if " on " in f" {style}" else f"{style} on {colour}")
                for glyph, style in row[max(0, x) : end]
            ]

    def content(self) -> Content:
        """Return what is drawn as one piece of content, a run for each style."""
        lines = []
        for row in self.cells:
            runs = [
                ("".join(glyph for glyph, _ in run), style)
                for style, run in groupby(row, lambda cell: cell[1])
            ]
            lines.append(Content.assemble(*runs))
        return Content("\n").join(lines)

    def _write(self, x: int, y: int, glyphs: list[_Glyph]) -> int:
        """Write glyphs that fit; words that they cover in part get a "…" where they end."""
        new = [
            cell
            for glyph, size, style in glyphs
            for cell in [(glyph, style), *[("", style)] * (size - 1)]
        ]
        if not new:
            return x
        row, end = self.cells[y], x + len(new)
        if self.strict and (words := _covered(row, x, end)):
            text = "".join(glyph for glyph, _ in new)
            raise CanvasError(f"{text!r} at {x},{y} covers {words!r}")
        cut_left, cut_right = _is_cut(row, x, row[x:end]), _is_cut(row, end, row[x:end])
        if cut_left:
            _mark(row, x, x - 1)
        if cut_right:
            _mark(row, end, end)
        row[x:end] = new
        return end


def _glyphs(parts: tuple[Part, ...]) -> Iterator[_Glyph]:
    """Yield what is drawn in one piece, with the cells it is given and its style."""
    for part in parts:
        text, style = (part, INK) if isinstance(part, str) else part
        if text.isascii():
            yield from ((char, 1, style) for char in text)
        else:
            for glyph in _clusters(text):
                # Textual and we measure some signs differently: take the wider, fill up the rest.
                drawn = cell_len(glyph)
                size = max(cells_of(glyph), drawn)
                yield glyph + " " * (size - drawn), size, style


def _clusters(text: str) -> Iterator[str]:
    """Yield characters with the marks, joined emoji and skin tones that belong to them."""
    cluster = ""
    for char in text:
        joins = cells_of(char) == 0
        if cluster and (joins or char in _SKINS or cluster[-1] == "\u200d"):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = f"◌{char}" if joins else char
    if cluster:
        yield cluster


def _fitted(glyphs: list[_Glyph], room: int) -> list[_Glyph]:
    """Return the glyphs if they fit the room, else as many as do with a "…" behind them."""
    over = sum(glyph[1] for glyph in glyphs) - room
    while over > 0 and glyphs and glyphs[-1][0] == " ":
        glyphs, over = glyphs[:-1], over - 1
    if over <= 0:
        return glyphs
    if room <= 0:
        return []
    kept: list[_Glyph] = []
    left, style = room - 1, glyphs[0][2]
    for glyph in glyphs:
        if glyph[1] > left:
            break
        left -= glyph[1]
        kept.append(glyph)
        style = glyph[2]
    while kept and kept[-1][0] == " ":
        kept.pop()
    return [*kept, ("…", 1, style)]


def _span(row: list[_Cell], x: int) -> tuple[int, int]:
    """Return where the glyph that holds a cell begins and ends."""
    first, end = x, x + 1
    while not row[first][0]:
        first -= 1
    while end < len(row) and not row[end][0]:
        end += 1
    return first, end


def _covered(row: list[_Cell], x: int, end: int) -> str:
    """Return what would be lost by writing there, "" where there are neither words nor halves."""
    first, last = _span(row, x)[0], _span(row, end - 1)[1]
    lost = "".join(glyph for glyph, _ in row[first:last])
    return lost if (first, last) != (x, end) or _has_words(lost) else ""


def _has_words(text: str) -> bool:
    return any(char.isalnum() or char == "…" for char in text)


def _is_cut(row: list[_Cell], edge: int, covered: list[_Cell]) -> bool:
    """Tell whether covered words go on, or a wide glyph reaches, over the edge of what is new."""
    if not 0 < edge < len(row):
        return False
    if not row[edge][0]:
        return True
    goes_on = row[edge - 1][0] != " " and row[edge][0] != " "
    return goes_on and _has_words("".join(glyph for glyph, _ in covered))


def _mark(row: list[_Cell], edge: int, x: int) -> None:
    """Put a "…" beside an edge in place of the glyph that was there or reached over it."""
    for first, end in (_span(row, edge), _span(row, x)):
        row[first:end] = [(" ", style) for _, style in row[first:end]]
    row[x] = ("…", row[x][1])
