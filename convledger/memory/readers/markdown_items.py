"""The pieces of a Markdown file as items, the same for every tool that keeps memory so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from convledger.memory.readers.frontmatter import Frontmatter, frontmatter_of
from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.markdown import Piece, pieces
from convledger.memory.readers.texts import Text, lines_of
from convledger.memory.readers.words import kind_of, tag_of

# A line that only names another file: that file is read itself.
_ONLY_IMPORTS = re.compile(r"(?:@[^\s@]+\s*)+$")


def opened(content: bytes) -> tuple[Text | None, Frontmatter, list[Rejected]]:
    """Return a file's lines, its frontmatter, and what is wrong with either."""
    text = lines_of(content)
    if isinstance(text, Rejected):
        return None, Frontmatter(), [text]
    wrong = [Rejected("", text.complaint)] if text.complaint else []
    head = frontmatter_of(text.lines[:501])
    wrong += [Rejected(f"line {number}", reason) for number, reason in head.wrong]
    return text, head, wrong


def markdown_items(
    content: bytes,
    *,
    kind: str,
    tags: tuple[str, ...] = (),
    title: str = "",
    source_date: int | None = None,
    shown: Text | None = None,
    kind_under: Callable[[str], str] | None = None,
) -> Iterator[Item | Rejected]:
    """Yield the items of a Markdown file.

    `kind` is what an item is whose headings say nothing else, unless `kind_under` decides by them;
    `title` that of text above the first heading; `shown` what to read instead of the file's lines.
    """
    text, head, wrong = opened(content)
    yield from wrong
    if text is None:
        return
    keys = Keys()
    for piece in pieces(content, shown or text, head.lines):
        body = piece.body.strip()
        if body and not _ONLY_IMPORTS.match(body):
            under = " / ".join(piece.path)
            found = kind_under(under) if kind_under else kind_of(piece.heading, kind)
            yield item_of(piece, keys, kind=found, tags=tags, title=title, source_date=source_date)


def item_of(
    piece: Piece,
    keys: Keys,
    *,
    kind: str,
    tags: tuple[str, ...] = (),
    title: str = "",
    source_date: int | None = None,
) -> Item:
    """Return a piece of Markdown as an item: a bullet is tagged with its heading."""
    under = " / ".join(piece.path)
    key = keys.next(under)
    heading = piece.heading or title
    return Item(
        key=key,
        title="" if piece.is_bullet or not key.endswith("#1") else heading,
        body=piece.body,
        kind=kind,
        tags=tuple(dict.fromkeys((*tags, *(tag_of(heading) if len(piece.path) > 1 else ())))),
        source_date=source_date,
        start=piece.start,
        length=piece.length,
        place=f"{under}, line {piece.number}" if under else f"line {piece.number}",
    )
