"""Answers are aligned, exact and inert: as a table, as CSV, as JSON."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.reports.render import csv_out, json_out
from convledger.reports.render.numbers import ago, bytes_text, compact, count, duration, share
from convledger.reports.render.table import Column, table
from convledger.text.display import width
from tests.hostile import HOSTILE, unsafe_in

SECOND = 1_000_000
COLUMNS = [
    Column("model", shrink=True, minimum=8),
    Column("calls", "right"),
    Column("reasoning", "right", optional=2),
    Column("cache write 1h", "right", optional=1),
    Column("cost", "right"),
]
ROWS = [
    ["claude-sonnet-4-5-20250929", "1,204", "12", "3,000", "$12.40"],
    ["gpt-5.2", "7", "–", "0", "–"],
]
TOTAL = ["total", "1,211", "12", "3,000", "$12.40"]
TEXTS = st.text(st.characters(exclude_categories=())) | st.sampled_from([*HOSTILE.values()])


def test_table_is_aligned_with_its_total_under_a_rule() -> None:
    assert table(COLUMNS[:2] + COLUMNS[4:], [[*row[:2], row[4]] for row in ROWS]).splitlines() == [
        "model                       calls    cost",
        "─────────────────────────────────────────",
        "claude-sonnet-4-5-20250929  1,204  $12.40",
        "gpt-5.2                         7       –",
    ]
    assert table(COLUMNS, ROWS, total=TOTAL).splitlines()[4:] == [
        "─" * 68,
        "total                       1,211         12           3,000  $12.40",
    ]


def test_narrow_table_first_cuts_text() -> None:
    assert table(COLUMNS, ROWS, width=60).splitlines()[2:] == [
        "claude-sonnet-4-5…  1,204         12           3,000  $12.40",
        "gpt-5.2                 7          –               0       –",
    ]


def test_narrower_table_drops_columns_and_says_which() -> None:
    lines = table(COLUMNS, ROWS, total=TOTAL, width=30).splitlines()

    assert lines == [
        "model            calls    cost",
        "──────────────────────────────",
        "claude-sonnet-…  1,204  $12.40",
        "gpt-5.2              7       –",
        "──────────────────────────────",
        "total            1,211  $12.40",
        "not shown: reasoning, cache",
        "write 1h (use --json or a",
        "wider terminal)",
    ]


def test_only_as_many_columns_go_as_must() -> None:
    shown = table(COLUMNS, ROWS, width=45)

    assert "not shown: reasoning (use" in shown.replace("\n", " ")
    assert "cache write 1h" in shown.splitlines()[0]


def test_table_too_wide_for_any_terminal_keeps_every_figure() -> None:
    assert "$12.40" in table(COLUMNS, ROWS, width=3)


def test_wide_characters_are_counted_in_cells() -> None:
    shown = table([Column("name"), Column("n", "right")], [["世界", "1"], ["abc", "22"]])

    assert shown.splitlines() == ["name   n", "────────", "世界   1", "abc   22"]


def test_colour_is_only_used_when_asked_for() -> None:
    assert "\x1b" not in table(COLUMNS, ROWS, total=TOTAL, width=30)
    coloured = table(COLUMNS, ROWS, total=TOTAL, width=30, colour=True)
    assert coloured.startswith("\x1b[1mmodel")
    assert unsafe_in(coloured, colours=True) == []


def test_ascii_table_holds_nothing_else() -> None:
    shown = table(COLUMNS, [*ROWS, ["é界", "1", "1", "1", "<$0.01"]], width=60, ascii_only=True)

    assert shown.isascii()
    assert "claude-sonnet-4..." in shown
    assert "\\xe9\\u754c" in shown
    assert "----" in shown


def test_empty_table_still_has_its_header() -> None:
    assert table([Column("model"), Column("cost", "right")], []) == "model  cost\n───────────\n"
    assert table([Column("model")], [], total=["all"]) == "model\n─────\nall\n"


def test_row_of_the_wrong_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(COLUMNS, [["one"]])


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4), st.integers(12, 60), st.booleans())
def test_any_cells_are_inert_and_fit(
    cells: list[tuple[str, str]], limit: int, ascii_only: bool
) -> None:
    columns = [Column("a", shrink=True, minimum=4), Column("b", shrink=True, minimum=6)]

    shown = table(columns, cells, width=limit, ascii_only=ascii_only)

    assert unsafe_in(shown) == []
    assert shown.isascii() or not ascii_only
    assert len(shown.split("\n")) == len(cells) + 3
    assert all(width(line) <= limit for line in shown.split("\n"))


def test_endless_cell_does_not_widen_the_table_without_end() -> None:
    shown = table([Column("a", shrink=True), Column("b")], [["x" * 100_000, "end"]])

    assert max(map(len, shown.splitlines())) < 500
    assert "…  end" in shown


@pytest.mark.parametrize(
    ("number", "digits", "short", "size"),
    [
        (0, "0", "0", "0 B"),
        (999, "999", "999", "999 B"),
        (1_000, "1,000", "1.00k", "1.00 kB"),
        (1_234_567, "1,234,567", "1.23M", "1.23 MB"),
        (45_650, "45,650", "45.6k", "45.6 kB"),
        (999_499, "999,499", "999k", "999 kB"),
        (999_500, "999,500", "1.00M", "1.00 MB"),
        (9_995, "9,995", "10.0k", "10.0 kB"),
        (-1_500, "-1,500", "-1.50k", "-1.50 kB"),
        (2**63, "9,223,372,036,854,775,808", "9,223,372T", "9,223,372 TB"),
    ],
)
def test_numbers_for_people(number: int, digits: str, short: str, size: str) -> None:
    assert (count(number), compact(number), bytes_text(number)) == (digits, short, size)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0 s"),
        (999, "<1 ms"),
        (250_000, "250 ms"),
        (59 * SECOND, "59 s"),
        (200 * SECOND, "3 min 20 s"),
        (180 * SECOND, "3 min"),
        (5_520 * SECOND, "1 h 32 min"),
        (3_600 * SECOND + 59 * SECOND, "1 h"),
        (90_000 * SECOND, "1 d 1 h"),
        (-5_520 * SECOND, "-1 h 32 min"),
    ],
)
def test_duration_has_two_units(span: int, text: str) -> None:
    assert duration(span) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "just now"),
        (-5, "just now"),
        (60, "1 min ago"),
        (7_300, "2 h ago"),
        (-7_300, "in 2 h"),
        (86_400 * 13, "13 d ago"),
        (86_400 * 15, "2 weeks ago"),
        (86_400 * 365, "1 year ago"),
        (86_400 * 800, "2 years ago"),
    ],
)
def test_age_has_one_unit(seconds: int, text: str) -> None:
    assert ago(seconds * SECOND) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (985, 1000, "98.5 %"),
        (9996, 10_000, "99.9 %"),
        (10**18 - 1, 10**18, "99.9 %"),
        (7, 7, "100 %"),
        (10_001, 10_000, "100.1 %"),
        (0, 5, "0 %"),
        (1, 100_000, "<0.1 %"),
        (1, 3, "33.3 %"),
        (3, 2, "150.0 %"),
        (-1, 4, "-25.0 %"),
        (0, 0, "–"),
        (Fraction(1, 8), 1, "12.5 %"),
    ],
)
def test_share_is_whole_only_where_exact(
    numerator: int | Fraction, denominator: int, text: str
) -> None:
    assert share(numerator, denominator) == text


def csv_of(*cells: csv_out.Cell, raw: bool = False) -> str:
    """Return one row as CSV writes it."""
    stream = StringIO()
    csv_out.write(stream, ["head"], [cells], raw=raw)
    return stream.getvalue().removeprefix("head\n")


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd", "@SUM(A1)", "-2+3", "\t=1", "\r=1", "＝1", "－1", "  =1", "\ufeff=1", "-"],
)
def test_formula_in_csv_becomes_text(cell: str) -> None:
    row = next(csv.reader(StringIO(csv_of(cell, "x"), newline="")))

    assert row[0].startswith("'")
    assert next(csv.reader(StringIO(csv_of(cell, "x", raw=True), newline="")))[0] == cell


def test_numbers_in_csv_stay_numbers() -> None:
    cells = (-5, Decimal("-5.20"), Decimal("1E+3"), "-5.20", "+1e5", "0.5", None, True)

    assert csv_of(*cells) == "-5,-5.20,1000,-5.20,+1e5,0.5,,true\n"


def test_csv_cell_can_not_be_split_at_a_semicolon() -> None:
    assert csv_of("x;=1+1", 5) == '"x;=1+1","5"\n'


def test_csv_header_is_guarded_too() -> None:
    stream = StringIO()

    csv_out.write(stream, ["=1+1", "b"], [])

    assert stream.getvalue() == "'=1+1,b\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_in_csv_is_inert_and_one_cell(name: str) -> None:
    written = csv_of(HOSTILE[name], "end")

    assert unsafe_in(written) == []
    rows = list(csv.reader(StringIO(written, newline="")))
    assert [len(row) for row in rows] == [2]
    assert not rows[0][0].startswith(("=", "+", "-", "@", "\t", "＝"))
    csv_of(HOSTILE[name], raw=True).encode()


@settings(deadline=None)
@given(TEXTS)
def test_json_is_inert_and_reads_back(text: str) -> None:
    written = json_out.dumps({"title": text, text: [1, None]}, indent=2)

    scrubbed = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    assert unsafe_in(written.replace("\n", "")) == []
    assert json.loads(written) in (
        {"title": scrubbed, scrubbed: [1, None]},
        {"title": [1, None]},
    )


def test_json_keeps_readable_text_and_exact_decimals() -> None:
    value = {"name": "Zoë 世界 🎉", "usd": Decimal("1.8225"), "big": Decimal("1E+3"), "none": None}

    assert json_out.dumps(value) == (
        '{"name": "Zoë 世界 🎉", "usd": "1.8225", "big": "1000", "none": null}'
    )
    assert json_out.dumps({"a": "\x7f\x9b\u202e\U000e0061"}) == (
        '{"a": "\\u007f\\u009b\\u202e\\udb40\\udc61"}'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), object()])
def test_json_refuses_what_it_can_not_say(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON"):
        json_out.dumps([value])


def test_a_long_text_is_set_out_as_a_short_one_is() -> None:
    value = {"rows": [{"a": [], "b": {}, "c": 'é "\\ \n', "d": 1.5, "e": None, "f": 2**70}] * 900}
    assert json_out.dumps(value, indent=2) == json.dumps(value, ensure_ascii=False, indent=2)
