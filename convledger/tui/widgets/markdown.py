"""Light Markdown as lines: what people and models write, no more than a terminal can show.

Line breaks stay as they were written. Nothing is a link: an address is shown beside its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convledger.text.display import width
from convledger.tui.widgets.codes import coloured
from convledger.tui.widgets.lines import Line, Part, wrapped

INK = "$foreground"
CODE = "$secondary"
BEHIND = "on $surface"
_LONGEST = 3000  # characters of a line in which marks are looked for
_FENCE = re.compile(r" {0,9}(`{3,}|~{3,}) *+([\w+#.-]*+)[^`]*+")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
_ITEM = re.compile(r"(\s*)([-*+]|\d{1,9}[.)])\s+(.*)")
_QUOTE = re.compile(r" {0,3}((?:> ?)+)(.*)")
_RULE = re.compile(r" {0,3}([-*_])(?: *\1){2,} *")
_BAR = re.compile(r"\s*+\|?(?:\s*+:?-++:?\s*+\|)++(?:\s*+:?-++:?\s*+)?|\s*+\|\s*+:?-++:?\s*+")
_CELL = re.compile(r"(?:[^|\\]|\\.)*+")
# Marks made of underscores stay: they are far more often part of a name than meant as marks.
_SPAN = re.compile(
    r"\\(?P<plain>[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`{1,3})(?!`)(?P<code>[^`]{1,300})(?P=ticks)(?!`)"
    r"|\*\*(?=\S)(?P<bold>.{1,300}?)(?<=\S)\*\*"
    r"|(?<![\w*])\*(?=[^\s*])(?P<italic>[^*]{1,300})(?<=\S)\*(?![\w*])"
    r"|~~(?=\S)(?P<strike>[^~]{1,300})~~"
    r"|!?\[(?P<words>[^\[\]]{1,300})\]\((?P<address>[^()\s]{1,300})\)"
)
_DEEPEST = 3


def markdown_lines(
    text: str, cells: int, ink: str = INK, *, only_code: bool = False
) -> Iterator[Line]:
    """Yield displayed `text` as lines of `cells`; with `only_code` but for blocks as it is."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at].expandtabs(4).rstrip()
        fence = _FENCE.fullmatch(line)
        if fence:
            end = _fence_end(lines, at + 1, fence[1])
            yield from code_lines(lines[at + 1 : end], cells, fence[2])
            at = end + 1
        elif only_code:
            yield from plain_lines(line, cells, ink)
            at += 1
        elif "|" in line and at + 1 < len(lines) and _BAR.fullmatch(lines[at + 1][:_LONGEST]):
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield from _table_lines([line, *lines[at + 2 : end]], lines[at + 1], cells, ink)
            at = end
        else:
            yield from _text_lines(line, cells, ink)
            at += 1


def _fence_end(lines: Sequence[str], start: int, fence: str) -> int:
    """Return where a block of code ends: at a fence of the same kind, or with the text."""
    for at in range(start, len(lines)):
        closing = lines[at].strip()
        if len(closing) >= len(fence) and closing == fence[0] * len(closing):
            return at
    return len(lines)


def code_lines(code: Sequence[str], cells: int, language: str = "") -> Iterator[Line]:
    """Yield program text on a quiet background, its language above it."""
    margin = [(" ", BEHIND)]
    if language:
        yield Line([(" " + language, f"$muted {BEHIND}")], BEHIND)
    for raw in code:
        parts = [
            (text, f"{style} {BEHIND}") for text, style in coloured(raw.expandtabs(4), language)
        ]
        for shown in wrapped(parts, cells, first=margin, rest=[("   ", BEHIND)]):
            yield Line(shown, BEHIND)


