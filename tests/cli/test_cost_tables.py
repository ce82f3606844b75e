"""Costs and people's time from tables: read whatever the order, taken once, written back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.errors import UsageProblem
from convledger.reports.unit_costs.cost_columns import joined, parted
from convledger.reports.unit_costs.cost_file import CostFile, FileTerms, read_cost_file
from convledger.zones import zone_of
from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("on_the_20th")
COSTS = """Note;Amount;NAME;Kind;since;Every;client
a first one;20;Desk;subscription;2026-10-01;monthly;
;-5.25;Refund;tool;2026-10-14;;acme
;-5.25;Refund;tool;2026-10-14;;acme
"""


@pytest.fixture
def books(other: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("TZ", "UTC")
    return other


def table(folder: Path, text: str | bytes, name: str = "costs.csv") -> str:
    place = folder / name
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(place)


def listed(cli: Cli) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli("cost", "list", "--json").json["costs"]
    return [{key: value for key, value in each.items() if key != "number"} for each in found]


def test_columns_are_known_by_name_in_any_order_and_rows_count_once(
    books: Cli, tmp_path: Path
) -> None:
    path = table(tmp_path, COSTS)
    assert books("cost", "import", path, "--dry-run", "--json").json["new"] == 3
    assert listed(books) == []
    assert "3 costs taken" in books("cost", "import", path).out
    assert [(each["name"], each["amount"], each["every"]) for each in listed(books)] == [
        ("Desk", "20", "month"), ("Refund", "-5.25", None), ("Refund", "-5.25", None),
    ]  # fmt: skip
    again = books("cost", "import", path)
    assert ("0 costs taken" in again.out, "3 rows the books have already" in again.out) == (
        True, True,
    )  # fmt: skip
    more = table(tmp_path, COSTS + COSTS.splitlines()[2] + "\n", "more.csv")
    assert books("cost", "import", more, "--json").json["taken"] == 1
    books("cost", "remove", "1")
    found = books("cost", "import", path, "--json").json
    assert (found["taken"], found["known"], found["known_but_away"]) == (0, 3, 1)


def test_an_import_is_taken_back_whole(books: Cli, tmp_path: Path) -> None:
    books("cost", "import", table(tmp_path, COSTS))
    assert "the import (3 entries)" in books("cost", "undo").out
    assert listed(books) == []


def test_bad_rows_are_told_by_line_and_the_good_ones_taken(books: Cli, tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "kind,name,amount,since,until\n"
        "tool,good,1,2026-10-01,2026-10-31\n"
        "tol,bad kind,1,2026-10-01,2026-10-31\n"
        "tool,bad amount,much,2026-10-01,\n"
        '"tool","two\nlines",3,2026-10-02,\n'
        "tool,no day,1,,\n"
        "tool,bad day,1,03/04/2026,\n"
        "tool,late,1,2026-10-02,2026-10-01\n"
        "tool,too long,1,2026-10-01,2026-10-31,x\n",
    )
    strict = books("cost", "import", path, "--strict")
    assert (strict.code, listed(books)) == (1, [])
    answer = books("cost", "import", path, "--json")
    assert answer.code == 1
    assert {each["line"] for each in answer.json["rejected"]} == {3, 4, 7, 8, 9, 10}
    assert answer.json["taken"] == 2
    words = books("cost", "import", path, "--dry-run").err
    assert "line 3: no such kind of cost: 'tol'; did you mean tool?" in words
    assert "line 8: '03/04/2026' may be day or month first: say --date-order dmy or mdy" in words


def test_dates_and_decimals_are_said_where_they_could_be_either(books: Cli, tmp_path: Path) -> None:
    path = table(tmp_path, "Bezeichnung;Betrag;Datum\nServer;1.234,50 €;03.04.2026\n")
    named = ("--column", "name=Bezeichnung", "--column", "amount=Betrag", "--column", "on=Datum")
    assert books("cost", "import", path).code == 2
    assert books("cost", "import", path, *named).code == 1
    answer = books(
        "cost", "import", path, *named, "--decimal-comma", "--date-order", "dmy", "--kind",
        "infrastructure",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    (cost,) = listed(books)
    assert (cost["amount"], cost["currency"], cost["since"]) == ("1234.5", "EUR", "2026-04-03")


def test_time_is_told_from_costs_by_its_header(books: Cli, tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "Ticket,Date,Minutes,Agent\n5d0caad8,2026-10-12,12,Ada\n5d0caad8,,1h20m,\n"
        "5d0caad9,,3,\n5d0caad8,,-3,\n",
    )
    answer = books("cost", "import", path)
    assert (answer.code, "2 entries of time taken" in answer.out) == (1, True)
    assert "line 4: no conversation '5d0caad9'" in answer.err
    assert "near it are claude-code:5d0caad8" in answer.err
    found = books("cost", "time", "list", "--json").json["time"]
    assert [(each["on"], each["minutes"], each["person"]) for each in found] == [
        ("2026-10-12", "12", "Ada"), ("2026-10-12", "80", None),
    ]  # fmt: skip
    assert books("cost", "import", path, "--json").json["known"] == 2


def test_what_is_exported_reads_back_to_the_same(
    books: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "claude-code:5d0caad8-6dbe-40d4-aad6-a9b4e8fa2556"
    books("cost", "import", table(tmp_path, COSTS))
    books("cost", "add", "other", "=SUM(A1)", "-0.000000000001", "--on", "2028-02-29", "--note",
          '-"quoted", ; and more', "--client", "a;b", "--client", '"c"', "--tag", "x")  # fmt: skip
    books("cost", "add", "revenue", "Fee", "7", "--on", "2026-10", "--conversation", f"{name}=2")
    books("cost", "time", "add", name, "90s", "--person", "Ada", "--on", "2026-10-12")
    costs, times = str(tmp_path / "out.csv"), str(tmp_path / "times.csv")
    assert books("cost", "export", "--output", costs).code == 0
    assert books("cost", "export", "--output", costs).code == 2
    assert books("cost", "export", "--times", "--output", times).code == 0
    before, text = listed(books), Path(costs).read_text()
    assert books("cost", "import", costs, "--json").json["taken"] == 0
    assert books("cost", "import", times, "--json").json["known"] == 1

    monkeypatch.setenv("CONVLEDGER_WORKSPACE", str(tmp_path / "second"))
    assert books("import").code == 0
    assert books("cost", "import", costs, "--strict").code == 0
    assert books("cost", "import", times, "--strict").code == 0
    unmarked = [{**each, "imported": None} for each in before]
    assert [{**each, "imported": None} for each in listed(books)] == unmarked
    assert books("cost", "export").out == books("cost", "export", "--output", "-").out == text
    assert books("cost", "export", "--times").out == Path(times).read_text()


@pytest.mark.parametrize(
    ("content", "way_out"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"a,b\n1,2\n", "no column amount"),
        (b"amount,amount\n1,2\n", "two columns are called"),
        (b"conversation,minutes,amount\nx,1,2\n", "--as items or --as times"),
        (b"conversation,minutes,hours\nx,1,2\n", "take all but one out"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(
    books: Cli, tmp_path: Path, content: bytes, way_out: str
) -> None:
    answer = books("cost", "import", table(tmp_path, content))
    assert (answer.code, way_out in answer.err) == (2, True), answer.err
    assert books("cost", "import", str(tmp_path / "none.csv")).code == 2


def test_tables_of_other_programs_are_read_as_they_are(books: Cli, tmp_path: Path) -> None:
    text = "sep=;\r\nname;amount;on\r\nBüro;3;2026-10-01\r\n"
    for number, content in enumerate(
        (text.encode("utf-16"), "\ufeff".encode() + text.encode(), text.encode("windows-1252"))
    ):
        path = table(tmp_path, content, f"{number}.csv")
        taken = books("cost", "import", path, "--json").json["taken"]
        assert taken == (1 if number == 0 else 0), "the same row however it is written"
    assert [each["name"] for each in listed(books)] == ["Büro"]


def find(name: str) -> tuple[int, int]:
    if "x" in name:
        raise UsageProblem(f"no conversation {name}")
    return len(name), 0


def read(content: bytes, terms: FileTerms) -> CostFile:
    """Return what a table holds; one that can't be read as a whole holds nothing."""
    try:
        return read_cost_file(content, terms, find)
    except UsageProblem:
        return CostFile("")


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["2026-02-29", "1e400", "-5", "€1", "١٢", "=1+1", "2026-13", "9999-12-31",
                     "0000-00-00", "1/1/1", "29/2/2028", "(5)", "a=1; b=2", '"', "1h1h", "9:99"]),
)  # fmt: skip
MEANINGS = st.sampled_from(
    ["amount", "kind", "name", "since", "until", "on", "every", "weights", "minutes",
     "conversation", "client", "currency", "rule", "note", "", "hours"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.lists(MEANINGS, min_size=1, max_size=8),
    st.lists(st.lists(CELLS, max_size=9), max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_any_table_ends_in_entries_or_reasons(
    header: list[str], rows: list[list[str]], delimiter: str, comma: bool
) -> None:
    lines = [delimiter.join(header), *(delimiter.join(row) for row in rows)]
    content = "\n".join(lines).encode("utf-8", "replace")
    terms = FileTerms(zone_of("Europe/Berlin")[0], decimal_mark="," if comma else ".")
    found = read(content, terms)
    for _, item in found.items:
        assert item.amount
        assert item.until is None or item.until > item.since
    assert all(time.seconds >= 0 for _, time in found.times)
    assert all(reason for _, reason in found.rejected)


@given(st.binary(max_size=400))
def test_any_bytes_end_in_entries_or_reasons(content: bytes) -> None:
    found = read(b"amount,on,name\n" + content, FileTerms(zone_of("UTC")[0]))
    assert all(reason for _, reason in found.rejected)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)))
def test_values_in_one_cell_come_apart_again(values: list[str]) -> None:
    assert list(parted(joined(values))) == values
