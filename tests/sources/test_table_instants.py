"""Instants, numbers and amounts as tables write them."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from convledger.clock import iso_text
from convledger.sources.lenient import BadLine
from convledger.sources.table import instants
from convledger.sources.table.numbers import amount_of, count_of, is_unsure, marks_in, number_of


@pytest.mark.parametrize(
    ("form", "written", "expected"),
    [
        ("iso", "2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z"),
        ("iso", "2026-11-20 14:30:00+02:00", "2026-11-20T12:30:00Z"),
        ("iso", "2026-11-20 14:30:00.5 UTC", "2026-11-20T14:30:00.5Z"),
        ("iso", "2026-11-20", "2026-11-20T00:00:00Z"),
        ("unix", "1795185000", "2026-11-20T14:30:00Z"),
        ("unix", "1795185000000", "2026-11-20T14:30:00Z"),
        ("unix", "1795185000000000", "2026-11-20T14:30:00Z"),
        ("unix", "1795185000000000000", "2026-11-20T14:30:00Z"),
        ("unix", "1795185000,25", "2026-11-20T14:30:00.25Z"),
        ("excel", "46346.6041666667", "2026-11-20T14:30:00Z"),
        ("excel", "46346,6041666667", "2026-11-20T14:30:00Z"),
        ("excel-1904", "44884.6041666667", "2026-11-20T14:30:00Z"),
        ("day-month-year", "03/04/2026 9:05", "2026-04-03T09:05:00Z"),
        ("day-month-year", "3.4.26, 09:05 Uhr", "2026-04-03T09:05:00Z"),
        ("day-month-year", "3 Apr 2026 at 9:05 PM", "2026-04-03T21:05:00Z"),
        ("day-month-year", "Fri, 03 Apr 2026 09:05:00 GMT", "2026-04-03T09:05:00Z"),
        ("month-day-year", "03/04/2026 12:05 AM", "2026-03-04T00:05:00Z"),
        ("month-day-year", "Mar 4, 2026 9:05 a.m.", "2026-03-04T09:05:00Z"),
        ("month-day-year", "3/4/2026 09:05:30.125 -0700", "2026-03-04T16:05:30.125Z"),
        ("year-month-day", "2026/03/04 09:05", "2026-03-04T09:05:00Z"),
        ("month-day-year", "2026-03-04 09:05", "2026-03-04T09:05:00Z"),
    ],
)
def test_instant_is_read_in_its_format(form: str, written: str, expected: str) -> None:
    found = instants.reader_of(form, UTC)(written)

    assert found is not None
    assert iso_text(found) == expected


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("iso", "20/11/2026"), ("iso", "tomorrow"), ("iso", ""), ("unix", "46346.5"),
        ("unix", "-5"), ("unix", "9" * 40), ("excel", "1795185000"), ("excel", "12"),
        ("day-month-year", "31/13/2026"), ("day-month-year", "1/2/3"),
        ("day-month-year", "30/02/2026"), ("month-day-year", "13/31/2026"),
        ("day-month-year", "1/1/2026 25:00"), ("day-month-year", "1/1/1926"),
        ("day-month-year", "1/1/2026 13:00 PM"), ("day-month-year", "9" * 1000),
        ("day-month-year", "01/02/2026 10:00 +99:99"), ("year-month-day", "0000-00-00"),
    ],
)  # fmt: skip
def test_what_is_no_such_instant_is_none(form: str, written: str) -> None:
    assert instants.reader_of(form, UTC)(written) is None


def test_times_without_an_offset_are_those_of_the_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    summer = instants.reader_of("day-month-year", berlin)("01.07.2026 12:00")
    winter = instants.reader_of("excel", berlin)("46346.5")
    told = instants.reader_of("iso", berlin)("2026-07-01T12:00:00Z")

    assert [iso_text(each or 0)[11:16] for each in (summer, winter, told)] == [
        "10:00", "11:00", "12:00",
    ]  # fmt: skip


def test_formats_that_fit_are_those_in_which_every_value_can_be_read() -> None:
    assert instants.fitting(["03/04/2026", "05/06/2026"]) == ["day-month-year", "month-day-year"]
    assert instants.fitting(["03/04/2026", "25/06/2026"]) == ["day-month-year"]
    assert instants.fitting(["03/04/2026", "06/25/2026"]) == ["month-day-year"]
    assert instants.fitting(["25/06/2026", "06/25/2026"]) == []
    assert instants.fitting(["1795185000", ""]) == ["unix"]
    assert instants.fitting(["46346.5"]) == ["excel"]
    assert instants.fitting([]) == []
    assert instants.fitting(["03/04/2026"] * 8 + ["25/06/2026", "soon"]) == ["day-month-year"]
    assert instants.fitting(["03/04/2026"] * 7 + ["soon"]) == []


@pytest.mark.parametrize(
    ("written", "mark", "expected"),
    [
        ("1234", ".", "1234"), ("1,234.5", ".", "1234.5"), ("1.234,5", ",", "1234.5"),
        ("1.234", ".", "1.234"), ("1.234", ",", "1234"), ("1,234,567", ".", "1234567"),
        ("1 234,5", ",", "1234.5"), ("1\u202f234", ".", "1234"), ("1'234.50", ".", "1234.50"),
        ("0,123", "", "0.123"), ("0.5", "", "0.5"), ("1,234,567", "", "1234567"),
        ("1.234,5", "", "1234.5"), (".5", ".", "0.5"), ("-3", ".", "-3"), ("1e-05", ".", "0.00001"),
        ("12,5", "", "12.5"),
    ],
)  # fmt: skip
def test_number_is_read_with_its_decimal_mark(written: str, mark: str, expected: str) -> None:
    assert number_of(written, mark) == Decimal(expected)


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("1,234", ""), ("1.234", ""), ("1,23", "."), ("12,34.5", "."), ("1.2.3", ","), ("abc", "."),
        ("", "."), ("1.234.5", "."), ("9" * 60, "."), ("NaN", "."), ("inf", "."), ("1e999", "."),
    ],
)  # fmt: skip
def test_what_is_no_number_or_one_in_doubt_is_told(written: str, mark: str) -> None:
    with pytest.raises(BadLine):
        number_of(written, mark)


def test_only_one_mark_before_three_digits_is_in_doubt() -> None:
    assert [is_unsure(text) for text in ("1,234", "12.345", "0,123", "1,234,567", "1.5", "7")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
    assert marks_in(["1,234", "7"]) == set()
    assert marks_in(["1,234", "0.5"]) == {"."}
    assert marks_in(["1.234,5", "1,234.5"]) == {".", ","}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("$0.12", ("0.12", "USD")), ("0.12 €", ("0.12", "EUR")), ("EUR 3", ("3", "EUR")),
        ("US$ 4", ("4", "USD")), ("7", ("7", "")), ("12 CHF", ("12", "CHF")),
    ],
)  # fmt: skip
def test_amount_is_read_with_the_currency_beside_it(
    written: str, expected: tuple[str, str]
) -> None:
    assert amount_of(written, ".") == (Decimal(expected[0]), expected[1])


@pytest.mark.parametrize(
    "written", ["-1", "$-1", "-$1", "free", "1 bananas", "$ 1 000 000 000 001"]
)
def test_impossible_amount_is_told(written: str) -> None:
    with pytest.raises(BadLine):
        amount_of(written, ".")


def test_empty_cells_are_unknown_and_no_zero() -> None:
    assert (amount_of(" ", "."), count_of("", "."), count_of("n/a", ".")) == (None, None, None)
    assert count_of("12,345", ".") == 12345
    with pytest.raises(BadLine):
        count_of("1.5", ".")
