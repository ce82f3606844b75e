"""Obsidian notes: Markdown with properties, #tags and %%comments%%, which are left out."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from convledger.clock import parse_instant
from convledger.memory.readers.items import Item, Rejected
from convledger.memory.readers.markdown_items import markdown_items, opened
from convledger.memory.readers.texts import Text
from convledger.memory.readers.words import tags_in

NAME, TITLE = "obsidian", "Obsidian note"
LEFT_ALONE = (".obsidian", ".trash")


def read(content: bytes, path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a note; what lies in the folders of the app itself is none."""
    parts = path.replace("\\", "/").split("/")
    if any(part in LEFT_ALONE for part in parts):
        return
    text, head, wrong = opened(content)
    if text is None:
        yield from wrong
        return
    tags = tuple(tag.lstrip("#").casefold() for tag in head.words("tags") or head.words("tag"))
    dates = (head.text(name).strip() for name in ("updated", "modified", "date", "created"))
    found = markdown_items(
        content,
        kind="fact",
        tags=tags,
        title=parts[-1].removesuffix(".md"),
        source_date=next((each for each in map(parse_instant, dates) if each is not None), None),
        shown=_without_comments(text),
    )
    for item in found:
        if isinstance(item, Item):
            item = replace(item, tags=tuple(dict.fromkeys((*item.tags, *tags_in(item.body)))))
        yield item


def _without_comments(text: Text) -> Text:
    """Return lines without what stands between %% and %%, on one line or over several."""
    marked = [at for at, line in enumerate(text.lines) if "%%" in line]
    lines, inexact = list(text.lines), set(text.inexact)
    opened_at = -1
    for at in marked:
        parts = lines[at].split("%%")
        if len(parts) % 2 == 0 and opened_at < 0 and at == marked[-1]:
            break  # nothing ends it: a sign like any other
        inside = opened_at >= 0
        lines[at] = "".join(part for n, part in enumerate(parts) if (n % 2 == 0) != inside)
        inexact.add(at)
        if inside:
            between = range(opened_at + 1, at)
            lines[opened_at + 1 : at] = [""] * len(between)
            inexact.update(between)
        if len(parts) % 2 == 0:
            opened_at = -1 if inside else at
        elif inside:
            opened_at = at
    return Text(lines, text.starts, text.encoding, inexact)
