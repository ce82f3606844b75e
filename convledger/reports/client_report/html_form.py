"""A report as one page of HTML that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from convledger.reports.client_report.charts import bars, histogram, waterfall
from convledger.reports.client_report.page import (
    Bars,
    Block,
    Histogram,
    Page,
    Section,
    Table,
    Waterfall,
)

STYLE = "style.css"
# Should a name ever get through as markup: nothing may be loaded, run, sent or framed.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html_text(page: Page) -> str:
    """Return the report as a page of HTML."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    style = files("convledger.reports.client_report").joinpath(STYLE).read_text("utf-8")
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="robots" content="noindex">'
    yield f"<title>{escape(page.title)}</title>"
    yield f"<style>\n{style.strip()}\n</style>"
    yield "</head>"
    yield "<body>"
    yield "<main>"
    yield "<header>"
    yield f"<h1>{_foreign(page.title)}</h1>"
    yield '<dl class="facts">'
    for name, value in page.facts:
        yield f"<div><dt>{escape(name)}</dt><dd>{_foreign(value)}</dd></div>"
    yield "</dl>"
    yield "</header>"
    for warning in page.warnings:
        yield f'<p class="warning" role="note">{_foreign(warning)}</p>'
    yield '<ul class="figures">'
    for figure in page.figures:
        words = f"<small>{escape(figure.words)}</small>" if figure.words else ""
        yield (
            f"<li><span>{escape(figure.label)}</span><strong>{escape(figure.value)}</strong>"
            f"{words}</li>"
        )
    yield "</ul>"
    for section in page.sections:
        yield from _section(section)
    yield f"<footer><p>{_foreign(page.footer)}</p></footer>"
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="{section.name}">'
    yield f'<h2 id="{section.name}">{escape(section.title)}</h2>'
    for words in section.words:
        yield f"<p>{_foreign(words)}</p>"
    for place, block in enumerate(section.blocks):
        yield from _block(block, f"{section.name}-{place}")
    if section.notes:
        yield '<ul class="notes">'
        for note in section.notes:
            yield f"<li>{_foreign(note)}</li>"
        yield "</ul>"
    yield "</section>"


def _block(block: Block, name: str) -> Iterator[str]:
    if isinstance(block, Table):
        if block.folded and len(block.rows) > 1:
            yield f"<details><summary>{escape(block.caption)}</summary>"
            yield from _table(block)
            yield "</details>"
        else:
            yield from _table(block)
        return
    yield "<figure>"
    yield f"<figcaption>{escape(block.title)}</figcaption>"
    if isinstance(block, Bars):
        yield from bars(block, name)
        yield '<ul class="legend">'
        for series, (label, amount) in enumerate(block.legend):
            yield (
                f'<li><i class="s{series}" aria-hidden="true"></i>{_foreign(label)} '
                f"<b>{escape(amount)}</b></li>"
            )
        yield "</ul>"
    elif isinstance(block, Waterfall):
        yield from waterfall(block, name)
    elif isinstance(block, Histogram):
        yield from histogram(block, name)
    yield "</figure>"


def _table(table: Table) -> Iterator[str]:
    caption = escape(table.caption)
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table>'
    yield f'<caption class="unseen">{caption}</caption>'
    yield "<thead><tr>"
    for column in table.columns:
        yield f'<th scope="col"{_side(column.align)}>{escape(column.title)}</th>'
    yield "</tr></thead>"
    yield "<tbody>"
    for place, row in enumerate(table.rows):
        yield from _row(table, row, ' class="sum"' if place in table.sums else "")
    yield "</tbody>"
    if table.total is not None:
        yield "<tfoot>"
        yield from _row(table, table.total, "")
        yield "</tfoot>"
    yield "</table></div>"


def _row(table: Table, row: tuple[str, ...], kind: str) -> Iterator[str]:
    cells = []
    for place, (column, text) in enumerate(zip(table.columns, row, strict=True)):
        shown = _foreign(text) if column.foreign else escape(text)
        side = _side(column.align) or ("" if column.foreign else ' class="whole"')
        cells.append(
            f'<th scope="row"{side}>{shown}</th>' if not place else f"<td{side}>{shown}</td>"
        )
    yield f"<tr{kind}>{''.join(cells)}</tr>"


def _side(align: str) -> str:
    return ' class="right"' if align == "right" else ""


def _foreign(text: str) -> str:
    """Return text with names in it, which turn no other text around."""
    return f"<bdi>{escape(text)}</bdi>"
