"""A report as Markdown: plain tables that every forge renders, in which no name can do anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convledger.reports.client_report.page import Page, Section, Table

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|!~$&])")
_LINK = re.compile(r"(?<=[A-Za-z])(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
# Forges look for people and for numbers of issues in the finished page, but not in code.
_CALLS_SOMEBODY = re.compile(r"@|#[0-9]|\bGH-[0-9]", re.IGNORECASE)


def markdown_text(page: Page) -> str:
    """Return the report as Markdown."""
    return "\n".join(_lines(page)) + "\n"


def plain(text: str) -> str:
    """Return one line of foreign text in which nothing is markup, a link, or calls anybody."""
    if _CALLS_SOMEBODY.search(text):
        return "`" + text.replace("`", "'").replace("\\", "/").replace("|", "\\|") + "`"
    return _LINK.sub(r"\\", _SPECIAL.sub(r"\\\1", text))


def _lines(page: Page) -> Iterator[str]:
    yield f"# {plain(page.title)}"
    yield ""
    for name, value in page.facts:
        yield f"- **{name}:** {plain(value)}"
    for warning in page.warnings:
        yield ""
        yield f"> **Note:** {plain(warning)}"
    yield ""
    yield "| Figure | Value | Remark |"
    yield "|:--|--:|:--|"
    for figure in page.figures:
        yield f"| {figure.label} | {figure.value} | {figure.words} |"
    for section in page.sections:
        yield ""
        yield from _section(section)
    yield ""
    yield f"*{plain(page.footer)}*"


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    for words in section.words:
        yield ""
        yield plain(words)
    for block in section.blocks:
        if isinstance(block, Table):  # a chart is drawn of the figures in one
            yield ""
            yield from _table(block)
    yield from ([""] if section.notes else [])
    for note in section.notes:
        yield f"- {plain(note)}"


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(column.title for column in table.columns)} |"
    marks = (":--" if column.align == "left" else "--:" for column in table.columns)
    yield f"|{'|'.join(marks)}|"
    for place, row in enumerate(table.rows):
        yield _row(table, row, is_bold=place in table.sums)
    if table.total is not None:
        yield _row(table, table.total, is_bold=True)


def _row(table: Table, row: tuple[str, ...], *, is_bold: bool) -> str:
    cells = []
    for column, text in zip(table.columns, row, strict=True):
        cell = plain(text) if column.foreign else text.replace("|", "\\|")
        cells.append(f"**{cell}**" if is_bold and cell else cell)
    return f"| {' | '.join(cells)} |"
