"""Turns our own manual pages, simple Markdown, into plain text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from convledger.cli.streams import bold

_ITEM = re.compile(r"(\s*)([-*]|\d+\.) (.*)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_PAGE = re.compile(r"([a-z]+)\.md")


def plain_text(page: str, width: int) -> Iterator[str]:
    """Yield the lines of a page: headings bold, code indented, paragraphs wrapped at `width`."""
    for block in _blocks(page.splitlines()):
        first = block[0]
        if first.startswith("```"):
            yield from (f"    {line}".rstrip() for line in block[1:] if not line.startswith("```"))
        elif all(line.startswith("    ") for line in block):
            yield from (line.rstrip() for line in block)
        elif first.startswith("#"):
            title = first.lstrip("#").strip()
            yield bold(title.upper() if first.startswith("# ") else title)
        elif first.startswith("|"):
            yield from _table(block, width)
        elif _ITEM.match(first):
            yield from _list(block, width)
        else:
            yield from textwrap.wrap(_inline(" ".join(block)), width, break_on_hyphens=False)
        yield ""


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Cut a page at empty lines; fenced code stays whole."""
    block: list[str] = []
    fenced = False
    for line in lines:
        fence = line.startswith("```")
        if not fenced and (not line.strip() or (fence and block)):
            if block:
                yield block
            block = []
        if line.strip() or fenced:
            block.append(line)
        if fence:
            fenced = not fenced
            if not fenced:
                yield block
                block = []
    if block:
        yield block


def _inline(text: str) -> str:
    """Return a line without emphasis marks, links as commands or with their address."""

    def link(found: re.Match[str]) -> str:
        page = _PAGE.fullmatch(found[2])
        return f"convledger help {page[1]}" if page else f"{found[1]} ({found[2]})"

    return _LINK.sub(link, text).replace("**", "").replace("`", "")


def _list(block: list[str], width: int) -> Iterator[str]:
    items: list[tuple[str, str]] = []
    for line in block:
        found = _ITEM.match(line)
        if found:
            items.append((f"  {found[1]}{found[2]} ", found[3]))
        else:
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}")
    for mark, text in items:
        yield from textwrap.wrap(
            _inline(text),
            width,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_on_hyphens=False,
        )


def _table(block: list[str], width: int) -> Iterator[str]:
    """Yield a table with its first columns aligned and its last one wrapped."""
    rows = [
        [_inline(cell.strip()) for cell in line.strip().strip("|").split("|")]
        for line in block
        if not re.fullmatch(r"[|\s:-]+", line)
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for number, row in enumerate(rows):
        if number == 0 and not any(row):
            continue
        head = "  " + "".join(
            cell.ljust(size + 2) for cell, size in zip(row[:-1], widths, strict=True)
        )
        lines = textwrap.wrap(row[-1], max(24, width - len(head)), break_on_hyphens=False) or [""]
        yield (head + lines[0]).rstrip()
        yield from (" " * len(head) + line for line in lines[1:])
