"""basic-memory notes: Markdown whose lists hold observations and relations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from convledger.clock import parse_instant
from convledger.memory.readers.frontmatter import Frontmatter
from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.markdown import Piece, pieces
from convledger.memory.readers.markdown_items import item_of, opened
from convledger.memory.readers.words import kind_of, tags_in

NAME, TITLE = "basic-memory", "basic-memory note"
_OBSERVATION = re.compile(r"\[([^\[\]\n]{1,60})\][ \t]+")
_RELATION = re.compile(r"([^\[\]\n]{1,80}?)[ \t]*\[\[([^\[\]\n]+)\]\]")
_TASK = ("x", "X", "-", " ")
_TAG = re.compile(r"#[\w/-]+")


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a note: observations with their tags, relations, and other text."""
    text, head, wrong = opened(content)
    yield from wrong
    if text is None:
        return
    keys = Keys()
    tags = tuple(tag.lstrip("#") for tag in head.words("tags"))
    modified = head.text("modified") or head.text("created")
    date = parse_instant(modified.strip())
    for piece in pieces(content, text, head.lines):
        if piece.body.strip():
            item = item_of(piece, keys, kind=kind_of(piece.heading, "fact"), tags=tags,
                           title=head.text("title"), source_date=date)  # fmt: skip
            yield _shaped(item, piece, head, text.encoding) if piece.is_bullet else item


def _shaped(item: Item, piece: Piece, head: Frontmatter, encoding: str) -> Item:
    """Return a bullet as the observation or relation that it is."""
    found = _OBSERVATION.match(piece.body)
    if found is not None and found[1] not in _TASK:
        return _observation(item, found, head.words("tags"), encoding)
    link = _RELATION.match(piece.body)
    if link is None:
        return replace(item, tags=(*item.tags, *tags_in(piece.body)))
    name = " ".join((head.text("title"), link[1], link[2])).strip()
    return replace(item, title=name, kind="fact", tags=(*head.words("tags"), "relation"))


def _observation(item: Item, category: re.Match[str], tags: tuple[str, ...], encoding: str) -> Item:
    """Return an item without its category, tags and context; those bytes stay as they are."""
    begin = category.end()
    body = item.body[begin:]
    text, context = _context(body)
    found = tags_in(text)
    end = len(text)
    for word in reversed(text.split(" ")):
        if (word and not _TAG.fullmatch(word)) or end <= len(word):
            break
        end -= len(word) + 1
    text = text[:end].rstrip()
    if not text.strip():
        return item
    start = length = None
    if item.start is not None and "\n" not in item.body:
        start = item.start + len(item.body[:begin].encode(encoding))
        length = len(text.encode(encoding))
    return replace(
        item,
        title=f"{text} ({context})" if context and len(text) < 120 else "",
        body=text,
        kind=kind_of(category[1], "fact"),
        tags=tuple(dict.fromkeys((*(tag.lstrip("#") for tag in tags), *found))),
        start=start,
        length=length,
    )


def _context(body: str) -> tuple[str, str]:
    """Return a text and the words in brackets behind it, "" where there are none."""
    begin = body.rfind("(")
    context = body[begin + 1 : -1]
    is_one = begin > 0 and body.endswith(")") and body[begin - 1] in " \t"
    if not is_one or not context.strip() or ")" in context or "\n" in context:
        return body, ""
    return body[:begin].rstrip(), context