def _text_lines(line: str, cells: int, ink: str) -> Iterator[Line]:
    """Yield a heading, a rule, a quotation, an item of a list or a line of text."""
    first: list[Part] = []
    rest: list[Part] = []
    if len(line) > _LONGEST:
        yield from plain_lines(line, cells, ink)
        return
    if heading := _HEADING.fullmatch(line):
        style = "bold $secondary" if len(heading[1]) < 3 else "bold $foreground"
        words = heading[2].rstrip("# ")
        yield from map(Line, wrapped(list(spans(words, style)), cells))
        return
    if _RULE.fullmatch(line):
        yield Line([("─" * cells, "$rule")])
        return
    if quote := _QUOTE.fullmatch(line):
        depth = min(quote[1].count(">"), max(1, cells // 8))
        first = rest = [("│ " * depth, "$rule")]
        line, ink = quote[2], "italic $muted"
    if item := _ITEM.fullmatch(line):
        indent = " " * min(len(item[1]), cells // 3)
        bullet = "•" if item[2] in "-*+" else item[2]
        first = [*first, (f"{indent}{bullet} ", CODE)]
        rest = [*rest, (" " * (len(indent) + len(bullet) + 1), "")]
        line = item[3]
    elif line[:1] == " " and not first:
        indent, line = _indent(line, cells)
        first = rest = [(indent, "")]
    yield from map(Line, wrapped(list(spans(line, ink)), cells, first=first, rest=rest))


def plain_lines(text: str, cells: int, ink: str = INK) -> Iterator[Line]:
    """Yield displayed `text` as it is, a line that is too long under its own indent."""
    for raw in text.split("\n"):
        line = raw.expandtabs(4).rstrip()
        if len(line) <= cells and line.isascii():
            yield Line([(line, ink)])
            continue
        indent, words = _indent(line, cells)
        margin = [(indent, "")] if indent else []
        yield from map(Line, wrapped([(words, ink)], cells, first=margin, rest=margin))


def _indent(line: str, cells: int) -> tuple[str, str]:
    words = line.lstrip(" ")
    return " " * min(len(line) - len(words), cells // 3), words


def spans(text: str, ink: str, depth: int = 0) -> Iterator[Part]:
    """Yield a line as parts: bold, italic, code and struck-out words without their marks."""
    end = 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], ink
        end = found.end()
        inner, style = _span(found, ink)
        if style and depth < _DEEPEST and found["code"] is None and found["plain"] is None:
            yield from spans(inner, style, depth + 1)
        else:
            yield inner, style
        if found["address"] and found["address"] != inner:
            yield f" ({found['address']})", "$muted"
    if end < len(text) or not text:
        yield text[end:], ink


def _span(found: re.Match[str], ink: str) -> tuple[str, str]:
    """Return what stands between the marks, and its style."""
    if found["plain"] is not None:
        return found["plain"], ink
    if found["code"] is not None:
        return found["code"].strip() or found["code"], CODE
    if found["words"] is not None:
        return found["words"], f"underline {ink}"
    mark = next(name for name in ("bold", "italic", "strike") if found[name] is not None)
    return found[mark], f"{mark} {ink}"


def _table_lines(rows: Sequence[str], bar: str, cells: int, ink: str) -> Iterator[Line]:
    """Yield a table with its head underlined; where it is too wide, cells go over several lines."""
    table = [_cells(row) for row in rows]
    count = max(map(len, table))
    if count * 5 > cells:
        for text in (rows[0], bar, *rows[1:]):
            yield from _text_lines(text.strip(), cells, ink)
        return
    ends = [mark.strip().endswith(":") for mark in bar.strip().strip("|").split("|")]
    parts = [
        [list(spans(cell, "bold $secondary" if not at else ink)) for cell in row]
        for at, row in enumerate(table)
    ]
    sizes = _sizes(parts, count, cells)
    for at, row in enumerate(parts):
        columns = [
            list(wrapped(row[place], sizes[place])) if place < len(row) else []
            for place in range(count)
        ]
        for part in range(max(map(len, columns))):
            line: list[Part] = []
            for place, column in enumerate(columns):
                shown = column[part] if part < len(column) else []
                gap = sizes[place] - sum(width(text) for text, _ in shown)
                to_right = place < len(ends) and ends[place]
                before, behind = (gap, 0) if to_right else (0, gap)
                line += [(" " * before, ""), *shown, (" " * (behind + 2), "")]
            yield Line(line[:-1])
        if not at:
            yield Line([("─" * min(cells, sum(sizes) + 2 * count - 2), "$rule")])


def _cells(row: str) -> list[str]:
    inside = row.strip().removeprefix("|")
    found: list[str] = []
    at = 0
    while at <= len(inside):
        match = _CELL.match(inside, at)
        end = match.end() if match else at
        found.append(inside[at:end].strip().replace("\\|", "|"))
        at = max(end, at) + 1
    return found[:-1] if len(found) > 1 and not found[-1] else found


def _sizes(table: list[list[list[Part]]], count: int, cells: int) -> list[int]:
    """Return the cells of each column: what its widest text takes, less where room is short."""
    sizes = [1] * count
    for row in table:
        for place, parts in enumerate(row):
            sizes[place] = max(sizes[place], min(cells, sum(width(text) for text, _ in parts)))
    room = cells - 2 * (count - 1)
    while sum(sizes) > room:
        widest = max(range(count), key=sizes.__getitem__)
        others = sum(sizes) - sizes[widest]
        second = max((size for at, size in enumerate(sizes) if at != widest), default=0)
        sizes[widest] = max(3, min(sizes[widest] - 1, max(room - others, second)))
    return sizes
