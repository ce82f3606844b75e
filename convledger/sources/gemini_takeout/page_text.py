"""Turns HTML into lines of text, piece by piece and in linear time, whatever is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

# What begins a line, and what is not shown at all; each consumes what it matches for good.
_PLACES = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<unseen>script|style|template|noscript|head|title)\b[^<>]*+>.*?(?:</(?P=unseen)\b[^<>]*+>?|\Z)"
    r"|<(?P<closing>/?)(?P<tag>p|div|br|li|ul|ol|h[1-6]|pre|t[dhr]|table|thead|tbody|hr|blockquote"
    r"|section|article|header|footer|body|html)\b(?P<rest>[^<>]*+)>",
    re.DOTALL | re.IGNORECASE,
)
_INLINE = re.compile(r"</?[a-zA-Z][^<>]*+>|<![^<>]*+>")
_CLASS = re.compile(r"""\bclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)


class Line(NamedTuple):
    """A line of text, and the class of the cell that it stands in."""

    cell: str
    text: str


def lines_of(html: str) -> Iterator[Line]:
    """Yield the lines that a page shows; those that are empty part what stands apart."""
    return _Lines(html).all()


def text_of_page(html: str) -> str:
    """Return all the text that a piece of HTML shows."""
    return "\n".join([line.text for line in lines_of(html)]).strip("\n")


class _Lines:
    def __init__(self, html: str) -> None:
        self._html = html
        self._parts: list[str] = []
        self._cell = ""
        self._pre = 0
        self._blank = True  # nothing stands above, or an empty line

    def all(self) -> Iterator[Line]:
        html, place = self._html, 0
        for found in _PLACES.finditer(html):
            if found.start() > place:
                self._parts.append(html[place : found.start()])
            place = found.end()
            tag = found["tag"]
            if tag is not None:
                yield from self._tag(tag.lower(), found["closing"], found["rest"])
        self._parts.append(html[place:])
        yield from self._end_of_line()

    def _tag(self, tag: str, closing: str, rest: str) -> Iterator[Line]:
        if tag in ("td", "th"):
            if not closing and self._parts:
                self._parts.append(" | ")
            return
        had_text = bool(self._parts)
        if had_text or self._pre:
            yield from self._end_of_line()
        if tag == "br":
            if not (had_text or self._blank or self._pre):
                yield Line(self._cell, "")
                self._blank = True
        elif tag == "pre":
            self._pre = max(0, self._pre + (-1 if closing else 1))
            yield Line(self._cell, "```")
            self._blank = False
        elif closing:
            return
        elif tag == "p" and not self._blank:
            yield Line(self._cell, "")
            self._blank = True
        elif tag == "div" and "-cell" in rest:
            found = _CLASS.search(rest)
            names = (found[1] or found[2] or found[3] or "") if found else ""
            if "header-cell" in names or "content-cell" in names:
                self._cell, self._blank = names, True
        elif tag == "li":
            self._parts.append("- ")
        elif tag[0] == "h" and tag[1:].isdigit() and not self._cell.startswith("header-cell"):
            self._parts.append("#" * int(tag[1:]) + " ")

    def _end_of_line(self) -> Iterator[Line]:
        text = "".join(self._parts)
        self._parts = []
        if "<" in text:
            text = _INLINE.sub("", text)
        if "&" in text:
            text = unescape(text)
        if self._pre:
            for each in text.strip("\r\n").split("\n") if text else ():
                yield Line(self._cell, each.rstrip("\r"))
            return
        text = " ".join(text.split())
        if text:
            self._blank = False
            yield Line(self._cell, text)
