"""What a client may not read, and what foreign text may not do, in any form of a report."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha512
from typing import Any

import pytest

from convledger.reports.client_report.asked import ANONYMOUS, TITLED
from convledger.reports.client_report.csv_form import csv_text
from convledger.reports.client_report.markdown_form import plain
from convledger.text.path_ends import last_parts
from tests.hostile import HOSTILE, unsafe_in
from tests.reports.client_report.conftest import Office
from tests.reports.client_report.forms import LOADING, Parsed, as_html, as_markdown, as_rows
from tests.reports.shop import PER_UNIT

SCRIPTS = {
    "tag": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x="',
    "quote": "' onfocus='alert(1)",
    "image": "<img src=//evil.example/x.png>",
    "comment": "--><h1>owned</h1><!--",
    "end of a style": "</style><link rel=stylesheet href=//evil.example>",
    "entity": "&lt;b&gt;&#x3c;script&#x3e;",
    "end of a cell": "</td></tr></table><p>free",
    "markdown link": "[click](https://evil.example)",
    "markdown image": "![x](https://evil.example/x.png)",
    "bare link": "see https://evil.example/ or www.evil.example",
    "mention": "@everyone #1234 me@evil.example",
    "pipes": "a|b\\|c||d",
    "backticks": "`a` ``b``` c",
    "mention with ticks": "@x `|` \\| @y",
    "rules": "--- \n# Heading\n> quote",
    "strike": "~~gone~~ $x$ **bold** _it_",
    "formula": '=HYPERLINK("http://evil.example")',
    "very long": "x" * 10_000,
    "very long and wide": "界|" * 5_000,
}
ALL = {**SCRIPTS, **{name: text for name, text in HOSTILE.items() if max(text) < "\ud800"}}


def every_form(office: Office, **more: Any) -> list[str]:
    """Return the report in its forms."""
    report = office.report(**more)
    return [as_markdown(report), as_html(report), csv_text(report)]


@pytest.mark.parametrize("shown", [TITLED, "bare", ANONYMOUS])
def test_nothing_of_another_client_is_in_it(october: Office, shown: str) -> None:
    spy = {"project": "/home/me/GLOBEX/vault", "kind": "GLOBEX-kind", "tag": "GLOBEX-tag"}
    other = october.own(
        "2026-10-02T10:00", "GLOBEX", name="GLOBEX-id", title="GLOBEX merger", **spy
    )
    october.spend("2026-10-02T10:01", None, "GLOBEX-id", model="GLOBEX-model")
    october.spend("2026-10-02T10:02", "9.00", "GLOBEX-id", model="GLOBEX-tuned")
    scope = {"client": ("GLOBEX",)}
    october.item("tool", "5", name="GLOBEX tool", scope=scope, rule="time")
    october.item("human", "5", name="GLOBEX desk", scope=scope, currency="PLN")
    october.item("subscription", "9", name="GLOBEX seats", scope=scope, currency="EUR")
    october.exchange("EUR", "1.10")
    october.item("infrastructure", "7", name="GLOBEX cluster", rule="hand", shares={other: 1})
    october.plan(PER_UNIT, plan="globex-plan")
    october.use("globex-plan", scope={"client": ("GLOBEX",)})
    for text in every_form(october, shown=shown):
        assert "GLOBEX" not in text
        assert "globex" not in text
        assert "EUR" not in text
        assert "PLN" not in text


def test_a_rule_that_found_nothing_for_others_is_not_told(october: Office) -> None:
    october.own("2026-10-09T10:00", "GLOBEX", name="idle")
    october.item("tool", "5", name="GLOBEX gold", scope={"client": ("GLOBEX",)}, rule="cost")
    notes = october.costs(scope={"client": ("acme",)}).notes
    assert notes == []
    assert october.costs(scope={"client": ("GLOBEX",)}).notes != []


def test_titles_are_left_out_unless_asked_for(october: Office) -> None:
    assert "The cart is empty" not in "".join(every_form(october))
    for text in every_form(october, shown=TITLED):
        assert "The cart is empty" in text


def test_secrets_in_titles_are_veiled(october: Office) -> None:
    code = b64encode(sha512(b"invented").digest() * 2, b"-_").decode()
    key = f"sk-ant-api03-{code[:93]}AA"
    october.own("2026-10-03T10:00", name="leak", title=f"use {key}")
    for text in every_form(october, shown=TITLED):
        assert key not in text
        assert "•••" in text


def test_folders_of_projects_are_left_out(october: Office) -> None:
    for text in every_form(october):
        assert "/home/me" not in text
        assert "shop" in text


def test_projects_of_the_same_name_show_what_tells_them_apart() -> None:
    paths = ["/home/me/acme/shop", "/srv/old/shop", "C:\\work\\site", "site-2", "/"]
    assert list(last_parts(paths).values()) == ["acme/shop", "old/shop", "site", "site-2", "/"]


def test_an_anonymous_report_names_neither_ids_nor_projects(october: Office) -> None:
    october.own("2026-10-03T10:00", name="f00dcafe-id", user="ana")
    for text in every_form(october, shown=ANONYMOUS, by=("user", "project")):
        assert "f00dcafe" not in text
        assert "shop" not in text
        assert "ana |" not in text
        assert "project 1" in text
        assert "conversation 1" in text


def test_revenue_and_margins_are_not_the_clients_business(october: Office) -> None:
    october.item("revenue", "4321")
    for text in every_form(october):
        assert "4,321" not in text
        assert "4321" not in text
        assert "revenue" not in text.lower()
        assert "margin" not in Parsed(text).text


@pytest.mark.parametrize("name", ALL)
def test_foreign_text_is_nothing_but_text(office: Office, name: str) -> None:
    text = ALL[name]
    office.own("2026-10-02T10:00", text, name="one", project=text, kind=text, title=text)
    office.spend("2026-10-02T10:01", "2.00", "one", model=text)
    office.spend("2026-10-02T10:02", None, "one", model=f"{text}2")
    report = office.report(client=text, title=text, shown=TITLED, by=("kind",))
    page, markdown = as_html(report), as_markdown(report)
    for form in (page, markdown, csv_text(report)):
        assert unsafe_in(form) == []
        assert len(form) < 60_000
    parsed = Parsed(page)
    assert (parsed.open, parsed.faults) == ([], [])
    assert parsed.tags <= TAGS
    assert [name for name, _ in parsed.attributes if name in LOADING or name[:2] == "on"] == []
    assert all(cells == heading for heading, cells in cells_of(markdown))
    for row in as_rows(report):
        for cell in row.values():
            assert not re.match(r"\s*[=+@\t＝＋＠]", cell)
            assert not re.match(r"\s*[-－](?![\d.])", cell)


def cells_of(markdown: str) -> Iterator[tuple[int, int]]:
    """Yield for each row of a table how many cells its heading has, and how many it has."""
    heading = 0
    for line in markdown.splitlines():
        cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) if line.startswith("|") else 0
        heading = heading or cells if cells else 0
        if cells:
            yield heading, cells


POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "dl"),
        *("div", "dt", "dd", "p", "ul", "li", "span", "strong", "small", "b", "i", "section"),
        *("figure", "figcaption", "svg", "desc", "g", "line", "rect", "text", "details"),
        *("summary", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "bdi"),
        "footer",
    )
)


def test_the_page_asks_nobody_for_anything(october: Office) -> None:
    page = as_html(october.report())
    parsed = Parsed(page)
    assert (parsed.open, parsed.faults) == ([], [])
    assert parsed.tags <= TAGS
    assert not re.search(r"https?:|url\(|@import|javascript:", page)
    assert [name for name, _ in parsed.attributes if name in LOADING or name[:2] == "on"] == []
    assert ("content", POLICY) in parsed.attributes


def test_every_chart_has_its_words_and_its_table(october: Office) -> None:
    page = as_html(october.report())
    parsed = Parsed(page)
    assert page.count("<svg ") == page.count('role="img"') == page.count("<desc ") == 3
    assert len(parsed.ids) == len(set(parsed.ids))
    named = " ".join(value or "" for name, value in parsed.attributes if name == "aria-labelledby")
    assert set(named.split()) <= set(parsed.ids)
    for cell in ("Fri 2 Oct", "Tokens at list price", "Messages"):
        assert cell in parsed.cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("https://x.example", "https\\://x.example"),
        ("WWW.x.example", "WWW\\.x.example"),
        ("@me `x` | \\|", "`@me 'x' \\| /\\|`"),
        ("~~x~~ $y$", "\\~\\~x\\~\\~ \\$y\\$"),
        ("see #12", "`see #12`"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20241022"),
    ],
)
def test_markdown_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown
