"""`report --format`: where a client's report goes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.cli import streams
from convledger.cli.client_report import file_name
from convledger.reports.client_report.asked import ReportQuery
from tests.cli.conftest import Cli
from tests.reports.client_report.forms import Parsed
from tests.reports.unit_costs.costbook import CostBook


@pytest.fixture
def bakery(other: Cli, on_the_20th: None) -> Cli:
    """Return the command line over the invented history, in which a client has a folder."""
    project = "*/clients/northwind-bakery/*"
    assert other("label", "--project", project, "--client", "northwind").code == 0
    return other


def test_each_form_goes_to_a_pipe(bakery: Cli) -> None:
    asked = ("report", "--client", "northwind", "--month", "2026-11", "--tz", "UTC", "--format")
    page = bakery(*asked, "html")
    markdown = bakery(*asked, "md")
    rows = bakery(*asked, "csv")
    assert (page.code, markdown.code, rows.code) == (0, 0, 0)
    assert Parsed(page.out).faults == []
    assert markdown.out.startswith("# AI usage and cost: northwind, November 2026\n")
    assert rows.out.startswith("section,key,detail,conversations,")
    assert "November 2026 is not over" in markdown.out


def test_its_total_is_that_of_the_report_by_client(bakery: Cli) -> None:
    asked = ("--client", "northwind", "--month", "2026-11", "--tz", "UTC")
    table = bakery("report", "--by", "client", *asked, "--json").json
    rows = bakery("report", *asked, "--format", "csv").out.splitlines()
    total = next(row for row in rows if row.startswith("total,")).split(",")
    assert total[8] == table["total"]["list_cost_usd"]
    assert total[5] == str(table["total"]["calls"])


def test_on_a_terminal_it_becomes_a_file_that_is_not_replaced(
    bakery: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "is_terminal_out", lambda: True)
    monkeypatch.chdir(tmp_path)
    asked = ("report", "--client", "northwind", "--month", "2026-11", "--format", "html")
    made = bakery(*asked)
    file = tmp_path / "northwind-2026-11.html"
    assert (made.code, made.out) == (0, "")
    assert "The report is in northwind-2026-11.html" in made.err
    assert file.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert file.stat().st_mode & 0o77 == 0
    file.write_text("mine", "utf-8")
    refused = bakery(*asked)
    assert refused.code == 2
    assert "is there already; --force replaces it" in refused.err
    assert file.read_text("utf-8") == "mine"
    assert bakery(*asked, "--force").code == 0
    assert file.read_text("utf-8") != "mine"


def test_out_names_a_file_or_a_folder(bakery: Cli, tmp_path: Path) -> None:
    asked = ("report", "--client", "northwind", "--month", "2026-11", "--format", "md")
    assert bakery(*asked, "--out", str(tmp_path / "mine.md")).out == ""
    assert bakery(*asked, "--out", str(tmp_path)).code == 0
    assert bakery(*asked, "--out", "-").out.startswith("# AI usage")
    written = (tmp_path / "northwind-2026-11.md").read_text("utf-8")
    assert written == (tmp_path / "mine.md").read_text("utf-8")


def test_without_a_month_it_is_the_last_one_that_is_over(bakery: Cli) -> None:
    answer = bakery("report", "--client", "northwind", "--format", "md", "--tz", "UTC")
    assert answer.out.startswith("# AI usage and cost: northwind, October 2026\n")


def test_a_month_alone_is_a_table_of_it(bakery: Cli) -> None:
    month = bakery("report", "--month", "2026-11", "--json").json
    both = bakery("report", "--since", "2026-11", "--until", "2026-11", "--json").json
    assert month == both
    assert bakery("report", "--month", "2026-11", "--since", "7d").code == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--format", "pdf"), "--format takes md, html, csv"),
        (("--format", "md", "--json"), "leave --json"),
        (("--format", "md", "--since", "7d"), "leave --json"),
        (("--format", "md", "--month", "October"), "Write it like 2026-10"),
        (("--format", "md", "--month", "2026-13"), "2026-13"),
        (("--format", "md", "--by", "day"), "no such segment: 'day'"),
        (("--format", "md", "--currency", "XXX"), "no such currency"),
        (("--format", "md", "--model", "opus"), "leave --model out"),
        (("--format", "md", "--with-titles", "--anonymous"), "contradict each other"),
        (("--format", "md", "--client", "nortwind"), "did you mean northwind?"),
        (("--out", "x.md"), "say which --format"),
        (("--title", "x"), "say which --format"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(
    bakery: Cli, options: tuple[str, ...], why: str
) -> None:
    answer = bakery("report", *options)
    assert (answer.code, answer.out) == (2, "")
    assert why in answer.err


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("acme", "acme-2026-10.html"),
        ("../../etc/Ácme & Söns!", "etc-cme-s-ns-2026-10.html"),
        ("日本", "report-2026-10.html"),
        ("x" * 300, f"{'x' * 60}-2026-10.html"),
    ],
)
def test_a_file_has_a_harmless_name(tmp_path: Path, client: str, name: str) -> None:
    books = CostBook(tmp_path / "w")
    query = ReportQuery(books.ask(scope={"client": (client,)}))
    books.ledger.close()
    assert file_name(query, "html") == name
