"""The plain text of HTML that people wrote, in time that grows with its length alone."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})|<!--|<[!?]")
_IN_TAG = re.compile(r"""[<>]|=\s{0,9}["']""")
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_AROUND_BREAK = re.compile(r" *\n *")
_DOUBLED = re.compile(r" {2,}")
_BREAKS = re.compile(r"\n{3,}")
_LINK = re.compile(r"""\bhref\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NAMED = re.compile(r"""\b(?:alt|title)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SHOWN_SCHEMES = ("http://", "https://", "mailto:", "tel:")
_LONGEST_TAG = 20_000  # attributes beyond this are no tag but a stray "<"
_UNSEEN = ("script", "style", "head", "template")
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
])  # fmt: skip
_CELLS = ("td", "th")


def plain_text(html: str) -> str:
    """Return what a reader sees of HTML: blocks as lines, links with their targets, no markup.

    A text without any markup stays as it is. Nothing in it is ever carried out or fetched.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    return _Plain(html).text()


class _Plain:
    def __init__(self, html: str) -> None:
        self._html = html
        self._found: list[str] = []
        self._link: tuple[str, int] | None = None  # the open one, and where its words begin
        self._no_more: set[str] = set()  # what does not occur any more in the rest
        self._lower = ""

    def text(self) -> str:
        html, place = self._html, 0
        while place < len(html):
            tag = _TAG.search(html, place)
            if tag is None:
                self._say(html[place:])
                break
            self._say(html[place : tag.start()])
            place = self._behind(tag)
        joined = _AROUND_BREAK.sub("\n", _DOUBLED.sub(" ", "".join(self._found)))
        return _BREAKS.sub("\n\n", joined).strip()

    def _say(self, raw: str) -> None:
        if raw:
            self._found.append(_SPACES.sub(" ", unescape(raw)))

    def _behind(self, tag: re.Match[str]) -> int:
        """Take in a tag and return the place behind it."""
        html, start = self._html, tag.start()
        if tag[0] == "<!--":
            end = self._find("-->", tag.end())
            return len(html) if end < 0 else end + 3
        if tag[2] is None:
            end = self._find(">", tag.end())
            return len(html) if end < 0 else end + 1
        end = self._end_of_tag(tag.end())
        if end < 0:  # no tag, but a text such as "a <b"
            self._say("<")
            return start + 1
        name, closes = tag[2].lower(), bool(tag[1])
        if name in _UNSEEN and not closes:
            return self._behind_unseen(name, end)
        self._mark(name, html[tag.end() : end - 1], closes=closes)
        return end

    def _mark(self, name: str, attributes: str, *, closes: bool) -> None:
        if name == "a":
            self._anchor(attributes, closes=closes)
        elif name == "img" and not closes:
            named = _NAMED.search(attributes)
            words = unescape((named[1] or named[2] or "") if named else "").strip()
            self._found.append(f"[image {words}]" if words else "[image]")
        elif name in _CELLS:
            self._found.append(" ")
        elif name in _BLOCKS:
            self._break(always=name == "br" and not closes)
            if name == "li" and not closes:
                self._found.append("- ")

    def _break(self, *, always: bool) -> None:
        """End the line; of blocks within blocks one ends it once, and a space begins none."""
        while self._found and self._found[-1] == " ":
            self._found.pop()
        if always or (self._found and not self._found[-1].endswith("\n")):
            self._found.append("\n")

    def _anchor(self, attributes: str, *, closes: bool) -> None:
        if not closes:
            found = _LINK.search(attributes)
            target = unescape((found[1] or found[2] or found[3] or "") if found else "").strip()
            self._link = (target, len(self._found))
        elif self._link is not None:
            target, since = self._link
            self._link = None
            words = "".join(self._found[since:]).strip()
            bare = target.removeprefix("mailto:").removeprefix("tel:")
            if target.lower().startswith(_SHOWN_SCHEMES) and bare not in words:
                self._found.append(f" ({bare})" if words else bare)

    def _find(self, wanted: str, start: int) -> int:
        """Return where `wanted` is next, -1 where no more; that is looked for only once."""
        if wanted in self._no_more:
            return -1
        place = self._html.find(wanted, start)
        if place < 0:
            self._no_more.add(wanted)
        return place

    def _end_of_tag(self, place: int) -> int:
        """Return the place behind a tag, in whose attributes ">" may stand within quotes."""
        html, last = self._html, min(len(self._html), place + _LONGEST_TAG)
        at = place
        while mark := _IN_TAG.search(html, at, last):
            if mark[0] == ">":
                return mark.end()
            if mark[0] == "<":
                return -1
            closing = html.find(mark[0][-1], mark.end(), last)
            if closing < 0:
                break
            at = closing + 1
        end = html.find(">", place, last)
        return end + 1 if end >= 0 else -1

    def _behind_unseen(self, name: str, place: int) -> int:
        if not self._lower:
            self._lower = self._html.lower()
        closing = f"</{name}"
        if closing in self._no_more or len(self._lower) != len(self._html):
            return place
        end = self._lower.find(closing, place)
        if end < 0:
            self._no_more.add(closing)
            return place
        behind = self._html.find(">", end)
        return len(self._html) if behind < 0 else behind + 1
