"""Reads the forms of a report back."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

from convledger.reports.client_report.csv_form import csv_text
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.html_form import html_text
from convledger.reports.client_report.markdown_form import markdown_text
from convledger.reports.client_report.sections import page_of

VOID = frozenset(("meta", "br", "hr", "img", "input", "link", "line", "rect"))
LOADING = frozenset(
    (
        *("src", "href", "srcset", "action", "data", "poster", "background", "xlink:href"),
        *("formaction", "ping", "style"),
    )
)


def as_markdown(report: ClientReport) -> str:
    """Return the report as Markdown."""
    return markdown_text(page_of(report))


def as_html(report: ClientReport) -> str:
    """Return the report as HTML."""
    return html_text(page_of(report))


def as_rows(report: ClientReport, section: str = "") -> list[dict[str, str]]:
    """Return the rows of the CSV, of one section if named."""
    rows = list(csv.DictReader(io.StringIO(csv_text(report))))
    return [row for row in rows if not section or row["section"] == section]


class Parsed(HTMLParser):
    """A page as a browser sees it: its tags in balance, its attributes, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.text: list[str] = []
        self.faults: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data
